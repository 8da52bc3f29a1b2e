//! `akm create` without an owner, on a terminal: the console's note. The colours and moves of its screen are left out of what is
//! looked for; what is typed is what a person types.

use crate::support::env::Env;
use crate::support::pty::Pty;

const DOWN: &str = "\u{1b}[B";
const ESCAPE: &str = "\u{1b}";
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";

fn asked(env: &Env) -> Pty {
    let mut pty = Pty::akm(env, &["create"]);
    pty.see("give each program a RAM user of its own")
        .see("Who is this AccessKey for?")
        .see("type to filter");
    pty
}

fn nothing_was_made(env: &Env) {
    assert!(env.pairs().is_empty());
    assert_eq!(env.akm(&["user", "list", "-o", "plain"]).stdout, "");
}

#[test]
fn a_new_user_is_asked_for_and_made() {
    let env = Env::new();
    let mut pty = asked(&env);
    pty.send(ENTER).see("The new RAM user's name:");
    // A name that no RAM user can have is said at once, and asked again.
    pty.send("a/b").send(ENTER).see("only letters, digits");
    pty.send("\u{7f}\u{7f}\u{7f}alice")
        .send(ENTER)
        .see("Created RAM user alice in the sandbox")
        .see("for RAM user alice in the sandbox");
    assert_eq!(pty.wait().code(), 0);
    assert!(pty.echoes());
    assert_eq!(env.pairs().len(), 1);
}

#[test]
fn a_user_is_picked_from_many_by_typing() {
    let env = Env::new();
    for name in ["alice", "build-server", "carol"] {
        assert_eq!(env.akm(&["user", "create", name]).code, 0);
    }
    let mut pty = asked(&env);
    pty.send(ENTER)
        .see("Which RAM user?")
        .see("a new RAM user")
        .see("carol");
    pty.send("serv")
        .see("build-server")
        .send(ENTER)
        .see("for RAM user build-server in the sandbox");
    assert_eq!(pty.wait().code(), 0);
    assert_eq!(env.pairs()[0]["ram_user"], "build-server");
}

#[test]
fn the_accounts_own_pair_is_warned_of() {
    let env = Env::new();
    for (answer, code, pairs) in [("n\r", 11, 0), ("\r", 11, 0), ("y\r", 0, 1)] {
        let mut pty = asked(&env);
        pty.send(DOWN)
            .send(ENTER)
            .see("opens everything the account has; a RAM user's pair is advised");
        pty.see("create an AccessKey for the account itself in the sandbox")
            .send(answer);
        assert_eq!(pty.wait().code(), code);
        assert_eq!(env.pairs().len(), pairs);
    }
    assert_eq!(env.pairs()[0]["owner"], "account");
}

/// `--yes` answers routine questions; whose pair it is to be is none.
#[test]
fn yes_does_not_name_an_owner() {
    let env = Env::new();
    let mut pty = Pty::akm(&env, &["create", "--yes"]);
    pty.see("Who is this AccessKey for?").send(CTRL_C);
    assert_eq!(pty.wait().code(), 130);
    let ran = env.akm(&["create", "--yes"]);
    ran.said(
        &[],
        2,
        "",
        "error: no owner was named\nhint: add `--ram-user NAME` or `--account`\n",
    );
}

#[test]
fn a_question_that_is_left_changes_nothing() {
    let env = Env::new();
    for (key, code) in [(CTRL_C, 130), (ESCAPE, 11)] {
        let mut pty = asked(&env);
        pty.send(key)
            .see("nothing was changed: the question was not answered");
        assert_eq!(pty.wait().code(), code);
        assert!(pty.echoes(), "the terminal is as it was");
        let mut pty = asked(&env);
        pty.send(ENTER)
            .see("The new RAM user's name:")
            .send("ali")
            .send(key)
            .see("nothing was changed");
        assert_eq!(pty.wait().code(), code);
        assert!(pty.echoes());
    }
    nothing_was_made(&env);
    // At a question in words, Ctrl-C ends the program as everywhere.
    let mut pty = Pty::akm(&env, &["create", "--account"]);
    pty.see("[y/N]").send(CTRL_C);
    assert_eq!(pty.wait().code(), 130);
    assert!(pty.echoes());
    nothing_was_made(&env);
}

#[test]
fn a_terminal_that_goes_away_changes_nothing() {
    let env = Env::new();
    for step in 0..3 {
        let mut pty = if step == 2 {
            Pty::akm(&env, &["create", "--account"])
        } else {
            asked(&env)
        };
        match step {
            0 => (),
            1 => drop(pty.send(ENTER).see("The new RAM user's name:").send("ali")),
            _ => drop(pty.see("[y/N]")),
        }
        pty.hang_up();
        assert_ne!(pty.wait().code(), 0);
    }
    nothing_was_made(&env);
}

/// `TERM=dumb`: a terminal that shows each escape sequence, such as the one inside an editor.
#[test]
fn a_dumb_terminal_is_asked_in_lines() {
    let env = Env::new().with("TERM", "dumb");
    for (answer, code, seen) in [
        (
            "\n",
            11,
            "nothing was changed: the question was not answered",
        ),
        ("a/b\n", 4, "only letters, digits"),
        (
            "--account\n",
            11,
            "create an AccessKey for the account itself in the sandbox",
        ),
        ("alice\n", 0, "for RAM user alice"),
    ] {
        let mut pty = Pty::akm(&env, &["create"]);
        pty.see("who is this AccessKey for? A RAM user's name")
            .send(answer)
            .see(seen);
        if answer == "--account\n" {
            pty.send("n\n");
        }
        assert_eq!(pty.wait().code(), code);
        let screen = pty.screen();
        assert!(!screen.contains('\u{1b}'), "{screen:?}");
    }
    assert_eq!(env.pairs().len(), 1);
}
