//! The OS keyring. An item is the bare secret under the attributes `service` = `akm` and `username` = its name, on every
//! platform, so that the system's own tools find it: `secret-tool lookup service akm username NAME`.

#[cfg(all(unix, not(target_os = "macos")))]
mod bus;
#[cfg(any(target_os = "macos", windows))]
mod native;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
#[cfg(all(unix, not(target_os = "macos")))]
mod session;
#[cfg(all(test, target_os = "linux"))]
mod tests;

#[cfg(any(target_os = "macos", windows))]
use native::Keyring;
#[cfg(all(unix, not(target_os = "macos")))]
use secret_service::Keyring;

use super::identity::Identity;
use super::{Error, Recipient, SecretName, SecretStore};
use crate::core::secret::Secret;
use std::ffi::OsString;

const SERVICE: &str = "akm";

/// Whether the system may show its dialog when the keyring is locked or wants a confirmation.
pub(crate) enum Dialog {
    /// Nobody is there: what would ask is `Locked`, at once.
    Never,
    /// A person is there and has 60 s. The function is called just before the dialog shows, to say so.
    Announced(Box<dyn Fn() + Send + Sync>),
}

/// The keyring of this user's session.
pub(crate) struct KeyringStore(Keyring);

impl KeyringStore {
    /// `variable` reads the environment: where the session's bus is, on systems that have one. Touches nothing yet.
    pub(crate) fn new(variable: impl Fn(&str) -> Option<OsString>, dialog: Dialog) -> Self {
        Self(Keyring::new(variable, dialog))
    }

    /// Makes an identity, stores it under a name of its own, which overwrites nothing, and reads it back.
    pub(crate) fn create_identity(&self) -> Result<Recipient, Error> {
        let (identity, lost) = (Identity::new(), "it lost the identity that it had taken");
        let (recipient, secret) = (identity.recipient()?, identity.secret()?);
        let name = SecretName::identity(&recipient);
        self.put(&name, &secret)?;
        match self.get(&name)? {
            Some(found) if found.same_as(&secret) => Ok(recipient),
            _ => Err(Error::Failed(lost.to_owned())),
        }
    }
}

impl SecretStore for KeyringStore {
    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        self.0.put(name, secret)
    }

    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Error> {
        let found = self.0.get(name)?.map(|bytes| Secret::from_bytes(&bytes));
        found
            .transpose()
            .map_err(|error| Error::Unreadable(format!("`{name}`: {error}")))
    }

    fn delete(&self, name: &SecretName) -> Result<bool, Error> {
        self.0.delete(name)
    }

    /// A keyring writes when it likes, and does not tell.
    fn durable(&self) -> bool {
        false
    }

    fn open(&self, recipient: &Recipient, sealed: &[u8]) -> Result<Secret, Error> {
        let name = SecretName::identity(recipient);
        let Some(text) = self.get(&name)? else {
            return Err(Error::Absent(format!("it has no `{name}`")));
        };
        let identity = Identity::parse(text.expose())?;
        identity.check(recipient)?;
        identity.open(sealed)
    }
}
