//! Forgetting an account: what is known of it, and every secret saved for it.

use super::{Account, Failure, remark::Secret};
use crate::core::{access_key::AccessKeyId, place::StoreKind};
use crate::metadata::{inventory::OwnerRecord, journal::Unfinished};
use crate::store::SecretName;
use std::collections::{BTreeMap, btree_map};

/// Metadata first, so that it never claims a secret that is gone. Waits for whoever is at work on an owner that is known here. What is
/// damaged is told and forgotten all the same; a secret that its store will not forget is told and left there.
pub(crate) fn account(account: &Account) -> Result<(), Failure> {
    let open = unfinished(account);
    let known = account.inventory.all().unwrap_or_default().records;
    let owners = open
        .iter()
        .map(|of| of.owner.clone())
        .chain(known.iter().map(OwnerRecord::owner));
    let mut locks = BTreeMap::new();
    for owner in owners {
        if let btree_map::Entry::Vacant(place) = locks.entry(owner.key()) {
            place.insert(account.lock(&owner)?);
        }
    }
    let mut held = account.inventory.held()?;
    // A pair that an interrupted command had stored, and metadata does not know yet.
    for of in unfinished(account) {
        let made = of.work.made.into_iter();
        held.extend(made.map(|(id, made)| Ok((id, made.keeping.store))));
    }
    account.journal.forget()?;
    account.inventory.forget()?;
    for pair in held {
        match pair {
            Ok((id, kind)) => forget_secret(account, &id, kind),
            Err(error) => account.tell.warn(Secret::StayUnknown(error).into()),
        }
    }
    Ok(())
}

fn unfinished(account: &Account) -> Vec<Unfinished> {
    let open = account.journal.open().unwrap_or_default().into_iter();
    open.filter_map(|(_, of)| of.ok()).collect()
}

fn forget_secret(account: &Account, id: &AccessKeyId, kind: StoreKind) {
    let gone = account
        .stores
        .open(kind)
        .and_then(|store| store.delete(&SecretName::pair(id)));
    if let Err(error) = gone {
        account.tell.warn(Secret::Stays(id.clone(), error).into());
    }
}
