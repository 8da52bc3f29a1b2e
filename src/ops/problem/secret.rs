//! Secrets that are not there, or not as they should be.

use crate::core::{
    access_key::AccessKeyId, account::Owner, name::ProfileName, place::StoreKind, time::Timestamp,
};
use crate::ops::Kind;
use crate::store;

#[derive(Debug)]
pub(crate) enum Secret {
    /// akm never held it; the pair's owner, if it is known.
    NotHeld(AccessKeyId, Option<Owner>),
    /// The store that metadata names lacks it; the pair's owner, if it is known.
    Lacking(StoreKind, AccessKeyId, Option<Owner>),
    /// The store lacks it.
    Lost(AccessKeyId),
    /// Its own file is damaged; the pair's owner, if it is known.
    Damaged(store::Error, Option<Owner>),
    /// The store gave back something else than was stored.
    Swapped,
    /// The sealed secret in the journal is no base64.
    NoBase64,
    /// akm has saved no secret in this account.
    NoneHeld,
    /// Another secret of the pair is held, and works.
    AnotherWorks(AccessKeyId),
    /// Unfinished work needs it: the profile that works on it, and until when it waits.
    StillNeeded {
        id: AccessKeyId,
        owner: Owner,
        profile: ProfileName,
        due: Option<Timestamp>,
    },
}

impl Secret {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::NotHeld(..) | Self::Lacking(..) | Self::Lost(_) | Self::NoneHeld => {
                Kind::SecretMissing
            }
            Self::Damaged(..) => Kind::SecretUnreadable,
            Self::Swapped => Kind::StoreFailed,
            Self::NoBase64 => Kind::Failed,
            Self::AnotherWorks(_) => Kind::Exists,
            Self::StillNeeded { .. } => Kind::Refused,
        }
    }
}
