//! The pairs of a typed id's owner: listed, changed and written down.

use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    plan::Ask,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    log::Action,
};
use crate::ops::{
    Failure, Session,
    drive::End,
    live::Order,
    problem::{Half, Pair},
    profile, record, refresh,
    session::no_such_pair,
    work::Work,
};

/// The pairs of a pair's owner, which this command may change; the pair itself may be gone.
pub(in crate::ops) struct Listed<'a> {
    pub(in crate::ops) work: Work<'a>,
    pub(super) shown: Vec<AccessKey>,
}

impl Listed<'_> {
    pub(super) fn key(&self, id: &AccessKeyId) -> Option<&AccessKey> {
        self.shown.iter().find(|key| key.id == *id)
    }
}

/// A pair that is being restored is seen to its end first; but not one that goes for good, which cannot come back then.
pub(super) fn list<'a>(
    session: &'a Session,
    id: &AccessKeyId,
    for_good: bool,
) -> Result<Listed<'a>, Failure> {
    let owner = session.owner_of(id)?;
    let mut work = Work::begin(session, &owner)?;
    work.check_signer()?;
    if work.open().restoring.contains_key(id) && !for_good {
        let went = work.go(Ask::Continue, Order::none())?;
        if let (true, End::Wait(wait)) = (work.open().restoring.contains_key(id), went.end) {
            return Err(work.waiting(wait));
        }
    }
    let shown = session.cloud.pairs(&owner)?;
    reclaim(&work, &shown)?;
    Ok(Listed { work, shown })
}

/// Before the command ends what the journal knows.
fn reclaim(work: &Work, shown: &[AccessKey]) -> Result<(), Failure> {
    let mut record = work.session.record(&work.owner)?;
    record.take_over(shown, work.session.cloud.now());
    let reclaimed = refresh::reclaim(work.session, work.open(), &mut record);
    if reclaimed.is_empty() {
        return Ok(());
    }
    Ok(work.session.inventory.save(&record)?)
}

/// The same of a pair that is listed; its status, too.
pub(in crate::ops) fn find<'a>(
    session: &'a Session,
    id: &AccessKeyId,
) -> Result<(Listed<'a>, Status), Failure> {
    let listed = list(session, id, false)?;
    let key = listed.key(id).ok_or_else(|| no_such_pair(id))?;
    let status = key.status;
    Ok((listed, status))
}

/// Asks for that status whatever the cloud lists, which may lag, and writes it down.
pub(super) fn set(
    work: &Work,
    shown: &[AccessKey],
    id: &AccessKeyId,
    status: Status,
) -> Result<PairRecord, Failure> {
    let (session, owner) = (work.session, &work.owner);
    set_status(session, owner, id, status)?;
    let now = session.cloud.now();
    let record = taken_over(
        session,
        owner,
        shown,
        |pair| {
            pair.status = status;
            if status == Status::Active {
                (pair.leaked, pair.undelivered) = (false, false);
                pair.nothing_due();
            }
            pair.retired_at = match status {
                Status::Inactive => pair.retired_at.or(Some(now)),
                Status::Active => None,
            };
        },
        id,
    );
    let unrecorded =
        |failure: Failure| failure.half_done(Half::StatusUnrecorded(id.clone(), status));
    let record = record.map_err(unrecorded)?;
    record.pair(id).cloned().ok_or_else(|| no_such_pair(id))
}

fn set_status(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
    status: Status,
) -> Result<(), Failure> {
    let action = match status {
        Status::Active => Action::Enable,
        Status::Inactive => Action::Disable,
    };
    let answer = session.cloud.set_status(owner, id, status);
    Ok(record::change(session, action, owner, Some(id), answer)?)
}

pub(super) fn taken_over(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    change: impl Fn(&mut PairRecord),
    id: &AccessKeyId,
) -> Result<OwnerRecord, Failure> {
    let mut record = session.record(owner)?;
    record.take_over(shown, session.cloud.now());
    if let Some(pair) = record.pair_mut(id) {
        change(pair);
    }
    session.inventory.save(&record)?;
    Ok(record)
}

/// Not found is success here: this run has asked for the account and seen the owner's list.
pub(super) fn gone(answer: Result<(), crate::cloud::Error>) -> Result<(), Failure> {
    match answer {
        Err(error) if error.fault == Fault::NoSuchPair => Ok(()),
        other => Ok(other?),
    }
}

/// `SigningPair` when akm, or a profile, signs with it.
pub(in crate::ops) fn not_the_signer(session: &Session, id: &AccessKeyId) -> Result<(), Failure> {
    if session.cloud.signer() == id.as_str() {
        return Err(Pair::Signs(id.clone()).into());
    }
    let name = profile::signing_with(session, id)?;
    name.map_or(Ok(()), |name| Err(Pair::SignsFor(name, id.clone()).into()))
}
