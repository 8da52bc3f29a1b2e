//! What is held of a pair that the cloud has forgotten goes too.

use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    policy,
    time::Timestamp,
};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::ops::{Failure, Session};
use crate::store::{SecretName, StoreKind};

/// Drops the secret of a pair that the cloud has forgotten, and then what was known of the pair. Metadata ends its claim before
/// the secret goes, and its row after: cut short, it neither claims what is gone nor forgets what is left to do.
pub(in crate::ops) fn forget(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<(), Failure> {
    drop_secret(session, owner, id)?;
    let mut record = session.record(owner)?;
    record.access_keys.retain(|pair| pair.access_key_id != *id);
    Ok(session.inventory.save(&record)?)
}

/// Ends the claim that metadata makes on the secret, then the secret. The pair's row stays.
pub(in crate::ops) fn drop_secret(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<(), Failure> {
    let claimed = end_claim(session, owner, id)?;
    forget_secret(session, id, claimed)
}

/// Returns the store that metadata named; it names none from now on. `None`, too, while a move is unfinished: then two stores may have it.
pub(in crate::ops) fn end_claim(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<Option<StoreKind>, Failure> {
    let mut record = session.record(owner)?;
    let Some(pair) = record.pair_mut(id) else {
        return Ok(None);
    };
    let (claimed, moved_from) = (pair.secret_store.take(), pair.moved_from.take());
    if claimed.is_some() {
        session.inventory.save(&record)?;
    }
    Ok(claimed.filter(|_| moved_from.is_none()))
}

/// From the store that metadata named; where an earlier command was cut short after that was taken back, from every store that was
/// ever used here.
fn forget_secret(
    session: &Session,
    id: &AccessKeyId,
    claimed: Option<StoreKind>,
) -> Result<(), Failure> {
    let kinds = claimed.map_or(vec![StoreKind::Keyring, StoreKind::Age], |kind| vec![kind]);
    for kind in kinds {
        match session.stores.open(kind) {
            Err(crate::store::Error::Absent(_)) if claimed.is_none() => (),
            store => drop(store?.delete(&SecretName::pair(id))?),
        }
    }
    Ok(())
}

/// The pairs that were deleted so long ago.
pub(in crate::ops) fn expired(record: &OwnerRecord, now: Timestamp) -> Vec<AccessKeyId> {
    let expired = |pair: &&PairRecord| {
        pair.deleted_at
            .is_some_and(|at| now >= at + policy::recycle_span().delta())
    };
    let pairs = record.access_keys.iter().filter(expired);
    pairs.map(|pair| pair.access_key_id.clone()).collect()
}

/// Drops the secrets of pairs that the recycle bin has let go of: deleted long ago, not in `shown`, which is what the cloud lists now,
/// and not in the bin. The caller holds the owner's lock.
pub(in crate::ops) fn forget_expired(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
) -> Result<(), Failure> {
    let Some(mut record) = session.inventory.load(owner)? else {
        return Ok(());
    };
    let (before, now) = (record.clone(), session.cloud.now());
    record.take_over(shown, now);
    if record.access_keys != before.access_keys {
        session.inventory.save(&record)?;
    }
    for id in &expired(&record, now) {
        let answer = session.cloud.recycled_pair(id);
        if answer.is_err_and(|error| error.fault == Fault::NoSuchPair) {
            forget(session, owner, id)?;
        }
    }
    Ok(())
}
