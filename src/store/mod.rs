//! Where secrets rest. One secret under one name; what a name means is not the store's business.

pub(crate) mod age;
#[cfg(test)]
mod contract;
mod identity;
pub(crate) mod keyring;

pub(crate) use crate::core::place::{Recipient, StoreKind};

use crate::sys::fs::Distrust;
use std::path::PathBuf;

use crate::core::{
    access_key::AccessKeyId, account::AccountId, name::ProfileName, passphrase::Passphrase,
    secret::Secret, time::Timestamp,
};

/// The name that a secret rests under: an AccessKey ID, `akm-identity-<recipient>` or `akm-sandbox-<account id>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SecretName(String);

impl SecretName {
    pub(crate) fn pair(id: &AccessKeyId) -> Self {
        Self(id.as_str().to_owned())
    }

    pub(crate) fn identity(recipient: &Recipient) -> Self {
        Self(format!("akm-identity-{}", recipient.as_str()))
    }

    pub(crate) fn sandbox(account: &AccountId) -> Self {
        Self(format!("akm-sandbox-{account}"))
    }

    /// The user and the password that a profile's proxy asks for.
    pub(crate) fn proxy_login(profile: &ProfileName) -> Self {
        Self(format!("akm-proxy-{profile}"))
    }

    pub(crate) fn canary(random: &str) -> Self {
        Self(format!("akm-canary-{random}"))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for SecretName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a store did not do what it was asked. In none of these cases anything was changed, but for `Unknown`.
#[derive(Debug)]
pub(crate) enum Error {
    /// There is no such store here: no bus, no service, no identity file where there must be one.
    Absent(String),
    /// It is there and closed: a locked keyring.
    Locked(String),
    /// A passphrase protects it, which was not given or is wrong.
    Protected(String),
    /// The place that the passphrase was to be taken from does not serve: it is empty, missing, or open to others.
    NoPassphrase(String),
    /// It holds a secret under this name that it cannot give back: wrong identity, damaged file, two items of one name.
    Unreadable(String),
    /// The file of a secret or an identity is there, and not to be trusted as it is.
    Distrusted(PathBuf, Distrust),
    /// It refused or failed in another way: a full disk, an error of the service.
    Failed(String),
    /// The disk that its files are on cannot do what it takes, such as make them private.
    Incapable(String),
    /// It did not answer in time, and may yet do what it was asked.
    Unknown(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Absent(why) => write!(f, "the secret store is absent: {why}"),
            Self::Locked(why) | Self::Protected(why) => {
                write!(f, "the secret store is locked: {why}")
            }
            Self::NoPassphrase(why) => write!(f, "the passphrase cannot be taken: {why}"),
            Self::Unreadable(why) => {
                write!(f, "the secret store cannot give the secret back: {why}")
            }
            Self::Distrusted(path, why) => write!(
                f,
                "the secret store cannot give the secret back: `{}`: {why}",
                path.display()
            ),
            Self::Failed(why) | Self::Incapable(why) => {
                write!(f, "the secret store failed: {why}")
            }
            Self::Unknown(why) => write!(f, "the secret store did not answer: {why}"),
        }
    }
}

impl std::error::Error for Error {}

/// What a store was asked for, where a secret that is damaged counts as one that it lost: `None`, or false.
pub(crate) fn or_lost<T: Default>(asked: Result<T, Error>) -> Result<T, Error> {
    match asked {
        Err(Error::Unreadable(_) | Error::Distrusted(_, Distrust::Exposed)) => Ok(T::default()),
        asked => asked,
    }
}

/// Whether the secrets of a store can be had just now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    /// Protected by a passphrase, and kept unlocked until then.
    Unlocked(Timestamp),
    /// Protected by a passphrase, which reading will ask for.
    Protected,
    Locked(String),
    Absent(String),
    /// It is there and cannot be read, or fails.
    Failed(String),
}

impl From<Error> for State {
    fn from(error: Error) -> Self {
        match error {
            Error::Locked(why) => Self::Locked(why),
            Error::Protected(_) => Self::Protected,
            Error::Absent(why) => Self::Absent(why),
            Error::Distrusted(path, why) => Self::Failed(format!("`{}`: {why}", path.display())),
            Error::NoPassphrase(why)
            | Error::Unreadable(why)
            | Error::Failed(why)
            | Error::Incapable(why)
            | Error::Unknown(why) => Self::Failed(why),
        }
    }
}

/// Who knows the passphrase of a protected identity: a person, or a file or variable that a person set.
pub(crate) trait Passphrases: Send + Sync {
    /// How often it is worth asking.
    fn tries(&self) -> u8;

    /// The passphrase; `again` when the last one was wrong. Errors: `Protected` when there is nobody to ask or no answer,
    /// `NoPassphrase` when the file or variable does not serve.
    fn passphrase(&self, again: bool) -> Result<Passphrase, Error>;

    /// Hears that an unlocked identity could not be kept so, and why: it will be asked for again.
    fn not_kept(&self, why: &str);
}

/// A place for secrets. All calls return within a few seconds, but for an unlock dialog (60 s) or a passphrase on a terminal.
pub(crate) trait SecretStore: Send + Sync {
    /// Stores the secret under the name, replacing what was there. On return it can be read back, by another process too;
    /// whether it survives a power cut is told by [`SecretStore::durable`].
    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), Error>;

    /// The secret under the name, or `None` when the store is open and has none. Creates nothing.
    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Error>;

    /// Whether the secret under the name can be had. Errors as [`SecretStore::get`].
    fn holds(&self, name: &SecretName) -> Result<bool, Error> {
        Ok(self.get(name)?.is_some())
    }

    /// Forgets the secret under the name; true if there was one.
    fn delete(&self, name: &SecretName) -> Result<bool, Error>;

    /// Like [`SecretStore::put`], for a secret that is forgotten at once: it need not outlive a power cut.
    fn put_briefly(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        self.put(name, secret)
    }

    /// Like [`SecretStore::delete`], of what [`SecretStore::put_briefly`] stored.
    fn delete_briefly(&self, name: &SecretName) -> Result<bool, Error> {
        self.delete(name)
    }

    /// Whether a secret that was put is on the disk for certain.
    fn durable(&self) -> bool;

    /// Whether it rests its own secrets sealed for `recipient`: then what it takes and gives back has tried the seal too.
    fn rests_sealed_for(&self, _recipient: &Recipient) -> bool {
        false
    }

    /// Closes a secret so that only the identity of `recipient` opens it. Needs nothing unlocked, no disk and no service.
    /// Errors: `Failed` when the recipient is none.
    fn seal(&self, recipient: &Recipient, secret: &Secret) -> Result<Vec<u8>, Error> {
        identity::seal(recipient, secret)
    }

    /// Opens what [`SecretStore::seal`] closed for `recipient`: with the identity that this store keeps. `Absent` when it keeps no
    /// identity, `Unreadable` when it keeps another or the bytes are damaged.
    fn open(&self, recipient: &Recipient, sealed: &[u8]) -> Result<Secret, Error>;

    /// Whether its secrets can be had just now, by the identity of `recipient` that it keeps. Changes nothing, and asks
    /// nobody where the store was made so.
    fn state(&self, recipient: &Recipient) -> State {
        match self.get(&SecretName::identity(recipient)) {
            Ok(Some(_)) => State::Open,
            Ok(None) => State::Absent("it has no identity".to_owned()),
            Err(error) => error.into(),
        }
    }
}

/// Tries a store before anything rests on it: stores a canary, reads it back, forgets it. `random` makes its name and is its
/// secret, so that two processes do not meet; it must be fresh, of letters and digits. Stops at the first call that fails,
/// so that a store which does not answer costs one time limit. Errors: the store's own, `Failed` when it gives another
/// secret back or does not forget.
pub(crate) fn canary(store: &dyn SecretStore, random: &str) -> Result<(), Error> {
    let name = SecretName::canary(random);
    let secret = canary_secret(random)?;
    store.put_briefly(&name, &secret)?;
    let found = store.get(&name);
    let forgotten = store.delete_briefly(&name);
    match found? {
        Some(found) if found.same_as(&secret) => (),
        Some(_) => return Err(Error::Failed("it gave another secret back".to_owned())),
        None => return Err(Error::Failed("it lost what it had taken".to_owned())),
    }
    if forgotten? && store.get(&name)?.is_none() {
        return Ok(());
    }
    Err(Error::Failed("it did not delete the secret".to_owned()))
}

/// Tries whether what is sealed for `recipient` can be opened here: finds a lost identity and a recipient that was swapped,
/// before the one secret is sealed that cannot be had twice. Comes after [`canary`]. Errors as [`SecretStore::open`].
pub(crate) fn sealed_canary(
    store: &dyn SecretStore,
    recipient: &Recipient,
    random: &str,
) -> Result<(), Error> {
    if store.rests_sealed_for(recipient) {
        return Ok(());
    }
    let secret = canary_secret(random)?;
    let opened = store.open(recipient, &store.seal(recipient, &secret)?)?;
    if opened.same_as(&secret) {
        return Ok(());
    }
    Err(Error::Unreadable("the seal gave another secret".to_owned()))
}

fn canary_secret(random: &str) -> Result<Secret, Error> {
    Secret::new(random.to_owned()).map_err(|error| Error::Failed(error.to_string()))
}
