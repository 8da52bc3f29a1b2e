//! The pair of a profile of the `aliyun` CLI, out of its `config.json`.
//!
//! Profiles and modes: aliyun-cli `config/configuration.go` and `config/profile.go`.

use super::object::{FromObject, or_default, parse, without_mark};
use super::pair::{self, AssumedRole, FoundPair};
use super::place::Place;
use super::refusal::Refusal;
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

/// The longest file taken, in bytes.
pub(crate) const LONGEST: u64 = 1 << 20;

/// The variables by which `aliyun` takes another profile than the file's current one, the first that is set.
pub(crate) const SELECTED_BY: [&str; 3] = [
    "ALIBABACLOUD_PROFILE",
    "ALIBABA_CLOUD_PROFILE",
    "ALICLOUD_PROFILE",
];

/// As the CLI writes it; fields that are not here are ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
struct File {
    #[serde(deserialize_with = "or_default")]
    current: String,
    #[serde(deserialize_with = "or_default")]
    profiles: Vec<Option<FromObject<Entry>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Entry {
    #[serde(deserialize_with = "or_default")]
    name: String,
    #[serde(deserialize_with = "or_default")]
    mode: String,
    #[serde(deserialize_with = "or_default")]
    access_key_id: String,
    #[serde(deserialize_with = "or_default")]
    access_key_secret: Zeroizing<String>,
    #[serde(deserialize_with = "or_default")]
    sts_token: Zeroizing<String>,
    #[serde(deserialize_with = "or_default")]
    ram_role_arn: String,
    #[serde(deserialize_with = "or_default")]
    ram_session_name: String,
    #[serde(deserialize_with = "or_default")]
    external_id: String,
    #[serde(deserialize_with = "or_default")]
    policy: String,
    #[serde(deserialize_with = "or_default")]
    source_profile: String,
}

/// What a profile signs with, as far as a pair is concerned.
#[derive(Debug, PartialEq, Eq)]
enum Mode {
    Ak,
    RamRoleArn,
    ChainableRamRoleArn,
    /// A mode without a pair: its name, and what it signs with.
    Other(&'static str, &'static str),
    Unknown,
}

/// The modes that have no pair of their own, and why.
const OTHER_MODES: [(&str, &str); 11] = [
    (
        "StsToken",
        "a session, which ends; import the pair that the session was taken with",
    ),
    (
        "EcsRamRole",
        "the sessions that the ECS instance gets for its role",
    ),
    (
        "RamRoleArnWithRoleName",
        "the sessions that the ECS instance gets for its role",
    ),
    ("RsaKeyPair", "an RSA key, which is not an AccessKey pair"),
    ("External", "what a program prints"),
    ("CredentialsURI", "the sessions that an address gives"),
    ("OIDC", "the sessions that an identity provider vouches for"),
    ("CloudSSO", "the sessions of a login to CloudSSO"),
    ("OAuth", "the sessions of a login in the browser"),
    ("BearerToken", "a bearer token"),
    ("Anonymous", "nothing"),
];

impl Entry {
    /// Case does not matter, and an empty mode is found by what is there: `NormalizeMode` and `AutoModeRecognition` of the CLI.
    fn mode(&self) -> Mode {
        let is = |name: &str| self.mode.eq_ignore_ascii_case(name);
        match () {
            () if is("AK") => Mode::Ak,
            () if is("RamRoleArn") => Mode::RamRoleArn,
            () if is("ChainableRamRoleArn") => Mode::ChainableRamRoleArn,
            () if self.mode.is_empty() => self.unsaid_mode(),
            () => OTHER_MODES
                .iter()
                .find(|(name, _)| is(name))
                .map_or(Mode::Unknown, |&(name, what)| Mode::Other(name, what)),
        }
    }

    fn unsaid_mode(&self) -> Mode {
        let (name, what) = OTHER_MODES[0];
        match (self.sts_token.is_empty(), self.ram_role_arn.is_empty()) {
            _ if self.access_key_id.is_empty() => Mode::Unknown,
            (false, _) => Mode::Other(name, what),
            (true, true) => Mode::Ak,
            (true, false) => Mode::RamRoleArn,
        }
    }

    fn has_pair(&self) -> bool {
        let mode = self.mode();
        matches!(mode, Mode::Ak | Mode::RamRoleArn) && !self.access_key_secret.is_empty()
            || mode == Mode::ChainableRamRoleArn
    }

    fn has_long_lived_pair(&self) -> bool {
        !self.access_key_id.is_empty()
            && !self.access_key_id.starts_with("STS.")
            && !self.access_key_secret.is_empty()
            && self.sts_token.is_empty()
    }

    fn role(&self) -> Result<AssumedRole, String> {
        let role = AssumedRole::parse(
            &self.ram_role_arn,
            &self.ram_session_name,
            &self.external_id,
        )?;
        let is_narrowed = !self.policy.is_empty();
        Ok(AssumedRole {
            is_narrowed,
            ..role
        })
    }
}

/// Reads the pair of the profile `name`, or else of the file's current one. `file` is the name in the place. The errors are those of
/// [`Refusal`].
pub(crate) fn read(file: &Path, content: &[u8], name: Option<&str>) -> Result<FoundPair, Refusal> {
    let content = without_mark(content);
    let FromObject(config): FromObject<File> = parse(content).map_err(Refusal::Malformed)?;
    let current = Some(config.current.as_str()).filter(|name| !name.is_empty());
    let name = name.or(current).unwrap_or("default").to_owned();
    let entries = config.profiles.into_iter().flatten();
    let profiles = Profiles(entries.map(|FromObject(entry)| entry).collect());
    if profiles.at(&name).is_none() {
        let known = profiles.names(|_| true);
        return Err(Refusal::Missing { name, known });
    }
    profiles
        .found(file, &name)
        .map_err(|why| Refusal::Unusable {
            usable: profiles.names(|entry| entry.name != name && entry.has_pair()),
            name,
            why,
        })
}

struct Profiles(Vec<Entry>);

impl Profiles {
    /// The first of that name, as the CLI takes it.
    fn at(&self, name: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.name == name)
    }

    fn names(&self, fits: impl Fn(&Entry) -> bool) -> Vec<String> {
        let fitting = self.0.iter().filter(|entry| fits(entry));
        fitting.map(|entry| entry.name.clone()).collect()
    }

    fn found(&self, file: &Path, name: &str) -> Result<FoundPair, String> {
        let entry = self.at(name).ok_or("it is not there")?;
        let (signer, role) = match entry.mode() {
            Mode::Ak => (entry, None),
            Mode::RamRoleArn => (entry, Some(entry.role()?)),
            Mode::ChainableRamRoleArn => (self.source(entry)?, Some(entry.role()?)),
            // A person put it there, or a client that was given it.
            Mode::Other("External", _) if entry.has_long_lived_pair() => (entry, None),
            Mode::Other(mode, what) => {
                return Err(format!("it is of the mode `{mode}`, and signs with {what}"));
            }
            Mode::Unknown if entry.mode.is_empty() => return Err("it has no mode".to_owned()),
            Mode::Unknown => return Err("it has a mode that the `aliyun` CLI lacks".to_owned()),
        };
        let place = Place::Profile {
            file: file.to_owned(),
            name: name.to_owned(),
            source: (entry.name != signer.name).then(|| signer.name.clone()),
        };
        let parsed = pair::parse(&signer.access_key_id, &signer.access_key_secret)?;
        let found = FoundPair::new(parsed, place);
        Ok(FoundPair { role, ..found })
    }

    /// The profile whose pair a chained one signs with. A chain of two roles is refused: akm assumes one.
    fn source(&self, entry: &Entry) -> Result<&Entry, String> {
        let name = &entry.source_profile;
        if name.is_empty() {
            return Err("it has no `source_profile`".to_owned());
        }
        match self.at(name) {
            Some(source) if source.mode() == Mode::Ak => Ok(source),
            Some(_) => Err(format!(
                "its `source_profile` `{name}` is not of the mode `AK`"
            )),
            None => Err(format!("its `source_profile` `{name}` does not exist")),
        }
    }
}

#[cfg(test)]
mod tests;
