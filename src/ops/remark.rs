//! What a person is to know besides the outcome.

use super::{Failure, drive::Ending};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    name::ProfileName,
};
use crate::{metadata, store};
use chrono::TimeDelta;

#[derive(Debug)]
pub(crate) enum Remark {
    Drift(AccessKeyId, Owner, Drift),
    /// The RAM user is gone from the cloud.
    UserGone(Owner),
    Machine(Machine),
    Pair(AccessKeyId, Of),
    Rotation(Rotation),
    Secret(Secret),
    Unfinished(Unfinished),
}

/// How a pair is otherwise than metadata knew it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Drift {
    /// It was not known here.
    New,
    Gone,
    Back,
    /// Somebody gave it that status.
    Status(Status),
}

/// This machine: its files, its clock, other runs of akm.
#[derive(Debug)]
pub(crate) enum Machine {
    /// Another akm is waited for.
    Waiting,
    /// The clocks differ by this.
    Clocks(TimeDelta),
    Unreadable(metadata::Error),
    /// The log of what was handed out could not be written.
    LogUnwritten(metadata::Error),
    /// The record of what was done could not be written.
    RecordUnwritten(metadata::Error),
    /// The journal could not be written; the secret is in the store.
    JournalUnwritten(Failure),
    /// The place of sessions that are kept for the next run cannot be written.
    SessionUncached,
}

/// What became of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    Disabled,
    Deleted,
    DeletedBefore,
    /// It was deleted to make room.
    MadeRoom,
    /// A rollback took it out of use, and it is deleted.
    DeletedAfterRollback,
    /// It leaked, and is handed out again from now on.
    HandedOutAgain,
    /// It leaked, and nothing is to take its place any more.
    NotReplaced,
    /// It is bound to networks, and the pair that takes its place is not.
    BoundToNetworks,
    /// It appeared around a create, and nobody accounts for it.
    Suspected,
}

#[derive(Debug)]
pub(crate) enum Rotation {
    /// The rotation before the one that begins is over; its old pair, and why.
    Over(Owner, AccessKeyId, Ending),
    /// A person disabled the old pair: the rotation goes on from there.
    GoesOn(AccessKeyId, Owner),
    /// The replacement by this pair is forgotten; whether it was a rollback.
    Forgotten { new: AccessKeyId, rolled_back: bool },
    /// A person enabled the old pair: both are left as they are.
    Left(AccessKeyId),
    /// These profiles sign with that pair from now on.
    Switched(Vec<ProfileName>, AccessKeyId),
    /// Nothing is unfinished.
    NoneOpen(Owner),
}

#[derive(Debug)]
pub(crate) enum Secret {
    /// The store had lost it; it was put back from the journal.
    PutBack,
    /// So many pairs are left out, whose secrets are not held.
    LeftOut(usize),
    /// The first pair is handed out in the place of the second, whose secret cannot be read.
    InPlaceOf(AccessKeyId, Owner, AccessKeyId, Failure),
    /// The store does not forget it.
    Stays(AccessKeyId, store::Error),
    /// Nobody can say which secrets this file speaks of.
    StayUnknown(metadata::Error),
}

/// What an earlier command had begun.
#[derive(Debug)]
pub(crate) enum Unfinished {
    /// The pair of a create is there now.
    Finished(AccessKeyId),
    /// The pair of a create is deleted by now.
    DeletedByNow(AccessKeyId, Owner),
    Restored(AccessKeyId, Owner, Status),
    /// The pair is back, and has that status, since a profile signs with it.
    Signs(AccessKeyId, Status),
    /// The restore did nothing.
    NotRestored(AccessKeyId),
    /// The create left nothing behind.
    NotMade(Owner),
}

/// Makes each room's remarks remarks.
macro_rules! rooms {
    ($($room:ident),*) => {
        $(impl From<$room> for Remark {
            fn from(remark: $room) -> Self {
                Self::$room(remark)
            }
        })*
    };
}
rooms!(Machine, Rotation, Secret, Unfinished);
