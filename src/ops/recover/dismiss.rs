//! A person's word on what is open.

use super::{awaits_answer, close_when_proven};
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::Reached,
};
use crate::metadata::{
    journal::{Entry, Got, Suspect},
    log::Action,
};
use crate::ops::{Failure, Kind, Session, issue, record, restore, rotate};

/// What a person's word was on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dismissed {
    Suspect,
    Rotation,
    Leak,
    Restore,
}

/// A person's word that a suspect is known, that a rotation whose new pair is gone is to be forgotten, that nothing is to take the
/// place of a leaked pair, or that nothing is to be made of a restore whose pair is nowhere.
pub(crate) fn dismiss(session: &Session, id: &AccessKeyId) -> Result<Dismissed, Failure> {
    let suspects = session.journal.suspects()?;
    if session.journal.dismiss(id)? {
        let known = suspects.iter().find(|one| one.access_key_id == *id);
        let owner = known.map_or(Owner::Account, Suspect::owner);
        record::done(session, Action::Dismiss, &owner, id);
        return Ok(Dismissed::Suspect);
    }
    if restore::dismiss(session, id)? {
        return Ok(Dismissed::Restore);
    }
    let mut unreadable = None;
    for (_, entry) in session.journal.open()? {
        match entry {
            Ok(entry) if meant(&entry, id).is_some() => return end(session, &entry.owner(), id),
            Ok(_) => (),
            Err(error) => unreadable = unreadable.or(Some(error)),
        }
    }
    match unreadable {
        Some(error) => Err(error.into()),
        None => Err(nothing_such(id)),
    }
}

pub(crate) fn nothing_such(id: &AccessKeyId) -> Failure {
    Failure::new(
        Kind::NoSuchPair,
        format!("`{id}` is neither a suspect nor the new pair of an open rotation"),
    )
    .hint("`akm recover --list` shows what is open")
}

/// What a word on that pair means where this is open.
fn meant(entry: &Entry, id: &AccessKeyId) -> Option<Dismissed> {
    if entry.leaked.as_ref() == Some(id) {
        return Some(Dismissed::Leak);
    }
    let rotation = entry.intent.rotation.as_ref()?;
    if rotation.leaked && rotation.old == *id {
        return Some(Dismissed::Leak);
    }
    let new = entry.got.as_ref().map(|got| &got.access_key_id);
    (new == Some(id)).then_some(Dismissed::Rotation)
}

/// Read once more under the lock: another akm may have gone on with it meanwhile.
fn end(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<Dismissed, Failure> {
    let _lock = session.lock(owner)?;
    let entry = session.journal.read(owner)?;
    let entry = entry.ok_or_else(|| nothing_such(id))?;
    let dismissed = meant(&entry, id).ok_or_else(|| nothing_such(id))?;
    match dismissed {
        Dismissed::Leak if stays_open(&entry, id) => leave(session, owner, id)?,
        _ => abandon(session, owner, &entry)?,
    }
    if dismissed == Dismissed::Leak {
        forget_mark(session, owner, id)?;
    }
    record::done(session, Action::Dismiss, owner, id);
    Ok(dismissed)
}

fn forget_mark(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<(), Failure> {
    let mut record = session.record(owner)?;
    if let Some(pair) = record.pair_mut(id).filter(|pair| pair.leaked) {
        pair.leaked = false;
        session.inventory.save(&record)?;
    }
    Ok(())
}

/// Whether something is open that outlives the leak: what it was written down beside, or the request for what was to take its place.
fn stays_open(entry: &Entry, id: &AccessKeyId) -> bool {
    entry.leaked.as_ref() == Some(id) || awaits_answer(entry)
}

/// That stays open, and nothing is to take the place of the leaked pair. The caller holds the owner's lock.
pub(in crate::ops) fn leave(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<(), Failure> {
    let Some((mut entry, mut journal)) = session.journal.resume(owner)? else {
        return Ok(());
    };
    if entry.leaked.as_ref() == Some(id) {
        return Ok(journal.leaked(&mut entry, None)?);
    }
    Ok(session.journal.as_create(&entry, None)?)
}

fn is_gone(
    session: &Session,
    entry: &Entry,
    got: &Got,
    shown: &[AccessKey],
) -> Result<(), Failure> {
    let id = &got.access_key_id;
    if let Some(key) = shown.iter().find(|key| key.id == *id) {
        let message = format!("`{id}` is there: its rotation is not to be forgotten");
        let stops = key.status == Status::Inactive && entry.when(Reached::RollBack).is_none();
        let first = if stops {
            format!("`akm enable {id}`, then ")
        } else {
            String::new()
        };
        let goes_on = format!("`akm rotate {}` goes on with it", entry.owner().selector());
        let hint = first + &goes_on;
        return Err(Failure::new(Kind::ActivePair, message).hint(hint));
    }
    if !issue::is_deleted(session, id, got.created_at) {
        let message = format!("`{id}` was made just now, and the cloud may not list it yet");
        return Err(Failure::new(Kind::Unavailable, message)
            .hint("the same command again in a few minutes"));
    }
    Ok(())
}

/// The caller holds the owner's lock.
fn abandon(session: &Session, owner: &Owner, entry: &Entry) -> Result<(), Failure> {
    session.check_signer(owner)?;
    let shown = match session.cloud.pairs(owner) {
        // All that it had is gone with it.
        Err(error) if error.fault == Fault::NoSuchUser => Vec::new(),
        shown => {
            let shown = shown?;
            if let Some(got) = &entry.got {
                is_gone(session, entry, got, &shown)?;
            }
            shown
        }
    };
    // The pair may be restored, and its sealed copy be the last that is sure.
    issue::held_or_restored(session, entry)?;
    let mut record = session.record(owner)?;
    record.take_over(&shown, session.cloud.now());
    rotate::reclaim(session, entry, &mut record);
    for pair in &mut record.access_keys {
        pair.nothing_due();
    }
    session.inventory.save(&record)?;
    close_when_proven(session, entry)
}
