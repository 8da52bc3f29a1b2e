//! What is open for an owner holds of pairs that did not leak: it is kept before the leaked one takes the journal.

use super::super::reclaimed;
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    rotation::Reached,
};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, Got, OpenJournal},
    log::Action,
};
use crate::ops::{
    Failure, Session,
    issue::{self, Issued},
    record, retire,
};

/// Their secrets, and what metadata says of them; a rotation of two that did not leak is over.
pub(super) fn keep(
    session: &Session,
    mut entry: Entry,
    journal: OpenJournal,
    shown: &[AccessKey],
    id: &AccessKeyId,
) -> Result<(), Failure> {
    let new = entry.got.as_ref().map(|got| got.access_key_id.clone());
    let sound = new.as_ref().is_some_and(|new| new != id);
    let made = entry.got.as_ref().is_some_and(Got::has_seal);
    if sound && made && entry.when(Reached::Stored).is_none() {
        entry = claimed(session, entry, journal)?;
    }
    let held = match issue::held_or_restored(session, &entry) {
        // The secret of what leaked is not needed.
        Err(_) if !sound => false,
        held => held?,
    };
    reclaimed(session, &entry, shown)?;
    if let Some(new) = new.filter(|_| !held) {
        disclaim(session, &entry.owner(), &new)?;
    }
    if session.this_run.left_unproven(&entry) {
        keeps_no_other(session, &entry, id)?;
    }
    forget_replaced(session, &entry, id)?;
    leave_rotation(session, &entry, id)
}

/// What a keyring has now, a later command is to read back, and not to put there again.
fn claimed(session: &Session, entry: Entry, journal: OpenJournal) -> Result<Entry, Failure> {
    let secret = issue::unseal(session, &entry)?;
    let Issued {
        mut entry,
        mut journal,
        ..
    } = issue::claim(session, entry, journal, &secret)?;
    if let Some(got) = &entry.got {
        record::done(session, Action::Recover, &entry.owner(), &got.access_key_id);
    }
    if session.this_run.left_unproven(&entry) {
        journal.reached(&mut entry, Reached::Stored, session.cloud.now())?;
    }
    Ok(entry)
}

/// The journal that is replaced now may have the last sealed copy that is sure: only that of the pair that leaked may go, and what a
/// keyring alone has is not claimed.
fn keeps_no_other(session: &Session, entry: &Entry, leaked: &AccessKeyId) -> Result<(), Failure> {
    let Some(got) = &entry.got else {
        return Ok(());
    };
    let owner = entry.owner();
    if got.access_key_id != *leaked {
        return Err(issue::not_read_back(&owner));
    }
    disclaim(session, &owner, leaked)
}

fn disclaim(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<(), Failure> {
    let mut record = session.record(owner)?;
    if let Some(pair) = record.pair_mut(id) {
        pair.secret_store = None;
    }
    Ok(session.inventory.save(&record)?)
}

/// The pair that this rotation was to replace leaked too, and is gone.
pub(super) fn forget_replaced(
    session: &Session,
    entry: &Entry,
    id: &AccessKeyId,
) -> Result<(), Failure> {
    match &entry.intent.rotation {
        Some(rotation) if rotation.leaked && rotation.old != *id => {
            retire::drop_secret(session, &entry.owner(), &rotation.old)
        }
        _ => Ok(()),
    }
}

/// A rotation from a pair that did not leak is over: its journal is needed for the one that did.
fn leave_rotation(session: &Session, entry: &Entry, id: &AccessKeyId) -> Result<(), Failure> {
    let rotation = entry.intent.rotation.as_ref();
    let rotation = rotation.filter(|rotation| !rotation.leaked && rotation.old != *id);
    let (Some(rotation), Some(got)) = (rotation, &entry.got) else {
        return Ok(());
    };
    let mut record = session.record(&entry.owner())?;
    let pairs = record.access_keys.iter_mut();
    pairs.for_each(PairRecord::nothing_due);
    session.inventory.save(&record)?;
    if got.access_key_id != *id {
        session.tell.warn(&format!(
            "the rotation from `{}` to `{}` is over; both pairs are left as they are",
            rotation.old, got.access_key_id
        ));
    }
    Ok(())
}
