//! `disable` and `enable`: a pair whose id was typed.

use super::{Found, find, not_the_signer, set};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    rotation::Reached,
    time,
};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, RotationIntent},
};
use crate::ops::{Failure, Kind, Session, issue, recover, rotate};

/// Makes a pair Inactive. `LastActivePair` when it is the owner's only Active one and `force` is not given;
/// `SigningPair` when akm signs with it.
pub(crate) fn disable(
    session: &Session,
    id: &AccessKeyId,
    force: bool,
) -> Result<PairRecord, Failure> {
    let found = find(session, id)?;
    not_the_signer(session, id)?;
    let others = found
        .shown
        .iter()
        .any(|key| key.status == Status::Active && key.id != *id);
    if found.key.status == Status::Active && !others && !force {
        let message = format!("`{id}` is the last Active pair of {}", found.owner);
        return Err(Failure::new(Kind::LastActivePair, message)
            .hint(format!("`akm disable {id} --force` does it all the same")));
    }
    let pair = set(
        session,
        &found.owner,
        &found.shown,
        &found.key,
        Status::Inactive,
        None,
    )?;
    if let Some(entry) = overlapping(session, &found.owner, id)? {
        session.tell.note(&format!(
            "the rotation that replaces `{id}` goes on: `akm rotate {}` takes it from here",
            entry.owner().selector()
        ));
    }
    Ok(pair)
}

/// Makes a pair Active.
pub(crate) fn enable(session: &Session, id: &AccessKeyId) -> Result<PairRecord, Failure> {
    let found = find(session, id)?;
    // First: cut short in between, a recovery would disable the pair again.
    undo_rotation(session, &found, id)?;
    let overlapping = overlapping(session, &found.owner, id)?;
    let due = overlapping.as_ref().and_then(rotate::due);
    let due = due.map(|due| due.disable);
    let pair = set(
        session,
        &found.owner,
        &found.shown,
        &found.key,
        Status::Active,
        due,
    )?;
    if let Some(at) = due {
        session.tell.note(&format!(
            "the rotation that replaces `{id}` goes on: `akm rotate {} --finish` disables it after {}",
            found.owner.selector(),
            time::format(at)
        ));
    }
    Ok(pair)
}

/// The rotation in whose overlap that pair is the old one: it is not over whatever a person does to the pair.
fn overlapping(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<Option<Entry>, Failure> {
    let of_it = |rotation: &RotationIntent| rotation.old == *id && !rotation.leaked;
    let open = session.journal.read(owner)?;
    Ok(open.filter(|entry| {
        entry.reached == Reached::Delivered && entry.intent.rotation.as_ref().is_some_and(of_it)
    }))
}

/// Enabling the pair that a rotation has retired ends that rotation: it would only be disabled again.
fn undo_rotation(session: &Session, found: &Found, id: &AccessKeyId) -> Result<(), Failure> {
    let open = session.journal.read(&found.owner)?;
    if open
        .as_ref()
        .is_some_and(|entry| entry.leaked.as_ref() == Some(id))
    {
        recover::leave(session, &found.owner)?;
        let text = format!("nothing is to take the place of `{id}` any more");
        session.tell.note(&text);
        return Ok(());
    }
    if let Some(entry) = open.filter(|entry| retires(entry, id)) {
        if entry.got.is_some() {
            issue::held_or_restored(session, &entry)?;
        }
        rotate::reclaimed(session, &entry, &found.shown)?;
        recover::close_when_proven(session, &entry)?;
        session.tell.note(&format!(
            "the rotation that retired `{id}` is over; both pairs are left as they are"
        ));
    }
    Ok(())
}

/// Whether the rotation has taken that pair out of use, and nothing else hangs on its journal.
fn retires(entry: &Entry, id: &AccessKeyId) -> bool {
    let of_it = |rotation: &RotationIntent| rotation.old == *id;
    let began = !entry.intent.is_signed() || entry.when(Reached::Stored).is_some();
    let disabled = entry.when(Reached::OldDisabled).is_some() || entry.intent.is_of_leak() && began;
    disabled && entry.intent.rotation.as_ref().is_some_and(of_it)
}
