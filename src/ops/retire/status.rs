//! `disable` and `enable`: a pair whose id was typed.

use super::{Found, find, not_the_signer, set};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::Reached,
    time,
};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, Got, RotationIntent},
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
    let last = is_last(&found.shown, id);
    if found.key.status == Status::Active && last && !force {
        let message = format!("`{id}` is the last Active pair of {}", found.owner);
        return Err(Failure::new(Kind::LastActivePair, message).hint(format!(
            "{} does it all the same",
            disabling(&found.shown, id)
        )));
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

fn is_last(shown: &[AccessKey], id: &AccessKeyId) -> bool {
    let mut others = shown.iter().filter(|key| key.id != *id);
    others.all(|key| key.status == Status::Inactive)
}

/// The command that makes the pair Inactive.
pub(in crate::ops) fn disabling(shown: &[AccessKey], id: &AccessKeyId) -> String {
    let force = if is_last(shown, id) { " --force" } else { "" };
    format!("`akm disable {id}{force}`")
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
    let pair = back_in_use(session, &found.owner, pair)?;
    if let Some(at) = due {
        session.tell.note(&format!(
            "the rotation that replaces `{id}` goes on: `akm rotate {} --finish` disables it after {}",
            found.owner.selector(),
            time::format(at)
        ));
    }
    Ok(pair)
}

/// A person wants this pair in use: whatever kept it from being handed out is over.
fn back_in_use(session: &Session, owner: &Owner, pair: PairRecord) -> Result<PairRecord, Failure> {
    if !pair.leaked && !pair.undelivered {
        return Ok(pair);
    }
    let mut record = session.record(owner)?;
    let Some(known) = record.pair_mut(&pair.access_key_id) else {
        return Ok(pair);
    };
    if known.leaked {
        session.tell.warn(&format!(
            "`{}` was reported as leaked, and is handed out again from now on",
            known.access_key_id
        ));
    }
    (known.leaked, known.undelivered) = (false, false);
    let pair = known.clone();
    session.inventory.save(&record)?;
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
    if let Some(entry) = open.filter(|entry| is_replaced(entry, id)) {
        recover::leave(session, &found.owner, id)?;
        let own = entry.leaked.as_ref() != Some(id);
        session.tell.note(&format!(
            "nothing is to take the place of `{id}` any more{}",
            if own {
                "; `akm recover` ends what was begun for that"
            } else {
                ""
            }
        ));
    }
    let open = session.journal.read(&found.owner)?;
    if let Some(entry) = open.filter(|entry| retires(entry, id)) {
        over(session, &entry, &found.shown)?;
        let what = if entry.intent.is_of_leak() {
            format!("nothing is left to be done about the leak of `{id}`")
        } else {
            format!("the rotation that retired `{id}` is over")
        };
        session
            .tell
            .note(&format!("{what}; both pairs are left as they are"));
    }
    Ok(())
}

/// Where the new pair's secret cannot be had just now, a later command is to see to it: nothing stands in the way of this pair.
fn over(session: &Session, entry: &Entry, shown: &[AccessKey]) -> Result<(), Failure> {
    let held = issue::held_or_restored(session, entry);
    rotate::reclaimed(session, entry, shown)?;
    match (&entry.got, held) {
        (Some(got), Err(_)) if got.has_seal() => Ok(session.journal.as_create(entry, None)?),
        _ => recover::close_when_proven(session, entry),
    }
}

/// Whether the pair is written down as leaked beside other work, or before its replacement is held.
fn is_replaced(entry: &Entry, id: &AccessKeyId) -> bool {
    // What stands in was held before.
    let made = entry.got.as_ref().is_some_and(Got::has_seal);
    let early = made && entry.reached == Reached::Got || recover::awaits_answer(entry);
    let own = entry.intent.is_of_leak() && early;
    entry.leaked.as_ref() == Some(id) || own && is_old(entry, id)
}

/// Whether the rotation has taken that pair out of use.
fn retires(entry: &Entry, id: &AccessKeyId) -> bool {
    let disabled = entry.when(Reached::OldDisabled).is_some() || entry.intent.is_of_leak();
    disabled && is_old(entry, id)
}

fn is_old(entry: &Entry, id: &AccessKeyId) -> bool {
    let rotation = entry.intent.rotation.as_ref();
    rotation.is_some_and(|rotation| rotation.old == *id)
}
