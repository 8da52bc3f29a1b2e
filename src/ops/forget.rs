//! Forgetting an account: what is known of it, and every secret held for it.

use super::{Account, Failure};
use crate::core::{access_key::AccessKeyId, place::StoreKind};
use crate::store::SecretName;

/// Metadata first, so that it never claims a secret that is gone. What is damaged is told and forgotten all the same; a secret that its
/// store will not forget is told and left there.
pub(crate) fn account(account: &Account) -> Result<(), Failure> {
    let held = account.inventory.held()?;
    account.journal.forget()?;
    account.inventory.forget()?;
    for pair in held {
        match pair {
            Ok((id, kind)) => forget_secret(account, &id, kind),
            Err(error) => account.tell.warn(&format!(
                "{error}; the secrets that it speaks of stay behind"
            )),
        }
    }
    Ok(())
}

fn forget_secret(account: &Account, id: &AccessKeyId, kind: StoreKind) {
    let gone = account
        .stores
        .open(kind)
        .and_then(|store| store.delete(&SecretName::pair(id)));
    if let Err(error) = gone {
        account
            .tell
            .warn(&format!("the secret of `{id}` stays behind: {error}"));
    }
}
