//! A pair that was got becomes one that is held: in the store, read back, and in metadata.

use super::{Issued, suspects};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    rotation::Reached,
    secret::Secret,
    time::Timestamp,
};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, Got, OpenJournal},
};
use crate::ops::{Failure, Kind, Session};
use crate::store::{self, SecretName};
use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::TimeDelta;

/// Steps 5 to 7: store, read back, compare; list again; metadata. Repeatable. Ends at *stored*, the journal still open.
pub(in crate::ops) fn claim(
    session: &Session,
    mut entry: Entry,
    mut journal: OpenJournal,
    secret: &Secret,
) -> Result<Issued, Failure> {
    let owner = entry.owner();
    let Some(got) = entry.got.clone() else {
        return Err(Failure::new(Kind::Failed, "the journal has no pair"));
    };
    let half = |failure: Failure| {
        failure.half_done(format!(
            "AccessKey pair `{}` was made and is not yet held",
            got.access_key_id
        ))
    };
    let store = session
        .stores
        .open(entry.intent.store)
        .map_err(Failure::from)
        .map_err(half)?;
    rest(store, &SecretName::pair(&got.access_key_id), secret).map_err(half)?;
    let shown = session
        .pairs_left(&owner)
        .map_err(Failure::from)
        .map_err(half)?;
    suspects(session, &entry, &shown).map_err(half)?;
    let (pair, keys) = into_metadata(session, &entry, &got, shown).map_err(half)?;
    // It may have been taken for lost before what the journal says of it could be read.
    session
        .journal
        .resolve(&got.access_key_id)
        .map_err(Failure::from)
        .map_err(half)?;
    if entry.intent.rotation.is_some() {
        journal
            .reached(&mut entry, Reached::Stored, session.cloud.now())
            .map_err(Failure::from)
            .map_err(half)?;
    }
    if !store.durable() {
        session.this_run.unproven.note(&got.access_key_id);
    }
    Ok(Issued {
        entry,
        journal,
        pair,
        keys,
    })
}

pub(super) fn rest(
    store: &dyn store::SecretStore,
    name: &SecretName,
    secret: &Secret,
) -> Result<(), Failure> {
    store.put(name, secret)?;
    match store.get(name)? {
        Some(read) if read.same_as(secret) => Ok(()),
        _ => Err(Failure::new(
            Kind::StoreFailed,
            "the secret store gave back something else than was stored",
        )),
    }
}

/// A pair that the journal could not take and the store did, as [`super::seal`] does it: only akm puts a secret into a store of this home, so
/// that the pair is ours and no suspect, unless it came by an import. Written down as got. A keyring proves nothing: another home may
/// use it too.
pub(in crate::ops) fn adopt(
    session: &Session,
    entry: &mut Entry,
    journal: &mut OpenJournal,
) -> Result<(), Failure> {
    let shown = session.pairs_left(&entry.owner())?;
    let store = session.stores.open(entry.intent.store)?;
    let record = session.record(&entry.owner())?;
    let imported = |key: &AccessKey| record.pair(&key.id).is_some_and(|pair| pair.imported);
    // The clocks may differ by five minutes.
    let since = entry.intent.signed_at - TimeDelta::minutes(5);
    let new = |key: &&AccessKey| {
        let id = &key.id;
        let appeared = key.created_at >= since && !entry.intent.before.contains(id);
        store.durable() && appeared && !imported(key)
    };
    for key in shown.iter().filter(new) {
        let Some(secret) = store.get(&SecretName::pair(&key.id))? else {
            continue;
        };
        let sealed = store.seal(&entry.intent.recipient, &secret)?;
        let got = Got {
            access_key_id: key.id.clone(),
            created_at: key.created_at,
            sealed: BASE64_STANDARD.encode(sealed),
        };
        return Ok(journal.got(entry, got)?);
    }
    Ok(())
}

/// A list may lag behind the create that it follows. A pair that the recycle bin has, or that is missing long after, was deleted.
pub(in crate::ops) fn is_deleted(
    session: &Session,
    id: &AccessKeyId,
    created_at: Timestamp,
) -> bool {
    is_long_ago(created_at, session.cloud.now()) || session.cloud.recycled_pair(id).is_ok()
}

pub(in crate::ops) fn is_long_ago(created_at: Timestamp, now: Timestamp) -> bool {
    now > created_at + TimeDelta::minutes(5)
}

/// As the list will show it.
fn as_made(got: &Got) -> AccessKey {
    AccessKey {
        id: got.access_key_id.clone(),
        status: Status::Active,
        created_at: got.created_at,
    }
}

/// The new pair, where the list lacks it and may lag: the pair was made so lately.
pub(in crate::ops) fn unlisted<'a>(
    session: &Session,
    entry: &'a Entry,
    shown: &[AccessKey],
) -> Option<&'a Got> {
    let got = entry.got.as_ref()?;
    let listed = shown.iter().any(|key| key.id == got.access_key_id);
    let lately = !is_long_ago(got.created_at, session.cloud.now());
    (!listed && lately).then_some(got)
}

/// Whether it may be there all the same: the recycle bin lacks it, too, and the cloud did not say otherwise.
pub(in crate::ops) fn may_be_there(session: &Session, entry: &Entry, shown: &[AccessKey]) -> bool {
    let new = unlisted(session, entry, shown).map(|got| &got.access_key_id);
    let new = new.filter(|id| !session.this_run.gone.has(id));
    new.is_some_and(|id| session.cloud.recycled_pair(id).is_err())
}

/// What the list shows, and the new pair where that is there all the same.
pub(in crate::ops) fn with_the_new(
    session: &Session,
    entry: &Entry,
    mut shown: Vec<AccessKey>,
) -> Vec<AccessKey> {
    let there = may_be_there(session, entry, &shown);
    shown.extend(entry.got.as_ref().filter(|_| there).map(as_made));
    shown
}

fn into_metadata(
    session: &Session,
    entry: &Entry,
    got: &Got,
    shown: Vec<AccessKey>,
) -> Result<(PairRecord, Vec<AccessKey>), Failure> {
    let mut known = shown.clone();
    let mut deleted = false;
    if shown.iter().all(|key| key.id != got.access_key_id) {
        deleted = is_deleted(session, &got.access_key_id, got.created_at);
        known.push(as_made(got));
    }
    let mut record = session.record(&entry.owner())?;
    record.take_over(&known, session.cloud.now());
    let Some(pair) = record.pair_mut(&got.access_key_id) else {
        return Err(Failure::new(
            Kind::Failed,
            "the new pair is not in its own list",
        ));
    };
    pair.secret_store = Some(entry.intent.store);
    pair.comment.clone_from(&entry.intent.comment);
    pair.undelivered = entry.intent.rotation.is_some() && entry.when(Reached::Delivered).is_none();
    pair.deleted_at = deleted.then(|| session.cloud.now());
    let pair = pair.clone();
    session.inventory.save(&record)?;
    Ok((pair, if deleted { shown } else { known }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{place::Recipient, time};
    use crate::store::{Error, SecretStore};

    /// Gives back something else than it was given.
    struct Swapping;

    impl SecretStore for Swapping {
        fn put(&self, _: &SecretName, _: &Secret) -> Result<(), Error> {
            Ok(())
        }

        fn get(&self, _: &SecretName) -> Result<Option<Secret>, Error> {
            Ok(Some(Secret::new("another".to_owned()).unwrap()))
        }

        fn delete(&self, _: &SecretName) -> Result<bool, Error> {
            Ok(true)
        }

        fn durable(&self) -> bool {
            true
        }

        fn open(&self, _: &Recipient, _: &[u8]) -> Result<Secret, Error> {
            Err(Error::Absent(String::new()))
        }
    }

    #[test]
    fn what_is_read_back_is_compared() {
        let name = SecretName::canary("LTAI1");
        let rested =
            |secret: &str| rest(&Swapping, &name, &Secret::new(secret.to_owned()).unwrap());
        assert!(rested("another").is_ok());
        assert_eq!(rested("one").unwrap_err().kind, Kind::StoreFailed);
    }

    #[test]
    fn a_list_may_lag_for_five_minutes() {
        let made = time::parse("2026-11-24T08:00:00Z").unwrap();
        let after = |seconds| is_long_ago(made, made + TimeDelta::seconds(seconds));
        assert_eq!([after(0), after(300), after(301)], [false, false, true]);
    }
}
