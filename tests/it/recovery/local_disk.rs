//! Disks that cannot do what akm's files need, and homes that are none: what failed is said, and the way out.

use crate::support::env::{Env, have};
use crate::support::strace;
use std::os::unix::fs::PermissionsExt;

const HINT: &str = "hint: set `AKM_HOME` to a folder of yours on a local disk\n";

/// Network shares without locks, FUSE, disks of Windows, containers that are read-only.
#[test]
fn what_a_disk_cannot_do_is_said_with_the_way_out() {
    if !have("strace") {
        return;
    }
    for (fault, code, said) in [
        (
            "flock:error=ENOLCK",
            1,
            "a file of akm's could not be used: `<HOME>/locks/sandbox.lock`: it cannot be locked: No locks available (os error 37)",
        ),
        (
            "fsync:error=EINVAL",
            1,
            "a file of akm's could not be used: `<HOME>/locks/sandbox.lock`: the folder `<ROOT>` cannot be synced to the disk: Invalid argument (os error 22)",
        ),
        (
            "fdatasync:error=EINVAL",
            5,
            "the secret store failed: `<HOME>/secrets/identity.txt`: it cannot be synced to the disk: Invalid argument (os error 22)",
        ),
        (
            "chmod:error=EPERM",
            1,
            "a file of akm's could not be used: `<HOME>/locks/sandbox.lock`: the permissions of the folder `<HOME>` cannot be set: Operation not permitted (os error 1)",
        ),
        (
            "fchmod:error=EPERM",
            5,
            "the secret store failed: `<HOME>/secrets/identity.txt`: its permissions cannot be set: Operation not permitted (os error 1)",
        ),
        (
            "mkdir:error=EACCES",
            1,
            "a file of akm's could not be used: `<HOME>/locks/sandbox.lock`: the folder `<HOME>` cannot be created: Permission denied (os error 13)",
        ),
    ] {
        let env = Env::new();
        let home = env.home().display().to_string();
        let root = env.path("").display().to_string();
        let ran = strace::faulty(&env, &[format!("{fault}:when=1+")], &["create", "alice"]);
        let stderr = ran.stderr.replace(&home, "<HOME>");
        let stderr = stderr.replace(root.trim_end_matches('/'), "<ROOT>");
        assert_eq!(
            (ran.code, stderr),
            (code, format!("error: {said}\n{HINT}")),
            "{fault}"
        );
    }
}

/// A container without a user has `/` or a folder that does not exist as its home, and may write in neither.
#[test]
fn a_home_that_cannot_be_written_is_named_with_the_way_out() {
    if !have("strace") {
        return;
    }
    for (home, folder) in [("/nonexistent", "/nonexistent"), ("/", "/.local")] {
        if std::path::Path::new(folder).exists() {
            continue;
        }
        let env = Env::new().with("HOME", home).with("AKM_HOME", "");
        let ran = strace::faulty(
            &env,
            &["mkdir:error=EACCES:when=1+".to_owned()],
            &["create", "alice"],
        );
        let file = std::path::Path::new(home).join(".local/share/akm/locks/sandbox.lock");
        let said = format!(
            "error: a file of akm's could not be used: `{}`: the folder `{folder}` cannot be created: Permission denied (os error 13)\n{HINT}",
            file.display()
        );
        ran.said(&[], 1, "", &said);
        assert!(!std::path::Path::new(folder).exists());
    }
}

/// As where a disk gives every file the same mode, whatever is asked of it.
#[test]
fn a_folder_that_others_write_in_is_refused_with_both_ways_out() {
    let env = Env::new();
    std::fs::create_dir(env.home()).unwrap();
    std::fs::set_permissions(env.home(), PermissionsExt::from_mode(0o777)).unwrap();
    let said = format!(
        "error: `{}` cannot be used: others may write in it; `chmod 700` it once you trust it\n{HINT}",
        env.home().display()
    );
    env.akm(&["list"]).said(&[], 1, "", &said);
}

/// A relative home would be another one in each working directory.
#[test]
fn a_home_folder_must_be_an_absolute_path() {
    let env = Env::new().with("HOME", "home").with("AKM_HOME", "");
    let said = format!("error: this system names no folder for akm's files\n{HINT}");
    env.akm(&["create", "alice"]).said(&[], 1, "", &said);
    assert!(!env.home().exists());
}
