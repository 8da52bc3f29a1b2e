//! The dialog with which `akm create` without an owner ends: save CSV, copy, show once, done.

use crate::support::env::Env;
use crate::support::pty::Pty;
use std::fs::File;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const UP: &str = "\u{1b}[A";
const DOWN: &str = "\u{1b}[B";
const ESCAPE: &str = "\u{1b}";
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";
const MENU: &str = "What do you want to do with the secret?";

/// At the menu, the pair of alice made.
fn made(env: &Env) -> Pty {
    env.akm(&["user", "create", "alice"]);
    let mut pty = Pty::akm(env, &["create"]);
    pty.see("esc to leave").send(ENTER);
    pty.see("type to filter").send(DOWN).send(ENTER);
    at_menu(&mut pty);
    pty
}

fn at_menu(pty: &mut Pty) {
    pty.see(MENU).see("Done").see("esc to leave");
}

/// What the log says that alice's secret was handed out by.
fn handed_out(env: &Env) -> Vec<String> {
    let log = env.akm(&["log", "--json"]).stdout;
    let lines = log.lines().map(|line| serde_json::from_str(line).unwrap());
    let actions = lines.map(|line: serde_json::Value| line["action"].as_str().unwrap().to_owned());
    let ways = ["export", "copy", "show-secret"];
    actions.filter(|it| ways.contains(&it.as_str())).collect()
}

#[test]
fn the_secret_is_saved_and_shown_until_done_is_chosen() {
    let env = Env::new();
    std::fs::write(env.path("alice.csv"), "mine").unwrap();
    let mut pty = made(&env);
    let (id, secret) = env.secrets().remove(0);
    // From Done, the last row, it goes round to the first. An existing file is refused, and the name asked for again.
    pty.send(DOWN).send(ENTER);
    pty.see("Save the CSV as [alice.csv]: ").send(ENTER);
    pty.see("warning: `alice.csv` exists already")
        .see("Save the CSV as [alice.csv]: ")
        .send("-\r")
        .see("warning: `-` is standard output")
        .see("Save the CSV as [alice.csv]: ")
        .send("xx\u{15}other.csv\r")
        .see("Saved the pair in other.csv.");
    at_menu(&mut pty);
    assert!(!pty.screen().contains(&secret));
    pty.send(UP).send(ENTER);
    pty.see(&format!("{secret}\r\n"))
        .see("the secret is on this screen now");
    at_menu(&mut pty);
    pty.send(ENTER);
    assert_eq!(pty.wait().code(), 0);
    assert!(pty.echoes());
    let file = env.path("other.csv");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        std::fs::read_to_string(file).unwrap(),
        format!("AccessKey ID,AccessKey Secret\n{id},{secret}\n")
    );
    assert_eq!(std::fs::read(env.path("alice.csv")).unwrap(), b"mine");
    // `secrets` above is one export of its own.
    assert_eq!(handed_out(&env), ["export", "export", "show-secret"]);
}

#[test]
fn what_cannot_be_done_is_said_and_the_menu_comes_back() {
    let env = Env::new();
    let mut pty = made(&env);
    pty.send(DOWN).send(DOWN).send(ENTER);
    pty.see("warning: there is no clipboard to copy to");
    at_menu(&mut pty);
    pty.send(ESCAPE);
    assert_eq!(pty.wait().code(), 0);
    assert!(handed_out(&env).is_empty());
}

/// The terminal's own clipboard, which is there over SSH.
#[test]
fn the_secret_is_copied() {
    let env = Env::new()
        .with("SSH_TTY", "/dev/pts/0")
        .with("SSH_CONNECTION", "::1 1 ::1 22");
    let mut pty = made(&env);
    pty.send(DOWN).send(DOWN).send(ENTER);
    pty.see("\u{1b}]52;c;").see("was sent to the terminal");
    at_menu(&mut pty);
    pty.send(ENTER);
    assert_eq!(pty.wait().code(), 0);
    assert_eq!(handed_out(&env), ["copy"]);
}

#[test]
fn the_pair_stays_however_the_menu_is_left() {
    for (key, code, said) in [
        (ESCAPE, 0, ""),
        (
            CTRL_C,
            130,
            "stays, and its secret is saved: the question was not answered",
        ),
    ] {
        let env = Env::new();
        let mut pty = made(&env);
        pty.send(key);
        assert_eq!(pty.wait().code(), code);
        assert!(
            pty.echoes() && pty.screen().contains(said),
            "{}",
            pty.screen()
        );
        assert_eq!(env.secrets().len(), 1);
    }
    let env = Env::new();
    let mut pty = made(&env);
    pty.send(DOWN)
        .send(ENTER)
        .see("Save the CSV as [alice.csv]: ")
        .send("x\u{3}");
    assert_eq!(pty.wait().code(), 130);
    assert!(!env.path("alice.csv").exists());
    assert_eq!(env.secrets().len(), 1);
    let env = Env::new();
    let mut pty = made(&env);
    pty.hang_up().wait();
    assert_eq!(env.secrets().len(), 1);
}

#[test]
fn nothing_is_asked_where_an_option_says_it_or_an_owner_is_named() {
    for args in [
        &["create", "alice"][..],
        &["create", "--csv", "pair.csv"],
        &["create", "--show-secret"],
        &["create", "--json"],
    ] {
        let env = Env::new();
        let mut pty = Pty::akm(&env, args);
        if args[1] != "alice" {
            pty.see("esc to leave").send(ENTER);
            pty.see("The new RAM user's name: ").send("alice\r");
        }
        assert_eq!(pty.wait().code(), 0, "{args:?}");
        assert!(!pty.screen().contains(MENU), "{}", pty.screen());
        assert_eq!(env.pairs().len(), 1);
    }
}

/// What standard output goes to may be read by others.
#[test]
fn a_secret_is_not_shown_in_a_file() {
    let env = Env::new();
    let output = env.path("output");
    let mut pty = Pty::akm_into(&env, &["create"], File::create(&output).unwrap());
    pty.see("esc to leave").send(ENTER);
    pty.see("The new RAM user's name: ").send("alice\r");
    at_menu(&mut pty);
    assert!(!pty.screen().contains("Show once"));
    pty.send(ENTER);
    assert_eq!(pty.wait().code(), 0);
    let output = std::fs::read_to_string(output).unwrap();
    assert_eq!(output.lines().count(), 1, "{output}");
}

#[test]
fn a_dumb_terminal_is_asked_in_words() {
    const WORDS: &str = "What do you want to do with the secret? csv, copy, show, done: ";
    let env = Env::new().with("TERM", "dumb");
    let mut pty = Pty::akm(&env, &["create"]);
    pty.see("who is this AccessKey for?").send("alice\n");
    pty.see(WORDS);
    let (_, secret) = env.secrets().remove(0);
    pty.send("what\n").see(WORDS).send("Show\n").see(&secret);
    pty.see(WORDS).send("csv\n");
    pty.see("Save the CSV as [alice.csv]: ").send("\n");
    pty.see("Saved the pair in alice.csv.")
        .see(WORDS)
        .send("done\n");
    assert_eq!(pty.wait().code(), 0);
    assert!(!pty.screen().contains('\u{1b}'), "{}", pty.screen());
    let csv = std::fs::read_to_string(env.path("alice.csv")).unwrap();
    assert!(csv.ends_with(&format!(",{secret}\n")), "{csv}");
}

/// A signal that ends akm at a list gives the terminal back as it was.
#[test]
fn a_terminal_is_as_it_was_after_a_signal_at_a_list() {
    for (signal, code) in [("TERM", 143), ("HUP", 129)] {
        let env = Env::new();
        let mut pty = made(&env);
        assert!(!pty.echoes());
        let id = pty.id().to_string();
        let kill = Command::new("kill").args(["-s", signal, &id]).status();
        assert!(kill.unwrap().success());
        assert_eq!(pty.wait().code(), code);
        assert!(pty.echoes() && pty.screen().contains("\u{1b}[?2004l"));
    }
}
