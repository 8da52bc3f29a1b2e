//! A person's word on what is open.

use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    event::Event,
    open_work::OpenWork,
    plan::Wait,
    time::Timestamp,
};
use crate::metadata::{journal::Suspect, log::Action};
use crate::ops::{Failure, Session, live::limits, problem::Dismissal, record, work::Work};

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
    let mut unreadable = None;
    for (_, open) in session.journal.open()? {
        match open {
            Ok(open) if meant(&open.work, id).is_some() => return end(session, &open.owner, id),
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
    Dismissal::NothingSuch(id.clone()).into()
}

/// What a word on that pair means where this is open.
fn meant(open: &OpenWork, id: &AccessKeyId) -> Option<Dismissed> {
    if open.restoring.contains_key(id) {
        return Some(Dismissed::Restore);
    }
    if open.leaked.contains(id) {
        return Some(Dismissed::Leak);
    }
    let incoming = open.replacement.as_ref().is_some_and(|it| it.new == *id);
    incoming.then_some(Dismissed::Rotation)
}

/// Read once more under the lock: another akm may have gone on with it meanwhile.
fn end(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<Dismissed, Failure> {
    let mut work = Work::begin(session, owner)?;
    let dismissed = meant(work.open(), id).ok_or_else(|| nothing_such(id))?;
    match dismissed {
        Dismissed::Restore => forget_restore(&mut work, id)?,
        Dismissed::Rotation => {
            work.check_signer()?;
            is_gone(&work, id)?;
            work.append(Event::Withdrawn(id.clone()))?;
        }
        _ => {
            work.append(Event::Withdrawn(id.clone()))?;
            forget_mark(session, owner, id)?;
        }
    }
    record::done(session, Action::Dismiss, owner, id);
    work.tidy()?;
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

/// Of a user that is gone all pairs are.
fn listed(work: &Work) -> Result<Vec<AccessKey>, Failure> {
    match work.session.cloud.pairs(&work.owner) {
        Err(error) if error.fault == Fault::NoSuchUser => Ok(Vec::new()),
        listed => Ok(listed?),
    }
}

fn is_gone(work: &Work, id: &AccessKeyId) -> Result<(), Failure> {
    let (session, listed) = (work.session, listed(work)?);
    if let Some(key) = listed.iter().find(|key| key.id == *id) {
        let held = session
            .record(&work.owner)?
            .pair(id)
            .is_some_and(|pair| session.secret(pair).is_ok());
        if held {
            let (owner, status) = (work.owner.clone(), key.status);
            return Err(Dismissal::RotationGoesOn(id.clone(), owner, status).into());
        }
    }
    let made = work.open().made.get(id).map(|made| made.created_at);
    let user_is_gone = listed.is_empty();
    if !user_is_gone && made.is_some_and(|at| !is_deleted(session, id, at)) {
        return Err(Dismissal::JustMade(id.clone()).into());
    }
    Ok(())
}

/// A list may lag behind the create that it follows. A pair that the recycle bin has, or that is missing long after, was deleted.
fn is_deleted(session: &Session, id: &AccessKeyId, created_at: Timestamp) -> bool {
    let lag = limits(session).lag;
    session.cloud.now() > created_at + lag || session.cloud.recycled_pair(id).is_ok()
}

/// A restore whose pair is nowhere. `Undecided` while it may yet be executed, `Exists` when the pair is there.
fn forget_restore(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    let session = work.session;
    work.check_signer()?;
    if listed(work)?.iter().any(|key| key.id == *id) {
        return Err(Dismissal::IsBack(id.clone(), work.owner.clone()).into());
    }
    let until = work
        .open()
        .restoring
        .get(id)
        .map(|it| it.asked_at + limits(session).expiry);
    if let Some(until) = until.filter(|until| session.cloud.now() < *until) {
        return Err(work.waiting(Wait::Restore(until)));
    }
    work.append(Event::Restored(id.clone(), None))
}
