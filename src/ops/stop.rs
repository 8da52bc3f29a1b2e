//! Why a run goes no further by itself.

use super::{
    Failure, Session,
    drive::World,
    live::{Deed, Live, Went},
    problem::{Half, LeakLeft, NoRoom, Pair, PairsLeft, Room, Rotation, Stopped, Waits},
    profile, two_pairs,
};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    name::ProfileName,
    open_work::{OpenWork, Replacement},
    plan::{Stop, Wait},
    seen::{Seen, Sight},
};

/// Returns how far a run came that failed; `None` where it changed nothing.
pub(super) fn half(open: &OpenWork, live: &Live) -> Option<Half> {
    if let Some(it) = &open.replacement {
        let (old, new) = (it.old.clone(), it.new.clone());
        let left = pairs_left(open, live, it);
        return Some(Half::Rotation { old, new, left });
    }
    let seen = live.seen();
    if let Some(id) = open.leaked.iter().find(|id| seen.asked.contains(*id)) {
        return Some(leak(open, seen, id));
    }
    if let Some(id) = open.made.keys().find(|id| !live.is_claimed(id)) {
        return Some(Half::Made(id.clone()));
    }
    let mut deeds = live.deeds.iter();
    let has_made = deeds.any(|deed| matches!(deed, Deed::Created(_)));
    has_made.then_some(Half::Journal)
}

fn pairs_left(open: &OpenWork, live: &Live, it: &Replacement) -> PairsLeft {
    let seen = live.seen();
    let gone = |id| seen.list.is_some() && seen.sight(open, id) == Sight::Gone;
    match () {
        () if live.maybe_deleted.as_ref() == Some(&it.old) => PairsLeft::OldMaybeDeleted,
        () if gone(&it.old) => PairsLeft::OldGone,
        () if gone(&it.new) => PairsLeft::NewGone,
        () => PairsLeft::Both,
    }
}

/// Returns how a run leaves a leaked pair that it does not bring to its end.
pub(super) fn leak(open: &OpenWork, seen: &Seen, id: &AccessKeyId) -> Half {
    let left = match (&seen.list, seen.sight(open, id)) {
        (_, Sight::Gone) => LeakLeft::Gone,
        (None, _) => LeakLeft::Disabled,
        (Some(_), _) => LeakLeft::Waits,
    };
    Half::Leak(id.clone(), left)
}

/// Returns why a run waits, where the command was to do more than wait.
pub(super) fn waiting(owner: &Owner, open: &OpenWork, wait: Wait) -> Failure {
    Failure::of(Rotation::Waits(Box::new(Waits {
        owner: owner.clone(),
        wait,
        replacement: open.replacement.clone(),
        leaked: open.leaked.first().cloned(),
        restoring: open.restoring.keys().next().cloned(),
    })))
}

/// Returns why a run stopped, or would stop where it `is_planned`.
pub(super) fn stopped(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    (went, is_planned): (&Went, bool),
    why: Stop,
) -> Failure {
    match (why, &open.replacement, open.leaked.first()) {
        (Stop::NoPair, ..) => Pair::NoneOf(owner.clone()).into(),
        (Stop::NoRoom, _, Some(id)) => Failure::of(Rotation::NoRoom(NoRoom {
            owner: owner.clone(),
            leaked: id.clone(),
            is_planned,
            room: room(session, open, went),
        })),
        (Stop::TwoPairs | Stop::NoRoom, ..) => two_pairs::two_pairs(session, owner, &went.pairs),
        (why, Some(it), _) => Failure::of(Rotation::Stopped(Box::new(Stopped {
            owner: owner.clone(),
            it: it.clone(),
            why,
            is_planned,
            old: went.seen.sight(open, &it.old),
            signing: signing(session, &it.old),
        }))),
        (_, None, _) => Rotation::Nothing.into(),
    }
}

fn signing(session: &Session, id: &AccessKeyId) -> Option<(ProfileName, ProfileName)> {
    let with = profile::signing_with(session, id).ok()??;
    Some((with, session.profile.clone()))
}

/// What makes room for a pair that takes the place of a leaked one.
fn room(session: &Session, open: &OpenWork, went: &Went) -> Room {
    let mut others = went.pairs.clone();
    others.retain(|key| !open.leaked.contains(&key.id));
    let readable = &went.seen.readable;
    let mut unused = others.iter().rev();
    let unused = unused.find(|key| key.status == Status::Inactive && readable.contains(&key.id));
    let suspect = two_pairs::suspect(session, &others);
    match (unused, suspect, others.first()) {
        (Some(key), ..) => Room::Enable(key.id.clone()),
        (None, Some(id), _) => Room::DeleteSuspect(id),
        (None, None, Some(key)) => Room::Delete(key.id.clone()),
        (None, None, None) => Room::IsThere,
    }
}
