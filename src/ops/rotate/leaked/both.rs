//! Two leaked pairs of one owner.

use super::{disable, leaked_pairs};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
};
use crate::metadata::journal::Entry;
use crate::ops::{Failure, Kind, Session};

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

fn both_leaked(owner: &Owner, other: &AccessKeyId, id: &AccessKeyId) -> Failure {
    let again = format!("`akm rotate {} --leaked {id}` again", owner.selector());
    let message = format!("`{other}`, the other pair, leaked before, and is still there");
    let hint = format!("`akm delete {other} --purge`, then {again}");
    Failure::new(Kind::HalfDone, message).hint(hint)
}
