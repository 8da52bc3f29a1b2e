//! `akm user create|list|show|delete` and `akm verify`

use crate::support::env::{Env, edit};
use crate::support::env::{SANDBOX, SANDBOX_JSON};

#[test]
fn made_shown_and_deleted() {
    let env = Env::new();
    env.akm(&["user", "create", "alice"]).said(
        &[],
        0,
        "alice\n",
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\nCreated RAM user alice in the sandbox (account <ACCOUNT>).\n\
         note: a new RAM user may do nothing until a policy is attached to it; in your own account, that is done in the RAM console\n",
    );
    env.akm(&["user", "create", "bob", "--display-name", "Bob B.", "--comment", "builds", "--json", "-q"]).said(
        &[],
        0,
        "{\"name\":\"bob\",\"user_id\":\"<USER>\",\"display_name\":\"Bob B.\",\"comment\":\"builds\",\"created_at\":\"<TIME>\"}\n",
        SANDBOX_JSON,
    );
    env.akm(&["user", "list"]).said(
        &[],
        0,
        "NAME   USER ID             CREATED               DISPLAY NAME  COMMENT\n\
         alice  <USER>  <TIME>  alice\n\
         bob    <USER>  <TIME>  Bob B.        builds\n",
        "",
    );
    env.akm(&["user", "list", "-o", "plain"])
        .said(&[], 0, "alice\nbob\n", "");
    let names: Vec<_> = env.akm(&["user", "list", "--json"]).json()["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["name"].clone())
        .collect();
    assert_eq!(names, ["alice", "bob"]);
    env.refused(&["user", "delete", "bob"], 9).said(
        &[],
        9,
        "",
        &format!(
            "{SANDBOX}error: delete RAM user bob in the sandbox (account <ACCOUNT>)? there is nobody to ask\nhint: add `--yes`\n"
        ),
    );
    env.akm(&["user", "delete", "BOB", "-y"]).said(
        &[],
        0,
        "",
        &format!("{SANDBOX}Deleted RAM user BOB in the sandbox (account <ACCOUNT>).\n"),
    );
    env.akm(&["user", "delete", "alice", "-y", "--json", "-q"])
        .said(&[], 0, "{\"name\":\"alice\"}\n", SANDBOX_JSON);
    env.akm(&["user", "list", "--json"])
        .said(&[], 0, "{\"users\":[]}\n", "");
}

#[test]
fn one_user_with_its_pairs() {
    let env = Env::new();
    let (one, two) = (env.create("alice"), env.create("alice"));
    assert_eq!(env.akm(&["disable", &one]).code, 0);
    env.akm(&["user", "show", "alice"]).said(
        &[&one, &two],
        0,
        "NAME   USER ID             CREATED               DISPLAY NAME  COMMENT\n\
         alice  <USER>  <TIME>  alice\n\
         <ID1>  Inactive  <TIME>\n\
         <ID2>  Active  <TIME>\n",
        "",
    );
    let shown = env.akm(&["user", "show", "ALICE", "--json"]).json();
    assert_eq!(shown["name"], "alice");
    let pairs: Vec<_> = shown["access_keys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| pair["access_key_id"].clone())
        .collect();
    assert_eq!(pairs, [one, two]);
}

#[test]
fn what_exists_and_what_does_not() {
    let env = Env::new();
    assert_eq!(env.akm(&["user", "create", "alice"]).code, 0);
    env.refused(&["user", "create", "Alice"], 4).said(
        &[],
        4,
        "",
        &format!(
            "{SANDBOX}error: RAM user `Alice` exists already: CreateUser: EntityAlreadyExists.User: The user does already EXIST.\n"
        ),
    );
    let ran = env.refused(&["user", "show", "bob"], 3);
    assert!(
        ran.stderr
            .starts_with("error: there is no such RAM user: GetUser: "),
        "{}",
        ran.stderr
    );
    env.refused(&["user", "delete", "bob", "-y"], 3).said(
        &[],
        3,
        "",
        &format!("{SANDBOX}error: there is no RAM user `bob`\nhint: `akm user list` shows the ones there are\n"),
    );
    for command in ["create", "show", "delete"] {
        for bad in ["a/b", "a b", "", "\u{1b}[31m"] {
            env.refused(&["user", command, bad], 4);
        }
        env.refused(&["user", command], 2);
    }
}

#[test]
fn a_user_with_pairs_stays() {
    let env = Env::new();
    let id = env.create("alice");
    env.refused(&["user", "delete", "alice", "-y"], 4).said(
        &[&id],
        4,
        "",
        &format!(
            "{SANDBOX}error: RAM user `alice` still has AccessKey pairs: `<ID1>` Active\n\
             hint: `akm delete <ID1> --force` first\n"
        ),
    );
    let other = env.create("alice");
    let ran = env.refused(&["user", "delete", "alice", "-y"], 4);
    let hint = format!("hint: `akm delete {id} --force` and `akm delete {other} --force` first\n");
    assert!(ran.stderr.ends_with(&hint), "{}", ran.stderr);
    for id in [id, other] {
        assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    }
    assert_eq!(env.akm(&["user", "delete", "alice", "-y"]).code, 0);
    assert_eq!(env.pairs().len(), 0);
}

#[test]
fn a_new_user_of_an_old_name_starts_anew() {
    let env = Env::new();
    let old = env.create("alice");
    assert_eq!(env.akm(&["delete", &old, "--force", "-y"]).code, 0);
    assert_eq!(env.akm(&["user", "delete", "alice", "-y"]).code, 0);
    let new = env.create("alice");
    env.akm(&["show-id", "--all", "--ram-user", "alice"])
        .said(&[&new], 0, "<ID1>\n", "");
    assert_eq!(env.akm(&["verify", &new]).code, 0);
}

#[test]
fn foreign_text_is_harmless_on_a_terminal() {
    let env = Env::new();
    let (display, comment) = ("Evil\u{202e}\u{200b}", "x\u{2066}y");
    let made = env.akm(&[
        "user",
        "create",
        "alice",
        "--display-name",
        display,
        "--comment",
        comment,
    ]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    // Whatever another tool put there.
    edit(
        &env.cloud_of("alice"),
        "display_name = \"Evil",
        "display_name = \"\\u001b]0;title\\u0007Evil",
    );
    for command in [&["user", "list"][..], &["user", "show", "alice"]] {
        let ran = env.akm(command);
        let shown = "\\u{1b}]0;title\\u{7}Evil\\u{202e}\\u{200b}  x\\u{2066}y\n";
        assert!(ran.stdout.contains(shown), "{}", ran.stdout);
        assert!(
            ran.stdout.chars().all(|c| c == '\n' || !c.is_control()),
            "{}",
            ran.stdout
        );
    }
    let shown = env.akm(&["user", "show", "alice", "--json"]).json();
    assert_eq!(
        shown["display_name"],
        format!("\u{1b}]0;title\u{7}{display}")
    );
    assert_eq!(shown["comment"], comment);
}

#[test]
fn verify_tells_whose_pair_it_is() {
    let env = Env::new();
    let id = env.create("alice");
    let user = "acs:ram::<ACCOUNT>:user/alice\n";
    env.akm(&["verify", &id]).said(&[], 0, user, "");
    env.akm(&["verify", "--ram-user", "alice"])
        .said(&[], 0, user, "");
    env.akm(&["verify", "--ram-user", "alice", "--json"]).said(
        &[],
        0,
        "{\"account_id\":\"<ACCOUNT>\",\"arn\":\"acs:ram::<ACCOUNT>:user/alice\",\"identity_type\":\"RAMUser\",\"user_id\":\"<USER>\"}\n",
        "",
    );
    env.akm(&["verify", "--self"])
        .said(&[], 0, "acs:ram::<ACCOUNT>:root\n", "");
    assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    env.akm(&["verify", "--account"])
        .said(&[], 0, "acs:ram::<ACCOUNT>:root\n", "");
}

#[test]
fn verify_says_what_does_not_work() {
    let env = Env::new();
    let id = env.create("alice");
    env.refused(&["verify", "LTAI5tNoSuchPair"], 3).said(
        &[],
        3,
        "",
        "error: there is no AccessKey pair `LTAI5tNoSuchPair` in this account\nhint: `akm list --refresh` shows the ones there are\n",
    );
    env.refused(&["verify", "--ram-user", "bob"], 3);
    env.refused(&["verify"], 2);
    env.refused(&["verify", "--self", &id], 2);
    assert_eq!(env.akm(&["disable", &id, "--force"]).code, 0);
    env.refused(&["verify", &id], 6).said(
        &[],
        6,
        "",
        "error: the signing pair `<ID>` is Inactive: GetCallerIdentity: InvalidAccessKeyId.Inactive: Specified access key is disabled.\n\
         request id: <REQUEST>\nhint: `akm enable <ID>`; if the profile signs with it, by another profile\n",
    );
    let error = env.refused(&["verify", &id, "--json"], 6).error();
    assert_eq!(error["code"], "bad-credentials");
    assert!(error["request_id"].is_string());
    env.lose_secret(&id);
    env.refused(&["verify", &id], 5);
    // Deleted by somebody else.
    let gone = env.create("bob");
    std::fs::remove_file(env.cloud_of("bob")).unwrap();
    env.refused(&["verify", &gone], 6).said(
        &[],
        6,
        "",
        "error: the cloud does not know the signing pair: GetCallerIdentity: InvalidAccessKeyId.NotFound: Specified access key is not found.\n\
         request id: <REQUEST>\nhint: it may have been deleted; `akm list --refresh` shows the pairs there are\n",
    );
}

/// What was open for a RAM user that is gone is over, and the name is free again.
#[test]
fn a_rotation_of_a_user_that_is_gone_is_over() {
    for elsewhere in [false, true] {
        let env = Env::new().without_overlap();
        let done = |args: &[&str]| {
            let ran = env.akm(args);
            assert_eq!(ran.code, 0, "{args:?} {}", ran.stderr);
            ran.stdout.trim().to_owned()
        };
        let old = env.create("alice");
        let new = done(&["rotate", "--ram-user", "alice"]);
        if elsewhere {
            std::fs::remove_file(env.cloud_of("alice")).unwrap();
        } else {
            done(&["delete", &new, "--force", "-y"]);
            done(&["delete", &old, "-y"]);
            done(&["user", "delete", "alice", "-y"]);
        }
        done(&["recover"]);
        let open = env.akm(&["recover", "--list", "--json"]);
        assert_eq!(open.stdout, "{\"open\":[]}\n");
        done(&["create", "--ram-user", "alice", "--create-user"]);
    }
}
