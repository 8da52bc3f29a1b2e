//! Runs against a served sandbox that are killed before each call, and what recovers from it.

use crate::support::env::{Env, Ran, named};
use crate::support::kill_points::{CHANGING, HARMLESS, among};
use crate::support::served::Served;
use crate::support::strace::count;
use crate::support::strace::{self, Call};
use crate::support::truth::{self, State};
use chrono::TimeDelta;

/// What sends, and what waits for an answer: a signal before that leaves the server with a request that nobody waits for.
pub(crate) const SPEAKING: &str = "connect sendto recvfrom";

pub(crate) const HARMLESS_TOO: &str = "bind clone3 epoll_create1 epoll_ctl epoll_wait eventfd2 getsockname listen setsockopt socket socketpair";

/// Calls whose number does not depend on when other threads run.
pub(crate) const STEADY: &str = "close fcntl geteuid getdents64 lseek newfstatat read statx unlink";

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
pub(crate) fn before(calls: &[Call], at: usize) -> Call {
    let is_first = |place: &usize| {
        let call = &calls[*place];
        let same = |other: &Call| (&other.name, other.number) == (&call.name, call.number);
        (*place == at || among(STEADY, call)) && !calls[..*place].iter().any(same)
    };
    let from = calls[..at].iter().rposition(changes).map_or(0, |it| it + 1);
    let place = (from..=at).rev().find(is_first);
    calls[place.unwrap_or_else(|| panic!("which {}?", calls[at]))].clone()
}

pub(crate) fn changes(call: &Call) -> bool {
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
        count("killed, served", points.len(), args);
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
pub(crate) fn killed(served: &mut Served, call: &Call, args: &[&str]) -> bool {
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
pub(crate) fn undecided(env: &Env, args: &[&str], ran: &Ran, point: &str) {
    const TOLD: &str = "error: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
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
