//! What a rotation asks the cloud to change: the status of either pair, and the end of the old one.

use super::Work;
use crate::core::{
    access_key::{AccessKeyId, Status},
    rotation::{Reached, Shown},
};
use crate::metadata::log::Action;
use crate::ops::{Failure, record, retire};

impl Work<'_> {
    /// Asks for a status, and takes it as given: `surely`, or where the list shows another.
    fn set(&mut self, id: &AccessKeyId, status: Status, surely: bool) -> Result<(), Failure> {
        let Some(mut seen) = self.seen.take() else {
            return Ok(());
        };
        let listed = seen.keys.iter_mut().find(|key| key.id == *id);
        let asks = surely || listed.as_ref().is_some_and(|key| key.status != status);
        if asks {
            let answer = self.session.cloud.set_status(&self.owner, id, status);
            let action = match status {
                Status::Active => Action::Enable,
                Status::Inactive => Action::RotateDisable,
            };
            let answer = record::change(self.session, action, &self.owner, Some(id), answer);
            retire::gone(answer).map_err(|failure| self.half(failure))?;
        }
        if let Some(key) = listed {
            key.status = status;
        }
        let Shown {
            held,
            old_held,
            fresh,
            ..
        } = seen.shown;
        let mut seen = self.see(seen.keys, held, fresh && !asks);
        seen.shown.old_held = old_held;
        self.seen = Some(seen);
        Ok(())
    }

    /// What the list shows of it may be from before somebody enabled it.
    pub(super) fn disable_old(&mut self) -> Result<(), Failure> {
        // A profile may have been added since the new pair was delivered.
        let switched = self.switch(&self.old, &self.new);
        switched.map_err(|failure| self.half(failure))?;
        let surely = !self.session.this_run.has_ended(&self.old);
        self.set(&self.old.clone(), Status::Inactive, surely)?;
        self.disabled = true;
        self.mark(Reached::OldDisabled)
    }

    /// Written down at once: what follows may take its time, or not come to its end.
    pub(super) fn enable_old(&mut self) -> Result<(), Failure> {
        self.set(&self.old.clone(), Status::Active, true)?;
        let mut record = self.known()?;
        if let Some(old) = record.pair_mut(&self.old) {
            (old.disable_after, old.delete_after, old.retired_at) = (None, None, None);
        }
        let saved = self.session.inventory.save(&record);
        saved.map_err(|error| self.half(error))?;
        self.mark(Reached::OldEnabled)
    }

    pub(super) fn disable_new(&mut self) -> Result<(), Failure> {
        // A profile may have been added since the old pair was delivered.
        let switched = self.switch(&self.new, &self.old);
        switched.map_err(|failure| self.half(failure))?;
        self.set(&self.new.clone(), Status::Inactive, true)?;
        self.mark(Reached::NewDisabled)
    }

    pub(super) fn delete_old(&mut self) -> Result<(), Failure> {
        self.deleted = true;
        let (owner, old) = (&self.owner, &self.old);
        let answer = self.session.cloud.delete_pair(owner, old);
        let answer = record::change(self.session, Action::RotateDelete, owner, Some(old), answer);
        retire::gone(answer).map_err(|failure| self.half(failure))?;
        self.seen = None;
        Ok(())
    }
}
