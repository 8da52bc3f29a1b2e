//! The Secret Service (`gnome-keyring`, `kwalletd`, `KeePassXC`) over the session bus, as
//! <https://specifications.freedesktop.org/secret-service/> describes it. A plain session: the bus is this user's own socket,
//! and whoever may listen there may ask the service for the secret as well. What the library itself buffers is not wiped.

use super::session::{Session, connect};
use super::{Dialog, Error, bus};
use crate::core::secret::Secret;
use crate::store::SecretName;
use std::ffi::OsString;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a call may take in all, and how long a person has for the system's dialog.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    pub(super) call: Duration,
    pub(super) dialog: Duration,
}

const PATIENCE: Patience = Patience {
    call: Duration::from_secs(2),
    dialog: Duration::from_mins(1),
};

pub(super) struct Keyring {
    address: Option<String>,
    dialog: Dialog,
    patience: Patience,
}

impl Keyring {
    pub(super) fn new(variable: impl Fn(&str) -> Option<OsString>, dialog: Dialog) -> Self {
        Self {
            address: bus::address(variable),
            dialog,
            patience: PATIENCE,
        }
    }

    #[cfg(test)]
    pub(super) fn at(address: &str, dialog: Dialog, patience: Patience) -> Self {
        Self {
            address: Some(address.to_owned()),
            dialog,
            patience,
        }
    }

    pub(super) fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        let session = self.session()?;
        let value = secret.expose().as_bytes();
        match session.item(name)? {
            Some(item) => session.replace(&item, value),
            None => session.create(name, value),
        }
    }

    pub(super) fn get(&self, name: &SecretName) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
        let session = self.session()?;
        let item = session.item(name)?;
        item.map(|item| session.secret(&item)).transpose()
    }

    pub(super) fn delete(&self, name: &SecretName) -> Result<bool, Error> {
        let session = self.session()?;
        let item = session.item(name)?;
        let deleted = item.map(|item| session.delete(&item)).transpose()?;
        Ok(deleted.is_some())
    }

    /// `Absent` where there is no bus or no service, or they do not answer in time. On a thread, because the library waits
    /// without limit for a bus that accepts and says nothing; such a thread ends with the process, and can change nothing.
    fn session(&self) -> Result<Session<'_>, Error> {
        let until = Instant::now() + self.patience.call;
        let no_bus = || Error::Absent("this session has no bus".to_owned());
        let address = self.address.clone().ok_or_else(no_bus)?;
        let (to, from) = mpsc::sync_channel(1);
        thread::Builder::new()
            .spawn(move || to.send(connect(&address, until)))
            .map_err(|error| Error::Failed(error.to_string()))?;
        let mute = |_| Error::Absent("the session bus does not answer".to_owned());
        let (bus, path) = from.recv_timeout(self.patience.call).map_err(mute)??;
        Ok(Session::new(bus, path, until, &self.dialog, self.patience))
    }
}
