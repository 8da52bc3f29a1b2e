//! `rotate --replace`: a pair whose id was typed goes, so that there is room for a new one.

use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    open_work::OpenWork,
    plan::Ask,
};
use crate::ops::{
    Failure, Session,
    live::Order,
    problem::{Crowd, Pair, Rotation},
    remark::{Of, Remark},
    retire,
    session::no_such_pair,
    two_pairs as crowd,
    work::Work,
};

/// Sees to it that the pair is gone before the rotation begins. One that a rotation still needs is refused.
pub(super) fn first(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    if let Some(it) = work.open().replacement.clone() {
        if it.old == *id && it.disabled_at.is_some() {
            let went = work.go(Ask::EndGrace, Order::none())?;
            super::tell_of_ended(work, &went);
            return Ok(());
        }
        if it.new == *id {
            return Err(Rotation::ReplacesNew(id.clone(), work.owner.clone()).into());
        }
        if it.old == *id && it.delivered_at.is_some() {
            return Err(active(&work.owner, id, false));
        }
    }
    work.check_signer()?;
    let (session, owner) = (work.session, work.owner.clone());
    let shown = session.cloud.pairs(&owner)?;
    if may_go(session, &owner, &shown, id)? {
        retire::delete_inactive(session, &owner, id)?;
        session.tell.note(Remark::Pair(id.clone(), Of::MadeRoom));
    }
    Ok(())
}

/// Whether the pair is there to be deleted. One that is deleted already was so by the same command, cut short.
pub(super) fn may_go(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    let Some(key) = shown.iter().find(|key| key.id == *id) else {
        return known(session, owner, id).map(|()| false);
    };
    if shown.len() == 1 {
        return Err(Rotation::ReplacesOnly(id.clone(), owner.clone()).into());
    }
    retire::not_the_signer(session, id)?;
    if key.status == Status::Active {
        return Err(active(owner, id, retire::is_last(shown, id)));
    }
    Ok(true)
}

fn known(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<(), Failure> {
    let known = session.record(owner)?.pair(id).is_some();
    known.then_some(()).ok_or_else(|| no_such_pair(id))
}

fn active(owner: &Owner, id: &AccessKeyId, is_last: bool) -> Failure {
    Failure::of(Pair::Active {
        id: id.clone(),
        owner: owner.clone(),
        is_last,
        may_force: false,
    })
}

/// Sees to it that nothing is deleted for a rotation that another pair of the owner's is in the way of.
pub(super) fn makes_room(session: &Session, owner: &Owner, open: &OpenWork) -> Result<(), Failure> {
    let Some(it) = &open.replacement else {
        return Ok(());
    };
    let shown = session.cloud.pairs(owner)?;
    let is_other = |key: &AccessKey| key.id != it.old && key.id != it.new;
    if shown.iter().any(is_other) {
        return Err(two_pairs(session, owner, &shown));
    }
    Ok(())
}

/// The owner has two pairs and no rotation is open: both, when each was used, and what to run.
pub(super) fn two_pairs(session: &Session, owner: &Owner, shown: &[AccessKey]) -> Failure {
    let Ok(mut record) = session.record(owner) else {
        return crowd::two_pairs(session, owner, shown);
    };
    record.take_over(shown, session.cloud.now());
    for pair in &mut record.access_keys {
        if pair.is_live()
            && let Ok(Some(used)) = session.cloud.last_used(owner, &pair.access_key_id)
        {
            pair.last_used_at = Some(used);
        }
    }
    let signer = session.cloud.signer();
    let first = crowd::first_to_go(session, (shown, Some(&record)), |key| {
        signer != key.id.as_str()
    });
    crowd::too_many(owner, shown, Some(&record), (Crowd::Rotation, first))
}
