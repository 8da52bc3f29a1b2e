//! The Keychain of macOS and the Credential Manager of Windows. Compiled and run on neither so far.

use super::{Dialog, Error, SERVICE};
use crate::core::secret::Secret;
use crate::store::SecretName;
use keyring::{Entry, Error as Cause};
use std::ffi::OsString;
use zeroize::Zeroizing;

/// The system shows its own dialogs here, and bounds its own time.
pub(super) struct Keyring;

impl Keyring {
    pub(super) fn new(_: impl Fn(&str) -> Option<OsString>, _: Dialog) -> Self {
        Self
    }

    pub(super) fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        let written = entry(name)?.set_secret(secret.expose().as_bytes());
        written.map_err(|cause| error(&cause))
    }

    pub(super) fn get(&self, name: &SecretName) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        match entry(name)?.get_secret() {
            Ok(secret) => Ok(Some(Zeroizing::new(secret))),
            Err(Cause::NoEntry) => Ok(None),
            Err(cause) => Err(error(&cause)),
        }
    }

    pub(super) fn delete(&self, name: &SecretName) -> Result<bool, Error> {
        match entry(name)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Cause::NoEntry) => Ok(false),
            Err(cause) => Err(error(&cause)),
        }
    }
}

fn entry(name: &SecretName) -> Result<Entry, Error> {
    Entry::new(SERVICE, name.as_str()).map_err(|cause| error(&cause))
}

fn error(cause: &Cause) -> Error {
    let why = cause.to_string();
    match cause {
        Cause::NoDefaultStore => Error::Absent(why),
        Cause::NoStorageAccess(_) => Error::Locked(why),
        // Not its text: it shows the bytes, or the items.
        Cause::BadEncoding(_) => Error::Unreadable("it is not text".to_owned()),
        Cause::Ambiguous(_) => Error::Unreadable("it has several items of this name".to_owned()),
        _ => Error::Failed(why),
    }
}
