//! What `akm rotate --all` says at its end.

use crate::support::env::{Env, Ran, edit};
use crate::support::served::Served;

fn rotate(env: &Env, more: &[&str]) -> Ran {
    env.akm(&[&["rotate", "--all", "-y"], more].concat())
}

/// The summary, where one is said, without the account's number.
fn summary(env: &Env, ran: &Ran) -> Option<String> {
    let mut lines = ran.stderr.lines();
    let line = lines.find(|line| line.starts_with("Rotated "))?;
    let place = format!("in the sandbox (account {})", env.account());
    Some(line.replace(&place, "HERE"))
}

#[test]
fn a_fleet_ends_with_how_many_were_rotated_continued_and_passed_over() {
    let env = Env::new();
    let said = |more: &[&str]| summary(&env, &rotate(&env, more)).unwrap_or_default();
    for user in ["alice", "bob", "foreign"] {
        env.create(user);
    }
    edit(&env.record_of("foreign"), "secret_store = \"age\"\n", "");
    let unsaved = "1 has no secret saved here";
    assert_eq!(
        said(&[]),
        format!("Rotated 2 RAM users HERE, passed over 1 ({unsaved}).")
    );
    assert_eq!(
        said(&[]),
        format!("Rotated no RAM user HERE, passed over 3 ({unsaved}, 2 have nothing due).")
    );
    assert_eq!(
        said(&["--match", "alice"]),
        "Rotated no RAM user HERE, passed over 1 (1 has nothing due)."
    );
    env.days_pass_for("alice", 3);
    assert_eq!(
        said(&["--finish"]),
        "Rotated no RAM user HERE, continued an earlier rotation of 1, passed over 1 (1 has nothing due)."
    );
    env.create("carol");
    assert_eq!(said(&["--match", "c*"]), "Rotated 1 RAM user HERE.");
    assert_eq!(
        said(&["--match", "foreign"]),
        format!("Rotated no RAM user HERE, passed over 1 ({unsaved}).")
    );
    // Whom the filters leave out is not passed over.
    let none = rotate(&env, &["--match", "foreign", "--older-than", "90d"]);
    assert_eq!(summary(&env, &none), None);
    assert!(
        none.stderr.contains("No RAM user matches"),
        "{}",
        none.stderr
    );
}

#[test]
fn a_failure_is_counted_and_scripts_read_rows_alone() {
    let env = Env::new();
    for user in ["alice", "bob", "bob"] {
        env.create(user);
    }
    let ran = rotate(&env, &["--json", "--match", "alice"]);
    assert_eq!((ran.code, summary(&env, &ran)), (0, None));
    let ran = rotate(&env, &["-q", "--match", "alice"]);
    assert_eq!((ran.code, summary(&env, &ran)), (0, None));
    let ran = rotate(&env, &[]);
    assert_eq!(ran.code, 4);
    assert_eq!(
        summary(&env, &ran).unwrap(),
        "Rotated no RAM user HERE, passed over 1 (1 has nothing due), 1 failed."
    );
}

#[test]
fn whoever_signs_is_passed_over() {
    let served = Served::start();
    served.done(&["create", "alice"]);
    let ran = rotate(&served.env, &[]);
    let account = served.env.account();
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let said = format!(
        "Rotated 1 RAM user in dev (account {account}), passed over 1 (1 signs for this profile).\n"
    );
    assert!(ran.stderr.ends_with(&said), "{}", ran.stderr);
}
