//! `akm store status`, and what comes of an identity that is lost or another's.

use crate::support::env::{Env, edit, have};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

const BACKUP: &str = "hint: bring the identity's file back from a backup: nothing else opens what was sealed for it\n";

fn identity(env: &Env) -> PathBuf {
    env.home().join("secrets/identity.txt")
}

/// Every command that needs the store fails, says the text, and makes and changes nothing.
fn all_fail(env: &Env, id: &str, text: &str, hint: &str) {
    let commands: [&[&str]; 8] = [
        &["create", "--ram-user", "alice"],
        &["create", "--ram-user", "bob"],
        &["rotate", "--ram-user", "alice"],
        &["disable", id, "--force"],
        &["delete", id, "--force", "-y"],
        &["list", "--refresh"],
        &["verify", "--ram-user", "alice"],
        &["export", "--all", "--csv", "-"],
    ];
    for command in commands {
        let ran = env.refused(command, 5);
        assert!(ran.stderr.contains(text), "{command:?}: {}", ran.stderr);
        assert!(ran.stderr.ends_with(hint), "{command:?}: {}", ran.stderr);
    }
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&[id], 0, "<ID1>\n", "");
    let status = env.akm(&["store", "status", "--json"]).json()["stores"][0].clone();
    assert!(status["cause"].as_str().unwrap().contains(text), "{status}");
}

#[test]
fn status_tells_where_secrets_rest() {
    let env = Env::new();
    let status = |recipient: &str, secrets: u8, state: &str| {
        format!(
            "{{\"store\":\"age\",\"stores\":[{{\"cause\":null,\"chosen\":true,\"kind\":\"age\",\"recipient\":{recipient},\
             \"secrets\":{secrets},\"state\":\"{state}\",\"unlocked_until\":null}}],\"unlock_for\":null}}\n"
        )
    };
    env.akm(&["store", "status", "--json"])
        .said(&[], 0, &status("null", 0, "unused"), "");
    env.create("alice");
    let before = env.files();
    env.akm(&["store", "status"]).said(
        &[],
        0,
        "STORE  STATE  SECRETS  RECIPIENT\nage    open   1        <RECIPIENT>  new secrets go here\n",
        "",
    );
    env.akm(&["store", "status", "--json"])
        .said(&[], 0, &status("\"<RECIPIENT>\"", 1, "open"), "");
    assert!(env.files() == before);
}

#[test]
fn a_lost_identity_is_not_made_anew() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let kept = std::fs::read_to_string(identity(&env)).unwrap();
    std::fs::remove_file(identity(&env)).unwrap();
    all_fail(&env, &id, "no identity in `", BACKUP);
    assert!(!identity(&env).exists());
    std::fs::write(identity(&env), kept).unwrap();
    std::fs::set_permissions(identity(&env), PermissionsExt::from_mode(0o600)).unwrap();
    assert_eq!(env.secrets(), [(id, secret)]);
}

#[test]
fn another_identity_opens_nothing() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let other = Env::new();
    other.create("alice");
    let kept = std::fs::read(identity(&env)).unwrap();
    std::fs::write(identity(&env), std::fs::read(identity(&other)).unwrap()).unwrap();
    let commands: [&[&str]; 4] = [
        &["create", "--ram-user", "alice"],
        &["rotate", "--ram-user", "alice"],
        &["verify", "--ram-user", "alice"],
        &["export", "--all", "--csv", "-"],
    ];
    for command in commands {
        let ran = env.refused(command, 5);
        assert!(
            ran.stderr.contains("it is sealed for another identity"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.ends_with(BACKUP), "{}", ran.stderr);
    }
    let status = env.akm(&["store", "status"]).stdout;
    assert!(
        status.contains("the identity here is not the one of `age1"),
        "{status}"
    );
    std::fs::write(identity(&env), kept).unwrap();
    assert_eq!(env.secrets(), [(id, secret)]);
}

#[test]
fn a_recipient_that_was_swapped_is_found_before_a_pair_is_made() {
    let (env, other) = (Env::new(), Env::new());
    env.create("alice");
    other.create("alice");
    let recipient = |env: &Env| {
        let status = env.akm(&["store", "status", "--json"]).json();
        status["stores"][0]["recipient"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let (ours, theirs) = (recipient(&env), recipient(&other));
    edit(&env.home().join("config.toml"), &ours, &theirs);
    let ran = env.refused(&["create", "--ram-user", "alice"], 5);
    assert!(
        ran.stderr.contains("cannot give the secret back"),
        "{}",
        ran.stderr
    );
    let ran = env.refused(&["rotate", "--ram-user", "alice"], 5);
    assert!(
        ran.stderr.contains("cannot give the secret back"),
        "{}",
        ran.stderr
    );
}

#[test]
fn an_identity_that_others_may_read_is_not_used() {
    let env = Env::new();
    let id = env.create("alice");
    std::fs::set_permissions(identity(&env), PermissionsExt::from_mode(0o644)).unwrap();
    let file = identity(&env);
    let hint = format!(
        "hint: if you trust what is in it: chmod 600 {}\n",
        file.display()
    );
    all_fail(&env, &id, "others may read or write it", &hint);
    std::fs::set_permissions(identity(&env), PermissionsExt::from_mode(0o600)).unwrap();
    std::fs::rename(identity(&env), env.path("aside")).unwrap();
    std::os::unix::fs::symlink(env.path("aside"), identity(&env)).unwrap();
    let ran = env.refused(&["create", "--ram-user", "alice"], 5);
    assert!(ran.stderr.contains("symbolic link"), "{}", ran.stderr);
}

#[test]
fn a_damaged_secret_is_told_from_one_that_is_not_there() {
    let env = Env::new();
    let id = env.create("alice");
    let file = env.home().join(format!("secrets/{id}.age"));
    let whole = std::fs::read(&file).unwrap();
    for damage in [&whole[..whole.len() - 1], &whole[..20], b"", b"AGE"] {
        std::fs::write(&file, damage).unwrap();
        let error = env
            .refused(&["export", &id, "--csv", "a.csv", "--json"], 5)
            .error();
        assert_eq!(error["code"], "secret-unreadable");
    }
    // It is that file which is named, and not the identity's.
    env.refused(&["export", &id, "--csv", "-"], 5).said(
        &[&id],
        5,
        "",
        &format!(
            "error: the secret store cannot give the secret back: `{}/secrets/<ID1>.age`: it is damaged or no `age` file\n\
             hint: bring that file back from a backup, or make a new pair: akm rotate alice\n",
            env.home().display()
        ),
    );
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 0);
    std::fs::write(&file, &whole).unwrap();
    std::fs::remove_file(&file).unwrap();
    let error = env
        .refused(&["export", &id, "--csv", "a.csv", "--json"], 5)
        .error();
    assert_eq!(error["code"], "secret-missing");
}

#[test]
fn the_sandboxs_seed_is_not_made_anew() {
    let env = Env::new();
    env.create("alice");
    let seed = env
        .home()
        .join(format!("secrets/akm-sandbox-{}.age", env.account()));
    std::fs::remove_file(&seed).unwrap();
    env.refused(&["create", "--ram-user", "alice"], 5).said(
        &[],
        5,
        "",
        "error: the secret store `age` lacks the sandbox's seed\n\
         hint: bring the store back; `akm sandbox reset` starts a new sandbox without the pairs of this one\n",
    );
    assert!(!seed.exists());
    // What the hint says works.
    assert_eq!(env.akm(&["sandbox", "reset", "-y"]).code, 0);
    env.create("alice");
}

#[test]
fn age_reads_the_secrets_without_akm() {
    if !have("age") {
        return;
    }
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let mut age = Command::new("age");
    env.dress(&mut age);
    age.arg("-d").arg("-i").arg(identity(&env));
    let output = age
        .arg(env.home().join(format!("secrets/{id}.age")))
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!((output.status.success(), text), (true, secret));
}
