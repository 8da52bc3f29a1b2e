//! Help, wrong usage, and what the environment says.

use crate::support::env::Env;
use crate::support::pty::Pty;

const COMMANDS: [&str; 15] = [
    "create", "list", "show-id", "rotate", "disable", "enable", "delete", "restore", "export",
    "verify", "user", "store", "recover", "sandbox", "help",
];

#[test]
fn help_is_data() {
    let env = Env::new();
    for args in [&["--help"][..], &["-h"], &["help"]] {
        let ran = env.akm(args);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        for command in COMMANDS {
            assert!(
                ran.stdout.contains(&format!("\n  {command} ")),
                "{command}: {}",
                ran.stdout
            );
        }
    }
    for command in COMMANDS {
        let short = env.akm(&[command, "-h"]);
        let long = env.akm(&["help", command]);
        assert_eq!(
            (short.code, long.code, long.stderr.as_str()),
            (0, 0, ""),
            "{command}"
        );
        assert!(
            long.stdout.contains(&format!("Usage: akm {command}")),
            "{}",
            long.stdout
        );
    }
    let nested = env.akm(&["help", "user", "create"]).stdout;
    assert!(nested.contains("Usage: akm user create"), "{nested}");
    env.akm(&["--version"]).said(&[], 0, "akm 0.1.0\n", "");
    env.akm(&["help", "nothing"]).said(
        &[],
        2,
        "",
        "error: there is no help topic `nothing`\nhint: `akm help` lists the commands\n",
    );
    assert_eq!(env.files(), []);
}

#[test]
fn help_on_exit_codes() {
    let env = Env::new();
    env.akm(&["help", "exit-codes"]).said(
        &[],
        0,
        "0   done\n\
         1   failed in a way not listed here\n\
         2   wrong usage\n\
         3   not found: profile, RAM user, AccessKey pair\n\
         4   refused by a rule: two-key limit, deleting an Active pair or disabling the\n    \
             last Active one without --force, disabling or deleting the signing pair,\n    \
             name invalid, exists already, file exists\n\
         5   the secret store is absent, locked, or lacks this secret\n\
         6   the cloud refused these credentials or this action\n\
         7   unavailable just now: network, throttled, 5xx, another akm at work\n\
         8   half done and recorded: the same command again, or `akm recover`\n\
         9   needs an answer and may not ask\n\
         10  `audit` or `doctor` found something\n\
         11  cancelled: a question was answered with no (Ctrl-C at a question is 130)\n",
        "",
    );
}

#[test]
fn help_needs_no_profile_and_no_store() {
    let env = Env::new()
        .with("AKM_STORE", "nonsense")
        .with("AKM_PROFILE", "ghost");
    assert_eq!(env.akm(&["help", "exit-codes"]).code, 0);
    assert_eq!(env.akm(&["help", "create"]).code, 0);
    assert_eq!(env.akm(&["--help"]).code, 0);
}

#[test]
fn wrong_usage() {
    let env = Env::new();
    env.akm(&["nonsense"]).said(
        &[],
        2,
        "",
        "error: unrecognized subcommand 'nonsense'\n\nUsage: akm [OPTIONS] <COMMAND>\n\nFor more information, try '--help'.\n",
    );
    env.akm(&["export", "LTAI1"]).said(
        &[],
        2,
        "",
        "error: the following required arguments were not provided:\n  --csv <FILE>\n\n\
         Usage: akm export --csv <FILE> <SELECTOR>...\n\nFor more information, try '--help'.\n",
    );
    let bare = env.akm::<&str>(&[]);
    assert_eq!((bare.code, bare.stdout.as_str()), (2, ""));
    assert!(
        bare.stderr.starts_with("Create, keep, rotate"),
        "{}",
        bare.stderr
    );
    for args in [
        &["list", "-q", "-v"][..],
        &["list", "-o", "yaml"],
        &["user"],
        &["store"],
        &["sandbox"],
        &["list", "alice", "extra"],
        &["rotate", "--ram-user", "a", "--ram-user", "b"],
    ] {
        let ran = env.akm(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{args:?}");
        assert!(
            ran.stderr.starts_with("error: ") || ran.stderr.contains("Usage: akm "),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(env.files(), []);
}

#[test]
fn wrong_usage_under_json() {
    let env = Env::new();
    let forms: [&[&str]; 6] = [
        &["--json"],
        &["-o", "json"],
        &["-ojson"],
        &["-o=json"],
        &["--output", "json"],
        &["--output=json"],
    ];
    for form in forms {
        env.akm(&[form, &["nonsense"]].concat()).said(
            &[],
            2,
            "",
            "{\"error\":{\"cause\":null,\"code\":\"usage\",\"exit\":2,\"hint\":null,\
             \"message\":\"unrecognized subcommand 'nonsense'\",\"request_id\":null}}\n",
        );
    }
    let error = env.akm(&["export", "LTAI1", "--json"]).error();
    assert_eq!(
        error["message"],
        "the following required arguments were not provided: --csv <FILE>"
    );
    assert_eq!(
        env.akm(&["--json", "user"]).error()["message"],
        "no command was named"
    );
    let both = env.akm(&["list", "--json", "-o", "table"]).error();
    assert_eq!(both["exit"], 2);
    assert_eq!(env.akm(&["create", "--json"]).error()["code"], "usage");
}

#[test]
fn a_word_of_the_command_line_is_not_obeyed_by_the_terminal() {
    let env = Env::new();
    for args in [
        &["\u{1b}]0;title\u{7}"][..],
        &["list", "--status", "\u{1b}[31m"],
        &["list", "\u{9b}31m"],
        &["-p", "\u{202e}", "list"],
        &["help", "\u{1b}[31m"],
    ] {
        let ran = env.akm(args);
        let harmful = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!ran.stderr.contains(harmful), "{:?}", ran.stderr);
    }
}

#[test]
fn profiles() {
    let env = Env::new();
    env.create("alice");
    let none = "error: there is no profile `ghost`\nhint: `akm profile list` shows the ones there are; the profile `sandbox` always exists\n";
    env.akm(&["-p", "ghost", "list"]).said(&[], 3, "", none);
    env.akm(&["list", "--profile", "a/b"]).said(
        &[],
        4,
        "",
        "error: not a valid profile name: only letters, digits, `.`, `-` and `_` are allowed\n",
    );
    assert_eq!(env.akm(&["-p", "sandbox", "list"]).code, 0);
    let env = env.with("AKM_PROFILE", "ghost");
    env.akm(&["list"]).said(&[], 3, "", none);
    assert_eq!(
        env.akm(&["list", "--json"]).error()["code"],
        "profile-not-found"
    );
    // The option goes before the variable.
    assert_eq!(env.akm(&["-p", "sandbox", "list"]).code, 0);
    let env = env.with("AKM_PROFILE", "");
    assert_eq!(env.akm(&["list"]).code, 0);
}

#[test]
fn stores() {
    let env = Env::bare().with("AKM_STORE", "vault");
    for args in [&["list"][..], &["create", "--ram-user", "alice"]] {
        env.akm(args).said(
            &[],
            2,
            "",
            "error: `AKM_STORE` is not a valid secret store: `keyring` and `age` are the ones there are\n",
        );
    }
    assert_eq!(env.files(), []);
    let env = Env::bare().with("AKM_STORE", "keyring");
    let ran = env.refused(&["create", "--ram-user", "alice"], 5);
    assert!(
        ran.stderr
            .starts_with("error: the secret store is not there: this session has no bus\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(env.kept(), []);
    let env = Env::bare().with("AKM_STORE", "");
    assert_eq!(env.akm(&["create", "--ram-user", "alice"]).code, 0);
}

#[test]
fn a_home_must_be_an_absolute_path() {
    for (home, hint) in [
        ("home", "begin it with `/`"),
        ("./home", "begin it with `/`"),
        (
            "~/a b",
            "no shell has expanded the `~`: AKM_HOME=\"$HOME/a b\"",
        ),
    ] {
        let env = Env::new().with("AKM_HOME", home);
        for args in [&["list"][..], &["create", "alice"], &["read", "alice"]] {
            let said =
                format!("error: `AKM_HOME` is `{home}`, and no absolute path\nhint: {hint}\n");
            env.akm(args).said(&[], 2, "", &said);
        }
        assert!(!env.path("home").exists() && !env.path("~").exists());
    }
}

#[test]
fn a_home_that_does_not_exist_is_named() {
    let env = Env::new().with("AKM_HOME", "/nonexist");
    let no_data = "no akm data in `/nonexist`";
    for args in [
        &["read", "alice"][..],
        &["show", "alice"],
        &["show-id", "alice"],
        &["env", "alice"],
        &["exec", "alice", "--", "true"],
        &["credential-process", "alice", "--static"],
        &["copy", "alice"],
        &["-p", "prod", "list"],
        &["export", "--all", "--csv", "-"],
    ] {
        let ran = env.akm(args);
        let first = ran.stderr.lines().next().unwrap();
        assert!(
            ran.code != 0 && first.ends_with(&format!(": {no_data}")),
            "{args:?}: {first}"
        );
    }
    for args in [&["list"][..], &["log"], &["recover", "--list"]] {
        let ran = env.akm(args);
        let first = ran.stderr.lines().next().unwrap();
        assert_eq!(
            (ran.code, first),
            (0, &*format!("note: {no_data}")),
            "{args:?}"
        );
    }
    // One that exists is nobody's question.
    let env = Env::new();
    env.create("alice");
    assert!(!env.akm(&["read", "bob"]).stderr.contains("no akm data"));
}

#[test]
fn no_input() {
    for value in ["1", "yes"] {
        let env = Env::new().with("AKM_NO_INPUT", value);
        env.refused(&["create", "--account"], 9);
        assert_eq!(env.akm(&["create", "--account", "--yes"]).code, 0);
    }
}

/// akm on a terminal of its own, its question answered once it is there: the exit code, and what a person saw.
fn on_terminal(env: &Env, args: &[&str], answer: &str) -> (i32, String) {
    let mut pty = Pty::akm(env, args);
    if !answer.is_empty() {
        pty.see("[y/N] ").send(answer);
    }
    let code = pty.wait().code();
    (code, pty.screen().replace('\r', ""))
}

#[test]
fn a_person_is_asked() {
    let env = Env::new();
    for no in ["n\n", "\n", "nonsense\n"] {
        let (code, text) = on_terminal(&env, &["create", "--account"], no);
        assert_eq!(code, 11, "{text}");
        assert!(
            text.contains("create an AccessKey for the account itself in the sandbox? [y/N] "),
            "{text}"
        );
        assert!(
            text.ends_with("error: nothing was changed: the answer was not yes\n"),
            "{text}"
        );
    }
    assert_eq!(env.files(), []);
    let (code, text) = on_terminal(&env, &["create", "--account"], "y\n");
    assert_eq!(code, 0, "{text}");
    assert_eq!(env.pairs().len(), 1);
    let (code, text) = on_terminal(&env, &["create", "--account", "--no-input"], "");
    assert_eq!(code, 9, "{text}");
    let env = env.with("AKM_NO_INPUT", "1");
    let (code, text) = on_terminal(&env, &["create", "--account"], "");
    assert_eq!(code, 9, "{text}");
}

#[test]
fn more_is_said_of_each_call() {
    let env = Env::new();
    env.create("alice");
    env.akm(&["verify", "--self", "-v"]).said(
        &[],
        0,
        "acs:ram::<ACCOUNT>:root\n",
        "call: Sts GetCallerIdentity: 200\n",
    );
}
