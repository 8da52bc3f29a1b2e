//! `import`: pairs that come with their secrets. Whose each is, is asked of the cloud, with the pair itself.

use super::{Failure, Kind, Session, issue, problem, profile, record, thread_pool::at_once};
use crate::cloud::{Credentials, Error, Fault};
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::import::{FoundPair, looks_like_id};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::store::{self, SecretName};

/// What came of an import.
pub(crate) struct Imported {
    /// Pairs that akm holds now and did not hold before.
    pub(crate) new: usize,
    /// Pairs that it held already, with the same secret.
    pub(crate) held: usize,
}

/// A pair and whose it is.
struct Known {
    pair: FoundPair,
    owner: Owner,
}

/// Checks every pair, and the record of every owner, before the first secret is stored. Errors name the places: `NoSuchPair` for a pair that the cloud does not know,
/// `OtherAccount`, `BadCredentials` for a wrong secret, `Refused` for an owner column that says otherwise or an Inactive pair.
/// Interrupted while it stores, it is finished by the same import.
pub(crate) fn import(session: &Session, pairs: Vec<FoundPair>) -> Result<Imported, Failure> {
    session.check_account()?;
    let owners = by_owner(check(session, pairs)?);
    for (owner, _) in &owners {
        ready(session, owner)?;
    }
    let stored = at_once(AT_ONCE, owners, |(owner, pairs)| {
        let (new, done) = store(session, &owner, &pairs);
        ((owner, new), done)
    });
    let (new, stored): (Vec<_>, Vec<_>) = stored.into_iter().unzip();
    // At once: each write of the record waits for the disk, and for the others.
    record::imported(session, &new);
    let mut imported = Imported { new: 0, held: 0 };
    for done in stored {
        let done = done?;
        imported.new += done.new;
        imported.held += done.held;
    }
    Ok(imported)
}

fn check(session: &Session, pairs: Vec<FoundPair>) -> Result<Vec<Known>, Failure> {
    let (mut known, mut wrong) = (Vec::with_capacity(pairs.len()), Vec::new());
    let asked = |pair: FoundPair| (pair.places.clone(), whose(session, pair));
    for (places, answer) in at_once(AT_ONCE, pairs, asked) {
        match answer {
            Ok(pair) => known.push(pair),
            Err(failure) if matches!(failure.kind, Kind::Unavailable | Kind::StoreFailed) => {
                return Err(failure);
            }
            Err(failure) => wrong.push((places, failure)),
        }
    }
    if wrong.is_empty() {
        Ok(known)
    } else {
        Err(problem::Import::Refused(wrong).into())
    }
}

/// Calls wait for the cloud and for the disk, which serve several at once better than one after the other.
const AT_ONCE: usize = 8;

fn whose(session: &Session, pair: FoundPair) -> Result<Known, Failure> {
    let id = pair.id.to_string();
    let secret = crate::core::secret::Secret::from_bytes(pair.secret.expose().as_bytes())?;
    let client = session.cloud.signing_as(Credentials {
        id,
        secret,
        token: None,
    });
    let caller = client
        .caller_identity()
        .map_err(|error| not_taken(&pair, error))?;
    if caller.account_id != session.id {
        return Err(problem::Import::OfAccount(pair.id, caller.account_id).into());
    }
    let owner = caller.owner();
    let owner = owner.ok_or_else(|| problem::Import::OfNoUser(pair.id.clone()))?;
    match &pair.owner {
        Some(said) if *said != owner => Err(problem::Import::OfOtherOwner(pair.id, owner).into()),
        _ => Ok(Known { pair, owner }),
    }
}

fn not_taken(pair: &FoundPair, error: Error) -> Failure {
    let id = pair.id.clone();
    let problem = match error.fault {
        Fault::UnknownSigner => problem::Import::Unknown(looks_like_id(id.as_str()).then_some(id)),
        Fault::BadSignature => problem::Import::WrongSecret(id),
        Fault::DisabledSigner => problem::Import::Inactive(id),
        _ => return error.into(),
    };
    problem.into()
}

fn by_owner(known: Vec<Known>) -> Vec<(Owner, Vec<FoundPair>)> {
    let mut owners: std::collections::BTreeMap<String, (Owner, Vec<FoundPair>)> =
        std::collections::BTreeMap::new();
    for Known { pair, owner } in known {
        owners
            .entry(owner.key())
            .or_insert_with(|| (owner, Vec::new()))
            .1
            .push(pair);
    }
    owners.into_values().collect()
}

/// What stands against storing an owner's pairs here is found before any owner's is stored.
fn ready(session: &Session, owner: &Owner) -> Result<(), Failure> {
    let _lock = session.lock(owner)?;
    session.record(owner)?;
    Ok(session.inventory.check_writable(owner)?)
}

/// Secrets first, then the metadata that claims them: for what was stored before a pair that fails, too. Gives back what was stored,
/// however it ended.
fn store(
    session: &Session,
    owner: &Owner,
    pairs: &[FoundPair],
) -> (Vec<AccessKeyId>, Result<Imported, Failure>) {
    let mut new = Vec::new();
    let done = store_into(session, owner, pairs, &mut new);
    (new, done)
}

fn store_into(
    session: &Session,
    owner: &Owner,
    pairs: &[FoundPair],
    new: &mut Vec<AccessKeyId>,
) -> Result<Imported, Failure> {
    let _lock = session.lock(owner)?;
    let mut record = session.record(owner)?;
    let before = record.clone();
    record.take_over(&session.cloud.pairs(owner)?, session.cloud.now());
    let held = take(session, &mut record, pairs, new);
    let saved = if record.access_keys == before.access_keys {
        Ok(())
    } else {
        session.inventory.save(&record)
    };
    let (held, new) = (held?, new.len());
    Ok(saved.map(|()| Imported { new, held })?)
}

/// Adds what was stored to `new`, before a pair that fails too; gives back how many were held already.
fn take(
    session: &Session,
    record: &mut OwnerRecord,
    pairs: &[FoundPair],
    new: &mut Vec<AccessKeyId>,
) -> Result<usize, Failure> {
    let mut held = 0;
    for found in pairs {
        let Some(pair) = record.pair_mut(&found.id) else {
            return Err(super::session::no_such_pair(&found.id));
        };
        let name = SecretName::pair(&found.id);
        if holds(session, pair, found)? {
            held += 1;
            continue;
        }
        let kind = pair.secret_store.unwrap_or(session.store);
        issue::store_new(&*session.stores, kind, &name, &found.secret)?;
        pair.save_in(kind);
        pair.imported = true;
        session.journal.dismiss(&found.id)?;
        new.push(found.id.clone());
    }
    Ok(held)
}

/// Whether the secret is held already. A damaged one counts as not held: the one that was found takes its place.
fn holds(session: &Session, pair: &PairRecord, found: &FoundPair) -> Result<bool, Failure> {
    let Some(kind) = pair.secret_store else {
        return Ok(false);
    };
    let name = SecretName::pair(&found.id);
    match session.stores.open(kind)?.get(&name) {
        Ok(Some(held)) if !held.same_as(&found.secret) => {
            profile::not_the_held_one(&session.cloud, &found.id, held).map(|()| false)
        }
        Ok(held) => Ok(held.is_some()),
        Err(store::Error::Unreadable(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
