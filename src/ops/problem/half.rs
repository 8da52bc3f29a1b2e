//! How far something came that failed.

use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
};
use crate::ops::Kind;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Half {
    /// A rotation stopped half-way.
    Rotation {
        old: AccessKeyId,
        new: AccessKeyId,
        left: PairsLeft,
    },
    Leak(AccessKeyId, LeakLeft),
    /// In a dry run: the leaked pair would be disabled, and nothing would take its place yet.
    LeakWouldWait(AccessKeyId),
    /// The leaked pair is disabled and not deleted, as far as is known.
    LeakNotDeleted {
        id: AccessKeyId,
        may_be_deleted: bool,
    },
    /// The pair was made, and its secret is not saved yet.
    Made(AccessKeyId),
    /// A pair was made, and its journal stays.
    Journal,
    /// Nobody knows whether a pair was made: the owner's pairs cannot be listed.
    MaybeMade(Owner),
    /// Nobody knows yet whether a pair was made.
    MaybeMadeYet(Owner),
    /// A pair may have been made, and that cannot be written down.
    MaybeMadeUnrecorded(Owner),
    /// The create was refused, and a pair appeared beside it.
    AppearedBeside(Owner),
    /// The answer was lost, and a pair appeared.
    Appeared(Owner),
    /// The deletion was begun and did not come to its end.
    Deletion(AccessKeyId),
    /// The cloud has the status, and metadata does not.
    StatusUnrecorded(AccessKeyId, Status),
    /// Nobody knows whether the pair is back.
    MaybeRestored(AccessKeyId),
    /// An earlier command's request may yet restore the pair.
    MayBeRestored(AccessKeyId),
    /// The pair is back, and has not the status yet that it is to have.
    Restored(AccessKeyId),
}

/// What is known of the pairs of a rotation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PairsLeft {
    Both,
    OldMaybeDeleted,
    OldGone,
    NewGone,
}

/// How a run leaves a leaked pair that it does not bring to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LeakLeft {
    Gone,
    Disabled,
    /// Disabled, and nothing has taken its place yet.
    Waits,
}

impl Half {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::LeakWouldWait(_) => Kind::Refused,
            _ => Kind::HalfDone,
        }
    }
}
