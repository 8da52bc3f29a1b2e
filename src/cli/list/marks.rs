//! What a row says besides the owner's own file.

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::metadata::config::Config;
use crate::ops::{Account, Tell, recover, remark::Machine};
use std::collections::BTreeMap;

/// Which pairs are suspects, which ones profiles sign with, and what is unfinished of each owner.
pub(in crate::cli) struct Marks {
    suspects: Vec<AccessKeyId>,
    config: Config,
    /// By the owner's key; `None` where the journal cannot be read.
    states: BTreeMap<String, Option<&'static str>>,
}

impl Marks {
    /// Reads them of one owner, or of all. Journals are read for `--json` alone, which has the states.
    pub(in crate::cli) fn read(
        context: &Context,
        known: Option<&Account>,
        owner: Option<&Owner>,
    ) -> Result<Self, Failure> {
        let suspects = known.map(|known| known.journal.suspects()).transpose()?;
        let ids = suspects.into_iter().flatten().map(|it| it.access_key_id);
        let known = known.filter(|_| context.ui.json());
        let states = known
            .map(|known| states(context, known, owner))
            .transpose()?;
        Ok(Self {
            suspects: ids.collect(),
            config: Config::load(&context.home)?,
            states: states.unwrap_or_default(),
        })
    }

    pub(super) fn is_suspect(&self, id: &AccessKeyId) -> bool {
        self.suspects.contains(id)
    }

    /// Returns the names of the profiles that sign with the pair.
    pub(super) fn signing_with(&self, id: &AccessKeyId) -> Vec<&str> {
        let profiles = self.config.profiles.iter();
        let signing = profiles.filter(|(_, profile)| profile.access_key_id == *id);
        signing.map(|(name, _)| name.as_str()).collect()
    }

    pub(super) fn state(&self, owner: &Owner) -> Option<&'static str> {
        self.states
            .get(&owner.key())
            .copied()
            .unwrap_or(Some("none"))
    }
}

/// Warns of a journal that cannot be read: the rows of its owner are right without it.
fn states(
    context: &Context,
    known: &Account,
    owner: Option<&Owner>,
) -> Result<BTreeMap<String, Option<&'static str>>, Failure> {
    let states = recover::states(&known.journal, owner)?.into_iter();
    let readable = states.map(|(key, state)| match state {
        Ok(state) => (key, Some(state)),
        Err(error) => {
            Tell::warn(&context.ui, Machine::Unreadable(error).into());
            (key, None)
        }
    });
    Ok(readable.collect())
}
