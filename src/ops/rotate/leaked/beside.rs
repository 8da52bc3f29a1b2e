//! What else is open for the owner of a pair that leaked: it is looked into once the pair is disabled, and what it holds is kept.

use super::{
    super::{Standing, reclaimed},
    disable, goes_on, waits,
};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    rotation::Reached,
};
use crate::metadata::journal::Entry;
use crate::ops::{
    Failure, Kind, Session, issue,
    recover::{self, Settled},
    retire,
};

/// What is left to do once nothing else is open.
pub(super) enum Way {
    Free(Vec<AccessKey>),
    /// The leaked pair is replaced and deleted by now.
    Gone(Box<Standing>),
}

/// Whatever else is open for the owner: the pair is disabled before that is looked into, and what was rotated is held.
pub(super) fn make_way(
    session: &Session,
    owner: &Owner,
    shown: Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<Way, Failure> {
    let Some(entry) = session.journal.read(owner)? else {
        return Ok(Way::Free(shown));
    };
    let shown = disable(session, owner, shown, id)?;
    let half = |failure: Failure| failure.half_done(waits(id));
    leaked_too(&entry, &shown, id).map_err(half)?;
    if entry.intent.rotation.is_some() && entry.when(Reached::Stored).is_some() {
        keep(session, &entry, &shown, id).map_err(half)?;
        return Ok(Way::Free(shown));
    }
    let settled = settle(session, owner, &entry, id)?;
    if let Some(entry) = session.journal.read(owner)?
        && !session.stores.open(entry.intent.store)?.durable()
    {
        keeps_no_other(session, &entry, id)?;
    }
    let shown = session.cloud.pairs(owner)?;
    Ok(match settled {
        Settled::Rotating(standing, _) if shown.iter().all(|key| key.id != *id) => {
            retire::drop_secret(session, owner, id)?;
            Way::Gone(standing)
        }
        _ => Way::Free(shown),
    })
}

/// What an open rotation holds of pairs that did not leak.
fn keep(
    session: &Session,
    entry: &Entry,
    shown: &[AccessKey],
    id: &AccessKeyId,
) -> Result<(), Failure> {
    let new = entry.got.as_ref().map(|got| got.access_key_id.clone());
    let held = match issue::held_or_restored(session, entry) {
        // The secret of what leaked is not needed.
        Err(_) if new.as_ref() == Some(id) => false,
        held => held?,
    };
    reclaimed(session, entry, shown)?;
    if let Some(new) = new.filter(|_| !held) {
        disclaim(session, &entry.owner(), &new)?;
    }
    if session.unproven.has(entry) {
        keeps_no_other(session, entry, id)?;
    }
    Ok(())
}

/// The pair that this one was to replace would be taken for good again.
fn leaked_too(entry: &Entry, shown: &[AccessKey], id: &AccessKeyId) -> Result<(), Failure> {
    let rotation = entry.intent.rotation.as_ref();
    let other = rotation.filter(|rotation| rotation.leaked && rotation.old != *id);
    let other = other.map(|rotation| &rotation.old);
    let Some(other) = other.filter(|other| shown.iter().any(|key| key.id == **other)) else {
        return Ok(());
    };
    let again = format!(
        "`akm rotate {} --leaked {id}` again",
        entry.owner().selector()
    );
    let message = format!("`{other}`, the other pair, leaked before, and is still there");
    let hint = format!("`akm delete {other} --purge`, then {again}");
    Err(Failure::new(Kind::HalfDone, message).hint(hint))
}

fn settle(
    session: &Session,
    owner: &Owner,
    entry: &Entry,
    id: &AccessKeyId,
) -> Result<Settled, Failure> {
    let noted = note_leak(session, owner, entry, id)?;
    recover::settle(session, owner).map_err(|failure| {
        // What was tried already says how this pair is left.
        if failure.kind == Kind::HalfDone && goes_on(session, owner, Some(id)).unwrap_or(false) {
            return failure;
        }
        let first = failure.hint.clone();
        let first = first.unwrap_or_else(|| "`akm recover`".to_owned());
        let again = format!("then `akm rotate {} --leaked {id}` again", owner.selector());
        let hint = if noted {
            first
        } else {
            format!("{first}, {again}")
        };
        failure.half_done(waits(id)).hint(hint)
    })
}

/// Beside a create that nobody knows the end of: whoever decides that replaces the leaked pair then.
fn note_leak(
    session: &Session,
    owner: &Owner,
    entry: &Entry,
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    let lost = entry.reached == Reached::Intent && !entry.intent.is_of_leak();
    let Some((mut entry, mut journal)) = session.journal.resume(owner)?.filter(|_| lost) else {
        return Ok(false);
    };
    journal.leaked(&mut entry, Some(id.clone()))?;
    Ok(true)
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
