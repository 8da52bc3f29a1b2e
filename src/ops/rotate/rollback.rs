//! `rotate --rollback`: the old pair back in use, and only then the new one out of it.

use super::{Standing, State, Word};
use crate::core::{access_key::AccessKeyId, account::Owner, policy};
use crate::metadata::{inventory::PairRecord, journal::Entry};
use crate::ops::{Failure, Kind, Session, recover, recover::Settled};

/// Rolls the open rotation back: enables the old pair, verifies it, delivers it, and disables the new one, which stays held.
/// `Refused` when none is open, `HalfDone` when the old secret is not held: then the old pair is enabled and no more.
pub(crate) fn roll_back(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    let _lock = session.lock(owner)?;
    may_go_back(session, owner, session.journal.read(owner)?.as_ref())?;
    match recover::settle_by(session, owner, Word::RollBack)? {
        Settled::Rotating(standing, _) if standing.state != State::Done => Ok(*standing),
        _ => Err(nothing_open(session, owner)),
    }
}

/// Only a rotation is rolled back, and not one of a pair that leaked.
pub(super) fn may_go_back(
    session: &Session,
    owner: &Owner,
    open: Option<&Entry>,
) -> Result<(), Failure> {
    let Some(entry) = open.filter(|entry| entry.intent.rotation.is_some()) else {
        return Err(nothing_open(session, owner));
    };
    if let Some(id) = &entry.leaked {
        let message = format!("`{id}` leaked, and is to be replaced first");
        return Err(Failure::new(Kind::Refused, message).hint("`akm recover` does it"));
    }
    if !entry.intent.is_of_leak() {
        return Ok(());
    }
    let message = "a pair that leaked is not brought back";
    Err(Failure::new(Kind::Refused, message).hint(format!(
        "`akm rotate {}` goes on without it",
        owner.selector()
    )))
}

/// What a finished rotation deleted may be brought back, where there is room for it, the recycle bin has it and its secret is held.
pub(super) fn nothing_open(session: &Session, owner: &Owner) -> Failure {
    let failure = Failure::new(
        Kind::Refused,
        format!("no rotation of {owner} is open that could be rolled back"),
    );
    failure.hint(match restorable(session, owner) {
        Some(id) => format!(
            "`akm restore {id}` brings back what was deleted, `akm enable {id}` puts it into use"
        ),
        None => format!("`akm list {}` shows the pairs there are", owner.selector()),
    })
}

fn restorable(session: &Session, owner: &Owner) -> Option<AccessKeyId> {
    let record = session.record(owner).ok()?;
    let room = record.live().count() < policy::PAIRS_PER_OWNER;
    let pairs = record.access_keys.into_iter();
    let deleted = pairs.filter(|pair| room && pair.is_deleted() && pair.secret_store.is_some());
    let id = deleted
        .max_by_key(|pair: &PairRecord| pair.deleted_at)?
        .access_key_id;
    session.cloud.recycled_pair(&id).is_ok().then_some(id)
}
