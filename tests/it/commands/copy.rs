//! `akm copy` and `akm create --copy`, against a real X server that is read and written by xclip, and against a real terminal.

use crate::support::env::{Env, have};
use crate::support::pty::Pty;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const HINT: &str = "x-kde-passwordManagerHint";

/// An X server of this test's own, on a number that it chose itself.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    /// `None` where the tools for it are not installed, or akm was built without.
    fn start() -> Option<Self> {
        Self::start_with(&["-noreset"])
    }

    fn start_with(args: &[&str]) -> Option<Self> {
        if cfg!(not(feature = "desktop")) || !have("Xvfb") || !have("xclip") {
            return None;
        }
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "64x64x24"])
            .args(["-nolisten", "tcp"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut number = String::new();
        let mut out = BufReader::new(server.stdout.take().unwrap());
        out.read_line(&mut number).unwrap();
        let name = format!(":{}", number.trim());
        Some(Self { server, name })
    }

    fn env(&self) -> Env {
        Env::new().with("DISPLAY", &self.name)
    }

    fn xclip(&self, args: &[&str]) -> Command {
        let mut command = Command::new("xclip");
        command
            .args(["-selection", "clipboard"])
            .args(args)
            .env("DISPLAY", &self.name);
        command
    }

    /// What a paste gets; `None` from an empty clipboard.
    fn paste(&self) -> Option<String> {
        let output = self.xclip(&["-o"]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        output.status.success().then_some(text)
    }

    fn offers(&self, form: &str) -> bool {
        let output = self.xclip(&["-o", "-t", "TARGETS"]).output().unwrap();
        let forms = String::from_utf8(output.stdout).unwrap();
        forms.lines().any(|line| line == form)
    }

    /// Copies as another program does.
    fn copy(&self, text: &str) {
        let mut command = self.xclip(&["-i"]);
        command.stdin(Stdio::piped()).stdout(Stdio::null());
        let mut xclip = command.spawn().unwrap();
        xclip
            .stdin
            .take()
            .unwrap()
            .write_all(text.as_bytes())
            .unwrap();
        xclip.wait().unwrap();
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The children of this build that hold a clipboard for so many seconds: each test has a number of its own.
fn holders(seconds: u32) -> Vec<(u32, String)> {
    let start = format!(
        "{}\0clipboard-holder\0{seconds}\0",
        env!("CARGO_BIN_EXE_akm")
    );
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    numbers
        .filter_map(|pid| {
            Some((
                pid,
                fs::read_to_string(format!("/proc/{pid}/cmdline")).ok()?,
            ))
        })
        .filter(|(_, line)| line.starts_with(&start))
        .collect()
}

fn wait_until(what: &str, done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}");
        thread::sleep(Duration::from_millis(20));
    }
}

fn secret_of(env: &Env, id: &str) -> String {
    let csv = env.akm(&["export", id, "--csv", "-"]).stdout;
    let row = csv.lines().nth(1).unwrap();
    row.trim().split_once(',').unwrap().1.to_owned()
}

/// Whether metadata says of some pair that it left by the clipboard.
fn left_by_copy(env: &Env) -> bool {
    env.files().iter().any(|(path, content)| {
        path.ends_with("log.jsonl") && String::from_utf8_lossy(content).contains("\"copy\"")
    })
}

#[test]
fn a_secret_is_held_by_a_child_and_cleared() {
    let Some(display) = Display::start() else {
        return;
    };
    let env = display.env();
    let id = env.create("alice");
    let secret = secret_of(&env, &id);
    assert!(!left_by_copy(&env));
    env.akm(&["copy", "--ram-user", "alice", "--clear-after", "6s"]).said(
        &[&id],
        0,
        "",
        "note: the secret of `<ID1>` is on the clipboard; it is cleared in 6s, unless something else is copied before\n",
    );
    let held = holders(6);
    let [(pid, line)] = &held[..] else {
        panic!("{held:?}")
    };
    assert!(!line.contains(&secret), "{line}");
    wait_until("the child is detached", || is_detached(*pid));
    assert_eq!(display.paste().unwrap(), secret);
    assert_eq!(display.paste().unwrap(), secret);
    assert!(display.offers(HINT));
    assert!(left_by_copy(&env));
    wait_until("the clipboard is cleared", || display.paste().is_none());
    wait_until("the child ends", || holders(6).is_empty());
}

/// It leads a session of its own, and neither its input nor its output is a pipe any more.
fn is_detached(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after_name = stat.rsplit_once(") ").unwrap().1;
    let session = after_name.split(' ').nth(3).unwrap();
    let of = |number| fs::read_link(format!("/proc/{pid}/fd/{number}"));
    session == pid.to_string()
        && (0..=2).all(|number| of(number).is_ok_and(|path| path.as_os_str() == "/dev/null"))
}

#[test]
fn what_was_copied_meanwhile_stays() {
    let Some(display) = Display::start() else {
        return;
    };
    let env = display.env();
    let id = env.create("alice");
    let ran = env.akm(&["copy", &id, "--clear-after", "2s", "-q"]);
    ran.said(&[&id], 0, "", "");
    display.copy("something else");
    wait_until("the child ends", || holders(2).is_empty());
    assert_eq!(display.paste().unwrap(), "something else");
}

#[test]
fn what_a_clipboard_manager_took_over_is_cleared_too() {
    let Some(display) = Display::start() else {
        return;
    };
    let env = display.env();
    let id = env.create("alice");
    let secret = secret_of(&env, &id);
    let ran = env.akm(&["copy", &id, "--clear-after", "5s", "-q"]);
    ran.said(&[&id], 0, "", "");
    display.copy(&secret);
    assert_eq!(display.paste().unwrap(), secret);
    wait_until("the child ends", || holders(5).is_empty());
    assert_eq!(display.paste(), None);
}

#[test]
fn an_id_is_copied_and_is_no_secret() {
    let Some(display) = Display::start() else {
        return;
    };
    let env = display.env();
    let id = env.create("alice");
    let ran = env.akm(&["copy", &id, "--id", "--clear-after", "7s", "--json"]);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1));
    assert_eq!(
        ran.json(),
        serde_json::json!({"access_key_id": id, "copied": "id", "clear_after_seconds": 7})
    );
    assert_eq!(display.paste().unwrap(), id);
    assert!(!display.offers(HINT));
    assert!(!left_by_copy(&env));
    wait_until("the clipboard is cleared", || display.paste().is_none());
    wait_until("the child ends", || holders(7).is_empty());
}

#[test]
fn a_new_pair_is_copied() {
    let Some(display) = Display::start() else {
        return;
    };
    let env = display.env();
    let ran = env.akm(&["create", "--ram-user", "alice", "--copy"]);
    let id = ran.stdout.trim().to_owned();
    ran.said(
        &[&id],
        0,
        "<ID1>\n",
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         Created RAM user alice in the sandbox (account <ACCOUNT>).\n\
         note: a new RAM user may do nothing until a policy is attached to it; in your own account, that is done in the RAM console\n\
         Created AccessKey <ID1> for RAM user alice in the sandbox (account <ACCOUNT>). Secret saved in encrypted files.\nnext: akm exec alice -- COMMAND\n\
         note: the secret of `<ID1>` is on the clipboard; it is cleared in 45s, unless something else is copied before\n",
    );
    assert!(left_by_copy(&env));
    assert_eq!(display.paste().unwrap(), secret_of(&env, &id));
    let held = holders(45);
    assert_eq!(held.len(), 1, "{held:?}");
    Command::new("kill")
        .arg(held[0].0.to_string())
        .status()
        .unwrap();
    wait_until("the child ends", || holders(45).is_empty());
    assert_eq!(display.paste(), None);
}

/// As one does by default, so that it would drop the child, were the command to leave it before.
#[test]
fn a_server_that_begins_anew_with_each_first_client() {
    let Some(display) = Display::start_with(&[]) else {
        return;
    };
    let env = display.env();
    let id = env.create("alice");
    let ran = env.akm(&["copy", &id, "--clear-after", "1s", "-q"]);
    ran.said(&[&id], 0, "", "");
    wait_until("the child ends", || holders(1).is_empty());
}

#[cfg(feature = "desktop")]
#[test]
fn no_clipboard_is_said_before_anything_is_made() {
    let unreachable = [
        (
            Env::new(),
            "no display is named (`DISPLAY`, `WAYLAND_DISPLAY`)",
        ),
        (
            Env::new().with("DISPLAY", "127.0.0.1:59000"),
            "the display cannot be reached",
        ),
        (
            Env::new().with("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22"),
            "no display is named (`DISPLAY`, `WAYLAND_DISPLAY`)",
        ),
    ];
    for (env, why) in unreachable {
        let said = format!(
            "error: there is no clipboard to copy to: {why}, and no terminal over SSH\n\
             hint: run it in a graphical session, or over SSH on a terminal\n"
        );
        without_terminal(&env, &["create", "--ram-user", "alice", "--copy"], &said);
        assert!(!env.home().exists());
        let id = env.create("alice");
        without_terminal(&env, &["copy", &id], &said);
        assert!(!left_by_copy(&env));
    }
}

/// In a session of its own, so that it has no terminal, whoever runs the tests.
#[cfg(feature = "desktop")]
fn without_terminal(env: &Env, args: &[&str], stderr: &str) {
    let mut command = Command::new("setsid");
    command
        .arg("--wait")
        .arg(env!("CARGO_BIN_EXE_akm"))
        .args(args);
    env.dress(&mut command);
    crate::support::env::Ran::from(command.output().unwrap()).said(&[], 1, "", stderr);
}

#[test]
fn over_ssh_the_terminal_takes_it() {
    if !have("script") {
        return;
    }
    let env = Env::new().with("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22");
    let id = env.create("alice");
    let mut script = Command::new("script");
    let line = format!("{} copy {id} --json >out.json", env!("CARGO_BIN_EXE_akm"));
    script.args(["-qec", &line, "/dev/null"]);
    env.dress(&mut script);
    let output = script.output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    let (_, rest) = shown.split_once("\u{1b}]52;c;").unwrap();
    let (sent, said) = rest.split_once('\u{7}').unwrap();
    assert_eq!(decoded(sent), secret_of(&env, &id));
    assert_eq!(
        said,
        format!(
            "{{\"note\":{{\"code\":\"clipboard\",\"message\":\"the secret of `{id}` was sent to the terminal for its clipboard (OSC 52), which akm can neither check nor clear\"}}}}\r\n"
        )
    );
    let json = fs::read_to_string(env.path("out.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&json).unwrap(),
        serde_json::json!({"access_key_id": id, "copied": "secret", "clear_after_seconds": null})
    );
    assert!(left_by_copy(&env));
}

/// A terminal that knows no escape sequences would show the secret, and a `tmux` that takes none over would drop it.
#[test]
fn a_terminal_that_takes_no_text_over_is_sent_none() {
    use std::os::unix::fs::PermissionsExt;
    let env = Env::new().with("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22");
    let id = env.create("alice");
    let tmux = |value: &str| {
        let bin = env.path(&format!("tmux-{value}"));
        fs::create_dir(&bin).unwrap();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", bin.display());
        let script =
            format!("#!/bin/sh\n[ \"$*\" = 'show-options -sv set-clipboard' ] && echo {value}\n");
        fs::write(bin.join("tmux"), script).unwrap();
        fs::set_permissions(bin.join("tmux"), fs::Permissions::from_mode(0o755)).unwrap();
        let env = env.bystander().with("TERM", "screen-256color");
        env.with("TMUX", "/tmp/tmux-0/default,1,0")
            .with("PATH", &path)
    };
    let dropping = |value: &str| {
        format!(
            "and tmux drops what it is sent: its option `set-clipboard` is `{value}`\r\n\
             hint: tmux set-option -s set-clipboard on\r\n"
        )
    };
    for (env, why) in [
        (
            env.bystander().with("TERM", "dumb"),
            "and the terminal (`TERM=dumb`) has none\r\n\
             hint: run it in a graphical session, or over SSH on a terminal\r\n"
                .to_owned(),
        ),
        (tmux("external"), dropping("external")),
        (tmux("off"), dropping("off")),
    ] {
        let mut pty = Pty::akm(&env, &["copy", &id]);
        assert_eq!(pty.wait().code(), 1);
        // The terminal breaks no line: it does not say how wide it is.
        let screen = pty.screen();
        assert!(
            screen.starts_with("error: there is no clipboard to copy to: "),
            "{screen}"
        );
        assert!(screen.ends_with(&why), "{screen}");
        assert!(!screen.contains("]52;"), "{screen}");
    }
    let on = tmux("on");
    let mut pty = Pty::akm(&on, &["copy", &id]);
    pty.see("\u{1b}]52;c;").see("was sent to the terminal");
    assert_eq!(pty.wait().code(), 0);
}

/// By another program than the one under test.
fn decoded(text: &str) -> String {
    let mut base64 = Command::new("base64")
        .arg("-d")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = base64.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    String::from_utf8(base64.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn what_cannot_be_copied_is_said() {
    let env = Env::new();
    for span in ["0s", "2d"] {
        let ran = env.akm(&["copy", "--account", "--clear-after", span]);
        assert_eq!(ran.code, 2, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("1s to 1d is expected"),
            "{}",
            ran.stderr
        );
    }
    env.akm(&["copy", "--account"]).said(
        &[],
        3,
        "",
        &format!(
            "error: akm knows no AccessKey pair yet: no akm data in `{}`\nhint: `akm create NAME` makes one\n",
            env.home().display()
        ),
    );
    env.create("alice");
    env.akm(&["copy", "--self"]).said(
        &[],
        3,
        "",
        "error: the sandbox signs with no pair of its own\n\
         hint: name a pair: KEY_ID, a RAM user's NAME or `--account`\n",
    );
}
