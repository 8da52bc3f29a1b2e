//! Unfinished work, one file an owner, and suspects, one file each: what must be known after a crash.

use super::{Error, Home, Version, journal_format as format};
use crate::core::place::{Recipient, StoreKind};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    name::{ProfileName, UserName},
    rotation::Reached,
    time::{self, Span, Timestamp},
};
use crate::sys::fs::{OpenFile, remove_folder};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// What is about to be done: written and durable before the request that makes a pair is sent.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Intent {
    pub(crate) version: Version,
    pub(crate) account_id: AccountId,
    pub(crate) profile: ProfileName,
    /// Absent: the account's own pair.
    pub(crate) ram_user: Option<UserName>,
    /// The pairs that were there before.
    pub(crate) before: Vec<AccessKeyId>,
    pub(crate) nonce: String,
    /// The date that was signed: nothing can be executed 15 minutes after it.
    #[serde(with = "time::text")]
    pub(crate) signed_at: Timestamp,
    pub(crate) store: StoreKind,
    pub(crate) recipient: Recipient,
    pub(crate) comment: Option<String>,
    /// Present in a rotation.
    pub(crate) rotation: Option<RotationIntent>,
}

/// What a rotation will do with the old pair. Spans are in seconds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationIntent {
    pub(crate) old: AccessKeyId,
    pub(crate) overlap_seconds: i64,
    pub(crate) grace_seconds: i64,
}

impl RotationIntent {
    pub(crate) fn new(old: AccessKeyId, overlap: Span, grace: Span) -> Self {
        Self {
            old,
            overlap_seconds: overlap.delta().num_seconds(),
            grace_seconds: grace.delta().num_seconds(),
        }
    }
}

/// A step that is done for good.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Record {
    Intent(Intent),
    Got(Got),
    Reached(Mark),
}

/// The new pair, its secret sealed to the intent's recipient.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Got {
    pub(crate) access_key_id: AccessKeyId,
    #[serde(with = "time::text")]
    pub(crate) created_at: Timestamp,
    /// Base64 of an `age` file.
    pub(crate) sealed: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Mark {
    state: Reached,
    #[serde(with = "time::text")]
    at: Timestamp,
}

/// All that a journal says.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) intent: Intent,
    pub(crate) got: Option<Got>,
    /// The last step done.
    pub(crate) reached: Reached,
    /// Whether this run put the secret into a store whose durability akm cannot see: a later one is to read it back before the sealed
    /// copy goes.
    pub(crate) unproven: bool,
    /// When each step that was marked was done.
    marks: Vec<Mark>,
}

impl Entry {
    pub(crate) fn owner(&self) -> Owner {
        self.intent
            .ram_user
            .clone()
            .map_or(Owner::Account, Owner::RamUser)
    }

    /// When a step was last done.
    pub(crate) fn when(&self, state: Reached) -> Option<Timestamp> {
        self.marks
            .iter()
            .rev()
            .find(|mark| mark.state == state)
            .map(|mark| mark.at)
    }

    fn mark(&mut self, mark: Mark) {
        self.reached = mark.state;
        self.marks.push(mark);
    }

    fn from_records(records: Vec<Record>) -> Option<Self> {
        let mut records = records.into_iter();
        let Record::Intent(intent) = records.next()? else {
            return None;
        };
        let mut entry = Self {
            intent,
            got: None,
            reached: Reached::Intent,
            unproven: false,
            marks: Vec::new(),
        };
        for record in records {
            match record {
                Record::Intent(_) => return None,
                Record::Got(got) => (entry.got, entry.reached) = (Some(got), Reached::Got),
                Record::Reached(mark) => entry.mark(mark),
            }
        }
        (entry.reached == Reached::Intent || entry.got.is_some()).then_some(entry)
    }
}

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

/// A pair that appeared around a create of ours whose answer was lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suspect {
    version: Version,
    pub(crate) access_key_id: AccessKeyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ram_user: Option<UserName>,
    #[serde(with = "time::text")]
    pub(crate) seen_at: Timestamp,
}

impl Suspect {
    pub(crate) fn new(id: AccessKeyId, owner: &Owner, seen_at: Timestamp) -> Self {
        Self {
            version: Version,
            access_key_id: id,
            ram_user: owner.ram_user().cloned(),
            seen_at,
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        self.ram_user.clone().map_or(Owner::Account, Owner::RamUser)
    }
}

/// The journals and suspects of one account.
pub(crate) struct Journal {
    home: Home,
    account: AccountId,
}

const ENDING: &str = ".journal";
const SUSPECT: &str = "suspect-";

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

    fn suspect_file(&self, id: &AccessKeyId) -> PathBuf {
        self.folder().join(format!("{SUSPECT}{id}.toml"))
    }

    /// Writes the intent; on return it is durable and the journal open.
    pub(crate) fn begin(&self, intent: Intent) -> Result<(Entry, OpenJournal), Error> {
        let entry = Entry {
            intent,
            got: None,
            reached: Reached::Intent,
            unproven: false,
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

    /// Puts in the place of a rotation's journal what a create leaves that waits to be confirmed: the sealed secret, and nothing to do.
    pub(crate) fn only_seal(&self, entry: &Entry, at: Timestamp) -> Result<(), Error> {
        let path = self.file(&entry.owner().key());
        let intent = Record::Intent(Intent {
            rotation: None,
            ..entry.intent.clone()
        });
        let got = entry.got.clone().map(Record::Got);
        let state = Reached::Stored;
        let records = [Some(intent), got, Some(Record::Reached(Mark { state, at }))];
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

    /// Everything that is open in this account.
    pub(crate) fn open(&self) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        for name in self.home.names(&self.folder())? {
            if let Some(key) = name.strip_suffix(ENDING) {
                entries.extend(self.read_key(key)?);
            }
        }
        Ok(entries)
    }

    pub(crate) fn suspects(&self) -> Result<Vec<Suspect>, Error> {
        let mut suspects = Vec::new();
        for name in self.home.names(&self.folder())? {
            if let Some(id) = suspect_of(&name) {
                suspects.extend(self.read_suspect(&id)?);
            }
        }
        Ok(suspects)
    }

    fn read_suspect(&self, id: &AccessKeyId) -> Result<Option<Suspect>, Error> {
        let path = self.suspect_file(id);
        match self.home.load::<Suspect>(&path)? {
            Some(suspect) if suspect.access_key_id != *id => Err(Error::Damaged(
                path,
                "it speaks of another pair than its name".to_owned(),
            )),
            suspect => Ok(suspect),
        }
    }

    pub(crate) fn suspect(&self, suspect: &Suspect) -> Result<(), Error> {
        self.home
            .save(&self.suspect_file(&suspect.access_key_id), suspect)
    }

    /// True if there was such a suspect.
    pub(crate) fn resolve(&self, id: &AccessKeyId) -> Result<bool, Error> {
        let path = self.suspect_file(id);
        self.home
            .disk
            .remove(&path)
            .map_err(|error| Error::Io(path, error))
    }
}

/// Whose suspect the file of that name is; `None` for a name that akm never writes, such as an editor's backup.
fn suspect_of(name: &str) -> Option<AccessKeyId> {
    let id = name.strip_prefix(SUSPECT)?.strip_suffix(".toml")?;
    AccessKeyId::parse(id).ok()
}

fn newer(bytes: &[u8]) -> bool {
    let line = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let record: Option<serde_json::Value> = line
        .get(17..)
        .and_then(|json| serde_json::from_slice(json).ok());
    let version = record.and_then(|record| record.get("intent")?.get("version")?.as_u64());
    version.is_some_and(|version| version > u64::from(super::VERSION))
}
