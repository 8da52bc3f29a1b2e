//! A home on a mount that takes no writes: what only reads works there as elsewhere.

use crate::support::env::{Env, Ran, have};
use std::process::Command;

/// Runs a shell script in which `$AKM` is akm and the home is mounted read-only; `None` where no such mount is to be had.
fn on_a_read_only_mount(env: &Env, script: &str) -> Option<Ran> {
    if !have("unshare") {
        return None;
    }
    let home = env.home();
    let mount = format!(
        "mount --bind {0} {0} && mount -o remount,ro,bind {0} && {script}",
        home.display()
    );
    let mut command = Command::new("unshare");
    env.dress(&mut command);
    command.env("AKM", env!("CARGO_BIN_EXE_akm"));
    command.args(["--mount", "--map-root-user", "sh", "-c", &mount]);
    let ran = Ran::from(command.output().unwrap());
    if ran.stderr.contains("unshare failed") || ran.stderr.contains("mount:") {
        crate::support::env::skipped("this machine lets nobody mount");
        return None;
    }
    Some(ran)
}

#[test]
fn what_hands_out_works_on_a_read_only_mount() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    for (command, stdout) in [
        ("exec alice -- printenv AKM_EXEC", "<ID1>\n".to_owned()),
        (
            "export alice --csv -",
            format!("AccessKey ID,AccessKey Secret\n<ID1>,{secret}\n"),
        ),
        ("verify alice", "acs:ram::<ACCOUNT>:user/alice\n".to_owned()),
        ("show-id alice", "<ID1>\n".to_owned()),
    ] {
        let Some(ran) = on_a_read_only_mount(&env, &format!("$AKM {command}")) else {
            return;
        };
        ran.said(&[&id], 0, &stdout, "");
    }
}

#[test]
fn a_role_is_handed_out_without_a_cache_on_a_read_only_mount() {
    let env = Env::new();
    env.create("alice");
    let role = format!("acs:ram::{}:role/no-such-role", env.account());
    let script = format!("$AKM credential-process alice --role-arn {role}");
    let Some(ran) = on_a_read_only_mount(&env, &script) else {
        return;
    };
    // A RAM user may assume no role of the sandbox: it is the cloud that says so, and no file.
    assert_eq!((ran.code, ran.stdout.as_str()), (6, ""), "{}", ran.stderr);
}

#[test]
fn what_changes_is_refused_on_a_read_only_mount() {
    let env = Env::new();
    env.create("alice");
    let Some(ran) = on_a_read_only_mount(&env, "$AKM rotate alice") else {
        return;
    };
    assert_ne!(ran.code, 0);
    assert!(
        ran.stderr.contains("Read-only file system"),
        "{}",
        ran.stderr
    );
    assert_eq!(env.pairs().len(), 1);
}
