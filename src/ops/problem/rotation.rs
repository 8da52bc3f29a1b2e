//! Rotations, rollbacks and leaks that do not go on.

use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    name::ProfileName,
    open_work::Replacement,
    plan::{Stop, Wait},
    seen::Sight,
};
use crate::ops::Kind;

#[derive(Debug)]
pub(crate) enum Rotation {
    Stopped(Box<Stopped>),
    Waits(Box<Waits>),
    NoRoom(NoRoom),
    /// The run stopped, and there is nothing to continue.
    Nothing,
    /// The pair is the incoming one of this replacement.
    Incoming(Owner, Box<Replacement>),
    /// The pair that is to go is the incoming one of an unfinished rotation.
    ReplacesNew(AccessKeyId, Owner),
    /// The pair that is to go is the owner's only one.
    ReplacesOnly(AccessKeyId, Owner),
    /// The pair is disabled by now: no other overlap can be said.
    OverlapIsOver(AccessKeyId),
    /// Nothing can be rolled back; a deleted pair that could be restored.
    NotOpen(Owner, Option<AccessKeyId>),
    /// A pair that leaked is not brought back.
    OfLeaked(Owner),
}

/// A replacement that does not go on without a person.
#[derive(Debug)]
pub(crate) struct Stopped {
    pub(crate) owner: Owner,
    pub(crate) it: Replacement,
    pub(crate) why: Stop,
    /// Whether it would stop, and did not.
    pub(crate) is_planned: bool,
    /// What the outgoing pair is.
    pub(crate) old: Sight,
    /// A profile that signs with the outgoing pair, and the one by which this command acts.
    pub(crate) signing: Option<(ProfileName, ProfileName)>,
}

/// Work that has to wait, where the command was to do more than that.
#[derive(Debug)]
pub(crate) struct Waits {
    pub(crate) owner: Owner,
    pub(crate) wait: Wait,
    pub(crate) replacement: Option<Replacement>,
    pub(crate) leaked: Option<AccessKeyId>,
    pub(crate) restoring: Option<AccessKeyId>,
}

/// Nothing can take the place of a pair that leaked. It was deleted to make room, and the others leave none.
#[derive(Debug)]
pub(crate) struct NoRoom {
    pub(crate) owner: Owner,
    pub(crate) leaked: AccessKeyId,
    /// Whether it would be deleted, and was not.
    pub(crate) is_planned: bool,
    pub(crate) room: Room,
}

/// What makes room beside a leaked pair.
#[derive(Debug)]
pub(crate) enum Room {
    /// This one is Inactive, its secret is saved, and it may be taken into use.
    Enable(AccessKeyId),
    /// This one is a suspect.
    DeleteSuspect(AccessKeyId),
    /// This one may be needed.
    Delete(AccessKeyId),
    IsThere,
}

impl Rotation {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Stopped(it) if it.is_planned => Kind::Refused,
            Self::NoRoom(it) if it.is_planned => Kind::Refused,
            Self::Stopped(_) | Self::NoRoom(_) => Kind::HalfDone,
            Self::Waits(it) => of_wait(it.wait),
            Self::Nothing => Kind::Failed,
            Self::Incoming(..)
            | Self::ReplacesNew(..)
            | Self::ReplacesOnly(..)
            | Self::OverlapIsOver(_)
            | Self::NotOpen(..)
            | Self::OfLeaked(_) => Kind::Refused,
        }
    }
}

fn of_wait(wait: Wait) -> Kind {
    match wait {
        Wait::Expiry(_) | Wait::Restore(_) => Kind::Undecided,
        Wait::Lag | Wait::Proof => Kind::HalfDone,
        Wait::Overlap(_) | Wait::Grace(_) => Kind::Refused,
    }
}
