//! A profile's secret is dropped with it: first nothing claims it any more, then each store that may have it forgets it.

use super::{Account, Failure, problem, session};
use crate::core::access_key::AccessKeyId;
use crate::core::account::{AccountId, Owner};
use crate::core::open_work::OpenWork;
use crate::metadata::{inventory::Inventory, journal::Journal, profile::Profile};
use crate::store::{SecretName, StoreKind};
use std::any::Any;

/// A secret that may be dropped: while this is there, nobody rotates its pair, in whatever account that is known.
pub(crate) struct Droppable {
    id: AccessKeyId,
    /// Every store that may have it: where a move is unfinished, two have.
    stores: Vec<StoreKind>,
    known: Vec<Row>,
}

/// The pair in one account, its owner locked.
struct Row {
    inventory: Inventory,
    owner: Owner,
    stores: [Option<StoreKind>; 2],
    _lock: Box<dyn Any + Send>,
}

/// Whether the signer's secret may go. Changes nothing. `Refused` while a journal holds it, sealed. Its owners' locks are taken here,
/// and the configuration's only after them, as a rotation does.
pub(crate) fn droppable(account: &Account, profile: &Profile) -> Result<Droppable, Failure> {
    let id = &profile.access_key_id;
    let mut known = Vec::new();
    for of in Inventory::accounts(&account.home)? {
        known.extend(lock_known(account, of, id)?);
    }
    let named = known.iter().flat_map(|row| row.stores).flatten();
    let mut stores = vec![profile.secret_store];
    stores.extend(profile.moved_from.into_iter().chain(named));
    // A store that cannot be opened is found out before anything is given up.
    for kind in &stores {
        account.stores.open(*kind)?.get(&SecretName::pair(id))?;
    }
    Ok(Droppable {
        id: id.clone(),
        stores,
        known,
    })
}

/// First nothing claims the secret any more, then it goes: cut short in between, the same command goes on.
pub(crate) fn drop_secret(account: &Account, dropped: &Droppable) -> Result<(), Failure> {
    for row in &dropped.known {
        disclaim(row, &dropped.id)?;
    }
    for kind in &dropped.stores {
        let store = account.stores.open(*kind)?;
        store.delete(&SecretName::pair(&dropped.id))?;
    }
    Ok(())
}

/// What is unfinished holds the secret, sealed.
fn still_needed(account: &Account, owner: Owner, open: &OpenWork, id: &AccessKeyId) -> Failure {
    let due = open.replacement.as_ref().and_then(|it| {
        let (disable, delete) = it.due();
        delete.or(disable)
    });
    let (id, profile) = (id.clone(), account.profile.clone());
    Failure::of(problem::Secret::StillNeeded {
        id,
        owner,
        profile,
        due,
    })
}

/// The pair's row in that account, if it has one.
fn lock_known(
    account: &Account,
    known: AccountId,
    id: &AccessKeyId,
) -> Result<Option<Row>, Failure> {
    let inventory = Inventory::new(account.home.clone(), known.clone());
    let Some(owner) = inventory.owner_of(id)?.map(|record| record.owner()) else {
        return Ok(None);
    };
    let name = format!("{known}/{}", owner.key());
    let lock = session::lock(&account.home, &name, &*account.clock, &*account.tell)?;
    let open = Journal::new(account.home.clone(), known).read(&owner)?;
    if open.made.contains_key(id) {
        return Err(still_needed(account, owner, &open, id));
    }
    let record = inventory.load(&owner)?;
    let pair = record.as_ref().and_then(|record| record.pair(id));
    Ok(Some(Row {
        stores: pair.map_or([None, None], |pair| [pair.secret_store, pair.moved_from]),
        inventory,
        owner,
        _lock: lock,
    }))
}

fn disclaim(row: &Row, id: &AccessKeyId) -> Result<(), Failure> {
    let Some(mut record) = row.inventory.load(&row.owner)? else {
        return Ok(());
    };
    if let Some(pair) = record.pair_mut(id) {
        (pair.secret_store, pair.moved_from) = (None, None);
        row.inventory.save(&record)?;
    }
    Ok(())
}
