//! Every exit code that can be reached so far, side by side, with the word that scripts read under `--json`.
//!
//! 10 needs the commands `audit` and `doctor`, which are not there yet.

use crate::support::env::Env;
use std::io::{BufRead, BufReader, Read};

/// What fails under `--json`: the exit code and the error's code.
#[track_caller]
fn fails(env: &Env, args: &[&str], exit: i32, code: &str) {
    let ran = env.akm(&[args, &["--json"]].concat());
    let error = ran.error();
    assert_eq!(
        (ran.code, error["code"].as_str()),
        (exit, Some(code)),
        "{args:?}"
    );
    assert_eq!(error["exit"].as_i64(), Some(exit.into()), "{args:?}");
    let keys: Vec<_> = error.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        ["cause", "code", "exit", "hint", "message", "request_id"]
    );
    assert_eq!(ran.stdout, "", "{args:?}");
    // The same without JSON ends with the same code.
    assert_eq!(env.akm(args).code, exit, "{args:?}");
}

#[test]
fn each_is_reached() {
    let env = Env::new();
    let id = env.create("alice");
    assert_eq!(env.akm(&["list"]).code, 0);

    fails(&env, &["export", "--all", "--csv", "no/a.csv"], 1, "failed");

    fails(&env, &["create"], 2, "usage");
    fails(&env, &["nonsense"], 2, "usage");

    fails(&env, &["-p", "ghost", "list"], 3, "profile-not-found");
    fails(&env, &["user", "show", "bob"], 3, "user-not-found");
    fails(&env, &["verify", "LTAI1"], 3, "access-key-not-found");

    fails(&env, &["disable", &id], 4, "last-active-pair");
    fails(&env, &["delete", &id], 4, "active-pair");
    fails(&env, &["user", "create", "alice"], 4, "exists");
    fails(&env, &["user", "delete", "alice", "-y"], 4, "conflict");
    fails(&env, &["create", "--ram-user", "a/b"], 4, "invalid-name");
    std::fs::write(env.path("old.csv"), "").unwrap();
    fails(
        &env,
        &["export", "--all", "--csv", "old.csv"],
        4,
        "file-exists",
    );
    let other = env.create("alice");
    fails(&env, &["create", "--ram-user", "alice"], 4, "two-key-limit");
    assert_eq!(env.akm(&["delete", &other, "--force", "-y"]).code, 0);

    let secret = env.home().join(format!("secrets/{id}.age"));
    let aside = env.path("aside");
    std::fs::rename(&secret, &aside).unwrap();
    fails(&env, &["verify", &id], 5, "secret-missing");
    std::fs::copy(&aside, &secret).unwrap();
    std::fs::write(&secret, "?").unwrap();
    fails(&env, &["verify", &id], 5, "secret-unreadable");
    std::fs::rename(&aside, &secret).unwrap();
    let identity = env.home().join("secrets/identity.txt");
    std::fs::rename(&identity, &aside).unwrap();
    fails(&env, &["verify", &id], 5, "store-absent");
    std::fs::rename(&aside, &identity).unwrap();

    assert_eq!(env.akm(&["disable", &id, "--force"]).code, 0);
    fails(&env, &["verify", &id], 6, "bad-credentials");
    assert_eq!(env.akm(&["enable", &id]).code, 0);

    fails(&env, &["create", "--account"], 9, "needs-answer");
    fails(&env, &["sandbox", "reset"], 9, "needs-answer");

    let rotate = ["rotate", "--ram-user", "alice", "--overlap", "1d"];
    let new = env.akm(&rotate).stdout;
    fails(&env, &["disable", new.trim()], 4, "refused");
    // Somebody else disables both.
    crate::support::env::edit(&env.cloud_of("alice"), "\"Active\"", "\"Inactive\"");
    fails(&env, &["rotate", "--ram-user", "alice"], 8, "half-done");
    let recover = env.akm(&["recover", "--json"]);
    assert_eq!(
        (recover.code, &recover.error()["code"]),
        (8, &"half-done".into())
    );
    // What is open still is data all the same.
    assert_eq!(recover.json()["open"].as_array().unwrap().len(), 1);
}

#[test]
fn another_akm_at_work_is_waited_for() {
    let env = Env::new();
    let id = env.create("alice");
    let lock = env
        .home()
        .join("locks")
        .join(env.account())
        .join("user-alice.lock");
    let held = std::fs::OpenOptions::new().write(true).open(lock).unwrap();
    held.lock().unwrap();
    let mut command = env.command(&["disable", &id, "--force"]);
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut errors = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("waiting") {
        assert!(
            errors.read_line(&mut said).unwrap() > 0,
            "it did not wait: {said}"
        );
    }
    assert!(child.try_wait().unwrap().is_none(), "it did not wait");
    held.unlock().unwrap();
    errors.read_to_string(&mut said).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(
        crate::support::env::named(&said, &[&id]),
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         note: waiting for another akm that works on this owner or file\n\
         AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Inactive.\n"
    );
    // Nobody is kept from another owner.
    env.create("bob");
}

/// Another akm is at work for more than a minute. The minute is shortened: waiting returns at once.
#[test]
fn seven_is_reached_by_a_lock_that_is_held() {
    if !crate::support::env::have("strace") {
        return;
    }
    let env = Env::new();
    env.create("alice");
    let locks = env.home().join("locks").join(env.account());
    let lock = std::fs::File::open(locks.join("user-alice.lock")).unwrap();
    lock.lock().unwrap();
    let at_once = ["clock_nanosleep:retval=0".to_owned()];
    let args = ["create", "--ram-user", "alice", "--json"];
    let ran = crate::support::strace::faulty(&env, &at_once, &args);
    assert_eq!((ran.code, ran.error()["code"].as_str()), (7, Some("busy")));
    assert!(
        ran.stderr.contains("waiting for another akm"),
        "{}",
        ran.stderr
    );
    lock.unlock().unwrap();
    assert_eq!(env.akm(&args).code, 0);
}
