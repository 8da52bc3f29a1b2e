//! `akm credential-process`

use crate::support::env::{Env, Ran, edit};
use crate::support::served::Served;
use serde_json::Value;
use std::process::Stdio;
use std::time::Instant;

/// A served account, and the name of the role that its administrator may assume.
fn served() -> (Served, String) {
    let served = Served::start();
    let role = served.serving.field("role_arn").to_owned();
    (served, role)
}

fn session(env: &Env, role: &str, more: &[&str]) -> Ran {
    env.akm(&[&["credential-process", "--self", "--role-arn", role], more].concat())
}

/// How often a role was assumed, as the log of calls says.
fn assumed(ran: &Ran) -> usize {
    ran.stderr.matches("AssumeRole").count()
}

#[test]
fn a_static_pair_is_one_object_and_a_warning() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let ran = env.akm(&["credential-process", "alice"]);
    let object = format!(
        "{{\"mode\":\"AK\",\"access_key_id\":\"{id}\",\"access_key_secret\":\"{secret}\",\"Code\":\"Success\",\
         \"AccessKeyId\":\"{id}\",\"AccessKeySecret\":\"{secret}\"}}\n"
    );
    let warning = "warning: this hands out the pair itself, and clients write it into ~/.aliyun/config.json in clear: \
                   add `--role-arn ARN`, or `--static` to accept that\n";
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        (object.as_str(), warning)
    );
    let accepted = env.akm(&["credential-process", "alice", "--static"]);
    assert_eq!((accepted.stdout, accepted.stderr), (object, String::new()));
}

#[test]
fn a_role_gives_a_session_with_its_end_in_whole_seconds() {
    let (served, role) = served();
    let ran = session(&served.env, &role, &[]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let answer: Value = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(answer["mode"], "StsToken");
    assert!(
        answer["access_key_id"]
            .as_str()
            .unwrap()
            .starts_with("STS.")
    );
    assert_eq!(answer["sts_token"], answer["SecurityToken"]);
    let end = answer["expiration"].as_str().unwrap();
    let shape = "2026-11-30T09:22:29Z";
    assert!(end.len() == shape.len() && end.ends_with('Z'), "{end}");
    assert_eq!(ran.stdout.matches('\n').count(), 1);
}

#[test]
fn a_session_is_cached_by_account_pair_role_duration_and_policy() {
    let (served, role) = served();
    let env = &served.env;
    std::fs::write(
        env.path("narrow.json"),
        "{\"Version\":\"1\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"ram:GetUser\",\"Resource\":\"*\"}]}",
    )
    .unwrap();
    let first = session(env, &role, &["-v"]);
    assert_eq!(assumed(&first), 1, "{}", first.stderr);
    let again = session(env, &role, &["-v"]);
    assert_eq!((assumed(&again), &again.stdout), (0, &first.stdout));
    for other in [&["--duration", "30m"][..], &["--policy", "narrow.json"]] {
        let ran = session(env, &role, &[other, &["-v"]].concat());
        assert_eq!((ran.code, assumed(&ran)), (0, 1), "{}", ran.stderr);
        assert_ne!(ran.stdout, first.stdout);
    }
}

/// `exec` cannot renew: it takes a session with nine tenths of its time left, and `credential-process` one with 15 minutes.
#[test]
fn a_session_is_renewed_in_time() {
    let (served, role) = served();
    let env = &served.env;
    let first = session(env, &role, &[]);
    let Some(library) = crate::support::served::faketime() else {
        return;
    };
    let later = |minutes: u32, args: &[&str]| {
        let mut command = env.command(args);
        command.env("LD_PRELOAD", &library);
        command.env("FAKETIME", format!("+{minutes}m"));
        Ran::from(command.output().unwrap())
    };
    let ask = ["credential-process", "--self", "--role-arn", &role, "-v"];
    assert_eq!(later(44, &ask).stdout, first.stdout);
    let exec = ["exec", "--self", "--role-arn", &role, "-v", "--", "true"];
    assert_eq!(assumed(&later(5, &exec)), 0);
    // Past that, a new one is asked for. (The clock differs from the cloud's by more than it may, which is said.)
    let renewed = later(46, &ask);
    assert_eq!(
        (renewed.code, renewed.stdout.as_str()),
        (1, ""),
        "{}",
        renewed.stderr
    );
    assert!(renewed.stderr.contains("clock"), "{}", renewed.stderr);
}

#[test]
fn whatever_is_wrong_with_the_cache_is_a_miss() {
    let (served, role) = served();
    let env = &served.env;
    assert_eq!(session(env, &role, &[]).code, 0);
    let folder = env.home().join("sessions");
    let file = std::fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = std::fs::read(&file).unwrap();
    let line = whole.iter().position(|byte| *byte == b'\n').unwrap() + 1;
    let foreign = [&whole[..line], b"not sealed at all"].concat();
    for content in [
        &b""[..],
        &whole[..line],
        &whole[..whole.len() / 2],
        b"\xff\xfe\n",
        &foreign,
    ] {
        std::fs::write(&file, content).unwrap();
        let ran = session(env, &role, &["-v"]);
        assert_eq!((ran.code, assumed(&ran)), (0, 1), "{}", ran.stderr);
    }
    // Readable by others, or a folder in its place.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&file, open).unwrap();
    assert_eq!(assumed(&session(env, &role, &["-v"])), 1);
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    assert_eq!(session(env, &role, &[]).code, 0);
}

/// The session of one file is none of another's, though both are sealed for the same identity.
#[test]
fn a_cached_session_under_another_name_is_a_miss() {
    let (served, role) = served();
    let env = &served.env;
    let long = session(env, &role, &[]);
    let folder = env.home().join("sessions");
    let file = |env: &Env| {
        let names = std::fs::read_dir(env.home().join("sessions")).unwrap();
        names.map(|name| name.unwrap().path()).collect::<Vec<_>>()
    };
    let first = file(env).remove(0);
    let short = session(env, &role, &["--duration", "15m"]);
    let second = file(env).into_iter().find(|name| *name != first).unwrap();
    assert!(folder.is_dir() && long.stdout != short.stdout);
    std::fs::copy(&first, &second).unwrap();
    let ran = session(env, &role, &["--duration", "15m", "-v"]);
    assert_eq!((ran.code, assumed(&ran)), (0, 1));
}

/// Go starts fifty at once.
#[test]
fn two_hundred_at_once_make_one_call_and_give_one_answer() {
    let (served, role) = served();
    let env = &served.env;
    let ask = ["credential-process", "--self", "--role-arn", &role, "-v"];
    let start = |_| {
        let mut command = env.command(&ask);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap()
    };
    let children: Vec<_> = (0..200).map(start).collect();
    let ran: Vec<Ran> = children
        .into_iter()
        .map(|child| Ran::from(child.wait_with_output().unwrap()))
        .collect();
    assert_eq!(ran.iter().map(assumed).sum::<usize>(), 1);
    for one in &ran {
        assert_eq!(
            (one.code, &one.stdout),
            (0, &ran[0].stdout),
            "{}",
            one.stderr
        );
    }
    assert!(serde_json::from_str::<Value>(&ran[0].stdout).is_ok());
}

#[test]
fn nothing_is_printed_where_the_answer_is_a_refusal() {
    let (served, _) = served();
    let account = served.serving.field("account_id").to_owned();
    let other = format!("acs:ram::{account}:role/no-such-role");
    let begun = Instant::now();
    let ran = session(&served.env, &other, &[]);
    assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{}", ran.stderr);
    assert!(
        begun.elapsed().as_secs() < 20,
        "a refusal is not waited for"
    );
    assert_eq!(served.env.akm(&["credential-process", "nobody"]).code, 3);
}

/// A passphrase that is missing is not asked for, terminal or not, and not waited for.
#[test]
fn a_missing_passphrase_fails_at_once_on_a_terminal_too() {
    let env = Env::new();
    env.create("alice");
    let file = env.path("new");
    std::fs::write(&file, "a-passphrase\n").unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let protect = [
        "store",
        "protect",
        "--new-passphrase-file",
        file.to_str().unwrap(),
    ];
    assert_eq!(env.akm(&protect).code, 0);
    let begun = Instant::now();
    let mut terminal =
        crate::support::pty::Pty::akm(&env, &["credential-process", "alice", "--static"]);
    terminal.see("set `AKM_PASSPHRASE_FILE`");
    assert_eq!(terminal.wait().code(), 5);
    assert!(begun.elapsed().as_secs() < 20);
    // A client runs it: nobody can go to a terminal instead.
    let ran = env.akm(&["credential-process", "alice", "--static"]);
    let hint = "hint: set `AKM_PASSPHRASE_FILE` to a private file with the passphrase\n";
    assert_eq!(ran.code, 5);
    assert!(ran.stderr.ends_with(hint), "{}", ran.stderr);
}

#[test]
fn a_network_that_stays_away_ends_after_45_seconds_with_its_cause_and_each_note_once() {
    let (mut served, role) = served();
    assert_eq!(served.serving.end("TERM"), Some(0));
    let begun = Instant::now();
    let ran = session(&served.env, &role, &[]);
    let seconds = begun.elapsed().as_secs();
    assert_eq!((ran.code, ran.stdout.as_str()), (7, ""), "{}", ran.stderr);
    assert!((44..54).contains(&seconds), "{seconds} s");
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 3, "{}", ran.stderr);
    assert!(lines[0].starts_with("note: the endpoint is http://127.0.0.1:"));
    let cause = "error: cannot reach 127.0.0.1:";
    assert!(
        lines[1].starts_with(cause) && lines[1].contains("refused"),
        "{}",
        lines[1]
    );
    assert_eq!(lines[2], "hint: try the same command again");
}

/// What it prints is for a program: nothing is opened or logged where there is none.
#[test]
fn a_closed_standard_output_is_a_failure() {
    let env = Env::new();
    env.create("alice");
    let akm = env!("CARGO_BIN_EXE_akm");
    let mut command = std::process::Command::new("sh");
    env.dress(&mut command);
    let line = format!("exec {akm} credential-process alice --static >&-");
    let ran = Ran::from(command.args(["-c", &line]).output().unwrap());
    let said = "error: standard output is closed: what is to be printed would be lost\n";
    assert_eq!((ran.code, ran.stderr.as_str()), (1, said));
}

#[test]
fn a_network_that_fails_for_a_moment_is_waited_out() {
    let (mut served, role) = served();
    assert_eq!(served.serving.end("TERM"), Some(0));
    let ask = ["credential-process", "--self", "--role-arn", &role];
    let mut command = served.env.command(&ask);
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    std::thread::sleep(std::time::Duration::from_secs(2));
    // The same address: the profile leads there.
    let config = served.env.home().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let endpoint = text
        .lines()
        .find_map(|line| line.strip_prefix("endpoint = \"http://"));
    let address = endpoint.unwrap().trim_end_matches('"').to_owned();
    served.serving = crate::support::serving::Serving::start(
        &served.env,
        &["--persist", "--control", "--listen", &address],
    );
    let ran = Ran::from(child.unwrap().wait_with_output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(serde_json::from_str::<Value>(&ran.stdout).is_ok());
}

#[test]
fn options_of_a_session_want_a_role() {
    let env = Env::new();
    env.create("alice");
    let message = "error: `--duration` and `--policy` are about a role's session\nhint: add `--role-arn ARN`\n";
    env.akm(&["credential-process", "alice", "--duration", "1h"])
        .said(&[], 2, "", message);
    let ran = env.akm(&["exec", "alice", "--duration", "5m", "--", "true"]);
    assert_eq!(ran.code, 2, "{}", ran.stderr);
}

#[test]
fn a_session_policy_is_an_object_of_at_most_2048_bytes() {
    let env = Env::new();
    env.create("alice");
    let role = "acs:ram::1234567890123456:role/deploy";
    let ask = ["credential-process", "alice", "--role-arn", role];
    let with = |file| env.akm(&[&ask[..], &["--policy", file]].concat());
    let refused = |content: &str, why: &str| {
        std::fs::write(env.path("policy.json"), content).unwrap();
        let said = format!("error: `policy.json` is no session policy: {why}\n");
        with("policy.json").said(&[], 4, "", &said);
    };
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(3000));
    refused(
        &long,
        "it has more than 2048 bytes, which is as many as STS takes",
    );
    refused("[1]", "it is no JSON object: line 1, column 0");
    refused("{\"a\":", "it is no JSON object: line 1, column 5");
    assert_eq!(with("none.json").code, 1);
}

/// The clients start it all day long.
#[test]
fn the_log_has_one_line_an_hour_for_each_pair_and_role() {
    let (served, role) = served();
    let env = &served.env;
    for _ in 0..3 {
        assert_eq!(session(env, &role, &[]).code, 0);
    }
    let log = env.akm(&["log", "--json"]).stdout;
    assert_eq!(log.matches("credential-process").count(), 1);
    let noted = std::fs::read_dir(env.home().join("handed-out")).unwrap();
    let file = noted.into_iter().next().unwrap().unwrap().path();
    let time = std::fs::read_to_string(&file).unwrap();
    edit(&file, &time, "2026-01-01T00:00:00Z");
    assert_eq!(session(env, &role, &[]).code, 0);
    let log = env.akm(&["log", "--json"]).stdout;
    assert_eq!(log.matches("credential-process").count(), 2);
}

#[test]
fn no_file_that_is_not_akms_is_removed_from_the_place_of_its_sessions() {
    let (served, role) = served();
    let env = &served.env;
    let sessions = env.home().join("sessions");
    std::fs::create_dir(&sessions).unwrap();
    let note = sessions.join("note.txt");
    std::fs::write(&note, "mine").unwrap();
    assert_eq!(session(env, &role, &[]).code, 0);
    assert_eq!(std::fs::read_to_string(&note).unwrap(), "mine");
    for place in ["sessions", "handed-out"] {
        let theirs = env.path(&format!("theirs-of-{place}"));
        std::fs::create_dir(&theirs).unwrap();
        std::fs::write(theirs.join("passwd"), "theirs").unwrap();
        std::fs::remove_dir_all(env.home().join(place)).unwrap();
        std::os::unix::fs::symlink(&theirs, env.home().join(place)).unwrap();
        assert_eq!(session(env, &role, &["--duration", "20m"]).code, 0);
        let left: Vec<_> = std::fs::read_dir(&theirs)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(left, ["passwd"], "{place}");
    }
}

#[test]
fn a_full_disk_costs_the_cache_alone() {
    if !crate::support::env::have("strace") {
        return;
    }
    let (served, role) = served();
    let mut command = std::process::Command::new("strace");
    served.env.dress(&mut command);
    // Of the file's own writes; what goes to standard output and the network stays.
    let inject = "inject=fdatasync,fsync:error=ENOSPC";
    command.args([
        "-f",
        "-qq",
        "-o",
        "/dev/null",
        "-e",
        "trace=fdatasync,fsync",
        "-e",
        inject,
    ]);
    command.arg(env!("CARGO_BIN_EXE_akm"));
    command.args(["credential-process", "--self", "--role-arn", &role]);
    let ran = Ran::from(command.output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(serde_json::from_str::<Value>(&ran.stdout).is_ok());
    assert!(!ran.stderr.contains("note: this session"), "{}", ran.stderr);
}

/// The cloud knows a RAM user by a number.
#[test]
fn a_refusal_of_a_role_names_the_ram_user_that_was_typed() {
    let (served, role) = served();
    served.env.create("alice");
    let ran = served
        .env
        .akm(&["credential-process", "alice", "--role-arn", &role]);
    assert_eq!((ran.code, ran.stdout.as_str()), (6, ""), "{}", ran.stderr);
    let lines: Vec<&str> = ran.stderr.lines().collect();
    let cause = "AssumeRole: NoPermission: RAM user `alice` may not `sts:AssumeRole`";
    assert!(
        lines.iter().any(|line| line.ends_with(cause)),
        "{}",
        ran.stderr
    );
    let hint = lines.last().unwrap();
    assert!(hint.contains("to RAM user `alice`: {"), "{hint}");
}
