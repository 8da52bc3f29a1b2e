//! `config.toml`: which store was chosen, the public halves of the identities that seal, and the profiles.

use super::{Error, Home, Version, profile::Profile};
use crate::core::name::ProfileName;
use crate::core::place::{Recipient, StoreKind};
use crate::core::policy::Policy;
use crate::core::time::Span;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// What rotations do when nobody says otherwise.
    #[serde(default, skip_serializing_if = "Policy::is_silent")]
    pub(crate) policy: Policy,
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

    /// Whether the file is there.
    pub(crate) fn is_there(home: &Home) -> bool {
        home.config_file().exists()
    }

    /// The configuration, or the empty one where there is no file yet.
    pub(crate) fn load(home: &Home) -> Result<Self, Error> {
        let file = home.config_file();
        let loaded = home.load(&file);
        let config: Self = loaded
            .map_err(|error| of_policy(home, error))?
            .unwrap_or_default();
        if config.profiles.contains_key(&ProfileName::sandbox()) {
            let why = "`sandbox` is akm's own: give that profile another name".to_owned();
            return Err(Error::Damaged(file, why));
        }
        Ok(config)
    }

    pub(crate) fn save(&self, home: &Home) -> Result<(), Error> {
        home.save(&home.config_file(), self)
    }
}

/// People write `[policy]` themselves: what is wrong there is told by its key, not as a damage.
fn of_policy(home: &Home, error: Error) -> Error {
    let Error::Damaged(path, why) = error else {
        return error;
    };
    let content = home.bytes(&path).ok().flatten();
    let text = content.and_then(|content| String::from_utf8(content).ok());
    match text.and_then(|text| wrong_policy(&text)) {
        Some(told) => Error::Miswritten(path, told),
        None => Error::Damaged(path, why),
    }
}

/// What is wrong with the line that does not parse, if that is one of `[policy]`.
fn wrong_policy(text: &str) -> Option<String> {
    let at = toml::from_str::<Config>(text).err()?.span()?.start;
    let start = text.get(..at)?.rfind('\n').map_or(0, |end| end + 1);
    let (before, line) = (&text[..start], text[start..].lines().next()?);
    let section = before
        .lines()
        .map(str::trim)
        .rfind(|line| line.starts_with('['));
    let key = line.split('=').next()?.trim();
    let simple = |char: char| char.is_ascii_alphanumeric() || "_-".contains(char);
    if section != Some("[policy]") || key.is_empty() || !key.chars().all(simple) {
        return None;
    }
    Some(match key {
        "overlap" | "grace" | "max_age" => {
            format!("`{key}` under `[policy]` is to be a span in quotes, as `{key} = \"2d\"`")
        }
        _ => format!("`{key}` is no key of `[policy]`: that has `overlap`, `grace` and `max_age`"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_told_by_its_key() {
        let wrong = |line: &str| wrong_policy(&format!("version = 1\n[policy]\n{line}\n"));
        for value in ["\"2x\"", "5", "2d", "\"-1d\"", "[]", ""] {
            for key in ["grace", "overlap"] {
                let told = wrong(&format!("{key} = {value}")).unwrap();
                let form = format!("as `{key} = \"2d\"`");
                assert!(told.ends_with(&form), "{value}: {told}");
            }
        }
        let unknown = wrong("overlap = \"1d\"\ngrase = \"2d\"").unwrap();
        assert_eq!(
            unknown,
            "`grase` is no key of `[policy]`: that has `overlap`, `grace` and `max_age`"
        );
        assert_eq!(wrong("grace = \"2d\"\n[recipients]\nage = \"none\""), None);
        assert_eq!(wrong("grace = \"2d\""), None);
        assert_eq!(wrong_policy("version = 2\n"), None);
    }
}
