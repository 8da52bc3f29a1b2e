//! The own record: who did what, when, with which pair. One JSON line an action, added and never changed; no secrets.

use super::{Error, Home, Version};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    name::{ProfileName, UserName},
    time::{self, Timestamp},
};
use crate::sys::append_file;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

/// The newest version that a line has.
const NEWEST: u64 = 1;
/// Far above any line that akm writes.
const LONGEST_LINE: u64 = 16 << 10;

/// What was done. Words are added, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Create,
    Disable,
    Enable,
    Delete,
    Purge,
    Restore,
    RotateCreate,
    RotateDisable,
    RotateDelete,
    Recover,
    Dismiss,
    Comment,
    Import,
    Export,
    Copy,
    ShowSecret,
    Exec,
    Env,
    Read,
    CredentialProcess,
    #[cfg(feature = "server")]
    Serve,
    KeyPolicy,
    UserCreate,
    UserDelete,
    ProfileAdd,
    ProfileSwitch,
    ProfileRemove,
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Disable => "disable",
            Self::Enable => "enable",
            Self::Delete => "delete",
            Self::Purge => "purge",
            Self::Restore => "restore",
            Self::RotateCreate => "rotate-create",
            Self::RotateDisable => "rotate-disable",
            Self::RotateDelete => "rotate-delete",
            Self::Recover => "recover",
            Self::Dismiss => "dismiss",
            Self::Comment => "comment",
            Self::Import => "import",
            Self::Export => "export",
            Self::Copy => "copy",
            Self::ShowSecret => "show-secret",
            Self::Exec => "exec",
            Self::Env => "env",
            Self::Read => "read",
            Self::CredentialProcess => "credential-process",
            #[cfg(feature = "server")]
            Self::Serve => "serve",
            Self::KeyPolicy => "key-policy",
            Self::UserCreate => "user-create",
            Self::UserDelete => "user-delete",
            Self::ProfileAdd => "profile-add",
            Self::ProfileSwitch => "profile-switch",
            Self::ProfileRemove => "profile-remove",
        }
    }
}

/// What is known of its effect. What was refused had none, and is not in the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    Done,
    /// The answer was lost: it may have been done.
    Unknown,
}

impl Effect {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Unknown => "unknown",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    #[serde(with = "time::text")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub(crate) time: Timestamp,
    /// What was done, in one word; a newer akm may have others.
    pub(crate) action: String,
    pub(crate) outcome: Effect,
    pub(crate) access_key_id: Option<AccessKeyId>,
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: String,
    ram_user: Option<UserName>,
    pub(crate) account_id: AccountId,
    pub(crate) profile: ProfileName,
    /// The id of the pair that signed, where the cloud was asked.
    pub(crate) signer: Option<String>,
    #[cfg_attr(test, schemars(with = "u32"))]
    version: Version,
}

/// Where and when something was done, and by whom.
pub(crate) struct Scene {
    pub(crate) time: Timestamp,
    pub(crate) account_id: AccountId,
    pub(crate) profile: ProfileName,
    pub(crate) signer: Option<String>,
}

impl Line {
    pub(crate) fn new(
        scene: &Scene,
        action: Action,
        outcome: Effect,
        owner: &Owner,
        id: Option<&AccessKeyId>,
    ) -> Self {
        Self {
            time: scene.time,
            action: action.word().to_owned(),
            outcome,
            access_key_id: id.cloned(),
            owner: owner.kind().to_owned(),
            ram_user: owner.ram_user().cloned(),
            account_id: scene.account_id.clone(),
            profile: scene.profile.clone(),
            signer: scene.signer.clone(),
            version: Version,
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        self.ram_user.clone().map_or(Owner::Account, Owner::RamUser)
    }
}

fn file(home: &Home) -> PathBuf {
    home.data.join("log.jsonl")
}

/// Adds the lines in one write. Durable on return.
pub(crate) fn append(home: &Home, lines: &[Line]) -> Result<(), Error> {
    let (path, text) = (file(home), text(lines)?);
    let added = home.disk.append(&path, &text);
    added.map_err(|error| Error::Io(path, error))
}

/// Adds the lines in one write, and waits for no disk.
pub(crate) fn append_unsynced(home: &Home, lines: &[Line]) -> Result<(), Error> {
    let (path, text) = (file(home), text(lines)?);
    let added = home.disk.append_unsynced(&path, &text);
    added.map_err(|error| Error::Io(path, error))
}

fn text(lines: &[Line]) -> Result<Vec<u8>, Error> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line)
            .map_err(|error| Error::Damaged(PathBuf::from("log.jsonl"), error.to_string()))?;
        text.push(b'\n');
    }
    Ok(text)
}

/// What stands in one line.
#[derive(Debug)]
pub(crate) enum Entry {
    Line(Box<Line>),
    /// It was not written whole, as a power cut or a full disk leaves it.
    Torn(u64),
}

/// The record from its beginning, read line by line.
pub(crate) struct Lines {
    path: PathBuf,
    input: Option<BufReader<File>>,
    number: u64,
}

pub(crate) fn read(home: &Home) -> Result<Lines, Error> {
    let path = file(home);
    let file = append_file::open(&path).map_err(|error| Error::Io(path.clone(), error))?;
    Ok(Lines {
        path,
        input: file.map(BufReader::new),
        number: 0,
    })
}

impl Iterator for Lines {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let text = self.text().transpose()?;
            let entry = text.and_then(|text| self.entry(&text));
            if entry.is_err() {
                self.input = None;
            }
            if let Some(entry) = entry.transpose() {
                return Some(entry);
            }
        }
    }
}

impl Lines {
    /// The next line with its end; `None` after the last.
    fn text(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(input) = self.input.as_mut() else {
            return Ok(None);
        };
        let mut text = Vec::new();
        let read = input.take(LONGEST_LINE).read_until(b'\n', &mut text);
        read.map_err(|error| Error::Io(self.path.clone(), error))?;
        self.number += 1;
        Ok((!text.is_empty()).then_some(text))
    }

    /// `None` for a mark that marks nothing: another process finished its line just then.
    fn entry(&self, text: &[u8]) -> Result<Option<Entry>, Error> {
        let torn = Ok(Some(Entry::Torn(self.number)));
        let Some(line) = text.strip_suffix(b"\n") else {
            return if (text.len() as u64) < LONGEST_LINE {
                torn
            } else {
                Err(self.damaged("is too long"))
            };
        };
        if line == append_file::TORN.as_bytes() {
            return Ok(None);
        }
        if line.ends_with(append_file::TORN.as_bytes()) {
            return torn;
        }
        match serde_json::from_slice(line) {
            Ok(line) => Ok(Some(Entry::Line(Box::new(line)))),
            Err(_) if newer(line) => Err(Error::Newer(self.path.clone())),
            Err(_) => Err(self.damaged("is not what this akm writes")),
        }
    }

    fn damaged(&self, why: &str) -> Error {
        Error::Damaged(self.path.clone(), format!("line {} {why}", self.number))
    }
}

fn newer(line: &[u8]) -> bool {
    let line: Option<serde_json::Value> = serde_json::from_slice(line).ok();
    let version = line.and_then(|line| line.get("version")?.as_u64());
    version.is_some_and(|version| version > NEWEST)
}
