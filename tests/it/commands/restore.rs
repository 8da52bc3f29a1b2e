//! `akm restore` where something else is open, or where somebody else signs.

use crate::support::between::Between;
use crate::support::concurrent::start;
use crate::support::env::{Env, named};
use crate::support::http::http;
use crate::support::kill_served::EXPIRY;
use crate::support::served::Served;
use crate::support::truth;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

/// Standard error without the endpoint's line.
fn said(stderr: &str, ids: &[&str]) -> String {
    let lines = stderr.lines();
    let lines = lines.filter(|line| !line.contains("the endpoint is"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    named(&text, ids)
}

/// A deleted pair of the account's own, and `dev` a profile of a RAM user's.
fn the_accounts_own() -> (Served, String) {
    let served = Served::start();
    let id = served.done(&["-p", "sandbox", "create", "--account", "-y"]);
    served.done(&["-p", "sandbox", "delete", &id, "--force", "-y"]);
    (served, id)
}

const NOT_THE_ACCOUNT: &str = "error: the account's own pairs are the account's alone to work on: \
     akm signs as `acs:ram::<ACCOUNT>:user/sandbox-administrator`\n\
     hint: use a profile that signs with the account's own pair\n";

/// What is unfinished of another owner is not in its way.
#[test]
fn a_pair_is_restored_beside_the_rotation_of_another_owner() {
    let env = Env::new();
    env.create("alice");
    assert_eq!(env.akm(&["rotate", "alice"]).code, 0);
    let id = env.create("bob");
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    let ran = env.akm(&["restore", &id, "--json", "-q"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(ran.json()["ram_user"], "bob");
    assert_eq!(ran.json()["status"], "Inactive");
}

/// What a RAM user's list lacks says nothing of the account's own pair.
#[test]
fn the_accounts_own_pair_is_restored_by_the_account_alone() {
    let (served, id) = the_accounts_own();
    let before = served.env.kept();
    let ran = served.env.akm(&["restore", &id]);
    assert_eq!(
        (said(&ran.stderr, &[&id]).as_str(), ran.code),
        (NOT_THE_ACCOUNT, 6)
    );
    assert!(served.env.kept() == before, "something was changed");
    served.done(&["-p", "sandbox", "restore", &id]);
}

#[test]
fn what_the_account_began_is_finished_by_the_account_alone() {
    let (served, id) = the_accounts_own();
    let folder = served.env.home().join("journal").join(served.env.account());
    let file = folder.join(format!("restoring-{id}.toml"));
    let begun = format!(
        "version = 1\naccess_key_id = \"{id}\"\nactive = false\nasked_at = \"2026-01-01T00:00:00Z\"\n"
    );
    std::fs::write(&file, &begun).unwrap();
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&file, private).unwrap();
    for args in [&["recover"][..], &["restore", &id]] {
        let ran = served.env.akm(args);
        assert_eq!(
            (said(&ran.stderr, &[&id]).as_str(), ran.code),
            (NOT_THE_ACCOUNT, 6)
        );
        is_open(&served.env, true);
    }
    served.done(&["-p", "sandbox", "restore", &id]);
    assert!(!file.exists());
    is_open(&served.env, false);
}

/// The pair is asked itself what became of it, until the request cannot be executed any more.
#[test]
fn a_restore_whose_pair_is_nowhere_is_over_in_time() {
    let served = Served::start();
    let id = lost(&served);
    let early = served.env.akm(&["recover", "--dismiss", &id]);
    let told = "error: `<ID1>` of RAM user `alice` may yet be restored: it was asked for, and the cloud does not list the pair\n\
                hint: run `akm recover` after <TIME>\n";
    assert_eq!(
        (said(&early.stderr, &[&id]).as_str(), early.code),
        (told, 7)
    );
    out_of_the_bin(&served.env, &id);
    served.env.time_passes_for("alice", EXPIRY);
    let ran = served.env.akm(&["recover"]);
    let told = "note: an earlier restore of `<ID1>` is now known to have done nothing\n\
                Nothing is left that could be finished now.\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 0));
    is_open(&served.env, false);
    assert_eq!(served.env.akm(&["recover", "--dismiss", &id]).code, 3);
}

/// A person need not wait for the next recovery to forget it.
#[test]
fn a_restore_that_can_be_executed_no_more_is_forgotten_by_a_word() {
    let served = Served::start();
    let id = lost(&served);
    served.env.time_passes_for("alice", EXPIRY);
    let ran = served.env.akm(&["recover", "--dismiss", &id]);
    let told = "The restore of <ID1> is forgotten.\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 0));
    is_open(&served.env, false);
}

/// Another akm holds the owner, and ends what is open, while the word waits.
#[test]
fn a_restore_that_ends_meanwhile_is_not_forgotten_by_a_word() {
    let served = Served::start();
    let (env, id) = (&served.env, lost(&served));
    env.time_passes_for("alice", EXPIRY);
    let lock = format!("locks/{}/user-alice.lock", env.account());
    let lock = std::fs::File::open(env.home().join(lock)).unwrap();
    lock.lock().unwrap();
    let mut dismissing = start(env, &["recover", "--dismiss", &id]);
    let mut told = BufReader::new(dismissing.stderr.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().contains("waiting for another akm")));
    std::fs::remove_file(env.journal_of("alice")).unwrap();
    drop(lock);
    let told: Vec<String> = told.map(Result::unwrap).collect();
    assert_eq!(dismissing.wait().unwrap().code(), Some(3), "{told:?}");
    assert!(told[0].contains("is neither a suspect nor"), "{told:?}");
}

/// A restore of alice's deleted pair that no answer came to, and that was not executed.
fn lost(served: &Served) -> String {
    let id = served.env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let order = json!({ "fault": "lose-request", "action": "RestoreAccessKeyFromRecycleBin" });
    served.serving.order(&order);
    assert_eq!(served.env.akm(&["restore", &id]).code, 8);
    id
}

#[track_caller]
fn is_open(env: &Env, open: bool) {
    let listed = env.akm(&["recover", "--list"]).stdout;
    assert_eq!(listed.contains("restore  "), open, "{listed}");
}

/// The first may be executed yet.
#[test]
fn a_second_restore_that_is_refused_does_not_forget_the_first() {
    let served = Served::start();
    let id = lost(&served);
    let order = json!({
        "fault": "throttle", "action": "RestoreAccessKeyFromRecycleBin", "count": 9, "retry_after_ms": 5
    });
    served.serving.order(&order);
    let ran = served.env.akm(&["restore", &id]);
    let told = "error: `<ID1>` may yet be restored by an earlier command: the cloud asks for fewer calls: \
                RestoreAccessKeyFromRecycleBin: Throttling.User: Request was denied due to user flow control.\n\
                request id: <REQUEST>\nhint: run `akm recover` after <TIME>\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 8));
    is_open(&served.env, true);
}

#[test]
fn a_restore_that_is_executed_and_not_listed_yet_is_waited_for() {
    let served = Served::start();
    let id = lost(&served);
    out_of_the_bin(&served.env, &id);
    let ran = served.env.akm(&["restore", &id]);
    let told = "error: `<ID1>` of RAM user `alice` may yet be restored: it was asked for, and the cloud does not list the pair\n\
                hint: run `akm recover` after <TIME>\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 7));
    is_open(&served.env, true);
}

/// Whoever waited for the lock meanwhile takes it from where it is.
#[test]
fn a_pair_that_another_machine_restores_meanwhile_is_not_asked_for_again() {
    let served = Served::start();
    let env = &served.env;
    let other = Env::light();
    served.serving.add_profile(&other, "dev");
    let id = env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let lock = format!("locks/{}/user-alice.lock", env.account());
    let lock = std::fs::File::open(env.home().join(lock)).unwrap();
    lock.lock().unwrap();
    let mut waiting = start(env, &["restore", &id]);
    let mut told = BufReader::new(waiting.stderr.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().contains("waiting for another akm")));
    assert_eq!(other.akm(&["restore", &id, "--active"]).code, 0);
    drop(lock);
    let told: Vec<String> = told.map(Result::unwrap).collect();
    assert_eq!(waiting.wait().unwrap().code(), Some(0), "{told:?}");
    let live = truth::live_of(env, "alice");
    assert!(live.len() == 1 && !live[0].active, "{live:?}");
    is_open(env, false);
}

/// Another machine was faster, and what is left to do here fails: it is recorded.
#[test]
fn what_another_machine_restored_is_disabled_later_if_not_now() {
    let served = Served::start();
    let between = Between::before(&served.serving);
    let (here, env) = (&served.serving, &served.env);
    here.add_profile_by(env, "gate", &between.endpoint, &[]);
    let other = Env::light();
    here.add_profile(&other, "dev");
    let id = env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let denied = http(
        "400 Bad Request",
        r#"{"Code":"NoPermission","Message":"no"}"#,
    );
    let denied = String::from_utf8(denied).unwrap();
    let (restored, of) = (AtomicBool::new(false), id.clone());
    between.say(move |asked, hand_on| {
        if asked == "UpdateAccessKey" {
            return denied.clone();
        }
        let answer = hand_on();
        if asked == "GetAccessKeyInfoInRecycleBin" && !restored.swap(true, Ordering::Relaxed) {
            assert_eq!(other.akm(&["restore", &of, "--active"]).code, 0);
        }
        answer
    });
    let ran = env.akm(&["-p", "gate", "restore", &id]);
    let told = said(&ran.stderr, &[&id]);
    let told = (
        told.contains("error: `<ID1>` is back, and Active: the cloud does not allow this"),
        told,
    );
    assert!(ran.code == 8 && told.0, "{}", told.1);
    is_open(env, true);
    between.be_still();
    served.done(&["recover"]);
    let live = truth::live_of(env, "alice");
    assert!(live.len() == 1 && !live[0].active, "{live:?}");
    is_open(env, false);
}

/// The list is as it was before the deletion, and after the restore: it is asked for all the same, and disabled.
#[test]
fn a_list_that_lags_does_not_stand_for_a_restore() {
    let served = Served::start();
    let between = Between::before(&served.serving);
    let (here, env) = (&served.serving, &served.env);
    here.add_profile_by(env, "gate", &between.endpoint, &[]);
    let id = env.create("alice");
    env.create("alice");
    served.done(&["disable", &id]);
    let old = Arc::new(Mutex::new(String::new()));
    let (seen, of) = (old.clone(), id.clone());
    between.say(move |asked, hand_on| {
        let answer = hand_on();
        if asked == "ListAccessKeys" && answer.contains(&of) {
            seen.lock().unwrap().clone_from(&answer);
        }
        answer
    });
    served.done(&["-p", "gate", "list", "--refresh"]);
    served.done(&["delete", &id, "-y"]);
    between.say(move |asked, hand_on| match asked {
        "ListAccessKeys" => old.lock().unwrap().clone(),
        _ => hand_on(),
    });
    let ran = env.akm(&["-p", "gate", "restore", &id]);
    let told = "AccessKey <ID1> of RAM user alice in gate (account <ACCOUNT>) is Inactive.\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 0));
    let live = truth::live_of(env, "alice").into_iter();
    let live: Vec<_> = live.filter(|pair| pair.id == id).collect();
    assert!(live.len() == 1 && !live[0].active, "{live:?}");
}

/// The list is as it was before the deletion, and the answer was lost: that is no word of the pair's being back.
#[test]
fn a_list_that_lags_ends_no_restore() {
    let served = Served::start();
    let between = Between::before(&served.serving);
    let (here, env) = (&served.serving, &served.env);
    here.add_profile_by(env, "gate", &between.endpoint, &[]);
    let id = env.create("alice");
    let old = Arc::new(Mutex::new(String::new()));
    let (seen, of) = (old.clone(), id.clone());
    between.say(move |asked, hand_on| {
        let answer = hand_on();
        if asked == "ListAccessKeys" && answer.contains(&of) {
            seen.lock().unwrap().clone_from(&answer);
        }
        answer
    });
    served.done(&["-p", "gate", "list", "--refresh"]);
    served.done(&["delete", &id, "--force", "-y"]);
    let order = json!({ "fault": "lose-request", "action": "RestoreAccessKeyFromRecycleBin" });
    served.serving.order(&order);
    assert_eq!(env.akm(&["restore", &id, "--active"]).code, 8);
    between.say(move |asked, hand_on| match asked {
        "ListAccessKeys" => old.lock().unwrap().clone(),
        _ => hand_on(),
    });
    let ran = env.akm(&["-p", "gate", "recover"]);
    assert_eq!(ran.code, 7, "{}", ran.stderr);
    is_open(env, true);
    assert_eq!(truth::live_of(env, "alice"), []);
}

/// What the cloud took is told, whatever fails after it.
#[test]
fn a_pair_that_is_back_and_cannot_be_listed_is_told() {
    let served = Served::start();
    let between = Between::before(&served.serving);
    let (here, env) = (&served.serving, &served.env);
    here.add_profile_by(env, "gate", &between.endpoint, &[]);
    let id = env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let denied = http(
        "400 Bad Request",
        r#"{"Code":"NoPermission","Message":"no"}"#,
    );
    let denied = String::from_utf8(denied).unwrap();
    let restored = AtomicBool::new(false);
    between.say(move |asked, hand_on| match asked {
        "ListAccessKeys" if restored.load(Ordering::Relaxed) => denied.clone(),
        asked => {
            restored.fetch_or(asked.starts_with("Restore"), Ordering::Relaxed);
            hand_on()
        }
    });
    let ran = env.akm(&["-p", "gate", "restore", &id]);
    let told = "error: `<ID1>` is back, and Active: the cloud does not allow this: ListAccessKeys: NoPermission: no\n\
                hint: give the signing identity the RAM action that the cause names; `akm -p gate recover` finishes it\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 8));
    between.be_still();
    served.done(&["recover"]);
    let live = truth::live_of(env, "alice");
    assert!(live.len() == 1 && !live[0].active, "{live:?}");
}

/// The first request got lost and can be executed no more: it is sent again.
#[test]
fn a_pair_that_is_in_the_bin_after_all_is_asked_for_again() {
    for passes in [false, true] {
        let served = Served::start();
        let id = lost(&served);
        if passes {
            served.env.time_passes_for("alice", EXPIRY);
        }
        served.done(&["restore", &id]);
        let live = truth::live_of(&served.env, "alice");
        assert!(live.len() == 1 && !live[0].active, "{live:?}");
        is_open(&served.env, false);
    }
}

/// Its RAM user is deleted meanwhile, or has another name.
#[test]
fn a_restore_for_a_user_that_is_gone_is_forgotten_by_a_word() {
    let served = Served::start();
    let id = lost(&served);
    served.done(&["user", "delete", "alice", "-y"]);
    for passes in [false, true] {
        if passes {
            served.env.time_passes_for("alice", EXPIRY);
        }
        for command in [&["recover"][..], &["restore", &id]] {
            let ran = served.env.akm(command);
            assert_eq!(ran.code, 3, "{}", ran.stderr);
            let hint = format!("`akm recover --dismiss {id}` forgets that it was to be restored");
            assert!(ran.stderr.contains(&hint), "{}", ran.stderr);
        }
        let code = if passes { 0 } else { 7 };
        let word = served.env.akm(&["recover", "--dismiss", &id]);
        assert_eq!(word.code, code, "{}", word.stderr);
    }
    served.done(&["recover"]);
}

#[test]
fn what_is_purged_is_not_waited_for() {
    let served = Served::start();
    let id = lost(&served);
    served.done(&["delete", &id, "--purge", "-y"]);
    is_open(&served.env, false);
    served.done(&["recover"]);
}

/// A pair that comes back would be taken for what a create made: nothing is made before it is known what became of it.
#[test]
fn nothing_is_made_while_a_restore_is_undecided() {
    let served = Served::start();
    let id = lost(&served);
    std::fs::remove_file(served.env.record_of("alice")).unwrap();
    let create = ["create", "--ram-user", "alice"];
    let ran = served.env.akm(&create);
    let told = "error: `<ID1>` of RAM user `alice` may yet be restored: it was asked for, and the cloud does not list the pair\n\
                hint: run `akm recover` after <TIME>\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 7));
    let other = Env::light();
    served.serving.add_profile(&other, "dev");
    assert_eq!(other.akm(&["restore", &id, "--active"]).code, 0);
    let ran = served.env.akm(&create);
    let told = "warning: an earlier command's restore is finished: `<ID1>` of RAM user `alice` is Inactive\n";
    let words = said(&ran.stderr, &[&id]);
    assert!(ran.code == 0 && words.starts_with(told), "{words}");
    let live = truth::live_of(&served.env, "alice");
    let ids: Vec<_> = live
        .iter()
        .map(|pair| (pair.id.as_str(), pair.active))
        .collect();
    assert_eq!(ids, [(id.as_str(), false), (ran.stdout.trim(), true)]);
}

/// As if it had been taken out in the console.
fn out_of_the_bin(env: &Env, id: &str) {
    let file = env.cloud_of("alice");
    let mut user: toml::Table = std::fs::read_to_string(&file).unwrap().parse().unwrap();
    let keys = user["access_keys"].as_array_mut().unwrap();
    keys.retain(|key| key["id"].as_str() != Some(id));
    std::fs::write(&file, user.to_string()).unwrap();
}

/// It would be taken for the pair that the create made.
#[test]
fn nothing_is_restored_while_a_create_is_undecided() {
    let served = Served::start();
    let between = Between::before(&served.serving);
    let (here, env) = (&served.serving, &served.env);
    here.add_profile_by(env, "gate", &between.endpoint, &[]);
    let id = served.env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let lost = String::from_utf8(http("408 Request Timeout", "")).unwrap();
    between.say(move |asked, hand_on| match asked {
        "CreateAccessKey" => lost.clone(),
        _ => hand_on(),
    });
    let create = ["-p", "gate", "create", "--ram-user", "alice"];
    assert_eq!(served.env.akm(&create).code, 8);
    let ran = served.env.akm(&["restore", &id]);
    let told = "error: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
                hint: run `akm recover` after <TIME>\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 7));
    assert_eq!(truth::live_of(&served.env, "alice"), []);
    served.env.time_passes_for("alice", EXPIRY);
    let ran = served.env.akm(&["restore", &id]);
    let told = "note: an earlier create for RAM user `alice` is now known to have left nothing behind\n\
                AccessKey <ID1> of RAM user alice in dev (account <ACCOUNT>) is Inactive.\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 0));
    truth::check(&served.env, "restored after all");
}
