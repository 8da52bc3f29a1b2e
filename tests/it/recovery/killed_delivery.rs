//! akm killed before every system call that changes something, while it hands out a session or writes a file of the user's: the next
//! call works, and the user's file is whole.

use crate::support::env::{Env, have};
use crate::support::kill_served::{each, points};
use crate::support::served::Served;
use crate::support::strace;
use crate::support::truth::copy_folder;
use serde_json::Value;
use std::path::Path;

/// Kills a hand-out of a session at every point. The same command must then work, from whatever is left of the cache and the log.
fn a_hand_out(command: &[&str], behind: &[&str], at_least: usize) {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    let role = served.serving.field("role_arn").to_owned();
    let args = [command, &["--self", "--role-arn", &role], behind].concat();
    each(&mut served, &args, at_least, |served, point| {
        let env = &served.env;
        let next = env.akm(&args);
        assert_eq!(next.code, 0, "{point}: {}", next.stderr);
        if behind.is_empty() {
            assert_eq!(next.json()["mode"], "StsToken", "{point}");
        } else {
            assert!(next.stdout.starts_with("child\n"), "{point}");
        }
        // The session of the second call is cached, however far the first one came.
        let again = env.akm(&[&args[..1], &["-v"], &args[1..]].concat());
        assert!(
            !again.stderr.contains("AssumeRole"),
            "{point}: {}",
            again.stderr
        );
        is_logged(env, command[0], point);
    });
}

/// Every line of the log is whole, and one at least is of this action.
#[track_caller]
fn is_logged(env: &Env, action: &str, point: &str) {
    let log = std::fs::read_to_string(env.home().join("log.jsonl")).unwrap();
    let lines = log.lines().filter(|line| !line.is_empty());
    let lines: Vec<Value> = lines
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{point}: {line}")))
        .collect();
    let of_action = |line: &Value| line["action"] == action;
    assert!(lines.iter().any(of_action), "{point}: {log}");
}

#[test]
fn credential_process_works_after_it_was_killed_anywhere() {
    a_hand_out(&["credential-process"], &[], 20);
}

#[test]
fn exec_works_after_it_was_killed_anywhere() {
    a_hand_out(&["exec"], &["--", "echo", "child"], 17);
}

#[test]
fn serve_works_after_it_was_killed_anywhere() {
    a_hand_out(&["serve"], &["--", "echo", "child"], 17);
}

/// The CLI's file with a pair of somebody else's, which no kill may lose.
const FILE: &str = "{\n\t\"current\": \"prod\",\n\t\"profiles\": [\n\t\t{\n\t\t\t\"name\": \"prod\",\n\t\t\t\"mode\": \"AK\",\n\
                    \t\t\t\"access_key_id\": \"LTAI5tOTHER\",\n\t\t\t\"access_key_secret\": \"marker\",\n\
                    \t\t\t\"region_id\": \"cn-beijing\"\n\t\t}\n\t],\n\t\"meta_path\": \"\"\n}";

/// Kills `connect` at every point, where the CLI has that file or has none. The file is what it was or what it is to be, and the same
/// command finishes the work.
fn a_connection(before: Option<&str>, at_least: usize) {
    if !have("strace") {
        return;
    }
    let env = Env::light();
    env.create("alice");
    let (folder, start) = (env.path(".aliyun"), env.path("start"));
    let file = folder.join("config.json");
    if let Some(before) = before {
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(&file, before).unwrap();
    }
    copy_folder(&env.home(), &start);
    let args = ["connect", "aliyun-cli", "alice", "--static"];
    let points = points(&env, &args);
    assert!(points.len() >= at_least, "only {} points", points.len());
    let after = files_in(&folder);
    for call in &points {
        std::fs::remove_dir_all(env.home()).unwrap();
        copy_folder(&start, &env.home());
        std::fs::remove_dir_all(&folder).unwrap();
        if let Some(before) = before {
            std::fs::create_dir(&folder).unwrap();
            std::fs::write(&file, before).unwrap();
        }
        strace::killed(&env, call, &args);
        let left = std::fs::read_to_string(&file).ok();
        let whole = left.as_deref() == before || left.as_deref() == Some(&*after[0].1);
        assert!(whole, "killed at {call}: {left:?}");
        let ran = env.akm(&args);
        assert_eq!(ran.code, 0, "killed at {call}: {}", ran.stderr);
        assert_eq!(files_in(&folder), after, "killed at {call}");
    }
}

/// The names and texts of the files in a folder, in the order of their names.
fn files_in(folder: &Path) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn connect_killed_anywhere_leaves_the_file_as_it_was_or_as_it_is_to_be() {
    a_connection(Some(FILE), 10);
}

#[test]
fn connect_killed_anywhere_leaves_no_file_or_a_whole_one() {
    a_connection(None, 10);
}
