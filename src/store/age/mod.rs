//! Secrets in files: `<folder>/<NAME>.age` holds the bare secret, and `age -d -i <folder>/identity.txt` reads it without akm.

mod protection;
#[cfg(test)]
mod tests;
mod unlock;

pub(crate) use protection::Protection;
pub(crate) use unlock::Unlock;

use super::identity::{Identity, check_protected, seal};
use super::{Error, Recipient, SecretName, SecretStore, State};
use crate::core::secret::Secret;
use crate::core::time::Span;
use crate::sys::fs::{Disk, Distrust, Incapable};
use std::any::Any;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The longest file read, in bytes: the longest secret, and what `age` puts around it for a few recipients.
const LONGEST: u64 = 16 * 1024;
const IDENTITY: &str = "identity.txt";
/// How the two forms of an `age` file begin: an identity that a passphrase protects is one.
const PROTECTED: [&[u8]; 2] = [
    b"age-encryption.org/",
    b"-----BEGIN AGE ENCRYPTED FILE-----",
];
/// How long another akm may take to write its identity.
const PATIENCE: Duration = Duration::from_secs(2);

/// Encrypted files in one folder. Storing needs the recipient alone; reading needs the identity.
pub(crate) struct AgeStore {
    disk: Arc<dyn Disk>,
    folder: PathBuf,
    recipient: Recipient,
    unlock: Arc<Unlock>,
    keep_for: Option<Span>,
    /// What was read here and opened: the same bytes open again, and to open them is most of what a command costs.
    opened: Mutex<HashMap<String, Zeroizing<Vec<u8>>>>,
}

/// What the identity's file holds.
enum IdentityFile {
    Plain(Arc<Identity>),
    /// An `age` file around it, which a passphrase opens.
    Protected,
}

impl AgeStore {
    /// The store in `folder`, whose secrets are encrypted for `recipient`. A protected identity is opened by `unlock`, and kept
    /// so for `keep_for`. Touches nothing yet.
    pub(crate) fn at(
        disk: Arc<dyn Disk>,
        folder: PathBuf,
        recipient: Recipient,
        unlock: Arc<Unlock>,
        keep_for: Option<Span>,
    ) -> Self {
        Self {
            disk,
            folder,
            recipient,
            unlock,
            keep_for,
            opened: Mutex::default(),
        }
    }

    /// Writes a new identity where there is none. `Failed` where there is one, be it damaged: it is never overwritten.
    pub(crate) fn create_identity(disk: &dyn Disk, folder: &Path) -> Result<Recipient, Error> {
        // Two first runs at once: the second must find the first one's identity and not replace it.
        let _lock = lock(disk, &folder.join("identity.lock"))?;
        let path = folder.join(IDENTITY);
        if read(disk, &path)?.is_some() {
            let why = format!("there is an identity in `{}` already", path.display());
            return Err(Error::Failed(why));
        }
        let names = disk.names(folder).map_err(failed(folder))?;
        if let Some(name) = names
            .iter()
            .find(|name| name.strip_suffix(".age").is_some())
        {
            let why = format!("`{name}` is here, and the identity that opens it is not");
            return Err(Error::Absent(why));
        }
        let identity = Identity::new();
        disk.replace(&path, text(&identity)?.as_bytes())
            .map_err(failed(&path))?;
        identity.recipient()
    }

    /// The public half of the identity in `folder`, which `unlock` opens where it is protected. `Absent` where there is none.
    pub(crate) fn recipient_of(
        disk: &dyn Disk,
        folder: &Path,
        unlock: &Unlock,
    ) -> Result<Recipient, Error> {
        let (path, content) = content(disk, folder)?;
        match IdentityFile::parse(&content).map_err(about(&path))? {
            IdentityFile::Plain(identity) => identity.recipient(),
            IdentityFile::Protected => unlock.learn(&content).map_err(about(&path)),
        }
    }

    fn identity(&self) -> Result<Arc<Identity>, Error> {
        let (path, content) = content(self.disk.as_ref(), &self.folder)?;
        match IdentityFile::parse(&content).map_err(about(&path))? {
            IdentityFile::Plain(identity) => Ok(identity),
            IdentityFile::Protected => self
                .unlock
                .identity(&content, &self.recipient, self.keep_for)
                .map_err(about(&path)),
        }
    }

    fn opened(&self) -> MutexGuard<'_, HashMap<String, Zeroizing<Vec<u8>>>> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn path(&self, name: &SecretName) -> PathBuf {
        self.folder.join(format!("{name}.age"))
    }
}

impl SecretStore for AgeStore {
    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        let path = self.path(name);
        let sealed = seal(&self.recipient, secret)?;
        self.disk.replace(&path, &sealed).map_err(failed(&path))
    }

    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Error> {
        let path = self.path(name);
        let Some(sealed) = read(self.disk.as_ref(), &path)? else {
            return Ok(None);
        };
        let identity = self.identity()?;
        let secret = identity.open(&sealed).map_err(about(&path))?;
        self.opened().insert(name.to_string(), sealed);
        Ok(Some(secret))
    }

    fn holds(&self, name: &SecretName) -> Result<bool, Error> {
        let sealed = read(self.disk.as_ref(), &self.path(name))?;
        if sealed.is_none() || self.opened().get(name.as_str()) != sealed.as_ref() {
            return Ok(self.get(name)?.is_some());
        }
        self.identity()?.check(&self.recipient).map(|()| true)
    }
    fn delete(&self, name: &SecretName) -> Result<bool, Error> {
        let path = self.path(name);
        self.disk.remove(&path).map_err(failed(&path))
    }

    fn put_briefly(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        let path = self.path(name);
        let sealed = seal(&self.recipient, secret)?;
        let put = self.disk.replace_unsynced(&path, &sealed);
        put.map_err(failed(&path))
    }

    fn delete_briefly(&self, name: &SecretName) -> Result<bool, Error> {
        let path = self.path(name);
        self.disk.remove_unsynced(&path).map_err(failed(&path))
    }

    fn durable(&self) -> bool {
        true
    }

    fn rests_sealed_for(&self, recipient: &Recipient) -> bool {
        self.recipient == *recipient
    }

    fn open(&self, recipient: &Recipient, sealed: &[u8]) -> Result<Secret, Error> {
        let identity = self.identity()?;
        identity.check(recipient)?;
        identity.open(sealed)
    }

    fn state(&self, recipient: &Recipient) -> State {
        let state = || -> Result<State, Error> {
            let (path, content) = content(self.disk.as_ref(), &self.folder)?;
            Ok(match IdentityFile::parse(&content).map_err(about(&path))? {
                IdentityFile::Plain(identity) => {
                    identity.check(recipient).map_err(about(&path))?;
                    State::Open
                }
                IdentityFile::Protected => {
                    unlock::kept_until(recipient).map_or(State::Protected, State::Unlocked)
                }
            })
        };
        state().unwrap_or_else(State::from)
    }
}

/// The identity's file as `age-keygen` writes it, but for the time, which nothing here needs.
fn text(identity: &Identity) -> Result<Zeroizing<String>, Error> {
    let (public, secret) = (identity.recipient()?, identity.secret()?);
    let mut text = Zeroizing::new(String::with_capacity(512));
    text.push_str("# public key: ");
    text.push_str(public.as_str());
    text.push('\n');
    text.push_str(secret.expose());
    text.push('\n');
    Ok(text)
}

/// The identity's file: where it is, and what is in it. `Absent` where there is none.
fn content(disk: &dyn Disk, folder: &Path) -> Result<(PathBuf, Zeroizing<Vec<u8>>), Error> {
    let path = folder.join(IDENTITY);
    match read(disk, &path)? {
        Some(content) => Ok((path, content)),
        None => Err(Error::Absent(format!(
            "no identity in `{}`",
            path.display()
        ))),
    }
}

impl IdentityFile {
    fn parse(content: &[u8]) -> Result<Self, Error> {
        if PROTECTED.iter().any(|start| content.starts_with(start)) {
            return check_protected(content).map(|()| Self::Protected);
        }
        parse(content).map(Arc::new).map(Self::Plain)
    }
}

/// The first key in the text of an identity's file.
fn parse(content: &[u8]) -> Result<Identity, Error> {
    let text = std::str::from_utf8(content).unwrap_or_default();
    let mut keys = text.lines().map(str::trim);
    let key = keys.find(|line| line.starts_with("AGE-SECRET-KEY-1"));
    Identity::parse(key.unwrap_or_default())
}

fn lock(disk: &dyn Disk, path: &Path) -> Result<Box<dyn Any + Send>, Error> {
    let until = Instant::now() + PATIENCE;
    loop {
        match disk.try_lock(path).map_err(failed(path))? {
            Some(lock) => return Ok(lock),
            None if Instant::now() < until => std::thread::sleep(Duration::from_millis(10)),
            None => {
                return Err(Error::Failed(format!(
                    "another akm uses `{}`",
                    path.display()
                )));
            }
        }
    }
}

fn read(disk: &dyn Disk, path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Error> {
    let content = disk.read(path, LONGEST).map_err(failed(path))?;
    Ok(content.map(Zeroizing::new))
}

/// A file that may not be trusted cannot be read; everything else is the disk's failure. Says which file.
fn failed(path: &Path) -> impl Fn(io::Error) -> Error {
    move |error| {
        if let Some(why) = Distrust::of(&error) {
            return Error::Distrusted(path.to_owned(), why);
        }
        let why = format!("`{}`: {error}", path.display());
        match error.kind() {
            io::ErrorKind::InvalidData => Error::Unreadable(why),
            _ if Incapable::is(&error) => Error::Incapable(why),
            _ => Error::Failed(why),
        }
    }
}

/// Says which file could not be read.
fn about(path: &Path) -> impl Fn(Error) -> Error {
    move |error| match error {
        Error::Unreadable(why) => Error::Unreadable(format!("`{}`: {why}", path.display())),
        Error::Protected(why) => Error::Protected(format!("`{}`: {why}", path.display())),
        other => other,
    }
}
