//! A pair that is not there, or is not as the command needs it.

use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    name::ProfileName,
    time::Timestamp,
};
use crate::ops::Kind;

#[derive(Debug)]
pub(crate) enum Pair {
    /// The account has no such pair.
    Unknown(AccessKeyId),
    Deleted {
        id: AccessKeyId,
        leaked: bool,
    },
    NoneOf(Owner),
    NoneActive(Owner),
    /// Nothing is known of the owner.
    NoneKnown(Owner),
    /// The sandbox signs with no pair of its own.
    NoneOfSandbox,
    /// Whether it is the last Active one of its owner, and whether `--force` deletes it.
    Active {
        id: AccessKeyId,
        owner: Owner,
        is_last: bool,
        may_force: bool,
    },
    LastActive(AccessKeyId, Owner),
    /// akm itself signs with it.
    Signs(AccessKeyId),
    SignsFor(ProfileName, AccessKeyId),
    /// It leaked and akm signs with it: what akm may do, its finder may undo.
    CannotRetireItself(AccessKeyId, Owner),
    /// It leaked, and is to come back into use.
    Leaked(AccessKeyId, Anyway),
    /// It leaked, and is not handed out.
    NotHandedOut(AccessKeyId, Owner),
    /// The cloud took its deletion and still lists it.
    StillListed(AccessKeyId),
    TooMany(TwoPairs),
}

/// What is to be done with a leaked pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Anyway {
    Enable,
    Restore { active: bool },
}

/// An owner with more pairs than the command can do with.
#[derive(Debug)]
pub(crate) struct TwoPairs {
    pub(crate) owner: Owner,
    pub(crate) shown: Vec<Shown>,
    pub(crate) crowd: Crowd,
    pub(crate) first: FirstToGo,
}

/// A pair, and what is known of it here.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) key: AccessKey,
    pub(crate) last_used_at: Option<Timestamp>,
    pub(crate) is_held: bool,
}

/// Why the pairs are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Crowd {
    /// They are as many as the owner may have.
    Full,
    /// A rotation begins with one.
    Rotation,
    /// One of them leaked, and nobody says which.
    Leak,
}

/// Which pair goes first, to make room.
#[derive(Debug)]
pub(crate) enum FirstToGo {
    /// It appeared around a lost create: nobody has its secret.
    Suspect(AccessKeyId),
    Pair(AccessKey),
    Nothing,
}

impl Pair {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Unknown(_)
            | Self::Deleted { .. }
            | Self::NoneActive(_)
            | Self::NoneKnown(_)
            | Self::NoneOfSandbox => Kind::NoSuchPair,
            Self::NoneOf(_) => Kind::NoPairYet,
            Self::Active { .. } => Kind::ActivePair,
            Self::LastActive(..) => Kind::LastActivePair,
            Self::Signs(_) | Self::SignsFor(..) => Kind::SigningPair,
            Self::CannotRetireItself(..) => Kind::Denied,
            Self::Leaked(..) | Self::NotHandedOut(..) => Kind::Refused,
            Self::StillListed(_) => Kind::HalfDone,
            Self::TooMany(pairs) if pairs.crowd == Crowd::Leak => Kind::Usage,
            Self::TooMany(_) => Kind::TwoPairs,
        }
    }
}
