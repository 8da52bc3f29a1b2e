//! Forgetting an account: what is known of it, and every secret held for it.

use super::{Failure, Stores, Tell};
use crate::metadata::{inventory::Inventory, journal::Journal};
use crate::store::SecretName;

/// Metadata first, so that it never claims a secret that is gone. A secret that its store will not forget is told and left there.
pub(crate) fn account(
    inventory: &Inventory,
    journal: &Journal,
    stores: &dyn Stores,
    tell: &dyn Tell,
) -> Result<(), Failure> {
    for entry in journal.open()? {
        journal.close(&entry.owner())?;
    }
    for suspect in journal.suspects()? {
        journal.resolve(&suspect.access_key_id)?;
    }
    for record in inventory.all()? {
        inventory.remove(&record.owner())?;
        for pair in &record.access_keys {
            let Some(kind) = pair.secret_store else {
                continue;
            };
            let gone = stores
                .open(kind)
                .and_then(|store| store.delete(&SecretName::pair(&pair.access_key_id)));
            if let Err(error) = gone {
                tell.warn(&format!(
                    "the secret of `{}` stays behind: {error}",
                    pair.access_key_id
                ));
            }
        }
    }
    Ok(())
}
