//! A pair that leaked, taken out of use.

use super::{
    console::{not_the_signer, protected},
    leak_waits, leaked_pairs, listed,
};
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::Reached,
};
use crate::metadata::{inventory::OwnerRecord, log::Action};
use crate::ops::{Failure, Session, issue, record, restore};

/// Before anything else is waited for: somebody may have enabled it meanwhile.
pub(super) fn disable_again(session: &Session, owner: &Owner) -> Result<(), Failure> {
    // One that waits is disabled as the first thing.
    let open = session.journal.resume(owner)?;
    let Some((mut entry, mut journal)) = open.filter(|(entry, _)| !leak_waits(entry)) else {
        return Ok(());
    };
    session.check_signer(owner)?;
    for id in leaked_pairs(&entry) {
        let shown = listed(session, owner, &id)?;
        let mut shown = issue::with_the_new(session, &entry, shown);
        let enabled = disable(session, owner, &mut shown, &id)?;
        if enabled && entry.when(Reached::OldDisabled).is_some() {
            // A list that lags shows it Active once more.
            journal.reached(&mut entry, Reached::OldDisabled, session.cloud.now())?;
        }
    }
    Ok(())
}

/// Makes the leaked pair Inactive and writes that down, of the pairs in `shown` too. The cloud is asked once in a run, whatever it
/// shows: a list may lag. If the pair is there and not in `shown`, it is then. Gives back whether it was in use, as far as is known.
pub(in crate::ops) fn disable(
    session: &Session,
    owner: &Owner,
    shown: &mut Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    let overridden = restore::not_active(session, id);
    let mut record = session.record(owner)?;
    // Before the cloud is asked: it is not handed out any more.
    if let Some(pair) = record.pair_mut(id).filter(|pair| !pair.leaked) {
        pair.leaked = true;
        session.inventory.save(&record)?;
    }
    let asks = !session.this_run.has_ended(id);
    let there = if asks {
        out_of_use(session, owner, id)?
    } else {
        session.this_run.taken_out.has(id)
    };
    let listed = shown.iter_mut().find(|key| key.id == *id);
    let in_use = asks && there && is_in_use(&record, listed.as_deref(), id);
    match listed {
        Some(key) => key.status = Status::Inactive,
        None if there => shown.push(record.inactive(id, session.cloud.now())),
        None => (),
    }
    if in_use {
        session.tell.note(&format!("`{id}` is disabled"));
    }
    let before = record.access_keys.clone();
    record.take_over(shown, session.cloud.now());
    if let Some(pair) = record.pair_mut(id) {
        pair.leaked = true;
    }
    if record.access_keys != before {
        session.inventory.save(&record)?;
    }
    overridden.map(|_| in_use)
}

/// As the list, or what is known of the pair, has it.
fn is_in_use(record: &OwnerRecord, listed: Option<&AccessKey>, id: &AccessKeyId) -> bool {
    let known = record.pair(id).map(|pair| pair.status);
    listed.is_none_or(|key| key.status == Status::Active) || known == Some(Status::Active)
}

/// False where the pair is gone.
fn out_of_use(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<bool, Failure> {
    not_the_signer(&session.cloud.signer(), owner, id)?;
    let answer = session.cloud.set_status(owner, id, Status::Inactive);
    match record::change(session, Action::RotateDisable, owner, Some(id), answer) {
        Err(error) if error.fault == Fault::NoSuchPair => {
            session.this_run.gone.note(id);
            Ok(false)
        }
        Err(error) => Err(protected(owner, error)),
        Ok(()) => {
            session.this_run.taken_out.note(id);
            Ok(true)
        }
    }
}
