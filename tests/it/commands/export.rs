//! `akm export`

use crate::support::env::{Env, edit, have};
use crate::support::strace;
use std::os::unix::fs::PermissionsExt;

/// One pair each of the account, alice and bob.
fn three(env: &Env) -> [(String, String); 3] {
    assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    env.create("alice");
    assert_eq!(env.akm(&["create", "--ram-user=-bob"]).code, 0);
    env.secrets().try_into().unwrap()
}

#[test]
fn both_shapes() {
    let env = Env::new();
    let [(own, a), (bob, b), (alice, c)] = three(&env);
    env.akm(&["export", "--all", "--csv", "-"]).said(
        &[],
        0,
        &crate::support::env::named(
            &format!("AccessKey ID,AccessKey Secret\n{own},{a}\n{bob},{b}\n{alice},{c}\n"),
            &[],
        ),
        "",
    );
    // A name that a spreadsheet would take for a formula is no formula.
    let ran = env.akm(&["export", "--all", "--csv", "-", "--with-owner"]);
    let expected = format!(
        "AccessKey ID,AccessKey Secret,RAM User\n{own},{a},\n{bob},{b},'-bob\n{alice},{c},alice\n"
    );
    assert_eq!(
        (ran.code, ran.stdout, ran.stderr),
        (0, expected, String::new())
    );
}

#[test]
fn by_owner_and_by_id() {
    let env = Env::new();
    let [(own, a), (_, _), (alice, c)] = three(&env);
    let rows = |selector: &[&str]| {
        let ran = env.akm(&[&["export", "--csv", "-"], selector].concat());
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        ran.stdout
            .strip_prefix("AccessKey ID,AccessKey Secret\n")
            .unwrap()
            .to_owned()
    };
    assert_eq!(rows(&["--account"]), format!("{own},{a}\n"));
    assert_eq!(rows(&["--ram-user", "alice"]), format!("{alice},{c}\n"));
    assert_eq!(rows(&[&alice, &own]), format!("{alice},{c}\n{own},{a}\n"));
    // Its current pair alone.
    let newer = env.create("alice");
    assert!(rows(&["--ram-user", "alice"]).starts_with(&newer));
}

#[test]
fn a_new_private_file() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    env.akm(&["export", "--ram-user", "alice", "--csv", "a.csv"])
        .said(&[], 0, "", "1 pair with its secret is in a.csv.\n");
    let file = env.path("a.csv");
    let text = format!("AccessKey ID,AccessKey Secret\n{id},{secret}\n");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    env.refused(&["export", "--all", "--csv", "a.csv"], 4).said(
        &[],
        4,
        "",
        "error: `a.csv` exists already\nhint: `--force` replaces it\n",
    );
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let other = env.create("bob");
    env.akm(&[
        "export", "--all", "--csv", "a.csv", "--force", "--json", "-q",
    ])
    .said(
        &[&id, &other],
        0,
        "{\"access_key_ids\":[\"<ID1>\",\"<ID2>\"]}\n",
        "",
    );
    assert_eq!(
        std::fs::metadata(&file).unwrap().permissions().mode() & 0o777,
        0o600
    );
    env.refused(&["export", "--all", "--csv", "-", "-o", "plain"], 2)
        .said(
            &[],
            2,
            "",
            "error: `--csv -` makes the CSV all that is printed: `-o plain` has no place\n\
         hint: `--csv FILE` writes it to a file; or leave the other out\n",
        );
    assert_eq!(
        env.refused(&["export", "--all", "--csv", "-", "--json"], 2)
            .error()["code"],
        "usage"
    );
    env.refused(&["export", "--all", "-o", "json"], 2);
    env.akm(&["export", "--all", "--csv", "b.csv"]).said(
        &[],
        0,
        "",
        "2 pairs with their secrets are in b.csv.\n",
    );
    let mut names: Vec<_> = std::fs::read_dir(env.path("."))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    names.sort();
    assert_eq!(names, ["a.csv", "b.csv", "home"]);
}

#[test]
fn force_replaces_a_link_and_not_what_it_points_to() {
    let env = Env::new();
    env.create("alice");
    std::fs::write(env.path("target"), "mine").unwrap();
    std::os::unix::fs::symlink(env.path("target"), env.path("a.csv")).unwrap();
    assert_eq!(
        env.akm(&["export", "--all", "--csv", "a.csv", "--force"])
            .code,
        0
    );
    assert_eq!(std::fs::read_to_string(env.path("target")).unwrap(), "mine");
    assert!(env.path("a.csv").symlink_metadata().unwrap().is_file());
    std::fs::create_dir(env.path("folder")).unwrap();
    let ran = env.akm(&["export", "--all", "--csv", "folder", "--force"]);
    ran.said(
        &[],
        4,
        "",
        "error: `folder` exists already\nhint: name a new file\n",
    );
}

/// The test's own folder, by the names in it.
fn beside(env: &Env) -> Vec<String> {
    let names = std::fs::read_dir(env.path(".")).unwrap().flatten();
    let mut names: Vec<_> = names
        .map(|entry| entry.file_name().into_string().unwrap())
        .filter(|name| name != "trace")
        .collect();
    names.sort();
    names
}

#[test]
fn a_replacement_that_fails_or_is_killed_leaves_no_secret_for_good() {
    if !have("strace") {
        return;
    }
    let env = Env::new();
    let id = env.create("alice");
    // That it left is known from here on, so that every run makes the same calls.
    assert_eq!(env.akm(&["export", "--all", "--csv", "-"]).code, 0);
    std::fs::write(env.path("a.csv"), "mine").unwrap();
    let args = ["export", "--all", "--csv", "a.csv", "--force"];
    let probe = env.copied();
    let calls = strace::calls(&probe, &args, 0);
    let at = |name: &str, part: &str| {
        let mut found = calls.iter().filter(|call| call.name == name);
        found.find(|call| call.line.contains(part)).unwrap().clone()
    };
    let rename = at("rename", "a.csv");
    let fault = format!("rename:error=EIO:when={}", rename.number);
    let ran = strace::faulty(&env, &[fault], &args);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(beside(&env), ["a.csv", "home"]);
    strace::killed(&env, &rename, &args);
    assert_eq!(beside(&env), [".a.csv.akm.tmp", "a.csv", "home"]);
    assert_eq!(std::fs::read_to_string(env.path("a.csv")).unwrap(), "mine");
    assert_eq!(env.akm(&args).code, 0);
    assert_eq!(beside(&env), ["a.csv", "home"]);
    let text = std::fs::read_to_string(env.path("a.csv")).unwrap();
    assert!(text.contains(&id), "{text}");
    // Nor where the system has no unnamed files.
    let fault = format!(
        "openat:error=EOPNOTSUPP:when={}",
        at("openat", "O_TMPFILE").number
    );
    for args in [&args[..], &["export", "--all", "--csv", "b.csv"]] {
        let ran = strace::faulty(&env, std::slice::from_ref(&fault), args);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    assert_eq!(beside(&env), ["a.csv", "b.csv", "home"]);
}

#[test]
fn a_secret_that_is_not_there() {
    let env = Env::new();
    let (one, two) = (env.create("alice"), env.create("bob"));
    env.lose_secret(&one);
    for selector in [one.as_str(), "--all"] {
        env.akm(&["export", selector, "--csv", "a.csv"]).said(
            &[&one],
            5,
            "",
            "error: the secret store `age` lacks the secret of `<ID1>`\nhint: make a new pair: akm rotate alice\n",
        );
        assert!(!env.path("a.csv").exists());
    }
    // Metadata that says it is not held: left out, and said.
    edit(&env.record_of("alice"), "secret_store = \"age\"\n", "");
    env.akm(&["export", "--all", "--csv", "a.csv"]).said(
        &[],
        0,
        "",
        "warning: 1 pair is left out: its secret is not saved here\n1 pair with its secret is in a.csv.\n",
    );
    assert!(
        std::fs::read_to_string(env.path("a.csv"))
            .unwrap()
            .contains(&two)
    );
    let held = env.refused(&["export", &one, "--csv", "-"], 5);
    held.said(
        &[&one],
        5,
        "",
        "error: akm does not have the secret of `<ID1>`\n\
         hint: the cloud shows a secret once, at creation; make a new pair: akm rotate alice\n",
    );
}

#[test]
fn what_is_not_there_or_not_named() {
    let env = Env::new();
    env.create("alice");
    env.refused(&["export", "--csv", "-"], 2).said(
        &[],
        2,
        "",
        "error: no pair was named\nhint: name AccessKey IDs or RAM users, or add `--account` or `--all`\n",
    );
    env.refused(&["export", "--all"], 2);
    env.refused(&["export", "LTAI5tNoSuchPair", "--all", "--csv", "-"], 2);
    env.refused(
        &[
            "export",
            "LTAI5tNoSuchPair",
            "--ram-user",
            "alice",
            "--csv",
            "-",
        ],
        2,
    );
    env.refused(&["export", "--account", "--all", "--csv", "-"], 2);
    env.refused(&["export", "a/b", "--csv", "-"], 4);
    env.refused(&["export", "LTAI5tNoSuchPair", "--csv", "-"], 3).said(
        &[],
        3,
        "",
        "error: there is no AccessKey pair `LTAI5tNoSuchPair` in this account\nhint: `akm list --refresh` shows the ones there are\n",
    );
    for owner in [&["--account"][..], &["--ram-user", "bob"]] {
        env.refused(&[&["export", "--csv", "-"], owner].concat(), 3);
    }
    env.refused(&["export", "--all", "--csv", "no/a.csv"], 1);
}
