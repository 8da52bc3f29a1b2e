//! Questions: what can be refused is refused before one is asked.

use crate::support::env::Env;

/// Nobody may be asked here: a command that comes to its question ends with 9.
#[test]
fn what_is_refused_is_refused_before_it_is_asked() {
    let env = Env::new();
    env.create("alice");
    env.refused(&["user", "delete", "alice"], 4);
    env.refused(&["user", "delete", "bob"], 3);
    env.refused(&["rotate", "--account"], 3);
    env.refused(&["create", "--account"], 9);
    for _ in 0..2 {
        assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    }
    env.refused(&["create", "--account"], 4);
    env.refused(&["rotate", "--account"], 4);
    let file = env.path("pair.csv");
    std::fs::write(&file, "").unwrap();
    let csv = file.to_str().unwrap();
    env.refused(&["create", "--account", "--csv", csv], 4);
}

#[test]
fn a_pair_that_can_be_rotated_is_asked_about() {
    let env = Env::new();
    assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    env.refused(&["rotate", "--account"], 9);
    assert_eq!(env.akm(&["rotate", "--account", "-y"]).code, 0);
}
