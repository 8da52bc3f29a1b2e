//! `akm env`: each format in the hands of its reader.

use crate::support::env::{Env, Ran, have};
use crate::support::pty::Pty;
use std::fs;
use std::process::Command;

/// What a caller may have set that would win over the pair, join it, or change how it is used.
const STALE: [(&str, &str); 9] = [
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "stale"),
    ("ALIBABA_CLOUD_SECURITY_TOKEN", "stale"),
    ("ALIBABA_CLOUD_PROFILE", "stale"),
    ("ALIBABA_CLOUD_PROFILE_MODE", "Anonymous"),
    ("ALIBABACLOUD_ROLE_ARN", "stale"),
    ("ALICLOUD_SECURITY_TOKEN", "stale"),
    ("OSS_SESSION_TOKEN", "stale"),
    ("ALIYUN_ACCESS_KEY_ID", "stale"),
    ("SECURITY_TOKEN", "stale"),
];

/// Runs a script in a shell that finds akm and has stale credentials; `None` where the shell is not installed.
fn in_shell(env: &Env, shell: &str, script: &str) -> Option<Ran> {
    let mut command = Command::new(shell);
    command.args(["-c", script]);
    env.dress(&mut command);
    Env::with_akm(&mut command);
    command.envs(STALE);
    have(shell).then(|| Ran::from(command.output().unwrap()))
}

/// The variables of `env`'s output that concern credentials, sorted.
fn credentials(ran: &Ran) -> Vec<String> {
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let ours = ["ALI", "OSS_", "SECURITY_TOKEN", "ACCESS_KEY"];
    let lines = ran.stdout.lines();
    let mut found: Vec<String> = lines
        .filter(|line| ours.iter().any(|begins| line.starts_with(begins)))
        .map(str::to_owned)
        .collect();
    found.sort();
    found
}

/// What is there afterwards, and nothing else.
fn expected(id: &str, secret: &str) -> Vec<String> {
    let mut lines = vec![
        format!("ALIBABA_CLOUD_ACCESS_KEY_ID={id}"),
        format!("ALIBABA_CLOUD_ACCESS_KEY_SECRET={secret}"),
        "ALIBABA_CLOUD_IGNORE_PROFILE=TRUE".to_owned(),
        format!("ALICLOUD_ACCESS_KEY={id}"),
        format!("ALICLOUD_SECRET_KEY={secret}"),
        format!("OSS_ACCESS_KEY_ID={id}"),
        format!("OSS_ACCESS_KEY_SECRET={secret}"),
    ];
    lines.sort();
    lines
}

#[test]
fn a_shell_that_evaluates_it_has_the_pair_and_nothing_stale() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let strict = "set -eu; eval \"$(akm env -u alice)\"; exec env";
    for shell in ["bash", "dash", "zsh"] {
        if let Some(ran) = in_shell(&env, shell, strict) {
            assert_eq!(credentials(&ran), expected(&id, &secret), "{shell}");
        }
    }
}

#[test]
fn fish_that_sources_it_has_the_pair_and_nothing_stale() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let script = "akm env alice --format fish | source; and exec env";
    if let Some(ran) = in_shell(&env, "fish", script) {
        assert_eq!(credentials(&ran), expected(&id, &secret));
    }
}

/// A universal variable is the user's setting for all of their shells: it is empty in this one, and stays as it is for the others.
#[test]
fn fish_keeps_its_universal_variables_for_other_shells() {
    let env = Env::new();
    env.create("alice");
    let script = "set -Ux ALIBABA_CLOUD_BEARER_TOKEN mine; akm env alice --format fish | source; and env | grep BEARER; and set -Ue ALIBABA_CLOUD_BEARER_TOKEN; and echo erased";
    if let Some(ran) = in_shell(&env, "fish", script) {
        ran.said(&[], 0, "ALIBABA_CLOUD_BEARER_TOKEN=\nerased\n", "");
    }
}

/// All behind the first `=` is the value, as `docker run --env-file` has it.
#[test]
fn dotenv_is_a_line_for_each_variable_without_quotes() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let ran = env.akm(&["env", &id, "--format", "dotenv"]);
    let mut lines: Vec<String> = ran.stdout.lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(lines, expected(&id, &secret));
}

#[test]
fn a_unit_of_systemd_gets_quoted_values() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let ran = env.akm(&["env", "alice", "--format", "systemd"]);
    let mut lines: Vec<String> = ran
        .stdout
        .lines()
        .map(|line| line.replace('"', ""))
        .collect();
    lines.sort();
    assert_eq!(ran.stdout.matches('"').count(), 2 * lines.len());
    assert_eq!(lines, expected(&id, &secret));
}

#[test]
fn powershell_removes_what_is_stale_and_sets_the_pair_line_by_line() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let ran = env.akm(&["env", "alice", "--format", "powershell"]);
    let set: String = ran
        .stdout
        .lines()
        .filter(|line| line.starts_with('$'))
        .collect();
    assert!(set.starts_with(&format!(
        "$env:ALIBABA_CLOUD_ACCESS_KEY_ID = '{id}'$env:ALIBABA_CLOUD_ACCESS_KEY_SECRET = '{secret}'"
    )));
    for (name, _) in &STALE[1..] {
        let line = format!("Remove-Item Env:{name} -ErrorAction SilentlyContinue\n");
        assert!(ran.stdout.contains(&line), "{name}");
    }
}

#[test]
fn json_is_one_object_and_the_option_is_the_format() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let object = serde_json::json!({
        "ALIBABA_CLOUD_ACCESS_KEY_ID": id,
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": secret,
        "ALICLOUD_ACCESS_KEY": id,
        "ALICLOUD_SECRET_KEY": secret,
        "OSS_ACCESS_KEY_ID": id,
        "OSS_ACCESS_KEY_SECRET": secret,
        "ALIBABA_CLOUD_IGNORE_PROFILE": "TRUE",
    });
    for args in [
        &["env", "alice", "--json"][..],
        &["env", "alice", "--format", "json"],
        &["env", "alice", "--format", "json", "--json"],
    ] {
        assert_eq!(env.akm(args).json(), object, "{args:?}");
    }
    let both = env.akm(&["env", "alice", "--format", "fish", "-o", "json"]);
    assert_eq!((both.code, both.stdout.as_str()), (2, ""));
    assert_eq!(
        both.error()["message"],
        "`--json` and `--format` name two formats"
    );
}

/// What is not handed out prints nothing, and a shell that evaluates nothing changes nothing.
#[test]
fn a_missing_secret_prints_nothing() {
    let env = Env::new();
    let id = env.create("alice");
    env.lose_secret(&id);
    for args in [&["env", "alice"][..], &["read", "alice"]] {
        let ran = env.akm(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{args:?}");
    }
    let script = "set -e; text=$(akm env alice 2>/dev/null); echo reached";
    let ran = in_shell(&env, "bash", script).unwrap();
    assert_eq!((ran.code, ran.stdout.as_str()), (5, ""));
}

#[test]
fn a_locked_store_prints_nothing() {
    let env = Env::new();
    env.create("alice");
    let protect = "umask 077; echo word > word; akm store protect --new-passphrase-file word -q";
    assert_eq!(in_shell(&env, "bash", protect).unwrap().code, 0);
    for args in [&["env", "alice"][..], &["read", "alice"]] {
        let ran = env.akm(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{args:?}");
        assert!(ran.stderr.contains("locked"), "{}", ran.stderr);
    }
    // The id is no secret.
    assert_eq!(env.akm(&["read", "alice", "--field", "id"]).code, 0);
}

#[test]
fn who_does_not_exist_is_not_found() {
    let env = Env::new();
    env.create("alice");
    for args in [&["env", "nobody"][..], &["read", "nobody"]] {
        let ran = env.akm(args);
        assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{args:?}");
    }
    let ran = env.akm(&["env", "alice", "--duration", "1h"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
}

#[test]
fn a_closed_output_is_refused_before_the_secret_is_read() {
    let env = Env::new();
    let id = env.create("alice");
    // Were the secret read, this would be what is complained about.
    env.lose_secret(&id);
    let closed = "error: standard output is closed: what is to be printed would be lost\n";
    for line in ["akm env alice >&-", "akm read alice >&-"] {
        let ran = in_shell(&env, "bash", line).unwrap();
        ran.said(&[], 1, "", closed);
    }
}

#[test]
fn each_hand_out_is_a_line_of_the_log() {
    let env = Env::new();
    let id = env.create("alice");
    for args in [
        &["env", "alice"][..],
        &["read", "alice"],
        &["read", "alice", "--field", "id"],
    ] {
        assert_eq!(env.akm(args).code, 0);
    }
    let log = env.akm(&["log", "--json"]).stdout;
    let count = |action: &str| {
        let lines = log.lines().filter(|line| line.contains(&id));
        lines
            .filter(|line| line.contains(&format!("\"action\":\"{action}\"")))
            .count()
    };
    assert_eq!((count("env"), count("read")), (1, 1), "{log}");
}

const SCROLLBACK: &str = "the secret is on this screen now";

#[test]
fn a_secret_on_a_terminal_is_a_warning() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    for args in [
        &["read", "alice"][..],
        &["env", "alice"],
        &["read", "alice", "-q"],
    ] {
        let mut pty = Pty::akm(&env, args);
        pty.see(&secret).see(SCROLLBACK);
        assert_eq!(pty.wait().code(), 0);
    }
    let mut pty = Pty::akm(&env, &["read", "alice", "--field", "id"]);
    pty.see(&id);
    assert_eq!(pty.wait().code(), 0);
    assert!(!pty.screen().contains(SCROLLBACK), "{}", pty.screen());
    let file = fs::File::create(env.path("secret")).unwrap();
    let mut pty = Pty::akm_into(&env, &["read", "alice"], file);
    assert_eq!(pty.wait().code(), 0);
    assert_eq!(pty.screen(), "");
    assert_eq!(
        fs::read_to_string(env.path("secret")).unwrap(),
        secret + "\n"
    );
}

#[test]
fn read_prints_the_secret_or_the_id_and_a_lines_end() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let say = |args: &[&str], text: &str| {
        let ran = env.akm(args);
        assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (0, text, ""));
    };
    say(&["read", "alice"], &format!("{secret}\n"));
    say(&["read", &id], &format!("{secret}\n"));
    say(
        &["read", "-u", "alice", "--field", "secret"],
        &format!("{secret}\n"),
    );
    say(&["read", "alice", "--field", "id"], &format!("{id}\n"));
    say(
        &["read", "alice", "--json"],
        &format!("{{\"access_key_secret\":\"{secret}\"}}\n"),
    );
    say(
        &["read", "alice", "--field", "id", "--json"],
        &format!("{{\"access_key_id\":\"{id}\"}}\n"),
    );
}
