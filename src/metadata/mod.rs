//! What akm knows and is no secret, in TOML under `AKM_HOME`: configuration, the inventory of pairs, the journal; and as JSON lines the
//! record of what was done.

pub(crate) mod config;
pub(crate) mod inventory;
pub(crate) mod journal;
mod journal_format;
pub(crate) mod log;
pub(crate) mod profile;
pub(crate) mod session_cache;

use crate::sys::fs::Disk;
use serde::{Serialize, de::DeserializeOwned};
use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The newest version that a file of akm's own has.
pub(crate) const VERSION: u32 = 2;
/// No file of akm's is longer than this.
const LONGEST: u64 = 4 << 20;

/// Why a file did not serve. Nothing was changed in any of these cases.
#[derive(Debug)]
pub(crate) enum Error {
    /// The system refused: no space, no permission, not ours.
    Io(PathBuf, io::Error),
    /// Written by a newer akm.
    Newer(PathBuf),
    /// It does not parse, or holds what it may not.
    Damaged(PathBuf, String),
    /// A person wrote there what akm does not take.
    Miswritten(PathBuf, String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(path, error) => write!(f, "`{}`: {error}", path.display()),
            Self::Newer(path) => write!(f, "`{}` was written by a newer akm", path.display()),
            Self::Damaged(path, why) => write!(f, "`{}` is damaged: {why}", path.display()),
            Self::Miswritten(path, why) => write!(f, "`{}`, {why}", path.display()),
        }
    }
}

impl std::error::Error for Error {}

impl Error {
    /// Tells whether the place takes no writes at all, as a read-only mount.
    pub(crate) fn is_read_only(&self) -> bool {
        matches!(self, Self::Io(_, error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem)
    }
}

/// The folders that akm writes in. Both are one folder under `AKM_HOME`.
#[derive(Clone)]
pub(crate) struct Home {
    pub(crate) disk: Arc<dyn Disk>,
    /// Holds `config.toml`.
    pub(crate) config: PathBuf,
    /// Holds all else.
    pub(crate) data: PathBuf,
}

impl Home {
    pub(crate) fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    pub(crate) fn secrets(&self) -> PathBuf {
        self.data.join("secrets")
    }

    pub(crate) fn sandbox(&self) -> PathBuf {
        self.data.join("sandbox")
    }

    /// Takes the lock of that name, or `None` while another akm holds it.
    pub(crate) fn try_lock(&self, name: &str) -> Result<Option<Box<dyn Any + Send>>, Error> {
        let path = self.lock_file(name);
        self.disk
            .try_lock(&path)
            .map_err(|error| Error::Io(path, error))
    }

    /// The same, shared with all who take it by this: `None` while one has it for himself.
    pub(crate) fn try_share(&self, name: &str) -> Result<Option<Box<dyn Any + Send>>, Error> {
        let path = self.lock_file(name);
        self.disk
            .try_share(&path)
            .map_err(|error| Error::Io(path, error))
    }

    fn lock_file(&self, name: &str) -> PathBuf {
        self.data.join("locks").join(format!("{name}.lock"))
    }

    fn bytes(&self, path: &Path) -> Result<Option<Vec<u8>>, Error> {
        self.disk
            .read(path, LONGEST)
            .map_err(|error| Error::Io(path.to_owned(), error))
    }

    /// The file as `T`, or `None` where there is none.
    fn load<T: DeserializeOwned>(&self, path: &Path) -> Result<Option<T>, Error> {
        self.bytes(path)?
            .map(|content| parse(path, &content))
            .transpose()
    }

    fn save<T: Serialize>(&self, path: &Path, value: &T) -> Result<(), Error> {
        let text = toml::to_string(value)
            .map_err(|error| Error::Damaged(path.to_owned(), error.to_string()))?;
        self.replace(path, &text)
    }

    fn replace(&self, path: &Path, text: &str) -> Result<(), Error> {
        self.disk
            .replace(path, text.as_bytes())
            .map_err(|error| Error::Io(path.to_owned(), error))
    }

    fn remove(&self, path: &Path) -> Result<(), Error> {
        self.disk
            .remove(path)
            .map(drop)
            .map_err(|error| Error::Io(path.to_owned(), error))
    }

    fn names(&self, folder: &Path) -> Result<Vec<String>, Error> {
        self.disk
            .names(folder)
            .map_err(|error| Error::Io(folder.to_owned(), error))
    }
}

/// Parses a file of ours. What it says is never repeated in the error, only where: it may hold anything.
fn parse<T: DeserializeOwned>(path: &Path, content: &[u8]) -> Result<T, Error> {
    let damaged = |why: String| Error::Damaged(path.to_owned(), why);
    let text = std::str::from_utf8(content).map_err(|_| damaged("it is not UTF-8".to_owned()))?;
    toml::from_str(text).map_err(|error| {
        if error.message().contains(OTHER_VERSION) || version(text) > i64::from(VERSION) {
            return Error::Newer(path.to_owned());
        }
        let line = error
            .span()
            .map_or(1, |span| 1 + text[..span.start].matches('\n').count());
        damaged(format!("line {line} is not what this akm writes"))
    })
}

fn version(text: &str) -> i64 {
    let table: Option<toml::Table> = toml::from_str(text).ok();
    let found = table.and_then(|table| table.get("version")?.as_integer());
    // A file that does not even parse as TOML may still begin with its version.
    found
        .or_else(|| {
            text.lines()
                .next()?
                .strip_prefix("version = ")?
                .trim()
                .parse()
                .ok()
        })
        .unwrap_or_default()
}

const OTHER_VERSION: &str = "a version that this akm does not know";

/// A `version` field. It is written as `NEWEST`; the versions before that are read, and a newer one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Version<const NEWEST: u32 = 1>;

impl<const NEWEST: u32> Serialize for Version<NEWEST> {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u32(NEWEST)
    }
}

impl<'de, const NEWEST: u32> serde::Deserialize<'de> for Version<NEWEST> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            version if (1..=NEWEST).contains(&version) => Ok(Self),
            _ => Err(serde::de::Error::custom(OTHER_VERSION)),
        }
    }
}
