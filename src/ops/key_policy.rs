//! `key-policy`: from which networks a pair may be used.

use super::{Failure, Session, record, session::no_such_pair};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    key_policy::KeyPolicy,
};
use crate::metadata::log::Action;

/// The owner of a pair that the cloud lists. `NoSuchPair` otherwise.
pub(crate) fn owner(session: &Session, id: &AccessKeyId) -> Result<Owner, Failure> {
    let owner = session.owner_of(id)?;
    session.check_account()?;
    let shown = session.cloud.pairs(&owner)?;
    if shown.iter().any(|key| key.id == *id) {
        return Ok(owner);
    }
    Err(no_such_pair(id))
}

/// The pair's policy as the cloud has it: JSON, foreign.
pub(crate) fn show(session: &Session, id: &AccessKeyId) -> Result<String, Failure> {
    let owner = owner(session, id)?;
    Ok(session.cloud.key_policy(&owner, id)?)
}

/// Puts it in the place of the one before.
pub(crate) fn set(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
    policy: &KeyPolicy,
) -> Result<(), Failure> {
    let _lock = session.lock(owner)?;
    let answer = session.cloud.set_key_policy(owner, id, policy);
    record::change(session, Action::KeyPolicy, owner, Some(id), answer)?;
    let mut known = session.record(owner)?;
    if let Some(pair) = known.pair_mut(id) {
        pair.bound_to_networks = policy.status == Status::Active;
        session.inventory.save(&known)?;
    }
    Ok(())
}
