//! `akm rotate --dry-run`: what it prints is what the command then calls, and nothing is changed.

use crate::support::calls::calls;
use crate::support::calls::{called, words};
use crate::support::env::SANDBOX;
use crate::support::env::{Env, edit};
use crate::support::leaks::without_room;

const NOTE: &str = "note: nothing was changed; `NEW_KEY_ID` is in the place of the id that the cloud will choose\n";

/// Service and action of each planned call; no file is changed.
#[track_caller]
fn planned(env: &Env, args: &[&str]) -> Vec<String> {
    let before = env.files();
    let ran = env.akm(&[args, &["--dry-run", "-v"]].concat());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    assert!(env.files() == before, "{args:?} changed a file");
    words(&ran)
}

/// Plans, then does, and compares.
#[track_caller]
fn compared(env: &Env, more: &[&str]) {
    let args = [&["rotate", "--ram-user", "alice"], more].concat();
    let planned = planned(env, &args);
    assert_eq!(planned, calls(env, &args), "{more:?}");
}

#[test]
fn it_says_what_would_be_done_and_when() {
    let env = Env::new();
    let old = env.create("alice");
    let args = ["rotate", "--ram-user", "alice", "--dry-run"];
    let made = "create a pair for RAM user `alice`\n\
                hand out the new pair once it is verified\n";
    let now = [&args[..], &["--overlap", "0s"]].concat();
    let due = "disable <ID1>\nlater, from <DAY>, `akm rotate alice --finish` can delete <ID1>\n";
    env.akm(&now)
        .said(&[&old], 0, &format!("{made}{due}"), NOTE);
    let due = "later, from <DAY>, `akm rotate alice --finish` can disable <ID1>\n\
               later, from <DAY>, `akm rotate alice --finish` can delete <ID1>\n";
    env.akm(&args)
        .said(&[&old], 0, &format!("{made}{due}"), NOTE);
    let told = env.akm(&[&now[..], &["--json", "-q"]].concat()).json();
    let step = |action: &str, id: &str| serde_json::json!({"action": action, "access_key_id": id, "from": null});
    let mut steps = told["steps"].as_array().unwrap().clone();
    assert!(steps[3]["from"].is_string());
    steps[3]["from"] = serde_json::Value::Null;
    let expected = [
        step("create", "NEW_KEY_ID"),
        step("hand-out", "NEW_KEY_ID"),
        step("disable", &old),
        step("delete", &old),
    ];
    assert_eq!(steps, expected);
}

#[test]
fn it_prints_each_call_where_that_is_asked_for() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let args = ["rotate", "--ram-user", "alice", "--dry-run"];
    let ran = env.akm(&[&args[..], &["-v"]].concat());
    let calls = ran.stdout.lines().filter(|line| line.starts_with(' '));
    let calls = calls.collect::<Vec<_>>().join("\n");
    assert_eq!(
        crate::support::env::named(&calls, &[&old]),
        "  Sts GetCallerIdentity\n  \
         Ram ListAccessKeys UserName=alice\n  \
         Ram CreateAccessKey UserName=alice\n  \
         Sts GetCallerIdentity # signed with NEW_KEY_ID\n  \
         Sts GetCallerIdentity # signed with NEW_KEY_ID\n  \
         Ram UpdateAccessKey UserAccessKeyId=<ID1> Status=Inactive UserName=alice"
    );
    let told = env.akm(&[&args[..], &["--json", "-q"]].concat()).json();
    assert_eq!(told["state"], "grace");
    assert_eq!(told["ram_user"], "alice");
    let last = told["calls"].as_array().unwrap().last().unwrap();
    let parameters = serde_json::json!({
        "Status": "Inactive", "UserAccessKeyId": old, "UserName": "alice",
    });
    assert_eq!(
        (&last["service"], &last["action"], &last["parameters"]),
        (&"Ram".into(), &"UpdateAccessKey".into(), &parameters)
    );
    assert_eq!(told["calls"][4]["signer"], "NEW_KEY_ID");
}

#[test]
fn what_is_planned_is_what_is_called() {
    for more in [
        &[][..],
        &["--overlap", "2d"],
        &["--delete-old"],
        &["--finish"],
        &["--leaked"],
    ] {
        let env = Env::new().without_overlap();
        env.create("alice");
        compared(&env, more);
    }
}

#[test]
fn of_a_rotation_that_is_open() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    compared(&env, &["--overlap", "2d"]);
    compared(&env.copied(), &["--rollback"]);
    compared(&env.copied(), &["--leaked", &old]);
    compared(&env, &[]);
    compared(&env.copied(), &["--overlap", "0s"]);
    let by_hand = env.copied();
    assert_eq!(by_hand.akm(&["disable", &old]).code, 0);
    compared(&by_hand, &["--replace", &old]);
    env.days_pass_for("alice", 3);
    compared(&env, &["--finish"]);
    compared(&env.copied(), &["--rollback"]);
    compared(&env.copied(), &["--delete-old"]);
    compared(&env.copied(), &["--replace", &old]);
    env.days_pass_for("alice", 3);
    compared(&env.copied(), &["--finish"]);
    compared(&env, &[]);
    // A secret that the store has lost: of the new pair the journal has it, of the old one nothing has.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    compared(&env, &["--overlap", "2d"]);
    let new = env.akm(&["show-id", "--ram-user", "alice"]).stdout;
    let back = env.copied();
    back.lose_secret(&old);
    let disabled = back.copied();
    assert_eq!(disabled.akm(&["disable", &old]).code, 0);
    let enables = "enable <ID1>\n";
    let stops = "error: the rollback would not continue: `<ID1>` would be Active again, and akm does not have its secret; \
                 `<ID2>` would be left Active beside it\n\
                 hint: after that, once nothing uses `<ID2>`: `akm recover --dismiss <ID1>`, then `akm disable <ID2>`\n";
    let ids = [old.as_str(), new.trim()];
    stopping(&back, &["--rollback"], &ids, (enables, stops));
    stopping(&disabled, &["--rollback"], &ids, (enables, stops));
    env.days_pass_for("alice", 3);
    env.lose_secret(new.trim());
    compared(&env, &[]);
    after_a_rollback();
    // What was cut short and ends in one go is not followed by a new one.
    let env = Env::new().without_overlap();
    env.create("alice");
    compared(&env, &["--overlap", "0s", "--grace", "0s"]);
    let env = Env::new().without_overlap();
    env.create("alice");
    compared(&env, &["--overlap", "0s", "--grace", "2d"]);
    env.cut_after("created");
    compared(&env, &[]);
}

/// What it took out of use is deleted first.
fn after_a_rollback() {
    let env = Env::new().without_overlap();
    env.create("alice");
    compared(&env, &[]);
    compared(&env, &["--rollback"]);
    compared(&env.copied(), &["--finish"]);
    compared(&env, &["--overlap", "1d"]);
}

#[test]
fn of_the_accounts_own_pair() {
    let env = Env::new().without_overlap();
    assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    for more in [&["--delete-old"][..], &["--leaked"]] {
        let args = [&["rotate", "--account"], more].concat();
        let planned = planned(&env, &args);
        assert!(planned.contains(&"Ims CreateAccessKey".to_owned()));
        assert_eq!(planned, calls(&env, &[&args[..], &["-y"]].concat()));
    }
}

#[test]
fn of_two_pairs() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    compared(&env.copied(), &["--leaked", &one]);
    assert_eq!(env.akm(&["disable", &one]).code, 0);
    compared(&env.copied(), &["--leaked", &one]);
    compared(&env, &["--replace", &one]);
    assert_eq!(env.akm(&["show-id", "--ram-user", "alice"]).code, 0);
    assert_ne!(
        env.akm(&["show-id", "--ram-user", "alice"]).stdout.trim(),
        two
    );
}

/// Where the other pair cannot take a leaked one's place, the account's quota decides.
#[test]
fn of_a_leak_beside_pairs_that_do_not_help() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    assert_eq!(env.akm(&["disable", &two]).code, 0);
    env.allow_pairs(3);
    let made = env.copied();
    compared(&made, &["--leaked", &one]);
    let three = env.create("alice");
    compared(&env, &["--leaked", &one]);
    assert_eq!(
        env.akm(&["show-id", "--ram-user", "alice"]).stdout.trim(),
        three
    );
}

#[test]
fn it_is_refused_as_the_command_is() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let none = Env::new();
    let args = ["rotate", "--ram-user", "alice", "--dry-run"];
    assert_eq!(none.akm(&args).code, 3);
    assert!(!none.home().exists());
    for (more, code) in [
        (&[][..], 4),
        (&["--replace", &one], 4),
        (&["--replace", "LTAI1"], 3),
        (&["--rollback"], 4),
        (&["--leaked"], 2),
        (&["--leaked", "LTAI1"], 3),
    ] {
        let planned = env.refused(&[&args[..], more].concat(), code);
        let told = env.refused(&[&args[..3], more].concat(), code);
        let ids = [one.as_str(), &two];
        told.said(
            &ids,
            code,
            "",
            &format!(
                "{SANDBOX}{}",
                crate::support::env::named(&planned.stderr, &ids)
            ),
        );
    }
}

#[test]
fn a_leak_that_nothing_can_follow_is_planned_as_far_as_it_goes() {
    let env = Env::new().without_overlap();
    let (one, others) = without_room(&env);
    let args = ["rotate", "--ram-user", "alice", "--leaked", &one];
    let ids = [one.as_str(), &others[0], &others[1]];
    let dry = [&args[..], &["--dry-run"]].concat();
    let before = env.files();
    let why = "none of the other pairs is Active with its secret saved\n\
               hint: `akm enable <ID3>`, then the same command again; if that leaked too, \
               `akm rotate --ram-user alice --leaked <ID3>`\n";
    env.akm(&dry).said(
        &ids,
        4,
        "disable <ID1>\n",
        &format!("error: `<ID1>` would be gone, and nothing can take its place: {why}"),
    );
    let told = env.akm(&[&dry[..], &["--json"]].concat());
    assert_eq!((told.code, &told.error()["code"]), (4, &"refused".into()));
    let told = told.json();
    assert_eq!(told["calls"].as_array().unwrap().len(), 4);
    assert!(told["state"].is_null());
    assert!(env.files() == before);
    // So does the command itself.
    let ran = env.akm(&[&args[..], &["-v"]].concat());
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    let called = called(&ran);
    assert_eq!(
        called,
        [
            "Sts GetCallerIdentity",
            "Ram UpdateAccessKey",
            "Ram ListAccessKeys",
            "Ims GetAccountSummary"
        ]
    );
    let told = crate::support::env::named(&ran.stderr, &ids);
    assert!(
        told.ends_with(&format!("nothing can take its place: {why}")),
        "{told}"
    );
}

/// A leak that waits, and a pair that is being brought back.
#[test]
fn what_was_cut_short_is_planned_too() {
    let env = Env::new().without_overlap();
    let (one, [_, other]) = without_room(&env);
    let leaked = ["rotate", "--ram-user", "alice", "--leaked", &one];
    assert_eq!(env.akm(&leaked).code, 8);
    assert_eq!(env.akm(&["enable", &other]).code, 0);
    compared(&env.copied(), &["--leaked", &one]);
    compared(&env, &[]);
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let begun = format!(
        "version = 1\naccess_key_id = \"{old}\"\nram_user = \"alice\"\nactive = false\nasked_at = \"2026-01-01T00:00:00Z\"\n"
    );
    let folder = env.home().join("journal").join(env.account());
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("restoring-{old}.toml"));
    std::fs::write(&file, begun).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    compared(&env, &[]);
}

/// What was killed before the new pair was found to work goes on as planned, or stops as planned.
#[test]
fn of_a_rotation_that_was_cut_short() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = env
        .akm(&["rotate", "--ram-user", "alice", "--overlap", "2d"])
        .stdout;
    let ids = [old.as_str(), new.trim()];
    let got = env.copied();
    got.cut_after("created");
    compared(&got.copied(), &[]);
    compared(&got, &["--rollback"]);
    env.cut_after("created");
    compared(&env.copied(), &[]);
    let inactive = env.copied();
    edit(&inactive.cloud_of("alice"), "\"Active\"", "\"Inactive\"");
    let stops = "error: the rotation would not continue: the new pair `<ID2>` is Inactive\n\
                 hint: `akm enable <ID2>`, then the same command again; \
                 or back to `<ID1>`: `akm rollback --ram-user alice`\n";
    stopping(&inactive, &[], &ids, ("", stops));
}

/// What cannot be read is no word on whether another pair can take a leaked one's place.
#[test]
fn a_leak_beside_a_record_that_is_damaged() {
    let env = Env::new().without_overlap();
    let one = env.create("alice");
    env.create("alice");
    std::fs::write(env.record_of("alice"), "damaged").unwrap();
    let args = [
        "rotate",
        "--ram-user",
        "alice",
        "--leaked",
        &one,
        "--dry-run",
    ];
    let ran = env.refused(&args, 1);
    assert!(ran.stdout.is_empty(), "{}", ran.stdout);
    assert!(ran.stderr.contains("user-alice.toml"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("would be disabled"), "{}", ran.stderr);
}

/// Plans a command that will stop, then does it, and compares the calls. What is planned, and why it stops.
#[track_caller]
fn stopping(env: &Env, more: &[&str], ids: &[&str], (steps, why): (&str, &str)) {
    let args = [&["rotate", "--ram-user", "alice"], more].concat();
    let dry = [&args[..], &["--dry-run"]].concat();
    let before = env.files();
    let ran = env.akm(&dry);
    ran.said(ids, 4, steps, why);
    let told = env.akm(&[&dry[..], &["--json"]].concat());
    assert_eq!((told.code, &told.error()["code"]), (4, &"refused".into()));
    assert!(told.json()["state"].is_null());
    assert!(env.files() == before);
    let planned = words(&env.akm(&[&dry[..], &["-v"]].concat()));
    let ran = env.akm(&[&args[..], &["-v"]].concat());
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    assert_eq!(called(&ran), planned);
}

#[test]
fn of_a_rotation_that_will_stop() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    compared(&env, &["--overlap", "2d"]);
    let new = env.akm(&["show-id", "--ram-user", "alice"]).stdout;
    let ids = [old.as_str(), new.trim()];
    env.days_pass_for("alice", 3);
    let gone = env.copied();
    edit(&env.cloud_of("alice"), "\"Active\"", "\"Inactive\"");
    let stops = "error: the rotation would not continue: the new pair `<ID2>` is Inactive\n\
                 hint: `akm enable <ID2>`, then the same command again; \
                 or back to `<ID1>`: `akm rollback --ram-user alice`\n";
    for more in [&[][..], &["--finish"]] {
        stopping(&env, more, &ids, ("", stops));
    }
    crate::support::leaks::hide(&gone, new.trim());
    let stops = "error: the new pair <ID2> no longer exists, so this rotation could not finish\n\
                 hint: `akm recover --dismiss <ID2>` forgets this rotation; the old pair `<ID1>` stays Active\n";
    stopping(&gone, &[], &ids, ("", stops));
}
