//! `akm create` without an owner, on a terminal: the console's note. The colours and moves of its screen are left out of what is
//! looked for; what is typed is what a person types.

use crate::support::env::Env;
use crate::support::pty::Pty;

const DOWN: &str = "\u{1b}[B";
const ESCAPE: &str = "\u{1b}";
const ENTER: &str = "\r";
const CTRL_C: &str = "\u{3}";
/// The dialog that follows, Done selected.
const MENU: &str = "What do you want to do with the secret?";

fn asked(env: &Env) -> Pty {
    let mut pty = Pty::akm(env, &["create"]);
    pty.see("give each program a RAM user of its own")
        .see("Who is this AccessKey for?")
        .see("esc to leave");
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
    pty.see("The new RAM user's name:");
    // Backspace, Ctrl-W and Ctrl-U take away what was typed.
    pty.send("bob\u{15}carol\u{17}alixx\u{7f}\u{7f}ce")
        .send(ENTER)
        .see("Created RAM user alice in the sandbox")
        .see("note: a new RAM user may do nothing until a policy is attached to it")
        .see("for RAM user alice in the sandbox")
        .see(MENU)
        .send(ENTER);
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
        .see("for RAM user build-server in the sandbox")
        .see(MENU)
        .send(ENTER);
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
        if code == 0 {
            pty.see(MENU).send(ENTER);
        }
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
    }
    // In a line, Ctrl-C ends the program as everywhere, and an empty one leaves.
    for (keys, code) in [("ali\u{3}", 130), ("ali\u{15}\r", 11)] {
        let mut pty = asked(&env);
        pty.send(ENTER).see("The new RAM user's name:").send(keys);
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
            pty.see("[y/N]").send("n\n");
        }
        if code == 0 {
            pty.see("csv, copy, show, done: ").send("\n");
        }
        assert_eq!(pty.wait().code(), code);
        let screen = pty.screen();
        assert!(!screen.contains('\u{1b}'), "{screen:?}");
    }
    assert_eq!(env.pairs().len(), 1);
}

/// akm on a terminal that has a line already when akm starts.
fn begun_after(env: &Env, early: &str, args: &str) -> Pty {
    let akm = env!("CARGO_BIN_EXE_akm");
    let line = format!("echo ready; sleep 1; exec {akm} {args}");
    let mut pty = Pty::run(env, "sh", &["-c", &line]);
    pty.see("ready").send(early);
    pty
}

/// Each list and each question throws away what was typed before it was there.
#[test]
fn what_is_typed_ahead_picks_and_answers_nothing() {
    let env = Env::new();
    assert_eq!(env.akm(&["user", "create", "alice"]).code, 0);
    let mut pty = begun_after(&env, "\r\r\r", "create");
    pty.see("esc to leave").send(ESCAPE);
    assert_eq!(pty.wait().code(), 11);
    assert!(
        !pty.screen().contains("Which RAM user?"),
        "{}",
        pty.screen()
    );
    // Both come in at once: the list before has read the second.
    let mut pty = asked(&env);
    pty.send("\r\r")
        .see("Which RAM user?")
        .see("type to filter");
    pty.send(ESCAPE);
    assert_eq!(pty.wait().code(), 11);
    assert!(!pty.screen().contains("user's name"), "{}", pty.screen());
    let mut pty = begun_after(&env, "y\r", "create --account");
    pty.see("[y/N]").send("n\r");
    assert_eq!(pty.wait().code(), 11);
    assert!(env.pairs().is_empty());
}

#[test]
fn who_types_nothing_but_enter_makes_nothing() {
    let env = Env::new();
    assert_eq!(env.akm(&["user", "create", "alice"]).code, 0);
    let mut pty = asked(&env);
    pty.send(ENTER).see("Which RAM user?").see("type to filter");
    pty.send(ENTER).see("The new RAM user's name:").send(ENTER);
    pty.see("nothing was changed: the question was not answered");
    assert_eq!(pty.wait().code(), 11);
    assert!(env.pairs().is_empty());
}

#[test]
fn the_pairs_that_a_user_has_are_in_its_row() {
    let env = Env::new();
    for user in ["alice", "alice", "bob"] {
        env.create(user);
    }
    assert_eq!(env.akm(&["user", "create", "paul"]).code, 0);
    let mut pty = asked(&env);
    pty.send(ENTER)
        .see("Which RAM user?")
        .see("alice  2 pairs (full)")
        .see("bob  1 pair\r\n")
        .see("paul\r\n");
    // Letters of a remark find nobody, so that Enter picks nobody.
    pty.send("pair").send(ENTER).send(ESCAPE);
    assert_eq!(pty.wait().code(), 11);
    let mut pty = asked(&env);
    pty.send(ENTER).see("type to filter").send(DOWN).send(ENTER);
    pty.see("two AccessKey pairs");
    assert_eq!(pty.wait().code(), 4);
}

/// A signer that may make pairs and not list users.
#[cfg(feature = "server")]
#[test]
fn where_users_cannot_be_listed_a_name_is_typed() {
    use crate::support::{between::Between, http::http, served::Served};
    let served = Served::start();
    let between = Between::before(&served.serving);
    let here = &served.serving;
    here.add_profile_by(&served.env, "gate", &between.endpoint, &[]);
    let denied = r#"{"Code":"NoPermission","Message":"no"}"#;
    let denied = String::from_utf8(http("403 Forbidden", denied)).unwrap();
    between.say(move |asked, hand_on| match asked {
        "ListUsers" => denied.clone(),
        _ => hand_on(),
    });
    let mut pty = Pty::akm(&served.env, &["-p", "gate", "create"]);
    pty.see("esc to leave").send(ENTER);
    pty.see("the RAM users cannot be listed")
        .see("The RAM user's name: ")
        .send("a/b\r")
        .see("only letters, digits")
        .see("The RAM user's name: ")
        .send("alice\r");
    pty.see("for RAM user alice in gate").see(MENU).send(ENTER);
    assert_eq!(pty.wait().code(), 0);
}

#[cfg(feature = "server")]
#[test]
fn a_new_user_in_an_account_is_told_where_it_gets_permissions() {
    use crate::support::served::Served;
    let served = Served::start();
    let ran = served.env.akm(&["create", "bob", "--create-user"]);
    let note = "note: a new RAM user may do nothing until a policy is attached to it: \
         in the RAM console under Identities > Users > bob > Permissions\n";
    assert!(ran.stderr.contains(note), "{}", ran.stderr);
    // One that exists is not spoken of.
    let again = served.env.akm(&["create", "bob", "--create-user"]);
    assert_eq!(again.code, 0);
    assert!(!again.stderr.contains("may do nothing"), "{}", again.stderr);
}
