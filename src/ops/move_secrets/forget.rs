//! The last part of a move: the old stores forget what every file names the new one for.

use super::Move;
use crate::core::account::{AccountId, Owner};
use crate::metadata::{
    config::Config,
    inventory::{Inventory, OwnerRecord},
};
use crate::ops::{Failure, session};
use crate::store::SecretName;

impl Move<'_> {
    /// Lets the old stores forget what every file names the new one for.
    pub(super) fn forget(&self) -> Result<(), Failure> {
        let config = Config::load(self.home)?;
        for account in Inventory::accounts(self.home)? {
            let inventory = Inventory::new(self.home.clone(), account.clone());
            let is_marked = |record: &OwnerRecord| {
                let mut pairs = record.access_keys.iter();
                pairs.any(|pair| pair.moved_from.is_some())
            };
            for record in inventory.all()?.records.iter().filter(|it| is_marked(it)) {
                self.forget_of(&account, &inventory, &record.owner(), &config)?;
            }
        }
        self.forget_of_profiles()
    }

    fn forget_of(
        &self,
        account: &AccountId,
        inventory: &Inventory,
        owner: &Owner,
        config: &Config,
    ) -> Result<(), Failure> {
        let _lock = self.lock(account, owner)?;
        let Some(mut record) = inventory.load(owner)? else {
            return Ok(());
        };
        for pair in &mut record.access_keys {
            let id = &pair.access_key_id;
            let names = |from| {
                let mut profiles = config.profiles.values();
                profiles.any(|it| it.access_key_id == *id && it.secret_store == from)
            };
            if let Some(from) = pair.moved_from.filter(|from| !names(*from)) {
                self.delete(from, &SecretName::pair(id))?;
                pair.moved_from = None;
            }
        }
        Ok(inventory.save(&record)?)
    }

    fn forget_of_profiles(&self) -> Result<(), Failure> {
        let _lock = session::lock(self.home, "home", self.clock, self.tell)?;
        let mut config = Config::load(self.home)?;
        let marked = config
            .profiles
            .values_mut()
            .filter(|it| it.moved_from.is_some());
        let mut is_changed = false;
        for profile in marked {
            if let Some(from) = profile.moved_from.take() {
                self.delete(from, &SecretName::pair(&profile.access_key_id))?;
                is_changed = true;
            }
        }
        if is_changed {
            config.save(self.home)?;
        }
        Ok(())
    }
}
