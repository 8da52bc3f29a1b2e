//! A create whose answer was lost: what is known of it, and from when on.

use crate::cloud;
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    rotation::Reached,
    time::{self, Timestamp},
};
use crate::metadata::journal::Entry;
use crate::ops::{Failure, Kind, Session, create, issue, rotate};

/// A signed request is not executed later than 15 minutes after its date; one more for good measure. As much again where the date is
/// compared with a clock that nobody has checked.
fn expiry_of(signed_at: Timestamp, clock_seen: bool) -> Timestamp {
    signed_at + chrono::TimeDelta::minutes(if clock_seen { 16 } else { 31 })
}

pub(super) fn expiry(entry: &Entry) -> Timestamp {
    expiry_of(entry.intent.signed_at, !entry.intent.clock_unseen)
}

/// The same, with what this command has seen of the cloud's clock.
pub(in crate::ops) fn expiry_now(session: &Session, entry: &Entry) -> Timestamp {
    expires(session, entry.intent.signed_at).max(expiry(entry))
}

/// From when on a request without an answer can be executed no more.
pub(in crate::ops) fn expires(session: &Session, signed_at: Timestamp) -> Timestamp {
    expiry_of(signed_at, session.cloud.has_seen_clock())
}

/// A create whose answer nobody has: what the cloud lists now tells; gives back the pairs that may be its. `Undecided` until the
/// request cannot be executed any more.
pub(super) fn decide(
    session: &Session,
    entry: &Entry,
    shown: &[AccessKey],
) -> Result<Vec<AccessKeyId>, Failure> {
    let owner = entry.owner();
    let strange = issue::suspects(session, entry, shown)?;
    let until = expiry_now(session, entry);
    if session.cloud.may_execute_late() && is_awaited(until, session.cloud.now()) {
        return Err(undecided(&owner, until));
    }
    if strange.is_empty() {
        session.tell.note(&format!(
            "an earlier create for {owner} is now known to have left nothing behind"
        ));
    }
    Ok(strange)
}

/// Whether a request was signed of which nobody knows what became.
pub(in crate::ops) fn awaits_answer(entry: &Entry) -> bool {
    entry.reached == Reached::Intent && entry.intent.is_signed()
}

pub(in crate::ops) fn is_awaited(until: Timestamp, now: Timestamp) -> bool {
    now < until
}

pub(in crate::ops) fn undecided(owner: &Owner, until: Timestamp) -> Failure {
    let message = format!("an earlier create for {owner} may yet be executed");
    Failure::new(Kind::Undecided, message)
        .because("its answer was lost")
        .hint(format!("run `akm recover` after {}", time::format(until)))
}

/// Nothing waits for that request any more: what it was for ends, but for a pair that leaked, which is still to be replaced.
fn not_made(session: &Session, entry: &Entry) -> Result<(), Failure> {
    if entry.intent.is_of_leak() {
        return rotate::leak_waits_again(session, entry.clone()).map(drop);
    }
    Ok(session.journal.close(&entry.owner())?)
}

/// What a failed create request comes to, by what is known of its effect.
pub(in crate::ops) fn lost(session: &Session, entry: &Entry, error: cloud::Error) -> Failure {
    use cloud::Outcome;
    let outcome = error.outcome();
    let failure = Failure::from(error);
    if outcome == Outcome::NotSent {
        return match not_made(session, entry) {
            Ok(()) => failure,
            Err(error) => error,
        };
    }
    let owner = entry.owner();
    let Ok(shown) = session.cloud.pairs(&owner) else {
        let message = format!("nobody knows whether a pair was made for {owner}");
        return failure
            .half_done(message)
            .hint(when_to_look(session, entry));
    };
    let not_recorded = |failure: Failure| {
        failure.half_done(format!(
            "a pair may have been made for {owner}, its answer lost"
        ))
    };
    let strange = match issue::suspects(session, entry, &shown) {
        Ok(strange) => strange,
        Err(error) => return not_recorded(error),
    };
    let decided = outcome == Outcome::Refused || !session.cloud.may_execute_late();
    if decided && let Err(error) = not_made(session, entry) {
        return not_recorded(error);
    }
    match (decided, strange.is_empty(), outcome) {
        (true, true, Outcome::Refused) if failure.kind == Kind::TwoPairs => {
            create::two_pairs(session, &owner, &shown)
        }
        (true, true, _) => failure,
        (true, false, Outcome::Refused) => failure.half_done(format!(
            "a create for {owner} was refused, and a pair appeared beside it"
        )),
        (true, false, _) => failure.half_done(format!(
            "the answer was lost and a pair appeared for {owner}"
        )),
        (false, false, _) => failure
            .half_done(format!(
                "the answer was lost and a pair appeared for {owner}"
            ))
            .hint(format!(
                "look whether it is yours; {}",
                when_to_look(session, entry)
            )),
        (false, true, _) => failure
            .half_done(format!(
                "nobody knows yet whether a pair was made for {owner}"
            ))
            .hint(when_to_look(session, entry)),
    }
}

/// When `recover` can tell what became of a request without an answer.
fn when_to_look(session: &Session, entry: &Entry) -> String {
    if session.cloud.may_execute_late() {
        let until = expiry_now(session, entry);
        format!("run `akm recover` after {}", time::format(until))
    } else {
        "`akm recover` finds out".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_awaited_up_to_its_last_second() {
        let until = time::parse("2026-11-24T08:16:00Z").unwrap();
        let awaited = |seconds| is_awaited(until, until + chrono::TimeDelta::seconds(seconds));
        assert_eq!([awaited(-1), awaited(0), awaited(1)], [true, false, false]);
    }
}
