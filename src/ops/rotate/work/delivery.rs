//! How a pair is handed on, and where its secret is.

use super::Work;
use crate::core::{
    access_key::AccessKeyId,
    rotation::{Reached, Stop},
    secret::Secret,
};
use crate::metadata::log::Action;
use crate::ops::{Failure, profile, record};
use crate::store::{self, SecretName, StoreKind};

impl Work<'_> {
    /// Hands the verified pair to whoever gets it through akm. akm's own commands look it up; a profile that signs with the pair
    /// before it signs with this one from now on, and so does the rest of this command.
    pub(super) fn deliver(&mut self, delivered: Reached) -> Result<(), Failure> {
        let (from, to) = match delivered {
            Reached::OldDelivered => (self.new.clone(), self.old.clone()),
            _ => (self.old.clone(), self.new.clone()),
        };
        let switched = self.hand_over(&to).and_then(|()| self.switch(&from, &to));
        switched.map_err(|failure| self.half(failure))?;
        self.mark(delivered)
    }

    /// From now on every selector of the owner means this pair, and not the other one.
    fn hand_over(&self, to: &AccessKeyId) -> Result<(), Failure> {
        let mut record = self.session.record(&self.owner)?;
        let before = record.access_keys.clone();
        for id in [&self.old, &self.new] {
            if let Some(pair) = record.pair_mut(id) {
                pair.undelivered = self.rolls_back() && id != to;
            }
        }
        if record.access_keys != before {
            self.session.inventory.save(&record)?;
        }
        Ok(())
    }

    pub(super) fn switch(&self, from: &AccessKeyId, to: &AccessKeyId) -> Result<(), Failure> {
        if profile::signing_with(self.session, from)?.is_none() {
            return Ok(());
        }
        let secret = self.secret(to)?;
        let secret = secret.ok_or_else(|| self.stopped(Stop::NotHeld))?;
        profile::switch(self.session, from, to, self.store_of(to)?)?;
        record::done(self.session, Action::ProfileSwitch, &self.owner, to);
        if self.session.cloud.signer() == from.as_str() {
            self.session.cloud.switch(to, secret);
        }
        Ok(())
    }

    /// The secret that the store has of either pair; none where it is damaged.
    pub(super) fn secret(&self, id: &AccessKeyId) -> Result<Option<Secret>, Failure> {
        let store = self.session.stores.open(self.store_of(id)?)?;
        Ok(store::or_lost(store.get(&SecretName::pair(id)))?)
    }

    /// Where metadata was lost, the secret may be where the new one is.
    fn store_of(&self, id: &AccessKeyId) -> Result<StoreKind, Failure> {
        let record = self.session.record(&self.owner)?;
        let old = record.pair(id).filter(|_| *id != self.new);
        let claimed = old.and_then(|pair| pair.secret_store);
        Ok(claimed.unwrap_or(self.entry.intent.store))
    }
}
