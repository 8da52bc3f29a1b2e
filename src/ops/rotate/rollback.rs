//! `rotate --rollback`: the old pair back in use, and only then the new one out of it.

use super::{Standing, State, Word};
use crate::core::account::Owner;
use crate::metadata::inventory::PairRecord;
use crate::ops::{Failure, Kind, Session, recover, recover::Settled};

/// Rolls the open rotation back: enables the old pair, verifies it, delivers it, and disables the new one, which stays held.
/// `Refused` when none is open, `HalfDone` when the old secret is not held: then the old pair is enabled and no more.
pub(crate) fn roll_back(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    let _lock = session.lock(owner)?;
    let open = session.journal.read(owner)?;
    let Some(entry) = open.filter(|entry| entry.intent.rotation.is_some()) else {
        return Err(nothing_open(session, owner));
    };
    if entry.intent.is_of_leak() {
        return Err(
            Failure::new(Kind::Refused, "a pair that leaked is not brought back").hint(format!(
                "`akm rotate {}` goes on without it",
                owner.selector()
            )),
        );
    }
    match recover::settle_by(session, owner, Word::RollBack)? {
        Settled::Rotating(standing, _) if standing.state != State::Done => Ok(*standing),
        _ => Err(nothing_open(session, owner)),
    }
}

/// What a finished rotation deleted, the recycle bin still has.
pub(super) fn nothing_open(session: &Session, owner: &Owner) -> Failure {
    let failure = Failure::new(
        Kind::Refused,
        format!("no rotation of {owner} is open that could be rolled back"),
    );
    let record = session.record(owner).ok();
    let deleted = record
        .iter()
        .flat_map(|record| &record.access_keys)
        .filter(|pair| pair.is_deleted());
    let last = deleted.max_by_key(|pair: &&PairRecord| pair.deleted_at);
    failure.hint(match last {
        Some(pair) => format!(
            "`akm restore {0}` brings back what was deleted, `akm enable {0}` puts it into use",
            pair.access_key_id
        ),
        None => format!("`akm list {}` shows the pairs there are", owner.selector()),
    })
}
