//! The one place that picks an exit code, and how a failure is said.

use super::escape::escape;
use crate::ops::{Failure, Kind};
use serde_json::json;
use std::fmt::Write;

/// The exit codes of the interface; never renumbered.
pub(crate) const EXIT_CODES: &str = "\
0   done
1   failed in a way not listed here
2   wrong usage
3   not found: profile, RAM user, AccessKey pair
4   refused by a rule: two-key limit, deleting an Active or disabling the last Active pair without --force,
    disabling or deleting the signing pair, name invalid, exists already, file exists
5   the secret store is absent, locked, or lacks this secret
6   the cloud refused these credentials or this action
7   unavailable just now: network, throttled, 5xx, another akm at work
8   half done and recorded: the same command again, or `akm recover`
9   needs an answer and may not ask
10  `audit` or `doctor` found something
";

/// A kind's name for scripts, and its exit code.
pub(crate) fn code(kind: Kind) -> (&'static str, u8) {
    match kind {
        Kind::Failed => ("failed", 1),
        Kind::Usage => ("usage", 2),
        Kind::NoSuchUser => ("user-not-found", 3),
        Kind::NoSuchPair => ("access-key-not-found", 3),
        Kind::NoSuchProfile => ("profile-not-found", 3),
        Kind::TwoPairs => ("two-key-limit", 4),
        Kind::ActivePair => ("active-pair", 4),
        Kind::LastActivePair => ("last-active-pair", 4),
        Kind::SigningPair => ("signing-pair", 4),
        Kind::BadFile => ("bad-file", 1),
        Kind::Refused => ("refused", 4),
        Kind::BadName => ("invalid-name", 4),
        Kind::Exists => ("exists", 4),
        Kind::FileExists => ("file-exists", 4),
        Kind::Conflict => ("conflict", 4),
        Kind::Limit => ("limit", 4),
        Kind::StoreAbsent => ("store-absent", 5),
        Kind::StoreLocked => ("store-locked", 5),
        Kind::SecretMissing => ("secret-missing", 5),
        Kind::SecretUnreadable => ("secret-unreadable", 5),
        Kind::StoreFailed => ("store-failed", 5),
        Kind::Denied => ("denied", 6),
        Kind::BadCredentials => ("bad-credentials", 6),
        Kind::OtherAccount => ("other-account", 6),
        Kind::Unavailable => ("unavailable", 7),
        Kind::Undecided => ("undecided", 7),
        Kind::Busy => ("busy", 7),
        Kind::HalfDone => ("half-done", 8),
        Kind::NeedsAnswer => ("needs-answer", 9),
    }
}

/// For a person: what, because of what, and what to run next.
pub(crate) fn text(failure: &Failure) -> String {
    let mut text = format!("akm: {}", escape(&failure.message));
    if let Some(cause) = &failure.cause {
        text.push_str(": ");
        text.push_str(&escape(cause));
    }
    text.push('\n');
    if let Some(id) = &failure.request_id {
        let _ = writeln!(text, "request id: {}", escape(id));
    }
    if let Some(hint) = &failure.hint {
        let _ = writeln!(text, "hint: {}", escape(hint));
    }
    text
}

/// For a script: one object on one line.
pub(crate) fn object(failure: &Failure) -> String {
    format!("{}\n", json!({ "error": value(failure) }))
}

pub(crate) fn value(failure: &Failure) -> serde_json::Value {
    let (code, exit) = code(failure.kind);
    json!({
        "code": code,
        "exit": exit,
        "message": failure.message,
        "cause": failure.cause,
        "hint": failure.hint,
        "request_id": failure.request_id,
    })
}
