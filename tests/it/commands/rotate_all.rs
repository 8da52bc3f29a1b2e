//! `akm rotate --all`

use crate::support::env::SANDBOX;
use crate::support::env::{Env, Ran, edit, named};
use crate::support::truth;

fn rotate(env: &Env, more: &[&str]) -> Ran {
    env.akm(&[&["rotate", "--all", "-y"], more].concat())
}

/// Name and id of each row, in the order of the names: rows come as they are done.
fn rows(ran: &Ran) -> Vec<(String, String)> {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rows = ran.stdout.lines().map(|row| row.split_once('\t').unwrap());
    let mut rows: Vec<_> = rows.map(|(name, id)| (name.into(), id.into())).collect();
    rows.sort();
    rows
}

fn names(ran: &Ran) -> Vec<String> {
    rows(ran).into_iter().map(|(name, _)| name).collect()
}

fn current(env: &Env, user: &str) -> String {
    let shown = env.akm(&["show-id", "--ram-user", user]).stdout;
    shown.trim().to_owned()
}

/// The pair of a RAM user was made days ago, as the cloud and metadata have it.
pub(crate) fn made_days_ago(env: &Env, user: &str, days: i64) {
    let then = chrono::Utc::now() - chrono::TimeDelta::days(days);
    let then = then.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    for file in [env.record_of(user), env.cloud_of(user)] {
        let text = std::fs::read_to_string(&file).unwrap();
        let keys = text.split_once("[[access_keys]]").unwrap().1;
        let line = keys.lines().find(|line| line.starts_with("created_at"));
        edit(&file, line.unwrap(), &format!("created_at = \"{then}\""));
    }
}

#[test]
fn every_user_whose_pair_is_held_and_never_the_account() {
    let env = Env::new().without_overlap();
    for user in ["alice", "bob", "carol"] {
        env.create(user);
    }
    // Not held; out of use; without a pair; the account itself.
    let (foreign, idle) = (env.create("foreign"), env.create("idle"));
    edit(&env.record_of("foreign"), "secret_store = \"age\"\n", "");
    assert_eq!(env.akm(&["disable", &idle, "--force"]).code, 0);
    assert_eq!(env.akm(&["user", "create", "dave"]).code, 0);
    let own = env.akm(&["create", "--account", "-y"]).stdout;
    let ran = rotate(&env, &[]);
    let told = named(&ran.stderr, &[]);
    let left = "note: the account's own pair is not among them: `akm rotate --account`\n";
    let end = "Rotated 3 RAM users in the sandbox (account <ACCOUNT>), passed over 1 (1 has no secret saved here).\n";
    assert_eq!(told, format!("{SANDBOX}{left}{end}"));
    let rows = rows(&ran);
    assert_eq!(names(&ran), ["alice", "bob", "carol"]);
    for (name, id) in &rows {
        assert_eq!(current(&env, name), *id);
    }
    assert_eq!(current(&env, "foreign"), foreign);
    assert_eq!(env.akm(&["show-id", "--account"]).stdout, own);
    // Again: all are open, and nothing is started.
    assert_eq!(self::rows(&rotate(&env, &[])), rows);
    assert_eq!(truth::live(&env).len(), 9);
}

#[test]
fn it_asks() {
    let env = Env::new();
    assert_eq!(env.akm(&["rotate", "--all"]).code, 0);
    assert!(!env.home().exists());
    env.create("alice");
    let none = format!("{SANDBOX}No RAM user matches: 1 has a pair saved here.\n");
    env.refused(&["rotate", "--all"], 9).said(
        &[],
        9,
        "",
        &format!("{SANDBOX}error: rotate the pairs of 1 RAM user in the sandbox (account <ACCOUNT>)? there is nobody to ask\nhint: add `--yes`\n"),
    );
    env.akm(&["rotate", "--all", "--match", "b*"])
        .said(&[], 0, "", &none);
    env.akm(&["rotate", "--all", "--finish"])
        .said(&[], 0, "", &none);
    for wrong in [
        &["--all", "--ram-user", "alice"][..],
        &["--all", "--account"],
        &["--all", "--rollback"],
        &["--all", "--leaked"],
        &["--all", "--replace", "LTAI1"],
        &["--all", "--max-parallel", "0"],
        &["--all", "--match", ""],
        &["--ram-user", "alice", "--match", "a*"],
        &["--ram-user", "alice", "--older-than", "1d", "--finish"],
        &["--ram-user", "alice", "--older-than", "1d", "--rollback"],
        &["--ram-user", "alice", "--older-than", "1d", "--leaked"],
        &["--ram-user", "alice", "--max-parallel", "2"],
        &["--self", "--match", "a*"],
        &["--self", "--max-parallel", "2"],
        &["--match", "a*"],
    ] {
        env.refused(&[&["rotate"], wrong].concat(), 2);
    }
}

#[test]
fn by_name_and_by_age() {
    let env = Env::new().without_overlap();
    for user in ["ci-new", "CI-old", "dev-old"] {
        env.create(user);
    }
    made_days_ago(&env, "ci-old", 100);
    made_days_ago(&env, "dev-old", 100);
    let old = ["--older-than", "90d"];
    let planned = env.akm(&["rotate", "--all", "--older-than", "90d", "--dry-run"]);
    assert_eq!(planned.code, 0, "{}", planned.stderr);
    let remarks: Vec<_> = planned
        .stdout
        .lines()
        .filter(|line| line.starts_with('#'))
        .collect();
    assert_eq!(remarks, ["# CI-old", "# dev-old"]);
    let made = planned
        .stdout
        .matches("create a pair for RAM user ")
        .count();
    assert_eq!(made, 2, "{}", planned.stdout);
    env.create("dev-old");
    let planned = env.akm(&["rotate", "--all", "--match", "dev-*", "--dry-run"]);
    assert_eq!((planned.code, planned.stdout.as_str()), (4, ""));
    let told = "error: RAM user `dev-old` would not be rotated: RAM user `dev-old` has two";
    assert!(planned.stderr.contains(told), "{}", planned.stderr);
    let second = env.pairs();
    let second = second
        .iter()
        .rfind(|pair| pair["ram_user"] == "dev-old")
        .unwrap();
    let second = second["access_key_id"].as_str().unwrap();
    assert_eq!(env.akm(&["disable", second, "-y"]).code, 0);
    assert_eq!(env.akm(&["delete", second, "-y"]).code, 0);
    let ran = rotate(&env, &[&old[..], &["--match", "ci-*"]].concat());
    assert_eq!(names(&ran), ["CI-old"]);
    let new = current(&env, "CI-old");
    // What is open goes on, and nothing young is rotated again, when its time has come too.
    assert_eq!(names(&rotate(&env, &old)), ["CI-old", "dev-old"]);
    env.days_pass_for("ci-old", 3);
    assert_eq!(names(&rotate(&env, &old)), ["CI-old", "dev-old"]);
    assert_eq!(current(&env, "CI-old"), new);
    assert_eq!(names(&rotate(&env, &["--finish"])), ["dev-old"]);
    assert_eq!(truth::live(&env).len(), 4);
}

#[test]
fn under_json_a_line_each() {
    let env = Env::new().without_overlap();
    env.create("alice");
    env.create("bob");
    let ran = rotate(
        &env,
        &["--json", "-q", "--max-parallel", "2", "--delete-old"],
    );
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let rows: Vec<serde_json::Value> = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 2);
    for row in rows {
        let user = row["ram_user"].as_str().unwrap();
        assert_eq!(row["access_key_id"], current(&env, user));
        assert_eq!(row["state"], "done");
    }
}

#[test]
fn one_that_fails_does_not_stop_the_others() {
    let env = Env::new().without_overlap();
    for user in ["alice", "bob", "carol"] {
        env.create(user);
    }
    let spare = env.create("bob");
    let ran = rotate(&env, &["--max-parallel", "1"]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), 2);
    let end = "error: 1 of 3 RAM users failed\n\
               hint: see each error above; `akm rotate --ram-user NAME` tries one again\n";
    assert!(ran.stderr.ends_with(end), "{}", ran.stderr);
    let told = "error: RAM user `bob` was not rotated: RAM user `bob` has two AccessKey pairs";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
    // Different failures come to 1, each in a row of its own.
    std::fs::remove_file(env.cloud_of("carol")).unwrap();
    let ran = rotate(&env, &["--json", "--match", "*o*"]);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(ran.error()["message"], "2 of 2 RAM users failed");
    let row: serde_json::Value = serde_json::from_str(ran.stdout.lines().next().unwrap()).unwrap();
    assert!(row["error"]["code"].is_string(), "{row}");
    assert_eq!(env.akm(&["verify", &spare]).code, 0);
}

#[test]
fn many_at_once() {
    let env = Env::light().without_overlap();
    let users: Vec<String> = (0..24).map(|number| format!("user-{number:02}")).collect();
    for user in &users {
        env.create(user);
    }
    let ran = rotate(&env, &["--max-parallel", "16", "--overlap", "0s"]);
    assert_eq!(names(&ran), users);
    truth::check(&env, "many").settled(48, "many");
}

/// A signal ends a fleet between two secrets, not within one: what was begun is held, or was never sent.
#[test]
fn a_signal_costs_no_secret() {
    if !crate::support::env::have("strace") {
        return;
    }
    for number in [1, 3] {
        let env = Env::light().without_overlap();
        for user in ["alice", "bob", "carol", "dave"] {
            env.create(user);
        }
        let args = ["rotate", "--all", "-y", "--overlap", "0s"];
        let inject = format!("inject=pwrite64:signal=TERM:when={number}");
        let mut strace = std::process::Command::new("strace");
        strace.args([
            "-f",
            "-q",
            "-o",
            "trace",
            "-e",
            "trace=pwrite64",
            "-e",
            &inject,
        ]);
        strace.arg(env!("CARGO_BIN_EXE_akm")).args(args);
        env.dress(&mut strace);
        let output = strace.output().unwrap();
        let ended = std::os::unix::process::ExitStatusExt::signal(&output.status);
        assert_eq!(ended, Some(15), "{number}");
        assert_eq!(env.akm(&["recover"]).code, 0, "{number}");
        let point = format!("the signal at {number}");
        let state = truth::check(&env, &point);
        state.settled(state.live.len(), &point);
        assert!(state.live.len() > 4, "{point}: nothing was begun");
    }
}

/// As under `nohup`, or in the background of a script: a signal that was ignored from the start stays so, even while a secret is held.
#[test]
fn an_ignored_signal_stays_ignored() {
    if !crate::support::env::have("strace") {
        return;
    }
    for signal in ["HUP", "INT", "TERM"] {
        let env = Env::light().without_overlap();
        for user in ["alice", "bob"] {
            env.create(user);
        }
        let inject = format!("inject=pwrite64:signal={signal}:when=1");
        let akm = env!("CARGO_BIN_EXE_akm");
        let line = format!("trap '' {signal}; exec {akm} rotate --all -y --overlap 0s");
        let mut strace = std::process::Command::new("strace");
        strace.args(["-f", "-q", "-o", "trace", "-e", "trace=pwrite64"]);
        strace.args(["-e", &inject, "sh", "-c", &line]);
        env.dress(&mut strace);
        let ran = Ran::from(strace.output().unwrap());
        assert_eq!(names(&ran), ["alice", "bob"], "{signal}");
        let trace = std::fs::read_to_string(env.path("trace")).unwrap();
        assert!(trace.contains(&format!("--- SIG{signal}")), "{trace}");
    }
}

#[test]
fn what_is_open_keeps_its_spans() {
    let env = Env::new().without_overlap();
    for user in ["alice", "bob"] {
        env.create(user);
    }
    let warned = "warning: unfinished rotations keep the overlap and grace that they began with\n";
    let ran = rotate(&env, &["--grace", "1d"]);
    assert_eq!((ran.code, ran.stderr.contains(warned)), (0, false));
    for spans in [
        &["--grace", "9d"][..],
        &["--overlap", "9d"],
        &["--delete-old"],
    ] {
        let ran = rotate(&env, spans);
        assert_eq!((ran.code, ran.stderr.matches(warned).count()), (0, 1));
    }
    assert!(!rotate(&env, &[]).stderr.contains(warned));
}

/// Run from cron once a month, a fleet would else be rotated every second month, unnoticed.
#[test]
fn a_fleet_that_finishes_earlier_rotations_warns_that_it_made_no_pair() {
    let env = Env::new();
    let warned = |ran: &Ran| {
        let lines = ran.stderr.lines();
        let warned =
            lines.filter_map(|line| line.strip_prefix("warning: no new pair was made for "));
        warned.map(str::to_owned).collect::<Vec<_>>()
    };
    for user in ["alice", "bob"] {
        env.create(user);
    }
    assert_eq!(warned(&rotate(&env, &[])), [""; 0]);
    let both = "2 RAM users whose earlier rotations are not finished: alice, bob";
    assert_eq!(warned(&rotate(&env, &[])), [both]);
    // A due step is no new pair either.
    env.days_pass_for("alice", 3);
    let one = "1 RAM user whose earlier rotation is not finished: alice";
    assert_eq!(warned(&rotate(&env, &["--match", "a*"])), [one]);
    // Nobody waits for one from these.
    assert_eq!(warned(&rotate(&env, &["--finish"])), [""; 0]);
    assert_eq!(warned(&rotate(&env, &["--older-than", "90d"])), [""; 0]);
    for user in ["carol", "dave", "eve", "frank"] {
        env.create(user);
    }
    assert_eq!(warned(&rotate(&env, &[])), [both]);
    let many = "6 RAM users whose earlier rotations are not finished: alice, bob, carol, dave, eve and 1 more";
    assert_eq!(warned(&rotate(&env, &[])), [many]);
}

/// Two runs at once, as of a cron that overlaps itself: the second one has chosen its owners before the first one is done with them.
#[test]
fn a_pair_that_another_run_has_just_made_is_not_replaced() {
    let env = Env::new();
    env.create("alice");
    for file in [env.record_of("alice"), env.cloud_of("alice")] {
        let text = std::fs::read_to_string(&file).unwrap();
        let line = text.lines().rfind(|line| line.starts_with("created_at"));
        edit(
            &file,
            line.unwrap(),
            "created_at = \"2026-01-02T03:04:05Z\"",
        );
    }
    let words = "rotate --all --older-than 90d --overlap 0s --delete-old -y";
    let words: Vec<&str> = words.split(' ').collect();
    let runs = [0, 1].map(|_| env.command(&words).spawn().unwrap());
    for mut run in runs {
        assert!(run.wait().unwrap().success());
    }
    let log = env.akm(&["log", "--json"]).stdout;
    assert_eq!(log.matches("\"rotate-create\"").count(), 1, "{log}");
}
