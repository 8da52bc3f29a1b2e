//! What `akm list` and `akm show` say of unfinished work.

use crate::commands::show::{asked, head, line, shown};
use crate::support::env::Env;
use serde_json::Value;

/// The states of the rows of `list`, oldest pair first.
fn states(env: &Env) -> Vec<String> {
    let rows = env.pairs().into_iter();
    rows.map(|row| row["state"].as_str().unwrap_or("null").to_owned())
        .collect()
}

/// From the overlap to the grace, and back by a rollback: each with what is due, and the command that does it.
#[test]
fn a_rotation_is_shown_with_the_command_that_gets_it_on() {
    let env = Env::new();
    env.create("bob");
    let old = env.create("alice");
    assert_eq!(states(&env), ["none", "none"]);
    let new = env.akm(&["rotate", "alice"]).stdout.trim().to_owned();
    assert_eq!(states(&env), ["overlap", "overlap", "none"]);
    let ids = [old.as_str(), &new];
    let secret = line("secret", "saved in encrypted files");
    let due = |what: &str| {
        let text = format!("can be {what} from <DAY>: akm rotate alice --finish");
        line("due", &text)
    };
    let unfinished = |text: &str| {
        let text = format!("{text} from <DAY>: akm rotate alice --finish");
        line("unfinished", &text)
    };
    let in_use = |id: &str| head(id, "Active", "yes") + &secret + &asked();
    let overlap = [
        head("<ID1>", "Active", "no") + &secret + &due("disabled") + &asked(),
        in_use("<ID2>"),
        unfinished("rotation to <ID2>; the old pair can be disabled"),
    ];
    let show = |expected: [String; 3]| {
        let ran = env.akm(&["show", "alice"]);
        ran.said(&ids, 0, &expected.join("\n"), "");
    };
    show(overlap);
    let open = env.akm(&["recover", "--list", "--json"]).json();
    assert_eq!(shown(&env, "alice")["unfinished"], open["open"]);
    env.days_pass_for("alice", 3);
    assert_eq!(env.akm(&["rotate", "alice", "--finish"]).code, 0);
    assert_eq!(states(&env), ["grace", "grace", "none"]);
    let out_of_use = |id: &str| {
        let disabled = line("disabled", "<TIME> (just now)");
        head(id, "Inactive", "no") + &disabled + &secret + &due("deleted") + &asked()
    };
    show([
        out_of_use("<ID1>"),
        in_use("<ID2>"),
        unfinished("rotation to <ID2>; the old pair can be deleted"),
    ]);
    assert_eq!(env.akm(&["rollback", "alice"]).code, 0);
    assert_eq!(states(&env), ["rolled-back", "rolled-back", "none"]);
    show([
        in_use("<ID1>"),
        out_of_use("<ID2>"),
        unfinished("rollback to <ID1>; the other pair can be deleted"),
    ]);
}

#[cfg(feature = "server")]
#[test]
fn a_command_that_is_shown_acts_in_the_profile_that_was_named() {
    let served = crate::support::served::Served::start();
    served.done(&["create", "alice"]);
    served.done(&["rotate", "alice", "--overlap", "2d"]);
    for (args, command) in [
        (&["show", "alice"][..], "akm rotate alice --finish"),
        (
            &["show", "alice", "-p", "sandbox"],
            "akm -p sandbox rotate alice --finish",
        ),
    ] {
        let shown = served.env.akm(args).stdout;
        let ends = shown.matches(&format!(": {command}\n")).count();
        assert_eq!(ends, 2, "{shown}");
    }
}

/// Work is shown of an owner who has no pair, too.
#[test]
fn unfinished_work_of_an_owner_without_pairs_is_shown() {
    let env = Env::new();
    let id = env.create("alice");
    assert_eq!(env.akm(&["rotate", "alice"]).code, 0);
    env.cut_after("requested");
    std::fs::remove_file(env.record_of("alice")).unwrap();
    let ran = env.akm(&["show", "alice"]);
    let line = line(
        "unfinished",
        "create whose answer was lost; can be finished from <DAY>: akm recover",
    );
    ran.said(&[&id], 0, &line, "");
}

#[test]
fn a_journal_that_cannot_be_read_leaves_the_list_and_its_states_unknown() {
    let env = Env::new();
    env.create("bob");
    env.create("alice");
    assert_eq!(env.akm(&["rotate", "alice"]).code, 0);
    std::fs::write(env.journal_of("alice"), "?").unwrap();
    for args in [&["list", "--json"][..], &["list", "alice", "--json"]] {
        let ran = env.akm(args);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("user-alice.journal` is damaged"),
            "{}",
            ran.stderr
        );
        assert_eq!(ran.json()["access_keys"][0]["state"], Value::Null);
    }
    assert_eq!(states(&env), ["null", "null", "none"]);
    // It is no matter for the table, which has no states.
    assert_eq!(env.akm(&["list"]).stderr, "");
    assert_eq!(env.akm(&["show", "bob"]).code, 0);
    let ran = env.refused(&["show", "alice"], 1);
    assert!(
        ran.stderr.contains("user-alice.journal` is damaged"),
        "{}",
        ran.stderr
    );
}
