//! `akm rotate`

use crate::support::env::{Env, edit};
use crate::support::env::{SANDBOX, SANDBOX_JSON};

fn rotate(env: &Env, more: &[&str]) -> crate::support::env::Ran {
    env.akm(&[&["rotate", "--ram-user", "alice"], more].concat())
}

/// The new pair's id.
fn rotated(env: &Env, more: &[&str]) -> String {
    let ran = rotate(env, more);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.trim().to_owned()
}

fn statuses(env: &Env) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    env.pairs()
        .iter()
        .map(|pair| (text(&pair["access_key_id"]), text(&pair["status"])))
        .collect()
}

const NO_NEW_PAIR: &str = "warning: no new pair was made for RAM user `alice`: the rotation that made <ID2> is not finished\n";

fn grace() -> String {
    format!(
        "{SANDBOX}New: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>).\nOld: <ID1> (disabled; can be deleted from <DAY>).\nnext: akm rotate alice --finish\nhint: if something still needs it: akm enable <ID1>\n"
    )
}

fn overlap() -> String {
    format!(
        "{SANDBOX}New: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>).\nOld: <ID1> (Active; can be disabled from <DAY>).\nnext: akm rotate alice --finish\nhint: if <ID1> leaked: akm rotate alice --leaked <ID1>\n"
    )
}

#[test]
fn without_an_overlap_the_old_pair_is_disabled_at_once() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let ran = rotate(&env, &[]);
    let new = ran.stdout.trim().to_owned();
    let ids = [old.as_str(), &new];
    ran.said(&ids, 0, "<ID2>\n", &grace());
    let expected = [
        (old.clone(), "Inactive".into()),
        (new.clone(), "Active".into()),
    ];
    assert_eq!(statuses(&env), expected);
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&ids, 0, "<ID2>\n", "");
    env.akm(&["recover", "--list"]).said(
        &ids,
        0,
        "WHAT              OWNER  ACCESSKEY ID              NOT BEFORE\n\
         rotation (grace)  alice  <ID2>  <TIME>\n",
        "",
    );
    let arn = env.akm(&["verify", &new]).stdout;
    assert!(arn.ends_with(":user/alice\n"), "{arn}");
}

#[test]
fn under_json() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let ran = rotate(&env, &["--json", "-q"]);
    let new = ran.json()["access_key_id"].as_str().unwrap().to_owned();
    ran.said(
        &[&old, &new],
        0,
        "{\"access_key_id\":\"<ID2>\",\"owner\":\"ram-user\",\"ram_user\":\"alice\",\"account_id\":\"<ACCOUNT>\",\
         \"profile\":\"sandbox\",\"status\":\"Active\",\"created_at\":\"<TIME>\",\"secret_store\":\"age\",\
         \"old_access_key_id\":\"<ID1>\",\"old_status\":\"Inactive\",\"disable_old_after\":null,\
         \"delete_old_after\":\"<TIME>\",\"state\":\"grace\",\
         \"action\":\"created\",\"changed\":true}\n",
        SANDBOX_JSON,
    );
}

/// What `--json` says that each command of a rotation did, `rotate` and `rotate --all` alike.
#[test]
fn under_json_a_rotate_says_what_it_did() {
    let said = |ran: &crate::support::env::Ran| {
        let row = ran.json();
        let action = row["action"].as_str().unwrap().to_owned();
        assert_eq!(row["changed"], action != "none", "{row}");
        action
    };
    let one: fn(&Env, &[&str]) -> crate::support::env::Ran =
        |env, more| rotate(env, &[more, &["--json"]].concat());
    let all: fn(&Env, &[&str]) -> crate::support::env::Ran =
        |env, more| env.akm(&[&["rotate", "--all", "-y", "--json"], more].concat());
    for rotate in [one, all] {
        let env = Env::new();
        env.create("alice");
        assert_eq!(said(&rotate(&env, &[])), "created");
        assert_eq!(said(&rotate(&env, &[])), "none");
        let back = env.copied();
        assert_eq!(said(&one(&back, &["--rollback"])), "rolled-back");
        let cut = env.copied();
        cut.cut_after("created");
        assert_eq!(said(&rotate(&cut, &[])), "continued");
        env.days_pass_for("alice", 3);
        assert_eq!(said(&rotate(&env, &["--finish"])), "disabled-old");
        env.days_pass_for("alice", 3);
        assert_eq!(said(&rotate(&env, &["--finish"])), "deleted-old");
        assert_eq!(said(&one(&env, &["--finish"])), "none");
        assert_eq!(said(&one(&env, &["--leaked"])), "created");
    }
}

/// From cron: `rotate alice --older-than 90d` once a day.
#[test]
fn rotate_does_nothing_while_the_pair_is_younger() {
    let env = Env::new();
    let old = env.create("alice");
    let young = |ran: &crate::support::env::Ran, is: &str, next: &str| {
        let begin = format!("note: nothing {is} done: AccessKey {old} of RAM user `alice` is ");
        let end = format!(" s old, and `--older-than` is 90d\n{next}");
        assert!(
            ran.stderr.starts_with(&begin) && ran.stderr.ends_with(&end),
            "{}",
            ran.stderr
        );
    };
    let age = ["--older-than", "90d"];
    let ran = rotate(&env, &age);
    assert_eq!((ran.code, &ran.stdout), (0, &format!("{old}\n")));
    young(&ran, "was", "");
    let row = rotate(&env, &["--older-than", "90d", "--json"]).json();
    assert_eq!(
        (&row["access_key_id"], &row["action"], &row["changed"]),
        (&old.as_str().into(), &"none".into(), &false.into())
    );
    let dry = rotate(&env, &["--older-than", "90d", "--dry-run"]);
    assert_eq!((dry.code, dry.stdout.as_str()), (0, ""));
    young(&dry, "would be", "");
    let dry = rotate(&env, &["--older-than", "90d", "--dry-run", "--json"]);
    assert_eq!(dry.json()["calls"], serde_json::json!([]));
    assert_eq!(env.pairs().len(), 1);
    // An old one is rotated, and what is due of the rotation then is taken by `--finish`.
    crate::commands::rotate_all::made_days_ago(&env, "alice", 91);
    let new = rotated(&env, &age);
    assert_ne!(new, old);
    env.days_pass_for("alice", 3);
    let ran = rotate(&env, &age);
    assert_eq!((ran.code, &ran.stdout), (0, &format!("{new}\n")));
    let next = "`--older-than` is 90d\nnext: akm rotate alice --finish\n";
    assert!(ran.stderr.ends_with(next), "{}", ran.stderr);
    assert_eq!(statuses(&env)[0], (old, "Active".into()));
    // The account's own pair is not asked about first.
    assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    assert_eq!(
        env.akm(&["rotate", "--account", "--older-than", "1d"]).code,
        0
    );
}

/// The days from a JSON time to now, rounded.
fn days_until(time: &serde_json::Value) -> i64 {
    let time: chrono::DateTime<chrono::Utc> = time.as_str().unwrap().parse().unwrap();
    (time - chrono::Utc::now() + chrono::TimeDelta::hours(12)).num_days()
}

/// Whatever akm has of the old secret: nothing shortens the wait.
#[test]
fn the_old_pair_stays_active_for_two_days_whatever_became_of_its_secret() {
    fn file(env: &Env, id: &str) -> std::path::PathBuf {
        env.home().join(format!("secrets/{id}.age"))
    }
    type Spoil = fn(&Env, &str);
    let spoil: [(&str, Spoil); 6] = [
        ("as it was", |_, _| ()),
        ("exported", |env, _| {
            assert_eq!(env.akm(&["export", "--all", "--csv", "-"]).code, 0);
        }),
        ("missing", |env, id| env.lose_secret(id)),
        ("empty", |env, id| {
            std::fs::write(file(env, id), "").unwrap();
        }),
        ("damaged", |env, id| {
            let path = file(env, id);
            let content = std::fs::read(&path).unwrap();
            std::fs::write(&path, &content[..content.len() / 2]).unwrap();
        }),
        ("never saved", |env, _| {
            edit(&env.record_of("alice"), "secret_store = \"age\"\n", "");
        }),
    ];
    for (what, spoil) in spoil {
        let env = Env::new();
        let old = env.create("alice");
        spoil(&env, &old);
        let told = rotate(&env, &["--json"]).json();
        assert_eq!(
            (&told["state"], &told["old_status"]),
            (&"overlap".into(), &"Active".into()),
            "{what}: {told}"
        );
        assert_eq!(days_until(&told["disable_old_after"]), 2, "{what}");
        assert!(told["delete_old_after"].is_null(), "{what}");
    }
}

/// Run from cron once a month, a rotation would else happen every second month, unnoticed.
#[test]
fn a_rotate_that_finishes_an_earlier_one_warns_that_it_made_no_pair() {
    let env = Env::new();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    let ids = [old.as_str(), &new];
    let overlapping = overlap().replace(SANDBOX, &format!("{SANDBOX}{NO_NEW_PAIR}"));
    rotate(&env, &[]).said(&ids, 0, "<ID2>\n", &overlapping);
    env.days_pass_for("alice", 3);
    let disabled = grace().replace(SANDBOX, &format!("{SANDBOX}{NO_NEW_PAIR}"));
    rotate(&env, &[]).said(&ids, 0, "<ID2>\n", &disabled);
    // `--finish` is meant to make none.
    rotate(&env, &["--finish"]).said(&ids, 0, "<ID2>\n", &grace());
    env.days_pass_for("alice", 3);
    let third = rotated(&env, &[]);
    assert!(!ids.contains(&third.as_str()));
}

#[test]
fn an_overlap_by_word() {
    let env = Env::new().without_overlap();
    assert_eq!(
        env.akm(&["create", "--ram-user", "alice", "--csv", "a.csv"])
            .code,
        0
    );
    let told = rotate(&env, &["--overlap", "0s", "--grace", "5d", "--json"]).json();
    assert_eq!(told["state"], "grace");
    assert_eq!(days_until(&told["delete_old_after"]), 5);
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let ran = rotate(&env, &["--overlap", "1w1d"]);
    let new = ran.stdout.trim().to_owned();
    ran.said(&[&old, &new], 0, "<ID2>\n", &overlap());
    for bad in ["1", "1y", "w", "1h30", "-1d", "x"] {
        let argument = format!("--overlap={bad}");
        env.refused(&["rotate", "--ram-user", "alice", &argument], 2);
    }
}

#[test]
fn the_old_pair_deleted_at_once() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let ran = rotate(&env, &["--delete-old"]);
    let new = ran.stdout.trim().to_owned();
    ran.said(
        &[&old],
        0,
        "<ID>\n",
        &format!("{SANDBOX}New: <ID> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>). Old: <ID1> (deleted).\n"),
    );
    assert_eq!(statuses(&env), [(new.clone(), "Active".into())]);
    env.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
    // Deleted, and not yet forgotten: the recycle bin has the pair, the store its secret.
    assert_eq!(env.akm(&["restore", &old]).code, 0);
    let held: Vec<String> = env.secrets().into_iter().map(|(id, _)| id).collect();
    assert_eq!(held, [old, new]);
    env.refused(
        &[
            "rotate",
            "--ram-user",
            "alice",
            "--delete-old",
            "--grace",
            "1d",
        ],
        2,
    );
}

#[test]
fn again_while_one_is_open_starts_nothing() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    let ids = [old.as_str(), &new];
    let before = env.secrets();
    let warned = grace().replace(SANDBOX, &format!("{SANDBOX}{NO_NEW_PAIR}"));
    rotate(&env, &[]).said(&ids, 0, "<ID2>\n", &warned);
    rotate(&env, &["--finish"]).said(&ids, 0, "<ID2>\n", &grace());
    assert_eq!(env.secrets(), before);
    assert_eq!(statuses(&env).len(), 2);
    // No room for another, and the open rotation is left as it is.
    let ran = env.akm(&["create", "--ram-user", "alice"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains(&format!("`akm delete {old}` makes room")),
        "{}",
        ran.stderr
    );
}

/// The times of an open rotation are those that were named last.
#[test]
fn an_open_rotation_takes_over_other_times() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "2d"]);
    let ids = [old.as_str(), &new];
    let told = rotate(&env, &["--overlap", "9d", "--grace", "8d", "--json"]).json();
    assert_eq!(days_until(&told["disable_old_after"]), 9);
    assert_eq!(days_until(&env.pairs()[0]["disable_after"]), 9);
    let told = rotate(&env, &["--finish", "--overlap", "0s", "--json"]).json();
    assert_eq!(days_until(&told["delete_old_after"]), 8);
    // An overlap that is over is not made longer.
    env.refused(&["rotate", "alice", "--overlap", "1d"], 4)
        .said(
            &ids,
            4,
            "",
            &format!(
                "{SANDBOX}error: `<ID1>` is disabled by now: its overlap is over\n\
             hint: `akm enable <ID1>` puts it back into use\n"
            ),
        );
    let told = rotate(&env, &["--finish", "--grace", "5d", "--json"]).json();
    assert_eq!(days_until(&told["delete_old_after"]), 5);
    let deleted = "New: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>). Old: <ID1> (deleted).\n";
    rotate(&env, &["--finish", "--delete-old"]).said(
        &ids,
        0,
        "<ID2>\n",
        &format!("{SANDBOX}{deleted}"),
    );
    // Of a pair that is gone there is no overlap: the one that is named is for the rotation that begins.
    let newer = rotated(&env, &[]);
    assert_eq!(env.akm(&["delete", &new, "-y"]).code, 0);
    let told = rotate(&env, &["--overlap", "1d", "--json"]).json();
    assert_eq!(told["old_access_key_id"], newer);
    assert_eq!(days_until(&told["disable_old_after"]), 1);
}

#[test]
fn the_steps_come_when_their_time_has_come() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "2d"]);
    let ids = [old.as_str(), &new];
    rotate(&env, &["--finish"]).said(&ids, 0, "<ID2>\n", &overlap());
    env.days_pass_for("alice", 3);
    rotate(&env, &["--finish"]).said(&ids, 0, "<ID2>\n", &grace());
    env.days_pass_for("alice", 3);
    rotate(&env, &["--finish"]).said(
        &ids,
        0,
        "<ID2>\n",
        &format!("{SANDBOX}New: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>). Old: <ID1> (deleted).\n"),
    );
    rotate(&env, &["--finish"]).said(
        &ids,
        0,
        "<ID2>\n",
        &format!("{SANDBOX}note: nothing is unfinished for RAM user `alice`\n"),
    );
    assert_eq!(statuses(&env), [(new, "Active".into())]);
}

#[test]
fn recover_takes_the_steps_that_are_due() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "2d"]);
    let ids = [old.as_str(), &new];
    let recovered = |done: &str| {
        let left = "Nothing is left that could be finished now.\n";
        let told = format!("{SANDBOX}{done}{left}");
        env.akm(&["recover"]).said(&ids, 0, "", &told);
    };
    let waits = "note: 1 rotation is not due yet: `akm recover --list` shows when, and `akm rotate --all --finish` continues then\n";
    let rotated = "Rotated: AccessKey pair <ID2> of RAM user `alice` is in use.\n";
    recovered(waits);
    assert_eq!(statuses(&env)[0], (old.clone(), "Active".into()));
    env.days_pass_for("alice", 3);
    recovered(&format!(
        "{rotated}New: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>).\nOld: <ID1> (disabled; can be deleted from <DAY>).\nnext: akm rotate alice --finish\nhint: if something still needs it: akm enable <ID1>\n"
    ));
    assert_eq!(statuses(&env)[0], (old.clone(), "Inactive".into()));
    recovered(waits);
    env.days_pass_for("alice", 3);
    recovered(&format!(
        "{rotated}New: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>). Old: <ID1> (deleted).\n"
    ));
    assert_eq!(statuses(&env), [(new.clone(), "Active".into())]);
    recovered("");
}

/// In the words of `create` and `rotate`.
#[test]
fn recover_tells_a_script_what_it_did() {
    let env = Env::new().without_overlap();
    let mut of_rotate = Vec::new();
    for user in ["alice", "bob"] {
        env.create(user);
        let rotate = ["rotate", "--ram-user", user, "--overlap", "2d"];
        assert_eq!(env.akm(&rotate).code, 0);
        env.days_pass_for(user, 3);
        // The other home shows what `rotate` itself says of the same.
        let copy = env.copied();
        let told = copy.akm(&["rotate", "--ram-user", user, "--json"]).json();
        of_rotate.push(told);
    }
    env.create("carl");
    let rotate = ["rotate", "--ram-user", "carl", "--overlap", "2d"];
    assert_eq!(env.akm(&rotate).code, 0);
    let told = env.akm(&["recover", "--json"]).json();
    let mut recovered = told["recovered"].clone();
    for (row, of_rotate) in recovered.as_array_mut().unwrap().iter_mut().zip(&of_rotate) {
        // The clock may have gone on by a second.
        row["delete_old_after"] = of_rotate["delete_old_after"].clone();
    }
    assert_eq!(recovered, serde_json::Value::from(of_rotate));
    let open = told["open"].as_array().unwrap().iter();
    let open: Vec<_> = open
        .map(|open| (&open["ram_user"], &open["state"]))
        .collect();
    let inactive = "grace".into();
    assert_eq!(
        open,
        [
            (&"alice".into(), &inactive),
            (&"bob".into(), &inactive),
            (&"carl".into(), &"overlap".into()),
        ]
    );
}

#[test]
fn after_its_grace_the_next_rotation_starts_anew() {
    let env = Env::new().without_overlap();
    let first = env.create("alice");
    let second = rotated(&env, &[]);
    env.days_pass_for("alice", 3);
    let ran = rotate(&env, &[]);
    let third = ran.stdout.trim().to_owned();
    let told = format!(
        "{SANDBOX}note: the rotation of RAM user `alice` before this one is over: its old pair is deleted\n\
         New: <ID3> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>).\nOld: <ID2> (disabled; can be deleted from <DAY>).\nnext: akm rotate alice --finish\nhint: if something still needs it: akm enable <ID2>\n"
    );
    ran.said(&[&first, &second, &third], 0, "<ID3>\n", &told);
    let expected = [(second, "Inactive".into()), (third, "Active".into())];
    assert_eq!(statuses(&env), expected);
}

#[test]
fn the_secret_goes_when_the_recycle_bin_lets_go() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    rotated(&env, &["--delete-old"]);
    let file = env.home().join(format!("secrets/{old}.age"));
    assert!(file.exists());
    let record = env.record_of("alice");
    let long_ago = |file: &std::path::Path, name: &str| {
        let text = std::fs::read_to_string(file).unwrap();
        let line = text.lines().find(|line| line.starts_with(name)).unwrap();
        edit(file, line, &format!("{name} = \"2026-01-01T00:00:00Z\""));
    };
    long_ago(&record, "deleted_at");
    // Metadata alone does not drop a secret: the bin still has the pair.
    rotated(&env, &["--delete-old"]);
    assert!(file.exists());
    long_ago(&env.cloud_of("alice"), "recycled_at");
    let last = rotated(&env, &[]);
    assert_eq!(env.akm(&["verify", &last]).code, 0);
    assert!(!file.exists());
    assert!(!std::fs::read_to_string(&record).unwrap().contains(&old));
}

/// Of the pair that is out of use, in the file that tells what is known of them.
#[test]
fn when_a_pair_was_retired_is_written_down() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    let retired = || {
        let text = std::fs::read_to_string(env.record_of("alice")).unwrap();
        let pairs = text.split("[[access_keys]]").skip(1);
        let pair = pairs.filter(|pair| pair.contains("retired_at = "));
        pair.map(|pair| pair.split('"').nth(1).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(retired(), [old]);
    rotated(&env, &["--rollback"]);
    assert_eq!(retired(), [new]);
}

#[test]
fn two_pairs_that_no_rotation_explains() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    env.refused(&["rotate", "--ram-user", "alice"], 4).said(
        &[&one, &two],
        4,
        "",
        &format!(
            "{SANDBOX}error: RAM user `alice` has two AccessKey pairs, and a rotation begins with one: \
             `<ID1>` Active, created <TIME>, use unknown, secret saved; `<ID2>` Active, created <TIME>, use unknown, secret saved\n\
             hint: `akm disable <ID1>`, and once nothing misses it `akm rotate --ram-user alice --replace <ID1>`\n"
        ),
    );
}

const NONE_ACTIVE: &str = "error: RAM user `alice` has no Active AccessKey pair that akm knows of\n\
                           hint: `akm list --ram-user alice --refresh` asks the cloud\n";

#[test]
fn nothing_to_finish_where_the_only_pair_is_inactive() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    assert_eq!(env.akm(&["disable", &id, "--force"]).code, 0);
    env.refused(&["rotate", "--ram-user", "alice", "--finish"], 3)
        .said(
            &[],
            3,
            "",
            &format!("{SANDBOX}note: nothing is unfinished for RAM user `alice`\n{NONE_ACTIVE}"),
        );
}

#[test]
fn no_pair_and_no_user() {
    let env = Env::new().without_overlap();
    assert_eq!(env.akm(&["user", "create", "alice"]).code, 0);
    let none = "error: RAM user `alice` has no AccessKey pair\nhint: `akm create --ram-user alice` makes one\n";
    env.refused(&["rotate", "--ram-user", "alice"], 3).said(
        &[],
        3,
        "",
        &format!("{SANDBOX}{none}"),
    );
    env.refused(&["rotate", "--ram-user", "alice", "--finish"], 3)
        .said(
            &[],
            3,
            "",
            &format!("{SANDBOX}note: nothing is unfinished for RAM user `alice`\n{NONE_ACTIVE}"),
        );
    env.refused(&["rotate", "--ram-user", "nobody"], 3).said(
        &[],
        3,
        "",
        &format!(
            "{SANDBOX}error: there is no such RAM user: ListAccessKeys: EntityNotExist.User: The user does not exist.\n\
             request id: <REQUEST>\nhint: `akm user list` shows them\n"
        ),
    );
    env.refused(&["rotate"], 2);
}

#[test]
fn the_accounts_own_pair_is_asked_for() {
    let env = Env::new().without_overlap();
    let old = env.akm(&["create", "--account", "-y"]).stdout;
    env.refused(&["rotate", "--account"], 9).said(
        &[],
        9,
        "",
        &format!("{SANDBOX}error: rotate AccessKey <ID> of the account itself in the sandbox (account <ACCOUNT>), created just now, never used? there is nobody to ask\nhint: add `--yes`\n"),
    );
    let told = env.akm(&["rotate", "--account", "-y", "--json"]).json();
    assert_eq!(
        (&told["owner"], &told["old_access_key_id"]),
        (&"account".into(), &old.trim().into())
    );
}

/// Somebody else took the new pair away: in the overlap, and when the old pair is due.
#[test]
fn it_does_not_go_on_while_the_new_pair_does_not_work() {
    let in_time = Env::new().without_overlap();
    let old = in_time.create("alice");
    let new = rotated(&in_time, &["--overlap", "2d"]);
    let due = in_time.copied();
    due.days_pass_for("alice", 3);
    for env in [in_time, due] {
        let stopped = |why: &str, hint: &str| {
            let text = format!("{SANDBOX}error: {why}\nhint: {hint}\n");
            let files = [env.journal_of("alice"), env.cloud_of("alice")];
            let kept = || files.each_ref().map(|file| std::fs::read(file).unwrap());
            let before = kept();
            rotate(&env, &[]).said(&[&old, &new], 8, "", &text);
            assert!(kept() == before, "{why}");
        };
        let active = std::fs::read_to_string(env.cloud_of("alice")).unwrap();
        let (first, second) = active.split_once(&new).unwrap();
        let inactive = second.replacen("\"Active\"", "\"Inactive\"", 1);
        std::fs::write(env.cloud_of("alice"), format!("{first}{new}{inactive}")).unwrap();
        stopped(
            "the rotation does not continue: the new pair `<ID2>` is Inactive",
            "`akm enable <ID2>`, then the same command again; or back to `<ID1>`: `akm rollback --ram-user alice`",
        );
        assert_eq!(env.akm(&["enable", &new]).code, 0);
        crate::support::leaks::hide(&env, &new);
        stopped(
            "the new pair <ID2> no longer exists, so this rotation cannot finish",
            "`akm recover --dismiss <ID2>` forgets this rotation; the old pair `<ID1>` stays Active",
        );
        let dismissed = env.akm(&["recover", "--dismiss", &new]);
        assert!(
            dismissed
                .stderr
                .ends_with(&format!("The rotation to {new} is forgotten.\n")),
            "{}",
            dismissed.stderr
        );
        assert_eq!(statuses(&env), [(old.clone(), "Active".into())]);
        rotated(&env, &[]);
    }
}

/// Whoever disables or deletes the new pair has to insist, and ends the rotation.
#[test]
fn the_new_pair_of_an_open_rotation_is_taken_away_by_force_alone() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "2d"]);
    let ids = [old.as_str(), &new];
    for command in [&["disable", &new][..], &["delete", &new, "-y"]] {
        env.refused(command, 4).said(
            &ids,
            4,
            "",
            &format!(
                "{SANDBOX}error: `<ID2>` is the new pair of a rotation that is not over\n\
                 hint: `akm rollback --ram-user alice` goes back to the old pair `<ID1>`\n"
            ),
        );
        let copy = env.copied();
        let ran = copy.akm(&[command, &["--force"]].concat());
        let told = format!("note: the rotation to `{new}` is forgotten\n");
        assert!(
            ran.code == 0 && ran.stderr.contains(&told),
            "{}",
            ran.stderr
        );
        copy.akm(&["recover", "--list", "--json"])
            .said(&[], 0, "{\"open\":[]}\n", "");
        assert_eq!(statuses(&copy)[0], (old.clone(), "Active".into()));
        copy.akm(&["show-id", "--ram-user", "alice"])
            .said(&ids, 0, "<ID1>\n", "");
    }
}

const RESTORED: &str =
    "warning: the secret store had lost a secret; it was put back from the journal\n";

fn lose(env: &Env, id: &str) {
    env.lose_secret(id);
}

#[test]
fn a_secret_that_the_store_lost_is_put_back_from_the_journal() {
    for end in [
        &["rotate", "--ram-user", "alice", "--finish"][..],
        &["recover"],
    ] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = rotated(&env, &[]);
        lose(&env, &new);
        let deleted = env.akm(&["delete", &old, "-y"]);
        assert_eq!(deleted.code, 0, "{}", deleted.stderr);
        assert!(deleted.stderr.contains(RESTORED), "{}", deleted.stderr);
        assert_eq!(env.akm(end).code, 0);
        assert_eq!(env.akm(&["verify", &new]).code, 0);
        env.akm(&["recover", "--list"])
            .said(&[], 0, "WHAT  OWNER  ACCESSKEY ID  NOT BEFORE\n", "");
    }
    // Bringing the old pair back into use throws the new one's secret away no more.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    lose(&env, &new);
    let ran = env.akm(&["enable", &old]);
    assert!(
        ran.code == 0 && ran.stderr.contains(RESTORED),
        "{}",
        ran.stderr
    );
    assert_eq!(env.akm(&["verify", &new]).code, 0);
}

#[test]
fn a_pair_that_the_cloud_lists_keeps_its_secret_whatever_metadata_says() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    edit(
        &env.record_of("alice"),
        "status = \"Active\"",
        "status = \"Active\"\ndeleted_at = \"2026-01-01T00:00:00Z\"",
    );
    let ran = rotate(&env, &["--overlap", "2d"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(env.akm(&["verify", &old]).code, 0);
}

#[test]
fn the_comment_goes_over_to_the_new_pair() {
    let env = Env::new().without_overlap();
    assert_eq!(
        env.akm(&["create", "--ram-user", "alice", "--comment", "build"])
            .code,
        0
    );
    rotated(&env, &["--delete-old"]);
    assert_eq!(env.pairs()[0]["comment"], "build");
}

#[test]
fn an_old_pair_that_a_person_enabled_again_is_not_deleted() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    env.akm(&["enable", &old]).said(
        &[&old],
        0,
        "",
        &format!(
            "{SANDBOX}note: the rotation that retires `<ID1>` is over; both pairs are left as they are\n\
             AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Active.\n"
        ),
    );
    assert_eq!(env.pairs()[0]["delete_after"], serde_json::Value::Null);
    assert_eq!(rotate(&env, &["--finish"]).code, 0);
    let expected = [(old, "Active".into()), (new, "Active".into())];
    assert_eq!(statuses(&env), expected);
}

/// In the overlap a person may try what breaks without the old pair: its grace begins. To enable it again ends the rotation.
#[test]
fn an_old_pair_that_is_disabled_and_enabled_in_its_overlap() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "2d"]);
    let ids = [old.as_str(), &new];
    assert!(env.pairs()[0]["disable_after"].is_string());
    let disabled = "note: the rotation that replaces `<ID1>` is unfinished: `akm rotate --ram-user alice` finishes it\n\
                    AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Inactive.\n";
    env.akm(&["disable", &old])
        .said(&ids, 0, "", &format!("{SANDBOX}{disabled}"));
    let copy = env.copied();
    let over = "note: the rotation that retires `<ID1>` is over; both pairs are left as they are\n\
                AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Active.\n";
    env.akm(&["enable", &old])
        .said(&ids, 0, "", &format!("{SANDBOX}{over}"));
    assert!(env.pairs()[0]["disable_after"].is_null());
    env.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
    rotate(&copy, &["--finish"]).said(&ids, 0, "<ID2>\n", &grace());
    assert!(copy.pairs()[0]["delete_after"].is_string());
    // Of the new pair nothing is said.
    assert_eq!(copy.akm(&["enable", &new]).stderr.lines().count(), 2);
}

#[test]
fn an_old_pair_that_was_enabled_elsewhere_ends_its_rotation() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    let ids = [old.as_str(), &new];
    edit(&env.cloud_of("alice"), "\"Inactive\"", "\"Active\"");
    let finished = env.copied();
    rotate(&finished, &["--finish"]).said(
        &ids,
        0,
        "<ID2>\n",
        &format!(
            "{SANDBOX}The rotation of RAM user alice in the sandbox (account <ACCOUNT>) is over: <ID1> was enabled again, and both pairs are left as they are.\n"
        ),
    );
    // A plain `rotate` says so too, and finds no room for another one.
    let ran = rotate(&env, &[]);
    let told = format!(
        "note: the rotation of RAM user `alice` before this one is over: `{old}` was enabled again\n\
         error: RAM user `alice` has two AccessKey pairs, and a rotation begins with one: "
    );
    assert!(
        ran.code == 4 && ran.stderr.contains(&told),
        "{}",
        ran.stderr
    );
    let expected = [(old, "Active".into()), (new, "Active".into())];
    for env in [env, finished] {
        assert_eq!(rotate(&env, &[]).code, 4);
        assert_eq!(statuses(&env), expected);
    }
}

#[test]
fn what_the_policy_says_once() {
    let env = Env::new();
    assert_eq!(
        env.akm(&["create", "--ram-user", "alice", "--csv", "a.csv"])
            .code,
        0
    );
    let config = env.home().join("config.toml");
    let policy = "[policy]\noverlap = \"3d\"\ngrace = \"5d\"\n\n[recipients]";
    edit(&config, "[recipients]", policy);
    let first = rotate(&env.copied(), &["--json"]).json();
    assert_eq!(
        (&first["state"], days_until(&first["disable_old_after"])),
        (&"overlap".into(), 3)
    );
    let second = rotate(&env, &["--overlap", "0s", "--json"]).json();
    assert_eq!(
        (&second["state"], days_until(&second["delete_old_after"])),
        (&"grace".into(), 5)
    );
    // The command line comes first, and what akm writes leaves it there.
    assert_eq!(env.akm(&["create", "--ram-user", "bob"]).code, 0);
    let told = env
        .akm(&[
            "rotate",
            "--ram-user",
            "bob",
            "--overlap",
            "0s",
            "--grace",
            "9d",
            "--json",
        ])
        .json();
    assert_eq!(days_until(&told["delete_old_after"]), 9);
    assert_eq!(
        env.akm(&["store", "protect", "--for", "15m", "--no-input"])
            .code,
        9
    );
    assert!(
        std::fs::read_to_string(&config)
            .unwrap()
            .contains("grace = \"5d\"")
    );
    for (wrong, told) in [
        ("grace = \"5y\"", "`grace` is \"5y\", and a duration"),
        ("garce = \"5d\"", "`garce` is no key of it"),
    ] {
        let broken = env.copied();
        edit(&broken.home().join("config.toml"), "grace = \"5d\"", wrong);
        let ran = rotate(&broken, &[]);
        assert!(ran.code == 1 && ran.stderr.contains(told), "{}", ran.stderr);
    }
}

/// Where the old pair is gone, there is no way back to it.
#[test]
fn a_new_pair_that_is_inactive_beside_none() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "1h"]);
    // Killed before the new pair was asked itself, and both are changed elsewhere.
    env.cut_after("created");
    crate::support::leaks::hide(&env, &old);
    edit(&env.cloud_of("alice"), "\"Active\"", "\"Inactive\"");
    let told = "error: the rotation does not continue: the new pair `<ID2>` is Inactive\n\
                hint: `akm enable <ID2>`, then the same command again\n";
    rotate(&env, &[]).said(&[&old, &new], 8, "", &format!("{SANDBOX}{told}"));
    assert_eq!(env.akm(&["enable", &new]).code, 0);
    assert_eq!(rotate(&env, &["--finish"]).code, 0);
    assert_eq!(statuses(&env), [(new, "Active".into())]);
}

#[test]
fn of_two_pairs_neither_the_one_in_use_nor_a_strangers_is_advised_to_go() {
    let env = Env::new();
    let (one, two) = (env.create("alice"), env.create("alice"));
    env.lose_secret(&two);
    let text = std::fs::read_to_string(env.record_of("alice")).unwrap();
    let (before, after) = text.rsplit_once("secret_store = \"age\"\n").unwrap();
    std::fs::write(env.record_of("alice"), format!("{before}{after}")).unwrap();
    assert_eq!(env.akm(&["show-id", "alice"]).stdout.trim(), one);
    for command in ["rotate", "create"] {
        let ran = env.akm(&[command, "--ram-user", "alice"]);
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        let hint = ran.stderr.lines().last().unwrap();
        // Another machine may have made the newer one for a rotation of its own.
        assert_eq!(hint, "hint: `akm list --refresh` shows them");
    }
}
