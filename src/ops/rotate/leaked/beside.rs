//! What else is open for the owner of a pair that leaked: it is looked into once the pair is disabled, and what it holds is kept.

use super::{
    super::{Standing, reclaimed},
    begin, disable, goes_on, waits,
};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    rotation::Reached,
};
use crate::metadata::journal::{Entry, Got, OpenJournal};
use crate::ops::{
    Failure, Kind, Session,
    issue::{self, Issued},
    recover::{self, Settled},
    retire,
};

/// What is left to do once nothing else is open.
pub(super) enum Way {
    Free(Vec<AccessKey>),
    /// The leaked pair is replaced and deleted by now.
    Gone(Box<Standing>),
}

/// Whatever else is open for the owner: that the pair leaked is written down there, and the pair disabled, before it is looked into.
pub(super) fn make_way(
    session: &Session,
    owner: &Owner,
    shown: Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<Way, Failure> {
    let Some((mut entry, mut journal)) = session.journal.resume(owner)? else {
        return Ok(Way::Free(shown));
    };
    let noted = leaked_too(&entry, &shown, id).and_then(|()| note(&mut entry, &mut journal, id));
    let shown = disable(session, owner, shown, id)?;
    noted.map_err(|failure| failure.half_done(waits(id)))?;
    if entry.got.is_some() {
        let standing = replace_beside(session, entry, journal, shown, id)?;
        return Ok(Way::Gone(Box::new(standing)));
    }
    Ok(match settle(session, owner, id)? {
        Settled::Rotating(standing, _) => Way::Gone(standing),
        _ => Way::Free(session.cloud.pairs(owner)?),
    })
}

fn note(entry: &mut Entry, journal: &mut OpenJournal, id: &AccessKeyId) -> Result<(), Failure> {
    if entry.leaked.as_ref() == Some(id) {
        return Ok(());
    }
    let noted = journal.leaked(entry, Some(id.clone()));
    noted.map_err(|error| Failure::from(error).hint("the same command again"))
}

/// The leak that was written down beside what is open: what that holds of pairs that did not leak is kept, then the leaked one is
/// replaced.
pub(in crate::ops) fn replace_beside(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
    shown: Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<Standing, Failure> {
    let owner = entry.owner();
    let shown = disable(session, &owner, shown, id)?;
    let shown = issue::with_the_new(session, &entry, shown);
    let kept = leaked_too(&entry, &shown, id)
        .and_then(|()| issue::ready(session, &owner))
        .and_then(|()| keep(session, entry, journal, &shown, id));
    kept.map_err(|failure| failure.half_done(waits(id)))?;
    begin(session, &owner, shown, id)
}

/// What is open holds of pairs that did not leak.
fn keep(
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
    if session.unproven.has(&entry) {
        keeps_no_other(session, &entry, id)?;
    }
    forget_replaced(session, &entry, id)
}

/// The pair that this rotation was to replace leaked too, and is gone.
fn forget_replaced(session: &Session, entry: &Entry, id: &AccessKeyId) -> Result<(), Failure> {
    match &entry.intent.rotation {
        Some(rotation) if rotation.leaked && rotation.old != *id => {
            retire::drop_secret(session, &entry.owner(), &rotation.old)
        }
        _ => Ok(()),
    }
}

/// What a keyring has now, a later command is to read back, and not to put there again.
fn claimed(session: &Session, entry: Entry, journal: OpenJournal) -> Result<Entry, Failure> {
    let secret = issue::unseal(session, &entry)?;
    let Issued {
        mut entry,
        mut journal,
        ..
    } = issue::claim(session, entry, journal, &secret)?;
    if session.unproven.has(&entry) {
        journal.reached(&mut entry, Reached::Stored, session.cloud.now())?;
    }
    Ok(entry)
}

/// The pair that this one was to replace would be taken for good again.
fn leaked_too(entry: &Entry, shown: &[AccessKey], id: &AccessKeyId) -> Result<(), Failure> {
    let rotation = entry.intent.rotation.as_ref();
    let own = rotation.filter(|rotation| rotation.leaked);
    let known = own.map(|rotation| &rotation.old).into_iter();
    let there = |other: &&AccessKeyId| shown.iter().any(|key| key.id == **other);
    let mut others = known.chain(&entry.leaked).filter(|other| *other != id);
    let Some(other) = others.find(there) else {
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

fn settle(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<Settled, Failure> {
    recover::settle(session, owner).map_err(|failure| {
        // What was tried already says how this pair is left.
        if failure.kind == Kind::HalfDone && goes_on(session, owner, Some(id)).unwrap_or(false) {
            return failure;
        }
        let first = failure.hint.clone();
        let hint = first.unwrap_or_else(|| "`akm recover`".to_owned());
        failure.half_done(waits(id)).hint(hint)
    })
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
