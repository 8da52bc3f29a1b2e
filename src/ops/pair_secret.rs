//! The secret of a pair, from the store that its metadata names.

use super::{Account, Failure, problem};
use crate::core::{account::Owner, secret::Secret};
use crate::metadata::inventory::PairRecord;
use crate::store::{Error, SecretName, StoreKind};

impl Account {
    /// Returns the secret of a pair that metadata says is held. `SecretMissing` when akm never held it or the store lacks it.
    pub(crate) fn secret(&self, pair: &PairRecord) -> Result<Secret, Failure> {
        let id = &pair.access_key_id;
        let Some(kind) = pair.secret_store else {
            return Err(problem::Secret::NotHeld(id.clone(), self.known_owner(pair)).into());
        };
        let store = self.stores.open(kind);
        let found = store.and_then(|store| store.get(&SecretName::pair(id)));
        let found = found.map_err(|error| self.unreadable(kind, error, pair))?;
        found.ok_or_else(|| {
            problem::Secret::Lacking(kind, id.clone(), self.known_owner(pair)).into()
        })
    }

    /// In an `age` store it may be the secret's own file, of which the cause says nothing about an identity.
    fn unreadable(&self, kind: StoreKind, error: Error, pair: &PairRecord) -> Failure {
        match &error {
            Error::Unreadable(why) if kind == StoreKind::Age && !why.contains("identity") => {
                problem::Secret::Damaged(error, self.known_owner(pair)).into()
            }
            _ => Failure::of_store(kind, error),
        }
    }

    /// Looked up only where a secret is lost: most are there.
    fn known_owner(&self, pair: &PairRecord) -> Option<Owner> {
        let known = self.inventory.owner_of(&pair.access_key_id).ok().flatten();
        known.map(|record| record.owner())
    }
}
