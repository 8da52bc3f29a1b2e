//! Pairs that are not imported.

use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
};
use crate::import::Place;
use crate::ops::{Failure, Kind};

#[derive(Debug)]
pub(crate) enum Import {
    /// Why each pair is not taken, by its places: nothing was imported.
    Refused(Vec<(Vec<Place>, Failure)>),
    OfAccount(AccessKeyId, AccountId),
    OfNoUser(AccessKeyId),
    /// The pair is this owner's, and the file says otherwise.
    OfOtherOwner(AccessKeyId, Owner),
    /// The cloud does not know it. What is in the id's place may be a secret: then it is not repeated.
    Unknown(Option<AccessKeyId>),
    WrongSecret(AccessKeyId),
    Inactive(AccessKeyId),
}

impl Import {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Refused(wrong) => wrong.first().map_or(Kind::Failed, |(_, why)| why.kind),
            Self::OfAccount(..) => Kind::OtherAccount,
            Self::OfNoUser(_) | Self::OfOtherOwner(..) | Self::Inactive(_) => Kind::Refused,
            Self::Unknown(_) => Kind::NoSuchPair,
            Self::WrongSecret(_) => Kind::BadCredentials,
        }
    }
}
