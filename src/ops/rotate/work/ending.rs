//! How a rotation is left: what is written down of both pairs, and whether its journal goes.

use super::{
    super::{Action, Standing, State, due, reclaim},
    Work,
};
use crate::core::{
    access_key::AccessKeyId,
    rotation::{Reached, Stop},
};
use crate::metadata::inventory::OwnerRecord;
use crate::ops::{Failure, recover, retire};

impl Work<'_> {
    pub(super) fn close(self, state: State) -> Result<Standing, Failure> {
        let standing = self.standing(state)?;
        let shown = self.seen.as_ref().map(|seen| seen.shown);
        // The journal has the last sealed copy: it goes only where the store has the secret, or nobody needs it any more.
        if shown.is_none_or(|shown| shown.new.is_some() && !shown.held) {
            return Err(self.stopped(Stop::NotHeld));
        }
        if state == State::RolledBack && shown.is_some_and(|shown| !shown.old_held) {
            self.session.tell.warn(&format!(
                "akm does not hold the secret of `{}`, which nobody has verified",
                self.old
            ));
        }
        if state == State::Done && self.entry.intent.is_of_leak() {
            let dropped = retire::drop_secret(self.session, &self.owner, &self.old);
            dropped.map_err(|failure| self.half(failure))?;
            self.session.journal.resolve(&self.old)?;
        }
        let closed = recover::close_when_proven(self.session, &self.entry);
        closed.map_err(|failure| self.half(failure))?;
        Ok(standing)
    }

    /// The pair in use, and the one that it replaces.
    fn roles(&self, state: State) -> (&AccessKeyId, &AccessKeyId) {
        match state {
            State::RolledBack => (&self.old, &self.new),
            _ => (&self.new, &self.old),
        }
    }

    pub(super) fn standing(&self, state: State) -> Result<Standing, Failure> {
        let keys = self.keys();
        let due = due(&self.entry);
        let disable_after = due
            .filter(|_| state == State::Overlap)
            .map(|due| due.disable);
        let delete_after = due
            .filter(|_| state == State::Grace)
            .and_then(|due| due.delete);
        let (new, old) = self.roles(state);
        let retired_at = match state {
            State::RolledBack => self.entry.when(Reached::NewDisabled),
            State::Grace | State::Done => self.entry.when(Reached::OldDisabled),
            _ => None,
        };
        let mut record = self.known()?;
        if let Some(new) = record.pair_mut(new) {
            (new.disable_after, new.delete_after, new.retired_at) = (None, None, None);
            new.undelivered = false;
        }
        if let Some(old) = record.pair_mut(old) {
            old.disable_after = disable_after;
            old.delete_after = delete_after;
            old.retired_at = retired_at;
        }
        let saved = self.session.inventory.save(&record);
        saved.map_err(|error| self.half(error))?;
        let gone = || self.stopped(Stop::Gone);
        Ok(Standing {
            new: record.pair(new).cloned().ok_or_else(gone)?,
            old: Some(old.clone()),
            old_status: keys.iter().find(|key| key.id == *old).map(|key| key.status),
            disable_after,
            delete_after,
            state,
            action: self.action(state),
        })
    }

    /// What this command did with the pairs that were there.
    fn action(&self, state: State) -> Action {
        if state == State::RolledBack {
            Action::RolledBack
        } else if self.deleted {
            Action::DeletedOld
        } else if self.disabled {
            Action::DisabledOld
        } else {
            Action::None
        }
    }

    /// What is known of the owner's pairs, and what the cloud showed of them.
    pub(super) fn known(&self) -> Result<OwnerRecord, Failure> {
        let mut record = self.session.record(&self.owner)?;
        let (mut keys, now) = (self.keys().to_vec(), self.session.cloud.now());
        let lacks = keys.iter().all(|key| key.id != self.old);
        let there = self.seen.as_ref().and_then(|seen| seen.shown.old);
        if lacks && there.is_some() && record.pair(&self.old).is_some() {
            keys.push(record.inactive(&self.old, now));
        }
        record.take_over(&keys, now);
        reclaim(self.session, &self.entry, &mut record);
        Ok(record)
    }
}
