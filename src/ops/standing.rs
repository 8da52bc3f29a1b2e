//! Where a rotation stands when a command ends.

use super::{
    Failure, Session,
    action::Action,
    credentials,
    drive::{End, Ending},
    live::{Deed, Went},
    work::Work,
};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    open_work::Replacement,
    plan::Wait,
    time::Timestamp,
};
use crate::metadata::inventory::PairRecord;

/// Both pairs, and what is due.
pub(crate) struct Standing {
    /// The pair in use from now on.
    pub(crate) new: PairRecord,
    /// The one that it replaces.
    pub(crate) old: Option<AccessKeyId>,
    pub(crate) old_status: Option<Status>,
    pub(crate) disable_after: Option<Timestamp>,
    pub(crate) delete_after: Option<Timestamp>,
    pub(crate) state: State,
    /// What this command did.
    pub(crate) action: Action,
    /// Whether the new pair is known to work: what is made where a leaked pair was gone is not asked.
    pub(crate) is_verified: bool,
}

impl Standing {
    /// The pair is in use, nothing is unfinished, and nothing was done.
    pub(in crate::ops) fn alone(pair: &PairRecord) -> Self {
        Self {
            new: pair.clone(),
            old: None,
            old_status: None,
            disable_after: None,
            delete_after: None,
            state: State::None,
            action: Action::None,
            is_verified: true,
        }
    }

    /// What had not come to rest before was cut short.
    pub(in crate::ops) fn is_continued(&mut self, rested: bool) {
        if !rested && !matches!(self.action, Action::Created | Action::RolledBack) {
            self.action = Action::Continued;
        }
    }
}

/// The first of these that the run did.
fn action(went: &Went, state: State) -> Action {
    let did = |wanted: fn(&Deed) -> bool| went.deeds.iter().any(wanted);
    match () {
        () if went.made().is_some() => Action::Created,
        () if state == State::RolledBack && did(|deed| matches!(deed, Deed::Disabled(_))) => {
            Action::RolledBack
        }
        () if did(|deed| matches!(deed, Deed::Deleted(_))) => Action::DeletedOld,
        () if did(|deed| matches!(deed, Deed::Disabled(_))) => Action::DisabledOld,
        () => Action::None,
    }
}

/// How far a rotation has come when the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename_all = "kebab-case")
)]
pub(crate) enum State {
    /// There was nothing to finish.
    None,
    Overlap,
    Grace,
    Done,
    /// A person enabled the old pair again.
    Undone,
    RolledBack,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Overlap => "overlap",
            Self::Grace => "grace",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::RolledBack => "rolled-back",
        }
    }
}

/// Returns where the run left the owner's pairs; an error where it could not do all that is to be done now.
pub(in crate::ops) fn of(work: &Work, went: &Went) -> Result<Standing, Failure> {
    match went.end {
        End::Stop(why) => Err(work.stopped(went, why)),
        End::Wait(Wait::Overlap(_) | Wait::Grace(_) | Wait::Proof) | End::Done => {
            standing(work, went)
        }
        End::Wait(wait) => Err(work.waiting(wait)),
    }
}

fn standing(work: &Work, went: &Went) -> Result<Standing, Failure> {
    if let Some(it) = &work.open().replacement {
        return of_replacement(work, went, it);
    }
    let ended = went.deeds.iter().rev().find_map(|deed| match deed {
        Deed::Ended(old, new, ending) => Some((old, new, *ending)),
        _ => None,
    });
    if let Some((old, new, ending)) = ended {
        let state = match ending {
            Ending::Gone => State::Done,
            Ending::Undone => State::Undone,
        };
        return of_pairs(work, went, (Some(old), Some(new)), state);
    }
    let dropped = went.deeds.iter().rev().find_map(|deed| match deed {
        Deed::Dropped(id) => Some(id),
        _ => None,
    });
    match dropped {
        Some(id) => of_pairs(work, went, (Some(id), None), State::Done),
        None => none(work.session, &work.owner),
    }
}

fn of_replacement(work: &Work, went: &Went, it: &Replacement) -> Result<Standing, Failure> {
    let state = match (it.rolled_back, it.disabled_at) {
        (true, Some(_)) => State::RolledBack,
        (_, Some(_)) => State::Grace,
        (_, None) => State::Overlap,
    };
    let (disable_after, delete_after) = it.due();
    let standing = of_pairs(work, went, (Some(&it.old), Some(&it.new)), state)?;
    Ok(Standing {
        disable_after,
        delete_after,
        ..standing
    })
}

fn of_pairs(
    work: &Work,
    went: &Went,
    (old, new): (Option<&AccessKeyId>, Option<&AccessKeyId>),
    state: State,
) -> Result<Standing, Failure> {
    let record = work.session.record(&work.owner)?;
    let known = new.and_then(|id| record.pair(id));
    let current = known.map_or_else(|| credentials::current(&record), Ok)?;
    let key = went.pairs.iter().find(|key| Some(&key.id) == old);
    Ok(Standing {
        old: old.cloned(),
        old_status: key.map(|key| key.status),
        state,
        action: action(went, state),
        is_verified: new.is_some() || went.seen.verified.contains_key(&current.access_key_id),
        ..Standing::alone(current)
    })
}

/// Nothing is unfinished, and nothing was done.
pub(in crate::ops) fn none(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    let record = session.record(owner)?;
    Ok(Standing::alone(credentials::current(&record)?))
}
