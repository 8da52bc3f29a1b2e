//! akm killed before every system call that changes something, a file or the cloud, against a served sandbox; then recovered, and
//! compared with what the server has. Here a create whose answer nobody has may yet be executed, as in the real cloud.

use crate::support::env::{Env, have};
use crate::support::kill_served::{
    EXPIRY, after_got, broken, each, recovered, resolved, settled, undecided,
};
use crate::support::served::Served;
use crate::support::strace::Call;
use crate::support::truth::{self};
use std::cell::Cell;

fn has_journal(env: &Env) -> bool {
    env.journal_of("alice").exists()
}

#[test]
fn a_create() {
    if !have("strace") {
        return;
    }
    let (mut served, args) = (Served::start(), ["create", "--ram-user", "alice"]);
    let (unknown, suspects) = (Cell::new(0), Cell::new(0));
    each(&mut served, &args, 55, |served, point| {
        let env = &served.env;
        let killed = has_journal(env).then(|| served.keep());
        let state = recovered(env, &args, point);
        suspects.set(suspects.get() + state.suspects.len());
        resolved(env, &state, point);
        let made = truth::live_of(env, "alice").len();
        assert!(made <= 1, "{point}");
        let ran = env.akm(&args);
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
        settled(env, made + 1, point);
        // The same command without `recover` ends it, and makes no second.
        let Some(killed) = killed else { return };
        served.put_back(&killed);
        let ran = env.akm(&args);
        if ran.code == 7 {
            unknown.set(unknown.get() + 1);
            return undecided(env, &args, &ran, point);
        }
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
        let state = settled(env, 1, point);
        let id = ran.stdout.trim();
        assert!(state.live.iter().any(|pair| pair.id == id), "{point}");
    });
    // From the intent to what was got: of these, not one was known to have been sent, or not to have been.
    assert!(unknown.get() >= 4 && suspects.get() >= 1);
}

/// A killed rotation: a pair that works stays at every moment; recovered and done again, one works and the old one is gone.
#[test]
fn a_rotation() {
    if !have("strace") {
        return;
    }
    let args = ["rotate", "--ram-user", "alice", "--delete-old"];
    let mut served = Served::start();
    served.env.create("alice");
    each(&mut served, &args, 80, |served, point| {
        let env = &served.env;
        truth::one_works_for(env, "alice", point);
        let begun = begun(env);
        let killed = begun.as_ref().map(|_| served.keep());
        let state = recovered(env, &args, point);
        truth::one_works_for(env, "alice", point);
        resolved(env, &state, point);
        rotated(env, &args, point);
        let (Some(killed), Some(id)) = (killed, begun) else {
            return;
        };
        served.put_back(&killed);
        assert_eq!(rotated(env, &args, point), id, "{point}: rotated twice");
    });
}

/// The same command: one pair is left, and it works.
fn rotated(env: &Env, args: &[&str], point: &str) -> String {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    let state = settled(env, 1, point);
    assert_eq!(state.open, [""; 0], "{point}");
    let live = truth::live_of(env, "alice");
    assert!(live[0].active && live[0].id == ran.stdout.trim(), "{point}");
    live[0].id.clone()
}

/// The pair that the journal has got, if any.
fn begun(env: &Env) -> Option<String> {
    let text = std::fs::read_to_string(env.journal_of("alice")).ok()?;
    let got = text.split_once("{\"got\":{\"access_key_id\":\"")?.1;
    Some(got.split_once('"')?.0.to_owned())
}

/// What is due of a rotation, killed: the old pair is disabled, and later deleted, once each.
#[test]
fn what_is_due() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    let old = served.env.create("alice");
    let new = served.done(&["rotate", "--ram-user", "alice", "--overlap", "2d"]);
    for (left, at_least) in [(2, 20), (1, 22)] {
        served.env.days_pass_for("alice", 3);
        let args = ["rotate", "--ram-user", "alice", "--finish"];
        each(&mut served, &args, at_least, |served, point| {
            let env = &served.env;
            truth::one_works_for(env, "alice", point);
            let killed = served.keep();
            for args in [&args[..], &["recover"]] {
                served.put_back(&killed);
                let ran = env.akm(args);
                assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
                settled(env, left, point);
                let active = |id: &str| {
                    let live = truth::live_of(env, "alice");
                    live.iter().find(|pair| pair.id == id).map(|it| it.active)
                };
                let retired = (left == 2).then_some(false);
                assert_eq!((active(&new), active(&old)), (Some(true), retired));
            }
        });
    }
}

/// A killed deletion: the pair is there with its secret, or gone; the same command ends it.
#[test]
fn a_deletion() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    let (id, stays) = (served.env.create("alice"), served.env.create("alice"));
    let args = ["delete", &id, "--force", "-y"];
    each(&mut served, &args, 40, |served, point| {
        let env = &served.env;
        assert_eq!(env.akm(&["recover"]).code, 0, "{point}");
        let state = truth::check(env, point);
        let shown = state.rows.iter().any(|row| row["access_key_id"] == *id);
        let ran = env.akm(&args);
        let code = if shown { 0 } else { 3 };
        assert_eq!(ran.code, code, "{point}: {}", ran.stderr);
        settled(env, 1, point);
        assert_eq!(truth::live_of(env, "alice")[0].id, stays, "{point}");
        assert!(truth::rests(env, &id), "{point}: the bin's secret is lost");
    });
}

/// A killed import: nothing is claimed that is not held, and the same import ends it.
#[test]
fn an_import() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    let file = served.lose_the_secret_of("alice");
    let csv = std::fs::read_to_string(&file).unwrap();
    let args = ["import", &file];
    each(&mut served, &args, 28, |served, point| {
        let env = &served.env;
        assert_eq!(env.akm(&["recover"]).code, 0, "{point}");
        assert_eq!(env.akm(&args).code, 0, "{point}");
        settled(env, 1, point);
        let export = env.akm(&["export", "--ram-user", "alice", "--csv", "-"]);
        assert_eq!(export.stdout, csv, "{point}");
    });
}

/// The `nth` answer that the command waits for.
fn waits(nth: usize) -> impl Fn(&[Call]) -> usize {
    move |points| {
        let waits = |(_, call): &(usize, &Call)| call.name == "recvfrom";
        points.iter().enumerate().filter(waits).nth(nth).unwrap().0
    }
}

/// The recovery of a create, killed: of one that is known to be made, and of one whose answer nobody has, before and after it has expired.
#[test]
fn the_recovery_of_a_create() {
    if !have("strace") {
        return;
    }
    let args = ["create", "--ram-user", "alice"];
    let mut served = Served::start();
    broken(&mut served, &args, after_got);
    each(&mut served, &["recover"], 25, |served, point| {
        let env = &served.env;
        assert_eq!(env.akm(&["recover"]).code, 0, "{point}");
        settled(env, 1, point);
    });
    let mut served = Served::start();
    let begin = served.keep();
    // A server that is told to end may not have read the request yet.
    for _ in 0..5 {
        served.put_back(&begin);
        broken(&mut served, &args, waits(2));
        if truth::live_of(&served.env, "alice").len() == 1 {
            break;
        }
    }
    assert_eq!(truth::live_of(&served.env, "alice").len(), 1);
    let unknown = served.env.akm(&["recover"]);
    undecided(&served.env, &args, &unknown, "before it has expired");
    served.env.time_passes_for("alice", EXPIRY);
    each(&mut served, &["recover"], 18, |served, point| {
        let state = recovered(&served.env, &args, point);
        assert_eq!((state.suspects.len(), state.open.len()), (1, 0), "{point}");
    });
}

#[test]
fn the_recovery_of_a_rotation() {
    if !have("strace") {
        return;
    }
    let args = ["rotate", "--ram-user", "alice", "--delete-old"];
    let mut served = Served::start();
    served.env.create("alice");
    broken(&mut served, &args, after_got);
    each(&mut served, &["recover"], 50, |served, point| {
        truth::one_works_for(&served.env, "alice", point);
        assert_eq!(served.env.akm(&["recover"]).code, 0, "{point}");
        settled(&served.env, 1, point);
    });
}
