//! `akm help TOPIC`: each topic is printed and says what is so.

use super::source;
use crate::support::calls::calls;
use crate::support::env::{Env, edit, have};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

fn topic(name: &str) -> String {
    let ran = Env::new().akm(&["help", name]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{name}");
    ran.stdout
}

#[test]
fn every_topic_has_lines_that_fit_a_page() {
    let listed = Env::new().akm(&["help"]).stdout;
    let (_, listed) = listed
        .split_once("Topics, for `akm help TOPIC`:\n")
        .unwrap();
    let names = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    assert_eq!(names.clone().count(), 10);
    for name in names {
        let text = topic(name);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(120), "{name}: {widest:?}");
    }
}

/// What `--json` can say is in the topic, by the text of the one place that words it.
#[test]
fn every_code_of_an_error_is_explained() {
    let codes = include_str!("../../../src/cli/error.rs").lines();
    let codes = codes.filter_map(|line| line.split_once("=> (\"")?.1.split_once('"'));
    let told = Env::new().akm(&["help", "json"]).stdout;
    let told: Vec<&str> = told.split([' ', ',', '\n']).collect();
    assert!(codes.clone().count() > 25);
    codes.for_each(|(code, _)| assert!(told.contains(&code), "{code}"));
}

/// The quoted word behind each of these beginnings.
fn quoted_after<'a>(text: &'a str, begin: &'a str) -> impl Iterator<Item = String> + 'a {
    let found = text.split(begin).skip(1);
    let found = found.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
    found.map(str::to_owned)
}

/// The codes of notes and warnings, as the source of `cli` gives them, and as the topic lists them.
#[test]
fn every_code_of_a_note_or_a_warning_is_listed() {
    let remarks = include_str!("../../../src/cli/words/remark_code.rs").replace("=> {", "=>");
    let mut given: BTreeSet<String> = quoted_after(&remarks, "=>").collect();
    for (file, text) in source::texts() {
        if file.starts_with("cli/") {
            given.extend(quoted_after(&text, "note("));
            given.extend(quoted_after(&text, "warning("));
        }
    }
    let told = topic("json");
    let (_, listed) = told.split_once("code of a note or a warning:\n").unwrap();
    let listed = listed
        .split([' ', ',', '\n'])
        .filter(|word| !word.is_empty());
    assert_eq!(listed.map(str::to_owned).collect::<BTreeSet<_>>(), given);
}

/// The text between two lines of the topic on cron, as a file of that name.
fn unit(env: &Env, name: &str, after: &str, before: &str) -> PathBuf {
    let text = topic("cron");
    let (_, text) = text.split_once(after).unwrap();
    let (text, _) = text.split_once(before).unwrap();
    std::fs::write(env.path(name), text.trim_start()).unwrap();
    env.path(name)
}

#[test]
fn systemd_accepts_the_printed_service_and_timer() {
    if !have("systemd-analyze") {
        return;
    }
    let env = Env::new();
    let bin = env.path(".cargo/bin");
    std::fs::create_dir_all(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_akm"), bin.join("akm")).unwrap();
    let end = "~/.config/systemd/user/akm-rotate.timer:\n";
    let service = unit(&env, "akm-rotate.service", "akm-rotate.service:\n", end);
    let timer = unit(&env, "akm-rotate.timer", end, "systemctl ");
    let verify = || {
        let mut analyze = Command::new("systemd-analyze");
        analyze.args(["verify", "--user"]).args([&service, &timer]);
        analyze
            .env("HOME", env.path(""))
            .env("XDG_RUNTIME_DIR", env.path(""));
        analyze.output().unwrap()
    };
    let verified = verify();
    assert!(verified.status.success(), "{verified:?}");
    assert!(verified.stderr.is_empty(), "{verified:?}");
    edit(&timer, "04:00", "25:00");
    assert!(!verify().status.success());
}

/// The first policy, as it is printed, lets akm do what it does for a user from its first pair to its last.
#[test]
fn the_printed_policy_allows_a_rotation_from_its_begin_to_its_end() {
    let text = topic("permissions");
    let (_, policy) = text.split_once("\n\n{").unwrap();
    let (policy, _) = policy.split_once("\n}\n").unwrap();
    let policy: serde_json::Value = serde_json::from_str(&format!("{{{policy}}}")).unwrap();
    let statement = &policy["Statement"][0];
    assert_eq!(statement["Effect"], "Allow");
    let allowed = statement["Action"].as_array().unwrap();
    let env = Env::new();
    env.akm(&["user", "create", "alice"]);
    let id = env.create("alice");
    let mut made = Vec::new();
    for line in [
        "create alice",
        "list alice --refresh",
        "leak alice",
        "rotate alice --overlap 0s",
        "rotate --all --finish",
    ] {
        let line = line.replace("leak alice", &format!("leak {id}"));
        let words: Vec<&str> = line.split(' ').collect();
        made.extend(calls(&env, &words));
    }
    assert!(made.len() > 15, "{made:?}");
    for call in made.iter().filter(|call| *call != "Sts GetCallerIdentity") {
        let (_, action) = call.split_once(' ').unwrap();
        let action = format!("ram:{action}");
        assert!(allowed.iter().any(|it| *it == action), "{action}");
    }
}

/// Every call that akm can make is in the topic.
#[test]
fn every_permission_is_named() {
    let text = topic("permissions");
    let rooms = [
        include_str!("../../../src/cloud/ims.rs"),
        include_str!("../../../src/cloud/key_policy.rs"),
        include_str!("../../../src/cloud/pairs.rs"),
        include_str!("../../../src/cloud/ram.rs"),
        include_str!("../../../src/cloud/report.rs"),
    ];
    let quoted = rooms
        .iter()
        .flat_map(|room| room.split('"').skip(1).step_by(2));
    let verbs = [
        "Create", "Delete", "Generate", "Get", "List", "Restore", "Set", "Update",
    ];
    let is_action = |text: &&str| {
        verbs.iter().any(|verb| text.starts_with(verb)) && text.chars().all(char::is_alphabetic)
    };
    // Nothing calls these yet.
    let idle = ["GetSecurityPreference", "ListAccessKeysInRecycleBin"];
    let actions = quoted.filter(is_action).filter(|it| !idle.contains(it));
    assert!(actions.clone().count() > 15);
    for action in actions {
        assert!(text.contains(&format!("ram:{action}")), "{action}");
    }
}
