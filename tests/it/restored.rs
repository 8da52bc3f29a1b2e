//! `akm restore` where something else is open, or where somebody else signs.

use crate::between::Between;
use crate::concurrency::start;
use crate::env::{Env, named};
use crate::faults::asked_long_ago;
use crate::https::http;
use crate::served::Served;
use crate::truth;
use serde_json::json;
use std::io::{BufRead, BufReader};

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

const NOT_THE_ACCOUNT: &str = "akm: the account's own pairs are the account's alone to work on: \
     akm signs as `acs:ram::<ACCOUNT>:user/sandbox-administrator`\n\
     hint: use a profile that signs with the account's own pair\n";

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
        assert_eq!(std::fs::read_to_string(&file).unwrap(), begun);
    }
    served.done(&["-p", "sandbox", "restore", &id]);
    assert!(!file.exists());
}

/// Of a pair that is neither listed nor in the bin, nobody knows what became: it may be Active elsewhere.
#[test]
fn a_restore_whose_pair_is_nowhere_stays_open() {
    let served = Served::start();
    let id = served.env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let order = json!({ "fault": "lose-request", "action": "RestoreAccessKeyFromRecycleBin" });
    served.serving.order(&order);
    assert_eq!(served.env.akm(&["restore", &id]).code, 8);
    let early = served.env.akm(&["recover", "--dismiss", &id]);
    let told = "akm: `<ID1>` of RAM user `alice` may yet be restored: it was asked for, and the cloud does not list the pair\n\
                hint: run `akm recover` after <TIME>\n";
    assert_eq!(
        (said(&early.stderr, &[&id]).as_str(), early.code),
        (told, 7)
    );
    out_of_the_bin(&served.env, &id);
    asked_long_ago(&served.env, &id);
    let told = "akm: nobody knows what became of `<ID1>` of RAM user `alice`: \
                it was to be restored, and neither the list nor the recycle bin has it\n\
                hint: look in the console; `akm recover --dismiss <ID1>` forgets that it was asked for\n";
    for _ in 0..2 {
        let ran = served.env.akm(&["recover"]);
        assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 8));
    }
    // Nothing else of the owner's waits for it.
    served.env.create("alice");
    let ran = served.env.akm(&["recover", "--dismiss", &id]);
    let told = "akm: the restoring of `<ID1>` is forgotten\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 0));
    served.done(&["recover"]);
    assert_eq!(served.env.akm(&["recover", "--dismiss", &id]).code, 3);
}

/// Another akm holds the owner, and ends what is open, while the word waits.
#[test]
fn a_restore_that_ends_meanwhile_is_not_forgotten_by_a_word() {
    let served = Served::start();
    let env = &served.env;
    let id = env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let order = json!({ "fault": "lose-request", "action": "RestoreAccessKeyFromRecycleBin" });
    served.serving.order(&order);
    assert_eq!(env.akm(&["restore", &id]).code, 8);
    asked_long_ago(env, &id);
    let lock = format!("locks/{}/user-alice.lock", env.account());
    let lock = std::fs::File::open(env.home().join(lock)).unwrap();
    lock.lock().unwrap();
    let mut dismissing = start(env, &["recover", "--dismiss", &id]);
    let mut told = BufReader::new(dismissing.stderr.take().unwrap()).lines();
    assert!(told.any(|line| line.unwrap().contains("waiting for another akm")));
    let open = format!("journal/{}/restoring-{id}.toml", env.account());
    std::fs::remove_file(env.home().join(open)).unwrap();
    drop(lock);
    let told: Vec<String> = told.map(Result::unwrap).collect();
    assert_eq!(dismissing.wait().unwrap().code(), Some(3), "{told:?}");
    assert!(told[0].contains("is neither a suspect nor"), "{told:?}");
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
    let told = "akm: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
                hint: run `akm recover` after <TIME>\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 7));
    assert_eq!(truth::live_of(&served.env, "alice"), []);
    served
        .env
        .time_passes_for("alice", crate::killed_served::EXPIRY);
    let ran = served.env.akm(&["restore", &id]);
    let told = "akm: an earlier create for RAM user `alice` is now known not to have happened\n\
                akm: `<ID1>` of RAM user `alice` is Inactive\n";
    assert_eq!((said(&ran.stderr, &[&id]).as_str(), ran.code), (told, 0));
    truth::check(&served.env, "restored after all");
}
