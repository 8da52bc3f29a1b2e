//! `akm key-policy`

use crate::support::env::Env;
use crate::support::env::SANDBOX;
use std::io::Write;
use std::process::Stdio;

#[track_caller]
fn shows(env: &Env, id: &str, table: &str, json: &str) {
    env.akm(&["key-policy", "show", id])
        .said(&[id], 0, table, "");
    env.akm(&["key-policy", "show", id, "--json"])
        .said(&[id], 0, json, "");
}

#[test]
fn a_policy_is_set_shown_and_lifted() {
    let env = Env::new();
    let id = env.create("alice");
    let none = (
        "STATUS    FROM  NETWORK\nInactive  -     -\n",
        "{\"Statements\":[],\"Status\":\"Inactive\",\"Version\":1}\n",
    );
    shows(&env, &id, none.0, none.1);
    let set = |options: &[&str]| env.akm(&[&["key-policy", "set", &id, "-y"], options].concat());
    let active = "The network policy of AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Active, \
                  and applies everywhere in some minutes.\n\
                  hint: to remove it: akm key-policy set <ID1> --off\n";
    set(&[
        "--allow",
        "203.0.113.0/24",
        "2001:db8::1",
        "--allow-vpc",
        "vpc-1=172.16.0.0/16,10.1.1.1",
        "--allow-vpc",
        "vpc-2",
    ])
    .said(&[&id], 0, "", &format!("{SANDBOX}{active}"));
    shows(
        &env,
        &id,
        "STATUS  FROM      NETWORK\n\
         Active  internet  203.0.113.0/24\n\
         Active  internet  2001:db8::1\n\
         Active  vpc-1     172.16.0.0/16\n\
         Active  vpc-1     10.1.1.1\n\
         Active  vpc-2     0.0.0.0/0\n\
         Active  vpc-2     ::/0\n",
        "{\"Statements\":[{\"IPList\":[\"203.0.113.0/24\",\"2001:db8::1\"],\"Type\":\"ClassicWhiteList\"},\
         {\"IPList\":[\"172.16.0.0/16\",\"10.1.1.1\"],\"Type\":\"VPCWhiteList\",\"Value\":\"vpc-1\"},\
         {\"IPList\":[\"0.0.0.0/0\",\"::/0\"],\"Type\":\"VPCWhiteList\",\"Value\":\"vpc-2\"}],\
         \"Status\":\"Active\",\"Version\":1}\n",
    );
    // What `show` writes, `set` takes.
    let shown = env.akm(&["key-policy", "show", &id, "--json"]).stdout;
    std::fs::write(env.path("policy.json"), &shown).unwrap();
    let other = env.create("bob");
    let file = ["key-policy", "set", &other, "-y", "--file", "policy.json"];
    assert_eq!(env.akm(&file).code, 0);
    assert_eq!(
        env.akm(&["key-policy", "show", &other, "--json"]).stdout,
        shown
    );
    set(&["--off"]).said(
        &[&id],
        0,
        "",
        &format!("{SANDBOX}The network policy of AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Inactive.\n"),
    );
    shows(&env, &id, none.0, none.1);
}

#[test]
fn the_account_s_own_pair_has_one_too_from_standard_input() {
    let env = Env::new();
    let made = env.akm(&["create", "--account", "-y"]).stdout;
    let id = made.trim();
    let mut command = env.command(&["key-policy", "set", id, "-y", "--file", "-", "--json", "-q"]);
    let streams = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = streams.spawn().unwrap();
    // As the reference's example has it: without a version.
    let policy = br#"{"Status":"Active","Statements":[{"Value":"AllowAllVPC","Type":"VPCWhiteList","IPList":["::/0"]}]}"#;
    child.stdin.take().unwrap().write_all(policy).unwrap();
    let out = child.wait_with_output().unwrap();
    assert!(out.status.success());
    assert_eq!(
        String::from_utf8(out.stdout).unwrap(),
        "{\"Version\":1,\"Status\":\"Active\",\"Statements\":[{\"Type\":\"VPCWhiteList\",\"Value\":\"AllowAllVPC\",\"IPList\":[\"::/0\"]}]}\n"
    );
    let shown = env.akm(&["key-policy", "show", id]);
    assert!(shown.stdout.contains("Active  AllowAllVPC  ::/0\n"));
}

#[test]
fn what_is_shut_out_is_said_before_it_is_asked() {
    let env = Env::new();
    let id = env.create("alice");
    let asked = "error: set the network policy of AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>), created just now, never used? there is nobody to ask\nhint: add `--yes`\n";
    std::fs::write(
        env.path("none.json"),
        r#"{"Version":1,"Status":"Active","Statements":[]}"#,
    )
    .unwrap();
    for (options, shut) in [
        (["--allow", "203.0.113.1"], "every VPC"),
        (["--allow-vpc", "vpc-1"], "the internet"),
        (["--file", "none.json"], "the internet and every VPC"),
    ] {
        let ran = env.refused(&[&["key-policy", "set", &id], &options[..]].concat(), 9);
        let warned =
            format!("warning: this policy shuts out {shut}: `<ID1>` cannot be used from there\n");
        ran.said(&[&id], 9, "", &format!("{SANDBOX}{warned}{asked}"));
    }
}

#[test]
fn what_is_no_policy_is_refused_before_anything_is_asked() {
    let env = Env::new();
    let id = env.create("alice");
    let refused = |options: &[&str], code, text: &str| {
        let ran = env.refused(&[&["key-policy", "set", &id, "-y"], options].concat(), code);
        ran.said(&[&id], code, "", text);
    };
    refused(
        &["--allow", "203.0.113.0/24,host"],
        4,
        "error: not a valid network policy: statement 1: \
         \"host\" is not an IP address or network, such as 203.0.113.0/24\n",
    );
    refused(
        &["--allow-vpc", "172.16.0.0/16"],
        4,
        "error: not a valid network policy: statement 1: the id of a VPC is expected, or `AllowAllVPC`\n",
    );
    for (content, why) in [
        (
            r#"{"Version":2,"Status":"Active","Statements":[]}"#,
            "not a valid network policy: its version is to be 1",
        ),
        (
            r#"{"Status":"On","Statements":[]}"#,
            "unknown variant `On`, expected `Active` or `Inactive` at line 1 column 14",
        ),
        (
            r#"{"Status":"Active","Statements":[],"Statement":[]}"#,
            "unknown field `Statement`, expected one of `Version`, `Status`, `Statements` at line 1 column 46",
        ),
    ] {
        std::fs::write(env.path("bad.json"), content).unwrap();
        refused(
            &["--file", "bad.json"],
            4,
            &format!(
                "error: this is no network policy: {why}\nhint: `akm key-policy show KEY_ID --json` shows one\n"
            ),
        );
    }
    for wrong in [
        &[][..],
        &["--off", "--allow", "::1"],
        &["--file", "bad.json", "--off"],
        &["--file", "bad.json", "--allow-vpc", "vpc-1"],
    ] {
        env.refused(&[&["key-policy", "set", &id, "-y"], wrong].concat(), 2);
    }
    env.refused(&["key-policy", "set", &id, "-y", "--file", "absent"], 1);
    env.refused(&["key-policy", "show", "LTAI1"], 3);
    env.refused(&["key-policy", "set", "LTAI1", "--off", "-y"], 3);
}

#[test]
fn a_rotation_says_that_the_new_pair_is_not_bound() {
    let env = Env::new();
    let id = env.create("alice");
    let set = ["key-policy", "set", &id, "-y", "--allow", "203.0.113.0/24"];
    assert_eq!(env.akm(&set).code, 0);
    let ran = env.akm(&["rotate", "--ram-user", "alice"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told =
        format!("warning: `{id}` is bound to networks, and the pair that takes its place is NOT: ");
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    let other = env.create("bob");
    let set = |more: &[&str]| {
        let args = [&["key-policy", "set", &other, "-y"], more].concat();
        assert_eq!(env.akm(&args).code, 0);
    };
    set(&["--allow", "203.0.113.0/24"]);
    set(&["--off"]);
    let ran = env.akm(&["rotate", "--ram-user", "bob"]);
    assert!(!ran.stderr.contains("bound"), "{}", ran.stderr);
}
