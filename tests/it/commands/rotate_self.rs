//! `rotate --self`: the pair that a profile signs with, replaced by one that it signs with from then on.

use crate::support::between::Between;
use crate::support::env::{Env, Ran};
use crate::support::serving::Serving;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

fn reached(options: &[&str]) -> (Env, Serving, String) {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, options);
    serving.add_profile(&env, "dev");
    let id = serving.field("access_key_id").to_owned();
    (env, serving, id)
}

fn signs_with(env: &Env) -> String {
    let shown = env.akm(&["profile", "show", "dev", "--json"]).json();
    shown["access_key_id"].as_str().unwrap().to_owned()
}

fn said(ran: &Ran, ids: &[&str]) -> String {
    let lines = ran
        .stderr
        .lines()
        .filter(|line| !line.contains("the endpoint is"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    crate::support::env::named(&text, ids)
}

#[test]
fn the_profile_switches_and_what_follows_is_signed_with_the_new_pair() {
    let (env, _serving, old) = reached(&[]);
    let asked = env.akm(&["rotate", "--self"]);
    assert_eq!(asked.code, 9, "{}", asked.stderr);
    assert_eq!(signs_with(&env), old);
    let args = ["rotate", "--self", "--overlap", "0s", "--grace", "0s", "-y"];
    let plan = env
        .akm(&[&args[..], &["--dry-run", "--json"]].concat())
        .json();
    let ran = env.akm(&args);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let new = ran.stdout.trim();
    assert_eq!(
        said(&ran, &[&old, new]),
        "note: from now on the profile `dev` signs with `<ID2>`\nNew: <ID2> (Active, verified), of RAM user sandbox-administrator in dev (account <ACCOUNT>). Old: <ID1> (deleted).\n"
    );
    assert_eq!(signs_with(&env), new);
    // What was planned says so, too: from the switch on, the new pair signs.
    let calls = plan["calls"].as_array().unwrap();
    let signer = |action: &str| {
        let call = calls.iter().rev().find(|call| call["action"] == action);
        call.unwrap()["signer"].as_str().unwrap().to_owned()
    };
    assert_eq!(signer("CreateAccessKey"), old);
    assert_eq!(signer("UpdateAccessKey"), "NEW_KEY_ID");
    assert_eq!(signer("DeleteAccessKey"), "NEW_KEY_ID");
    // It is what the record says was done.
    let record = env.akm(&["log", "--json"]).stdout;
    let lines: Vec<serde_json::Value> = record
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let by = |action: &str| {
        let line = lines.iter().find(|line| line["action"] == action);
        line.unwrap()["signer"].as_str().unwrap().to_owned()
    };
    assert_eq!(by("rotate-create"), old);
    assert_eq!(by("rotate-delete"), new);
    let listed = env.akm(&["list", "--refresh", "--json"]);
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert!(!listed.stdout.contains(&old) && listed.stdout.contains(new));
}

#[test]
fn by_its_name_it_is_the_same_and_a_rollback_switches_back() {
    let (env, _serving, old) = reached(&[]);
    let owner = [
        "rotate",
        "--ram-user",
        "sandbox-administrator",
        "--overlap",
        "0s",
    ];
    let asked = env.akm(&owner);
    assert_eq!(asked.code, 9);
    assert!(
        asked
            .stderr
            .contains("which the profile `dev` signs with? there is nobody to ask")
    );
    assert_eq!(signs_with(&env), old);
    let ran = env.akm(&[&owner[..], &["-y"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let new = ran.stdout.trim();
    assert_eq!(signs_with(&env), new);
    let back = env.akm(&["rotate", "--self", "--rollback", "-y"]);
    assert_eq!(back.code, 0, "{}", back.stderr);
    assert_eq!(back.stdout.trim(), old);
    assert_eq!(signs_with(&env), old);
    assert_eq!(env.akm(&["delete", new, "-y"]).code, 0);
    let ran = env.akm(&["rotate", "--self", "-y", "--overlap", "2d"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_ne!(signs_with(&env), old);
    assert!(
        ran.stderr.contains("(Active; can be disabled"),
        "{}",
        ran.stderr
    );
    assert_eq!(env.akm(&["rotate", "--self", "--finish"]).code, 0);
}

#[test]
fn a_profile_in_a_role_switches_the_pair_that_opens_it() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    let role = serving.field("role_arn").to_owned();
    serving.add_profile_by(
        &env,
        "dev",
        serving.field("endpoint"),
        &["--role-arn", &role],
    );
    serving.add_profile(&env, "plain");
    let args = ["rotate", "--self", "--overlap", "0s", "--grace", "0s", "-y"];
    let ran = env.akm(&args);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    // Both profiles sign with that pair.
    assert_eq!(signs_with(&env), ran.stdout.trim());
    assert!(
        ran.stderr
            .contains("from now on the profiles `dev`, `plain` sign with"),
        "{}",
        ran.stderr
    );
    for profile in ["dev", "plain"] {
        assert_eq!(
            env.akm(&["-p", profile, "user", "list"]).code,
            0,
            "{profile}"
        );
    }
}

#[test]
fn a_fleet_leaves_out_whose_pair_signs_and_the_sandbox_has_none() {
    let (env, _serving, old) = reached(&[]);
    let made = env.akm(&["create", "--ram-user", "alice", "--create-user"]);
    let ran = env.akm(&["rotate", "--all", "-y", "-q"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stdout.starts_with("alice\t") && ran.stdout.lines().count() == 1);
    assert!(!ran.stdout.contains(made.stdout.trim()));
    assert_eq!(signs_with(&env), old);
    let none = env.akm(&["-p", "sandbox", "rotate", "--self", "-y"]);
    assert_eq!(none.code, 3, "{}", none.stderr);
}

/// The pair that signs is not disabled by hand: first the profile gets another one. What is told leads to the end.
#[test]
fn a_rollback_without_the_old_secret_where_a_profile_signs_with_the_new_pair() {
    let (env, serving, old) = reached(&["--persist"]);
    let made = env
        .akm(&["rotate", "--self", "--overlap", "2d", "-y"])
        .stdout;
    let new = made.trim();
    std::fs::remove_file(env.home().join(format!("secrets/{old}.age"))).unwrap();
    let back = ["rotate", "--self", "--rollback"];
    let then = "once nothing uses `<ID2>`, and the profile `dev` signs with another pair (`akm profile remove dev`, \
         then `akm profile add dev`): `akm -p dev recover --dismiss <ID1>`, then `akm -p dev disable <ID2>`\n";
    let dry = env.akm(&[&back[..], &["--dry-run"]].concat());
    let told = format!(
        "error: the rollback would not continue: `<ID1>` would be Active again, and akm does not have its secret; \
         `<ID2>` would be left Active beside it\nhint: after that, {then}"
    );
    assert_eq!((dry.code, said(&dry, &[&old, new])), (4, told));
    let ran = env.akm(&back);
    let told = format!(
        "error: the rollback does not continue: `<ID1>` is Active again, and akm does not have its secret; \
         `<ID2>` is left Active beside it\nhint: {then}"
    );
    assert_eq!((ran.code, said(&ran, &[&old, new])), (8, told));
    // Another identity's pair: the account's own.
    let csv = env.path("root.csv").to_str().unwrap().to_owned();
    let root = ["-p", "sandbox", "create", "--account", "-y", "--csv", &csv];
    assert_eq!(env.akm(&root).code, 0);
    let endpoint = serving.field("endpoint");
    for args in [
        &["profile", "remove", "dev", "-y"][..],
        &[
            "profile",
            "add",
            "dev",
            "--csv",
            &csv,
            "--endpoint",
            endpoint,
        ],
        &["-p", "dev", "recover", "--dismiss", &old],
        &["-p", "dev", "disable", new],
    ] {
        let ran = env.akm(args);
        assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    }
    let open = env.akm(&["-p", "dev", "recover", "--list", "--json"]);
    assert_eq!(open.stdout, "{\"open\":[]}\n");
    let listed = env
        .akm(&["-p", "dev", "list", "--refresh", "--json"])
        .json();
    let rows = listed["access_keys"].as_array().unwrap().iter();
    let status = |id: &str| {
        let mut rows = rows.clone();
        rows.find(|row| row["access_key_id"] == *id).unwrap()["status"].clone()
    };
    assert_eq!(
        (status(&old), status(new)),
        ("Active".into(), "Inactive".into())
    );
}

/// Whoever signs for a profile is seen at a glance, and asked for before it is replaced: by whatever name, and by another profile.
#[test]
fn a_signer_is_marked_and_never_replaced_unasked() {
    let (env, serving, admin) = reached(&[]);
    let made = env.akm(&["create", "--ram-user", "alice", "--create-user"]);
    let alice = made.stdout.trim();
    let csv = ["profile", "add", "bot", "--csv", "alice.csv", "--endpoint"];
    assert_eq!(env.akm(&["export", alice, "--csv", "alice.csv"]).code, 0);
    let added = env.akm(&[&csv[..], &[serving.field("endpoint")]].concat());
    assert_eq!(added.code, 0, "{}", added.stderr);
    let listed = env.akm(&["list", "--json"]).json();
    let of = |id: &str| {
        let mut rows = listed["access_keys"].as_array().unwrap().iter();
        rows.find(|row| row["access_key_id"] == *id).unwrap()["signs_for"].clone()
    };
    assert_eq!(
        (of(&admin), of(alice)),
        (serde_json::json!(["dev"]), serde_json::json!(["bot"]))
    );
    let table = env.akm(&["list"]).stdout;
    assert!(table.contains("current; signs for bot\n"), "{table}");
    for args in [
        &["rotate", "alice"][..],
        &["rotate", "-u", "alice", "--leaked"],
        &["rotate", "--leaked", "alice"],
        &["rotate", "--self"],
    ] {
        let asked = env.akm(&[args, &["--no-input"]].concat());
        assert_eq!(asked.code, 9, "{args:?}: {}", asked.stderr);
        let is_said = asked
            .stderr
            .contains("signs with? there is nobody to ask\nhint: add `--yes`\n");
        assert!(is_said, "{args:?}: {}", asked.stderr);
    }
    // Nor is anybody asked about what is refused: this one may not list itself.
    env.refused(&["-p", "bot", "rotate", "--self"], 6);
    // What begins no rotation asks nothing.
    assert_eq!(env.akm(&["rotate", "alice", "--finish"]).code, 0);
    assert_eq!(env.akm(&["rotate", "alice", "-y"]).code, 0);
}

/// It is not that there is no such pair.
#[test]
fn a_signer_that_may_not_list_itself_is_told_so() {
    let (env, serving, _) = reached(&[]);
    let made = env.akm(&["create", "--ram-user", "alice", "--create-user"]);
    let csv = ["profile", "add", "weak", "--csv", "alice.csv", "--endpoint"];
    assert_eq!(
        env.akm(&["export", made.stdout.trim(), "--csv", "alice.csv"])
            .code,
        0
    );
    let elsewhere = Env::new();
    std::fs::copy(env.path("alice.csv"), elsewhere.path("alice.csv")).unwrap();
    let added = elsewhere.akm(&[&csv[..], &[serving.field("endpoint")]].concat());
    assert_eq!(added.code, 0, "{}", added.stderr);
    let told = "error: the cloud does not allow this: ListAccessKeys: NoPermission: RAM user `<USER>` may not `ram:ListAccessKeys`\n";
    // Nobody is asked about what is refused.
    for args in [&["rotate", "--self"][..], &["rotate", "--self", "-y"]] {
        let ran = elsewhere.akm(args);
        assert!(said(&ran, &[]).contains(told), "{}", ran.stderr);
        assert_eq!(ran.code, 6, "{}", ran.stderr);
    }
}

/// A profile that was added between the last two steps of a rollback, with the pair that the last one disables.
#[test]
fn a_rollback_leaves_no_profile_with_the_pair_that_it_disables() {
    let (env, serving, _) = reached(&[]);
    let between = Between::before(&serving);
    serving.add_profile_by(&env, "gate", &between.endpoint, &[]);
    let made = env.akm(&["create", "--ram-user", "alice", "--create-user"]);
    let old = made.stdout.trim();
    let made = env.akm(&["rotate", "--ram-user", "alice", "--overlap", "0s"]);
    let new = made.stdout.trim();
    let secrets = env.akm(&["export", new, "--csv", "-"]).stdout;
    let enabled = AtomicBool::new(false);
    between.say(move |action, hand_on| match action {
        "UpdateAccessKey" if enabled.swap(true, Relaxed) => "HTTP/1.1 503 Busy\r\n\r\n".to_owned(),
        _ => hand_on(),
    });
    let back = ["rotate", "--ram-user", "alice", "--rollback"];
    let ran = env.akm(&[&["-p", "gate"][..], &back].concat());
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    std::fs::write(env.path("new.csv"), secrets).unwrap();
    let endpoint = serving.field("endpoint");
    let add = [
        "profile",
        "add",
        "late",
        "--csv",
        "new.csv",
        "--endpoint",
        endpoint,
    ];
    assert_eq!(env.akm(&add).code, 0);
    let ran = env.akm(&["recover"]);
    let told = "note: from now on the profile `late` signs with `<ID1>`\n\
                Back in use: <ID1> of RAM user alice in dev (account <ACCOUNT>). Out of use: <ID2> (disabled; can be deleted from <DAY>).\n\
                hint: if something still needs it: akm enable <ID2>\n\
                Nothing is left that could be finished now.\n";
    assert_eq!((ran.code, said(&ran, &[old, new])), (0, told.to_owned()));
    let verified = env.akm(&["-p", "late", "verify", "--self"]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

/// Somebody disabled the new pair that a profile signs with: the rollback has nothing to disable, and switches all the same.
#[test]
fn a_rollback_switches_a_profile_whose_pair_is_inactive() {
    let (env, serving, _) = reached(&[]);
    let made = env.akm(&["create", "--ram-user", "alice", "--create-user"]);
    let old = made.stdout.trim();
    assert_eq!(env.akm(&["export", old, "--csv", "old.csv"]).code, 0);
    let endpoint = serving.field("endpoint");
    let add = ["profile", "add", "bot", "--csv", "old.csv"];
    let added = env.akm(&[&add[..], &["--endpoint", endpoint]].concat());
    assert_eq!(added.code, 0, "{}", added.stderr);
    let rotate = ["rotate", "--ram-user", "alice"];
    let made = env.akm(&[&rotate[..], &["--overlap", "0s", "-y"]].concat());
    let new = made.stdout.trim();
    let elsewhere = Env::light().without_overlap();
    serving.add_profile(&elsewhere, "dev");
    assert_eq!(elsewhere.akm(&["disable", new, "--force"]).code, 0);
    let ran = env.akm(&[&rotate[..], &["--rollback"]].concat());
    let told = "note: from now on the profile `bot` signs with `<ID1>`\n\
                Back in use: <ID1> of RAM user alice in dev (account <ACCOUNT>). Out of use: <ID2> (disabled; can be deleted from <DAY>).\n\
                hint: if something still needs it: akm enable <ID2>\n";
    assert_eq!((ran.code, said(&ran, &[old, new])), (0, told.to_owned()));
    let verified = env.akm(&["-p", "bot", "verify", "--self"]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
}

/// A profile that was added since with the old pair is switched before that is disabled: so says the plan, too.
#[test]
fn a_plan_is_signed_by_whoever_signs_what_it_plans() {
    let (env, serving, old) = reached(&["--persist"]);
    let made = env.akm(&["rotate", "--self", "--overlap", "1h", "-y"]);
    let new = made.stdout.trim();
    serving.add_profile(&env, "late");
    env.days_pass_for("sandbox-administrator", 1);
    let finish = ["-p", "late", "rotate", "--self", "--finish"];
    let plan = env.akm(&[&finish[..], &["--dry-run", "--json"]].concat());
    let plan = plan.json();
    let planned = plan["calls"].as_array().unwrap().last().unwrap();
    assert_eq!(
        (&planned["action"], &planned["signer"]),
        (&"UpdateAccessKey".into(), &new.into())
    );
    let ran = env.akm(&finish);
    assert_eq!(
        (ran.code, said(&ran, &[&old, new]).lines().next()),
        (
            0,
            Some("note: from now on the profile `late` signs with `<ID2>`")
        )
    );
    let record = env.akm(&["log", "--json"]).stdout;
    let done = record.lines().find(|line| line.contains("rotate-disable"));
    let done: serde_json::Value = serde_json::from_str(done.unwrap()).unwrap();
    assert_eq!(done["signer"], new);
}

/// Killed before each change on disk, the profile signs with a pair that works, and the same command ends it.
#[test]
fn killed_at_any_change_the_profile_still_signs() {
    if !crate::support::env::have("strace") {
        return;
    }
    let args = ["rotate", "--self", "--overlap", "0s", "-y"];
    let mut points = 0;
    for call in ["rename", "unlink", "fdatasync"] {
        for number in 1.. {
            // What one does to the cloud is nothing to the next.
            let (env, _serving, old) = reached(&[]);
            let what = format!("{call}:signal=KILL:when={number}");
            if crate::support::strace::faulty(&env, &[what], &args).code == 0 {
                break;
            }
            points += 1;
            let finished = env.akm(&args);
            let point = format!("{call} {number}: {}", finished.stderr);
            assert!([0, 7].contains(&finished.code), "{point}");
            assert_eq!(env.akm(&["user", "list"]).code, 0, "{point}");
            assert_eq!(env.akm(&["verify", "--self"]).code, 0, "{point}");
            assert_eq!(finished.code == 0, signs_with(&env) != old, "{point}");
        }
    }
    assert!(points > 10, "{points}");
}

#[test]
fn the_pair_that_signs_stays_while_it_is_younger() {
    let (env, _serving, old) = reached(&[]);
    assert_eq!(env.akm(&["list", "--refresh"]).code, 0);
    let ran = env.akm(&["rotate", "--self", "--older-than", "90d", "-y"]);
    assert_eq!((ran.code, ran.stdout), (0, format!("{old}\n")));
    let said = format!("note: nothing was done: AccessKey {old} of ");
    assert!(ran.stderr.starts_with(&said), "{}", ran.stderr);
    assert_eq!(signs_with(&env), old);
}
