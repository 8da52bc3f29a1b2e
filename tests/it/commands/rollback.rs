//! `akm rotate --rollback`, and what undoes a rotation that is finished

use crate::support::env::SANDBOX;
use crate::support::env::{Env, Ran};

fn rotated(env: &Env, more: &[&str]) -> String {
    let ran = env.akm(&[&["rotate", "--ram-user", "alice"], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.trim().to_owned()
}

fn rolled_back(env: &Env) -> Ran {
    env.akm(&["rotate", "--ram-user", "alice", "--rollback"])
}

/// The pairs of alice: id and whether it is Active.
fn active(env: &Env) -> Vec<(String, bool)> {
    let pairs = env.pairs();
    let shown = pairs.iter().map(|pair| {
        let id = pair["access_key_id"].as_str().unwrap().to_owned();
        (id, pair["status"] == "Active")
    });
    shown.collect()
}

const BACK: &str = "Back in use: <ID1> of RAM user alice in the sandbox (account <ACCOUNT>). Out of use: <ID2> (disabled; can be deleted from <DAY>).\n\
                    hint: if something still needs it: akm enable <ID2>\n";

#[test]
fn before_the_old_pair_is_disabled_and_after() {
    for more in [&["--overlap", "2d"][..], &[]] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = rotated(&env, more);
        let ids = [old.as_str(), &new];
        rolled_back(&env).said(&ids, 0, "<ID1>\n", &format!("{SANDBOX}{BACK}"));
        assert_eq!(active(&env), [(old.clone(), true), (new.clone(), false)]);
        let listed = env.pairs();
        for (pair, waits) in listed.iter().zip([false, true]) {
            assert_eq!(pair["secret"], "stored", "{pair}");
            assert!(pair["disable_after"].is_null(), "{pair}");
            assert_eq!(pair["delete_after"].is_string(), waits, "{pair}");
        }
        let record = std::fs::read_to_string(env.record_of("alice")).unwrap();
        let (of_old, of_new) = record.split_once(&new).unwrap();
        assert!(!of_old.contains("retired_at") && of_new.contains("retired_at"));
        assert_eq!(env.akm(&["verify", "--ram-user", "alice"]).code, 0);
        env.akm(&["show-id", "--ram-user", "alice"])
            .said(&ids, 0, "<ID1>\n", "");
        let open = env.akm(&["recover", "--list", "--json"]).json();
        assert_eq!(open["open"][0]["state"], "grace");
        // Once more changes nothing.
        rolled_back(&env).said(&ids, 0, "<ID1>\n", &format!("{SANDBOX}{BACK}"));
        // A person may delete the new pair at once.
        assert_eq!(env.akm(&["delete", &new, "-y"]).code, 0);
        rotated(&env, &[]);
    }
}

/// The new pair has its grace, and is deleted like any other; a rotation that begins earlier does so first, and says so.
#[test]
fn what_a_rollback_took_out_of_use_is_deleted_by_the_next_rotation() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    rolled_back(&env);
    let later = env.copied();
    let ran = env.akm(&["rotate", "--ram-user", "alice", "--overlap", "2d"]);
    let third = ran.stdout.trim();
    let ids = [old.as_str(), &new, third];
    let told = "note: `<ID2>`, which the rollback took out of use, is deleted: `akm restore <ID2>` brings it back\n\
                New: <ID3> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>).\nOld: <ID1> (Active; can be disabled from <DAY>).\n\
                next: akm rotate alice --finish\nhint: if <ID1> leaked: akm rotate alice --leaked <ID1>\n";
    ran.said(&ids, 0, "<ID3>\n", &format!("{SANDBOX}{told}"));
    later.days_pass_for("alice", 3);
    let told = "New: <ID1> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>). Old: <ID2> (deleted).\n";
    later
        .akm(&["rotate", "--ram-user", "alice", "--finish"])
        .said(&ids, 0, "<ID1>\n", &format!("{SANDBOX}{told}"));
    assert_eq!(active(&later), [(old, true)]);
}

#[test]
fn under_json() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    let told = env
        .akm(&["rotate", "--ram-user", "alice", "--rollback", "--json"])
        .json();
    let fields = [
        "access_key_id",
        "status",
        "old_access_key_id",
        "old_status",
        "state",
    ];
    let told = fields.map(|name| told[name].as_str().unwrap().to_owned());
    assert_eq!(told, [&old, "Active", &new, "Inactive", "rolled-back"]);
}

#[test]
fn nothing_to_roll_back() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let none = "error: RAM user `alice` has no unfinished rotation that could be rolled back\n";
    let args = ["rotate", "--ram-user", "alice", "--rollback"];
    let hint = "hint: `akm list --ram-user alice` shows the pairs there are\n";
    env.refused(&args, 4)
        .said(&[], 4, "", &format!("{SANDBOX}{none}{hint}"));
    // A rotation that is finished is undone by `restore`.
    let new = rotated(&env, &[]);
    env.days_pass_for("alice", 3);
    assert_eq!(env.akm(&["recover"]).code, 0);
    let hint = "hint: `akm restore <ID1>` brings back what was deleted, `akm enable <ID1>` puts it into use\n";
    env.refused(&args, 4)
        .said(&[&old], 4, "", &format!("{SANDBOX}{none}{hint}"));
    assert_eq!(env.akm(&["restore", &old]).code, 0);
    assert_eq!(active(&env), [(old.clone(), false), (new.clone(), true)]);
    assert_eq!(env.akm(&["enable", &old]).code, 0);
    assert_eq!(env.akm(&["verify", &old]).code, 0);
    assert_eq!(env.akm(&["disable", &new]).code, 0);
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&[&old], 0, "<ID1>\n", "");
    for also in ["--finish", "--delete-old", "--overlap=1d", "--grace=1d"] {
        env.refused(&[&args[..], &[also]].concat(), 2);
    }
}

/// A hint names nothing that would be refused, or bring back what nobody can use.
#[test]
fn nothing_to_roll_back_and_nothing_to_restore() {
    let none = "error: RAM user `alice` has no unfinished rotation that could be rolled back\n\
                hint: `akm list --ram-user alice` shows the pairs there are\n";
    let args = ["rotate", "--ram-user", "alice", "--rollback"];
    let refused = |env: &Env| {
        env.refused(&args, 4)
            .said(&[], 4, "", &format!("{SANDBOX}{none}"));
    };
    // There is no room for it.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    assert_eq!(env.akm(&["delete", &old, "--force", "-y"]).code, 0);
    env.create("alice");
    assert!(
        env.refused(&args, 4)
            .stderr
            .contains(&format!("`akm restore {old}`"))
    );
    env.create("alice");
    refused(&env);
    assert_eq!(env.akm(&["restore", &old]).code, 4);
    // Its secret was dropped.
    let env = Env::new().without_overlap();
    env.create("alice");
    rotated(&env, &["--leaked"]);
    refused(&env);
    // The recycle bin has let go of it.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    rotated(&env, &["--delete-old"]);
    let bin = env.cloud_of("alice");
    let text = std::fs::read_to_string(&bin).unwrap();
    assert!(text.contains(&old), "{text}");
    let kept: Vec<&str> = text
        .split("[[")
        .filter(|part| !part.contains(&old))
        .collect();
    std::fs::write(&bin, kept.join("[[")).unwrap();
    refused(&env);
    assert_eq!(env.akm(&["restore", &old]).code, 3);
}

#[test]
fn an_old_pair_that_is_gone_is_not_rolled_back_to() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    assert_eq!(env.akm(&["delete", &old, "-y"]).code, 0);
    let ran = rolled_back(&env);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("`akm restore {old}`")));
    assert_eq!(active(&env), [(new, true)]);
}

#[test]
fn without_the_old_secret_it_enables_and_no_more() {
    let env = Env::new().without_overlap();
    let (old, secret) = env.create_shown("alice");
    let new = rotated(&env, &["--overlap", "0s"]);
    let ids = [old.as_str(), &new];
    env.lose_secret(&old);
    let stopped = "error: the rollback does not continue: `<ID1>` is Active again, and akm does not have its secret; \
                   `<ID2>` is left Active beside it\n\
                   hint: once nothing uses `<ID2>`: `akm recover --dismiss <ID1>`, then `akm disable <ID2>`\n";
    for _ in 0..2 {
        rolled_back(&env).said(&ids, 8, "", &format!("{SANDBOX}{stopped}"));
        assert_eq!(active(&env), [(old.clone(), true), (new.clone(), true)]);
    }
    let listed = env.akm(&["recover", "--list", "-o", "json"]).json();
    assert_eq!(listed["open"][0]["state"], "unfinished");
    // By the person's word it comes to its end, or with the secret.
    let copy = env.copied();
    assert_eq!(copy.akm(&["recover", "--dismiss", &old]).code, 0);
    assert_eq!(copy.akm(&["disable", &new]).code, 0);
    assert_eq!(active(&copy), [(old.clone(), true), (new.clone(), false)]);
    nothing_open(&copy);
    let csv = format!("AccessKey ID,AccessKey Secret\n{old},{secret}\n");
    std::fs::write(env.path("old.csv"), csv).unwrap();
    assert_eq!(env.akm(&["import", "old.csv"]).code, 0);
    // A plain `rotate` ends what is open and starts nothing.
    env.akm(&["rotate", "--ram-user", "alice"]).said(
        &ids,
        0,
        "<ID1>\n",
        &format!("{SANDBOX}{BACK}"),
    );
    assert_eq!(active(&env), [(old, true), (new, false)]);
}

/// Whoever takes away the pair that a rollback is to has to insist, and ends the rollback.
#[test]
fn the_pair_that_a_rollback_is_to_is_taken_away_by_force_alone() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    let ids = [old.as_str(), &new];
    env.lose_secret(&old);
    assert_eq!(rolled_back(&env).code, 8);
    for command in [&["disable", &old][..], &["delete", &old, "--purge", "-y"]] {
        let told = "error: `<ID1>` is the old pair of a rollback that is not over\n\
                    hint: `akm rotate --ram-user alice --finish` ends it once it is due; with `--force` it ends now, and `<ID2>` is left as it is\n";
        env.refused(command, 4)
            .said(&ids, 4, "", &format!("{SANDBOX}{told}"));
        let copy = env.copied();
        let ran = copy.akm(&[command, &["--force"]].concat());
        let told = format!("note: the rollback to `{old}` is forgotten\n");
        assert!(
            ran.code == 0 && ran.stderr.contains(&told),
            "{}",
            ran.stderr
        );
        nothing_open(&copy);
        assert_eq!(rolled_back(&copy).code, 4);
        let left: Vec<_> = active(&copy).into_iter().filter(|it| it.1).collect();
        assert_eq!(left, [(new.clone(), true)]);
    }
}

#[test]
fn the_accounts_own_pair_goes_back_unasked() {
    let env = Env::new().without_overlap();
    assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    assert_eq!(env.akm(&["rotate", "--account", "-y"]).code, 0);
    assert_eq!(env.akm(&["rotate", "--account", "--rollback"]).code, 0);
}

#[track_caller]
fn nothing_open(env: &Env) {
    env.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
}

/// Whoever else deleted it, and whatever is with the new one: nobody is told to enable what is gone.
#[test]
fn where_the_old_pair_is_gone_and_the_recycle_bin_has_it_not() {
    for both in [false, true] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = rotated(&env, &["--overlap", "1h"]);
        let ids = [old.as_str(), &new];
        crate::support::leaks::hide(&env, &old);
        let mut way = "; the new pair `<ID2>` stays Active";
        if both {
            crate::support::leaks::hide(&env, &new);
            way = "";
        }
        let told = format!(
            "error: the old pair <ID1> no longer exists, so this rollback cannot finish\n\
             hint: `akm recover --dismiss <ID1>` forgets this rollback{way}\n"
        );
        rolled_back(&env).said(&ids, 8, "", &format!("{SANDBOX}{told}"));
        assert_eq!(env.akm(&["recover", "--dismiss", &old]).code, 0);
        nothing_open(&env);
    }
}

/// The file that tells what is known of alice's pairs is gone in an overlap: the journal and the store know enough.
#[test]
fn metadata_that_is_gone_is_made_up_for() {
    for by_rotate in [true, false] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = rotated(&env, &["--overlap", "1h"]);
        std::fs::remove_file(env.record_of("alice")).unwrap();
        if by_rotate {
            assert_eq!(rotated(&env, &[]), new);
            for pair in env.pairs() {
                assert_eq!(pair["secret"], "stored", "{pair}");
            }
            assert_eq!(env.akm(&["verify", &new]).code, 0);
        }
        rolled_back(&env).said(&[&old, &new], 0, "<ID1>\n", &format!("{SANDBOX}{BACK}"));
        assert_eq!(active(&env), [(old.clone(), true), (new, false)]);
        for pair in env.pairs() {
            assert_eq!(pair["secret"], "stored", "{pair}");
        }
        assert_eq!(env.akm(&["verify", &old]).code, 0);
    }
}

/// The same, and the old secret with it: nothing is claimed that is not there.
#[test]
fn metadata_that_is_gone_with_the_old_secret() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "1h"]);
    std::fs::remove_file(env.record_of("alice")).unwrap();
    env.lose_secret(&old);
    assert_eq!(rotated(&env, &[]), new);
    let secrets: Vec<_> = env
        .pairs()
        .iter()
        .map(|pair| pair["secret"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(secrets, ["missing", "stored"]);
    assert_eq!(rolled_back(&env).code, 8);
}

/// Somebody may have it: there is an overlap.
#[test]
fn an_old_secret_that_was_lost_before() {
    let env = Env::new();
    let old = env.create("alice");
    env.lose_secret(&old);
    let ran = env.akm(&["rotate", "--ram-user", "alice"]);
    let new = ran.stdout.trim().to_owned();
    ran.said(
        &[&old, &new],
        0,
        "<ID2>\n",
        &format!("{SANDBOX}New: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>).\nOld: <ID1> (Active; can be disabled from <DAY>).\nnext: akm rotate alice --finish\nhint: if <ID1> leaked: akm rotate alice --leaked <ID1>\n"),
    );
    assert_eq!(active(&env), [(old, true), (new, true)]);
}

/// What a rollback took out of use goes only where a rotation can follow.
#[cfg(feature = "server")]
#[test]
fn what_it_took_out_of_use_stays_where_another_pair_is_in_the_way() {
    use crate::support::{served::Served, truth};
    let served = Served::start();
    let env = &served.env;
    env.create("alice");
    served.done(&["rotate", "--ram-user", "alice"]);
    served.done(&["rollback", "alice"]);
    env.allow_pairs(3);
    let other = Env::light();
    served.serving.add_profile(&other, "dev");
    other.create("alice");
    let ran = env.akm(&["rotate", "--ram-user", "alice"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert_eq!(truth::live_of(env, "alice").len(), 3);
}

#[test]
fn a_pair_that_somebody_enabled_after_a_rollback_is_not_said_to_be_deleted() {
    let env = Env::new();
    env.create("alice");
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 0);
    assert_eq!(env.akm(&["rollback", "alice"]).code, 0);
    crate::support::env::edit(&env.cloud_of("alice"), "\"Inactive\"", "\"Active\"");
    let ran = env.akm(&["rotate", "--ram-user", "alice"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(!ran.stderr.contains("is deleted"), "{}", ran.stderr);
}
