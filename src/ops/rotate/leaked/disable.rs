//! A pair that leaked, taken out of use.

use super::{
    console::{not_the_signer, protected},
    leak_waits, listed,
};
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
};
use crate::metadata::log::Action;
use crate::ops::{Failure, Session, issue, record};

/// Before anything else is waited for: somebody may have enabled it meanwhile.
pub(super) fn disable_again(session: &Session, owner: &Owner) -> Result<(), Failure> {
    // One that waits is disabled as the first thing.
    let open = session.journal.read(owner)?;
    let open = open.filter(|entry| !leak_waits(entry));
    let rotation = open
        .as_ref()
        .and_then(|entry| entry.intent.rotation.as_ref());
    let Some((entry, rotation)) = open.as_ref().zip(rotation) else {
        return Ok(());
    };
    session.check_signer(owner)?;
    let shown = listed(session, owner, &rotation.old)?;
    let shown = issue::with_the_new(session, entry, shown);
    disable(session, owner, shown, &rotation.old).map(drop)
}

/// Makes the leaked pair Inactive and writes that down; gives back the pairs as they are then. A list that lags may lack it: if it is
/// there all the same, it is among them.
pub(super) fn disable(
    session: &Session,
    owner: &Owner,
    mut shown: Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<Vec<AccessKey>, Failure> {
    let listed = shown.iter_mut().find(|key| key.id == *id);
    if listed.as_ref().map(|key| key.status) != Some(Status::Inactive) {
        let there = out_of_use(session, owner, id)?;
        match listed {
            Some(key) => key.status = Status::Inactive,
            None if there => shown.push(session.record(owner)?.inactive(id, session.cloud.now())),
            None => (),
        }
        if there {
            session.tell.note(&format!("`{id}` is disabled"));
        }
    }
    let mut record = session.record(owner)?;
    let before = record.access_keys.clone();
    record.take_over(&shown, session.cloud.now());
    if record.access_keys != before {
        session.inventory.save(&record)?;
    }
    Ok(shown)
}

/// False where the pair is gone.
fn out_of_use(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<bool, Failure> {
    not_the_signer(&session.cloud.signer(), owner, id)?;
    let answer = session.cloud.set_status(owner, id, Status::Inactive);
    match record::change(session, Action::RotateDisable, owner, Some(id), answer) {
        Err(error) if error.fault == Fault::NoSuchPair => Ok(false),
        Err(error) => Err(protected(owner, error)),
        Ok(()) => Ok(true),
    }
}
