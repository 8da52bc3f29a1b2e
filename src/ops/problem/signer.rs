//! A signer that may not do this work.

use crate::core::account::AccountId;
use crate::ops::Kind;

#[derive(Debug)]
pub(crate) enum Signer {
    /// Only the account itself may work on its own pairs; the ARN of who signs.
    NotTheAccount(String),
    /// The signing pair belongs to the first account, and the work to the second.
    OtherAccount(AccountId, AccountId),
}

impl Signer {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::NotTheAccount(_) => Kind::Denied,
            Self::OtherAccount(..) => Kind::OtherAccount,
        }
    }
}
