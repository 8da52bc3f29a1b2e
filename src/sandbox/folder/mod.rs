//! Records that last: a folder with one file for the account and one for each user.
//!
//! ```text
//! <AKM_HOME>/sandbox/account.toml          the account and its own pairs
//! <AKM_HOME>/sandbox/users/<name>.toml     a user and its pairs, under the lower-cased name
//! <AKM_HOME>/sandbox/lock                  held during a request
//! ```
//!
//! There is no index file that could disagree with them: an AccessKey ID tells by its digest which names may own it.
//! A rename is the only change of two files. It marks the old one with the new key, writes the new one, removes the old one;
//! a marked record is void once the new file is there, so that a crash on the way leaves one user, never two.

use super::identifiers::{digest_in, owner_digest};
use super::state::{Account, Pairs, User};
use super::{Error, Records, Session};
use crate::core::account::{AccountId, Owner};
use crate::core::name::UserName;
use crate::core::time::Timestamp;
use crate::sys::clock::Clock;
use crate::sys::fs::Disk;
use serde::{Serialize, de::DeserializeOwned};
use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The version written to, and the newest one read from, a file.
const VERSION: i64 = 1;
/// The longest file read: far above two pairs, three recycled ones and the longest texts.
const LONGEST: u64 = 64 * 1024;
const WAIT: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(10);

pub(crate) struct Folder {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    account_id: AccountId,
    secret_store: String,
    /// Threads of this process take turns here; only then does the process ask for the lock that others see.
    turn: Mutex<()>,
}

impl Folder {
    /// The sandbox that is in the folder, or `None` where there is none yet. [`Error::Unusable`] when its account's file is.
    pub(crate) fn open(disk: Arc<dyn Disk>, folder: PathBuf) -> Result<Option<Self>, Error> {
        let account = read::<Account>(&*disk, &account_file(&folder))?;
        Ok(account.map(|account| Self {
            disk,
            path: folder,
            account_id: account.account_id,
            secret_store: account.secret_store,
            turn: Mutex::new(()),
        }))
    }

    /// Makes a sandbox whose seed the store named `secret_store` keeps already: a seed without a sandbox is litter, a sandbox
    /// without its seed is lost. [`Error::Busy`] when another process makes or uses it; [`Error::Unusable`] when there is one.
    pub(crate) fn create(
        disk: Arc<dyn Disk>,
        folder: PathBuf,
        account_id: AccountId,
        secret_store: &str,
        now: Timestamp,
    ) -> Result<Self, Error> {
        let lock = try_lock(&*disk, &folder)?.ok_or(Error::Busy)?;
        let file = account_file(&folder);
        if read::<Account>(&*disk, &file)?.is_some() {
            return Err(unusable(&file, "there is a sandbox already"));
        }
        write(
            &*disk,
            &file,
            &Account::new(account_id.clone(), now, secret_store),
        )?;
        drop(lock);
        Ok(Self {
            disk,
            path: folder,
            account_id,
            secret_store: secret_store.to_owned(),
            turn: Mutex::new(()),
        })
    }

    pub(crate) fn account_id(&self) -> &AccountId {
        &self.account_id
    }

    /// Which secret store keeps the seed.
    pub(crate) fn secret_store(&self) -> &str {
        &self.secret_store
    }
}

impl Records for Folder {
    fn open(&self, clock: &dyn Clock) -> Result<Box<dyn Session + '_>, Error> {
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut waited = Duration::ZERO;
        while waited < WAIT {
            if let Some(lock) = try_lock(&*self.disk, &self.path)? {
                return Ok(Box::new(Locked {
                    disk: &*self.disk,
                    folder: &self.path,
                    _lock: lock,
                    _turn: turn,
                }));
            }
            clock.sleep(PAUSE);
            waited += PAUSE;
        }
        Err(Error::Busy)
    }
}

struct Locked<'a> {
    disk: &'a dyn Disk,
    folder: &'a Path,
    // Dropped in this order: the lock is free before the next thread has its turn.
    _lock: Box<dyn Any + Send>,
    _turn: MutexGuard<'a, ()>,
}

impl Locked<'_> {
    fn users(&self) -> PathBuf {
        self.folder.join("users")
    }

    fn user_file(&self, key: &str) -> PathBuf {
        self.users().join(format!("{key}.toml"))
    }

    /// The keys of all users, sorted: from the names of their files alone.
    fn keys(&self) -> Result<Vec<String>, Error> {
        let folder = self.users();
        let names = self.disk.names(&folder);
        let names = names.map_err(|error| unusable(&folder, error))?;
        let keys = names.iter().filter_map(|name| name.strip_suffix(".toml"));
        let mut keys: Vec<String> = keys
            .filter(|key| UserName::parse(key).is_ok_and(|name| name.key() == *key))
            .map(str::to_owned)
            .collect();
        keys.sort_unstable();
        Ok(keys)
    }

    /// The user in that file, whether or not a rename has left it behind.
    fn read_user(&self, key: &str) -> Result<Option<User>, Error> {
        let file = self.user_file(key);
        let user = read::<User>(self.disk, &file)?;
        match user {
            Some(user) if user.name.key() != key => {
                Err(unusable(&file, "it holds a user of another name"))
            }
            user => Ok(user),
        }
    }

    /// The first user, in the order of keys, that `wanted` says is the one.
    fn find(
        &mut self,
        keys: &[String],
        wanted: impl Fn(&User) -> bool,
    ) -> Result<Option<User>, Error> {
        for key in keys {
            if let Some(user) = self.user(key)?.filter(&wanted) {
                return Ok(Some(user));
            }
        }
        Ok(None)
    }
}

impl Session for Locked<'_> {
    fn account(&mut self) -> Result<Account, Error> {
        let file = account_file(self.folder);
        read(self.disk, &file)?.ok_or_else(|| unusable(&file, "it is gone"))
    }

    fn put_account(&mut self, account: &Account) -> Result<(), Error> {
        write(self.disk, &account_file(self.folder), account)
    }

    fn user(&mut self, key: &str) -> Result<Option<User>, Error> {
        let Some(mut user) = self.read_user(key)? else {
            return Ok(None);
        };
        let Some(new_key) = user.renaming_to.take() else {
            return Ok(Some(user));
        };
        let moved = self.read_user(&new_key)?;
        if moved.is_some_and(|moved| moved.user_id == user.user_id) {
            self.remove_user(key)?;
            return Ok(None);
        }
        Ok(Some(user))
    }

    fn put_user(&mut self, user: &User) -> Result<(), Error> {
        write(self.disk, &self.user_file(&user.name.key()), user)
    }

    fn rename_user(&mut self, from: &str, user: &User) -> Result<(), Error> {
        let key = user.name.key();
        if key == from {
            return self.put_user(user);
        }
        if let Some(mut old) = self.read_user(from)? {
            old.renaming_to = Some(key);
            write(self.disk, &self.user_file(from), &old)?;
        }
        self.put_user(user)?;
        self.remove_user(from)
    }

    fn remove_user(&mut self, key: &str) -> Result<(), Error> {
        let file = self.user_file(key);
        let removed = self.disk.remove(&file);
        removed.map(drop).map_err(|error| unusable(&file, error))
    }

    fn count_users(&mut self) -> Result<usize, Error> {
        Ok(self.keys()?.len())
    }

    fn users_after(&mut self, key: &str, count: usize) -> Result<Vec<User>, Error> {
        let keys = self.keys()?;
        let mut users = Vec::new();
        for next in keys.iter().filter(|next| next.as_str() > key) {
            if users.len() == count {
                break;
            }
            users.extend(self.user(next)?);
        }
        Ok(users)
    }

    fn user_by_id(&mut self, user_id: &str) -> Result<Option<User>, Error> {
        let keys = self.keys()?;
        self.find(&keys, |user| user.user_id == user_id)
    }

    fn owner_of(&mut self, access_key_id: &str) -> Result<Option<Owner>, Error> {
        let has = |pairs: &Pairs| pairs.iter().any(|pair| pair.id.as_str() == access_key_id);
        let digest = digest_in(access_key_id);
        let likely = |key: &str| digest == Some(owner_digest(key).as_str());
        if likely("") && has(&self.account()?.access_keys) {
            return Ok(Some(Owner::Account));
        }
        // The digest is of the name at creation: whoever was renamed since is among the unlikely ones.
        let (first, rest): (Vec<_>, Vec<_>) = self.keys()?.into_iter().partition(|key| likely(key));
        for keys in [first, rest] {
            if let Some(user) = self.find(&keys, |user| has(&user.access_keys))? {
                return Ok(Some(Owner::RamUser(user.name)));
            }
        }
        Ok(None)
    }
}

fn account_file(folder: &Path) -> PathBuf {
    folder.join("account.toml")
}

fn try_lock(disk: &dyn Disk, folder: &Path) -> Result<Option<Box<dyn Any + Send>>, Error> {
    let file = folder.join("lock");
    disk.try_lock(&file).map_err(|error| unusable(&file, error))
}

/// A record from its file, or `None` where there is no file.
fn read<T: DeserializeOwned>(disk: &dyn Disk, file: &Path) -> Result<Option<T>, Error> {
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

fn write<T: Serialize>(disk: &dyn Disk, file: &Path, record: &T) -> Result<(), Error> {
    let body = toml::to_string(record).map_err(|error| unusable(file, error))?;
    let content = format!("version = {VERSION}\n{body}");
    disk.replace(file, content.as_bytes())
        .map_err(|error| unusable(file, error))
}

fn unusable(file: &Path, why: impl std::fmt::Display) -> Error {
    Error::Unusable(format!("{}: {why}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, NewFolder, TurnedClock, account, start, user};
    use super::*;
    use crate::cloud::transport::Service::Ram;
    use crate::sys::fs::LocalDisk;

    fn new() -> (Folder, NewFolder) {
        let folder = NewFolder::new();
        (create(folder.path()).unwrap(), folder)
    }

    fn create(path: &Path) -> Result<Folder, Error> {
        let (disk, id) = (Arc::new(LocalDisk), account().account_id);
        Folder::create(disk, path.to_owned(), id, "age", start())
    }

    fn open(path: &Path) -> Result<Option<Folder>, Error> {
        Folder::open(Arc::new(LocalDisk), path.to_owned())
    }

    #[test]
    fn a_sandbox_is_made_once_and_tells_where_its_seed_is() {
        assert!(open(NewFolder::new().path()).unwrap().is_none());
        let (_, path) = new();
        let opened = open(path.path()).unwrap().unwrap();
        assert_eq!(opened.secret_store(), "age");
        assert_eq!(opened.account_id(), &account().account_id);
        let again = create(path.path());
        assert!(matches!(again, Err(Error::Unusable(_))));
    }

    #[test]
    fn one_request_has_the_folder_and_the_next_waits_a_minute() {
        let (other, path) = new();
        // As another process has it: a folder of its own on the same path.
        let (folder, clock) = (open(path.path()).unwrap().unwrap(), TurnedClock::new());
        let held = other.open(&clock).unwrap();
        assert!(matches!(folder.open(&clock), Err(Error::Busy)));
        assert_eq!((clock.now() - start()).num_seconds(), 60);
        drop(held);
        assert!(folder.open(&clock).is_ok());
    }

    #[test]
    fn a_busy_folder_is_service_unavailable() {
        let bench = Bench::folder();
        let (other, clock) = (open(bench.path()).unwrap().unwrap(), TurnedClock::new());
        let _held = other.open(&clock).unwrap();
        let outcome = bench.outcome(&bench.console, Ram, "GetAccountAlias", &[]);
        assert_eq!(outcome, (503, "ServiceUnavailable".into()));
    }

    #[test]
    fn damage_is_named_and_left_as_it_is() {
        let bench = Bench::folder();
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "Alice")]);
        let file = bench.path().join("users/alice.toml");
        let good = std::fs::read_to_string(&file).unwrap();
        assert!(
            good.starts_with("version = 1\nname = \"Alice\"\n"),
            "{good}"
        );
        let damages = [
            good.replace("version = 1", "version = 2"),
            good.replace("version = 1", "version = 1\nfavourite = \"tea\""),
            good.replace("version = 1\n", ""),
            good.replace("Alice", "Bob"),
            good[..20].to_owned(),
            String::new(),
        ];
        for damage in damages {
            std::fs::write(&file, &damage).unwrap();
            for action in ["CreateAccessKey", "GetUser", "DeleteUser", "CreateUser"] {
                let by = [("UserName", "ALICE")];
                let reply = bench.call(&bench.console, Ram, action, &by);
                assert_eq!(
                    (reply.status, reply.code()),
                    (500, "InternalError.Records"),
                    "{damage}"
                );
                assert!(reply.text("Message").contains("users/alice.toml: "));
            }
            assert_eq!(std::fs::read_to_string(&file).unwrap(), damage);
        }
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "bob")]);
    }

    #[test]
    fn a_rename_that_was_cut_short_leaves_one_user() {
        let (folder, _path) = new();
        let clock = TurnedClock::new();
        let mut records = folder.open(&clock).unwrap();
        let (mut old, moved) = (user("alice", "1"), user("bob", "1"));
        old.renaming_to = Some("bob".into());
        records.put_user(&old).unwrap();
        let found = records.user("alice").unwrap().unwrap();
        assert_eq!(found.renaming_to, None, "the new file was not yet there");
        records.put_user(&user("bob", "2")).unwrap();
        assert!(records.user("alice").unwrap().is_some(), "another bob");
        records.put_user(&moved).unwrap();
        assert_eq!(
            records.users_after("", 9).unwrap(),
            std::slice::from_ref(&moved)
        );
        assert!(records.user("alice").unwrap().is_none());
        assert_eq!(records.user_by_id("1").unwrap(), Some(moved));
        assert_eq!(records.count_users().unwrap(), 1);
    }

    #[test]
    fn foreign_files_are_no_users() {
        let (folder, path) = new();
        let clock = TurnedClock::new();
        let mut records = folder.open(&clock).unwrap();
        records.put_user(&user("..", "1")).unwrap();
        for name in ["a b.toml", "Alice.toml", "alice.toml~", "readme"] {
            std::fs::write(path.path().join("users").join(name), "x").unwrap();
        }
        assert_eq!(records.count_users().unwrap(), 1);
        assert_eq!(records.users_after("", 9).unwrap().len(), 1);
    }
}
