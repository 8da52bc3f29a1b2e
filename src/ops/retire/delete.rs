//! `delete`: a pair whose id was typed, into the recycle bin or for good.

use super::{
    listed::{Listed, gone, list, not_the_signer, set, taken_over},
    status::{self, is_last},
};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    event::Event,
    time::Timestamp,
};
use crate::metadata::{inventory::PairRecord, log::Action};
use crate::ops::{
    Failure, Kind, Session, forget_pair,
    problem::{Half, Pair},
    record,
    session::no_such_pair,
    work::Work,
};

/// What the person allowed besides.
#[derive(Clone, Copy)]
pub(crate) struct Allowed {
    /// An Active pair may be deleted.
    pub(crate) active: bool,
    /// The pair is taken out of the recycle bin too, and its secret forgotten.
    pub(crate) purge: bool,
}

/// Until when the cloud keeps a deleted pair; `None` when it is purged, or the recycle bin did not tell.
pub(crate) struct Deleted {
    pub(crate) owner: Owner,
    pub(crate) restorable_until: Option<Timestamp>,
}

/// What `delete` is about to do, for the question: the owner, and the rules that speak against it. Changes nothing.
pub(crate) fn about_to_delete(
    session: &Session,
    id: &AccessKeyId,
    allowed: Allowed,
) -> Result<Owner, Failure> {
    let listed = list(session, id, allowed.purge)?;
    may_delete(session, &listed, id, allowed)?;
    Ok(listed.work.owner.clone())
}

/// Whether the pair is still Active. `NoSuchPair` when its deletion is done and written down, unless it is to be purged, or a suspect
/// still.
fn may_delete(
    session: &Session,
    listed: &Listed,
    id: &AccessKeyId,
    allowed: Allowed,
) -> Result<bool, Failure> {
    not_the_signer(session, id)?;
    status::not_incoming(&listed.work, id, allowed.active)?;
    let record = session.record(&listed.work.owner)?;
    let deleted = record.pair(id).is_some_and(PairRecord::is_deleted);
    let suspects = session.journal.suspects()?;
    let suspected = suspects.iter().any(|one| one.access_key_id == *id);
    if listed.key(id).is_none() && deleted && !allowed.purge && !suspected {
        return Err(no_such_pair(id));
    }
    let active = listed
        .key(id)
        .is_some_and(|key| key.status == Status::Active);
    if active && !allowed.active {
        return Err(Failure::of(Pair::Active {
            id: id.clone(),
            owner: listed.work.owner.clone(),
            is_last: is_last(&listed.shown, id),
            may_force: true,
        }));
    }
    Ok(active)
}

/// Disables the pair, deletes it, and sees that it is gone. Its secret stays until the recycle bin lets go of the pair, or goes at
/// once with `purge`. A pair that is gone from the cloud and not from metadata is no error: an earlier deletion was cut short.
pub(crate) fn delete(
    session: &Session,
    id: &AccessKeyId,
    allowed: Allowed,
) -> Result<Deleted, Failure> {
    let mut found = list(session, id, allowed.purge)?;
    let active = may_delete(session, &found, id, allowed)?;
    let owner = found.work.owner.clone();
    let user_id = user_id(session, &owner)?;
    status::taken_by_hand(&mut found.work, id)?;
    if active {
        set(&found.work, &found.shown, id, Status::Inactive)?;
    }
    status::outgoing_is_disabled(&mut found.work, id)?;
    let deleted = finish_deletion(session, &owner, id, allowed, &user_id);
    deleted.map_err(|failure| cut_short(failure, id))?;
    if found.work.is_outgoing(id) {
        found.work.append(Event::Ended)?;
    }
    // The journal's copy may be the only one: metadata claims none before that goes.
    if allowed.purge && found.work.open().made.contains_key(id) {
        forget_pair::end_claim(session, &owner, id)?;
    }
    if allowed.purge || is_kept(&found.work, id)? {
        found.work.append_if_open(Event::Forgotten(id.clone()))?;
    }
    if allowed.purge {
        forget_pair::forget(session, &owner, id)?;
    }
    found.work.tidy()?;
    let kept = (!allowed.purge).then(|| kept_until(session, id));
    Ok(Deleted {
        owner,
        restorable_until: kept.flatten(),
    })
}

/// Whether the journal need not know any more that the pair was made or restored lately: else it would count as there. Its sealed copy
/// stays where the store does not give the secret back.
fn is_kept(work: &Work, id: &AccessKeyId) -> Result<bool, Failure> {
    let open = work.open();
    if !open.made.contains_key(id) {
        return Ok(open.restored.contains_key(id));
    }
    let record = work.session.record(&work.owner)?;
    let pair = record.pair(id);
    Ok(pair.is_some_and(|pair| work.session.secret(pair).is_ok()))
}

fn cut_short(failure: Failure, id: &AccessKeyId) -> Failure {
    match failure.kind {
        Kind::HalfDone => failure,
        _ => failure.half_done(Half::Deletion(id.clone())),
    }
}

/// Deletes an Inactive pair for `rotate --replace`. The caller has asked for the account, listed the pairs and holds the lock. Gives
/// back the pairs that are there then.
pub(in crate::ops) fn delete_inactive(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<Vec<AccessKey>, Failure> {
    let kept = Allowed {
        active: false,
        purge: false,
    };
    let deleted = finish_deletion(session, owner, id, kept, "");
    deleted.map_err(|failure| cut_short(failure, id))
}

/// From the disabled pair on; each step can be done again.
fn finish_deletion(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
    allowed: Allowed,
    user_id: &str,
) -> Result<Vec<AccessKey>, Failure> {
    let answer = session.cloud.delete_pair(owner, id);
    gone(record::change(
        session,
        Action::Delete,
        owner,
        Some(id),
        answer,
    ))?;
    let shown = session.cloud.pairs(owner)?;
    if shown.iter().any(|key| key.id == *id) {
        return Err(Pair::StillListed(id.clone()).into());
    }
    taken_over(session, owner, &shown, |_| (), id)?;
    session.journal.resolve(id)?;
    if allowed.purge {
        let answer = session.cloud.purge(id, user_id);
        let answer = record::change(session, Action::Purge, owner, Some(id), answer);
        gone(answer)?;
    }
    Ok(shown)
}

fn kept_until(session: &Session, id: &AccessKeyId) -> Option<Timestamp> {
    session.cloud.recycled_pair(id).ok()?.until
}

fn user_id(session: &Session, owner: &Owner) -> Result<String, Failure> {
    match owner {
        Owner::RamUser(name) => Ok(session.cloud.user(name)?.user_id),
        Owner::Account => Ok(session.id.to_string()),
    }
}
