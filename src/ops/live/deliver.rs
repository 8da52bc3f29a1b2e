//! Who gets a pair through akm gets another one from now on.

use super::Live;
use crate::core::{access_key::AccessKeyId, event::Event};
use crate::metadata::log::Action;
use crate::ops::{
    Failure,
    drive::{EventLog, World},
    problem, profile,
};
use crate::store::{self, SecretName};

impl Live<'_> {
    /// The first target is akm itself, which hands out what metadata names; then each profile that signs with the pair before it.
    pub(super) fn deliver(
        &mut self,
        log: &mut impl EventLog,
        to: &AccessKeyId,
    ) -> Result<(), Failure> {
        let open = log.open();
        let replacement = open.replacement.clone().filter(|it| it.new == *to);
        let outgoing = replacement.iter().map(|it| it.old.clone());
        let from: Vec<AccessKeyId> = outgoing.chain(open.leaked.iter().cloned()).collect();
        let rolled_back = replacement.as_ref().is_some_and(|it| it.rolled_back);
        // Metadata is written once, with what the event is about to say: it names whom akm hands out to.
        let (at, mut delivered) = (self.now(), open.clone());
        delivered.apply(Event::Delivered(to.clone(), at));
        self.know_and(&delivered, |record| {
            for pair in &mut record.access_keys {
                let id = &pair.access_key_id;
                let is_out = rolled_back && from.contains(id);
                pair.undelivered = is_out || pair.undelivered && id != to;
            }
        })?;
        for from in &from {
            self.switch(log, from, to)?;
            self.seen.targets.remove(from);
        }
        if replacement.is_some() {
            log.append(Event::Delivered(to.clone(), at))?;
        }
        Ok(())
    }

    /// A profile may have been added since the incoming pair was delivered.
    pub(super) fn switch_late_profiles(
        &mut self,
        log: &impl EventLog,
        from: &AccessKeyId,
    ) -> Result<(), Failure> {
        let replacement = log.open().replacement.as_ref();
        let to = replacement
            .filter(|it| it.old == *from)
            .map(|it| it.new.clone());
        to.map_or(Ok(()), |to| self.switch(log, from, &to))
    }

    fn switch(
        &mut self,
        log: &impl EventLog,
        from: &AccessKeyId,
        to: &AccessKeyId,
    ) -> Result<(), Failure> {
        if profile::signing_with(self.session, from)?.is_none() {
            return Ok(());
        }
        let kind = self.store_of(log, to)?;
        let store = self.session.stores.open(kind)?;
        let secret = store::or_lost(store.get(&SecretName::pair(to)))?;
        let secret = secret.ok_or_else(|| problem::Secret::Lost(to.clone()))?;
        profile::switch(self.session, from, to, kind)?;
        self.done(Action::ProfileSwitch, to);
        if self.session.cloud.signer() == from.as_str() {
            self.session.cloud.switch(to, secret);
        }
        Ok(())
    }
}
