//! akm killed before every system call that changes something, a file or the cloud, against a served sandbox; then recovered, and
//! compared with what the server has. Here a create whose answer nobody has may yet be executed, as in the real cloud.

use crate::env::{Env, Ran, have, named};
use crate::killed::{CHANGING, HARMLESS, among};
use crate::served::Served;
use crate::strace::{self, Call};
use crate::truth::{self, State};
use chrono::TimeDelta;
use std::cell::Cell;

/// What sends, and what waits for an answer: a signal before that leaves the server with a request that nobody waits for.
const SPEAKING: &str = "connect sendto recvfrom";
const HARMLESS_TOO: &str = "bind clone3 epoll_create1 epoll_ctl epoll_wait eventfd2 getsockname listen setsockopt socket socketpair";

/// Calls whose number does not depend on when other threads run.
const STEADY: &str = "close fcntl geteuid getdents64 lseek newfstatat read statx unlink";

/// Where to kill a run: before each call that changes something and is not refused, up to where another program is started.
pub(crate) fn points(env: &Env, args: &[&str]) -> Vec<Call> {
    let mut calls = strace::calls(env, args, 0);
    let starts = |call: &Call| call.name == "execve" && !(call.first_thread && call.number == 1);
    calls.truncate(calls.iter().position(starts).unwrap_or(calls.len()));
    for call in &calls {
        let known = [CHANGING, HARMLESS, SPEAKING, HARMLESS_TOO]
            .iter()
            .any(|names| among(names, call));
        assert!(known, "is `{}` harmless?", call.name);
    }
    let places = (0..calls.len()).filter(|at| changes(&calls[*at]));
    places.map(|at| before(&calls, at)).collect()
}

/// The call to kill a run at, so that it does not make the one at this place, and has made all changes before. The signal comes with
/// the first call of a name and number, whichever thread makes it; where another thread's is meant by those, it comes a little earlier.
fn before(calls: &[Call], at: usize) -> Call {
    let is_first = |place: &usize| {
        let call = &calls[*place];
        let same = |other: &Call| (&other.name, other.number) == (&call.name, call.number);
        (*place == at || among(STEADY, call)) && !calls[..*place].iter().any(same)
    };
    let from = calls[..at].iter().rposition(changes).map_or(0, |it| it + 1);
    let place = (from..=at).rev().find(is_first);
    calls[place.unwrap_or_else(|| panic!("which {}?", calls[at]))].clone()
}

fn changes(call: &Call) -> bool {
    let refused = call.line.contains(" = -1 ") && call.name != "connect";
    let opens = call.name == "openat" && !call.line.contains("O_CREAT");
    (among(CHANGING, call) || among(SPEAKING, call)) && !refused && !opens
}

/// Kills the command at every point, each in the same home, and hands over what is left.
pub(crate) fn each(
    served: &mut Served,
    args: &[&str],
    at_least: usize,
    look: impl Fn(&Served, &str),
) {
    let begin = served.keep();
    let mut done = false;
    // A run that came to its end had another number of calls than the first one: an answer that came late, for instance.
    for _ in 0..3 {
        served.put_back(&begin);
        let points = points(&served.env, args);
        assert!(points.len() >= at_least, "only {} points", points.len());
        done = points.iter().all(|call| {
            served.put_back(&begin);
            let killed = killed(served, call, args);
            if killed {
                look(
                    served,
                    &format!("`akm {}` killed at {call}", args.join(" ")),
                );
            }
            killed
        });
        if done {
            break;
        }
    }
    assert!(done, "three times a run came to its end");
}

/// Whether the run was killed at the call.
fn killed(served: &mut Served, call: &Call, args: &[&str]) -> bool {
    let killed = strace::kills(&served.env, call, args);
    // The server may still be at work on what it was asked.
    if call.name == "recvfrom" {
        served.restart();
    }
    killed
}

/// Long after the last moment at which a request can be executed.
pub(crate) const EXPIRY: TimeDelta = TimeDelta::minutes(22);

/// `recover`, the invariants, and no create left open. One whose answer nobody has is told, and waits until it has expired.
pub(crate) fn recovered(env: &Env, args: &[&str], point: &str) -> State {
    let mut ran = env.akm(&["recover"]);
    if ran.code == 7 {
        undecided(env, args, &ran, point);
        env.time_passes_for("alice", EXPIRY);
        ran = env.akm(&["recover"]);
    }
    assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    let state = truth::check(env, point);
    state.agreed(point);
    let waits = |what: &String| ["rotation (overlap)", "rotation (grace)"].contains(&what.as_str());
    assert!(state.open.iter().all(waits), "{point}: {state:?}");
    state
}

/// Nothing is claimed, nothing lost, and the same command makes no other.
fn undecided(env: &Env, args: &[&str], ran: &Ran, point: &str) {
    const TOLD: &str = "akm: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
                        hint: run `akm recover` after <TIME>\n";
    assert!(
        named(&ran.stderr, &[]).ends_with(TOLD),
        "{point}: {}",
        ran.stderr
    );
    let state = truth::check(env, point);
    assert_eq!(state.open, ["create-unanswered"], "{point}");
    let again = env.akm(args);
    assert_eq!((again.code, again.stdout.as_str()), (7, ""), "{point}");
    assert!(named(&again.stderr, &[]).ends_with(TOLD), "{point}");
    assert_eq!(truth::live(env), state.live, "{point}");
}

/// Resolves suspects as a person would who knows that nobody else was at work.
pub(crate) fn resolved(env: &Env, state: &State, point: &str) {
    for id in &state.suspects {
        let ran = env.akm(&["delete", id, "--force", "-y"]);
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    }
}

/// All that alice has is held and works, and so is the signer's.
#[track_caller]
pub(crate) fn settled(env: &Env, pairs: usize, point: &str) -> State {
    let state = truth::check(env, point);
    state.settled(pairs + 1, point);
    state
}

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

pub(crate) fn after_got(points: &[Call]) -> usize {
    points
        .iter()
        .position(|call| call.name == "pwrite64")
        .unwrap()
        + 1
}

/// Kills `args` at one of its points, and keeps what that leaves.
pub(crate) fn broken(served: &mut Served, args: &[&str], at: impl Fn(&[Call]) -> usize) {
    let begin = served.keep();
    let points = points(&served.env, args);
    served.put_back(&begin);
    assert!(killed(served, &points[at(&points)], args));
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
