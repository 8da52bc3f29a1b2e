//! What akm knew of a RAM user's pairs is gone, in the midst of a rotation: its journal knows where their secrets are.

use crate::support::env::Env;

/// Alice's pair, the one that takes its place, and no file that speaks of either.
fn rotated() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = env.akm(&["rotate", "--ram-user", "alice"]).stdout;
    std::fs::remove_file(env.record_of("alice")).unwrap();
    (env, old, new.trim().to_owned())
}

#[track_caller]
fn done(env: &Env, args: &[&str]) {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
}

#[track_caller]
fn held(env: &Env, ids: &[&str]) {
    for id in ids {
        done(env, &["export", id, "--csv", "-"]);
    }
}

#[test]
fn the_old_pair_is_enabled() {
    let (env, old, new) = rotated();
    done(&env, &["enable", &old]);
    held(&env, &[&old, &new]);
}

#[test]
fn the_new_pair_is_deleted() {
    let (env, old, new) = rotated();
    done(&env, &["delete", &new, "--force", "-y"]);
    done(&env, &["enable", &old]);
    held(&env, &[&old]);
}

#[test]
fn the_new_pair_is_purged() {
    let (env, old, new) = rotated();
    done(&env, &["delete", &new, "--force", "--purge", "-y"]);
    held(&env, &[&old]);
}

/// The new pair takes the leaked one's place, as planned.
#[test]
fn the_old_pair_leaked() {
    let (env, old, new) = rotated();
    let args = ["rotate", "--ram-user", "alice", "--leaked", &old];
    done(&env, &[&args[..], &["--dry-run"]].concat());
    assert_eq!(env.akm(&args).stdout, format!("{new}\n"));
    held(&env, &[&new]);
}

/// What is known of it now was asked of the cloud, which knows no store.
#[test]
fn the_rotation_is_rolled_back_after_a_refresh() {
    let (env, old, new) = rotated();
    done(&env, &["list", "--refresh"]);
    let args = ["rotate", "--ram-user", "alice", "--rollback"];
    done(&env, &[&args[..], &["--dry-run"]].concat());
    assert_eq!(env.akm(&args).stdout, format!("{old}\n"));
    held(&env, &[&old, &new]);
}
