//! RAM users.

use crate::cloud;
use crate::core::{access_key::AccessKey, name::UserName};
use crate::ops::Kind;

#[derive(Debug)]
pub(crate) enum User {
    Exists(UserName, Box<cloud::Error>),
    Missing(UserName),
    HasPairs(UserName, Vec<AccessKey>),
}

impl User {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Exists(..) => Kind::Exists,
            Self::Missing(_) => Kind::NoSuchUser,
            Self::HasPairs(..) => Kind::Conflict,
        }
    }
}
