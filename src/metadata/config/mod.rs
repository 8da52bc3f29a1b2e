//! `config.toml`: which store was chosen, the public halves of the identities that seal, and the profiles.
//!
//! People write in it, too: comments, and all of `[policy]`. What akm writes leaves both as they are.

mod edit;
mod miswritten;

use super::{Error, Home, Version, parse, profile::Profile};
use crate::core::name::ProfileName;
use crate::core::place::{Recipient, StoreKind};
use crate::core::policy::Policy;
use crate::core::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Debug, Default, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    version: Version<2>,
    /// Where secrets rest from now on; absent until the first one had to be stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) store: Option<StoreKind>,
    /// How long a protected `age` identity stays unlocked in the kernel's keyring once its passphrase was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) unlock_for: Option<Span>,
    /// The profile that is meant when none is named. The sandbox while none was ever added; afterwards none, until one is chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default_profile: Option<ProfileName>,
    /// Whether a profile was ever added: from then on the sandbox acts only when it is named.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    sandbox_is_only_named: bool,
    /// What rotations do when nobody says otherwise; never written.
    #[serde(default, skip_serializing)]
    policy: Policy,
    /// What is wrong with `[policy]`. It stops what asks for the policy, and nothing else.
    #[serde(skip)]
    wrong_policy: Option<String>,
    /// The recipient of each store that was ever used here.
    #[serde(default)]
    pub(crate) recipients: Recipients,
    /// The accounts in the cloud. The sandbox is not among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) profiles: BTreeMap<ProfileName, Profile>,
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
    /// The profile that is meant when none is named, if there is one.
    pub(crate) fn default_profile(&self) -> Option<ProfileName> {
        let sandbox = (!self.sandbox_is_only_named).then(ProfileName::sandbox);
        self.default_profile.clone().or(sandbox)
    }

    /// Adds a profile; the first ever becomes the default. True when it did.
    pub(crate) fn add(&mut self, name: ProfileName, profile: Profile) -> bool {
        let first = !self.sandbox_is_only_named && self.default_profile.is_none();
        self.sandbox_is_only_named = true;
        if first {
            self.default_profile = Some(name.clone());
        }
        self.profiles.insert(name, profile);
        first
    }

    /// Removes a profile; it is the default no more. `None` when there was none.
    pub(crate) fn remove(&mut self, name: &ProfileName) -> Option<Profile> {
        if self.default_profile.as_ref() == Some(name) {
            self.default_profile = None;
        }
        self.profiles.remove(name)
    }

    /// What the person has said once for all rotations. `Miswritten` where that is not valid.
    pub(crate) fn policy(&self, home: &Home) -> Result<&Policy, Error> {
        match &self.wrong_policy {
            None => Ok(&self.policy),
            Some(why) => Err(Error::Miswritten(home.config_file(), why.clone())),
        }
    }

    /// Whether the file is there.
    pub(crate) fn is_there(home: &Home) -> bool {
        home.config_file().exists()
    }

    /// The configuration, or the empty one where there is no file yet.
    pub(crate) fn load(home: &Home) -> Result<Self, Error> {
        let file = home.config_file();
        let content = home.bytes(&file)?;
        let config =
            content.map_or_else(|| Ok(Self::default()), |content| read(&file, &content))?;
        if config.profiles.contains_key(&ProfileName::sandbox()) {
            let why = "`sandbox` is akm's own: give that profile another name".to_owned();
            return Err(Error::Damaged(file, why));
        }
        Ok(config)
    }

    /// Writes what differs into the file that is there, and leaves everything else in it, `[policy]` even where it is wrong.
    pub(crate) fn save(&self, home: &Home) -> Result<(), Error> {
        let file = home.config_file();
        let damaged = |why: String| Error::Damaged(file.clone(), why);
        let mut text = toml::to_string(self).map_err(|error| damaged(error.to_string()))?;
        if let Some(content) = home.bytes(&file)? {
            let edited = edited(&content, &text);
            text = edited.ok_or_else(|| damaged("it cannot be edited".to_owned()))?;
        }
        home.replace(&file, &text)
    }
}

fn edited(content: &[u8], wanted: &str) -> Option<String> {
    let (shown, hidden) = miswritten::hide(std::str::from_utf8(content).ok()?);
    edit::edited(&shown, wanted, "policy").map(|text| hidden.put_back(text))
}

/// Reads the file without its `[policy]` where that is what is wrong.
fn read(file: &Path, content: &[u8]) -> Result<Config, Error> {
    let error = match parse::<Config>(file, content) {
        Err(error @ Error::Damaged(..)) => error,
        read => return read,
    };
    let split = std::str::from_utf8(content).ok().map(miswritten::split);
    let without = split.and_then(|(policy, rest)| {
        let why = miswritten::wrong_policy(&policy)?;
        Some((why, parse::<Config>(file, rest.as_bytes()).ok()?))
    });
    let (why, config) = without.ok_or(error)?;
    Ok(Config {
        wrong_policy: Some(why),
        ..config
    })
}

#[cfg(test)]
mod tests;
