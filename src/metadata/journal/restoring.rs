//! Pairs that are being restored, as version 1 wrote them: one file each. They are read, and taken into their owner's journal.

use super::{Events, Files, Journal, Unfinished, pair_of};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    event::Event,
    name::UserName,
    open_work::{self, OpenWork},
    time::{self, Timestamp},
};
use crate::metadata::{Error, Version};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

const RESTORING: &str = "restoring-";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Restoring {
    version: Version,
    access_key_id: AccessKeyId,
    #[serde(default)]
    ram_user: Option<UserName>,
    active: bool,
    #[serde(with = "time::text")]
    asked_at: Timestamp,
}

impl Restoring {
    fn owner(&self) -> Owner {
        self.ram_user.clone().map_or(Owner::Account, Owner::RamUser)
    }

    fn event(self) -> Event {
        let restoring = open_work::Restoring {
            active: self.active,
            asked_at: self.asked_at,
        };
        Event::Restoring(self.access_key_id, restoring)
    }
}

impl Journal {
    fn restoring_file(&self, id: &AccessKeyId) -> PathBuf {
        self.folder().join(format!("{RESTORING}{id}.toml"))
    }

    fn restoring(&self) -> Result<Files<AccessKeyId, Restoring>, Error> {
        let ids = if let Some(ids) = self.restoring.get() {
            ids
        } else {
            let names = self.names()?;
            let ids = names.iter().filter_map(|name| pair_of(name, RESTORING));
            self.restoring.get_or_init(|| ids.collect())
        };
        let read = ids.iter().filter_map(|id| {
            let read = self.home.load::<Restoring>(&self.restoring_file(id));
            Some((id.clone(), read.transpose()?))
        });
        Ok(read.collect())
    }

    /// Returns those whose file cannot be read, by the pair: whose they are, metadata may know.
    pub(crate) fn unreadable_restoring(&self) -> Result<Vec<(AccessKeyId, Error)>, Error> {
        let all = self.restoring()?.into_iter();
        Ok(all
            .filter_map(|(id, read)| Some((id, read.err()?)))
            .collect())
    }

    fn restoring_of(
        &self,
        owner: &Owner,
    ) -> Result<impl Iterator<Item = (AccessKeyId, Restoring)>, Error> {
        let (all, key) = (self.restoring()?.into_iter(), owner.key());
        let read = all.filter_map(|(id, restoring)| Some((id, restoring.ok()?)));
        Ok(read.filter(move |(_, restoring)| restoring.owner().key() == key))
    }

    /// Adds the owner's files to what is unfinished, as far as they can be read.
    pub(super) fn add_restoring(&self, owner: &Owner, work: &mut OpenWork) -> Result<(), Error> {
        for (_, restoring) in self.restoring_of(owner)? {
            work.apply(restoring.event());
        }
        Ok(())
    }

    pub(super) fn add_all_restoring(
        &self,
        open: &mut BTreeMap<String, Result<Unfinished, Error>>,
    ) -> Result<(), Error> {
        for (id, restoring) in self.restoring()? {
            match restoring {
                Err(error) => drop(open.insert(id.to_string(), Err(error))),
                Ok(restoring) => {
                    let owner = restoring.owner();
                    let of = open.entry(owner.key()).or_insert_with(|| {
                        let work = OpenWork::default();
                        Ok(Unfinished { owner, work })
                    });
                    if let Ok(of) = of {
                        of.work.apply(restoring.event());
                    }
                }
            }
        }
        Ok(())
    }

    /// Moves the owner's files into the journal: each is durable there before its file goes.
    pub(super) fn take_in_restoring(
        &self,
        owner: &Owner,
        events: &mut Events,
    ) -> Result<(), Error> {
        for (id, restoring) in self.restoring_of(owner)? {
            events.append(restoring.event())?;
            self.home.remove(&self.restoring_file(&id))?;
        }
        Ok(())
    }
}
