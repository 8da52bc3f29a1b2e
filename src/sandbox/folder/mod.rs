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

mod files;
mod listing;

use super::identifiers::{digest_in, owner_digest};
use super::state::{Account, Pairs, User};
use super::{Error, Records, Session};
use crate::core::account::{AccountId, Owner};
use crate::core::name::UserName;
use crate::core::time::Timestamp;
use crate::sys::clock::Clock;
use crate::sys::fs::{Disk, ReadOnly};
use files::{account_file, read, try_lock, unusable, write};
use listing::Listing;
use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

const WAIT: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(10);

pub(crate) struct Folder {
    disk: Arc<dyn Disk>,
    path: PathBuf,
    account_id: AccountId,
    secret_store: String,
    /// Threads of this process take turns here; only then does the process ask for the lock that others see.
    turn: Mutex<Listing>,
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
            turn: Mutex::default(),
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
            turn: Mutex::default(),
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
                    lock,
                    listing: turn,
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
    lock: Box<dyn Any + Send>,
    listing: MutexGuard<'a, Listing>,
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

    fn can_be_written(&self) -> bool {
        !self.lock.is::<ReadOnly>()
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
        let accounts = digest_in(access_key_id) == Some(owner_digest("").as_str());
        if accounts && has(&self.account()?.access_keys) {
            return Ok(Some(Owner::Account));
        }
        for fresh in [false, true] {
            if fresh {
                *self.listing = Listing::of(self.keys()?);
            }
            let keys = self.listing.likely(access_key_id);
            if let Some(user) = self.find(&keys, |user| has(&user.access_keys))? {
                return Ok(Some(Owner::RamUser(user.name)));
            }
        }
        // The digest is of the name at creation: whoever was renamed since is among the unlikely ones.
        let keys = self.listing.keys();
        let user = self.find(&keys, |user| has(&user.access_keys))?;
        Ok(user.map(|user| Owner::RamUser(user.name)))
    }
}

#[cfg(test)]
mod tests;
