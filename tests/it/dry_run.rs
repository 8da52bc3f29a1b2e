//! `akm rotate --dry-run`: what it prints is what the command then calls, and nothing is changed.

use crate::calls::calls;
use crate::env::{Env, Ran, journal_line};
use crate::leaked_beside::ROTATE;

const SANDBOX: &str = "akm: this is the sandbox, account <ACCOUNT> on this machine\n";
const NOTE: &str =
    "akm: nothing was changed; `NEW_KEY_ID` stands for the id that the cloud will choose\n";

/// Service and action of each planned call; no file is changed.
#[track_caller]
fn planned(env: &Env, args: &[&str]) -> Vec<String> {
    let before = env.files();
    let ran = env.akm(&[args, &["--dry-run"]].concat());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    assert!(env.files() == before, "{args:?} changed a file");
    words(&ran)
}

/// Service and action of each call that a dry run printed.
pub(crate) fn words(dry: &Ran) -> Vec<String> {
    let words = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    dry.stdout.lines().map(words).collect()
}

/// The same of each call that a command made, run with `-v`.
pub(crate) fn called(ran: &Ran) -> Vec<String> {
    let lines = ran.stderr.lines();
    let called = lines.filter_map(|line| line.strip_prefix("akm: called "));
    called
        .map(|line| line.split_once(": ").unwrap().0.to_owned())
        .collect()
}

/// Plans, then does, and compares.
#[track_caller]
fn compared(env: &Env, more: &[&str]) {
    let args = [&["rotate", "--ram-user", "alice"], more].concat();
    let planned = planned(env, &args);
    assert_eq!(planned, calls(env, &args), "{more:?}");
}

#[test]
fn it_prints_each_call() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let args = ["rotate", "--ram-user", "alice", "--dry-run"];
    let ran = env.akm(&args);
    ran.said(
        &[&old],
        0,
        "Sts GetCallerIdentity\n\
         Ram ListAccessKeys UserName=alice\n\
         Ram CreateAccessKey UserName=alice\n\
         Ram ListAccessKeys UserName=alice\n\
         Sts GetCallerIdentity # signed with NEW_KEY_ID\n\
         Sts GetCallerIdentity # signed with NEW_KEY_ID\n\
         Sts GetCallerIdentity # signed with NEW_KEY_ID\n\
         Ram ListAccessKeys UserName=alice\n\
         Ram UpdateAccessKey UserAccessKeyId=<ID1> Status=Inactive UserName=alice\n",
        NOTE,
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
    let by_hand = env.copied();
    assert_eq!(by_hand.akm(&["disable", &old]).code, 0);
    compared(&by_hand, &["--replace", &old]);
    env.days_pass_for("alice", 3);
    compared(&env, &["--finish"]);
    compared(&env.copied(), &["--rollback"]);
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
    let enables = "Ram UpdateAccessKey UserAccessKeyId=<ID1> Status=Active UserName=alice\n";
    let stops = "akm: the rollback would not go on: `<ID1>` would be Active again, and akm does not hold its secret; \
                 `<ID2>` would be left Active beside it\n\
                 hint: after that, once nothing uses `<ID2>`: `akm disable <ID2>`, then the same command again\n";
    let ids = [old.as_str(), new.trim()];
    stopping(&back, &["--rollback"], &ids, (enables, stops));
    stopping(&disabled, &["--rollback"], &ids, (enables, stops));
    env.days_pass_for("alice", 3);
    env.lose_secret(new.trim());
    compared(&env, &[]);
    // What was cut short and ends in one go is no rest after which a new one begins.
    let env = Env::new().without_overlap();
    env.create("alice");
    compared(&env, &["--overlap", "2d", "--grace", "0s"]);
    let journal = env.journal_of("alice");
    let text = std::fs::read_to_string(&journal).unwrap();
    let (intent, rest) = text.split_once('\n').unwrap();
    let (verified, delivered) = rest.trim_end().rsplit_once('\n').unwrap();
    assert!(delivered.contains("delivered"), "{delivered}");
    let at_once = intent[17..].replace("\"overlap_seconds\":172800", "\"overlap_seconds\":0");
    assert_ne!(at_once, intent[17..]);
    std::fs::write(&journal, format!("{}{verified}\n", journal_line(&at_once))).unwrap();
    compared(&env, &[]);
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
            &format!("{SANDBOX}{}", crate::env::named(&planned.stderr, &ids)),
        );
    }
}

#[test]
fn a_leak_that_nothing_can_follow_is_planned_as_far_as_it_goes() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    assert_eq!(env.akm(&["disable", &two]).code, 0);
    let args = ["rotate", "--ram-user", "alice", "--leaked", &one];
    let dry = [&args[..], &["--dry-run"]].concat();
    let before = env.files();
    env.akm(&dry).said(
        &[&one, &two],
        4,
        "Sts GetCallerIdentity\n\
         Ram ListAccessKeys UserName=alice\n\
         Ram UpdateAccessKey UserAccessKeyId=<ID1> Status=Inactive UserName=alice\n\
         Ims GetAccountSummary\n",
        "akm: `<ID1>` would be disabled, and nothing can take its place: `<ID2>`, the other pair, is Inactive\n\
         hint: `akm enable <ID2>`, then the same command again; if that leaked too, `akm delete <ID1> --purge`, \
                   then `akm rotate --ram-user alice --leaked <ID2>`\n",
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
    let called = ran.stderr.lines();
    let called = called.filter_map(|line| line.strip_prefix("akm: called "));
    let called: Vec<_> = called
        .map(|line| line.split_once(": ").unwrap().0)
        .collect();
    assert_eq!(
        called,
        [
            "Sts GetCallerIdentity",
            "Ram ListAccessKeys",
            "Ram UpdateAccessKey",
            "Ims GetAccountSummary"
        ]
    );
}

#[test]
fn what_was_cut_short_is_not_planned() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    assert_eq!(env.akm(&["disable", &two]).code, 0);
    let leaked = ["rotate", "--ram-user", "alice", "--leaked", &one];
    assert_eq!(env.akm(&leaked).code, 8);
    is_not_planned(&env);
    // A pair that is being brought back.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let begun = format!(
        "version = 1\naccess_key_id = \"{old}\"\nram_user = \"alice\"\nactive = false\nasked_at = \"2026-01-01T00:00:00Z\"\n"
    );
    let folder = env.home().join("journal").join(env.account());
    let file = folder.join(format!("restoring-{old}.toml"));
    std::fs::write(&file, begun).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    is_not_planned(&env);
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
    env.cut_after("stored");
    compared(&env.copied(), &[]);
    let inactive = env.copied();
    assert_eq!(inactive.akm(&["disable", new.trim()]).code, 0);
    let stops = "akm: the rotation would not go on: the new pair `<ID2>` is Inactive\n\
                 hint: `akm enable <ID2>`, then the same command again; \
                 or back to `<ID1>`: `akm rotate --ram-user alice --rollback`\n";
    stopping(&inactive, &[], &ids, ("", stops));
    // Neither the store nor the journal has the secret.
    let lost = env.copied();
    lost.lose_secret(new.trim());
    unsealed(&lost);
    let stops = "akm: the rotation would not go on: the secret store lacks the secret of `<ID2>`\n\
                 hint: bring the secret back into the store; until then the old pair `<ID1>` is left as it is\n";
    stopping(&lost, &[], &ids, ("", stops));
    assert_eq!(env.akm(&["delete", new.trim(), "--force", "-y"]).code, 0);
    let asked = "Ims GetAccessKeyInfoInRecycleBin UserAccessKeyId=<ID2>\n";
    let stops = "akm: the rotation would not go on: the new pair `<ID2>` is gone from the cloud\n\
                 hint: `akm recover --dismiss <ID2>` forgets this rotation; `akm enable <ID1>` brings the old pair back into use\n";
    let lately = env.copied();
    stopping(&lately, &[], &ids, (asked, stops));
    assert_eq!(
        lately
            .akm(&["show-id", "--ram-user", "alice"])
            .stdout
            .trim(),
        old
    );
    env.days_pass_for("alice", 1);
    stopping(&env, &[], &ids, ("", stops));
}

/// A rotation of alice's, and its new pair.
fn in_its_overlap() -> (Env, String) {
    let env = Env::new().without_overlap();
    env.create("alice");
    let made = env.akm(&[&ROTATE[..], &["--overlap", "2d"]].concat());
    assert_eq!(made.code, 0, "{}", made.stderr);
    (env, made.stdout.trim().to_owned())
}

/// In its overlap, a new pair that was deleted a moment ago is looked for in the recycle bin, by the command and in its plan.
#[test]
fn of_a_rotation_whose_new_pair_is_lately_gone() {
    let (env, new) = in_its_overlap();
    assert_eq!(env.akm(&["delete", &new, "--force", "-y"]).code, 0);
    let dry = env.akm(&[&ROTATE[..], &["--dry-run"]].concat());
    let ran = env.akm(&[&ROTATE[..], &["-v"]].concat());
    let asked = [
        "Sts GetCallerIdentity",
        "Ram ListAccessKeys",
        "Ims GetAccessKeyInfoInRecycleBin",
    ];
    assert_eq!(
        (dry.code, words(&dry).as_slice()),
        (4, &asked.map(str::to_owned)[..])
    );
    assert_eq!(
        (ran.code, called(&ran).as_slice()),
        (8, &asked.map(str::to_owned)[..])
    );
}

/// Before it was found to work, a new pair that neither the list nor the recycle bin has counts as there.
#[test]
fn of_a_rotation_whose_new_pair_is_not_listed_yet() {
    let (env, new) = in_its_overlap();
    env.cut_after("stored");
    crate::leaked::hide(&env, &new);
    let dry = env.akm(&[&ROTATE[..], &["--dry-run"]].concat());
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert_eq!(words(&dry)[2], "Ims GetAccessKeyInfoInRecycleBin");
}

/// As if it could not have been sealed.
pub(crate) fn unsealed(env: &Env) {
    let journal = env.journal_of("alice");
    let text = std::fs::read_to_string(&journal).unwrap();
    let lines = text
        .lines()
        .map(|line| match line.split_once("\"sealed\":\"") {
            Some((before, _)) => journal_line(&format!("{}\"sealed\":\"\"}}}}", &before[17..])),
            None => format!("{line}\n"),
        });
    std::fs::write(&journal, lines.collect::<String>()).unwrap();
}

#[track_caller]
fn is_not_planned(env: &Env) {
    env.refused(&["rotate", "--ram-user", "alice", "--dry-run"], 4)
        .said(
            &[],
            4,
            "",
            "akm: something else is open for RAM user `alice`, and is done first\n\
             hint: `akm recover --list` shows it; `akm recover` does it\n",
        );
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

/// Plans a command that will stop, then does it, and compares the calls. What is planned after the pairs are listed, and why it stops.
#[track_caller]
fn stopping(env: &Env, more: &[&str], ids: &[&str], (calls, why): (&str, &str)) {
    let args = [&["rotate", "--ram-user", "alice"], more].concat();
    let dry = [&args[..], &["--dry-run"]].concat();
    let before = env.files();
    let ran = env.akm(&dry);
    let looked = "Sts GetCallerIdentity\nRam ListAccessKeys UserName=alice\n";
    ran.said(ids, 4, &format!("{looked}{calls}"), why);
    let told = env.akm(&[&dry[..], &["--json"]].concat());
    assert_eq!((told.code, &told.error()["code"]), (4, &"refused".into()));
    assert!(told.json()["state"].is_null());
    assert!(env.files() == before);
    let planned = words(&ran);
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
    assert_eq!(env.akm(&["disable", new.trim()]).code, 0);
    let stops = "akm: the rotation would not go on: the new pair `<ID2>` is Inactive\n\
                 hint: `akm enable <ID2>`, then the same command again; \
                 or back to `<ID1>`: `akm rotate --ram-user alice --rollback`\n";
    for more in [&[][..], &["--finish"], &["--replace", &old]] {
        stopping(&env, more, &ids, ("", stops));
    }
}
