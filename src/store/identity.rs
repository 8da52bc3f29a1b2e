//! An install's `age` identity: the public half seals, the private half opens. Files and keyrings keep it; this knows neither.

use super::{Error, Recipient};
use crate::core::passphrase::Passphrase;
use crate::core::secret::{LONGEST, Secret};
use ::age::armor::ArmoredReader;
use ::age::secrecy::{ExposeSecret, SecretString};
use ::age::{DecryptError, Decryptor, Encryptor, scrypt, x25519};
use std::io::{Read, Write};
use zeroize::Zeroizing;

/// One byte more than the longest secret, so that a longer one is seen.
const ROOM: usize = LONGEST + 1;

/// What `age -p` takes: 256 MiB of memory and most of a second.
const WORK_FACTOR: u8 = 18;
/// The most that is done for a file of somebody else's: four times that.
const MOST_WORK: u8 = 20;

/// The private half. Wiped when dropped.
pub(super) struct Identity(x25519::Identity);

impl Identity {
    /// A new one, of the system's random bytes.
    pub(super) fn new() -> Self {
        Self(x25519::Identity::generate())
    }

    /// From `AGE-SECRET-KEY-1…`. `Unreadable` when it is not that.
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let wrong = || Error::Unreadable("the `age` identity is damaged".to_owned());
        text.parse().map(Self).map_err(|_| wrong())
    }

    /// The private half as text, to be stored.
    pub(super) fn secret(&self) -> Result<Secret, Error> {
        let text = Zeroizing::new(self.0.to_string().expose_secret().to_owned());
        Secret::new(text).map_err(|error| Error::Failed(error.to_string()))
    }

    pub(super) fn recipient(&self) -> Result<Recipient, Error> {
        Recipient::parse(&self.0.to_public().to_string())
            .map_err(|error| Error::Failed(error.to_string()))
    }

    /// `Unreadable` when this is not the identity of `recipient`.
    pub(super) fn check(&self, recipient: &Recipient) -> Result<(), Error> {
        if self.recipient()? == *recipient {
            return Ok(());
        }
        let why = format!("the identity here is not the one of `{recipient}`");
        Err(Error::Unreadable(why))
    }

    /// What [`seal`] closed, or any `age` file for this identity that holds a secret. `Unreadable` when it is for another
    /// identity, changed, cut, or no secret. Looks at no byte of the secret before the end has been checked.
    pub(super) fn open(&self, sealed: &[u8]) -> Result<Secret, Error> {
        let identity: &dyn ::age::Identity = &self.0;
        let mut opened = Decryptor::new_buffered(sealed)
            .and_then(|file| file.decrypt(std::iter::once(identity)))
            .map_err(|error| unreadable(&error))?;
        let mut room = Zeroizing::new([0; ROOM]);
        let length = read_all(&mut opened, room.as_mut())
            .map_err(|_| Error::Unreadable("it is damaged or cut short".to_owned()))?;
        Secret::from_bytes(&room[..length]).map_err(|error| Error::Unreadable(error.to_string()))
    }
}

/// See [`super::SecretStore::seal`].
pub(super) fn seal(recipient: &Recipient, secret: &Secret) -> Result<Vec<u8>, Error> {
    let recipient: x25519::Recipient = recipient
        .as_str()
        .parse()
        .map_err(|why| Error::Failed(format!("`{recipient}` is no `age` recipient: {why}")))?;
    encrypt(&recipient, secret.expose().as_bytes())
}

fn encrypt(recipient: &dyn ::age::Recipient, content: &[u8]) -> Result<Vec<u8>, Error> {
    let failed = |why: &dyn std::fmt::Display| Error::Failed(format!("`age` cannot seal: {why}"));
    let file =
        Encryptor::with_recipients(std::iter::once(recipient)).map_err(|why| failed(&why))?;
    let mut sealed = Vec::new();
    let written = file.wrap_output(&mut sealed).and_then(|mut output| {
        output.write_all(content)?;
        output.finish().map(drop)
    });
    written.map(|()| sealed).map_err(|why| failed(&why))
}

/// The content under a passphrase, as `age -p` writes it.
pub(super) fn protect(passphrase: &Passphrase, content: &[u8]) -> Result<Vec<u8>, Error> {
    let mut recipient = scrypt::Recipient::new(text(passphrase));
    recipient.set_work_factor(WORK_FACTOR);
    encrypt(&recipient, content)
}

/// What [`protect`] or `age -p` made, armored or not. `Protected` when the passphrase is wrong; `Unreadable` when the file is
/// damaged, is no such file, or wants too much work. No byte of the content is looked at before the end has been checked.
pub(super) fn unprotect(
    passphrase: &Passphrase,
    protected: &[u8],
    limit: usize,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut identity = scrypt::Identity::new(text(passphrase));
    identity.set_max_work_factor(MOST_WORK);
    let identity: &dyn ::age::Identity = &identity;
    let mut opened = under_passphrase(protected)?
        .decrypt(std::iter::once(identity))
        .map_err(|error| closed(&error))?;
    let mut room = Zeroizing::new(vec![0; limit + 1]);
    let length = read_all(&mut opened, &mut room)
        .map_err(|_| Error::Unreadable("it is damaged or cut short".to_owned()))?;
    room.truncate(length);
    Ok(room)
}

/// Whether this is, as far as can be seen without the passphrase, what [`protect`] or `age -p` made. Errors: `Unreadable`.
pub(super) fn check_protected(protected: &[u8]) -> Result<(), Error> {
    under_passphrase(protected).map(drop)
}

fn under_passphrase(protected: &[u8]) -> Result<Decryptor<impl Read>, Error> {
    let file = Decryptor::new(ArmoredReader::new(protected)).map_err(|error| unreadable(&error))?;
    if file.is_scrypt() {
        return Ok(file);
    }
    let why = "it is encrypted for a key and not under a passphrase";
    Err(Error::Unreadable(why.to_owned()))
}

fn text(passphrase: &Passphrase) -> SecretString {
    SecretString::from(passphrase.reveal().to_owned())
}

fn closed(error: &DecryptError) -> Error {
    match error {
        DecryptError::DecryptionFailed => Error::Protected("the passphrase is wrong".to_owned()),
        DecryptError::ExcessiveWork { required, .. } => Error::Unreadable(format!(
            "its passphrase is under work factor {required}, and {MOST_WORK} is the most that is taken"
        )),
        error => unreadable(error),
    }
}

/// Fills the room up to the end of the input. The room full before the end is an error too: nothing so long is a secret.
fn read_all(input: &mut impl Read, room: &mut [u8]) -> std::io::Result<usize> {
    let mut length = 0;
    loop {
        match input.read(&mut room[length..]) {
            Ok(0) if length == room.len() => return Err(std::io::ErrorKind::FileTooLarge.into()),
            Ok(0) => return Ok(length),
            Ok(more) => length += more,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
}

fn unreadable(error: &DecryptError) -> Error {
    let why = match error {
        DecryptError::NoMatchingKeys => "it is sealed for another identity",
        DecryptError::UnknownFormat => "it is of an `age` version that this program does not know",
        _ => "it is damaged or no `age` file",
    };
    Error::Unreadable(why.to_owned())
}
