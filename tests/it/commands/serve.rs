//! `akm serve`: who gets a session at the URI, who is refused, and what the command that is started has of akm.

use crate::support::env::{Env, Ran, have, skipped};
use crate::support::pty::Pty;
use crate::support::serving::Serving;
use serde_json::Value;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};

/// A cloud, and a profile whose pair may assume a role.
struct Cloud {
    env: Env,
    serving: Serving,
}

impl Cloud {
    fn start() -> Self {
        Self::with(Env::light())
    }

    fn with(env: Env) -> Self {
        let serving = Serving::start(&env, &["--control"]);
        serving.add_profile(&env, "dev");
        Self { env, serving }
    }

    fn args<'a>(&'a self, command: &[&'a str]) -> Vec<&'a str> {
        let role = self.serving.field("role_arn");
        let serve = ["serve", "--self", "--role-arn", role, "--"];
        [&serve[..], command].concat()
    }

    /// Runs a command under akm to its end.
    fn run(&self, command: &[&str]) -> Ran {
        self.env.akm(&self.args(command))
    }

    /// Runs a command of `bash`, which knows `akm serve …` as `$@`.
    fn bash(&self, line: &str) -> Ran {
        let mut command = Command::new("bash");
        self.env.dress(&mut command);
        command.args(["-c", line, "bash", env!("CARGO_BIN_EXE_akm")]);
        command.args(self.args(&[]));
        Ran::from(command.output().unwrap())
    }

    /// Starts a command that names its URI and waits for the end of its input.
    fn running(&self) -> Running {
        self.running_line("exec cat")
    }

    /// The same, and then this line of `sh`.
    fn running_line(&self, line: &str) -> Running {
        let line = format!("echo $ALIBABA_CLOUD_CREDENTIALS_URI; {line}");
        // No terminal is shared with whoever runs the tests, whose ignored signals are not inherited.
        let mut command = Command::new("env");
        command.args(["--default-signal", "setsid", env!("CARGO_BIN_EXE_akm")]);
        command.args(self.args(&["sh", "-c", &line]));
        self.env.dress(&mut command);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut uri = String::new();
        out.read_line(&mut uri).unwrap();
        let uri = uri.trim().strip_prefix("http://").unwrap().to_owned();
        let (address, path) = uri.split_at(uri.find('/').unwrap());
        Running {
            input: child.stdin.take(),
            address: address.to_owned(),
            path: path.to_owned(),
            child,
            out,
        }
    }

    fn serve_lines(&self) -> usize {
        let log = std::fs::read_to_string(self.env.home().join("log.jsonl")).unwrap();
        log.matches(r#""action":"serve""#).count()
    }
}

struct Running {
    child: Child,
    input: Option<ChildStdin>,
    out: BufReader<std::process::ChildStdout>,
    address: String,
    path: String,
}

impl Running {
    /// What comes back for these bytes, until the server closes.
    fn raw(&self, request: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // A server that refuses early closes early.
        let _ = stream.write_all(request);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        String::from_utf8(answer).unwrap()
    }

    /// The status and the body of what comes back for this first line and these headers.
    fn ask(&self, line: &str, headers: &str) -> (String, String) {
        let request = format!("{line} HTTP/1.1\r\n{headers}connection: close\r\n\r\n");
        let answer = self.raw(request.as_bytes());
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head[9..12].to_owned(), body.to_owned())
    }

    #[track_caller]
    fn session(&self, host: &str) -> Value {
        let (line, host) = (format!("GET {}", self.path), format!("host: {host}\r\n"));
        let (status, body) = self.ask(&line, &host);
        assert_eq!(status, "200", "{body}");
        serde_json::from_str(&body).unwrap()
    }

    fn signal(&self, name: &str) {
        let mut kill = Command::new("kill");
        kill.arg(format!("-{name}"))
            .arg(self.child.id().to_string());
        assert!(kill.status().unwrap().success());
    }

    fn next_line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }

    /// Ends the command's input. Gives back akm's exit code and standard error.
    fn end(mut self) -> (Option<i32>, String) {
        self.input = None;
        let mut said = String::new();
        let mut errors = self.child.stderr.take().unwrap();
        errors.read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

#[test]
fn all_who_ask_get_one_session_which_ends_in_an_hour_and_is_one_line_of_the_log() {
    let cloud = Cloud::start();
    let running = cloud.running();
    let session = running.session(&running.address);
    assert_eq!(session["Code"], "Success");
    let text = |name: &str| session[name].as_str().unwrap();
    assert!(text("AccessKeyId").starts_with("STS."));
    assert!(!text("AccessKeySecret").is_empty() && !text("SecurityToken").is_empty());
    // Java parses whole seconds and nothing else.
    assert_eq!(text("Expiration").len(), "2026-11-24T05:00:00Z".len());
    let until: chrono::DateTime<chrono::Utc> = text("Expiration").parse().unwrap();
    let left = until - chrono::Utc::now();
    assert!((3500..=3600).contains(&left.num_seconds()), "{left}");
    assert_eq!(session.as_object().unwrap().len(), 5);
    // As Python asks: its own address without the port.
    assert_eq!(running.session("127.0.0.1"), session);
    let address = running.address.clone();
    let (code, said) = running.end();
    let endpoint = cloud.serving.field("endpoint");
    let note = format!(
        "note: the endpoint is {endpoint}, which is not Alibaba Cloud's\nnote: the credentials URI works until this command ends: sh\n"
    );
    assert_eq!((code, said), (Some(0), note));
    assert!(TcpStream::connect(address).is_err());
    assert_eq!(cloud.serve_lines(), 1);
}

#[test]
fn whoever_does_not_ask_exactly_is_refused_with_an_empty_body_and_the_server_goes_on() {
    let cloud = Cloud::start();
    let running = cloud.running();
    let get = format!("GET {}", running.path);
    let own = format!("host: {}\r\n", running.address);
    let port = running.address.split_once(':').unwrap().1;
    for (line, headers, status) in [
        (get.as_str(), "host: evil.example\r\n", "403"),
        (&get, &format!("host: evil.example:{port}\r\n"), "403"),
        (&get, &format!("host: localhost:{port}\r\n"), "403"),
        (&get, &format!("{own}{own}"), "403"),
        (&get, "host: 127.0.0.1:1\r\n", "403"),
        (&get, "", "400"),
        (&format!("{get}x"), &own, "404"),
        (&format!("{get}/"), &own, "404"),
        (&format!("{get}?a=b"), &own, "404"),
        (&format!("{get}?"), &own, "404"),
        (&get[..get.len() - 1], &own, "404"),
        ("GET /", &own, "404"),
        (&get.replace("GET", "HEAD"), &own, "405"),
        (&get.replace("GET", "POST"), &own, "405"),
        (&get.replace("GET", "PUT"), &own, "405"),
        (&get.replace("GET", "get"), &own, "405"),
        (
            &get.replace("GET", "POST"),
            &format!("{own}content-length: 9999999\r\n"),
            "413",
        ),
        (&get, &format!("{own}a: {}\r\n", "a".repeat(20_000)), "431"),
        ("nonsense", "", "400"),
    ] {
        let (got, body) = running.ask(line, headers);
        assert_eq!(
            (got.as_str(), body.as_str()),
            (status, ""),
            "{line} {headers:.60}"
        );
    }
    let long = format!("{get} HTTP/1.1\r\n{own}a: {}\r\n\r\n", "a".repeat(1 << 20));
    let answer = running.raw(long.as_bytes());
    assert!(
        answer.is_empty() || answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    let _idle = TcpStream::connect(&running.address).unwrap();
    running.session(&running.address);
    assert_eq!(running.end().0, Some(0));
}

/// What might win over the URI, or is akm's own.
const DECOYS: [&str; 13] = [
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
    "ALIBABA_CLOUD_IGNORE_PROFILE",
    "ALIBABA_CLOUD_PROFILE",
    "ALIBABA_CLOUD_ROLE_ARN",
    "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    "ALIBABACLOUD_ACCESS_KEY_ID",
    "ALICLOUD_ACCESS_KEY",
    "ALICLOUD_SECRET_KEY",
    "OSS_ACCESS_KEY_SECRET",
    "ALIYUN_ACCESS_KEY_SECRET",
    "AKM_PASSPHRASE",
];

#[test]
fn the_command_has_the_uri_and_no_secret_in_its_environment_and_arguments() {
    let decoyed = |env: Env, name: &&str| env.with(name, "decoy");
    let env = DECOYS.iter().fold(Env::light(), decoyed);
    let cloud = Cloud::with(env.with("NO_PROXY", "a.example"));
    let mut running = cloud.running_line(
        "tr '\\0' '\\n' </proc/$$/environ; tr '\\0' '\\n' </proc/$$/cmdline; echo end; exec cat",
    );
    let session = running.session("127.0.0.1");
    let mut lines = Vec::new();
    while lines.last().is_none_or(|line| line != "end") {
        lines.push(running.next_line());
    }
    let secrets = ["AccessKeyId", "AccessKeySecret", "SecurityToken"]
        .map(|name| session[name].as_str().unwrap());
    let own = cloud.serving.field("access_key_secret");
    for line in &lines {
        let leaked = secrets
            .iter()
            .chain([&own])
            .find(|secret| line.contains(**secret));
        assert!(leaked.is_none() && !line.contains("decoy"), "{line}");
    }
    let value = |name: &str| {
        lines
            .iter()
            .find_map(|line| line.strip_prefix(&format!("{name}=")))
    };
    for (name, expected) in [
        ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true"),
        ("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true"),
        ("ALIBABA_CLOUD_CREDENTIALS_FILE", "/dev/null"),
        ("NO_PROXY", "a.example,127.0.0.1"),
        ("no_proxy", "a.example,127.0.0.1"),
        ("AKM_EXEC", cloud.serving.field("access_key_id")),
    ] {
        assert_eq!(value(name), Some(expected), "{name}");
    }
    assert!(DECOYS.iter().all(|name| value(name).is_none()));
    assert_eq!(running.end().0, Some(0));
}

/// The lines, with signals 32 and 33 taken out of their masks: glibc lets every program ignore these two that it starts (`posix_spawn`),
/// and nobody else uses them.
fn below_internal(lines: &str) -> String {
    let line = |line: &str| match line.split_once(":\t") {
        Some((name, mask)) => {
            let mask = u64::from_str_radix(mask, 16).unwrap() & !(3 << 31);
            format!("{name} {mask:x}\n")
        }
        None => format!("{line}\n"),
    };
    lines.lines().map(line).collect()
}

#[test]
fn the_command_has_no_descriptor_signal_or_limit_of_akms() {
    if !Path::new("/proc/self/status").exists() {
        return skipped("there is no /proc");
    }
    let cloud = Cloud::start();
    let look = "sh -c 'ls /proc/self/fd; grep ^Sig[BI] /proc/self/status; ulimit -Sc; ulimit -Hc'";
    for before in [
        "",
        "exec 9</dev/null;",
        "trap '' HUP USR1 INT;",
        "ulimit -Sc 0;",
        "ulimit -Hc 5;",
    ] {
        let plain = cloud.bash(&format!("{before} {look}"));
        let under_akm = cloud.bash(&format!("{before} \"$@\" {look}"));
        assert_eq!(
            below_internal(&under_akm.stdout),
            below_internal(&plain.stdout),
            "{before}"
        );
        assert!(plain.stdout.lines().count() > 6, "{}", plain.stdout);
    }
}

#[test]
fn the_exit_status_is_the_commands() {
    let cloud = Cloud::start();
    for (line, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("exit 255", 255),
        ("kill -9 $$", 137),
        ("kill -TERM $$", 143),
    ] {
        let ran = cloud.run(&["sh", "-c", line]);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{line}");
    }
    let beyond = |ran: &Ran| {
        let note = ran
            .stderr
            .find("note: the credentials URI works until")
            .unwrap();
        let said = ran.stderr[note..].split_once('\n').unwrap().1;
        said.to_owned()
    };
    let ran = cloud.run(&["no-such-program"]);
    assert_eq!(ran.code, 127);
    assert_eq!(
        beyond(&ran),
        "error: there is no program `no-such-program`\nhint: look at its name and at PATH\n"
    );
    let ran = cloud.run(&["/etc/passwd"]);
    assert_eq!(ran.code, 126);
    assert_eq!(
        beyond(&ran),
        "error: `/etc/passwd` cannot be executed: Permission denied (os error 13)\n"
    );
}

#[test]
fn signals_reach_the_command() {
    let cloud = Cloud::start();
    for (name, number) in [
        ("TERM", 15),
        ("HUP", 1),
        ("INT", 2),
        ("QUIT", 3),
        ("USR1", 10),
        ("USR2", 12),
        ("WINCH", 28),
    ] {
        let line =
            format!("trap 'echo got; exit 3' {name}; echo ready; while :; do sleep 0.05; done");
        let mut running = cloud.running_line(&line);
        assert_eq!(running.next_line(), "ready");
        running.signal(name);
        assert_eq!(running.next_line(), "got", "{name}");
        assert_eq!(running.end().0, Some(3), "{name}");
        if ["INT", "QUIT", "WINCH"].contains(&name) {
            continue;
        }
        let mut running = cloud.running_line("echo ready; exec sleep 60");
        assert_eq!(running.next_line(), "ready");
        running.signal(name);
        assert_eq!(running.end().0, Some(128 + number), "{name}");
    }
}

/// A prompt before that takes signals, too, and gives them on.
#[test]
fn signals_reach_the_command_after_a_passphrase_was_typed() {
    let cloud = Cloud::start();
    let word = cloud.env.path("passphrase");
    std::fs::write(&word, "abc\n").unwrap();
    std::fs::set_permissions(&word, PermissionsExt::from_mode(0o600)).unwrap();
    let mut protect = cloud.env.command(&["store", "protect"]);
    protect.env("AKM_PASSPHRASE_FILE", &word);
    assert!(protect.output().unwrap().status.success());
    // INT and QUIT of a terminal reach the command by themselves: akm only must not end by them.
    for signals in [&["HUP"][..], &["INT", "QUIT", "TERM"]] {
        let last = signals.last().unwrap();
        let line =
            format!("trap 'echo got; exit 3' {last}; echo ready; while :; do sleep 0.05; done");
        let mut pty = Pty::akm(&cloud.env, &cloud.args(&["sh", "-c", &line]));
        pty.see("Passphrase of the secret store: ")
            .hides()
            .send("abc\n");
        pty.see("ready");
        let id = pty.id().to_string();
        for signal in signals {
            let kill = Command::new("kill").args(["-s", signal, &id]).status();
            assert!(kill.unwrap().success());
        }
        pty.see("got");
        assert_eq!(pty.wait().code(), 3, "{signals:?}");
    }
}

#[test]
fn what_is_typed_on_a_terminal_reaches_the_command_once() {
    let cloud = Cloud::start();
    let count = r#"
import signal, time
count = 0
def caught(*_):
    global count
    count += 1
signal.signal(signal.SIGINT, caught)
print("ready", flush=True)
input()
time.sleep(0.5)
print("caught", count, flush=True)
"#;
    if !have("python3") {
        return;
    }
    let mut pty = Pty::akm(&cloud.env, &cloud.args(&["python3", "-c", count]));
    pty.see("ready").send("\u{3}");
    std::thread::sleep(std::time::Duration::from_millis(500));
    pty.send("\n").see("caught 1");
    assert_eq!(pty.wait().code(), 0);
}

#[test]
fn a_proxy_for_plain_http_is_said_since_python_asks_there() {
    let cloud = Cloud::with(Env::light().with("http_proxy", "http://proxy.example:1"));
    let said = cloud.run(&["true"]).stderr;
    let note = "note: `http_proxy` is set, and the SDK for Python asks that proxy for the credentials URI: run the command without it\n";
    assert!(said.ends_with(note), "{said}");
}

#[test]
fn a_command_that_leaves_a_program_running_ends_the_uri() {
    let cloud = Cloud::start();
    let ran = cloud.run(&[
        "sh",
        "-c",
        "sleep 30 >/dev/null 2>&1 & echo $ALIBABA_CLOUD_CREDENTIALS_URI; exit 4",
    ]);
    assert_eq!(ran.code, 4);
    let address = ran
        .stdout
        .strip_prefix("http://")
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    assert!(TcpStream::connect(address).is_err());
}

#[test]
fn nothing_is_started_where_no_session_can_be_had() {
    let cloud = Cloud::start();
    let role = cloud.serving.field("role_arn").to_owned();
    let file = cloud.env.path("started");
    let touch = ["--", "touch", file.to_str().unwrap()];
    let other = format!("{role}-x");
    for (args, code) in [
        (&["--self", "--role-arn", &other][..], 3),
        (&["--self", "--role-arn", "role"], 2),
        (&["--self"], 2),
        (&["--self", "--role-arn", &role, "--duration", "29m"], 2),
        (&["--self", "--role-arn", &role, "--duration", "20h"], 4),
        (&["nobody", "--role-arn", &role], 3),
    ] {
        let ran = cloud.env.akm(&[&["serve"], args, &touch].concat());
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (code, ""),
            "{args:?} {}",
            ran.stderr
        );
        assert!(!file.exists(), "{args:?}");
    }
    assert_eq!(cloud.serve_lines(), 0);
    cloud
        .env
        .akm(&[
            "serve",
            "--self",
            "--role-arn",
            &role,
            "--duration",
            "29m",
            "--",
            "true",
        ])
        .said(
            &[],
            2,
            "",
            "error: `--duration 29m` is too short to be served\nhint: 30m or more is possible\n",
        );
}

/// A pair that the cloud does not know, wherever a default chain looks before the URI.
fn lay_decoys(env: &Env) {
    let json = r#"{"current":"default","profiles":[{"name":"default","mode":"AK","access_key_id":"LTAI5tDECOY","access_key_secret":"decoy","region_id":"cn-hangzhou"}]}"#;
    let ini = "[default]\nenable = true\ntype = access_key\naccess_key_id = LTAI5tDECOY\naccess_key_secret = decoy\n";
    for (folder, name, text) in [
        (".aliyun", "config.json", json),
        (".alibabacloud", "credentials", ini),
        (".alibabacloud", "credentials.ini", ini),
    ] {
        std::fs::create_dir_all(env.path(folder)).unwrap();
        std::fs::write(env.path(folder).join(name), text).unwrap();
    }
}

/// Runs a program of an SDK, which prints whom the cloud takes it for by the default chain alone.
fn resolves(env: Env, runtime: &OsStr, installed: &Path, program: &str) {
    if !installed.exists() {
        let why = format!(
            "`{}` is not installed (`tests/run` does it)",
            installed.display()
        );
        return skipped(&why);
    }
    let env = env
        .with("ALIBABA_CLOUD_ACCESS_KEY_ID", "LTAI5tDECOY")
        .with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "decoy")
        .with("PYTHONDONTWRITEBYTECODE", "1");
    lay_decoys(&env);
    let cloud = Cloud::with(env);
    let endpoint = cloud
        .serving
        .field("endpoint")
        .strip_prefix("http://")
        .unwrap();
    let program = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/sdk")
        .join(program);
    let command = [
        runtime.to_str().unwrap(),
        program.to_str().unwrap(),
        endpoint,
    ];
    let ran = cloud.run(&command);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let role = cloud.serving.field("role_arn");
    let arn = role.replace(":role/", ":assumed-role/") + "/akm\n";
    assert_eq!(ran.stdout, arn, "{}", ran.stderr);
}

#[test]
fn python_resolves_the_uri_past_every_earlier_source() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/.venv/bin/python");
    resolves(Env::light(), python.as_os_str(), &python, "whoami.py");
}

#[test]
fn node_resolves_the_uri_past_every_earlier_source() {
    let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sdk/node_modules");
    let env = Env::light().with("HTTP_PROXY", "http://127.0.0.1:9");
    resolves(env, OsStr::new("node"), &modules, "whoami.js");
}
