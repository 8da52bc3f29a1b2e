//! Suspects, one file each beside the journals, so that reading commands see them without opening the owners' files.

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

const SUSPECT: &str = "suspect-";

/// A pair that appeared around a create of ours whose answer was lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suspect {
    version: Version,
    pub(crate) access_key_id: AccessKeyId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ram_user: Option<UserName>,
    #[serde(with = "time::text")]
    pub(crate) seen_at: Timestamp,
    /// A person knows it. It is remembered while the create that it appeared around is undecided, or it would be found again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    dismissed: bool,
}

impl Suspect {
    pub(crate) fn new(id: AccessKeyId, owner: &Owner, seen_at: Timestamp) -> Self {
        Self {
            version: Version,
            access_key_id: id,
            ram_user: owner.ram_user().cloned(),
            seen_at,
            dismissed: false,
        }
    }

    pub(crate) fn owner(&self) -> Owner {
        self.ram_user.clone().map_or(Owner::Account, Owner::RamUser)
    }
}

impl Journal {
    fn suspect_file(&self, id: &AccessKeyId) -> PathBuf {
        self.folder().join(format!("{SUSPECT}{id}.toml"))
    }

    /// Those that can be read.
    pub(crate) fn suspects(&self) -> Result<Vec<Suspect>, Error> {
        let all = self.all_suspects()?.into_iter();
        Ok(all.filter_map(|(_, read)| read.ok()).collect())
    }

    /// All that no person knows of, by the pair.
    pub(crate) fn all_suspects(&self) -> Result<Files<AccessKeyId, Suspect>, Error> {
        Ok(self.suspects_among(&self.names()?).collect())
    }

    /// Those whose file cannot be read, by the pair.
    pub(crate) fn unreadable_among(&self, names: &[String]) -> Vec<(AccessKeyId, Error)> {
        let all = self.suspects_among(names);
        all.filter_map(|(id, read)| Some((id, read.err()?)))
            .collect()
    }

    fn suspects_among(
        &self,
        names: &[String],
    ) -> impl Iterator<Item = (AccessKeyId, Result<Suspect, Error>)> {
        let ids = names.iter().filter_map(|name| pair_of(name, SUSPECT));
        ids.filter_map(|id| match self.read_suspect(&id).transpose()? {
            Ok(suspect) if suspect.dismissed => None,
            read => Some((id, read)),
        })
    }

    fn read_suspect(&self, id: &AccessKeyId) -> Result<Option<Suspect>, Error> {
        let path = self.suspect_file(id);
        match self.home.load::<Suspect>(&path)? {
            Some(suspect) if suspect.access_key_id != *id => Err(Error::Damaged(
                path,
                "it speaks of another pair than its name".to_owned(),
            )),
            suspect => Ok(suspect),
        }
    }

    /// True if it is a new one: neither suspected before nor dismissed.
    pub(crate) fn suspect(&self, suspect: &Suspect) -> Result<bool, Error> {
        let id = &suspect.access_key_id;
        let known = self.read_suspect(id)?;
        // Written again all the same: what a killed run left may be lost with the power.
        let kept = known.as_ref().unwrap_or(suspect);
        self.home.save(&self.suspect_file(id), kept)?;
        Ok(known.is_none())
    }

    /// A person's word that a suspect is known. True if there was such a suspect.
    pub(crate) fn dismiss(&self, id: &AccessKeyId) -> Result<bool, Error> {
        let suspect = self.read_suspect(id)?.filter(|suspect| !suspect.dismissed);
        let Some(mut suspect) = suspect else {
            return Ok(false);
        };
        if self.read(&suspect.owner())?.request.is_none() {
            return self.resolve(id);
        }
        suspect.dismissed = true;
        self.home.save(&self.suspect_file(id), &suspect)?;
        Ok(true)
    }

    /// The create that these appeared around is decided: those that were dismissed need no remembering.
    pub(crate) fn forget_dismissed(&self, ids: &[AccessKeyId]) -> Result<(), Error> {
        for id in ids {
            if self
                .read_suspect(id)?
                .is_some_and(|suspect| suspect.dismissed)
            {
                self.resolve(id)?;
            }
        }
        Ok(())
    }

    /// There is nothing to suspect any more. True if there was such a suspect.
    pub(crate) fn resolve(&self, id: &AccessKeyId) -> Result<bool, Error> {
        let path = self.suspect_file(id);
        self.home
            .disk
            .remove(&path)
            .map_err(|error| Error::Io(path, error))
    }
}
