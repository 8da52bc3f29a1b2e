//! The last part of a move: the old stores forget what every file names the new one for.

use super::Move;
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    place::StoreKind,
};
use crate::metadata::{
    config::Config,
    inventory::{Inventory, OwnerRecord},
};
use crate::ops::{Failure, session};
use crate::store::SecretName;

impl Move<'_> {
    /// Lets the old stores forget what every file names the new one for. `fresh` are the pairs that this run has copied.
    pub(super) fn forget(&self, fresh: &[AccessKeyId]) -> Result<(), Failure> {
        let config = Config::load(self.home)?;
        for account in Inventory::accounts(self.home)? {
            let inventory = Inventory::new(self.home.clone(), account.clone());
            let is_marked = |record: &OwnerRecord| {
                let mut pairs = record.access_keys.iter();
                pairs.any(|pair| pair.moved_from.is_some())
            };
            for record in inventory.all()?.records.iter().filter(|it| is_marked(it)) {
                self.forget_of(&account, &inventory, &record.owner(), (&config, fresh))?;
            }
        }
        self.forget_of_profiles(fresh)
    }

    fn forget_of(
        &self,
        account: &AccountId,
        inventory: &Inventory,
        owner: &Owner,
        (config, fresh): (&Config, &[AccessKeyId]),
    ) -> Result<(), Failure> {
        let _lock = self.lock(account, owner)?;
        let Some(mut record) = inventory.load(owner)? else {
            return Ok(());
        };
        for pair in &mut record.access_keys {
            let id = &pair.access_key_id;
            if pair.secret_store != Some(self.to) {
                continue;
            }
            let names = |from| {
                let mut profiles = config.profiles.values();
                profiles.any(|it| it.access_key_id == *id && it.secret_store == from)
            };
            if let Some(from) = pair.moved_from.filter(|from| !names(*from)) {
                let is_gone = self.let_go(from, id, fresh)?;
                pair.moved_from = Some(from).filter(|_| !is_gone);
            }
        }
        Ok(inventory.save(&record)?)
    }

    fn forget_of_profiles(&self, fresh: &[AccessKeyId]) -> Result<(), Failure> {
        let _lock = session::lock(self.home, "home", self.clock, self.tell)?;
        let mut config = Config::load(self.home)?;
        let all = config.profiles.clone();
        let marked = config
            .profiles
            .values_mut()
            .filter(|it| it.moved_from.is_some() && it.secret_store == self.to);
        let mut is_changed = false;
        for profile in marked {
            let id = &profile.access_key_id;
            let mut others = all.values().filter(|it| it.access_key_id == *id);
            if let Some(from) = profile.moved_from
                && !others.any(|it| it.secret_store == from)
                && self.of_file(profile)? != Some(from)
                && self.let_go(from, id, fresh)?
            {
                profile.moved_from = None;
                is_changed = true;
            }
        }
        if is_changed {
            config.save(self.home)?;
        }
        Ok(())
    }

    /// Lets the old store forget a secret that the new one gives back: at once where the new one is durable, else in a run after the one
    /// that copied it. Returns whether the old one has it no more. What the new one has lost meanwhile is copied again.
    fn let_go(
        &self,
        from: StoreKind,
        id: &AccessKeyId,
        fresh: &[AccessKeyId],
    ) -> Result<bool, Failure> {
        // Another command has put the secret back there since: that copy is the one in use.
        if from == self.to {
            return Ok(true);
        }
        if fresh.contains(id) && !self.is_durable()? {
            return Ok(false);
        }
        let name = SecretName::pair(id);
        let read = |kind| {
            let store = self.stores.open(kind);
            let found = store.and_then(|store| store.get(&name));
            found.map_err(|error| Failure::of_store(kind, error))
        };
        match (read(from)?, read(self.to)?) {
            (None, _) => Ok(true),
            (Some(old), Some(new)) if old.same_as(&new) => {
                self.delete(from, &name)?;
                Ok(true)
            }
            (Some(_), Some(_)) => Ok(false),
            (Some(_), None) => self.copy(from, &name).map(|_| false),
        }
    }
}
