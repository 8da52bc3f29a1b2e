//! The record that an owner's pairs are in.

use super::Caller;
use crate::core::account::Owner;
use crate::core::time::Timestamp;
use crate::sandbox::state::{Account, Pairs, User};
use crate::sandbox::{Error, Session};

pub(super) enum Holder {
    Account(Account),
    User(Box<User>),
}

impl Holder {
    /// The owner's record as it is now, or `None` where there is no such user.
    pub(super) fn read(
        records: &mut dyn Session,
        owner: &Owner,
        now: Timestamp,
    ) -> Result<Option<Self>, Error> {
        let mut holder = match owner {
            Owner::Account => Self::Account(records.account()?),
            Owner::RamUser(name) => match records.user(&name.key())? {
                Some(user) => Self::User(Box::new(user)),
                None => return Ok(None),
            },
        };
        holder.pairs_mut().forget_expired(now);
        Ok(Some(holder))
    }

    pub(super) fn save(&self, records: &mut dyn Session) -> Result<(), Error> {
        match self {
            Self::Account(account) => records.put_account(account),
            Self::User(user) => records.put_user(user),
        }
    }

    pub(super) fn pairs(&self) -> &Pairs {
        match self {
            Self::Account(account) => &account.access_keys,
            Self::User(user) => &user.access_keys,
        }
    }

    pub(super) fn pairs_mut(&mut self) -> &mut Pairs {
        match self {
            Self::Account(account) => &mut account.access_keys,
            Self::User(user) => &mut user.access_keys,
        }
    }

    /// What a new pair's id carries the digest of: the user's key, nothing for the account.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Account(_) => String::new(),
            Self::User(user) => user.name.key(),
        }
    }

    /// The user's id; the account's own id stands for the account.
    pub(super) fn id(&self) -> &str {
        match self {
            Self::Account(account) => account.account_id.as_str(),
            Self::User(user) => &user.user_id,
        }
    }

    pub(super) fn caller(&self) -> Caller {
        match self {
            Self::Account(_) => Caller::Account,
            Self::User(user) => Caller::RamUser {
                name: user.name.clone(),
                user_id: user.user_id.clone(),
                administrator: user.administrator,
                assumes_roles: user.assumes_roles,
            },
        }
    }
}
