//! Lists of pairs that lag: what akm itself asked for counts, and not what a list shows from before.

use crate::support::between::Between;
use crate::support::calls::{called, words};
use crate::support::env::{Env, edit};
use crate::support::lagging::{behind_a_gate, by_the_gate, lacks, stands_still};
use crate::support::leaks::{ROTATE, active, done, over, said};
use crate::support::served::Served;
use crate::support::truth;
use serde_json::json;

/// What akm changed itself counts more than a list from before.
#[test]
fn a_status_that_a_list_shows_from_before_is_asked_for() {
    for (before, asked) in [("disable", "enable"), ("enable", "disable")] {
        let (served, between) = behind_a_gate();
        let env = &served.env;
        let (id, _) = (env.create("alice"), env.create("alice"));
        served.done(&[asked, &id]);
        stands_still(&between);
        assert_eq!(
            by_the_gate(&served, &["list", "alice", "--refresh"]).code,
            0
        );
        served.done(&[before, &id]);
        let ran = by_the_gate(&served, &[asked, &id]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let live = truth::live_of(env, "alice").into_iter();
        let live = live.filter(|pair| pair.id == id);
        let is: Vec<bool> = live.map(|pair| pair.active).collect();
        assert_eq!(is, [asked == "enable"], "{asked}");
    }
}

/// A rotation that has disabled its old pair, seen by a list from before.
fn disabled_since(served: &Served, between: &Between) -> (String, String) {
    let env = &served.env;
    let old = env.create("alice");
    let new = served.done(&[&ROTATE[..], &["--overlap", "2d"]].concat());
    stands_still(between);
    assert_eq!(by_the_gate(served, &["list", "alice", "--refresh"]).code, 0);
    env.days_pass_for("alice", 3);
    served.done(&ROTATE);
    assert_eq!(active(env), [(old.clone(), false), (new.clone(), true)]);
    (old, new)
}

#[test]
fn a_pair_that_a_rotation_retired_is_enabled_whatever_a_list_shows() {
    let (served, between) = behind_a_gate();
    let (old, new) = disabled_since(&served, &between);
    assert_eq!(by_the_gate(&served, &["enable", &old]).code, 0);
    assert_eq!(active(&served.env), [(old, true), (new, true)]);
}

#[test]
fn a_rotation_is_rolled_back_whatever_a_list_shows() {
    let (served, between) = behind_a_gate();
    let (old, new) = disabled_since(&served, &between);
    let ran = by_the_gate(&served, &[&ROTATE[..], &["--rollback"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(active(&served.env), [(old, true), (new, false)]);
}

/// It was deleted long ago, and somebody restored it since the list that is shown.
#[test]
fn a_leaked_pair_that_somebody_restored_is_disabled_whatever_a_list_shows() {
    let (served, between) = behind_a_gate();
    let env = &served.env;
    let (id, other) = (env.create("alice"), env.create("alice"));
    crate::commands::rotate_all::made_days_ago(env, "alice", 2);
    served.done(&["delete", &id, "--force", "-y"]);
    let record = std::fs::read_to_string(env.record_of("alice")).unwrap();
    let deleted = record.lines().find(|line| line.starts_with("deleted_at"));
    let long_ago = "deleted_at = \"2026-01-01T00:00:00Z\"";
    edit(&env.record_of("alice"), deleted.unwrap(), long_ago);
    stands_still(&between);
    let refresh = ["list", "--ram-user", "alice", "--refresh"];
    assert_eq!(by_the_gate(&served, &refresh).code, 0);
    let args = [&ROTATE[..], &["--leaked", &id]].concat();
    let somebody = Env::light();
    served.serving.add_profile(&somebody, "dev");
    done(&somebody, &["restore", &id, "--active"]);
    let ran = by_the_gate(&served, &args);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    over(env, &id, &other);
}

/// It came back Active, whatever a list from before its deletion says.
#[test]
fn a_restored_pair_that_a_profile_signs_with_is_known_to_be_active() {
    let (served, between) = behind_a_gate();
    let env = &served.env;
    let id = env.create("alice");
    let csv = env.path("alice.csv");
    let csv = csv.to_str().unwrap();
    served.done(&["export", &id, "--csv", csv]);
    served.done(&["disable", &id, "--force"]);
    stands_still(&between);
    assert_eq!(
        by_the_gate(&served, &["list", "alice", "--refresh"]).code,
        0
    );
    served.done(&["delete", &id, "-y"]);
    let order = json!({ "fault": "lose-answer", "action": "RestoreAccessKeyFromRecycleBin" });
    served.serving.order(&order);
    assert_eq!(env.akm(&["restore", &id]).code, 8);
    let endpoint = served.serving.field("endpoint");
    let profile = ["profile", "add", "ops", "--csv", csv];
    served.done(&[&profile[..], &["--endpoint", endpoint]].concat());
    let ran = by_the_gate(&served, &["recover"]);
    let told = "warning: an earlier command's restore is finished: `<ID1>` of RAM user `alice` is Active\n\
                warning: `<ID1>` is back and stays Active: a profile signs with it\n";
    let words = said(&ran, &[&id]);
    assert!(ran.code == 0 && words.starts_with(told), "{words}");
    assert_eq!(env.pairs()[0]["status"], "Active");
}

/// Akm disabled it itself, and no rotation did.
#[test]
fn what_a_person_disabled_is_rolled_back_to_whatever_a_list_shows() {
    let (served, between) = behind_a_gate();
    let env = &served.env;
    let old = env.create("alice");
    let new = served.done(&[&ROTATE[..], &["--overlap", "2d"]].concat());
    stands_still(&between);
    assert_eq!(
        by_the_gate(&served, &["list", "alice", "--refresh"]).code,
        0
    );
    served.done(&["disable", &old]);
    let ran = by_the_gate(&served, &[&ROTATE[..], &["--rollback"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(active(env), [(old, true), (new, false)]);
}

/// It was made so lately that the list may lag: it is disabled all the same, as a dry run has it.
#[test]
fn a_rollback_disables_a_new_pair_that_a_list_lacks() {
    for grace in [false, true] {
        let (served, between) = behind_a_gate();
        let env = &served.env;
        let old = env.create("alice");
        let spans = [&["--overlap", "2d"][..], &[]][usize::from(grace)];
        let new = served.done(&[&ROTATE[..], spans].concat());
        lacks(&between, &new);
        let back = [&ROTATE[..], &["--rollback"]].concat();
        let dry = by_the_gate(&served, &[&back[..], &["--dry-run", "-v"]].concat());
        assert_eq!(dry.code, 0, "{}", dry.stderr);
        let ran = by_the_gate(&served, &[&back[..], &["-v"]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert_eq!(words(&dry), called(&ran));
        assert_eq!(active(env), [(old, true), (new, false)]);
    }
}

/// The new pair is asked itself, and a list that lacks it says nothing.
#[test]
fn a_rotation_goes_on_though_a_list_lacks_its_new_pair() {
    let (served, between) = behind_a_gate();
    let env = &served.env;
    let old = env.create("alice");
    stands_still(&between);
    let ran = by_the_gate(&served, &ROTATE);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let new = ran.stdout.trim().to_owned();
    let dry = by_the_gate(&served, &[&ROTATE[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert_eq!(active(env), [(old, false), (new, true)]);
}

/// The new pair of a rotation takes the place of the old one that leaks.
#[test]
fn a_new_pair_that_a_list_lacks_takes_the_place_of_a_leaked_one() {
    let (served, between) = behind_a_gate();
    let env = &served.env;
    let old = env.create("alice");
    let new = served.done(&ROTATE);
    lacks(&between, &new);
    let ran = by_the_gate(&served, &[&ROTATE[..], &["--leaked", &old]].concat());
    let told = "New: <ID2> (Active, verified), of RAM user alice in gate (account <ACCOUNT>). Old: <ID1> (deleted).\n";
    assert_eq!((ran.code, said(&ran, &[&old, &new]).as_str()), (0, told));
    // What akm knows of it is not undone by that list either.
    assert_eq!(done(env, &["show-id", "--ram-user", "alice"]), new);
    over(env, &old, &new);
}

/// Made long ago: no list lags like that.
#[test]
fn a_new_pair_that_is_gone_is_called_gone() {
    let env = Env::new();
    let old = env.create("alice");
    let new = done(&env, &[&ROTATE[..], &["--overlap", "2d"]].concat());
    env.days_pass_for("alice", 3);
    crate::support::leaks::hide(&env, &new);
    for (args, way, code) in [(&["--dry-run"][..], "could not", 4), (&[], "cannot", 8)] {
        let ran = env.akm(&[&ROTATE[..], args].concat());
        let told =
            format!("error: the new pair <ID1> no longer exists, so this rotation {way} finish\n");
        let words = said(&ran, &[&new]);
        assert!(ran.code == code && words.starts_with(&told), "{words}");
        assert_eq!(active(&env), [(old.clone(), true)]);
    }
}
