//! `akm rotate --rollback`, and what undoes a rotation that is finished

use crate::env::{Env, Ran};

const SANDBOX: &str = "akm: this is the sandbox, account <ACCOUNT> on this machine\n";

fn rotated(env: &Env, more: &[&str]) -> String {
    let ran = env.akm(&[&["rotate", "--ram-user", "alice"], more].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.trim().to_owned()
}

fn rolled_back(env: &Env) -> Ran {
    env.akm(&["rotate", "--ram-user", "alice", "--rollback"])
}

/// The pairs of alice: id and whether it is Active.
fn active(env: &Env) -> Vec<(String, bool)> {
    let pairs = env.pairs();
    let shown = pairs.iter().map(|pair| {
        let id = pair["access_key_id"].as_str().unwrap().to_owned();
        (id, pair["status"] == "Active")
    });
    shown.collect()
}

const UNVERIFIED: &str =
    "akm: akm does not hold the secret of `<ID1>`, which nobody has verified\n";
const BACK: &str = "Back in use: <ID1>. Out of use: <ID2> (Inactive, its secret is still saved).\n";

#[test]
fn before_the_old_pair_is_disabled_and_after() {
    for more in [&["--overlap", "2d"][..], &[]] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = rotated(&env, more);
        let ids = [old.as_str(), &new];
        rolled_back(&env).said(&ids, 0, "<ID1>\n", &format!("{SANDBOX}{BACK}"));
        assert_eq!(active(&env), [(old.clone(), true), (new.clone(), false)]);
        let listed = env.pairs();
        for pair in &listed {
            assert_eq!(pair["secret"], "stored", "{pair}");
            assert!(pair["disable_after"].is_null() && pair["delete_after"].is_null());
        }
        let record = std::fs::read_to_string(env.record_of("alice")).unwrap();
        let (of_old, of_new) = record.split_once(&new).unwrap();
        assert!(!of_old.contains("retired_at") && of_new.contains("retired_at"));
        assert_eq!(env.akm(&["verify", "--ram-user", "alice"]).code, 0);
        env.akm(&["show-id", "--ram-user", "alice"])
            .said(&ids, 0, "<ID1>\n", "");
        env.akm(&["recover", "--list", "--json"])
            .said(&[], 0, "{\"open\":[]}\n", "");
        // The new pair is a person's to delete, and nothing is left to be rolled back.
        assert_eq!(rolled_back(&env).code, 4);
        assert_eq!(env.akm(&["delete", &new, "-y"]).code, 0);
        rotated(&env, &[]);
    }
}

#[test]
fn under_json() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    let told = env
        .akm(&["rotate", "--ram-user", "alice", "--rollback", "--json"])
        .json();
    let fields = [
        "access_key_id",
        "status",
        "old_access_key_id",
        "old_status",
        "state",
    ];
    let told = fields.map(|name| told[name].as_str().unwrap().to_owned());
    assert_eq!(told, [&old, "Active", &new, "Inactive", "rolled-back"]);
}

#[test]
fn nothing_to_roll_back() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let none = "akm: no rotation of RAM user `alice` is open that could be rolled back\n";
    let args = ["rotate", "--ram-user", "alice", "--rollback"];
    let hint = "hint: `akm list --ram-user alice` shows the pairs there are\n";
    env.refused(&args, 4)
        .said(&[], 4, "", &format!("{SANDBOX}{none}{hint}"));
    // A rotation that is finished is undone by `restore`.
    let new = rotated(&env, &[]);
    env.days_pass_for("alice", 3);
    assert_eq!(env.akm(&["recover"]).code, 0);
    let hint = "hint: `akm restore <ID1>` brings back what was deleted, `akm enable <ID1>` puts it into use\n";
    env.refused(&args, 4)
        .said(&[&old], 4, "", &format!("{SANDBOX}{none}{hint}"));
    assert_eq!(env.akm(&["restore", &old]).code, 0);
    assert_eq!(active(&env), [(old.clone(), false), (new.clone(), true)]);
    assert_eq!(env.akm(&["enable", &old]).code, 0);
    assert_eq!(env.akm(&["verify", &old]).code, 0);
    assert_eq!(env.akm(&["disable", &new]).code, 0);
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&[&old], 0, "<ID1>\n", "");
    for also in ["--finish", "--delete-old", "--overlap=1d", "--grace=1d"] {
        env.refused(&[&args[..], &[also]].concat(), 2);
    }
}

/// A hint names nothing that would be refused, or bring back what nobody can use.
#[test]
fn nothing_to_roll_back_and_nothing_to_restore() {
    let none = "akm: no rotation of RAM user `alice` is open that could be rolled back\n\
                hint: `akm list --ram-user alice` shows the pairs there are\n";
    let args = ["rotate", "--ram-user", "alice", "--rollback"];
    let refused = |env: &Env| {
        env.refused(&args, 4)
            .said(&[], 4, "", &format!("{SANDBOX}{none}"));
    };
    // There is no room for it.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    assert_eq!(env.akm(&["delete", &old, "--force", "-y"]).code, 0);
    env.create("alice");
    assert!(
        env.refused(&args, 4)
            .stderr
            .contains(&format!("`akm restore {old}`"))
    );
    env.create("alice");
    refused(&env);
    assert_eq!(env.akm(&["restore", &old]).code, 4);
    // Its secret was dropped.
    let env = Env::new().without_overlap();
    env.create("alice");
    rotated(&env, &["--leaked"]);
    refused(&env);
    // The recycle bin has let go of it.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    rotated(&env, &["--delete-old"]);
    let bin = env.cloud_of("alice");
    let text = std::fs::read_to_string(&bin).unwrap();
    assert!(text.contains(&old), "{text}");
    let kept: Vec<&str> = text
        .split("[[")
        .filter(|part| !part.contains(&old))
        .collect();
    std::fs::write(&bin, kept.join("[[")).unwrap();
    refused(&env);
    assert_eq!(env.akm(&["restore", &old]).code, 3);
}

#[test]
fn an_old_pair_that_is_gone_is_not_rolled_back_to() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    assert_eq!(env.akm(&["delete", &old, "-y"]).code, 0);
    let ran = rolled_back(&env);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("`akm restore {old}`")));
    assert_eq!(active(&env), [(new, true)]);
}

#[test]
fn without_the_old_secret_it_enables_and_no_more() {
    let env = Env::new().without_overlap();
    let (old, secret) = env.create_shown("alice");
    let new = rotated(&env, &["--overlap", "0s"]);
    let ids = [old.as_str(), &new];
    env.lose_secret(&old);
    let stopped = "akm: the rollback does not go on: `<ID1>` is Active again, and akm does not hold its secret; \
                   `<ID2>` is left Active beside it\n\
                   hint: once nothing uses `<ID2>`: `akm disable <ID2>`, then the same command again\n";
    for _ in 0..2 {
        rolled_back(&env).said(&ids, 8, "", &format!("{SANDBOX}{stopped}"));
        assert_eq!(active(&env), [(old.clone(), true), (new.clone(), true)]);
    }
    let listed = env.akm(&["recover", "--list", "-o", "json"]).json();
    assert_eq!(listed["open"][0]["what"], "rollback, to be finished");
    // By the person's word it comes to its end, or with the secret.
    let copy = env.copied();
    assert_eq!(copy.akm(&["disable", &new]).code, 0);
    rolled_back(&copy).said(&ids, 0, "<ID1>\n", &format!("{SANDBOX}{UNVERIFIED}{BACK}"));
    let csv = format!("AccessKey ID,AccessKey Secret\n{old},{secret}\n");
    std::fs::write(env.path("old.csv"), csv).unwrap();
    assert_eq!(env.akm(&["import", "old.csv"]).code, 0);
    // A plain `rotate` ends what is open and starts nothing.
    env.akm(&["rotate", "--ram-user", "alice"]).said(
        &ids,
        0,
        "<ID1>\n",
        &format!("{SANDBOX}{BACK}"),
    );
    assert_eq!(active(&env), [(old, true), (new, false)]);
}

#[test]
fn what_a_person_does_to_the_old_pair_in_between_stands() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    env.lose_secret(&old);
    assert_eq!(rolled_back(&env).code, 8);
    assert_eq!(env.akm(&["disable", &old]).code, 0);
    env.days_pass_for("alice", 1);
    let ran = rolled_back(&env);
    assert_eq!(
        (ran.code, ran.stdout.trim()),
        (0, new.as_str()),
        "{}",
        ran.stderr
    );
    assert_eq!(active(&env), [(old, false), (new, true)]);
}

#[test]
fn the_accounts_own_pair_goes_back_unasked() {
    let env = Env::new().without_overlap();
    assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    assert_eq!(env.akm(&["rotate", "--account", "-y"]).code, 0);
    assert_eq!(env.akm(&["rotate", "--account", "--rollback"]).code, 0);
}

/// A rollback that stopped with the old pair Active, its secret not held; the new one is disabled by hand since.
fn stopped_on_its_way() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &[]);
    env.lose_secret(&old);
    assert_eq!(rolled_back(&env).code, 8);
    assert_eq!(env.akm(&["disable", &new]).code, 0);
    (env, old, new)
}

/// Whichever of both hints is followed.
#[test]
fn what_is_told_where_the_old_pair_is_gone() {
    let (env, old, new) = stopped_on_its_way();
    let ids = [old.as_str(), &new];
    assert_eq!(env.akm(&["delete", &old, "--force", "-y"]).code, 0);
    let told = "akm: the rollback does not go on: the old pair `<ID1>` is gone from the cloud\n\
                hint: `akm restore <ID1> --active`, then the same command again; \
                or stay with the new pair: `akm enable <ID2>`, then `akm recover`\n";
    rolled_back(&env).said(&ids, 8, "", &format!("{SANDBOX}{told}"));
    let copy = env.copied();
    assert_eq!(copy.akm(&["restore", &old, "--active"]).code, 0);
    rolled_back(&copy).said(&ids, 0, "<ID1>\n", &format!("{SANDBOX}{UNVERIFIED}{BACK}"));
    assert_eq!(active(&copy), [(old, true), (new.clone(), false)]);
    assert_eq!(env.akm(&["enable", &new]).code, 0);
    assert_eq!(env.akm(&["recover"]).code, 0);
    nothing_open(&env);
    assert_eq!(active(&env), [(new, true)]);
}

#[test]
fn what_is_told_where_the_old_pair_is_inactive_again() {
    let (env, old, new) = stopped_on_its_way();
    let ids = [old.as_str(), &new];
    assert_eq!(env.akm(&["disable", &old, "--force"]).code, 0);
    env.days_pass_for("alice", 1);
    let told = "akm: the rollback does not go on: the old pair `<ID1>` is Inactive\n\
                hint: `akm enable <ID1>` puts it into use and ends the rotation; then, once nothing uses `<ID2>`: `akm disable <ID2>`\n";
    rolled_back(&env).said(&ids, 8, "", &format!("{SANDBOX}{told}"));
    let over = "akm: the rotation that retired `<ID1>` is over; both pairs are left as they are\n\
                akm: `<ID1>` of RAM user `alice` is Active\n";
    env.akm(&["enable", &old])
        .said(&ids, 0, "", &format!("{SANDBOX}{over}"));
    assert_eq!(
        env.akm(&["recover", "--list", "--json"]).stdout,
        "{\"open\":[]}\n"
    );
    assert_eq!(env.akm(&["disable", &new]).code, 0);
    assert_eq!(active(&env), [(old, true), (new, false)]);
}

/// `rotate --overlap 1h`, the old secret lost, and a rollback that stopped: the old pair was never retired. Then it is disabled by hand.
fn stopped_in_its_overlap() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "1h"]);
    env.lose_secret(&old);
    assert_eq!(rolled_back(&env).code, 8);
    assert_eq!(env.akm(&["disable", &old]).code, 0);
    (env, old, new)
}

#[test]
fn an_old_pair_that_is_inactive_is_not_called_in_use() {
    let (env, old, new) = stopped_in_its_overlap();
    let ids = [old.as_str(), &new];
    let told = "akm: the rollback does not go on: the old pair `<ID1>` is Inactive\n\
                hint: `akm enable <ID1>` puts it into use; then the same command again\n";
    let told = format!("{SANDBOX}{told}");
    rolled_back(&env).said(&ids, 8, "", &told);
    env.akm(&["recover"]).said(&ids, 8, "", &told);
    assert_eq!(env.akm(&["disable", &new, "--force"]).code, 0);
    for _ in 0..2 {
        rolled_back(&env).said(&ids, 8, "", &told);
        assert_eq!(active(&env), [(old.clone(), false), (new.clone(), false)]);
        env.days_pass_for("alice", 1);
    }
    // The hint leads out.
    assert_eq!(env.akm(&["enable", &old]).code, 0);
    rolled_back(&env).said(&ids, 0, "<ID1>\n", &format!("{SANDBOX}{UNVERIFIED}{BACK}"));
    assert_eq!(active(&env), [(old, true), (new, false)]);
    env.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
}

/// What the recycle bin has let go of is not brought back from there.
#[test]
fn an_old_pair_that_is_gone_for_good_is_not_to_be_restored() {
    let (env, old, new) = stopped_on_its_way();
    let ids = [old.as_str(), &new];
    let purge = ["delete", &old, "--force", "--purge", "-y"];
    assert_eq!(env.akm(&purge).code, 0);
    let told = "akm: the rollback does not go on: the old pair `<ID1>` is gone from the cloud\n\
                hint: stay with the new pair: `akm enable <ID2>`, then `akm recover`\n";
    rolled_back(&env).said(&ids, 8, "", &format!("{SANDBOX}{told}"));
    assert_eq!(env.akm(&["enable", &new]).code, 0);
    assert_eq!(env.akm(&["recover"]).code, 0);
    nothing_open(&env);
    assert_eq!(active(&env), [(new, true)]);
}

#[track_caller]
fn nothing_open(env: &Env) {
    env.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
}

/// Of two pairs that are gone, only the old one may be brought back; the new one is not to be enabled.
#[test]
fn where_both_pairs_are_gone() {
    for (purge, way) in [
        (
            None,
            "`akm restore <ID1> --active`, then the same command again; or ",
        ),
        (Some("--purge"), ""),
    ] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = rotated(&env, &[]);
        let ids = [old.as_str(), &new];
        let delete = [&["delete", &old, "-y"][..], purge.as_slice()].concat();
        assert_eq!(env.akm(&delete).code, 0);
        assert_eq!(env.akm(&["delete", &new, "--force", "-y"]).code, 0);
        let told = format!(
            "akm: the rollback does not go on: the old pair `<ID1>` is gone from the cloud\n\
             hint: {way}`akm recover --dismiss <ID2>` forgets this rotation\n"
        );
        rolled_back(&env).said(&ids, 8, "", &format!("{SANDBOX}{told}"));
        if purge.is_none() {
            let copy = env.copied();
            assert_eq!(copy.akm(&["restore", &old, "--active"]).code, 0);
            let back = "Back in use: <ID1>. <ID2> is gone from the cloud.\n";
            rolled_back(&copy).said(&ids, 0, "<ID1>\n", &format!("{SANDBOX}{back}"));
            nothing_open(&copy);
            assert_eq!(active(&copy), [(old, true)]);
        }
        assert_eq!(env.akm(&["recover", "--dismiss", &new]).code, 0);
        nothing_open(&env);
    }
}

/// The file that tells what is known of alice's pairs is gone in an overlap: the journal and the store know enough.
#[test]
fn metadata_that_is_gone_is_made_up_for() {
    for by_rotate in [true, false] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = rotated(&env, &["--overlap", "1h"]);
        std::fs::remove_file(env.record_of("alice")).unwrap();
        if by_rotate {
            assert_eq!(rotated(&env, &[]), new);
            for pair in env.pairs() {
                assert_eq!(pair["secret"], "stored", "{pair}");
            }
            assert_eq!(env.akm(&["verify", &new]).code, 0);
        }
        rolled_back(&env).said(&[&old, &new], 0, "<ID1>\n", &format!("{SANDBOX}{BACK}"));
        assert_eq!(active(&env), [(old.clone(), true), (new, false)]);
        for pair in env.pairs() {
            assert_eq!(pair["secret"], "stored", "{pair}");
        }
        assert_eq!(env.akm(&["verify", &old]).code, 0);
    }
}

/// The same, and the old secret with it: nothing is claimed that is not there.
#[test]
fn metadata_that_is_gone_with_the_old_secret() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = rotated(&env, &["--overlap", "1h"]);
    std::fs::remove_file(env.record_of("alice")).unwrap();
    env.lose_secret(&old);
    assert_eq!(rotated(&env, &[]), new);
    let secrets: Vec<_> = env
        .pairs()
        .iter()
        .map(|pair| pair["secret"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(secrets, ["missing", "stored"]);
    assert_eq!(rolled_back(&env).code, 8);
}

/// Somebody may have it: there is an overlap.
#[test]
fn an_old_secret_that_was_lost_before() {
    let env = Env::new();
    let old = env.create("alice");
    env.lose_secret(&old);
    let ran = env.akm(&["rotate", "--ram-user", "alice"]);
    let new = ran.stdout.trim().to_owned();
    ran.said(
        &[&old, &new],
        0,
        "<ID2>\n",
        &format!("{SANDBOX}New: <ID2> (Active, verified).\nOld: <ID1> (Active; can be disabled from <DAY>).\nnext: akm rotate alice --finish\nhint: if <ID1> leaked: akm rotate alice --leaked <ID1>\n"),
    );
    assert_eq!(active(&env), [(old, true), (new, true)]);
}
