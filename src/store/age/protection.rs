//! Putting the identity's file under a passphrase, under another one, or plain again. Whole or as it was, at every moment.

use super::super::identity::{Identity, protect, unprotect};
use super::super::{Error, Recipient};
use super::{IdentityFile, LONGEST, Unlock, about, content, failed, lock, parse, read, unlock};
use crate::core::passphrase::Passphrase;
use crate::core::time::{Span, Timestamp};
use crate::sys::fs::Disk;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// An identity's file that is about to change, opened.
pub(crate) struct Protection<'a> {
    disk: &'a dyn Disk,
    path: PathBuf,
    /// The file as it was read, and what it says without a passphrase.
    before: Zeroizing<Vec<u8>>,
    plain: Zeroizing<Vec<u8>>,
    identity: Identity,
}

impl<'a> Protection<'a> {
    /// Whether a passphrase protects the identity in `folder`. `Absent` where there is none, `Unreadable` where it is damaged.
    pub(crate) fn is_on(disk: &dyn Disk, folder: &Path) -> Result<bool, Error> {
        let (path, content) = content(disk, folder)?;
        let file = IdentityFile::parse(&content).map_err(about(&path))?;
        Ok(matches!(file, IdentityFile::Protected))
    }

    /// Opens the identity of `recipient` in `folder`: with its passphrase where it has one, be it kept unlocked or not.
    /// Errors: as [`Protection::is_on`], and as [`super::super::SecretStore::get`] where the passphrase is wrong.
    pub(crate) fn open(
        disk: &'a dyn Disk,
        folder: &Path,
        recipient: &Recipient,
        unlock: &Unlock,
    ) -> Result<Self, Error> {
        let (path, before) = content(disk, folder)?;
        let plain = match IdentityFile::parse(&before).map_err(about(&path))? {
            IdentityFile::Plain(_) => before.clone(),
            IdentityFile::Protected => unlock.open(&before).map_err(about(&path))?,
        };
        let identity = parse(&plain).map_err(about(&path))?;
        identity.check(recipient).map_err(about(&path))?;
        Ok(Self {
            disk,
            path,
            before,
            plain,
            identity,
        })
    }

    /// Puts it under the passphrase. What was written is opened before it takes the old file's place.
    pub(crate) fn protect(&self, passphrase: &Passphrase) -> Result<(), Error> {
        let protected = protect(passphrase, &self.plain)?;
        let limit = usize::try_from(LONGEST).unwrap_or(usize::MAX);
        if unprotect(passphrase, &protected, limit)? != self.plain {
            let why = "what was encrypted does not open to the same";
            return Err(Error::Failed(why.to_owned()));
        }
        self.replace(&protected)
    }

    /// Writes it plain again.
    pub(crate) fn remove(&self) -> Result<(), Error> {
        self.replace(&self.plain)
    }

    /// From now on the kernel keeps it unlocked for the span, or nothing of it. Gives back until when; `None` also where the
    /// kernel keeps nothing, which was said then.
    pub(crate) fn keep(
        &self,
        unlock: &Unlock,
        span: Option<Span>,
    ) -> Result<Option<Timestamp>, Error> {
        match span {
            Some(span) => unlock.keep(&self.identity, span),
            None => unlock::forget(&self.identity.recipient()?).map(|()| None),
        }
    }

    /// The kernel keeps the identity of `recipient` unlocked no longer.
    pub(crate) fn lock(recipient: &Recipient) -> Result<(), Error> {
        unlock::forget(recipient)
    }

    /// Replaces the file, unless somebody else did meanwhile.
    fn replace(&self, content: &[u8]) -> Result<(), Error> {
        let _lock = lock(self.disk, &self.path.with_file_name("identity.lock"))?;
        if read(self.disk, &self.path)?.as_ref() != Some(&self.before) {
            let why = format!("`{}` was changed meanwhile", self.path.display());
            return Err(Error::Failed(why));
        }
        self.disk
            .replace(&self.path, content)
            .map_err(failed(&self.path))
    }
}
