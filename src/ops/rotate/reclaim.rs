//! Metadata that was lost claims again what the store of an open rotation has, and ends its claim on what a store has lost.

use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    journal::Entry,
};
use crate::ops::{Failure, Session};
use crate::store::{self, SecretName};

/// Both pairs, where nobody claims their secrets. One that leaked is not wanted.
pub(in crate::ops) fn reclaim(session: &Session, entry: &Entry, record: &mut OwnerRecord) {
    let rotation = entry.intent.rotation.as_ref();
    let old = rotation
        .filter(|rotation| !rotation.leaked)
        .map(|rotation| &rotation.old);
    let new = entry.got.as_ref().map(|got| &got.access_key_id);
    let unclaimed = |pair: &&mut PairRecord| pair.secret_store.is_none();
    for id in old.into_iter().chain(new) {
        if let Some(pair) = record.pair_mut(id).filter(unclaimed)
            && finds(session, entry, id)
        {
            pair.secret_store = Some(entry.intent.store);
        }
    }
}

/// The same, and it is written down, before the journal goes that knows the store.
pub(in crate::ops) fn reclaimed(
    session: &Session,
    entry: &Entry,
    shown: &[AccessKey],
) -> Result<(), Failure> {
    let mut record = session.record(&entry.owner())?;
    let before = record.access_keys.clone();
    record.take_over(shown, session.cloud.now());
    reclaim(session, entry, &mut record);
    if record.access_keys != before {
        session.inventory.save(&record)?;
    }
    Ok(())
}

/// Whether the store of this rotation gives that pair's secret back.
fn finds(session: &Session, entry: &Entry, id: &AccessKeyId) -> bool {
    let store = session.stores.open(entry.intent.store);
    store.is_ok_and(|store| matches!(store.get(&SecretName::pair(id)), Ok(Some(_))))
}

/// Whether the store that metadata names has the pair's secret still, and undamaged. False where none is named.
pub(super) fn is_there(session: &Session, pair: &PairRecord) -> Result<bool, Failure> {
    let Some(kind) = pair.secret_store else {
        return Ok(false);
    };
    let name = SecretName::pair(&pair.access_key_id);
    Ok(store::or_lost(session.stores.open(kind)?.holds(&name))?)
}

pub(super) fn disclaim(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<(), Failure> {
    let mut record = session.record(owner)?;
    if let Some(pair) = record.pair_mut(id) {
        pair.secret_store = None;
    }
    Ok(session.inventory.save(&record)?)
}
