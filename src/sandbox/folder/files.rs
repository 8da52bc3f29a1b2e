//! The folder's files: one record each, read and written whole, and the lock.

use crate::sandbox::Error;
use crate::sys::fs::Disk;
use serde::{Serialize, de::DeserializeOwned};
use std::any::Any;
use std::path::{Path, PathBuf};

/// The version written to, and the newest one read from, a file.
const VERSION: i64 = 1;
/// The longest file read: far above two pairs, three recycled ones and the longest texts.
const LONGEST: u64 = 64 * 1024;

pub(super) fn account_file(folder: &Path) -> PathBuf {
    folder.join("account.toml")
}

pub(super) fn try_lock(
    disk: &dyn Disk,
    folder: &Path,
) -> Result<Option<Box<dyn Any + Send>>, Error> {
    let file = folder.join("lock");
    disk.try_lock(&file).map_err(|error| unusable(&file, error))
}

/// A record from its file, or `None` where there is no file.
pub(super) fn read<T: DeserializeOwned>(disk: &dyn Disk, file: &Path) -> Result<Option<T>, Error> {
    let content = disk.read(file, LONGEST);
    let Some(content) = content.map_err(|error| unusable(file, error))? else {
        return Ok(None);
    };
    let damaged = |why: &dyn std::fmt::Display| unusable(file, format!("it is damaged: {why}"));
    let text = std::str::from_utf8(&content).map_err(|error| damaged(&error))?;
    let mut table: toml::Table = toml::from_str(text).map_err(|error| damaged(&error.message()))?;
    match table.remove("version").and_then(|value| value.as_integer()) {
        Some(VERSION) => (),
        Some(newer) if newer > VERSION => {
            return Err(unusable(file, "a newer version of akm wrote it"));
        }
        _ => return Err(damaged(&"it has no version number")),
    }
    let record = table.try_into();
    record
        .map(Some)
        .map_err(|error: toml::de::Error| damaged(&error.message()))
}

pub(super) fn write<T: Serialize>(disk: &dyn Disk, file: &Path, record: &T) -> Result<(), Error> {
    let body = toml::to_string(record).map_err(|error| unusable(file, error))?;
    let content = format!("version = {VERSION}\n{body}");
    disk.replace(file, content.as_bytes())
        .map_err(|error| unusable(file, error))
}

pub(super) fn unusable(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::Unusable(format!("{}: {why}", file.display()))
}
