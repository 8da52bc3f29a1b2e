//! A profile is added: whose the signer is, is asked of the cloud; its secret goes into the store before anything names it.

use super::{Account, Failure, Session, advice::Advice, issue, problem, record, remark, session};
use crate::cloud::{Caller, Client, Credentials, Fault};
use crate::core::access_key::AccessKeyId;
use crate::core::account::Owner;
use crate::core::name::{ProfileName, UserName};
use crate::core::proxy::Login;
use crate::core::secret::Secret;
use crate::metadata::{config::Config, inventory::PairRecord, log::Action, profile::Profile};
use crate::store::{SecretName, StoreKind};

/// Whose account it is, and the domain of its RAM users' logon names where the signer may know that.
pub(crate) struct Known {
    pub(crate) caller: Caller,
    pub(crate) default_domain: Option<String>,
}

/// Asks the cloud, signing as the profile will. Changes nothing. `BadCredentials` where the secret is not that pair's.
pub(crate) fn know(client: &Client, id: &AccessKeyId) -> Result<Known, Failure> {
    let caller = client.caller_identity().map_err(|error| {
        let given = error.fault == Fault::BadSignature;
        let failure = Failure::from(error);
        if given {
            return failure.advise([Advice::GiveSecretOf(id.clone())]);
        }
        failure
    })?;
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

/// Puts the signer's secret into the store, read back and compared. `Exists` where the store holds another secret of that pair, and the
/// cloud takes that one too: a cloud that takes both is none.
pub(crate) fn hold(
    account: &Account,
    client: &Client,
    kind: StoreKind,
    id: &AccessKeyId,
    secret: &Secret,
) -> Result<(), Failure> {
    let (stores, name) = (&*account.stores, SecretName::pair(id));
    let held = stores.open(kind).and_then(|store| store.get(&name));
    if let Ok(Some(held)) = held
        && !held.same_as(secret)
    {
        not_the_held_one(client, id, held)?;
    }
    issue::store_new(stores, kind, &name, secret)
}

/// Puts the user and the password of the profile's proxy into the store, read back and compared.
pub(crate) fn hold_login(account: &Account, kind: StoreKind, login: &Login) -> Result<(), Failure> {
    let name = SecretName::proxy_login(&account.profile);
    issue::store_new(&*account.stores, kind, &name, login.as_secret())
}

/// Takes them out of the store, once no profile names them.
pub(crate) fn drop_login(account: &Account, kind: StoreKind) -> Result<(), Failure> {
    let store = account.stores.open(kind)?;
    store.delete(&SecretName::proxy_login(&account.profile))?;
    Ok(())
}

/// The held secret of a pair gives way to another one only where the cloud refuses it.
pub(super) fn not_the_held_one(
    client: &Client,
    id: &AccessKeyId,
    held: Secret,
) -> Result<(), Failure> {
    let credentials = Credentials {
        id: id.to_string(),
        secret: held,
        token: None,
    };
    match client.signing_as(credentials).caller_identity() {
        Err(error) if error.fault == Fault::BadSignature => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => Err(problem::Secret::AnotherWorks(id.clone()).into()),
    }
}

/// Whether akm signs with a pair, by this profile or another one.
pub(crate) fn signs(session: &Session, id: &AccessKeyId) -> Result<bool, Failure> {
    Ok(session.cloud.signer() == id.as_str() || signing_with(session, id)?.is_some())
}

/// The profiles that sign with a pair of the owner, and that pair. A signer that may not list itself is told by the profile's identity.
pub(crate) fn signers_of(
    account: &Account,
    owner: &Owner,
) -> Result<Vec<(ProfileName, AccessKeyId)>, Failure> {
    let record = account.inventory.load(owner)?;
    let belongs = |profile: &Profile| {
        let id = &profile.access_key_id;
        let known = record.as_ref().and_then(|record| record.pair(id));
        known.is_some()
            || profile.account_id == account.id && owner_of(profile).as_ref() == Some(owner)
    };
    let profiles = Config::load(&account.home)?.profiles.into_iter();
    let signing = profiles.filter(|(_, profile)| belongs(profile));
    Ok(signing
        .map(|(name, profile)| (name, profile.access_key_id))
        .collect())
}

/// Whose the pair is that a profile signs with, as far as its identity says: in a role that is the role.
pub(crate) fn owner_of(profile: &Profile) -> Option<Owner> {
    profile.role.is_none().then(|| of_identity(profile))
}

/// A profile that signs with a pair, if one does.
pub(super) fn signing_with(
    account: &Account,
    id: &AccessKeyId,
) -> Result<Option<ProfileName>, Failure> {
    let config = Config::load(&account.home)?;
    let mut profiles = config.profiles.into_iter();
    let found = profiles.find(|(_, profile)| profile.access_key_id == *id);
    Ok(found.map(|(name, _)| name))
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
    let known = account.record(owner)?;
    let shown = match client.pairs(owner) {
        Err(error) if error.fault == Fault::Denied => {
            return Ok(known.pair(id).is_some_and(PairRecord::is_held));
        }
        shown => shown?,
    };
    let mut record = account.record(owner)?;
    record.take_over(&shown, client.now());
    let Some(pair) = record.pair_mut(id) else {
        return Ok(false);
    };
    pair.save_in(kind);
    pair.imported = true;
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
        profile.moved_from = None;
        names.push(name.clone());
    }
    config.save(&account.home)?;
    let switched = remark::Rotation::Switched(names, to.clone());
    account.tell.note(switched.into());
    Ok(())
}

/// Writes down that a profile of the account was added or removed, by the owner of the pair that it signs with.
pub(crate) fn written_down(account: &Account, action: Action, profile: &Profile) {
    let id = &profile.access_key_id;
    let known = account.inventory.owner_of(id).ok().flatten();
    let owner = known.map_or_else(|| of_identity(profile), |record| record.owner());
    record::here(account, action, &owner, id);
}

/// The account, where a role signs and the pair that opens its sessions is a stranger.
fn of_identity(profile: &Profile) -> Owner {
    let name = profile.identity.rsplit_once(":user/").map(|(_, name)| name);
    let name = name.and_then(|name| UserName::parse(name).ok());
    name.map_or(Owner::Account, Owner::RamUser)
}
