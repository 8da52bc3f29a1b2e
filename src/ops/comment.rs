//! The comment that is kept with a pair, in what this machine knows of it. No cloud has it.

use super::{Account, Failure, credentials, record, session::no_such_pair};
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::metadata::log::Action;

/// Returns the pair's comment. `NoSuchPair` for one that is not known here, or is deleted.
pub(crate) fn of(account: &Account, id: &AccessKeyId) -> Result<Option<String>, Failure> {
    let record = account.inventory.owner_of(id)?;
    let record = record.ok_or_else(|| no_such_pair(id))?;
    Ok(credentials::alive(&record, id)?.comment.clone())
}

/// Gives the pair that comment, or takes the one that it has away. Returns whose pair it is. Errors like [`of`]; `Busy` while another
/// akm works on the owner's pairs.
pub(crate) fn set(
    account: &Account,
    id: &AccessKeyId,
    comment: Option<String>,
) -> Result<Owner, Failure> {
    let owner = account.inventory.owner_of(id)?.map(|known| known.owner());
    let owner = owner.ok_or_else(|| no_such_pair(id))?;
    let _lock = account.lock(&owner)?;
    // Read once more: another akm may have changed it before this one had the lock.
    let mut known = account.record(&owner)?;
    if credentials::alive(&known, id)?.comment == comment {
        return Ok(owner);
    }
    if let Some(pair) = known.pair_mut(id) {
        pair.comment = comment;
    }
    account.inventory.save(&known)?;
    record::here(account, Action::Comment, &owner, id);
    Ok(owner)
}
