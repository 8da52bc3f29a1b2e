//! A RAM that lives on this machine: what the built-in profile works on, and what official SDKs can be pointed at.
//!
//! A request comes in through [`Gateway`] as it would reach the cloud. [`authentication`] finds out who signed it, [`engine`]
//! applies RAM's rules to the [`Records`], and the answer goes out in the cloud's JSON. No secret rests here: a pair's secret
//! follows from its id and one seed.

#[cfg(feature = "server")]
mod administrator;
mod authentication;
mod conditions;
mod engine;
mod folder;
mod form;
mod gateway;
mod identifiers;
#[cfg(any(test, feature = "server"))]
mod memory;
mod nonces;
mod refusal;
#[cfg(feature = "server")]
mod server;
mod state;
#[cfg(test)]
pub(crate) mod testing;
mod tokens;
mod transport;

#[cfg(feature = "server")]
pub(crate) use administrator::Administrator;
pub(crate) use folder::Folder;
pub(crate) use gateway::Gateway;
pub(crate) use identifiers::{console_credentials, new_account_id};
#[cfg(any(test, feature = "server"))]
pub(crate) use memory::Memory;
#[cfg(feature = "server")]
pub(crate) use server::{Settings, serve};
pub(crate) use state::Account;
pub(crate) use transport::Embedded;

use crate::core::account::Owner;
use crate::sys::clock::Clock;
use state::User;

/// Where the account and its users are kept.
pub(crate) trait Records: Send + Sync {
    /// Opens the records for one request, which then has them alone. [`Error::Busy`] when another has had them for a minute;
    /// `clock` is what the wait sleeps on.
    fn open(&self, clock: &dyn Clock) -> Result<Box<dyn Session + '_>, Error>;
}

/// The records in the hands of one request. A user is found by the lower-cased name, its `key`. What is put is kept when the
/// call returns; every method's error is [`Error::Unusable`], and then nothing was changed, unless it says that the change
/// itself failed to be written.
pub(crate) trait Session {
    fn account(&mut self) -> Result<Account, Error>;

    fn put_account(&mut self, account: &Account) -> Result<(), Error>;

    /// Tells whether the records can be changed: not on a read-only mount.
    fn can_be_written(&self) -> bool {
        true
    }

    /// `None` where there is no such user.
    fn user(&mut self, key: &str) -> Result<Option<User>, Error>;

    /// Adds the user, or replaces the one of the same key.
    fn put_user(&mut self, user: &User) -> Result<(), Error>;

    /// Puts the user under its present name and takes it from under the key `from`.
    fn rename_user(&mut self, from: &str, user: &User) -> Result<(), Error>;

    /// Nothing happens where there is none.
    fn remove_user(&mut self, key: &str) -> Result<(), Error>;

    fn count_users(&mut self) -> Result<usize, Error>;

    /// Up to `count` users whose key is greater than `key`, in the order of their keys.
    fn users_after(&mut self, key: &str, count: usize) -> Result<Vec<User>, Error>;

    fn user_by_id(&mut self, user_id: &str) -> Result<Option<User>, Error>;

    /// Whose pair that is, be it live or in the recycle bin.
    fn owner_of(&mut self, access_key_id: &str) -> Result<Option<Owner>, Error>;
}

/// The records cannot be had.
#[derive(Debug)]
pub(crate) enum Error {
    /// Another process has had them all the while.
    Busy,
    /// A file is damaged, newer than this program, or cannot be read or written; the text names it.
    Unusable(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Busy => f.write_str("another process is using the sandbox"),
            Self::Unusable(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}
