//! Metadata that was lost claims again what the store of an open rotation has.

use crate::core::access_key::{AccessKey, AccessKeyId};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    journal::Entry,
};
use crate::ops::{Failure, Session};
use crate::store::SecretName;

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
