//! "Did you mean": offered for what is not found, and never for what is right.

use crate::support::env::{Env, Ran};

fn hint(ran: &Ran) -> String {
    let hint = ran.stderr.lines().find(|line| line.starts_with("hint: "));
    hint.unwrap_or_default().to_owned()
}

#[test]
fn a_name_that_is_right_is_not_corrected() {
    let env = Env::new();
    for user in ["n-1", "anne"] {
        env.create(user);
    }
    for user in ["n-7", "anna"] {
        assert_eq!(env.akm(&["user", "create", user]).code, 0);
        for command in ["show-id", "show", "rotate", "verify", "list"] {
            let ran = env.refused(&[command, user], 3);
            assert!(!ran.stderr.contains("did you mean"), "{}", ran.stderr);
        }
    }
    // Nobody has that name, and it is the next of a series.
    let ran = env.refused(&["user", "show", "n-2"], 3);
    assert!(!ran.stderr.contains("did you mean"), "{}", ran.stderr);
}

#[test]
fn an_id_that_is_nearly_right_is_named() {
    let env = Env::new();
    let (id, other) = (env.create("alice"), env.create("bob"));
    let (start, end) = id.split_at(22);
    let swapped: String = end.chars().rev().collect();
    let typed = if swapped == end {
        format!("{start}{}", if end == "aa" { "bb" } else { "aa" })
    } else {
        format!("{start}{swapped}")
    };
    for args in [
        &["disable", typed.as_str()][..],
        &["enable", &typed],
        &["delete", &typed, "-y"],
        &["verify", &typed],
        &["leak", &typed],
        &["show", &typed],
        &["comment", &typed],
        &["comment", &typed, "build"],
        &["rotate", "alice", "--replace", &typed],
        &["key-policy", "show", &typed],
        &["recover", "--dismiss", &typed],
    ] {
        let ran = env.akm(args);
        assert_eq!(ran.code, 3, "{args:?}: {}", ran.stderr);
        let hint = hint(&ran);
        let names = format!("hint: did you mean `{id}`?");
        assert!(hint.starts_with(&names), "{args:?}: {hint}");
    }
    let ran = env.akm(&["export", &other, &typed, "--csv", "-"]);
    assert!(
        hint(&ran).contains(&format!("did you mean `{id}`?")),
        "{}",
        ran.stderr
    );
}

/// Where a profile makes no RAM user unasked, a name that is misspelt must not become one.
#[cfg(all(unix, feature = "server"))]
#[test]
fn the_question_that_would_make_a_user_names_the_one_that_is_like_it() {
    use crate::support::{pty::Pty, served::Served};
    let served = Served::start();
    served.done(&["create", "alice"]);
    for (typed, answer, code) in [("alcie", "n\r", 11), ("alcie", "\u{3}", 130)] {
        let mut pty = Pty::akm(&served.env, &["create", typed]);
        pty.see(". Did you mean `alice`? Create `alcie`?")
            .see("[y/N]")
            .send(answer);
        assert_eq!(pty.wait().code(), code);
    }
    let mut pty = Pty::akm(&served.env, &["create", "mallory"]);
    pty.see("). Create `mallory`? [y/N]").send("n\r");
    assert_eq!(pty.wait().code(), 11);
    let users = served.done(&["user", "list", "-o", "plain"]);
    assert_eq!(users, "alice\nsandbox-administrator");
}
