//! `rotate --rollback`: the old pair back in use, and only then the new one out of it.

use super::{
    Failure, Session,
    advice::Advice,
    live::{Order, limits},
    problem::Rotation,
    standing::{self, Standing, State},
    stop,
    work::Work,
};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    event::Event,
    open_work::{OpenWork, Replacement},
    plan::{Ask, Wait},
    policy,
};
use crate::metadata::inventory::PairRecord;

/// Rolls the open rotation back: enables the old pair, verifies it, delivers it, and disables the new one, which stays held.
/// `Refused` when none is open.
pub(crate) fn roll_back(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    let mut work = Work::begin(session, owner)?;
    may_go_back(session, owner, work.open())?;
    work.check_signer()?;
    if let Some(it) = work.open().replacement.clone().filter(|it| !it.rolled_back) {
        is_listed(session, owner, &it)?;
        work.append(Event::RolledBack)?;
    }
    let went = work.go(Ask::Continue, Order::none())?;
    let standing = standing::of(&work, &went)?;
    // Where the new pair is gone, the rollback is over at once.
    let state = match standing.state {
        State::Done => State::RolledBack,
        state => state,
    };
    Ok(Standing { state, ..standing })
}

/// A pair that is gone is not gone back to. A list that lags may lack one that was made or disabled just now: returns whether it is
/// listed.
pub(in crate::ops) fn is_listed(
    session: &Session,
    owner: &Owner,
    it: &Replacement,
) -> Result<bool, Failure> {
    let listed = session
        .cloud
        .pairs(owner)?
        .iter()
        .any(|key| key.id == it.old);
    if !listed && session.cloud.recycled_pair(&it.old).is_ok() {
        return Err(nothing_open(session, owner));
    }
    Ok(listed)
}

/// Only a rotation is rolled back, and not one of a pair that leaked.
pub(in crate::ops) fn may_go_back(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
) -> Result<(), Failure> {
    let request = open.request.as_ref();
    if let Some(request) = request.filter(|it| it.replaces.is_some() && open.leaked.is_empty()) {
        let until = limits(session).decided_at(request);
        let failure = stop::waiting(owner, open, Wait::Expiry(until));
        return Err(if session.cloud.now() < until {
            failure
        } else {
            failure.advise([Advice::Recover])
        });
    }
    match (&open.replacement, open.leaked.first()) {
        (Some(_), _) => Ok(()),
        (None, None) => Err(nothing_open(session, owner)),
        (None, Some(_)) => Err(Rotation::OfLeaked(owner.clone()).into()),
    }
}

/// What a finished rotation deleted may be brought back, where there is room for it, the recycle bin has it and its secret is held.
pub(super) fn nothing_open(session: &Session, owner: &Owner) -> Failure {
    Rotation::NotOpen(owner.clone(), restorable(session, owner)).into()
}

fn restorable(session: &Session, owner: &Owner) -> Option<AccessKeyId> {
    let record = session.record(owner).ok()?;
    let room = record.live().count() < policy::PAIRS_PER_OWNER;
    let pairs = record.access_keys.into_iter();
    let deleted = pairs.filter(|pair| room && pair.is_deleted() && pair.secret_store.is_some());
    let id = deleted
        .max_by_key(|pair: &PairRecord| pair.deleted_at)?
        .access_key_id;
    session.cloud.recycled_pair(&id).is_ok().then_some(id)
}
