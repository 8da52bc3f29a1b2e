//! The sessions of roles that were handed out and still last: a file each, sealed, private. Whatever is wrong with a file, it is as if there
//! were none.

use super::{Error, Home};
use crate::core::{
    credentials::{Credentials, StsSession},
    secret::Secret,
    time::{self, Timestamp},
};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::any::Any;
use std::fmt::Write;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// Far above a sealed session.
const LONGEST: u64 = 64 << 10;
/// Above any text of a session: a token may have 8 192 bytes.
const ROOM: usize = 20 << 10;

/// What a session was opened with, in one name.
pub(crate) struct SessionKey(String);

impl SessionKey {
    /// Makes the key of all that tells two sessions apart.
    pub(crate) fn of(parts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            // Its length first: two lists of parts are never the same text.
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let mut name = String::new();
        for byte in hash.finalize() {
            let _ = write!(name, "{byte:02x}");
        }
        Self(name)
    }

    /// Tells whether a file's name has the form of a key: 64 hexadecimal digits.
    fn is_one(name: &str) -> bool {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        name.len() == 64 && name.bytes().all(digit)
    }
}

/// The file of one session.
pub(crate) struct SessionCache<'a> {
    home: &'a Home,
    key: SessionKey,
}

#[derive(Serialize, Deserialize)]
struct Content<'a> {
    /// The file's own name: a file that was copied to another name is no session of that one.
    key: &'a str,
    id: &'a str,
    secret: &'a str,
    token: &'a str,
    until: &'a str,
}

impl<'a> SessionCache<'a> {
    pub(crate) fn new(home: &'a Home, key: SessionKey) -> Self {
        Self { home, key }
    }

    fn folder(&self) -> PathBuf {
        self.home.data.join("sessions")
    }

    fn file(&self) -> PathBuf {
        self.folder().join(&self.key.0)
    }

    /// Takes the lock of those who open this session; `None` while another process has it.
    pub(crate) fn try_lock(&self) -> Result<Option<Box<dyn Any + Send>>, Error> {
        self.home.try_lock(&format!("sessions/{}", self.key.0))
    }

    /// Returns the sealed session, if its first line says that it outlasts `needed`.
    pub(crate) fn sealed(&self, needed: Timestamp) -> Option<Vec<u8>> {
        self.own_folder()?;
        let content = self.home.disk.read(&self.file(), LONGEST).ok()??;
        let end = content.iter().position(|byte| *byte == b'\n')?;
        (until(&content[..end])? > needed).then(|| content[end + 1..].to_vec())
    }

    /// Returns the session that was unsealed, if it is this file's and outlasts `needed`.
    pub(crate) fn opened(&self, text: &Secret, needed: Timestamp) -> Option<Credentials> {
        let content: Content<'_> = serde_json::from_str(text.expose()).ok()?;
        let until = time::parse(content.until).ok()?;
        if content.key != self.key.0 || until <= needed {
            return None;
        }
        Some(Credentials {
            id: content.id.to_owned(),
            secret: Secret::new(content.secret.to_owned()).ok()?,
            session: Some(StsSession {
                token: Secret::new(content.token.to_owned()).ok()?,
                until,
            }),
        })
    }

    /// Returns the text of a session, to be sealed; `None` for a pair that is no session, and for one that is too long.
    pub(crate) fn text(&self, credentials: &Credentials) -> Option<Secret> {
        let session = credentials.session.as_ref()?;
        let content = Content {
            key: &self.key.0,
            id: &credentials.id,
            secret: credentials.secret.expose(),
            token: session.token.expose(),
            until: &time::format(session.until),
        };
        let mut text = Zeroizing::new(Vec::with_capacity(ROOM));
        serde_json::to_writer(&mut *text, &content).ok()?;
        Secret::from_bytes(&text).ok()
    }

    /// Puts a sealed session into its file, and removes the files of those that are over. `None` where that is not possible.
    pub(crate) fn put(&self, until: Timestamp, sealed: &[u8], now: Timestamp) -> Option<()> {
        self.own_folder()?;
        self.remove_expired(now);
        let mut content = format!("{}\n", time::format(until)).into_bytes();
        content.extend_from_slice(sealed);
        self.home.disk.replace(&self.file(), &content).ok()
    }

    /// A link in the place of the folder would have akm write and remove files that are not akm's.
    fn own_folder(&self) -> Option<()> {
        self.home.disk.is_own_folder(&self.folder()).then_some(())
    }

    /// Only files that are named as akm names sessions are akm's to remove.
    fn remove_expired(&self, now: Timestamp) {
        let names = self.home.disk.names(&self.folder()).unwrap_or_default();
        for name in names.into_iter().filter(|name| SessionKey::is_one(name)) {
            let file = self.folder().join(name);
            let content = self.home.disk.read(&file, LONGEST).ok().flatten();
            let line = content.as_deref().and_then(|content| {
                let end = content.iter().position(|byte| *byte == b'\n')?;
                until(&content[..end])
            });
            if line.is_none_or(|until| until <= now) {
                let _ = self.home.disk.remove(&file);
            }
        }
    }
}

/// When a hand-out was last written into the log.
pub(crate) struct LastNoted<'a> {
    home: &'a Home,
    file: PathBuf,
}

impl<'a> LastNoted<'a> {
    /// Of the hand-outs that these parts tell apart.
    pub(crate) fn new(home: &'a Home, parts: &[&str]) -> Self {
        let name = SessionKey::of(parts).0;
        let file = home.data.join("handed-out").join(name);
        Self { home, file }
    }

    /// Tells whether it was so lately. A time that is yet to come counts as none: the clock was wrong then, or is now.
    pub(crate) fn is_within(&self, time: TimeDelta, now: Timestamp) -> bool {
        let content = self.home.disk.read(&self.file, 64).ok().flatten();
        let last = content.and_then(|content| until(&content));
        last.is_some_and(|last| last <= now && now - last < time)
    }

    /// Notes it now. Where that is not possible, the log has a line more.
    pub(crate) fn note(&self, now: Timestamp) {
        let text = time::format(now);
        let folder = self.file.parent();
        if folder.is_some_and(|folder| self.home.disk.is_own_folder(folder)) {
            let _ = self.home.disk.replace(&self.file, text.as_bytes());
        }
    }
}

fn until(line: &[u8]) -> Option<Timestamp> {
    time::parse(std::str::from_utf8(line).ok()?).ok()
}
