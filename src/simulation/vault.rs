//! Stores of a simulation: files that are synced, as `age` has them, and a keyring whose items a power cut may lose.

use super::disk::CutDisk;
use super::fate::{Fate, Trouble, die};
use crate::core::secret::Secret;
use crate::ops::Stores;
use crate::store::{Error, Recipient, SecretName, SecretStore, StoreKind};
use crate::sys::fs::Disk;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The one store that this install uses.
pub(super) struct Only(pub(super) StoreKind, pub(super) Box<dyn SecretStore>);

impl Stores for Only {
    fn open(&self, kind: StoreKind) -> Result<&dyn SecretStore, Error> {
        if kind == self.0 {
            return Ok(&*self.1);
        }
        Err(Error::Absent("never used here".to_owned()))
    }
}

/// As good as a seal where nobody attacks: what is sealed does not show the secret, and opens for one recipient.
fn sealed(recipient: &Recipient, secret: &Secret) -> Vec<u8> {
    let masked = secret.expose().bytes().map(|byte| byte ^ 0xa5);
    let whom = recipient.as_str().bytes().chain([b'\n']);
    whom.chain(masked).collect()
}

fn opened(recipient: &Recipient, sealed: &[u8]) -> Result<Secret, Error> {
    let unreadable = || Error::Unreadable("it is sealed for another".to_owned());
    let whom = recipient.as_str().as_bytes();
    let masked = sealed
        .strip_prefix(whom)
        .and_then(|rest| rest.strip_prefix(b"\n"));
    let bytes: Vec<u8> = masked
        .ok_or_else(unreadable)?
        .iter()
        .map(|byte| byte ^ 0xa5)
        .collect();
    Secret::from_bytes(&bytes).map_err(|error| Error::Unreadable(error.to_string()))
}

/// What a seal of ours holds, for whoever looks on from outside.
pub(super) fn unsealed(sealed: &[u8]) -> Option<Secret> {
    opened(&super::world::World::recipient(), sealed).ok()
}

/// A file a secret, on the disk of the simulation.
pub(super) struct Files {
    pub(super) disk: CutDisk,
    pub(super) folder: PathBuf,
    pub(super) recipient: Recipient,
}

impl Files {
    fn path(&self, name: &SecretName) -> PathBuf {
        self.folder.join(Path::new(&format!("{name}.age")))
    }
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
fn failed(error: std::io::Error) -> Error {
    Error::Failed(error.to_string())
}

impl SecretStore for Files {
    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        let sealed = sealed(&self.recipient, secret);
        self.disk.replace(&self.path(name), &sealed).map_err(failed)
    }

    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Error> {
        let content = self.disk.read(&self.path(name), 1 << 14).map_err(failed)?;
        content
            .map(|content| opened(&self.recipient, &content))
            .transpose()
    }

    fn delete(&self, name: &SecretName) -> Result<bool, Error> {
        self.disk.remove(&self.path(name)).map_err(failed)
    }

    fn durable(&self) -> bool {
        true
    }

    fn seal(&self, recipient: &Recipient, secret: &Secret) -> Result<Vec<u8>, Error> {
        Ok(sealed(recipient, secret))
    }

    fn open(&self, recipient: &Recipient, sealed: &[u8]) -> Result<Secret, Error> {
        opened(recipient, sealed)
    }
}

type Item = Arc<str>;

/// The items of a keyring. Which of them are on the disk is not for its clients to see.
#[derive(Default)]
struct Items {
    present: BTreeMap<String, Item>,
    /// What a power cut brings back, and the run that changed it. One that a later run could read back has been written.
    unwritten: BTreeMap<String, (Option<Item>, u32)>,
}

/// A keyring, as the run of that number has it open.
pub(super) struct Keyring {
    fate: Arc<Fate>,
    items: Arc<Mutex<Items>>,
    run: u32,
}

impl Keyring {
    pub(super) fn new(fate: Arc<Fate>) -> Self {
        let items = Arc::default();
        let run = 0;
        Self { fate, items, run }
    }

    pub(super) fn copy(&self, fate: Arc<Fate>) -> Self {
        let items = self.items();
        let copy = Items {
            present: items.present.clone(),
            unwritten: items.unwritten.clone(),
        };
        let (items, run) = (Arc::new(Mutex::new(copy)), self.run);
        Self { fate, items, run }
    }

    pub(super) fn of_run(&self, run: u32) -> Self {
        let (fate, items) = (self.fate.clone(), self.items.clone());
        Self { fate, items, run }
    }

    /// What is in it, for whoever looks on from outside.
    pub(super) fn peek(&self, name: &SecretName) -> Option<String> {
        let found = self.items().present.get(name.as_str()).cloned();
        found.map(|item| item.to_string())
    }

    fn items(&self) -> MutexGuard<'_, Items> {
        self.items.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time enough has passed for everything to be written.
    pub(super) fn rest(&self) {
        self.items().unwritten.clear();
    }

    /// The power fails: each unwritten item is there or not, as `lost` says.
    pub(super) fn cut_power(&self, mut lost: impl FnMut() -> bool) {
        let mut items = self.items();
        for (name, (before, _)) in std::mem::take(&mut items.unwritten) {
            match (lost(), before) {
                (false, _) => (),
                (true, Some(before)) => drop(items.present.insert(name, before)),
                (true, None) => drop(items.present.remove(&name)),
            }
        }
    }

    fn change(&self, what: &str, name: &SecretName, to: Option<Item>) -> Result<bool, Error> {
        let midway = self.fate.effect(what, name);
        let trouble = if midway { None } else { self.fate.trouble() };
        if trouble == Some(Trouble::Refused) {
            return Err(Error::Locked("the keyring is locked".to_owned()));
        }
        let mut items = self.items();
        let name = name.as_str().to_owned();
        let before = match to {
            Some(item) => items.present.insert(name.clone(), item),
            None => items.present.remove(&name),
        };
        let known = before.is_some();
        let run = self.run;
        items.unwritten.entry(name).or_insert((before, run)).1 = run;
        drop(items);
        if midway {
            die();
        }
        match trouble {
            Some(_) => Err(Error::Unknown("no answer from the keyring".to_owned())),
            None => Ok(known),
        }
    }
}

impl SecretStore for Keyring {
    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        self.change("store", name, Some(secret.expose().into()))
            .map(drop)
    }

    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Error> {
        if self.fate.trouble().is_some() {
            return Err(Error::Locked("the keyring is locked".to_owned()));
        }
        let mut items = self.items();
        let of_earlier = |(_, run): &(Option<Item>, u32)| *run < self.run;
        if items.unwritten.get(name.as_str()).is_some_and(of_earlier) {
            items.unwritten.remove(name.as_str());
        }
        let found = items.present.get(name.as_str());
        Ok(found.map(|item| Secret::new(item.to_string()).unwrap()))
    }

    fn delete(&self, name: &SecretName) -> Result<bool, Error> {
        self.change("forget", name, None)
    }

    fn durable(&self) -> bool {
        false
    }

    fn seal(&self, recipient: &Recipient, secret: &Secret) -> Result<Vec<u8>, Error> {
        Ok(sealed(recipient, secret))
    }

    fn open(&self, recipient: &Recipient, sealed: &[u8]) -> Result<Secret, Error> {
        if self.fate.trouble().is_some() {
            return Err(Error::Locked("the keyring is locked".to_owned()));
        }
        opened(recipient, sealed)
    }
}
