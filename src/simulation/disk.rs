//! A disk whose power can be cut. What returned is on it for certain; what was cut short may be there, lost, or torn.

use super::fate::{Fate, Trouble, die};
use crate::sys::fs::{Disk, OpenFile};
use std::any::Any;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub(super) type Content = Arc<[u8]>;

#[derive(Default)]
struct State {
    /// What a process sees: the page cache.
    files: BTreeMap<PathBuf, Content>,
    /// Files of which the page cache knows more than the disk: what a power cut may bring back in their place.
    unsynced: BTreeMap<PathBuf, Vec<Option<Content>>>,
    locks: BTreeSet<PathBuf>,
}

/// Shared by all who have it open.
#[derive(Clone)]
pub(super) struct CutDisk {
    fate: Arc<Fate>,
    state: Arc<Mutex<State>>,
}

impl CutDisk {
    pub(super) fn new(fate: Arc<Fate>) -> Self {
        let state = Arc::default();
        Self { fate, state }
    }

    /// Another disk of the same content.
    pub(super) fn copy(&self, fate: Arc<Fate>) -> Self {
        let state = self.state();
        let copy = State {
            files: state.files.clone(),
            unsynced: state.unsynced.clone(),
            locks: BTreeSet::new(),
        };
        Self {
            fate,
            state: Arc::new(Mutex::new(copy)),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The power fails: each file that was not synced is as the page cache has it, or as the disk may have it. `choose` picks one
    /// of so many; 0 is the page cache.
    pub(super) fn cut_power(&self, mut choose: impl FnMut(usize) -> usize) {
        let mut state = self.state();
        for (path, older) in std::mem::take(&mut state.unsynced) {
            let chosen = choose(older.len() + 1);
            let Some(kept) = chosen.checked_sub(1).map(|index| older[index].clone()) else {
                continue;
            };
            match kept {
                Some(content) => drop(state.files.insert(path, content)),
                None => drop(state.files.remove(&path)),
            }
        }
    }

    /// A disk with that file alone for each content that a power cut may leave it with.
    pub(super) fn possible(&self, path: &Path) -> Vec<Self> {
        let state = self.state();
        let older = state.unsynced.get(path).into_iter().flatten().cloned();
        let contents = [state.files.get(path).cloned()].into_iter().chain(older);
        let with = |content: Option<Content>| {
            let files = content.map(|content| (path.to_owned(), content));
            let state = State {
                files: files.into_iter().collect(),
                ..State::default()
            };
            Self {
                fate: self.fate.clone(),
                state: Arc::new(Mutex::new(state)),
            }
        };
        contents.map(with).collect()
    }

    pub(super) fn content(&self, path: &Path) -> Option<Content> {
        self.state().files.get(path).cloned()
    }

    pub(super) fn files(&self) -> Vec<(PathBuf, Content)> {
        let files = self.state();
        files
            .files
            .iter()
            .map(|(path, content)| (path.clone(), content.clone()))
            .collect()
    }

    /// Changes a file as the fate of this effect has it. `torn` is what a power cut may leave besides the old and the new.
    fn change(
        &self,
        what: &str,
        path: &Path,
        new: Option<Content>,
        torn: impl FnOnce(&[u8]) -> Option<Content>,
    ) -> io::Result<()> {
        let midway = self.fate.effect(what, &path.display());
        let trouble = if midway { None } else { self.fate.trouble() };
        if trouble == Some(Trouble::Refused) {
            return Err(failed());
        }
        let mut state = self.state();
        let old = state.files.get(path).cloned();
        match new {
            Some(content) => drop(state.files.insert(path.to_owned(), content)),
            None => drop(state.files.remove(path)),
        }
        if !midway && trouble.is_none() {
            state.unsynced.remove(path);
            return Ok(());
        }
        let older = state.unsynced.entry(path.to_owned()).or_default();
        let torn = old.as_deref().and_then(torn);
        older.push(old);
        older.extend(torn.map(Some));
        drop(state);
        if midway {
            die();
        }
        Err(failed())
    }

    fn open(&self, path: &Path) -> Box<dyn OpenFile> {
        let disk = self.clone();
        let path = path.to_owned();
        Box::new(CutFile { disk, path })
    }
}

fn failed() -> io::Error {
    io::Error::other("input/output error")
}

impl Disk for CutDisk {
    fn read(&self, path: &Path, _limit: u64) -> io::Result<Option<Vec<u8>>> {
        Ok(self.state().files.get(path).map(|content| content.to_vec()))
    }

    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.change("replace", path, Some(content.into()), |_| None)
    }

    fn replace_open(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn OpenFile>> {
        self.change("replace", path, Some(content.into()), |_| None)?;
        Ok(self.open(path))
    }

    fn reopen(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let content = self.state().files.get(path).cloned();
        let content = content.ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let midway = self.fate.effect("sync", &path.display());
        if midway {
            // Nobody can tell how far it came.
            die();
        }
        if self.fate.trouble().is_some() {
            return Err(failed());
        }
        let mut state = self.state();
        state.files.insert(path.to_owned(), content);
        state.unsynced.remove(path);
        drop(state);
        Ok(self.open(path))
    }

    fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()> {
        let old = self.state().files.get(path).cloned();
        let new = [old.as_deref().unwrap_or_default(), lines].concat();
        self.change("append", path, Some(new.into()), |_| None)
    }

    fn remove(&self, path: &Path) -> io::Result<bool> {
        if !self.state().files.contains_key(path) {
            return Ok(false);
        }
        self.change("remove", path, None, |_| None).map(|()| true)
    }

    fn check_writable(&self, _path: &Path) -> io::Result<()> {
        self.fate.trouble().map_or(Ok(()), |_| Err(failed()))
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        let inside = state
            .files
            .keys()
            .filter(|path| path.parent() == Some(folder));
        Ok(inside
            .filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()))
            .collect())
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        let state = self.state.clone();
        if !self.state().locks.insert(path.to_owned()) {
            return Ok(None);
        }
        let path = path.to_owned();
        Ok(Some(Box::new(Held { state, path })))
    }
}

/// A lock, held until dropped: a killed process drops it too.
struct Held {
    state: Arc<Mutex<State>>,
    path: PathBuf,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.locks.remove(&self.path);
    }
}

struct CutFile {
    disk: CutDisk,
    path: PathBuf,
}

impl OpenFile for CutFile {
    fn write_at(&mut self, offset: u64, content: &[u8]) -> io::Result<()> {
        let at = usize::try_from(offset).unwrap();
        let old = self.disk.state().files.get(&self.path).cloned();
        // Removed in the meantime: the write goes to a file without a name.
        let Some(old) = old else { return Ok(()) };
        let some = 1 + self.disk.fate.below(content.len());
        let first = self.disk.fate.one_in(2);
        let torn = |old: &[u8]| {
            Some(if first {
                written(old, &content[..some], at)
            } else {
                written(old, &content[some - 1..], at + some - 1)
            })
        };
        let new = written(&old, content, at);
        self.disk.change("write", &self.path, Some(new), torn)
    }
}

fn written(old: &[u8], content: &[u8], at: usize) -> Content {
    let mut new = old.to_vec();
    new.resize(new.len().max(at + content.len()), b'\n');
    new[at..at + content.len()].copy_from_slice(content);
    new.into()
}
