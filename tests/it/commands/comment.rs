//! `akm comment`

use crate::support::env::SANDBOX;
use crate::support::env::{Env, edit};

#[test]
fn a_comment_is_printed_changed_and_removed() {
    let env = Env::new();
    let id = env.create("alice");
    let comment = |text: &[&str]| env.akm(&[&["comment", id.as_str()], text].concat());
    let of = "of AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>).\n";
    comment(&[]).said(&[&id], 0, "", "");
    comment(&["build server"]).said(&[&id], 0, "", &format!("{SANDBOX}Saved the comment {of}"));
    comment(&[]).said(&[&id], 0, "build server\n", "");
    assert_eq!(env.pairs()[0]["comment"], "build server");
    comment(&[" new \r\n"]).said(&[&id], 0, "", &format!("{SANDBOX}Saved the comment {of}"));
    comment(&[]).said(&[&id], 0, "new\n", "");
    comment(&[""]).said(&[&id], 0, "", &format!("{SANDBOX}Removed the comment {of}"));
    comment(&[]).said(&[&id], 0, "", "");
    assert!(env.pairs()[0]["comment"].is_null());
}

#[test]
fn json_has_the_id_and_the_comment() {
    let env = Env::new();
    let id = env.create("alice");
    let comment = |text: &[&str]| env.akm(&[&["comment", &id, "--json"], text].concat());
    let none = "{\"access_key_id\":\"<ID1>\",\"comment\":null}\n";
    comment(&[]).said(&[&id], 0, none, "");
    let some = "{\"access_key_id\":\"<ID1>\",\"comment\":\"build\"}\n";
    assert_eq!(comment(&["build"]).stdout, some.replace("<ID1>", &id));
    comment(&[]).said(&[&id], 0, some, "");
    assert_eq!(comment(&[" "]).stdout, none.replace("<ID1>", &id));
}

#[test]
fn what_can_be_no_comment_is_refused() {
    let env = Env::new();
    let id = env.create("alice");
    for bad in ["a\nb", "\u{1b}[31m", &"x".repeat(129)] {
        env.refused(&["comment", &id, bad], 2).said(
            &[],
            2,
            "",
            "error: a comment has at most 128 characters, none of them a control character\n",
        );
    }
    // What a terminal would obey and is no control character is kept, and escaped when it is printed.
    assert_eq!(env.akm(&["comment", &id, "\u{202e}evil"]).code, 0);
    env.akm(&["comment", &id])
        .said(&[], 0, "\\u{202e}evil\n", "");
}

#[test]
fn a_pair_that_is_unknown_or_deleted_has_no_comment() {
    let env = Env::new();
    for args in [&["comment", "LTAI1"][..], &["comment", "LTAI1", "a"]] {
        let ran = env.refused(args, 3);
        assert!(!env.home().exists(), "{}", ran.stderr);
    }
    let id = env.create("alice");
    for args in [&["comment", "LTAI1"][..], &["comment", "LTAI1", "a"]] {
        let ran = env.refused(args, 3);
        let said = "error: there is no AccessKey pair `LTAI1` in this account\n";
        assert!(ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    env.refused(&["comment", &id], 3);
    env.refused(&["comment", &id, "a"], 3);
}

#[test]
fn neither_store_nor_cloud_is_needed() {
    let env = Env::new();
    let id = env.create("alice");
    std::fs::remove_dir_all(env.home().join("secrets")).unwrap();
    std::fs::remove_dir_all(env.home().join("sandbox/users")).unwrap();
    assert_eq!(env.akm(&["comment", &id, "build"]).code, 0);
    env.akm(&["comment", &id]).said(&[], 0, "build\n", "");
}

#[test]
fn a_change_is_in_the_log_once_and_what_changes_nothing_is_not() {
    let env = Env::new();
    let id = env.create("alice");
    for _ in 0..2 {
        assert_eq!(env.akm(&["comment", &id, "build"]).code, 0);
    }
    let log = env.akm(&["log", "-o", "plain"]).stdout;
    let lines = log.lines().filter(|line| line.contains("comment"));
    let lines: Vec<&str> = lines.collect();
    assert_eq!(lines.len(), 1, "{log}");
    // Nobody signed for it.
    let told = format!("  comment  done  {id}  alice  -");
    assert!(lines[0].ends_with(&told), "{log}");
}

/// The pair of a rotation is put back from the journal, which has the comment that it was made with.
#[test]
fn a_secret_that_is_put_back_leaves_the_comment_as_it_was_changed() {
    let env = Env::new();
    let args = ["create", "--ram-user", "alice", "--comment", "first"];
    assert_eq!(env.akm(&args).code, 0);
    let new = env.akm(&["rotate", "alice"]).stdout;
    let new = new.trim();
    env.akm(&["comment", new]).said(&[], 0, "first\n", "");
    assert_eq!(env.akm(&["comment", new, "second"]).code, 0);
    env.lose_secret(new);
    env.days_pass_for("alice", 3);
    let ran = env.akm(&["rotate", "alice", "--finish"]);
    assert!(ran.code == 0 && ran.stderr.contains("put back"), "{ran:?}");
    env.akm(&["comment", new]).said(&[], 0, "second\n", "");
}

/// An AccessKey ID of an old form, and blanks around it as a script's variable has them.
#[test]
fn an_id_of_any_form_is_taken() {
    let env = Env::new();
    let id = env.create("alice");
    edit(&env.record_of("alice"), &id, "oldform1");
    assert_eq!(env.akm(&["comment", " oldform1\r", "a"]).code, 0);
    env.akm(&["comment", "oldform1"]).said(&[], 0, "a\n", "");
}
