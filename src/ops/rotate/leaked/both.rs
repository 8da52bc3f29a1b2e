//! Two leaked pairs of one owner.

use super::{disable, leaked_pairs};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
};
use crate::metadata::journal::{Entry, OpenJournal};
use crate::ops::{Failure, Kind, Session, retire};

/// The pair that leaked before this one is disabled, and would be taken for good again if the journal forgot it: `HalfDone` while it
/// is there.
pub(super) fn leaked_too(
    session: &Session,
    entry: &Entry,
    shown: &mut Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<(), Failure> {
    let owner = entry.owner();
    for other in leaked_pairs(entry).iter().filter(|other| *other != id) {
        disable(session, &owner, shown, other)?;
        if shown.iter().any(|key| key.id == *other) {
            return Err(both_leaked(&owner, other, id));
        }
    }
    Ok(())
}

/// Whether the pair that is written down beside an own leak is gone, which the journal then says: what it is about is gone on with.
/// The pair is disabled before.
pub(in crate::ops) fn beside_is_gone(
    session: &Session,
    entry: &mut Entry,
    journal: &mut OpenJournal,
    shown: &mut Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    let owner = entry.owner();
    disable(session, &owner, shown, id)?;
    if !entry.intent.is_of_leak() || shown.iter().any(|key| key.id == *id) {
        return Ok(false);
    }
    retire::drop_secret(session, &owner, id)?;
    journal.leaked(entry, None)?;
    Ok(true)
}

pub(in crate::ops::rotate) fn both_leaked(
    owner: &Owner,
    other: &AccessKeyId,
    id: &AccessKeyId,
) -> Failure {
    let again = format!("`akm rotate {} --leaked {id}` again", owner.selector());
    let message = format!("`{other}`, the other pair, leaked before, and is still there");
    let hint = format!("`akm delete {other} --purge`, then {again}");
    Failure::new(Kind::HalfDone, message).hint(hint)
}
