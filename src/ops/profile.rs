//! A profile is added: whose the signer is, is asked of the cloud; its secret goes into the store before anything names it.

use super::{Account, Failure, Kind, session};
use crate::cloud::{Caller, Client, Fault};
use crate::core::access_key::AccessKeyId;
use crate::core::secret::Secret;
use crate::metadata::{config::Config, inventory::Way};
use crate::store::{SecretName, StoreKind};

/// Whose account it is, and the domain of its RAM users' logon names where the signer may know that.
pub(crate) struct Known {
    pub(crate) caller: Caller,
    pub(crate) default_domain: Option<String>,
}

/// Asks the cloud, signing as the profile will. Changes nothing.
pub(crate) fn know(client: &Client) -> Result<Known, Failure> {
    let caller = client.caller_identity()?;
    let default_domain = match client.default_domain() {
        Ok(domain) => Some(domain),
        Err(error) if error.fault == Fault::Denied => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Known {
        caller,
        default_domain,
    })
}

/// Puts the signer's secret into the store, read back and compared.
pub(crate) fn hold(
    account: &Account,
    kind: StoreKind,
    id: &AccessKeyId,
    secret: &Secret,
) -> Result<(), Failure> {
    let (store, name) = (account.stores.open(kind)?, SecretName::pair(id));
    store.put(&name, secret)?;
    match store.get(&name)? {
        Some(read) if read.same_as(secret) => Ok(()),
        _ => Err(Failure::new(
            Kind::StoreFailed,
            "the secret store gave back something else than was stored",
        )),
    }
}

/// Counts the signer among its owner's pairs, as one that is in use elsewhere too: it came from there. False where the signer may not
/// list them, or is a stranger in the account.
pub(crate) fn adopt(
    account: &Account,
    client: &Client,
    id: &AccessKeyId,
    kind: StoreKind,
) -> Result<bool, Failure> {
    let caller = client.caller_identity()?;
    let Some(owner) = &caller.owner().filter(|_| caller.account_id == account.id) else {
        return Ok(false);
    };
    let _lock = account.lock(owner)?;
    let shown = match client.pairs(owner) {
        Err(error) if error.fault == Fault::Denied => return Ok(false),
        shown => shown?,
    };
    let mut record = account.record(owner)?;
    record.take_over(&shown, client.now());
    let Some(pair) = record.pair_mut(id) else {
        return Ok(false);
    };
    pair.secret_store = Some(kind);
    pair.mark_left(Way::Import);
    account.inventory.save(&record)?;
    Ok(true)
}

/// Lets every profile that signs with a pair sign with another one from now on, whose secret that store holds. Durable on return.
pub(super) fn switch(
    account: &Account,
    from: &AccessKeyId,
    to: &AccessKeyId,
    kind: StoreKind,
) -> Result<(), Failure> {
    let _lock = session::lock(&account.home, "home", &*account.clock, &*account.tell)?;
    let mut config = Config::load(&account.home)?;
    let profiles = config.profiles.iter_mut();
    let signing: Vec<_> = profiles
        .filter(|(_, profile)| profile.access_key_id == *from)
        .collect();
    let mut names = Vec::new();
    for (name, profile) in signing {
        (profile.access_key_id, profile.secret_store) = (to.clone(), kind);
        names.push(format!("`{name}`"));
    }
    config.save(&account.home)?;
    account.tell.note(&format!(
        "the profile {} signs with `{to}` from now on",
        names.join(", ")
    ));
    Ok(())
}

/// Takes the signer's secret out of the store, and says so of its pair. Nothing happens where it is not there.
pub(crate) fn drop_secret(
    account: &Account,
    id: &AccessKeyId,
    kind: StoreKind,
) -> Result<(), Failure> {
    if let Some(owner) = account.inventory.owner_of(id)?.map(|record| record.owner()) {
        let _lock = account.lock(&owner)?;
        let mut record = account.record(&owner)?;
        if let Some(pair) = record.pair_mut(id) {
            pair.secret_store = None;
            account.inventory.save(&record)?;
        }
    }
    account.stores.open(kind)?.delete(&SecretName::pair(id))?;
    Ok(())
}
