//! Pairs that are being brought back from the recycle bin, one file each: the cloud returns them Active, which is not what was asked.

use super::{Files, Journal, pair_of};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    name::UserName,
    time::{self, Timestamp},
};
use crate::metadata::{Error, Version};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

const RESTORING: &str = "restoring-";

/// Written before the cloud is asked, removed when the pair is as it was to be and metadata says so.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Restoring {
    version: Version,
    pub(crate) access_key_id: AccessKeyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ram_user: Option<UserName>,
    /// Whether it is to stay Active.
    pub(crate) active: bool,
    #[serde(with = "time::text")]
    pub(crate) asked_at: Timestamp,
}

impl Restoring {
    pub(crate) fn new(id: AccessKeyId, owner: &Owner, active: bool, asked_at: Timestamp) -> Self {
        Self {
            version: Version,
            access_key_id: id,
            ram_user: owner.ram_user().cloned(),
            active,
            asked_at,
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        self.ram_user.clone().map_or(Owner::Account, Owner::RamUser)
    }
}

impl Journal {
    fn restoring_file(&self, id: &AccessKeyId) -> PathBuf {
        self.folder().join(format!("{RESTORING}{id}.toml"))
    }

    /// All of them, by the pair.
    pub(crate) fn all_restoring(&self) -> Result<Files<AccessKeyId, Restoring>, Error> {
        Ok(self.restoring_among(&self.names()?))
    }

    pub(crate) fn restoring_among(&self, names: &[String]) -> Files<AccessKeyId, Restoring> {
        let ids = names.iter().filter_map(|name| pair_of(name, RESTORING));
        let read = ids.filter_map(|id| {
            let read = self.home.load::<Restoring>(&self.restoring_file(&id));
            Some((id, read.transpose()?))
        });
        read.collect()
    }

    pub(crate) fn restoring(&self, restoring: &Restoring) -> Result<(), Error> {
        self.home
            .save(&self.restoring_file(&restoring.access_key_id), restoring)
    }

    pub(crate) fn restored(&self, id: &AccessKeyId) -> Result<(), Error> {
        self.home.remove(&self.restoring_file(id))
    }
}
