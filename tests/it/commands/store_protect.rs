//! `akm store protect`, `akm store status`, and the passphrase wherever a secret is read.

use crate::support::env::{Env, Ran, have};
use crate::support::pty::Pty;
use std::fs;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

const PASSPHRASE: &str = "correct horse – 口令";
const ASKS: &str = "Passphrase of the secret store: ";

/// A home with a pair of `alice`, its identity under [`PASSPHRASE`], and the pair's secret.
fn protected() -> (Env, String) {
    let env = Env::new();
    env.create("alice");
    let secret = secret(&env.akm(&EXPORT));
    let ran = with(&env, PASSPHRASE).akm(&["store", "protect"]);
    ran.said(&[], 0, "", "Passphrase set.\n");
    (env, secret)
}

const EXPORT: [&str; 5] = ["export", "--ram-user", "alice", "--csv", "-"];

fn secret(export: &Ran) -> String {
    assert_eq!(export.code, 0, "{}", export.stderr);
    let row = export.stdout.lines().nth(1).unwrap();
    row.split_once(',').unwrap().1.to_owned()
}

/// One command in the same home with the passphrase in a file.
struct With<'a>(&'a Env, String);

fn with<'a>(env: &'a Env, passphrase: &str) -> With<'a> {
    With(env, file(env, "passphrase", passphrase))
}

impl With<'_> {
    fn akm(&self, args: &[&str]) -> Ran {
        let mut command = self.0.command(args);
        command.env("AKM_PASSPHRASE_FILE", &self.1);
        Ran::from(command.output().unwrap())
    }
}

/// A private file with one line.
fn file(env: &Env, name: &str, line: &str) -> String {
    let path = env.path(name);
    fs::write(&path, format!("{line}\n")).unwrap();
    fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
    path.to_str().unwrap().to_owned()
}

fn identity(env: &Env) -> Vec<u8> {
    fs::read(env.home().join("secrets/identity.txt")).unwrap()
}

fn state(env: &Env) -> serde_json::Value {
    env.akm(&["store", "status", "--json"]).json()["stores"][0].clone()
}

#[test]
fn it_is_given_in_a_file_a_pipe_or_a_variable() {
    let (env, secret_of_alice) = protected();
    assert_eq!(
        secret(&with(&env, PASSPHRASE).akm(&EXPORT)),
        secret_of_alice
    );
    let rotated = with(&env, PASSPHRASE).akm(&["rotate", "--ram-user", "alice"]);
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);
    let secret_of_alice = secret(&with(&env, PASSPHRASE).akm(&EXPORT));
    let mut command = env.command(&EXPORT);
    command.env("AKM_PASSPHRASE", PASSPHRASE);
    assert_eq!(
        secret(&Ran::from(command.output().unwrap())),
        secret_of_alice
    );
    assert_eq!(env.akm(&["list"]).code, 0, "listing needs no passphrase");
    let env = env.with("AKM_PASSPHRASE_FILE", "/dev/stdin");
    let piped = env.akm_fed(&EXPORT, PASSPHRASE);
    assert_eq!(secret(&piped), secret_of_alice);
}

#[test]
fn without_it_nothing_is_read_and_nothing_changes() {
    let (env, _) = protected();
    let before = env.files();
    let path = env.home().join("secrets/identity.txt");
    let hint = "hint: set `AKM_PASSPHRASE_FILE` to a private file with the passphrase, or run akm on a terminal\n";
    let path = path.display();
    let locked = |why: &str| format!("error: the secret store is locked: `{path}`: {why}\n{hint}");
    env.akm(&EXPORT).said(
        &[],
        5,
        "",
        &locked("a passphrase protects it, and there is nobody to ask"),
    );
    for args in [
        &EXPORT[..],
        &["create", "--ram-user", "bob"],
        &["store", "protect", "--remove"],
    ] {
        with(&env, "wrong")
            .akm(args)
            .said(&[], 5, "", &locked("the passphrase is wrong"));
    }
    assert_eq!(env.akm(&["create", "--ram-user", "bob"]).code, 5);
    assert_eq!(without_locks(env.files()), without_locks(before));
}

/// Empty files that locks leave.
fn without_locks(files: Vec<(std::path::PathBuf, Vec<u8>)>) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    files
        .into_iter()
        .filter(|(path, _)| path.extension().is_none_or(|it| it != "lock"))
        .collect()
}

#[test]
fn a_file_or_variable_that_does_not_serve_is_wrong_usage() {
    let (env, _) = protected();
    let before = identity(&env);
    let told = |name: &str, value: &str| {
        let mut command = env.command(&EXPORT);
        Ran::from(command.env(name, value).output().unwrap())
    };
    for name in ["AKM_PASSPHRASE_FILE", "AKM_PASSPHRASE"] {
        let ran = told(name, "");
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{}", ran.stderr);
        assert!(
            ran.stderr.starts_with(&format!("error: `{name}` is ")) && ran.stderr.contains("empty"),
            "{}",
            ran.stderr
        );
    }
    let open = file(&env, "open", PASSPHRASE);
    fs::set_permissions(&open, PermissionsExt::from_mode(0o644)).unwrap();
    let long = "x".repeat(2000);
    for (path, why) in [
        (open, "others may read or write it; `chmod 600` it"),
        (file(&env, "empty", ""), "it is empty"),
        (file(&env, "long", &long), "its first line is too long"),
        (
            env.path("missing").to_str().unwrap().to_owned(),
            "No such file or directory (os error 2)",
        ),
        (
            env.home().to_str().unwrap().to_owned(),
            "it is neither a file nor a pipe",
        ),
    ] {
        let expected = format!(
            "error: the passphrase cannot be taken: `AKM_PASSPHRASE_FILE` names `{path}`: {why}\n"
        );
        told("AKM_PASSPHRASE_FILE", &path).said(&[], 2, "", &expected);
    }
    assert_eq!(identity(&env), before);
}

#[test]
fn it_is_changed_with_the_old_one_and_taken_off() {
    let env = Env::new();
    env.create("alice");
    let plain = identity(&env);
    let needs = "error: a new passphrase is needed: there is nobody to ask\n";
    env.akm(&["store", "protect"]).said(
        &[],
        9,
        "",
        &format!("{needs}hint: set `AKM_PASSPHRASE_FILE`, or add `--new-passphrase-file FILE`\n"),
    );
    assert_eq!(identity(&env), plain);
    let secret_of_alice = secret(&env.akm(&EXPORT));
    assert_eq!(with(&env, "old").akm(&["store", "protect"]).code, 0);
    let old = identity(&env);
    with(&env, "old").akm(&["store", "protect"]).said(
        &[],
        9,
        "",
        &format!("{needs}hint: add `--new-passphrase-file FILE`\n"),
    );
    let empty = file(&env, "empty", "");
    assert_eq!(
        with(&env, "old")
            .akm(&["store", "protect", "--new-passphrase-file", &empty])
            .code,
        2
    );
    assert_eq!(identity(&env), old);
    let new = file(&env, "new", "new");
    let change = ["store", "protect", "--json", "--new-passphrase-file", &new];
    assert_eq!(
        with(&env, "wrong").akm(&change).error()["code"],
        "store-locked"
    );
    assert_eq!(identity(&env), old);
    assert_eq!(with(&env, "old").akm(&change).json()["protected"], true);
    assert_eq!(with(&env, "old").akm(&EXPORT).code, 5);
    assert_eq!(secret(&with(&env, "new").akm(&EXPORT)), secret_of_alice);
    assert_eq!(state(&env)["state"], "protected");
    assert_eq!(
        with(&env, "new")
            .akm(&["store", "protect", "--remove"])
            .code,
        0
    );
    assert_eq!(
        (identity(&env), state(&env)["state"].as_str()),
        (plain, Some("open"))
    );
    let mode = fs::metadata(env.home().join("secrets/identity.txt"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn on_a_terminal_it_is_asked_for_and_not_shown() {
    let (env, secret_of_alice) = protected();
    let output = env.path("output");
    let mut pty = Pty::akm_into(&env, &EXPORT, File::create(&output).unwrap());
    pty.see(ASKS).hides().send("wrong\n");
    pty.see("warning: the passphrase is wrong")
        .see(ASKS)
        .hides();
    // Typed wrong and corrected: the terminal edits.
    pty.send("corrxx\u{15}").send(PASSPHRASE).send("é\u{7f}\n");
    assert_eq!(pty.wait().code(), 0, "{}", pty.screen());
    assert!(pty.echoes());
    let screen = pty.screen();
    assert!(
        !screen.contains("wrong\r\n\r\n")
            && !screen.contains("horse")
            && !screen.contains(&secret_of_alice),
        "{screen}"
    );
    let output = fs::read_to_string(output).unwrap();
    assert!(
        output.ends_with(&format!(",{secret_of_alice}\n")) && !output.contains("akm:"),
        "{output}"
    );
}

#[test]
fn three_wrong_ones_are_enough() {
    let (env, _) = protected();
    let before = env.files();
    let mut pty = Pty::akm(&env, &EXPORT);
    for _ in 0..3 {
        pty.see(ASKS).hides().send("wrong\n");
    }
    assert_eq!(pty.wait().code(), 5, "{}", pty.screen());
    assert!(
        pty.echoes() && pty.screen().contains("the passphrase is wrong\r\nhint: "),
        "{}",
        pty.screen()
    );
    assert_eq!(without_locks(env.files()), without_locks(before));
}

#[test]
fn a_new_one_is_asked_twice() {
    let env = Env::new();
    env.create("alice");
    let help = env.akm(&["help", "store", "protect"]).stdout;
    assert!(help.contains("one line of 1 to 1024 bytes"), "{help}");
    let mut pty = Pty::akm(&env, &["store", "protect"]);
    pty.see(
        "note: a passphrase is one line of 1 to 1024 bytes, blanks included; akm cannot recover it",
    );
    pty.see("New passphrase: ").hides().send("one\n");
    pty.see("The same passphrase again: ").hides().send("two\n");
    pty.see("warning: the two passphrases differ");
    pty.see("New passphrase: ").hides().send("three\n");
    pty.see("The same passphrase again: ")
        .hides()
        .send("three\n");
    assert_eq!(pty.wait().code(), 0, "{}", pty.screen());
    assert_eq!(with(&env, "three").akm(&EXPORT).code, 0);

    let before = identity(&env);
    let mut pty = Pty::akm(&env, &["store", "protect"]);
    pty.see(ASKS).hides().send("three\n");
    pty.see("New passphrase: ").hides().send("\n");
    assert_eq!(pty.wait().code(), 1, "{}", pty.screen());
    assert!(pty.echoes());
    assert_eq!(identity(&env), before);
}

#[test]
fn whatever_ends_a_prompt_changes_nothing_and_typing_shows_again() {
    let (env, _) = protected();
    let before = env.files();
    let at_prompt = |args: &[&str]| {
        let mut pty = Pty::akm(&env, args);
        pty.see(ASKS).hides();
        pty
    };
    for args in [
        &EXPORT[..],
        &["store", "protect"],
        &["create", "--ram-user", "bob"],
    ] {
        let mut pty = at_prompt(args);
        pty.send("half\u{3}");
        assert_eq!(pty.wait().code(), 130);
        assert!(pty.echoes());
    }
    for (signal, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let mut pty = at_prompt(&EXPORT);
        let id = pty.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-s", signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(pty.wait().code(), code);
        assert!(pty.echoes(), "{signal}");
    }
    assert_eq!(at_prompt(&EXPORT).hang_up().wait().code(), 129);
    let mut pty = at_prompt(&EXPORT);
    pty.send(&format!("{}\n", "x".repeat(2000)));
    assert_eq!(pty.wait().code(), 5, "{}", pty.screen());
    assert!(pty.echoes());
    let mut pty = at_prompt(&EXPORT);
    pty.send("\u{4}");
    assert_eq!(pty.wait().code(), 5, "{}", pty.screen());
    assert!(pty.echoes());
    assert_eq!(without_locks(env.files()), without_locks(before));
}

#[test]
fn the_real_age_opens_what_is_protected_here() {
    if !have("age") {
        return;
    }
    let (env, secret_of_alice) = protected();
    let id = env.pairs()[0]["access_key_id"].as_str().unwrap().to_owned();
    let home = env.home();
    let (identity, held) = (
        home.join("secrets/identity.txt"),
        home.join(format!("secrets/{id}.age")),
    );
    let output = env.path("output");
    let args = [
        "-d",
        "-o",
        output.to_str().unwrap(),
        "-i",
        identity.to_str().unwrap(),
        held.to_str().unwrap(),
    ];
    let mut pty = Pty::run(&env, "age", &args);
    pty.see("passphrase").hides().send(PASSPHRASE).send("\n");
    assert_eq!(pty.wait().code(), 0, "{}", pty.screen());
    assert_eq!(fs::read_to_string(&output).unwrap(), secret_of_alice);
}

#[test]
fn what_the_real_age_protected_is_read_here() {
    if !have("age") {
        return;
    }
    let env = Env::new();
    env.create("alice");
    let secret_of_alice = secret(&env.akm(&EXPORT));
    let place = env.home().join("secrets/identity.txt");
    let plain = env.path("plain");
    fs::copy(&place, &plain).unwrap();
    for options in [&["-p"][..], &["-p", "-a"]] {
        fs::remove_file(&place).unwrap();
        let args = [
            options,
            &["-o", place.to_str().unwrap(), plain.to_str().unwrap()],
        ]
        .concat();
        let mut pty = Pty::run(&env, "age", &args);
        pty.see("passphrase").hides().send(PASSPHRASE).send("\n");
        pty.see("onfirm").hides().send(PASSPHRASE).send("\n");
        assert_eq!(pty.wait().code(), 0, "{}", pty.screen());
        fs::set_permissions(&place, PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(state(&env)["state"], "protected");
        assert_eq!(with(&env, "wrong").akm(&EXPORT).code, 5);
        assert_eq!(
            secret(&with(&env, PASSPHRASE).akm(&EXPORT)),
            secret_of_alice
        );
    }
    // An identity that is there before akm is taken, its recipient learnt, and none made anew.
    let before = identity(&env);
    fs::remove_file(env.home().join("config.toml")).unwrap();
    assert_eq!(env.akm(&["create", "--ram-user", "bob"]).code, 5);
    assert_eq!(
        with(&env, PASSPHRASE)
            .akm(&["create", "--ram-user", "bob"])
            .code,
        0
    );
    assert_eq!(identity(&env), before);
}

#[test]
fn kept_unlocked_in_the_kernel_for_a_while() {
    let (env, secret_of_alice) = protected();
    let new = file(&env, "new", PASSPHRASE);
    let protect = [
        "store",
        "protect",
        "--new-passphrase-file",
        &new,
        "--for",
        "5s",
    ];
    let ran = with(&env, PASSPHRASE).akm(&protect);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    if ran.stderr.contains("the kernel keyring cannot be used") {
        let line = b"skipped: the kernel keyring cannot be used here\n";
        return std::io::stderr().write_all(line).unwrap();
    }
    ran.said(
        &[],
        0,
        "",
        "Passphrase set. Unlocked until <TIME>, and for 5s after each time it is given.\n",
    );
    assert_eq!(state(&env)["state"], "unlocked");
    let until = state(&env)["unlocked_until"].as_str().unwrap().to_owned();
    assert!(ran.stderr.contains(&until), "{until}");
    assert_eq!(secret(&env.akm(&EXPORT)), secret_of_alice);
    // The passphrase is asked for by whoever changes it, unlocked or not.
    assert_eq!(env.akm(&["store", "protect", "--remove"]).code, 5);
    std::thread::sleep(std::time::Duration::from_millis(6500));
    assert_eq!(state(&env)["state"], "protected");
    assert_eq!(env.akm(&EXPORT).code, 5);
    assert_eq!(with(&env, PASSPHRASE).akm(&EXPORT).code, 0);
    assert_eq!(state(&env)["state"], "unlocked");
    let ended = [
        "store",
        "protect",
        "--new-passphrase-file",
        &new,
        "--for",
        "0s",
    ];
    assert_eq!(with(&env, PASSPHRASE).akm(&ended).code, 0);
    assert_eq!(state(&env)["state"], "protected");
    let config = fs::read_to_string(env.home().join("config.toml")).unwrap();
    assert!(!config.contains("unlock_for"), "{config}");
}

#[test]
fn how_long_it_stays_unlocked_is_changed_without_a_new_passphrase() {
    const UNCHANGED: &str = "Passphrase unchanged.";
    let (env, _) = protected();
    let before = identity(&env);
    let half_an_hour = ["store", "protect", "--for", "30m"];
    let unlock_for = || env.akm(&["store", "status", "--json"]).json()["unlock_for"].clone();
    assert_eq!(
        env.akm(&half_an_hour).code,
        5,
        "nobody gives the passphrase"
    );
    assert!(unlock_for().is_null());
    let ran = with(&env, PASSPHRASE).akm(&half_an_hour);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(ran.stderr.contains(UNCHANGED), "{}", ran.stderr);
    assert_eq!(unlock_for(), "30m");
    if !ran.stderr.contains("the kernel keyring cannot be used") {
        assert_eq!(state(&env)["state"], "unlocked");
    }
    // It is locked again by whoever has it unlocked.
    let locked = env.akm(&["store", "protect", "--for", "0s"]);
    let said = format!("{UNCHANGED} It is asked for each time.\n");
    locked.said(&[], 0, "", &said);
    assert!(unlock_for().is_null());
    assert_eq!(state(&env)["state"], "protected");
    let mut pty = Pty::akm(&env, &half_an_hour);
    pty.see(ASKS).hides().send(PASSPHRASE).send("\n");
    pty.see(UNCHANGED);
    assert_eq!(pty.wait().code(), 0);
    assert!(!pty.screen().contains("new passphrase"), "{}", pty.screen());
    assert_eq!(unlock_for(), "30m");
    assert_eq!(identity(&env), before);
    assert_eq!(env.akm(&["store", "protect", "--for", "0s"]).code, 0);
}

#[test]
fn where_the_kernel_keeps_nothing_that_is_said_and_it_is_asked_for_each_time() {
    if !have("strace") {
        return;
    }
    let (env, secret_of_alice) = protected();
    let new = file(&env, "new", PASSPHRASE);
    let refused = |args: &[&str], given: bool| {
        let mut command = Command::new("strace");
        let log = env.path("strace");
        command.args([
            "-f",
            "-o",
            log.to_str().unwrap(),
            "-e",
            "trace=keyctl,add_key",
        ]);
        command.args([
            "-e",
            "inject=keyctl,add_key:error=EPERM",
            env!("CARGO_BIN_EXE_akm"),
        ]);
        command.args(args);
        env.dress(&mut command);
        if given {
            command.env("AKM_PASSPHRASE_FILE", env.path("new"));
        }
        let ran = Ran::from(command.output().unwrap());
        let log = fs::read_to_string(log).unwrap();
        assert!(log.contains("EPERM") && log.contains("INJECTED"), "{log}");
        ran
    };
    let note = "note: the kernel keyring cannot be used: the system does not permit it; the passphrase is needed each time\n";
    let protect = [
        "store",
        "protect",
        "--new-passphrase-file",
        &new,
        "--for",
        "5m",
    ];
    refused(&protect, true).said(&[], 0, "", &format!("{note}Passphrase set.\n"));
    let export = refused(&EXPORT, true);
    assert_eq!(secret(&export), secret_of_alice);
    assert!(export.stderr.starts_with(note), "{}", export.stderr);
    assert_eq!(refused(&EXPORT, false).code, 5);
    let status = refused(&["store", "status", "--json"], false).json();
    assert_eq!(
        (&status["unlock_for"], &status["stores"][0]["state"]),
        (&"5m".into(), &"protected".into())
    );
}

#[test]
fn killed_at_any_moment_the_identity_is_whole() {
    if !have("strace") {
        return;
    }
    let env = Env::new();
    env.create("alice");
    let plain = identity(&env);
    let passphrase = file(&env, "passphrase", PASSPHRASE);
    let folder = env.home().join("secrets");
    let mut killed = 0;
    for call in ["unlink", "openat", "write", "fdatasync", "rename", "fsync"] {
        let log = env.path("strace");
        let mut command = Command::new("strace");
        command.args(["-f", "-o", log.to_str().unwrap()]);
        command.arg("-P").arg(&folder);
        for file in ["identity.txt", ".identity.txt.tmp"] {
            command.arg("-P").arg(folder.join(file));
        }
        let inject = format!("inject={call}:signal=KILL");
        command.args(["-e", &format!("trace={call}"), "-e", &inject]);
        command.args([env!("CARGO_BIN_EXE_akm"), "store", "protect"]);
        env.dress(&mut command);
        command.env("AKM_PASSPHRASE_FILE", &passphrase);
        killed += i32::from(command.output().unwrap().status.code().is_none());
        let state = state(&env)["state"].as_str().unwrap().to_owned();
        if identity(&env) == plain {
            assert_eq!(state, "open", "{call}");
        } else {
            assert_eq!(state, "protected", "{call}");
            let ran = with(&env, PASSPHRASE).akm(&["store", "protect", "--remove"]);
            assert_eq!(ran.code, 0, "{}", ran.stderr);
        }
        assert_eq!(identity(&env), plain);
    }
    assert_eq!(killed, 6);
}

#[test]
fn status_tells_all_and_changes_nothing() {
    let env = Env::new();
    env.akm(&["store", "status"]).said(&[], 0, "STORE  STATE   SECRETS  RECIPIENT\nage    unused  0        -          new secrets go here\n", "");
    assert!(!env.home().exists());
    Env::bare().akm(&["store", "status"]).said(
        &[],
        0,
        "STORE  STATE  SECRETS  RECIPIENT\n",
        "note: no store is chosen yet: the first secret that has to be kept chooses one\n",
    );
    env.create("alice");
    env.create("alice");
    env.create("bob");
    let before = env.files();
    let status = env.akm(&["store", "status", "--json"]).json();
    let row = &status["stores"][0];
    let expected = serde_json::json!({
        "store": "age", "unlock_for": null, "stores": [{
            "kind": "age", "chosen": true, "state": "open", "cause": null, "unlocked_until": null,
            "recipient": row["recipient"], "secrets": 3,
        }]
    });
    assert_eq!(status, expected);
    assert!(row["recipient"].as_str().unwrap().starts_with("age1"));
    assert_eq!(env.files(), before);
    fs::remove_file(env.home().join("secrets/identity.txt")).unwrap();
    assert_eq!(state(&env)["state"], "absent");
    fs::write(env.home().join("secrets/identity.txt"), "x").unwrap();
    assert_eq!(state(&env)["state"], "failed");
    let keyring = Env::bare().with("AKM_STORE", "keyring");
    keyring.akm(&["store", "protect"]).said(&[], 2, "", "error: secrets are saved in the store `keyring`, which has no passphrase of akm's: only the identity of the store `age` takes one\n");
    let none = Env::new().akm(&["store", "protect"]);
    none.said(&[], 5, "", "error: there is no `age` identity yet\nhint: the first secret makes one: `AKM_STORE=age akm create --ram-user NAME`\n");
}

#[cfg(feature = "server")]
#[test]
fn ctrl_c_ends_akm_after_a_passphrase_was_typed() {
    let env = Env::new();
    let serving = crate::support::serving::Serving::start(&env, &["--latency", "2s"]);
    serving.add_profile(&env, "dev");
    let ran = with(&env, PASSPHRASE).akm(&["store", "protect"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut pty = Pty::akm(&env, &["list", "--refresh"]);
    pty.see(ASKS).hides().send(&format!("{PASSPHRASE}\n"));
    pty.see("\n");
    std::thread::sleep(std::time::Duration::from_secs(2));
    let id = pty.id().to_string();
    let kill = Command::new("kill").args(["-s", "INT", &id]).status();
    assert!(kill.unwrap().success());
    assert_eq!(pty.wait().code(), 130);
}
