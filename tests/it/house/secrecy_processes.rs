//! The secret of a pair in akm's processes and in those that it starts: in their environment, arguments, output, files and core dumps
//! it is only where the command's purpose puts it.

use crate::support::env::{Env, left_out};
use crate::support::guises::{guises, holds};
use crate::support::served::Served;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

fn finds(content: &[u8], secret: &str) -> bool {
    guises(secret).iter().any(|guise| holds(content, guise))
}

/// A run of akm that goes on, killed with its command at the end of the test. It may dump a core of any size.
struct Running {
    child: Child,
    out: BufReader<std::process::ChildStdout>,
    /// What its command waits to read.
    _input: ChildStdin,
    /// The process of the command that prints its id, if any.
    command: Option<u32>,
}

impl Running {
    fn start(env: &Env, args: &[&str]) -> Self {
        let mut command = Command::new("bash");
        env.dress(&mut command);
        command.args(["-c", "ulimit -c unlimited; exec \"$@\"", "bash"]);
        command.arg(env!("CARGO_BIN_EXE_akm")).args(args);
        command.stdin(Stdio::piped());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let input = child.stdin.take().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let command = None;
        Self {
            child,
            out,
            _input: input,
            command,
        }
    }

    /// The same, with a command that lasts longer than the test.
    fn with_a_command(env: &Env, args: &[&str]) -> Self {
        let command = ["--", "sh", "-c", "echo $$; read line"];
        let mut running = Self::start(env, &[args, &command].concat());
        let mut line = String::new();
        running.out.read_line(&mut line).unwrap();
        running.command = Some(line.trim().parse().unwrap());
        running
    }

    fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its end after a signal, and what it said.
    fn end(&mut self, signal: &str) -> (ExitStatus, Vec<u8>) {
        signal_to(self.id(), signal);
        let status = self.child.wait().unwrap();
        self.end_command();
        let (mut said, mut err) = (Vec::new(), self.child.stderr.take().unwrap());
        self.out.read_to_end(&mut said).unwrap();
        err.read_to_end(&mut said).unwrap();
        (status, said)
    }

    /// A command outlives an akm that is killed, and holds its output open.
    fn end_command(&mut self) {
        if let Some(command) = self.command.take().filter(|command| *command != self.id()) {
            let mut kill = Command::new("kill");
            kill.arg("-KILL")
                .arg(command.to_string())
                .stderr(Stdio::null());
            let _ = kill.status();
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end_command();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn signal_to(process: u32, signal: &str) {
    let mut kill = Command::new("kill");
    kill.arg(format!("-{signal}")).arg(process.to_string());
    assert!(kill.status().unwrap().success());
}

/// `credential-process` while it waits for an answer that never comes: by then it has read the secret, and signed with it.
fn waiting(served: &Served) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let config = served.env.home().join("config.toml");
    crate::support::env::edit(&config, served.serving.address(), &address);
    let role = served.serving.field("role_arn");
    // No session of this length is cached.
    let args = [
        "credential-process",
        "--self",
        "--role-arn",
        role,
        "--duration",
        "30m",
        "-v",
    ];
    let running = Running::start(&served.env, &args);
    let (mut request, mut byte) = (listener.accept().unwrap().0, [0]);
    request.read_exact(&mut byte).unwrap();
    // Open to the end of the test, and so unanswered.
    std::mem::forget(request);
    running
}

fn serving(served: &Served) -> Running {
    let role = served.serving.field("role_arn");
    let args = ["serve", "--self", "--role-arn", role, "-v"];
    Running::with_a_command(&served.env, &args)
}

/// `exec` with the pair itself, whose process becomes the command's.
fn executing(env: &Env) -> Running {
    let running = Running::with_a_command(env, &["exec", "alice"]);
    assert_eq!(running.command, Some(running.id()));
    running
}

/// What `/proc` shows of a process. That akm's cannot be read, but by root, is as good.
fn shown_of(process: u32, name: &str) -> Vec<u8> {
    std::fs::read(format!("/proc/{process}/{name}")).unwrap_or_default()
}

#[test]
fn environments_and_arguments_have_the_secret_where_it_was_asked_for_alone() {
    if !Path::new("/proc/self/environ").exists() {
        return left_out("there is no /proc");
    }
    let served = Served::start();
    let own = served.serving.field("access_key_secret").to_owned();
    let serve = serving(&served);
    let command = serve.command.unwrap();
    assert!(!shown_of(command, "environ").is_empty());
    for process in [serve.id(), command] {
        let arguments = shown_of(process, "cmdline");
        for content in [arguments, shown_of(process, "environ")] {
            assert!(!finds(&content, &own), "serve: {process}");
        }
    }
    let waits = waiting(&served);
    for name in ["environ", "cmdline"] {
        assert!(!finds(&shown_of(waits.id(), name), &own), "{name}");
    }
    let env = Env::light();
    let (_, secret) = env.create_shown("alice");
    let exec = executing(&env);
    assert!(finds(&shown_of(exec.id(), "environ"), &secret));
    assert!(!finds(&shown_of(exec.id(), "cmdline"), &secret));
}

/// The core dump in the test's folder.
fn core_in(env: &Env) -> Option<PathBuf> {
    let mut entries = std::fs::read_dir(env.path("")).unwrap();
    entries.find_map(|entry| {
        let entry = entry.unwrap();
        let is_core = entry.file_name().to_string_lossy().starts_with("core");
        is_core.then(|| entry.path())
    })
}

/// Whether a program that dies of a signal leaves a core dump in its folder here. Says aloud where none does.
fn dumps_cores() -> bool {
    let pattern = std::fs::read_to_string("/proc/sys/kernel/core_pattern").unwrap_or_default();
    let limit = Command::new("bash")
        .args(["-c", "ulimit -c unlimited"])
        .output();
    let dumps = pattern.starts_with("core") && limit.unwrap().status.success();
    if !dumps {
        left_out("core dumps do not go into the folder of the program, or are limited");
    }
    // As in the background of a shell: what is ignored here is ignored by every program that a test starts.
    if is_quit_ignored() {
        left_out("the signal QUIT is ignored");
    }
    dumps && !is_quit_ignored()
}

fn is_quit_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let mask = lines.find_map(|line| line.strip_prefix("SigIgn:\t"));
    mask.and_then(|mask| u64::from_str_radix(mask, 16).ok())
        .is_some_and(|mask| mask & (1 << 2) != 0)
}

/// Whoever started akm lets every program dump its memory. The command of `exec` does, and its core has the secret, which shows that
/// one of akm's own would.
#[test]
fn akm_leaves_no_core_dump_and_its_commands_cores_have_what_their_environment_has() {
    if !dumps_cores() {
        return;
    }
    let env = Env::light();
    let (_, secret) = env.create_shown("alice");
    let (status, _) = executing(&env).end("QUIT");
    assert!(status.core_dumped(), "{status}");
    let core = std::fs::read(core_in(&env).unwrap()).unwrap();
    assert!(finds(&core, &secret));

    let served = Served::start();
    let own = served.serving.field("access_key_secret").to_owned();
    // `serve` passes this signal on: it is the command that dies.
    let (status, said) = serving(&served).end("QUIT");
    assert_eq!(status.code(), Some(131));
    assert!(!finds(&said, &own));
    let core = core_in(&served.env).unwrap();
    assert!(!finds(&std::fs::read(&core).unwrap(), &own));
    std::fs::remove_file(core).unwrap();
    let (status, said) = serving(&served).end("ABRT");
    no_core(&served.env, status, 6);
    assert!(!finds(&said, &own));
    let (status, said) = waiting(&served).end("QUIT");
    no_core(&served.env, status, 3);
    assert!(!finds(&said, &own));
}

#[track_caller]
fn no_core(env: &Env, status: ExitStatus, signal: i32) {
    assert_eq!(status.signal(), Some(signal), "{status}");
    assert!(!status.core_dumped() && core_in(env).is_none());
}
