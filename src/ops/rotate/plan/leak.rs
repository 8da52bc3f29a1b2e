//! The plan of `rotate --leaked`.

use super::super::{
    leaked::{
        both::both_leaked,
        console::not_the_signer,
        leaked_pairs,
        successor::successor,
        which::{asks_bin, new_pair, which},
    },
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
    let Some(pair) = disabled(session, owner, named, calls)? else {
        return Ok(Some(State::None));
    };
    match successor(session, owner, &pair.keys, &pair.id) {
        Err(failure) if failure.kind == Kind::HalfDone => {
            calls.add(&Call::quota());
            calls.stops = Some(pair.stops("nothing can take its place", failure));
            Ok(None)
        }
        other => replaced(session, owner, pair, other?, calls),
    }
}

/// A pair that leaked, and its owner's pairs with that one Inactive.
struct Disabled {
    id: AccessKeyId,
    was_active: bool,
    keys: Vec<AccessKey>,
}

impl Disabled {
    fn stops(&self, left: &str, failure: Failure) -> Failure {
        let disabled = if self.was_active {
            "would be disabled"
        } else {
            "is disabled"
        };
        Failure {
            kind: Kind::Refused,
            message: format!("`{}` {disabled}, and {left}", self.id),
            ..failure
        }
    }
}

/// `None` when it is deleted already.
fn disabled(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
    calls: &mut Calls,
) -> Result<Option<Disabled>, Failure> {
    let mut keys = asked_first(session, owner, calls)?;
    let Some(id) = which(session, owner, &keys, named)? else {
        return gone(session, owner, named, keys, calls);
    };
    not_the_signer(&session.cloud.signer(), owner, &id)?;
    calls.add(&Call::set_status(owner, &id, Status::Inactive));
    let active = |key: &&mut AccessKey| key.id == id && key.status == Status::Active;
    let active = keys.iter_mut().find(active);
    let was_active = active.is_some();
    if let Some(key) = active {
        key.status = Status::Inactive;
    }
    Ok(Some(Disabled {
        id,
        was_active,
        keys,
    }))
}

/// Of the new pair of what is open, something is left to do.
fn gone(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
    keys: Vec<AccessKey>,
    calls: &mut Calls,
) -> Result<Option<Disabled>, Failure> {
    let Some(id) = named else {
        return Ok(None);
    };
    if asks_bin(session, owner, id)? {
        calls.add(&Call::recycled_pair(id));
    }
    calls.add(&Call::set_status(owner, id, Status::Inactive));
    Ok(new_pair(session, owner, id)?.map(|_| Disabled {
        id: id.clone(),
        was_active: false,
        keys,
    }))
}

fn replaced(
    session: &Session,
    owner: &Owner,
    Disabled { id, mut keys, .. }: Disabled,
    other: Option<PairRecord>,
    calls: &mut Calls,
) -> Result<Option<State>, Failure> {
    // Only the answer to its deletion tells that it is gone.
    let unlisted = keys.iter().all(|key| key.id != id);
    let record = session.record(owner)?;
    let unlisted = unlisted.then(|| record.inactive(&id, session.cloud.now()));
    let Some(other) = other else {
        // Whether there is room is asked once more before the pair is made.
        if keys.len() >= policy::PAIRS_PER_OWNER {
            calls.add(&Call::quota());
            calls.add(&Call::quota());
        }
        keys.extend(unlisted);
        let spans = [TimeDelta::zero(); 2];
        return made(session, owner, id, keys, (spans, true), calls);
    };
    keys.extend(unlisted);
    let mut rehearsal = Rehearsal {
        session,
        owner,
        old: id,
        new: other.access_key_id,
        keys,
        unlisted: false,
        recorded: just(Reached::Stored),
        held: [true; 2],
        overlap: TimeDelta::zero(),
        grace: TimeDelta::zero(),
        leaked: true,
        now: session.cloud.now(),
    };
    let shown = rehearsal.shown(false);
    Ok(rehearsal.play_on(Some(shown), calls))
}

/// Beside a create that may yet be executed: the pair is disabled before that is looked into.
pub(super) fn beside(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
    entry: &Entry,
    calls: &mut Calls,
) -> Result<Option<State>, Failure> {
    let Some(pair) = disabled(session, owner, named, calls)? else {
        return Ok(Some(State::None));
    };
    let failure = too(owner, &pair, entry, calls).unwrap_or_else(|| {
        calls.add(&Call::caller_identity());
        for _ in 0..2 {
            calls.add(&Call::list_pairs(owner));
        }
        undecided(owner, expiry_now(session, entry))
    });
    let stops = pair.stops("nothing would take its place yet", failure.half_done(""));
    calls.stops = Some(stops);
    Ok(None)
}

/// What the journal says of another pair that leaked: that one is disabled too, and stands in the way of a new leak.
fn too(owner: &Owner, pair: &Disabled, entry: &Entry, calls: &mut Calls) -> Option<Failure> {
    let own = entry.intent.rotation.as_ref();
    let again = own.is_some_and(|rotation| rotation.leaked && rotation.old == pair.id);
    for other in leaked_pairs(entry)
        .iter()
        .filter(|other| **other != pair.id)
    {
        if again {
            calls.add(&Call::list_pairs(owner));
        }
        calls.add(&Call::set_status(owner, other, Status::Inactive));
        if !again && pair.keys.iter().any(|key| key.id == *other) {
            return Some(both_leaked(owner, other, &pair.id));
        }
    }
    None
}
