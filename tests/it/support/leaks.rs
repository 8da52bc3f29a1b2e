//! Leaked pairs: what a person does with one, and what is left.

use crate::support::env::{Env, Ran, named};
use crate::support::strace::{Call, calls, killed};
use crate::support::truth;

pub(crate) const ROTATE: [&str; 3] = ["rotate", "--ram-user", "alice"];

#[track_caller]
pub(crate) fn done(env: &Env, args: &[&str]) -> String {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    ran.stdout.trim().to_owned()
}

/// What a command said after it named the sandbox or the endpoint.
pub(crate) fn said(ran: &Ran, ids: &[&str]) -> String {
    let lines = ran.stderr.lines();
    let lines = lines
        .filter(|line| !line.contains("this is the sandbox") && !line.contains("the endpoint is"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    named(&text, ids)
}

/// Kills the command when it is about to make the call that `chosen` picks.
pub(crate) fn cut(env: &Env, args: &[&str], chosen: impl Fn(&[Call]) -> Call) {
    let all = calls(&env.copied(), args, 0);
    killed(env, &chosen(&all), args);
}

/// Alice's other pair.
pub(crate) fn other(env: &Env, id: &str) -> String {
    let mut live = truth::live_of(env, "alice").into_iter();
    live.find(|pair| pair.id != id).unwrap().id
}

pub(crate) fn active(env: &Env) -> Vec<(String, bool)> {
    let live = truth::live_of(env, "alice").into_iter();
    live.map(|pair| (pair.id, pair.active)).collect()
}

/// Nothing is open, and one Active pair is left, which works; the secret of the leaked one is forgotten.
#[track_caller]
pub(crate) fn over(env: &Env, leaked: &str, left: &str) {
    assert_eq!(active(env), [(left.to_owned(), true)]);
    ended(env, leaked, left);
}

#[track_caller]
pub(crate) fn ended(env: &Env, leaked: &str, left: &str) {
    let state = truth::check(env, "over");
    assert_eq!((state.open.len(), state.suspects.len()), (0, 0));
    assert!(!truth::rests(env, leaked), "its secret is still there");
    done(env, &["verify", left]);
}

/// The cloud's file without one of alice's pairs: so a list looks that lags behind its create. Gives back how it was.
pub(crate) fn hide(env: &Env, id: &str) -> String {
    let text = std::fs::read_to_string(env.cloud_of("alice")).unwrap();
    let (head, rows) = text.split_once("[[access_keys]]").unwrap();
    let rows = rows
        .split("[[access_keys]]")
        .filter(|row| !row.contains(id));
    let left: String = rows.flat_map(|row| ["[[access_keys]]", row]).collect();
    std::fs::write(env.cloud_of("alice"), head.to_owned() + &left).unwrap();
    text
}

/// A leaked pair that is gone, and two others that are out of use.
pub(crate) fn without_room(env: &Env) -> (String, [String; 2]) {
    let one = env.create("alice");
    hide(env, &one);
    let others = [env.create("alice"), env.create("alice")];
    for id in &others {
        assert_eq!(env.akm(&["disable", id, "--force"]).code, 0);
    }
    (one, others)
}
