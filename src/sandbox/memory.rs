//! Records that last as long as the process: maps, with an index of every way a record is looked for.

use super::state::{Account, User};
use super::{Error, Records, Session};
use crate::core::account::Owner;
use crate::sys::clock::Clock;
use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};

pub(crate) struct Memory(Mutex<Maps>);

#[cfg_attr(test, derive(Clone))]
struct Maps {
    account: Account,
    users: BTreeMap<String, User>,
    /// AccessKey ID to owner, for live and recycled pairs.
    owners: HashMap<String, Owner>,
    /// User id to key.
    keys: HashMap<String, String>,
}

impl Memory {
    pub(crate) fn new(account: Account) -> Self {
        let own = account.access_keys.iter();
        let maps = Maps {
            owners: own
                .map(|pair| (pair.id.as_str().to_owned(), Owner::Account))
                .collect(),
            account,
            users: BTreeMap::new(),
            keys: HashMap::new(),
        };
        Self(Mutex::new(maps))
    }

    /// Other records with the same content.
    #[cfg(test)]
    pub(crate) fn copy(&self) -> Self {
        let maps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Mutex::new(maps.clone()))
    }
}

impl Records for Memory {
    fn open(&self, _clock: &dyn Clock) -> Result<Box<dyn Session + '_>, Error> {
        Ok(Box::new(
            self.0.lock().unwrap_or_else(PoisonError::into_inner),
        ))
    }
}

impl Maps {
    fn replace_account(&mut self, account: &Account) {
        for pair in self.account.access_keys.iter() {
            self.owners.remove(pair.id.as_str());
        }
        for pair in account.access_keys.iter() {
            self.owners
                .insert(pair.id.as_str().to_owned(), Owner::Account);
        }
        self.account = account.clone();
    }

    fn add(&mut self, user: &User) {
        let key = user.name.key();
        self.take(&key);
        for pair in user.access_keys.iter() {
            let owner = Owner::RamUser(user.name.clone());
            self.owners.insert(pair.id.as_str().to_owned(), owner);
        }
        self.keys.insert(user.user_id.clone(), key.clone());
        self.users.insert(key, user.clone());
    }

    fn take(&mut self, key: &str) {
        let Some(user) = self.users.remove(key) else {
            return;
        };
        self.keys.remove(&user.user_id);
        for pair in user.access_keys.iter() {
            self.owners.remove(pair.id.as_str());
        }
    }
}

impl Session for MutexGuard<'_, Maps> {
    fn account(&mut self) -> Result<Account, Error> {
        Ok(self.account.clone())
    }

    fn put_account(&mut self, account: &Account) -> Result<(), Error> {
        self.replace_account(account);
        Ok(())
    }

    fn user(&mut self, key: &str) -> Result<Option<User>, Error> {
        Ok(self.users.get(key).cloned())
    }

    fn put_user(&mut self, user: &User) -> Result<(), Error> {
        self.add(user);
        Ok(())
    }

    fn rename_user(&mut self, from: &str, user: &User) -> Result<(), Error> {
        self.take(from);
        self.add(user);
        Ok(())
    }

    fn remove_user(&mut self, key: &str) -> Result<(), Error> {
        self.take(key);
        Ok(())
    }

    fn count_users(&mut self) -> Result<usize, Error> {
        Ok(self.users.len())
    }

    fn users_after(&mut self, key: &str, count: usize) -> Result<Vec<User>, Error> {
        let after = (Bound::Excluded(key), Bound::Unbounded);
        let users = self.users.range::<str, _>(after).take(count);
        Ok(users.map(|(_, user)| user.clone()).collect())
    }

    fn user_by_id(&mut self, user_id: &str) -> Result<Option<User>, Error> {
        let key = self.keys.get(user_id);
        Ok(key.and_then(|key| self.users.get(key)).cloned())
    }

    fn owner_of(&mut self, access_key_id: &str) -> Result<Option<Owner>, Error> {
        Ok(self.owners.get(access_key_id).cloned())
    }
}
