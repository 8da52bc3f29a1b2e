//! Every system call of akm made to fail, once or from then on: never a panic, never a success that is none, nothing lost.

use crate::support::env::{Env, Ran, have};
use crate::support::strace::count;
use crate::support::strace::{self, Call};
use crate::support::strikes::{begun, share, strikes};
use crate::support::truth;
use base64::prelude::{BASE64_STANDARD, Engine};
use std::os::unix::fs::PermissionsExt;

/// The calls of a run that are made to fail: those after the program has begun, which the call that hardens it tells.
fn calls(env: &Env, args: &[&str]) -> Vec<Call> {
    begun(&strace::calls(&truth::copied(env), args, 0)).to_vec()
}

/// Runs the command once for every strike, each in a fresh copy, and hands over what came of it.
fn each(env: &Env, args: &[&str], at_least: usize, look: impl Fn(&Env, &Ran, &str)) {
    let (calls, mut number) = (calls(env, args), 0);
    // A rotation makes many calls.
    for strike in strikes(&calls, args[0] != "rotate") {
        let (copy, call) = (truth::copied(env), strike.call);
        let extent = if strike.lasting { "+" } else { "" };
        let error = strike.error;
        let what = format!("{}:error={error}:when={}{extent}", call.name, call.number);
        let point = format!("`akm {}` with {what}: {}", args.join(" "), call.line);
        // A cloud that stays away is asked for 90 s whether a new pair works: nobody waits for the next try.
        let faults = [what, "clock_nanosleep:retval=0".to_owned()];
        let ran = strace::faulty(&copy, &faults, args);
        let known = [0, 1, 4, 5, 6, 7, 8].contains(&ran.code);
        assert!(known && !ran.stderr.contains("defect"), "{point}: {ran:?}");
        look(&copy, &ran, &point);
        number += 1;
    }
    assert!(number >= at_least / share(), "only {number} points");
    count("errors", number, args);
}

/// With the fault gone: `recover` ends what can be ended, and the invariants hold. What was called done is done.
fn mended(env: &Env, ran: &Ran, point: &str) -> truth::State {
    mended_but(env, None, ran, point)
}

/// The same where the secret of `lost` was not held when the test began.
fn mended_but(env: &Env, lost: Option<&str>, ran: &Ran, point: &str) -> truth::State {
    if ran.code == 0 {
        let state = truth::check_but(env, lost, point);
        state.agreed(point);
        assert!(state.suspects.is_empty(), "{point}: {ran:?}: {state:?}");
    }
    let recover = env.akm(&["recover"]);
    assert_eq!(recover.code, 0, "{point}: {}\n{ran:?}", recover.stderr);
    let state = truth::check_but(env, lost, &format!("{point}\n{ran:?}"));
    state.agreed(point);
    let waits = |what: &String| truth::RESTING.contains(&what.as_str());
    assert!(state.open.iter().all(waits), "{point}: {state:?}");
    state
}

/// A `create` where `before` pairs were.
fn a_create(env: &Env, before: usize, ran: &Ran, point: &str) {
    let made = truth::live(env).len() - before;
    assert!(made <= 1, "{point}");
    let state = mended(env, ran, point);
    if ran.code == 0 {
        state.settled(before + 1, point);
    } else if made == 1 && ran.code != 8 {
        // The pair is held and only could not be handed out: the same command would make another, so the pair is named.
        state.settled(before + 1, point);
        let named = state
            .live
            .iter()
            .any(|pair| format!("{ran:?}").contains(&pair.id));
        let deaf = point.contains("write:error=");
        assert!(named || deaf, "{point}: a pair was made: {ran:?}");
    }
}

#[test]
fn a_first_create() {
    if !have("strace") {
        return;
    }
    let args = ["create", "--ram-user", "alice"];
    each(
        &Env::light().without_overlap(),
        &args,
        250,
        |env, ran, point| {
            a_create(env, 0, ran, point);
        },
    );
}

#[test]
fn a_second_create_with_a_csv() {
    if !have("strace") {
        return;
    }
    let (env, args) = (
        Env::light().without_overlap(),
        ["create", "--ram-user", "alice", "--csv", "new.csv"],
    );
    env.create("alice");
    each(&env, &args, 200, |env, ran, point| {
        a_create(env, 1, ran, point);
    });
}

#[test]
fn a_rotation_that_deletes() {
    if !have("strace") {
        return;
    }
    let args = [
        "rotate",
        "--ram-user",
        "alice",
        "--overlap",
        "0s",
        "--delete-old",
    ];
    let env = Env::light().without_overlap();
    env.create("alice");
    each(&env, &args, 300, |env, ran, point| {
        truth::one_works(env, point);
        let state = mended(env, ran, point);
        truth::one_works(env, point);
        if ran.code == 0 {
            state.settled(1, point);
        }
    });
}

/// A change of a pair's status that fails half way: what the cloud has is written down by a refresh, and the same command ends it.
fn a_change(env: &Env, args: &[&str], at_least: usize, look: impl Fn(&Env, &Ran, &str)) {
    each(env, args, at_least, |env, ran, point| {
        if ran.code != 0 {
            let refresh = env.akm(&["list", "--refresh"]);
            assert_eq!(refresh.code, 0, "{point}: {}", refresh.stderr);
        }
        mended(env, ran, point);
        look(env, ran, point);
    });
}

#[test]
fn a_disabling() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let id = env.create("alice");
    let args = ["disable", &id, "--force"];
    a_change(&env, &args, 40, |env, ran, point| {
        let active = truth::live(env)[0].active;
        assert!(ran.code != 0 || !active, "{point}");
        assert_eq!(env.akm(&args).code, 0, "{point}");
        assert!(!truth::live(env)[0].active, "{point}");
    });
}

#[test]
fn a_restoring() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let id = env.create("alice");
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    let args = ["restore", &id];
    a_change(&env, &args, 60, |env, ran, point| {
        let live = truth::live(env);
        assert!(live.iter().all(|pair| !pair.active), "{point}: {ran:?}");
        assert!(ran.code != 0 || live.len() == 1, "{point}");
        let code = if live.is_empty() { 0 } else { 4 };
        assert_eq!(env.akm(&args).code, code, "{point}");
        truth::check(env, point).settled(1, point);
    });
}

#[test]
fn an_export() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let id = env.create("alice");
    let csv = env.copied().akm(&["export", &id, "--csv", "-"]).stdout;
    let args = ["export", &id, "--csv", "new.csv"];
    each(&env, &args, 40, |env, ran, point| {
        let text = std::fs::read_to_string(env.path("new.csv")).ok();
        assert!(ran.code != 0 || text.is_some(), "{point}");
        assert!(text.is_none_or(|text| text == csv), "{point}");
        assert!(!env.path(".new.csv.akm.tmp").exists(), "{point}");
        mended(env, ran, point).settled(1, point);
    });
}

#[test]
fn an_import() {
    if !have("strace") {
        return;
    }
    let (env, csv) = crate::recovery::killed::lost();
    let file = env.path("pairs.csv");
    std::fs::write(&file, &csv).unwrap();
    let (lost, args) = (
        truth::live(&env)[0].id.clone(),
        ["import", file.to_str().unwrap()],
    );
    each(&env, &args, 60, |env, ran, point| {
        let state = mended_but(env, Some(&lost), ran, point);
        assert!(
            ran.code != 0 || state.rows[0]["secret"] == "stored",
            "{point}"
        );
        assert_eq!(env.akm(&args).code, 0, "{point}");
        truth::check(env, point).settled(1, point);
    });
}

#[test]
fn a_rollback() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    env.create("alice");
    let rotate = ["rotate", "--ram-user", "alice", "--overlap", "0s"];
    assert_eq!(env.akm(&rotate).code, 0);
    let args = ["rotate", "--ram-user", "alice", "--rollback"];
    each(&env, &args, 100, |env, ran, point| {
        truth::one_works(env, point);
        mended(env, ran, point);
        truth::one_works(env, point);
    });
}

#[test]
fn a_leak() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let id = env.create("alice");
    env.create("alice");
    let args = ["rotate", "--ram-user", "alice", "--leaked", &id];
    each(&env, &args, 100, |env, ran, point| {
        truth::one_works(env, point);
        let state = mended(env, ran, point);
        if ran.code == 0 {
            state.settled(1, point);
        }
    });
}

/// Where the secret cannot be written into the journal, the store is the second try; the journal's later records make sense all
/// the same.
#[test]
fn the_store_is_the_second_try() {
    if !have("strace") {
        return;
    }
    for (fault, extent) in [("pwrite64", ""), ("pwrite64", "+"), ("fdatasync", "")] {
        let env = Env::light().without_overlap();
        env.create("alice");
        let args = ["rotate", "--ram-user", "alice", "--overlap", "0s"];
        let calls = calls(&env, &args);
        let got = calls
            .iter()
            .position(|call| call.name == "pwrite64")
            .unwrap();
        let failing = calls[got..].iter().find(|call| call.name == fault).unwrap();
        let what = format!("{fault}:error=EIO:when={}{extent}", failing.number);
        let ran = strace::faulty(&env, std::slice::from_ref(&what), &args);
        assert!(
            ran.stderr.contains("; the secret is in the store\n"),
            "{what}: {ran:?}"
        );
        assert_eq!(
            ran.code,
            if extent == "+" { 8 } else { 0 },
            "{what}: {ran:?}"
        );
        truth::one_works(&env, &what);
        let again = env.akm(&args);
        assert_eq!(again.code, 0, "{what}: {again:?}");
        truth::check(&env, &what).settled(2, &what);
        if extent.is_empty() {
            assert_eq!(again.stdout, ran.stdout, "{what}");
        }
    }
}

/// Where neither takes it, the sealed text in the error is the third try, and opens with `age` alone.
#[test]
fn the_error_is_the_third_try() {
    if !have("strace") || !have("age") {
        return;
    }
    for (extent, journal) in [("", "EIO"), ("+", "ENOSPC")] {
        let (env, args) = (
            Env::light().without_overlap(),
            ["create", "--ram-user", "alice"],
        );
        let first = env.create("alice");
        let calls = calls(&env, &args);
        let put = |call: &&Call| call.name == "rename" && call.line.contains("/secrets/LTAI");
        let put = calls.iter().find(put).unwrap();
        let faults = [
            format!("pwrite64:error={journal}:when=1"),
            format!("rename:error=EIO:when={}{extent}", put.number),
        ];
        let ran = strace::faulty(&env, &faults, &args);
        assert_eq!((ran.code, ran.stdout.as_str()), (8, ""), "{}", ran.stderr);
        let sealed = ran.stderr.trim_end().rsplit(' ').next().unwrap().to_owned();
        let listed = env.akm(&["recover", "--list"]).stdout;
        assert!(listed.contains("create-unanswered"), "{listed}");
        let (made, opened) = (new(&env, &first), opened(&env, &sealed));
        assert!(ran.stderr.contains(&format!("`{made}`")), "{}", ran.stderr);
        assert!(!ran.stderr.contains(&opened));
        // Back in its place, it is taken for what it is.
        let path = env.home().join(format!("secrets/{made}.age"));
        std::fs::write(&path, BASE64_STANDARD.decode(sealed).unwrap()).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).unwrap();
        assert_eq!(env.akm(&["recover"]).code, 0);
        truth::check(&env, "put back").settled(2, "put back");
        let csv = env.akm(&["export", &made, "--csv", "-"]).stdout;
        assert!(csv.ends_with(&format!("{made},{opened}\n")));
    }
}

/// The pair of the sandbox that is not the first one.
fn new(env: &Env, first: &str) -> String {
    let mut pairs = truth::live(env).into_iter();
    pairs.find(|pair| pair.id != first).unwrap().id
}

/// What `base64 -d | age -d -i secrets/identity.txt` makes of the text.
fn opened(env: &Env, sealed: &str) -> String {
    let mut shell = std::process::Command::new("sh");
    shell.args([
        "-c",
        "printf %s \"$1\" | base64 -d | age -d -i home/secrets/identity.txt",
        "sh",
        sealed,
    ]);
    env.dress(&mut shell);
    let ran = Ran::from(shell.output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}
