//! `disable` and `enable`: a pair whose id was typed. A person's command on a pair ends what the journal wants with it.

use super::listed::{find, not_the_signer, set};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    event::Event,
    open_work::Replacement,
};
use crate::metadata::inventory::PairRecord;
use crate::ops::{
    Failure, Session,
    problem::{Anyway, Pair, Rotation},
    remark::{self, Of, Remark},
    work::Work,
};

/// Makes a pair Inactive. `LastActivePair` when it is the owner's only Active one and `force` is not given;
/// `SigningPair` when akm signs with it.
pub(crate) fn disable(
    session: &Session,
    id: &AccessKeyId,
    force: bool,
) -> Result<PairRecord, Failure> {
    let (mut found, status) = find(session, id)?;
    not_the_signer(session, id)?;
    not_incoming(&found.work, id, force)?;
    if status == Status::Active && is_last(&found.shown, id) && !force {
        return Err(Pair::LastActive(id.clone(), found.work.owner.clone()).into());
    }
    taken_by_hand(&mut found.work, id)?;
    let pair = set(&found.work, &found.shown, id, Status::Inactive)?;
    if outgoing_is_disabled(&mut found.work, id)? {
        let goes_on = remark::Rotation::GoesOn(id.clone(), found.work.owner.clone());
        session.tell.note(goes_on.into());
    }
    found.work.tidy()?;
    Ok(pair)
}

/// `Refused` for the incoming pair of a replacement, unless a person insists.
pub(super) fn not_incoming(work: &Work, id: &AccessKeyId, force: bool) -> Result<(), Failure> {
    let Some(it) = incoming(work, id).filter(|_| !force) else {
        return Ok(());
    };
    Err(Rotation::Incoming(work.owner.clone(), Box::new(it.clone())).into())
}

fn incoming<'a>(work: &'a Work, id: &AccessKeyId) -> Option<&'a Replacement> {
    let replacement = work.open().replacement.as_ref();
    replacement.filter(|it| it.new == *id)
}

/// The incoming pair of a replacement is taken out of use by hand: the replacement is over, before the cloud is asked.
pub(super) fn taken_by_hand(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    let Some(it) = incoming(work, id) else {
        return Ok(());
    };
    let (new, rolled_back) = (id.clone(), it.rolled_back);
    work.append(Event::Withdrawn(id.clone()))?;
    let forgotten = remark::Rotation::Forgotten { new, rolled_back };
    work.session.tell.note(forgotten.into());
    Ok(())
}

/// Records that the outgoing pair of a replacement is Inactive now. Returns whether it is that pair.
pub(super) fn outgoing_is_disabled(work: &mut Work, id: &AccessKeyId) -> Result<bool, Failure> {
    let outgoing = work.is_outgoing(id) && work.is_delivered();
    if outgoing {
        work.append(Event::Disabled(id.clone(), work.session.cloud.now()))?;
    }
    Ok(outgoing)
}

/// Whether no other pair of the owner is Active.
pub(in crate::ops) fn is_last(shown: &[AccessKey], id: &AccessKeyId) -> bool {
    let mut others = shown.iter().filter(|key| key.id != *id);
    others.all(|key| key.status == Status::Inactive)
}

/// Makes a pair Active. Ends a rotation that takes the pair out of use, and a leak of it.
pub(crate) fn enable(
    session: &Session,
    id: &AccessKeyId,
    force: bool,
) -> Result<PairRecord, Failure> {
    let (mut found, _) = find(session, id)?;
    let known = session.record(&found.work.owner)?;
    let is_marked = known.pair(id).is_some_and(|pair| pair.leaked);
    let leaked = is_marked || found.work.open().leaked.contains(id);
    if leaked && !force {
        return Err(Pair::Leaked(id.clone(), Anyway::Enable).into());
    }
    withdraw(&mut found.work, id)?;
    let pair = set(&found.work, &found.shown, id, Status::Active)?;
    if leaked {
        session
            .tell
            .warn(Remark::Pair(id.clone(), Of::HandedOutAgain));
    }
    found.work.tidy()?;
    Ok(pair)
}

/// First: cut short after it, nothing disables the pair again.
fn withdraw(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    let leaked = work.open().leaked.contains(id);
    if !leaked && !work.is_outgoing(id) {
        return Ok(());
    }
    work.append(Event::Withdrawn(id.clone()))?;
    work.session.tell.note(if leaked {
        Remark::Pair(id.clone(), Of::NotReplaced)
    } else {
        remark::Rotation::Left(id.clone()).into()
    });
    Ok(())
}
