//! `config.toml`: which store was chosen, and the public halves of the identities that seal.

use super::{Error, Home, Version};
use crate::core::place::{Recipient, StoreKind};
use crate::core::policy::Policy;
use crate::core::time::Span;
use serde::{Deserialize, Serialize};

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    version: Version,
    /// Where secrets rest from now on; absent until the first one had to be stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) store: Option<StoreKind>,
    /// How long a protected `age` identity stays unlocked in the kernel's keyring once its passphrase was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unlock_for: Option<Span>,
    /// What rotations do when nobody says otherwise.
    #[serde(default, skip_serializing_if = "Policy::is_silent")]
    pub(crate) policy: Policy,
    /// The recipient of each store that was ever used here.
    #[serde(default)]
    pub(crate) recipients: Recipients,
}

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recipients {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    age: Option<Recipient>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    keyring: Option<Recipient>,
}

impl Recipients {
    pub(crate) fn of(&self, kind: StoreKind) -> Option<&Recipient> {
        match kind {
            StoreKind::Age => self.age.as_ref(),
            StoreKind::Keyring => self.keyring.as_ref(),
        }
    }

    pub(crate) fn set(&mut self, kind: StoreKind, recipient: Recipient) {
        match kind {
            StoreKind::Age => self.age = Some(recipient),
            StoreKind::Keyring => self.keyring = Some(recipient),
        }
    }
}

impl Config {
    /// The configuration, or the empty one where there is no file yet.
    pub(crate) fn load(home: &Home) -> Result<Self, Error> {
        Ok(home.load(&home.config_file())?.unwrap_or_default())
    }

    pub(crate) fn save(&self, home: &Home) -> Result<(), Error> {
        home.save(&home.config_file(), self)
    }
}
