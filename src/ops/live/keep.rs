//! A made pair becomes one that akm holds: its secret in the store, read back, and claimed in metadata.

use super::{Deed, Live};
use crate::core::{access_key::AccessKeyId, event::Event, open_work::Made, seen::Sight};
use crate::metadata::log::Action;
use crate::ops::{
    Failure,
    drive::{Ending, EventLog},
    forget_pair, issue, remark,
};
use crate::store::SecretName;

impl Live<'_> {
    pub(super) fn store(
        &mut self,
        log: &mut impl EventLog,
        id: &AccessKeyId,
    ) -> Result<(), Failure> {
        let Some(made) = log.open().made.get(id).cloned() else {
            return Ok(());
        };
        let was_claimed = self.seen.claimed.contains(id);
        // What can be read and is not claimed may be in the page cache only: the run that put it was killed before its claim.
        self.put(id, &made)?;
        self.seen.claimed.insert(id.clone());
        let replacement = log.open().replacement.as_ref();
        let undelivered = replacement.map_or(self.order.awaits_hand_out, |it| {
            it.new == *id && it.delivered_at.is_none()
        });
        self.know_and(log.open(), |record| {
            if let Some(pair) = record.pair_mut(id) {
                pair.save_in(made.keeping.store);
                // Once claimed, the comment is the person's own to change.
                if !was_claimed {
                    pair.comment.clone_from(&made.keeping.comment);
                }
                pair.undelivered |= undelivered;
            }
        })?;
        // It may have been taken for a suspect before what the journal says of it could be read.
        self.session.journal.resolve(id)?;
        self.held = None;
        if self.deeds.contains(&Deed::Created(id.clone())) {
            return Ok(());
        }
        if was_claimed {
            self.session.tell.warn(remark::Secret::PutBack.into());
        } else {
            self.done(Action::Recover, id);
        }
        self.deeds.push(Deed::PutBack(id.clone()));
        Ok(())
    }

    fn put(&mut self, id: &AccessKeyId, made: &Made) -> Result<(), Failure> {
        let secret = match self.made.take() {
            Some((made, secret)) if made == *id => secret,
            _ => issue::unseal(self.session, made)?,
        };
        let store = self.session.stores.open(made.keeping.store)?;
        issue::store_and_check(store, &SecretName::pair(id), &secret)?;
        self.seen.readable.insert(id.clone());
        self.seen.stored.insert(id.clone());
        if !store.durable() {
            self.session.this_run.unproven.note(id);
            self.seen.unproven.insert(id.clone());
        }
        Ok(())
    }

    pub(super) fn drop_secret(
        &mut self,
        log: &mut impl EventLog,
        id: &AccessKeyId,
    ) -> Result<(), Failure> {
        self.know(log.open())?;
        forget_pair::drop_secret(self.session, self.owner, id)?;
        self.session.journal.resolve(id)?;
        self.seen.stored.remove(id);
        self.seen.claimed.remove(id);
        let dropped = Deed::Dropped(id.clone());
        if !self.deeds.contains(&dropped) {
            self.deeds.push(dropped);
        }
        Ok(())
    }

    pub(super) fn end(&mut self, log: &mut impl EventLog, ending: Ending) -> Result<(), Failure> {
        if let Some(it) = log.open().replacement.clone() {
            self.deeds.push(Deed::Ended(it.old, it.new, ending));
        }
        log.append(Event::Ended)?;
        self.know(log.open())
    }

    /// Metadata says all that there is to say before the journal goes.
    pub(super) fn close(&mut self, log: &mut impl EventLog) -> Result<(), Failure> {
        let kept = self.order.awaits_hand_out;
        let mut open = log.open().clone();
        if let Some(it) = open.replacement.take() {
            self.deeds.push(Deed::Ended(it.old, it.new, Ending::Gone));
        }
        let made: Vec<_> = open.made.keys().cloned().collect();
        self.know_and(&open, |record| {
            for pair in &mut record.access_keys {
                pair.undelivered &= kept && made.contains(&pair.access_key_id);
            }
        })?;
        // The claim of an earlier run has to outlive a power cut as the journal would have.
        if !made.is_empty() && !self.has_saved {
            self.save(&self.session.record(self.owner)?)?;
        }
        self.remember_unlisted(log);
        log.close()
    }

    /// A list may lack what was made or restored lately, and the journal, which knows better, goes.
    fn remember_unlisted(&mut self, log: &impl EventLog) {
        for id in self.seen.present(log.open()) {
            let is_listed = self.listed.iter().any(|key| key.id == id);
            if !is_listed && !self.seen.answers.contains_key(&id) {
                self.answered(&id, Sight::Active);
            }
        }
    }
}
