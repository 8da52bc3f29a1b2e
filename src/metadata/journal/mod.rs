//! Unfinished work, one file an owner; suspects and pairs that are being restored, one file each: what must be known after a crash.

mod entry;
mod restoring;
mod suspect;

pub(crate) use entry::{Entry, Got, Intent, RotationIntent};
pub(crate) use restoring::Restoring;
pub(crate) use suspect::Suspect;

use super::{Error, Home, journal_format as format};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    rotation::Reached,
    time::Timestamp,
};
use crate::sys::fs::{OpenFile, remove_folder};
use entry::{Mark, Record};
use std::path::{Path, PathBuf};

/// A journal open for its next record: the file is there, has its room and is open.
pub(crate) struct OpenJournal {
    file: Box<dyn OpenFile>,
    path: PathBuf,
    end: u64,
    /// Records that could not be written: the next one brings them along, since it would make no sense without them.
    owed: Vec<u8>,
}

impl OpenJournal {
    /// One write and one sync: nothing else stands between the cloud's answer and the disk.
    pub(crate) fn got(&mut self, entry: &mut Entry, got: Got) -> Result<(), Error> {
        (entry.got, entry.reached) = (Some(got.clone()), Reached::Got);
        self.append(&Record::Got(got))
    }

    /// Records a step as done, and takes it into `entry`.
    pub(crate) fn reached(
        &mut self,
        entry: &mut Entry,
        state: Reached,
        at: Timestamp,
    ) -> Result<(), Error> {
        let mark = Mark { state, at };
        self.append(&Record::Reached(mark.clone()))?;
        entry.mark(mark);
        Ok(())
    }

    /// Records that a pair leaked beside what is open; or that nothing is to take its place.
    pub(crate) fn leaked(
        &mut self,
        entry: &mut Entry,
        id: Option<AccessKeyId>,
    ) -> Result<(), Error> {
        self.append(&Record::Leaked(id.clone()))?;
        entry.leaked = id;
        Ok(())
    }

    fn append(&mut self, record: &Record) -> Result<(), Error> {
        let line = format::line(record)
            .map_err(|error| Error::Damaged(self.path.clone(), error.to_string()))?;
        self.owed.extend_from_slice(&line);
        self.retry()
    }

    /// Writes what could not be written before.
    pub(crate) fn retry(&mut self) -> Result<(), Error> {
        self.file
            .write_at(self.end, &self.owed)
            .map_err(|error| Error::Io(self.path.clone(), error))?;
        self.end += self.owed.len() as u64;
        self.owed.clear();
        Ok(())
    }
}

/// What files say, each by the owner or the pair that its name tells; in the place of one that cannot be read, why.
pub(crate) type Files<Name, T> = Vec<(Name, Result<T, Error>)>;

/// The journals and suspects of one account.
pub(crate) struct Journal {
    home: Home,
    account: AccountId,
}

const ENDING: &str = ".journal";

impl Journal {
    pub(crate) fn new(home: Home, account: AccountId) -> Self {
        Self { home, account }
    }

    fn folder(&self) -> PathBuf {
        self.home.data.join("journal").join(self.account.as_str())
    }

    fn file(&self, key: &str) -> PathBuf {
        self.folder().join(format!("{key}{ENDING}"))
    }

    /// Writes the intent; on return it is durable and the journal open.
    pub(crate) fn begin(&self, intent: Intent) -> Result<(Entry, OpenJournal), Error> {
        let entry = Entry {
            intent,
            got: None,
            reached: Reached::Intent,
            leaked: None,
            marks: Vec::new(),
        };
        let path = self.file(&entry.owner().key());
        let bytes = format::begin(&Record::Intent(entry.intent.clone()));
        let (bytes, end) =
            bytes.map_err(|error| Error::Damaged(path.clone(), error.to_string()))?;
        let file = self
            .home
            .disk
            .replace_open(&path, &bytes)
            .map_err(|error| Error::Io(path.clone(), error))?;
        Ok((
            entry,
            OpenJournal {
                file,
                path,
                end: end as u64,
                owed: Vec::new(),
            },
        ))
    }

    /// What the owner's journal says, without changing anything; `None` when nothing is open.
    pub(crate) fn read(&self, owner: &Owner) -> Result<Option<Entry>, Error> {
        self.read_key(&owner.key())
    }

    fn read_key(&self, key: &str) -> Result<Option<Entry>, Error> {
        let path = self.file(key);
        let Some(bytes) = self.home.bytes(&path)? else {
            return Ok(None);
        };
        let read = Self::parsed(&path, &bytes)?;
        let entry = Entry::from_records(read.records);
        let entry = entry.ok_or_else(|| {
            Error::Damaged(path.clone(), "its records are out of order".to_owned())
        })?;
        if entry.intent.account_id != self.account || entry.owner().key() != key {
            return Err(Error::Damaged(
                path,
                "it speaks of another owner than its name".to_owned(),
            ));
        }
        Ok(Some(entry))
    }

    fn parsed(path: &Path, bytes: &[u8]) -> Result<format::Read<Record>, Error> {
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

    /// Like [`Journal::read`], and opens the journal for what comes next. What it says is durable on return: after a kill it may
    /// have been in the page cache only. A torn last record is set aside in a file of its own.
    pub(crate) fn resume(&self, owner: &Owner) -> Result<Option<(Entry, OpenJournal)>, Error> {
        let path = self.file(&owner.key());
        let Some(entry) = self.read(owner)? else {
            return Ok(None);
        };
        let Some(bytes) = self.home.bytes(&path)? else {
            return Ok(None);
        };
        let read = Self::parsed(&path, &bytes)?;
        let io = |error| Error::Io(path.clone(), error);
        let file = match &read.torn {
            None => self.home.disk.reopen(&path).map_err(io)?,
            Some(torn) => {
                let aside = self
                    .folder()
                    .join(format!("torn-{}-{}.bytes", owner.key(), read.end));
                self.home.disk.replace(&aside, torn).map_err(io)?;
                let mut kept = bytes[..read.end].to_vec();
                kept.resize(bytes.len(), b'\n');
                self.home.disk.replace_open(&path, &kept).map_err(io)?
            }
        };
        Ok(Some((
            entry,
            OpenJournal {
                file,
                path,
                end: read.end as u64,
                owed: Vec::new(),
            },
        )))
    }

    /// Puts in the place of a rotation's journal that of a create that has come as far: what was asked for, the sealed secret, whether
    /// that is `stored`; and what leaked beside it.
    pub(crate) fn as_create(&self, entry: &Entry, stored: Option<Timestamp>) -> Result<(), Error> {
        let path = self.file(&entry.owner().key());
        let intent = Record::Intent(Intent {
            rotation: None,
            ..entry.intent.clone()
        });
        let got = entry.got.clone().map(Record::Got);
        let state = Reached::Stored;
        let stored = stored.map(|at| Record::Reached(Mark { state, at }));
        let leaked = entry.leaked.clone().map(|id| Record::Leaked(Some(id)));
        let records = [Some(intent), got, stored, leaked];
        let lines: Result<Vec<_>, _> = records.iter().flatten().map(format::line).collect();
        let lines = lines.map_err(|error| Error::Damaged(path.clone(), error.to_string()))?;
        self.home
            .disk
            .replace(&path, &lines.concat())
            .map_err(|error| Error::Io(path, error))
    }

    /// The work is done, or known not to have been begun.
    pub(crate) fn close(&self, owner: &Owner) -> Result<(), Error> {
        self.home.remove(&self.file(&owner.key()))
    }

    /// Forgets all that is open in the account, suspects too.
    pub(crate) fn forget(&self) -> Result<(), Error> {
        let folder = self.folder();
        remove_folder(&folder).map_err(|error| Error::Io(folder, error))
    }

    /// What lies in the account's folder: thousands of files while a fleet's rotations are open.
    pub(crate) fn names(&self) -> Result<Vec<String>, Error> {
        self.home.names(&self.folder())
    }

    /// Everything that is open in this account, by the owner's key.
    pub(crate) fn open(&self) -> Result<Files<String, Entry>, Error> {
        let names = self.names()?;
        let keys = names.iter().filter_map(|name| name.strip_suffix(ENDING));
        let read = keys.filter_map(|key| Some((key.to_owned(), self.read_key(key).transpose()?)));
        Ok(read.collect())
    }
}

/// Whose the file of that name is; `None` for a name that akm never writes, such as an editor's backup.
fn pair_of(name: &str, start: &str) -> Option<AccessKeyId> {
    let id = name.strip_prefix(start)?.strip_suffix(".toml")?;
    AccessKeyId::parse(id).ok()
}

/// The newest version that a journal's records have.
const NEWEST: u64 = 1;

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
mod tests {
    use super::*;
    use crate::core::{name::UserName, time};
    use crate::sys::fs::{LocalDisk, create_folder};
    use crate::sys::new_folder::NewFolder;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn owner(name: &str) -> Owner {
        Owner::RamUser(UserName::parse(name).unwrap())
    }

    /// An account's journals in a new folder.
    fn journal() -> (Journal, NewFolder) {
        let folder = NewFolder::new();
        create_folder(&folder).unwrap();
        let home = Home {
            disk: Arc::new(LocalDisk),
            config: folder.to_path_buf(),
            data: folder.to_path_buf(),
        };
        let account = AccountId::parse("1234567890123456").unwrap();
        (Journal::new(home, account), folder)
    }

    fn intent() -> Intent {
        let at = time::parse("2026-11-24T10:00:00Z").unwrap();
        Entry::sample(None, at, &[]).intent
    }

    fn why(read: Result<Option<Entry>, Error>) -> String {
        match read.map(|entry| entry.is_some()) {
            Err(Error::Damaged(_, why)) => why,
            Err(Error::Newer(_)) => "newer".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_journal_is_of_the_owner_and_the_account_that_it_lies_under() {
        let (journal, _folder) = journal();
        drop(journal.begin(intent()).unwrap());
        let bytes = journal.home.bytes(&journal.file(&owner("alice").key()));
        let bytes = bytes.unwrap().unwrap();
        let put = |journal: &Journal, owner: &Owner| {
            let path = journal.file(&owner.key());
            journal.home.disk.replace(&path, &bytes).unwrap();
            why(journal.read(owner))
        };
        let foreign = "it speaks of another owner than its name";
        assert_eq!(put(&journal, &owner("alice")), "Ok(true)");
        assert_eq!(put(&journal, &owner("bob")), foreign);
        assert_eq!(put(&journal, &Owner::Account), foreign);
        let other = Journal::new(
            journal.home.clone(),
            AccountId::parse("6543210987654321").unwrap(),
        );
        assert_eq!(put(&other, &owner("alice")), foreign);
    }

    #[test]
    fn what_is_not_known_was_written_by_a_newer_akm_only_if_it_says_so() {
        let (journal, _folder) = journal();
        let known = serde_json::to_value(Record::Intent(intent())).unwrap();
        let put = |edit: fn(&mut Value), more: &[Value]| {
            let mut first = known.clone();
            edit(&mut first);
            let records = [&first].into_iter().chain(more);
            let bytes: Vec<_> = records.flat_map(|one| format::line(one).unwrap()).collect();
            let path = journal.file(&owner("alice").key());
            journal.home.disk.replace(&path, &bytes).unwrap();
            why(journal.read(&owner("alice")))
        };
        let tea = |record: &mut Value| record["intent"]["favourite"] = json!("tea");
        let strange = |line| format!("line {line} is not what this akm writes");
        assert_eq!(put(|_| (), &[]), "Ok(true)");
        assert_eq!(put(tea, &[]), strange(1));
        assert_eq!(put(|_| (), &[json!({"tea": 1})]), strange(2));
        assert_eq!(
            put(|one| one["intent"]["version"] = json!(0), &[]),
            strange(1)
        );
        assert_eq!(put(|one| one["intent"]["version"] = json!(2), &[]), "newer");
        assert_eq!(
            put(|_| (), std::slice::from_ref(&known)),
            "its records are out of order"
        );
    }
}
