//! A pair that leaked, taken out of use.

use super::{
    console::{not_the_signer, protected},
    leak_waits, leaked_pair, listed,
};
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::Reached,
};
use crate::metadata::log::Action;
use crate::ops::{Failure, Session, issue, record, restore, retire};

/// Before anything else is waited for: somebody may have enabled it meanwhile.
pub(super) fn disable_again(session: &Session, owner: &Owner) -> Result<(), Failure> {
    // One that waits is disabled as the first thing.
    let open = session.journal.resume(owner)?;
    let Some((mut entry, mut journal)) = open.filter(|(entry, _)| !leak_waits(entry)) else {
        return Ok(());
    };
    let Some(id) = leaked_pair(&entry).cloned() else {
        return Ok(());
    };
    session.check_signer(owner)?;
    let shown = listed(session, owner, &id)?;
    let mut shown = issue::with_the_new(session, &entry, shown);
    if disable(session, owner, &mut shown, &id)? && entry.when(Reached::OldDisabled).is_some() {
        // A list that lags shows it Active once more.
        journal.reached(&mut entry, Reached::OldDisabled, session.cloud.now())?;
    }
    Ok(())
}

/// Makes the leaked pair Inactive and writes that down, of the pairs in `shown` too. A list that lags may lack it: if it is there all
/// the same, it is among them then. Gives back whether the cloud was asked, and had it.
pub(in crate::ops) fn disable(
    session: &Session,
    owner: &Owner,
    shown: &mut Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    let overridden = restore::not_active(session, id);
    let mut record = session.record(owner)?;
    let listed = shown.iter_mut().find(|key| key.id == *id);
    let asks = !retire::is_already(&record, listed.as_deref(), Status::Inactive);
    let there = asks && out_of_use(session, owner, id)?;
    match listed {
        Some(key) => key.status = Status::Inactive,
        None if there => shown.push(record.inactive(id, session.cloud.now())),
        None => (),
    }
    if there {
        session.tell.note(&format!("`{id}` is disabled"));
    }
    let before = record.access_keys.clone();
    record.take_over(shown, session.cloud.now());
    if record.access_keys != before {
        session.inventory.save(&record)?;
    }
    overridden.map(|()| there)
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
