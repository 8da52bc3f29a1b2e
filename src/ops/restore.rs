//! `restore`: a deleted pair back from the cloud's recycle bin. It comes back Active, so that what was asked is written down first.

use super::{
    Failure, Kind, Session,
    advice::Advice,
    drive::End,
    issue,
    live::{Deed, Order, limits},
    problem::{Anyway, Half, Pair, Restore},
    record, retire,
    work::Work,
};
use crate::cloud::{Error, Fault, Outcome};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    event::Event,
    open_work::Restoring,
    plan::{Ask, Wait},
};
use crate::metadata::{inventory::PairRecord, log::Action};
use chrono::TimeDelta;

/// Brings a deleted pair back, disabled at once unless `active`; finishes what an earlier command began. `NoSuchPair` when the
/// recycle bin does not have it, `TwoPairs` when its owner has as many others as it may, `Exists` when it is not deleted. Ends the
/// rotation that it was part of.
pub(crate) fn restore(
    session: &Session,
    id: &AccessKeyId,
    wanted: Wanted,
) -> Result<PairRecord, Failure> {
    let caller = session.caller()?;
    if let Some(owner) = begun_for(session, id)? {
        Session::check_caller(&caller, &owner)?;
        return again(session, &owner, id, wanted);
    }
    let recycled = session.cloud.recycled_pair(id);
    let recycled = recycled.map_err(|error| not_recycled(session, id, error))?;
    let user_id = recycled.user_id.unwrap_or_else(|| session.id.to_string());
    let owner = if user_id == session.id.as_str() {
        Owner::Account
    } else {
        Owner::RamUser(session.cloud.user_by_id(&user_id)?.name)
    };
    Session::check_caller(&caller, &owner)?;
    let mut work = begin(session, &owner, id)?;
    check_leaked(&mut work, id, wanted)?;
    decide_first(&mut work)?;
    send(&mut work, id, wanted.active, &user_id)
}

/// What the person asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// Leave it Active, as the cloud returns it.
    pub(crate) active: bool,
    /// Even if it leaked.
    pub(crate) force: bool,
}

/// `Refused` for a pair that leaked, unless a person insists: once Active it counts as leaked no more.
fn check_leaked(work: &mut Work, id: &AccessKeyId, wanted: Wanted) -> Result<(), Failure> {
    let mut record = work.session.record(&work.owner)?;
    let is_open = work.open().leaked.contains(id);
    let is_marked = record.pair(id).is_some_and(|pair| pair.leaked);
    if !is_open && !is_marked {
        return Ok(());
    }
    if !wanted.force {
        let active = wanted.active;
        return Err(Pair::Leaked(id.clone(), Anyway::Restore { active }).into());
    }
    // First: cut short after it, nothing takes the pair out of use again.
    if is_open {
        work.append(Event::Withdrawn(id.clone()))?;
    }
    if let Some(pair) = record.pair_mut(id) {
        pair.leaked = !wanted.active;
        work.session.inventory.save(&record)?;
    }
    Ok(())
}

fn begin<'a>(session: &'a Session, owner: &Owner, id: &AccessKeyId) -> Result<Work<'a>, Failure> {
    let mut work = Work::begin(session, owner)?;
    work.signer_is_checked();
    work.restores = Some(id.clone());
    Ok(work)
}

/// The owner whose journal says that the pair is to come back, or is back and metadata does not know it yet.
fn begun_for(session: &Session, id: &AccessKeyId) -> Result<Option<Owner>, Failure> {
    for (key, open) in session.journal.open()? {
        match open {
            Ok(open) if open.work.restoring.contains_key(id) => return Ok(Some(open.owner)),
            Ok(open) if open.work.restored.contains_key(id) => {
                let record = session.record(&open.owner)?;
                if record.pair(id).is_some_and(PairRecord::is_deleted) {
                    return Ok(Some(open.owner));
                }
            }
            Err(error) if key == id.as_str() => return Err(error.into()),
            _ => (),
        }
    }
    Ok(None)
}

/// An earlier command was cut short in the middle: what is asked now is what counts.
fn again(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
    wanted: Wanted,
) -> Result<PairRecord, Failure> {
    let mut work = begin(session, owner, id)?;
    check_leaked(&mut work, id, wanted)?;
    let active = wanted.active;
    if let Some(Restoring { asked_at, .. }) = work.open().restoring.get(id).cloned() {
        let restoring = Restoring { active, asked_at };
        work.append(Event::Restoring(id.clone(), restoring))?;
    }
    let went = work.go(Ask::Continue, Order::none())?;
    let is_back = |deed: &Deed| matches!(deed, Deed::Restored(back, ..) if back == id);
    if !went.deeds.iter().any(is_back)
        && let Ok(recycled) = session.cloud.recycled_pair(id)
    {
        let user_id = recycled.user_id.unwrap_or_else(|| session.id.to_string());
        decide_first(&mut work)?;
        return send(&mut work, id, active, &user_id);
    }
    settled(&work, id, went.end)
}

/// Asks the cloud for the pair, and then for its status.
fn send(
    work: &mut Work,
    id: &AccessKeyId,
    active: bool,
    user_id: &str,
) -> Result<PairRecord, Failure> {
    has_room(work, id)?;
    let earlier = work.open().restoring.contains_key(id);
    let is_taken = ask(work, id, active, user_id)?;
    let went = work.go(Ask::Continue, Order::none());
    let went = went.map_err(|failure| not_settled(failure, id))?;
    if is_taken && work.open().restoring.contains_key(id) {
        return Err(Restore::Unlisted(id.clone()).into());
    }
    if !earlier && work.open().restoring.contains_key(id) {
        work.append(Event::Restored(id.clone(), None))?;
        work.close_if_empty()?;
    }
    settled(work, id, went.end)
}

/// A pair that comes back would be taken for the one that a lost create made.
fn decide_first(work: &mut Work) -> Result<(), Failure> {
    if work.open().request.is_none() {
        return Ok(());
    }
    let went = work.go(Ask::Continue, Order::none())?;
    match went.end {
        End::Wait(wait @ Wait::Expiry(_)) => Err(work.waiting(wait)),
        _ => Ok(()),
    }
}

fn has_room(work: &Work, id: &AccessKeyId) -> Result<(), Failure> {
    let (session, owner) = (work.session, &work.owner);
    let mut shown = session.cloud.pairs(owner)?;
    shown.retain(|key| key.id != *id);
    let usual = crate::core::policy::PAIRS_PER_OWNER;
    if shown.len() >= usual && shown.len() >= issue::most_pairs(&session.cloud, owner)? {
        return Err(super::two_pairs::two_pairs(session, owner, &shown));
    }
    Ok(())
}

/// What is certainly not done needs no finishing, unless it was asked for before. Returns whether the cloud took it: of a pair that the
/// recycle bin does not have any more, since somebody was faster, the pair itself says what became.
fn ask(work: &mut Work, id: &AccessKeyId, active: bool, user_id: &str) -> Result<bool, Failure> {
    let (session, owner) = (work.session, work.owner.clone());
    let earlier = work.open().restoring.contains_key(id);
    // It may be sent four times, signed anew each time, within three minutes. By the clock that is signed by.
    let late = if session.cloud.may_execute_late() {
        3
    } else {
        0
    };
    let asked_at = session.clock.now() + TimeDelta::minutes(late);
    work.append(Event::Restoring(id.clone(), Restoring { active, asked_at }))?;
    let answer = session.cloud.restore(id, user_id);
    let answer = record::change(session, Action::Restore, &owner, Some(id), answer);
    let error = match answer {
        Ok(()) => return Ok(true),
        Err(error) if error.fault == Fault::NoSuchPair => return Ok(false),
        Err(error) => error,
    };
    if error.outcome() == Outcome::Unknown {
        return Err(Failure::from(error).half_done(Half::MaybeRestored(id.clone())));
    }
    if earlier {
        let failure = Failure::from(error).half_done(Half::MayBeRestored(id.clone()));
        let until = asked_at + limits(session).expiry;
        return Err(failure.advise([Advice::RecoverAfter(until)]));
    }
    work.append(Event::Restored(id.clone(), None))?;
    work.close_if_empty()?;
    Err(error.into())
}

fn settled(work: &Work, id: &AccessKeyId, end: End) -> Result<PairRecord, Failure> {
    if let (true, End::Wait(wait)) = (work.open().restoring.contains_key(id), end) {
        return Err(work.waiting(wait));
    }
    let record = work.session.record(&work.owner)?;
    let pair = record.pair(id).filter(|pair| pair.is_live()).cloned();
    pair.ok_or_else(|| Restore::Missing(id.clone(), None).into())
}

fn not_settled(failure: Failure, id: &AccessKeyId) -> Failure {
    if failure.kind == Kind::HalfDone {
        return failure;
    }
    failure.half_done(Half::Restored(id.clone()))
}

fn not_recycled(session: &Session, id: &AccessKeyId, error: Error) -> Failure {
    if error.fault != Fault::NoSuchPair {
        return error.into();
    }
    match retire::find(session, id) {
        Ok((found, status)) => Restore::There(id.clone(), found.work.owner.clone(), status).into(),
        Err(_) => Restore::Missing(id.clone(), Some(Box::new(error))).into(),
    }
}
