//! What the cloud and the store show of both pairs.

use super::Work;
use crate::core::{
    access_key::{AccessKey, Status},
    rotation::{Reached, Shown},
};
use crate::metadata::journal::Entry;
use crate::ops::{Failure, issue};

/// What the cloud showed.
pub(super) struct Seen {
    pub(super) keys: Vec<AccessKey>,
    pub(super) shown: Shown,
}

impl Work<'_> {
    /// What is known now is good until something is done with it.
    pub(super) fn see(&self, keys: Vec<AccessKey>, held: bool, fresh: bool) -> Seen {
        let new = keys.iter().find(|key| key.id == self.new);
        let shown = Shown {
            old: self.old_status(&keys),
            new: new.map(|key| key.status),
            held,
            old_held: false,
            fresh,
        };
        Seen { keys, shown }
    }

    pub(super) fn look(&mut self) -> Result<(), Failure> {
        let keys = self.session.pairs_left(&self.owner);
        let keys = keys.map_err(|error| self.half(error))?;
        let back = self.rolls_back() && self.lists_old(&keys);
        let keys = if counts_unlisted(&self.entry, back) {
            issue::with_the_new(self.session, &self.entry, keys)
        } else {
            keys
        };
        self.seen = Some(self.see(keys.clone(), false, false));
        let held = issue::held_or_restored(self.session, &self.entry);
        let held = held.map_err(|failure| self.half(failure))?;
        let mut seen = self.see(keys, held, true);
        if self.rolls_back() {
            let secret = self.secret(&self.old);
            seen.shown.old_held = secret.map_err(|failure| self.half(failure))?.is_some();
        }
        self.seen = Some(seen);
        Ok(())
    }

    /// Of the old pair. A list may lack one that leaked because it lags: only the answer to its deletion tells.
    pub(super) fn old_status(&self, keys: &[AccessKey]) -> Option<Status> {
        let listed = keys.iter().find(|key| key.id == self.old);
        let lags = self.entry.intent.is_of_leak() && !self.deleted;
        let unlisted = lags.then_some(Status::Inactive);
        listed.map(|key| key.status).or(unlisted)
    }

    /// Of a RAM user that is gone nothing is listed, and nothing will be.
    fn lists_old(&self, keys: &[AccessKey]) -> bool {
        keys.iter().any(|key| key.id == self.old)
    }

    /// The new pair, where only a list says that it is gone.
    pub(super) fn may_be_listed_yet(&self) -> bool {
        let keys = self.keys();
        let lags = self.lists_old(keys) && !counts_unlisted(&self.entry, false);
        lags && issue::may_be_there(self.session, &self.entry, keys)
    }

    pub(super) fn keys(&self) -> &[AccessKey] {
        self.seen.as_ref().map_or(&[], |seen| &seen.keys)
    }
}

/// Whether a new pair that a list lacks counts as there, since the list may lag: before it was found to work, and on the way back,
/// which disables it, as long as the old one is listed. Nothing is retired for a pair that is not listed.
pub(in crate::ops::rotate) fn counts_unlisted(entry: &Entry, back: bool) -> bool {
    back || matches!(entry.reached, Reached::Got | Reached::Stored)
}
