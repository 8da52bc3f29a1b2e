//! What is known of an account's pairs: one TOML file an owner, so that one owner's change costs one owner's file.

mod record;

pub(crate) use record::{OwnerRecord, PairRecord};

use super::{Error, Home};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    name::UserName,
    place::StoreKind,
};
use crate::sys::fs::remove_folder;
use std::path::PathBuf;

/// A pair and the store that holds its secret.
pub(crate) type Held = (AccessKeyId, StoreKind);

/// What the files of an account say.
#[derive(Default)]
pub(crate) struct Owners {
    pub(crate) records: Vec<OwnerRecord>,
    /// Why a record cannot be read. It stops nobody but its own owner.
    pub(crate) unreadable: Vec<Error>,
}

/// Tells whether an owner has such a key: `account`, or `user-` and a RAM user's name in lower case.
fn is_key(key: &str) -> bool {
    let name = key
        .strip_prefix("user-")
        .and_then(|name| UserName::parse(name).ok());
    key == "account" || name.is_some_and(|name| name.key() == key["user-".len()..])
}

/// The owner files of one account.
pub(crate) struct Inventory {
    home: Home,
    account: AccountId,
}

impl Inventory {
    pub(crate) fn new(home: Home, account: AccountId) -> Self {
        Self { home, account }
    }

    /// The accounts of which anything is known.
    pub(crate) fn accounts(home: &Home) -> Result<Vec<AccountId>, Error> {
        let names = home.names(&home.data.join("accounts"))?;
        Ok(names
            .iter()
            .filter_map(|name| AccountId::parse(name).ok())
            .collect())
    }

    fn folder(&self) -> PathBuf {
        self.home.data.join("accounts").join(self.account.as_str())
    }

    fn file(&self, key: &str) -> PathBuf {
        self.folder().join(format!("{key}.toml"))
    }

    /// What is known of the owner; `None` when nothing is.
    pub(crate) fn load(&self, owner: &Owner) -> Result<Option<OwnerRecord>, Error> {
        self.read(&owner.key())
    }

    pub(crate) fn save(&self, record: &OwnerRecord) -> Result<(), Error> {
        self.home.save(&self.file(&record.owner().key()), record)
    }

    /// Whether the owner's file can be written; leaves nothing behind.
    pub(crate) fn check_writable(&self, owner: &Owner) -> Result<(), Error> {
        let path = self.file(&owner.key());
        self.home
            .disk
            .check_writable(&path)
            .map_err(|error| Error::Io(path, error))
    }

    /// Returns all owners, in the order of their names, the account's own pairs first; and why the records that cannot be read cannot.
    pub(crate) fn all(&self) -> Result<Owners, Error> {
        let mut all = Owners::default();
        for key in self.keys()? {
            match self.read(&key) {
                Ok(record) => all.records.extend(record),
                Err(error) => all.unreadable.push(error),
            }
        }
        Ok(all)
    }

    /// Returns the keys of the owners that have a file. A name that akm never writes, such as a sync client's copy, is none of them.
    fn keys(&self) -> Result<Vec<String>, Error> {
        let names = self.home.names(&self.folder())?;
        let keys = names.iter().filter_map(|name| name.strip_suffix(".toml"));
        Ok(keys.filter(|key| is_key(key)).map(str::to_owned).collect())
    }

    /// Every pair whose secret is held; in the place of a file that cannot be read, why.
    pub(crate) fn held(&self) -> Result<Vec<Result<Held, Error>>, Error> {
        let mut held = Vec::new();
        for key in self.keys()? {
            match self.read(&key) {
                Ok(record) => {
                    let pairs = record.into_iter().flat_map(|record| record.access_keys);
                    held.extend(
                        pairs.filter_map(|pair| Some(Ok((pair.access_key_id, pair.secret_store?)))),
                    );
                }
                Err(error) => held.push(Err(error)),
            }
        }
        Ok(held)
    }

    /// Forgets all that is known of the account.
    pub(crate) fn forget(&self) -> Result<(), Error> {
        let folder = self.folder();
        remove_folder(&folder).map_err(|error| Error::Io(folder, error))
    }

    /// The names of the RAM users known here, lower-cased as their files have them; none where they cannot be read.
    pub(crate) fn user_keys(&self) -> Vec<String> {
        let keys = self.keys().unwrap_or_default();
        let names = keys.iter().filter_map(|key| key.strip_prefix("user-"));
        names.map(str::to_owned).collect()
    }

    /// The ids of all pairs known here, deleted ones too; those of a file that cannot be read are left out.
    pub(crate) fn ids(&self) -> Vec<String> {
        let records = self.all().unwrap_or_default().records;
        let pairs = records.iter().flat_map(|record| &record.access_keys);
        pairs.map(|pair| pair.access_key_id.to_string()).collect()
    }

    /// A RAM user's name in the case of its letters that the cloud has.
    pub(crate) fn user_name(&self, key: &str) -> Option<UserName> {
        self.read(&format!("user-{key}")).ok()??.ram_user
    }

    /// The owners that may have a pair whose id begins like that, for completion: what cannot be read is passed over.
    pub(crate) fn with_ids_like(&self, start: &str) -> impl Iterator<Item = OwnerRecord> {
        let quoted = format!("\"{start}");
        let keys = self.keys().unwrap_or_default();
        keys.into_iter().filter_map(move |key| {
            let path = self.file(&key);
            let content = self.home.bytes(&path).ok()??;
            mentions(&content, &quoted)
                .then(|| super::parse(&path, &content).ok())
                .flatten()
        })
    }

    /// The owner of a pair that is known here, deleted ones included.
    pub(crate) fn owner_of(&self, id: &AccessKeyId) -> Result<Option<OwnerRecord>, Error> {
        for key in self.keys()? {
            let path = self.file(&key);
            let Some(content) = self.home.bytes(&path)? else {
                continue;
            };
            if !mentions(&content, id.as_str()) {
                continue;
            }
            let record: OwnerRecord = super::parse(&path, &content)?;
            if record.pair(id).is_some() {
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn read(&self, key: &str) -> Result<Option<OwnerRecord>, Error> {
        let path = self.file(key);
        let Some(record) = self.home.load::<OwnerRecord>(&path)? else {
            return Ok(None);
        };
        if record.account_id != self.account || record.owner().key() != key {
            return Err(Error::Damaged(
                path,
                "it speaks of another owner than its name".to_owned(),
            ));
        }
        Ok(Some(record))
    }
}

/// A cheap look before a file is parsed: ten thousand pairs are searched in the time that a hundred are parsed.
fn mentions(content: &[u8], id: &str) -> bool {
    content
        .windows(id.len())
        .any(|window| window == id.as_bytes())
}
