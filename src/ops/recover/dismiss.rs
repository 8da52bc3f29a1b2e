//! A person's word on what is open.

use super::close_when_proven;
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::metadata::{
    journal::{Entry, Suspect},
    log::Action,
};
use crate::ops::{Failure, Kind, Session, issue, record, rotate};

/// What a person's word was on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dismissed {
    Suspect,
    Rotation,
    Leak,
}

/// A person's word that a suspect is known, that a rotation whose new pair is gone is to be forgotten, or that nothing is to take the
/// place of a leaked pair.
pub(crate) fn dismiss(session: &Session, id: &AccessKeyId) -> Result<Dismissed, Failure> {
    let suspects = session.journal.suspects()?;
    if session.journal.dismiss(id)? {
        let known = suspects.iter().find(|one| one.access_key_id == *id);
        let owner = known.map_or(Owner::Account, Suspect::owner);
        record::done(session, Action::Dismiss, &owner, id);
        return Ok(Dismissed::Suspect);
    }
    let mut unreadable = None;
    for (_, entry) in session.journal.open()? {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                unreadable = unreadable.or(Some(error));
                continue;
            }
        };
        let rotation = entry.intent.rotation.as_ref();
        if rotate::leak_waits(&entry) && rotation.is_some_and(|rotation| rotation.old == *id) {
            let _lock = session.lock(&entry.owner())?;
            session.journal.close(&entry.owner())?;
            record::done(session, Action::Dismiss, &entry.owner(), id);
            return Ok(Dismissed::Leak);
        }
        if entry.intent.rotation.is_some()
            && entry
                .got
                .as_ref()
                .is_some_and(|got| got.access_key_id == *id)
        {
            return abandon(session, &entry, id).map(|()| Dismissed::Rotation);
        }
    }
    if let Some(error) = unreadable {
        return Err(error.into());
    }
    Err(Failure::new(
        Kind::NoSuchPair,
        format!("`{id}` is neither a suspect nor the new pair of an open rotation"),
    )
    .hint("`akm recover --list` shows what is open"))
}

fn abandon(session: &Session, entry: &Entry, id: &AccessKeyId) -> Result<(), Failure> {
    let owner = entry.owner();
    let _lock = session.lock(&owner)?;
    session.check_signer(&owner)?;
    let shown = session.pairs_left(&owner)?;
    if shown.iter().any(|key| key.id == *id) {
        return Err(Failure::new(
            Kind::ActivePair,
            format!("`{id}` is there: its rotation is not to be forgotten"),
        )
        .hint(format!("`akm rotate {}` goes on with it", owner.selector())));
    }
    let mut record = session.record(&owner)?;
    record.take_over(&shown, session.cloud.now());
    for pair in &mut record.access_keys {
        pair.nothing_due();
    }
    session.inventory.save(&record)?;
    // The pair may be restored, and its sealed copy be the last that is sure.
    let mut entry = entry.clone();
    issue::held_or_restored(session, &mut entry)?;
    close_when_proven(session, &entry)?;
    record::done(session, Action::Dismiss, &owner, id);
    Ok(())
}
