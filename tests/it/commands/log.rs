//! `akm log`, and the record that it shows.

use crate::support::env::{Env, edit};
use crate::support::leaks::{cut, other};
#[cfg(feature = "server")]
use crate::support::served::Served;
use crate::support::strace::Call;
#[cfg(feature = "server")]
use serde_json::json;
use std::fmt::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

fn file(env: &Env) -> PathBuf {
    env.home().join("log.jsonl")
}

/// The record as `action id owner`, without what is said of every line.
fn actions(env: &Env, args: &[&str]) -> Vec<String> {
    let mut said = outcomes(env, args);
    for line in &mut said {
        *line = line.strip_suffix(" done").unwrap().to_owned();
    }
    said
}

/// The same, and what is known of the effect.
fn outcomes(env: &Env, args: &[&str]) -> Vec<String> {
    let ran = env.akm(&[&["log", "--json"], args].concat());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let said = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        let word = |key: &str| line[key].as_str().unwrap_or("-").to_owned();
        let owner = line["ram_user"].as_str().unwrap_or("(account)");
        let outcome = word("outcome");
        format!(
            "{} {} {owner} {outcome}",
            word("action"),
            word("access_key_id")
        )
    };
    ran.stdout.lines().map(said).collect()
}

fn done(env: &Env, args: &[&str]) -> String {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    ran.stdout.trim().to_owned()
}

#[test]
fn every_change_is_written_down_and_nothing_else() {
    let env = Env::new();
    let no_data = format!("note: no akm data in `{}`\n", env.home().display());
    env.akm(&["log"]).said(&[], 0, "", &no_data);
    let one = done(&env, &["create", "--ram-user", "alice"]);
    env.refused(&["disable", &one], 4);
    done(&env, &["verify", &one]);
    let two = done(
        &env,
        &[
            "create",
            "--ram-user",
            "alice",
            "--csv",
            "new.csv",
            "--json",
        ],
    );
    let two: serde_json::Value = serde_json::from_str(&two).unwrap();
    let two = two["access_key_id"].as_str().unwrap();
    done(&env, &["disable", &one]);
    // It is so already, as far as a list can tell.
    done(&env, &["disable", &one]);
    done(&env, &["enable", &one]);
    done(&env, &["delete", &one, "--force", "-y"]);
    done(&env, &["restore", &one]);
    done(&env, &["delete", &one, "--purge", "-y"]);
    done(&env, &["key-policy", "set", two, "--off", "-y"]);
    done(&env, &["export", two, "--csv", "out.csv"]);
    let three = done(&env, &["rotate", "--ram-user", "alice", "--overlap", "0s"]);
    done(&env, &["user", "create", "bob"]);
    done(&env, &["user", "delete", "bob", "-y"]);
    let own = done(&env, &["create", "--account", "-y"]);
    assert_eq!(
        actions(&env, &[]),
        [
            "user-create - alice".to_owned(),
            format!("create {one} alice"),
            format!("create {two} alice"),
            format!("export {two} alice"),
            format!("disable {one} alice"),
            format!("disable {one} alice"),
            format!("enable {one} alice"),
            format!("disable {one} alice"),
            format!("delete {one} alice"),
            format!("restore {one} alice"),
            format!("disable {one} alice"),
            format!("delete {one} alice"),
            format!("purge {one} alice"),
            format!("key-policy {two} alice"),
            format!("export {two} alice"),
            format!("rotate-create {three} alice"),
            format!("rotate-disable {two} alice"),
            "user-create - bob".to_owned(),
            "user-delete - bob".to_owned(),
            format!("create {own} (account)"),
        ]
    );
    assert_eq!(
        actions(&env, &["--ram-user", "BOB"]),
        ["user-create - bob", "user-delete - bob"]
    );
    assert_eq!(
        actions(&env, &["--account"]),
        [format!("create {own} (account)")]
    );
    let mode = std::fs::metadata(file(&env)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_line_says_who_what_when_and_with_which_pair() {
    let env = Env::new();
    let id = env.create("alice");
    done(&env, &["export", &id, "--csv", "out.csv"]);
    env.akm(&["log", "--json"]).said(
        &[&id],
        0,
        "{\"time\":\"<TIME>\",\"action\":\"user-create\",\"outcome\":\"done\",\"access_key_id\":null,\"owner\":\"ram-user\",\
         \"ram_user\":\"alice\",\"account_id\":\"<ACCOUNT>\",\"profile\":\"sandbox\",\"signer\":\"<ID>\",\"version\":1}\n\
         {\"time\":\"<TIME>\",\"action\":\"create\",\"outcome\":\"done\",\"access_key_id\":\"<ID1>\",\"owner\":\"ram-user\",\
         \"ram_user\":\"alice\",\"account_id\":\"<ACCOUNT>\",\"profile\":\"sandbox\",\"signer\":\"<ID>\",\"version\":1}\n\
         {\"time\":\"<TIME>\",\"action\":\"export\",\"outcome\":\"done\",\"access_key_id\":\"<ID1>\",\"owner\":\"ram-user\",\
         \"ram_user\":\"alice\",\"account_id\":\"<ACCOUNT>\",\"profile\":\"sandbox\",\"signer\":null,\"version\":1}\n",
        "",
    );
    env.akm(&["log"]).said(
        &[&id],
        0,
        "<TIME>  user-create  done  -  alice  <ID>\n\
         <TIME>  create  done  <ID1>  alice  <ID>\n\
         <TIME>  export  done  <ID1>  alice  -\n",
        "",
    );
    env.akm(&["log", "-o", "table"]).said(
        &[&id],
        0,
        "TIME                  ACTION       OUTCOME  ACCESSKEY ID              OWNER  SIGNED BY\n\
         <TIME>  user-create  done     -                         alice  <ID>\n\
         <TIME>  create       done     <ID1>  alice  <ID>\n\
         <TIME>  export       done     <ID1>  alice  -\n",
        "",
    );
    env.refused(&["log", "-o", "csv"], 2);
}

#[test]
fn a_torn_line_is_named_left_there_and_does_not_spoil_the_next() {
    let env = Env::new();
    let id = env.create("alice");
    let whole = std::fs::read_to_string(file(&env)).unwrap();
    std::fs::write(file(&env), format!("{whole}{{\"time\":\"20")).unwrap();
    let torn =
        "warning: line 3 of `log.jsonl` was not written whole; it is left out and left there\n";
    let message = torn.trim_end().trim_start_matches("warning: ");
    let warning =
        format!("{{\"warning\":{{\"code\":\"damaged-line\",\"message\":\"{message}\"}}}}\n");
    env.akm(&["log", "--json"])
        .said(&[], 0, &crate::support::env::named(&whole, &[]), &warning);
    done(&env, &["disable", &id, "--force"]);
    let ran = env.akm(&["log"]);
    assert_eq!((ran.stdout.lines().count(), ran.stderr.as_str()), (3, torn));
    let text = std::fs::read_to_string(file(&env)).unwrap();
    assert!(text.starts_with(&format!("{whole}{{\"time\":\"20 #torn\n")));
}

#[test]
fn what_akm_did_not_write_is_not_believed() {
    let env = Env::new();
    env.create("alice");
    let damaged = |from: &str, to: &str, why: &str| {
        let whole = std::fs::read(file(&env)).unwrap();
        edit(&file(&env), from, to);
        let ran = env.akm(&["log"]);
        assert_eq!(ran.code, 1);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        std::fs::write(file(&env), whole).unwrap();
    };
    damaged(
        "\"action\":\"create\"",
        "\"action\":1",
        "log.jsonl` is damaged: line 2 is not what this akm writes",
    );
    damaged("\"owner\"", "\"own\"", "is damaged: line 1 is not");
    damaged(
        "\"version\":1",
        "\"version\":2",
        "was written by a newer akm",
    );
    damaged("alice", "a\u{1b}[2Jb", "is damaged: line 1 is not");
    // A word of a newer akm's is shown, and harmless.
    edit(&file(&env), "\"create\"", "\"a\\u001bb\"");
    let ran = env.akm(&["log", "--ram-user", "alice"]);
    assert!(ran.stdout.contains("  a\\u{1b}b  done"), "{}", ran.stdout);
}

/// What is done stays done.
#[test]
fn a_record_that_cannot_be_written_fails_nothing() {
    let env = Env::new();
    let id = env.create("alice");
    std::fs::remove_file(file(&env)).unwrap();
    std::fs::create_dir(file(&env)).unwrap();
    let ran = env.akm(&["disable", &id, "--force", "-q"]);
    assert_eq!(ran.code, 0);
    let warned = "the change was made, but akm's own record of it could not be written";
    assert!(ran.stderr.contains(warned), "{}", ran.stderr);
    let cloud = std::fs::read_to_string(env.cloud_of("alice")).unwrap();
    assert!(cloud.contains("status = \"Inactive\""));
}

/// 40 MB, by a process that may not have 70 MB of addresses, its own program among them.
#[test]
fn a_long_record_is_read_piece_by_piece() {
    let env = Env::new();
    env.create("alice");
    let line = std::fs::read_to_string(file(&env)).unwrap();
    let last = line.lines().last().unwrap();
    let mut text = String::new();
    while text.len() < 40 << 20 {
        let _ = writeln!(text, "{last}");
    }
    let count = text.lines().count();
    std::fs::write(file(&env), text).unwrap();
    let count_of = |args: &str| {
        let mut command = std::process::Command::new("bash");
        command
            .arg("-c")
            .arg(format!("ulimit -v 70000; akm log {args} | wc -l"));
        env.dress(&mut command);
        Env::with_akm(&mut command);
        String::from_utf8(command.output().unwrap().stdout).unwrap()
    };
    assert_eq!(count_of("").trim(), count.to_string());
    assert_eq!(count_of("-o table").trim(), "1001");
}

/// Killed when the new pair was written down and not yet logged: whoever finishes it logs it.
#[test]
fn what_a_recovery_finishes_is_written_down() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    cut(&env, &["rotate", "--ram-user", "alice"], |calls| {
        let named = |call: &&Call| call.line.contains("log.jsonl");
        calls.iter().find(named).unwrap().clone()
    });
    let new = other(&env, &old);
    done(&env, &["recover"]);
    let lines = actions(&env, &[]);
    let rest = [
        format!("recover {new} alice"),
        format!("rotate-disable {old} alice"),
    ];
    assert_eq!(lines[2..], rest);
}

/// An answer that was lost is asked for again: what is gone then, the first request may have deleted.
#[cfg(feature = "server")]
#[test]
fn a_deletion_whose_answer_was_lost_may_have_been_done() {
    let served = Served::start();
    let env = &served.env;
    let id = env.create("alice");
    let order = json!({ "fault": "lose-answer", "action": "DeleteAccessKey" });
    served.serving.order(&order);
    served.done(&["delete", &id, "--force", "-y"]);
    let lines = outcomes(env, &["--ram-user", "alice"]);
    assert_eq!(
        lines[2..],
        [
            format!("disable {id} alice done"),
            format!("delete {id} alice unknown")
        ]
    );
}

/// What is known to be deleted was deleted before.
#[test]
fn a_deletion_is_written_down_once() {
    let env = Env::new();
    let id = env.create("alice");
    done(&env, &["delete", &id, "--force", "-y"]);
    done(&env, &["delete", &id, "--purge", "-y"]);
    let lines = outcomes(&env, &[]);
    let rest = ["disable", "delete", "purge"].map(|action| format!("{action} {id} alice done"));
    assert_eq!(lines[2..], rest);
}

/// Its answer was lost, and a recovery found it.
#[cfg(feature = "server")]
#[test]
fn a_restore_that_is_finished_later_is_written_down() {
    let served = Served::start();
    let env = &served.env;
    let id = env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let order =
        json!({ "fault": "lose-answer", "action": "RestoreAccessKeyFromRecycleBin", "count": 4 });
    served.serving.order(&order);
    assert_eq!(env.akm(&["restore", &id]).code, 8);
    served.serving.order(&json!({ "clear": true }));
    served.done(&["recover"]);
    let lines = outcomes(env, &["--ram-user", "alice"]);
    let rest = [
        format!("restore {id} alice unknown"),
        format!("disable {id} alice done"),
        format!("recover {id} alice done"),
    ];
    assert_eq!(lines[4..], rest);
}

#[cfg(feature = "server")]
#[test]
fn a_profile_that_switches_is_written_down() {
    let env = Env::new();
    let serving = crate::support::serving::Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let new = done(&env, &["rotate", "--self", "-y"]);
    let old = serving.field("access_key_id");
    let line = |action: &str, id: &str| format!("{action} {id} sandbox-administrator");
    let lines = [
        line("profile-add", old),
        line("rotate-create", &new),
        line("profile-switch", &new),
    ];
    assert_eq!(actions(&env, &[]), lines);
}

/// By the owner of the pair that signs.
#[cfg(feature = "server")]
#[test]
fn profiles_come_and_go() {
    let env = Env::new();
    let serving = crate::support::serving::Serving::start(&env, &[]);
    for name in ["dev", "ops"] {
        serving.add_profile(&env, name);
    }
    done(&env, &["profile", "remove", "ops", "-y"]);
    let id = serving.field("access_key_id");
    let line = |action: &str| format!("{action} {id} sandbox-administrator");
    let of_profiles = [
        line("profile-add"),
        line("profile-add"),
        line("profile-remove"),
    ];
    assert_eq!(actions(&env, &[]), of_profiles);
    let of_owner = ["--ram-user", "sandbox-administrator"];
    assert_eq!(actions(&env, &of_owner), of_profiles);
    let lines = done(&env, &["log", "--json"]);
    let names = lines.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["signer"].is_null());
        line["profile"].as_str().unwrap().to_owned()
    });
    assert_eq!(names.collect::<Vec<_>>(), ["dev", "ops", "ops"]);
}

#[test]
fn the_last_actions_are_shown_and_those_of_a_while() {
    let env = Env::new();
    let first = env.create("alice");
    let second = env.create("alice");
    assert_eq!(
        actions(&env, &["-n", "1"]),
        [format!("create {second} alice")]
    );
    assert_eq!(
        actions(&env, &["-n", "9", "--since", "1h"]).len(),
        actions(&env, &[]).len()
    );
    let text = std::fs::read_to_string(file(&env)).unwrap();
    let (head, _) = text.trim_end().rsplit_once('\n').unwrap();
    let (_, time) = head.rsplit_once("\"time\":\"").unwrap();
    edit(
        &file(&env),
        head,
        &head.replace(&time[..20], "2026-01-01T00:00:00Z"),
    );
    assert_eq!(
        actions(&env, &["--since", "1d"]),
        [format!("create {second} alice")]
    );
    assert!(actions(&env, &[]).contains(&format!("create {first} alice")));
    env.akm(&["log", "-n", "0", "--json"]).said(&[], 0, "", "");
}
