//! Pairs that come back, and work that is to be forgotten.

use crate::cloud;
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
};
use crate::ops::Kind;

#[derive(Debug)]
pub(crate) enum Restore {
    /// The recycle bin does not have it, as the cloud answers where it was asked.
    Missing(AccessKeyId, Option<Box<cloud::Error>>),
    /// It is not deleted.
    There(AccessKeyId, Owner, Status),
    /// The cloud took the restoring and does not list the pair yet.
    Unlisted(AccessKeyId),
}

impl Restore {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Missing(..) => Kind::NoSuchPair,
            Self::There(..) => Kind::Exists,
            Self::Unlisted(_) => Kind::HalfDone,
        }
    }
}

/// Why `recover --dismiss` does not forget.
#[derive(Debug)]
pub(crate) enum Dismissal {
    /// It is neither a suspect nor part of what is unfinished.
    NothingSuch(AccessKeyId),
    /// The new pair of a rotation is there, in that status.
    RotationGoesOn(AccessKeyId, Owner, Status),
    /// The pair is there that was to come back.
    IsBack(AccessKeyId, Owner),
    /// The pair was made just now, and the cloud may not list it yet.
    JustMade(AccessKeyId),
}

impl Dismissal {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::NothingSuch(_) => Kind::NoSuchPair,
            Self::RotationGoesOn(..) => Kind::ActivePair,
            Self::IsBack(..) => Kind::Exists,
            Self::JustMade(_) => Kind::Unavailable,
        }
    }
}
