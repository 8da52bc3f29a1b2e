//! Opening a protected identity: from this process's memory, from the kernel's keyring, or with a passphrase.

use super::super::identity::{Identity, unprotect};
use super::super::{Error, Passphrases, Recipient, SecretName};
use super::{LONGEST, parse};
use crate::core::passphrase::Passphrase;
use crate::core::time::{self, Span, Timestamp};
use crate::sys::{clock::Clock, kernel_keyring};
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::Zeroizing;

/// Begins the line that says how long the kernel keeps it.
const UNTIL: &str = "# unlocked until ";

/// Opens a protected identity, and remembers it as long as the process runs: nobody is asked twice.
pub(crate) struct Unlock {
    passphrases: Arc<dyn Passphrases>,
    clock: Arc<dyn Clock>,
    opened: Mutex<Option<Arc<Identity>>>,
}

impl Unlock {
    pub(crate) fn new(passphrases: Arc<dyn Passphrases>, clock: Arc<dyn Clock>) -> Self {
        Self {
            passphrases,
            clock,
            opened: Mutex::new(None),
        }
    }

    /// The identity of `recipient`, which `protected` holds; kept in the kernel's keyring for `keep_for` where that is given.
    /// Errors: `Protected`, `NoPassphrase`, `Unreadable`.
    pub(super) fn identity(
        &self,
        protected: &[u8],
        recipient: &Recipient,
        keep_for: Option<Span>,
    ) -> Result<Arc<Identity>, Error> {
        // Held while a person is asked: of many threads, one asks.
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(identity) = opened.as_ref().filter(|it| it.check(recipient).is_ok()) {
            return Ok(identity.clone());
        }
        let identity = match kept(recipient) {
            Some((identity, _)) => identity,
            None => self.ask_and_keep(protected, keep_for)?,
        };
        Ok(opened.insert(Arc::new(identity)).clone())
    }

    /// Whose identity `protected` holds. Errors as [`Unlock::identity`].
    pub(super) fn learn(&self, protected: &[u8]) -> Result<Recipient, Error> {
        let identity = Arc::new(parse(&self.open(protected)?)?);
        let recipient = identity.recipient()?;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        *opened = Some(identity);
        Ok(recipient)
    }

    fn ask_and_keep(&self, protected: &[u8], keep_for: Option<Span>) -> Result<Identity, Error> {
        let identity = parse(&self.open(protected)?)?;
        if let Some(span) = keep_for {
            self.keep(&identity, span)?;
        }
        Ok(identity)
    }

    /// What `protected` holds, with the passphrase asked for as often as that is worth it.
    pub(super) fn open(&self, protected: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
        let limit = usize::try_from(LONGEST).unwrap_or(usize::MAX);
        let open = |passphrase: &Passphrase| unprotect(passphrase, protected, limit);
        let mut result = open(&self.passphrases.passphrase(false)?);
        for _ in 1..self.passphrases.tries() {
            if !matches!(result, Err(Error::Protected(_))) {
                break;
            }
            result = open(&self.passphrases.passphrase(true)?);
        }
        result
    }

    /// Keeps the identity in the kernel's keyring, or says why that cannot be. Gives back until when it is kept.
    pub(super) fn keep(&self, identity: &Identity, span: Span) -> Result<Option<Timestamp>, Error> {
        let until = self.clock.now() + span.delta();
        let secret = identity.secret()?;
        let mut text = Zeroizing::new(String::with_capacity(256));
        text.push_str(UNTIL);
        text.push_str(&time::format(until));
        text.push('\n');
        text.push_str(secret.expose());
        text.push('\n');
        let seconds = u32::try_from(span.delta().num_seconds()).unwrap_or(u32::MAX);
        let name = SecretName::identity(&identity.recipient()?);
        match kernel_keyring::keep(name.as_str(), text.as_bytes(), seconds) {
            Ok(()) => Ok(Some(until)),
            Err(error) => {
                self.passphrases.not_kept(&error.to_string());
                Ok(None)
            }
        }
    }
}

/// Until when the identity of `recipient` is kept unlocked, if it is.
pub(super) fn kept_until(recipient: &Recipient) -> Option<Timestamp> {
    kept(recipient).map(|(_, until)| until)
}

/// A keyring that cannot be used keeps nothing: then the passphrase is asked for.
fn kept(recipient: &Recipient) -> Option<(Identity, Timestamp)> {
    let name = SecretName::identity(recipient);
    let text = kernel_keyring::find(name.as_str()).ok()??;
    let identity = parse(&text).ok()?;
    identity.check(recipient).ok()?;
    let first = std::str::from_utf8(&text).ok()?.lines().next()?;
    let until = time::parse(first.strip_prefix(UNTIL)?).ok()?;
    Some((identity, until))
}

/// Forgets what the kernel keeps of the identity of `recipient`.
pub(super) fn forget(recipient: &Recipient) -> Result<(), Error> {
    let name = SecretName::identity(recipient);
    match kernel_keyring::forget(name.as_str()) {
        Ok(_) => Ok(()),
        Err(error) => Err(Error::Failed(format!("the kernel keyring: {error}"))),
    }
}
