//! The plan of `rotate --leaked`.

use super::super::{
    leaked::{console::not_the_signer, successor::successor, which::which},
    rehearsal::{Calls, Rehearsal},
};
use super::{asked_first, just, made};
use crate::cloud::Call;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    policy,
    rotation::Reached,
};
use crate::metadata::{inventory::PairRecord, journal::Entry};
use crate::ops::{
    Failure, Kind, Session,
    recover::{expiry_now, undecided},
    rotate::State,
};
use chrono::TimeDelta;

/// `None` where it would stop.
pub(super) fn leak(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
    calls: &mut Calls,
) -> Result<Option<State>, Failure> {
    let Some((id, keys)) = disabled(session, owner, named, calls)? else {
        return Ok(Some(State::None));
    };
    match successor(session, owner, &keys, &id) {
        Err(failure) if failure.kind == Kind::HalfDone => {
            calls.add(&Call::quota());
            let left = "nothing can take its place";
            calls.stops = Some(stops(&id, left, failure));
            Ok(None)
        }
        other => replaced(session, owner, id, keys, other?, calls),
    }
}

/// Which pair it is, and the owner's pairs with that one Inactive; `None` when it is deleted already.
fn disabled(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
    calls: &mut Calls,
) -> Result<Option<(AccessKeyId, Vec<AccessKey>)>, Failure> {
    let mut keys = asked_first(session, owner, calls)?;
    let Some(id) = which(session, owner, &keys, named)? else {
        return Ok(None);
    };
    not_the_signer(&session.cloud.signer(), owner, &id)?;
    let active = |key: &&mut AccessKey| key.id == id && key.status == Status::Active;
    if let Some(key) = keys.iter_mut().find(active) {
        calls.add(&Call::set_status(owner, &id, Status::Inactive));
        key.status = Status::Inactive;
    }
    Ok(Some((id, keys)))
}

fn stops(id: &AccessKeyId, left: &str, failure: Failure) -> Failure {
    Failure {
        kind: Kind::Refused,
        message: format!("`{id}` would be disabled, and {left}"),
        ..failure
    }
}

fn replaced(
    session: &Session,
    owner: &Owner,
    id: AccessKeyId,
    keys: Vec<AccessKey>,
    other: Option<PairRecord>,
    calls: &mut Calls,
) -> Result<Option<State>, Failure> {
    let Some(other) = other else {
        // Whether there is room is asked once more before the pair is made.
        if keys.len() >= policy::PAIRS_PER_OWNER {
            calls.add(&Call::quota());
            calls.add(&Call::quota());
        }
        let spans = [TimeDelta::zero(); 2];
        return made(session, owner, id, keys, (spans, true), calls);
    };
    let mut rehearsal = Rehearsal {
        session,
        owner,
        old: id,
        new: other.access_key_id,
        keys,
        recorded: just(Reached::Stored),
        held: [true; 2],
        overlap: TimeDelta::zero(),
        grace: TimeDelta::zero(),
        leaked: true,
        now: session.cloud.now(),
    };
    Ok(rehearsal.play(calls))
}

/// Beside a create that may yet be executed: the pair is disabled before that is looked into.
pub(super) fn beside(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
    entry: &Entry,
    calls: &mut Calls,
) -> Result<Option<State>, Failure> {
    let Some((id, _)) = disabled(session, owner, named, calls)? else {
        return Ok(Some(State::None));
    };
    calls.add(&Call::caller_identity());
    for _ in 0..2 {
        calls.add(&Call::list_pairs(owner));
    }
    let failure = undecided(owner, expiry_now(session, entry)).half_done("");
    let left = "nothing would take its place yet";
    calls.stops = Some(stops(&id, left, failure));
    Ok(None)
}
