//! `akm store use` and `akm store move`: out of a real keyring into encrypted files, and back.

use crate::support::desktop::Desktop;
use crate::support::env::have;
use crate::support::kill_points::{CHANGING, among};
#[cfg(feature = "server")]
use crate::support::serving::Serving;
use crate::support::strace::{self, Call, count};
#[cfg(feature = "server")]
use serde_json::json;

const TO_AGE: [&str; 4] = ["store", "move", "--to", "age"];
const TO_KEYRING: [&str; 4] = ["store", "move", "--to", "keyring"];

/// A desktop with alice's pair saved in its keyring, and nothing unfinished.
fn prepared() -> Option<(Desktop, String, String)> {
    let desktop = Desktop::open()?;
    let ran = desktop.create("alice");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (id, secret) = ran.stdout.trim().split_once('\n').unwrap();
    let (id, secret) = (id.to_owned(), secret.to_owned());
    assert_eq!(desktop.env.akm(&["recover"]).code, 0);
    Some((desktop, id, secret))
}

#[test]
fn a_secret_is_moved_and_the_old_store_forgets_it() {
    let Some((desktop, id, secret)) = prepared() else {
        return;
    };
    let env = &desktop.env;
    let table = "ACCESSKEY ID              OWNER  ACCOUNT           FROM     STATE\n\
                 <ID1>  alice  <ACCOUNT>  keyring  moved\n";
    let dry = [&TO_AGE[..], &["--dry-run"]].concat();
    let would = "1 secret would be moved to encrypted files.\n\
                 warning: a copy of this AKM_HOME that uses this keyring, too, would find these secrets there no more\n";
    env.akm(&dry).said(&[&id], 0, table, would);
    assert_eq!(desktop.lookup(&id).as_ref(), Some(&secret));
    let done = "1 secret was moved to encrypted files.\n\
                warning: a copy of this AKM_HOME that uses this keyring, too, finds these secrets there no more\n";
    env.akm(&TO_AGE).said(&[&id], 0, table, done);
    assert_eq!(desktop.lookup(&id), None);
    assert_eq!(env.pairs()[0]["secret_store"], "age");
    assert_eq!(env.akm(&["read", "alice"]).stdout.trim(), secret);
    let none = "No secret had to be moved to encrypted files.\n";
    env.akm(&TO_AGE).said(&[], 0, "", none);
    // New ones go there, too.
    assert_eq!(env.akm(&["create", "bob"]).code, 0);
    assert!(env.pairs().iter().all(|pair| pair["secret_store"] == "age"));
    let ran = env.akm(&[&TO_KEYRING[..], &["--json"]].concat()).json();
    assert_eq!(ran["secrets"][0]["state"], "moved");
    assert_eq!(desktop.lookup(&id).as_ref(), Some(&secret));
    // A keyring may lose it in a power cut: the file goes once a later run has read it back.
    let file = env.home().join(format!("secrets/{id}.age"));
    assert!(file.exists());
    assert!(
        desktop
            .tool(&["clear", "service", "akm", "username", &id], "")
            .is_some()
    );
    assert_eq!(env.akm(&TO_KEYRING).code, 0);
    assert_eq!(desktop.lookup(&id).as_ref(), Some(&secret));
    assert!(file.exists());
    assert_eq!(env.akm(&TO_KEYRING).code, 0);
    assert_eq!(desktop.lookup(&id), Some(secret));
    assert!(!file.exists());
}

/// What both stores have goes out of both.
#[test]
fn a_pair_that_is_purged_in_the_middle_of_a_move_is_in_no_store() {
    let Some((desktop, id, _)) = prepared() else {
        return;
    };
    let env = &desktop.env;
    assert_eq!(env.akm(&TO_AGE).code, 0);
    assert_eq!(env.akm(&TO_KEYRING).code, 0);
    let file = env.home().join(format!("secrets/{id}.age"));
    assert!(file.exists() && desktop.lookup(&id).is_some());
    let ran = env.akm(&["delete", &id, "--force", "--purge", "-y"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!((file.exists(), desktop.lookup(&id)), (false, None));
}

/// The profile `dev` in the middle of a move out of encrypted files, and the pair that it signs with.
#[cfg(feature = "server")]
fn half_moved(desktop: &Desktop) -> (Serving, String) {
    let env = &desktop.env;
    assert_eq!(env.akm(&TO_AGE).code, 0);
    let serving = Serving::start(env, &["--persist", "--control"]);
    serving.add_profile(env, "dev");
    assert_eq!(env.akm(&TO_KEYRING).code, 0);
    let id = serving.field("access_key_id").to_owned();
    let file = env.home().join(format!("secrets/{id}.age"));
    assert!(file.exists() && desktop.lookup(&id).is_some());
    (serving, id)
}

/// What is put back into the old store meanwhile is in use there, and no left-over.
#[cfg(feature = "server")]
#[test]
fn a_signer_that_is_rotated_into_the_old_store_in_the_middle_of_a_move_is_not_lost() {
    let Some((desktop, ..)) = prepared() else {
        return;
    };
    let (env, (serving, _)) = (&desktop.env, half_moved(&desktop));
    let done = |args: &[&str]| {
        let ran = env.akm(&[&["-p", "dev"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    };
    done(&["store", "use", "age"]);
    done(&["rotate", "--self", "-y", "--overlap", "0s", "--delete-old"]);
    done(&TO_AGE);
    done(&["verify", "--self"]);
    // The same of a pair's row, where the profile came back to the old store.
    done(&TO_KEYRING);
    done(&["store", "use", "age"]);
    let csv = env.path("own.csv");
    let csv = csv.to_str().unwrap();
    done(&["export", "-u", "sandbox-administrator", "--csv", csv]);
    let endpoint = serving.field("endpoint");
    done(&[
        "profile",
        "add",
        "dev2",
        "--csv",
        csv,
        "--endpoint",
        endpoint,
    ]);
    done(&TO_AGE);
    done(&["verify", "--self"]);
    assert_eq!(env.akm(&["-p", "dev2", "verify", "--self"]).code, 0);
}

/// Two secrets of one pair: nobody knows which one is right, so that neither is written over.
#[test]
fn a_secret_is_not_moved_over_another_one() {
    let Some((desktop, id, secret)) = prepared() else {
        return;
    };
    let env = &desktop.env;
    assert_eq!(env.akm(&TO_AGE).code, 0);
    let item = ["store", "--label", "akm", "service", "akm", "username", &id];
    assert!(desktop.tool(&item, "another").is_some());
    let ran = env.akm(&TO_KEYRING);
    assert_eq!(ran.code, 5, "{}", ran.stderr);
    assert_eq!(desktop.lookup(&id).as_deref(), Some("another"));
    assert_eq!(env.akm(&["read", "alice"]).stdout.trim(), secret);
}

/// The old store keeps what another profile says it has.
#[cfg(feature = "server")]
#[test]
fn a_secret_that_another_profile_has_in_the_old_store_stays_there() {
    let Some((desktop, ..)) = prepared() else {
        return;
    };
    let (env, (serving, id)) = (&desktop.env, half_moved(&desktop));
    let csv = env.path("own.csv");
    let csv = csv.to_str().unwrap();
    let done = |args: &[&str]| {
        let ran = env.akm(&[&["-p", "dev"], args].concat());
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    };
    done(&["export", "-u", "sandbox-administrator", "--csv", csv]);
    done(&["store", "use", "age"]);
    let endpoint = serving.field("endpoint");
    done(&[
        "profile",
        "add",
        "dev2",
        "--csv",
        csv,
        "--endpoint",
        endpoint,
    ]);
    // What is unfinished keeps the owner's secrets where they are, so that only `dev` is to be forgotten of.
    let lost = json!({ "fault": "lose-answer", "action": "CreateAccessKey" });
    serving.order(&lost);
    let create = ["create", "-u", "sandbox-administrator"];
    assert_ne!(env.akm(&[&["-p", "dev"], &create[..]].concat()).code, 0);
    let file = env.home().join(format!("secrets/{id}.age"));
    assert!(file.exists());
    assert_eq!(env.akm(&TO_KEYRING).code, 8);
    assert!(file.exists());
    assert_eq!(env.akm(&["-p", "dev2", "verify", "--self"]).code, 0);
}

#[cfg(feature = "server")]
#[test]
fn a_secret_that_is_dropped_in_the_middle_of_a_move_is_in_no_store() {
    let Some((desktop, ..)) = prepared() else {
        return;
    };
    let (env, (_serving, id)) = (&desktop.env, half_moved(&desktop));
    let ran = env.akm(&["profile", "remove", "dev", "--drop-secret", "-y"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let file = env.home().join(format!("secrets/{id}.age"));
    assert!(!file.exists() && desktop.lookup(&id).is_none());
}

#[test]
fn new_secrets_go_to_the_store_that_is_used_and_old_ones_stay() {
    let Some((desktop, id, secret)) = prepared() else {
        return;
    };
    let env = &desktop.env;
    env.akm(&["store", "use", "age"]).said(
        &[],
        0,
        "",
        "New secrets are saved in encrypted files.\nnext: akm store move --to age\n",
    );
    assert_eq!(env.akm(&["create", "bob"]).code, 0);
    let stores: Vec<_> = env
        .pairs()
        .iter()
        .map(|it| it["secret_store"].clone())
        .collect();
    assert_eq!(stores, ["keyring", "age"]);
    assert_eq!(desktop.lookup(&id), Some(secret));
}

/// Unfinished work names the store: its secrets stay, all others are moved.
#[test]
fn unfinished_work_keeps_its_secrets_where_they_are() {
    let Some((desktop, _, _)) = prepared() else {
        return;
    };
    let env = &desktop.env;
    assert_eq!(env.akm(&["create", "bob"]).code, 0);
    assert_eq!(env.akm(&["recover"]).code, 0);
    assert_eq!(env.akm(&["rotate", "bob"]).code, 0);
    let ran = env.akm(&[&TO_AGE[..], &["--json"]].concat());
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    let state = |row: &serde_json::Value| row["state"].as_str().unwrap().to_owned();
    let text = ran.stdout.lines().next().unwrap();
    let told: serde_json::Value = serde_json::from_str(text).unwrap();
    let states: Vec<String> = told["secrets"]
        .as_array()
        .unwrap()
        .iter()
        .map(state)
        .collect();
    assert_eq!(states, ["moved", "unfinished", "unfinished"]);
    assert_eq!(ran.error()["code"], "half-done");
}

/// Killed before each call that changes something in a file or asks the keyring: the secret can be read by then, and the same command
/// ends with it in the new store alone.
#[test]
fn a_move_that_is_killed_anywhere_is_finished_by_the_same_command() {
    let Some((desktop, id, secret)) = prepared() else {
        return;
    };
    if !have("strace") {
        return;
    }
    let (mut from, mut to) = (TO_AGE, TO_KEYRING);
    for _ in 0..2 {
        a_move(&desktop, &from, &id, &secret);
        std::mem::swap(&mut from, &mut to);
    }
}

/// Where to kill: a connection that is written to has no name, as a file has.
fn points(desktop: &Desktop, args: &[&str]) -> Vec<Call> {
    let calls = strace::calls(&desktop.env, args, 0);
    let changes = |call: &Call| among(CHANGING, call) || among("sendmsg sendto writev", call);
    let works = |call: &Call| !call.line.contains(" = -1 ") && call.first_thread;
    let opens = |call: &Call| call.name != "openat" || call.line.contains("O_CREAT");
    let found = calls
        .into_iter()
        .filter(|it| changes(it) && works(it) && opens(it));
    found.collect()
}

fn a_move(desktop: &Desktop, args: &[&str; 4], id: &str, secret: &str) {
    let env = &desktop.env;
    let back = if args == &TO_AGE { TO_KEYRING } else { TO_AGE };
    let points = points(desktop, args);
    assert!(points.len() > 15, "{points:?}");
    count("killed", points.len(), args);
    for call in &points {
        assert_eq!(env.akm(&back).code, 0, "{call}");
        assert_eq!(env.akm(&back).code, 0, "{call}");
        if !strace::kills(env, call, args) {
            continue;
        }
        let point = format!("killed at {call}");
        assert_eq!(env.akm(&["read", "alice"]).stdout.trim(), secret, "{point}");
        let ran = env.akm(args);
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
        // Into a keyring it is run once more.
        assert_eq!(env.akm(args).code, 0, "{point}");
        assert_eq!(env.akm(&["read", "alice"]).stdout.trim(), secret, "{point}");
        assert_eq!(env.pairs()[0]["secret_store"], args[3], "{point}");
        let in_file = env.home().join(format!("secrets/{id}.age")).exists();
        let in_keyring = desktop.lookup(id).is_some();
        assert_eq!(
            (in_file, in_keyring),
            (args[3] == "age", args[3] != "age"),
            "{point}"
        );
    }
}
