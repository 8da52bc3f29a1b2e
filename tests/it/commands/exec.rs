//! `akm exec`

use crate::support::env::{Env, Ran, edit};
use crate::support::pty::Pty;
use std::os::unix::ffi::OsStringExt;

/// What the child's environment has of the names that matter, a line each, sorted.
fn seen_by_a_child(ran: &Ran) -> Vec<String> {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ours = |line: &&str| {
        ["ALI", "OSS", "AKM_EXEC", "AKM_PASS", "ACCESS", "SECUR"]
            .iter()
            .any(|begin| line.starts_with(begin))
    };
    let mut lines: Vec<String> = ran.stdout.lines().filter(ours).map(str::to_owned).collect();
    lines.sort();
    lines
}

fn pair_lines(id: &str, secret: &str) -> Vec<String> {
    [
        ("AKM_EXEC", id),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", id),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret),
        ("ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE"),
        ("ALICLOUD_ACCESS_KEY", id),
        ("ALICLOUD_SECRET_KEY", secret),
        ("OSS_ACCESS_KEY_ID", id),
        ("OSS_ACCESS_KEY_SECRET", secret),
    ]
    .map(|(name, value)| format!("{name}={value}"))
    .to_vec()
}

#[test]
fn a_command_gets_the_current_pair_under_three_families_of_names() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    for selector in [
        &["alice"][..],
        &["-u", "alice"],
        &["--ram-user", "alice"],
        &[&id],
    ] {
        let ran = env.akm(&[&["exec"], selector, &["--", "env"]].concat());
        assert_eq!(seen_by_a_child(&ran), pair_lines(&id, &secret));
        assert_eq!(ran.stderr, "");
    }
}

/// Each of these, left over from the caller, would win over the pair or spoil it.
#[test]
fn what_could_win_over_the_pair_is_unset() {
    let mut env = Env::new();
    let (id, secret) = env.create_shown("alice");
    for name in [
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALIBABA_CLOUD_PROFILE",
        "ALIBABA_CLOUD_PROFILE_MODE",
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABACLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_ROLE_SESSION_NAME",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
        "ALIBABA_CLOUD_EXTERNAL_ID",
        "ALIBABA_CLOUD_BEARER_TOKEN",
        "ALIBABA_CLOUD_BEARER_TOKEN_HEADER_KEY",
        "ALIBABA_CLOUD_CREDENTIALS_URI",
        "ALIBABA_CLOUD_ECS_METADATA",
        "ALIBABA_CLOUD_CREDENTIALS_FILE",
        "ALIBABA_CLOUD_CONFIG_FILE",
        "ALIBABACLOUD_ACCESS_KEY_ID",
        "ALICLOUD_SECURITY_TOKEN",
        "ALICLOUD_PROFILE",
        "ACCESS_KEY_ID",
        "ACCESS_KEY_SECRET",
        "SECURITY_TOKEN",
    ] {
        env = env.with(name, "stale");
    }
    let env = env.with("ALIBABA_CLOUD_IGNORE_PROFILE", "true");
    let ran = env.akm(&["exec", "alice", "--", "env"]);
    assert_eq!(seen_by_a_child(&ran), pair_lines(&id, &secret));
}

#[test]
fn akms_own_passphrase_is_never_passed_on() {
    let env = Env::new().with("AKM_PASSPHRASE", "of-the-store");
    env.create("alice");
    let ran = env.akm(&["exec", "alice", "--", "env"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stdout.contains("of-the-store"));
    let file = env.path("passphrase");
    std::fs::write(&file, "of-the-store\n").unwrap();
    let env = env.with("AKM_PASSPHRASE_FILE", file.to_str().unwrap());
    let ran = env.akm(&["exec", "alice", "--", "env"]);
    assert!(!ran.stdout.contains("AKM_PASSPHRASE"));
}

#[test]
fn a_clean_environment_has_the_pair_and_what_programs_need() {
    let env = Env::new()
        .with("LC_ALL", "C.UTF-8")
        .with("EDITOR", "vi")
        .with("TZ", "UTC");
    env.create("alice");
    let ran = env.akm(&["exec", "alice", "--clean-env", "--", "env"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut names: Vec<&str> = ran
        .stdout
        .lines()
        .filter_map(|line| line.split_once('='))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    let expected = [
        "AKM_EXEC",
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_IGNORE_PROFILE",
        "ALICLOUD_ACCESS_KEY",
        "ALICLOUD_SECRET_KEY",
        "HOME",
        "LC_ALL",
        "OSS_ACCESS_KEY_ID",
        "OSS_ACCESS_KEY_SECRET",
        "PATH",
        "TZ",
    ];
    assert_eq!(names, expected);
}

#[test]
fn the_childs_status_is_the_exit_code() {
    let env = Env::new();
    env.create("alice");
    for status in [0, 1, 7, 255] {
        let script = format!("exit {status}");
        let ran = env.akm(&["exec", "alice", "--", "sh", "-c", &script]);
        assert_eq!((ran.code, ran.stderr.as_str()), (status, ""));
    }
}

#[test]
fn a_program_that_is_not_there_or_cannot_be_executed_has_its_own_exit_code() {
    let env = Env::new();
    env.create("alice");
    env.akm(&["exec", "alice", "--", "no-such-program"]).said(
        &[],
        127,
        "",
        "error: there is no program `no-such-program`\nhint: look at its name and at PATH\n",
    );
    std::fs::write(env.path("plain"), "text").unwrap();
    env.akm(&["exec", "alice", "--", "./plain"]).said(
        &[],
        126,
        "",
        "error: `./plain` cannot be executed: Permission denied (os error 13)\n",
    );
}

/// With a stack of 512 KiB the kernel takes 128 KiB of environment and arguments. Somewhere below, akm itself is started and the
/// command, with the pair beside, is not.
#[test]
fn an_environment_too_large_for_the_kernel_is_said_to_be_that() {
    let env = Env::new();
    env.create("alice");
    let akm = env!("CARGO_BIN_EXE_akm");
    let with = |size: usize| {
        let script = format!(
            "ulimit -s 512; export A=$(head -c 64000 /dev/zero | tr '\\0' x) B=$(head -c {size} /dev/zero | tr '\\0' x); \
             exec {akm} exec alice -- true"
        );
        let mut command = std::process::Command::new("bash");
        env.dress(&mut command);
        Ran::from(command.args(["-c", &script]).output().unwrap())
    };
    let mut sizes = (62_000..68_000).step_by(100).map(with);
    let refused = sizes.find(|ran| ran.code != 0).unwrap();
    refused.said(
        &[],
        126,
        "",
        "error: `true` cannot be executed: Argument list too long (os error 7)\n\
         hint: the environment and the arguments are too large for this system\n",
    );
}

/// Arguments are bytes, and everything behind the first `--` is the child's.
#[test]
fn what_is_behind_the_dashes_is_the_childs() {
    let env = Env::new();
    env.create("alice");
    let args = [
        "exec", "alice", "--", "printf", "%s|", "--help", "-p", "--", "x", "-q",
    ];
    env.akm(&args).said(&[], 0, "--help|-p|--|x|-q|", "");
    let odd = std::ffi::OsString::from_vec(vec![b'a', 0xff, b'b']);
    let mut command = env.command(&["exec", "alice", "--", "printf", "%s"]);
    let output = command.arg(odd).env("ODD", "1").output().unwrap();
    assert_eq!(output.stdout, [b'a', 0xff, b'b']);
}

#[test]
fn the_childs_standard_input_is_its_own() {
    let env = Env::new();
    env.create("alice");
    env.akm_fed(&["exec", "alice", "--", "cat"], "to the child\n")
        .said(&[], 0, "to the child\n", "");
}

#[test]
fn nothing_is_started_where_the_secret_cannot_be_had() {
    let env = Env::new();
    let id = env.create("alice");
    env.lose_secret(&id);
    let ran = env.akm(&["exec", "alice", "--", "touch", "started"]);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert_eq!(env.akm(&["exec", "bob", "--", "touch", "started"]).code, 3);
    assert!(!env.path("started").exists());
}

#[test]
fn without_a_command_a_terminal_is_needed() {
    let env = Env::new();
    env.create("alice");
    env.akm(&["exec", "alice"]).said(
        &[],
        2,
        "",
        "error: no command was named: a shell needs a terminal\nhint: add `-- COMMAND`\n",
    );
}

#[test]
fn on_a_terminal_a_shell_is_started_and_none_inside_of_it() {
    let env = Env::new().with("SHELL", "/bin/sh").with("PS1", "ready> ");
    let id = env.create("alice");
    let mut terminal = Pty::akm(&env, &["exec", "alice"]);
    terminal.see("leave it with `exit`").see("ready> ");
    terminal
        .send("echo have=$AKM_EXEC\n")
        .see(&format!("have={id}"));
    let akm = env!("CARGO_BIN_EXE_akm");
    terminal
        .send(&format!("{akm} exec alice; echo status=$?\n"))
        .see("this is a shell of akm's already")
        .see("status=2");
    terminal
        .send(&format!("{akm} exec alice -- echo a command is started\n"))
        .see("a command is started");
    assert_eq!(terminal.send("exit 3\n").wait().code(), 3);
}

/// A rotation that is in its overlap hands out the new pair from its delivery on; the old one still works.
#[test]
fn after_a_rotation_the_new_pair_is_handed_out() {
    let env = Env::new();
    let old = env.create("alice");
    let new = env.akm(&["rotate", "alice"]).stdout.trim().to_owned();
    let id = |env: &Env| {
        env.akm(&["exec", "alice", "--", "printenv", "AKM_EXEC"])
            .stdout
            .trim()
            .to_owned()
    };
    assert_ne!(old, new);
    assert_eq!(id(&env), new);
    assert_eq!(env.akm(&["rotate", "alice", "--rollback"]).code, 0);
    assert_eq!(id(&env), old);
}

#[test]
fn a_leaked_pair_is_never_handed_out() {
    let env = Env::new();
    let old = env.create("alice");
    let new = env
        .akm(&["rotate", "--leaked", "alice"])
        .stdout
        .trim()
        .to_owned();
    assert_ne!(old, new);
    let ran = env.akm(&["exec", "alice", "--", "printenv", "AKM_EXEC"]);
    assert_eq!(ran.stdout.trim(), new);
}

/// The cloud could not disable it yet: it is Active, and known as leaked.
#[cfg(feature = "server")]
#[test]
fn a_leaked_pair_is_refused_by_its_id_too() {
    let served = crate::support::served::Served::start();
    let env = &served.env;
    let id = env.create("alice");
    let fault = serde_json::json!({ "fault": "fail-before", "action": "UpdateAccessKey", "status": 503, "count": 9 });
    served.serving.order(&fault);
    assert_ne!(env.akm(&["rotate", "alice", "--leaked", &id]).code, 0);
    let ran = env.akm(&["exec", &id, "--", "true"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (4, ""), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("was reported as leaked"),
        "{}",
        ran.stderr
    );
    assert_eq!(env.akm(&["exec", "alice", "--", "true"]).code, 3);
}

#[test]
fn each_hand_out_is_a_line_of_the_log() {
    let env = Env::new();
    let id = env.create("alice");
    assert_eq!(env.akm(&["exec", "alice", "--", "true"]).code, 0);
    let log = env.akm(&["log", "alice", "--json"]).stdout;
    let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
    assert_eq!(last["action"], "exec");
    assert_eq!(last["access_key_id"], id.as_str());
}

#[test]
fn a_pair_older_than_the_policy_wants_is_a_warning() {
    let env = Env::new();
    let id = env.create("alice");
    let config = env.home().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, format!("{text}\n[policy]\nmax_age = \"90d\"\n")).unwrap();
    env.akm(&["exec", "alice", "--", "true"])
        .said(&[], 0, "", "");
    let record = env.record_of("alice");
    let text = std::fs::read_to_string(&record).unwrap();
    let created = text.lines().find(|line| line.starts_with("created_at"));
    edit(
        &record,
        created.unwrap(),
        "created_at = \"2026-01-01T00:00:00Z\"",
    );
    let ran = env.akm(&["exec", "alice", "--", "true"]);
    let begin = format!("warning: AccessKey {id} of RAM user `alice` is ");
    let end = " days old, and `max_age` is 90d: akm rotate alice\n";
    assert!(
        ran.stderr.starts_with(&begin) && ran.stderr.ends_with(end),
        "{}",
        ran.stderr
    );
    assert_eq!(
        env.akm(&["credential-process", "alice", "--static"]).stderr,
        ""
    );
    // A young one is not 0 days old.
    let young = env.create("bob");
    edit(&config, "max_age = \"90d\"", "max_age = \"0s\"");
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let ran = env.akm(&["exec", "bob", "--", "true"]);
    let begin = format!("warning: AccessKey {young} of RAM user `bob` is ");
    let age = ran.stderr.strip_prefix(&begin).unwrap();
    let (seconds, rest) = age.split_once(' ').unwrap();
    assert_ne!(seconds, "0");
    assert_eq!(rest, "s old, and `max_age` is 0s: akm rotate bob\n");
}

/// The limit on core dumps and the signals that are ignored are the caller's.
#[test]
fn limits_and_signals_are_as_the_caller_had_them() {
    let env = Env::new();
    env.create("alice");
    let akm = env!("CARGO_BIN_EXE_akm");
    // Whoever runs the tests may have other signals ignored.
    let look = "ulimit -c; grep SigIgn /proc/self/status";
    let script = format!(
        "ulimit -S -c 100; trap '' HUP; bash -c '{look}'; exec {akm} exec alice -- bash -c '{look}'"
    );
    let mut command = std::process::Command::new("bash");
    env.dress(&mut command);
    let ran = Ran::from(command.args(["-c", &script]).output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lines: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(lines.len(), 4, "{lines:?}");
    assert_eq!((lines[0], &lines[..2]), ("100", &lines[2..]));
    let ignored = u64::from_str_radix(lines[1].split_whitespace().last().unwrap(), 16).unwrap();
    assert_eq!(ignored & 1, 1, "HUP is ignored");
}

/// A rotation beside a child that runs for long does not wait: the child has no lock and no descriptor of akm's.
#[test]
fn a_long_running_child_holds_nothing_of_akms() {
    let env = Env::new();
    env.create("alice");
    let mut child = env
        .command(&[
            "exec",
            "alice",
            "--",
            "sh",
            "-c",
            "ls -l /proc/self/fd; echo; read line",
        ])
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let ran = env.akm(&["rotate", "alice"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("waiting"), "{}", ran.stderr);
    drop(child.stdin.take());
    let seen = child.wait_with_output().unwrap();
    let seen = String::from_utf8(seen.stdout).unwrap();
    assert!(!seen.contains("home/"), "{seen}");
}

/// A RAM user may be named like an AccessKey ID: `-u` reaches it, and a bare text in that form is an id.
#[test]
fn a_selector_in_the_form_of_an_id_is_an_id() {
    let env = Env::new();
    let name = "LTAI5tAbCdEfGhIjKlMnOp";
    let message = format!(
        "error: `{name}` is an AccessKey ID, and a RAM user's name is expected\n\
         hint: name the RAM user; if one is called that: `-u {name}`\n"
    );
    env.akm(&["create", name]).said(&[], 2, "", &message);
    assert_eq!(env.akm(&["create", "-u", name]).code, 0);
    assert_eq!(env.akm(&["exec", name, "--", "true"]).code, 3);
    assert_eq!(env.akm(&["exec", "-u", name, "--", "true"]).code, 0);
    assert_eq!(env.akm(&["rotate", name]).code, 2);
}

#[test]
fn a_closed_standard_input_is_no_matter() {
    let env = Env::new();
    env.create("alice");
    let akm = env!("CARGO_BIN_EXE_akm");
    for command in [
        "exec alice -- echo done",
        "read alice --field id",
        "credential-process alice --static",
    ] {
        let mut shell = std::process::Command::new("bash");
        env.dress(&mut shell);
        let ran = Ran::from(
            shell
                .args(["-c", &format!("{akm} {command} <&-")])
                .output()
                .unwrap(),
        );
        assert_eq!(ran.code, 0, "{command}: {}", ran.stderr);
        assert!(!ran.stdout.is_empty());
    }
}

/// The profile's region, where the caller has none.
#[cfg(feature = "server")]
#[test]
fn the_profiles_region_is_handed_out_where_the_caller_has_none() {
    let served = crate::support::served::Served::start();
    let env = &served.env;
    env.create("alice");
    let edit = ["profile", "edit", "dev", "--region", "eu-central-1"];
    env.akm(&edit).said(
        &[],
        0,
        "",
        "Changed the region of the profile dev (account <ACCOUNT>).\n",
    );
    let show = "echo $ALIBABA_CLOUD_REGION $ALIBABA_CLOUD_REGION_ID $ALICLOUD_REGION";
    let ask = ["exec", "alice", "--", "sh", "-c", show];
    let ran = env.akm(&ask);
    assert_eq!(
        ran.stdout, "eu-central-1 eu-central-1 eu-central-1\n",
        "{}",
        ran.stderr
    );
    let mut command = env.command(&ask);
    let callers = command
        .env("ALICLOUD_REGION", "cn-beijing")
        .output()
        .unwrap();
    assert_eq!(callers.stdout, b"cn-beijing\n");
    for bad in ["", "x", "CN-HANGZHOU", "a b"] {
        let edit = ["profile", "edit", "dev", "--region", bad];
        assert_eq!(env.akm(&edit).code, 2, "{bad}");
    }
    let edit = ["profile", "edit", "sandbox", "--region", "cn-hangzhou"];
    assert_eq!(env.akm(&edit).code, 4);
    let edit = ["profile", "edit", "none", "--region", "cn-hangzhou"];
    assert_eq!(env.akm(&edit).code, 3);
}

/// The cloud refuses such a pair, and says so only where it is used.
#[test]
fn a_pair_that_is_inactive_is_handed_out_with_a_warning() {
    let env = Env::new();
    let (id, other) = (env.create("alice"), env.create("alice"));
    assert_eq!(env.akm(&["disable", &id]).code, 0);
    let warning = format!(
        "warning: AccessKey {id} of RAM user `alice` is Inactive, and the cloud refuses it: akm enable {id}\n"
    );
    for args in [
        &["exec", &id, "--", "true"][..],
        &["read", &id],
        &["env", &id],
        &["credential-process", &id, "--static"],
        &["credential-process", &id, "--static", "-q"],
    ] {
        let ran = env.akm(args);
        assert_eq!((ran.code, &ran.stderr), (0, &warning), "{args:?}");
    }
    let role = "acs:ram::1234567890123456:role/deploy";
    let serve = env.akm(&["serve", &id, "--role-arn", role, "--", "true"]);
    assert!(serve.stderr.starts_with(&warning), "{}", serve.stderr);
    // The id alone is no credential.
    assert_eq!(env.akm(&["read", &id, "--field", "id"]).stderr, "");
    assert_eq!(env.akm(&["read", &other]).stderr, "");
}

/// The system says that the program is missing, which it is not.
#[test]
fn a_program_whose_interpreter_is_missing_is_told_from_one_that_is_not_there() {
    use std::os::unix::fs::PermissionsExt;
    let env = Env::new();
    env.create("alice");
    let bin = env.path("bin");
    std::fs::create_dir(&bin).unwrap();
    let program = |content: &[u8]| {
        let file = bin.join("deploy");
        std::fs::write(&file, content).unwrap();
        std::fs::set_permissions(&file, PermissionsExt::from_mode(0o755)).unwrap();
    };
    let run = |name: &str| {
        let mut command = env.command(&["exec", "alice", "--", name]);
        command.env("PATH", format!("/usr/bin:{}", bin.display()));
        Ran::from(command.output().unwrap())
    };
    for (line, interpreter) in [
        ("#!/no/such/python -u\n", "/no/such/python"),
        ("#! /bin/sh\r\n", "/bin/sh\\u{d}"),
    ] {
        program(line.as_bytes());
        for name in ["deploy", "bin/deploy"] {
            let said = format!(
                "error: `{name}` cannot be executed: its interpreter `{interpreter}` is not there\n\
                 hint: look at its first line\n"
            );
            run(name).said(&[], 126, "", &said);
        }
    }
    program(b"#!/bin/sh\nexit 3\n");
    assert_eq!(run("deploy").code, 3);
    assert_eq!(run("no-such-program").code, 127);
}
