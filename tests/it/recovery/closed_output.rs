//! Standard output that goes nowhere: a reader that went away, a full disk. Whatever was made is held.

use crate::support::env::Env;
use std::fs::OpenOptions;
use std::process::Stdio;

/// Runs akm with its standard output on a pipe that nobody reads; exit code and standard error.
fn unread(env: &Env, args: &[&str]) -> (i32, String) {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    ran(env, args, writer.into())
}

/// The same on a full disk.
fn full(env: &Env, args: &[&str]) -> (i32, String) {
    let device = OpenOptions::new().write(true).open("/dev/full").unwrap();
    ran(env, args, device.into())
}

fn ran(env: &Env, args: &[&str], out: Stdio) -> (i32, String) {
    let mut command = env.command(args);
    command.stdout(out).stderr(Stdio::piped());
    let output = command.spawn().unwrap().wait_with_output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!text.contains("defect"), "{text}");
    (output.status.code().unwrap(), text)
}

const CREATES: [&[&str]; 4] = [
    &["create", "--ram-user", "a"],
    &["create", "--ram-user", "b", "--json"],
    &["create", "--ram-user", "c", "--show-secret"],
    &["create", "--ram-user", "d", "--csv", "-"],
];

const OTHERS: [&[&str]; 15] = [
    &["list"],
    &["list", "--json"],
    &["list", "-o", "plain"],
    &["show", "a"],
    &["show-id", "--ram-user", "a"],
    &["export", "--all", "--csv", "-"],
    &["verify", "--ram-user", "a"],
    &["user", "list"],
    &["user", "show", "a"],
    &["store", "status"],
    &["recover", "--list"],
    &["help"],
    &["help", "exit-codes"],
    &["--help"],
    &["--version"],
];

/// Each of the four pairs is there, and its secret works.
fn all_are_held(env: &Env) {
    assert_eq!(env.secrets().len(), 4);
    for user in ["a", "b", "c", "d"] {
        let ran = env.akm(&["verify", "--ram-user", user]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let env = Env::new();
    for args in CREATES {
        let (code, text) = unread(&env, args);
        assert_eq!(code, 0, "{args:?}: {text}");
    }
    all_are_held(&env);
    for args in OTHERS {
        assert_eq!(unread(&env, args), (0, String::new()), "{args:?}");
    }
}

#[test]
fn a_full_disk_is_said_and_the_pair_is_held() {
    let env = Env::new();
    for args in CREATES {
        let (code, text) = full(&env, args);
        let said = text.contains("standard output could not be written")
            && text.contains("No space left on device");
        assert!(code == 1 && said, "{args:?}: {code} {text}");
        assert!(
            text.contains("the pair is saved: `akm export LTAI5tSANDBOX"),
            "{text}"
        );
    }
    all_are_held(&env);
    for args in OTHERS {
        let (code, text) = full(&env, args);
        assert_eq!(code, 1, "{args:?}: {text}");
        assert!(
            text.contains("standard output could not be written"),
            "{text}"
        );
    }
}

#[test]
fn a_rotation_that_cannot_print_is_there_all_the_same() {
    let env = Env::new();
    let old = env.create("a");
    let (code, text) = full(&env, &["rotate", "--ram-user", "a"]);
    assert_eq!(code, 1, "{text}");
    let again = env.akm(&["rotate", "--ram-user", "a"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    assert_ne!(again.stdout.trim(), old);
    assert_eq!(env.pairs().len(), 2);
}

#[test]
fn a_person_who_hears_nothing() {
    let env = Env::new();
    let device = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = env
        .command(&["create", "--ram-user", "a"])
        .stdout(Stdio::piped())
        .stderr(device)
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        env.secrets()[0].0,
        String::from_utf8(output.stdout).unwrap().trim()
    );
}

/// Closed, standard output is not told from `/dev/null` by writing to it: what is only printed is refused before it is made.
#[test]
fn a_closed_output_takes_no_secret() {
    let env = Env::new();
    let run = |args: &str, to: &str| {
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", &format!("{} {args} {to}", env!("CARGO_BIN_EXE_akm"))]);
        env.dress(&mut shell);
        crate::support::env::Ran::from(shell.output().unwrap())
    };
    let commands = [
        "create --ram-user a --show-secret",
        "create --ram-user a --csv -",
        "sandbox serve",
    ];
    for args in commands {
        run(args, ">&-").said(
            &[],
            1,
            "",
            "error: standard output is closed: what is to be printed would be lost\n",
        );
        assert!(env.files().is_empty(), "{args}");
    }
    assert_eq!(run("create --ram-user b", ">&-").code, 0);
    assert_eq!(run("export --all --csv -", ">&-").code, 1);
    for args in &commands[..2] {
        assert_eq!(run(args, ">/dev/null").code, 0, "{args}");
    }
}
