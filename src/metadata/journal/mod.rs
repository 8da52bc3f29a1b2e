//! Unfinished work, one file an owner, to which events are added; suspects, one file each: what must be known after a crash.

mod events;
mod record;
mod restoring;
mod suspect;
mod version1;

pub(crate) use events::Events;
pub(crate) use suspect::Suspect;

use super::{Error, Home, journal_format as format};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    open_work::OpenWork,
};
use crate::sys::fs::remove_folder;
use record::{Intent, Record};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// What files say, each by the owner or the pair that its name tells; in the place of one that cannot be read, why.
pub(crate) type Files<Name, T> = Vec<(Name, Result<T, Error>)>;

/// The unfinished work of an owner.
pub(crate) struct Unfinished {
    pub(crate) owner: Owner,
    pub(crate) work: OpenWork,
}

/// What the bytes of a journal say.
struct Read {
    owner: Owner,
    work: OpenWork,
    end: usize,
    torn: Option<Vec<u8>>,
}

/// The journals and suspects of one account.
pub(crate) struct Journal {
    home: Home,
    account: AccountId,
    /// Pairs that version 1 was restoring when this run first looked: a fleet's folder is listed once.
    restoring: OnceLock<Vec<AccessKeyId>>,
}

const ENDING: &str = ".journal";

impl Journal {
    pub(crate) fn new(home: Home, account: AccountId) -> Self {
        Self {
            home,
            account,
            restoring: OnceLock::new(),
        }
    }

    fn folder(&self) -> PathBuf {
        self.home.data.join("journal").join(self.account.as_str())
    }

    fn file(&self, key: &str) -> PathBuf {
        self.folder().join(format!("{key}{ENDING}"))
    }

    /// Returns what is unfinished for the owner, without changing anything.
    pub(crate) fn read(&self, owner: &Owner) -> Result<OpenWork, Error> {
        let read = self.read_key(&owner.key())?;
        let mut work = read.map(|read| read.work).unwrap_or_default();
        self.add_restoring(owner, &mut work)?;
        Ok(work)
    }

    fn read_key(&self, key: &str) -> Result<Option<Read>, Error> {
        let path = self.file(key);
        let bytes = self.home.bytes(&path)?;
        bytes
            .map(|bytes| self.parsed(&path, key, &bytes))
            .transpose()
    }

    fn parsed(&self, path: &Path, key: &str, bytes: &[u8]) -> Result<Read, Error> {
        let damaged = |why: &str| Error::Damaged(path.to_owned(), why.to_owned());
        let format::Read { records, end, torn } = Self::records(path, bytes)?;
        let (owner, account, work) =
            fold(records).ok_or_else(|| damaged("its records are out of order"))?;
        if account != self.account || owner.key() != key {
            return Err(damaged("it speaks of another owner than its name"));
        }
        Ok(Read {
            owner,
            work,
            end,
            torn,
        })
    }

    fn records(path: &Path, bytes: &[u8]) -> Result<format::Read<Record>, Error> {
        format::read(bytes).map_err(|wrong| match wrong {
            format::Wrong::Damaged(line) => Error::Damaged(
                path.to_owned(),
                format!("line {line} does not match its checksum"),
            ),
            format::Wrong::Unknown(_) if newer(bytes) => Error::Newer(path.to_owned()),
            format::Wrong::Unknown(line) => Error::Damaged(
                path.to_owned(),
                format!("line {line} is not what this akm writes"),
            ),
        })
    }

    /// Forgets all that is unfinished in the account, suspects too.
    pub(crate) fn forget(&self) -> Result<(), Error> {
        let folder = self.folder();
        remove_folder(&folder).map_err(|error| Error::Io(folder, error))
    }

    /// What lies in the account's folder: thousands of files while a fleet's rotations are unfinished.
    pub(crate) fn names(&self) -> Result<Vec<String>, Error> {
        self.home.names(&self.folder())
    }

    /// Returns everything that is unfinished in this account, by the owner's key; by the pair's id, why the file of a pair that is being
    /// restored cannot be read.
    pub(crate) fn open(&self) -> Result<Files<String, Unfinished>, Error> {
        let names = self.names()?;
        let mut open = BTreeMap::new();
        for key in names.iter().filter_map(|name| name.strip_suffix(ENDING)) {
            if let Some(read) = self.read_key(key).transpose() {
                let unfinished = read.map(|Read { owner, work, .. }| Unfinished { owner, work });
                open.insert(key.to_owned(), unfinished);
            }
        }
        self.add_all_restoring(&mut open)?;
        Ok(open.into_iter().collect())
    }
}

/// Returns whose journal it is, in which account, and what is unfinished; `None` where a record stands where it makes no sense.
fn fold(records: Vec<Record>) -> Option<(Owner, AccountId, OpenWork)> {
    let mut records = records.into_iter();
    let Record::Intent(intent) = records.next()? else {
        return None;
    };
    let mut work = OpenWork::default();
    if let Intent::Version1(first) = &*intent {
        first.begin(&mut work);
    }
    let in_order = records.all(|record| match &*intent {
        Intent::Version1(first) => first.apply(record, &mut work),
        Intent::Now(_) => record.event().map(|event| work.apply(event)).is_some(),
    });
    in_order.then(|| (intent.owner(), intent.account().clone(), work))
}

/// Whose the file of that name is; `None` for a name that akm never writes, such as an editor's backup.
fn pair_of(name: &str, start: &str) -> Option<AccessKeyId> {
    let id = name.strip_prefix(start)?.strip_suffix(".toml")?;
    AccessKeyId::parse(id).ok()
}

/// The newest version that a journal's records have.
const NEWEST: u64 = 2;

fn newer(bytes: &[u8]) -> bool {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let record: Option<serde_json::Value> = line
        .get(17..)
        .and_then(|json| serde_json::from_slice(json).ok());
    let version = record.and_then(|record| record.get("intent")?.get("version")?.as_u64());
    version.is_some_and(|version| version > NEWEST)
}

#[cfg(test)]
mod tests;
