//! `list --refresh`: what is known is brought in line with what the cloud shows.

use super::{
    Failure, Kind, Session,
    remark::{Drift, Remark},
    thread_pool::at_once,
};
use crate::core::{access_key::AccessKeyId, account::Owner, open_work::OpenWork};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::store::SecretName;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

/// How many RAM users the cloud is asked about at a time. RAM takes a hundred reads a second, which eight callers come to only where an
/// answer takes less than 80 ms; what it refuses then is asked again later.
const AT_ONCE: usize = 8;

/// Asks the cloud for one owner's pairs and their last use, and writes that down. The caller holds the owner's lock.
fn owner(session: &Session, owner: &Owner, remarks: &mut Vec<Remark>) -> Result<(), Failure> {
    let shown = session.cloud.pairs(owner)?;
    let mut record = session.record(owner)?;
    let before = record.clone();
    record.take_over(&shown, session.cloud.now());
    for key in &shown {
        // Not part of the self-service policy: without the permission the last use stays as it was known.
        if let (Ok(used), Some(pair)) = (
            session.cloud.last_used(owner, &key.id),
            record.pair_mut(&key.id),
        ) {
            pair.last_used_at = used.or(pair.last_used_at);
        }
    }
    reclaim(session, &session.journal.read(owner)?, &mut record);
    remarks.extend(drifts(&before, &record));
    if !record.access_keys.is_empty() || !before.access_keys.is_empty() {
        session.inventory.save(&record)?;
    }
    Ok(())
}

/// Metadata that was lost claims again what the store of this home gives back; returns those pairs. One that leaked, or a suspect, is not
/// wanted; of one that was made and not yet claimed, the secret is put into the store once more.
pub(in crate::ops) fn reclaim(
    session: &Session,
    open: &OpenWork,
    record: &mut OwnerRecord,
) -> Vec<AccessKeyId> {
    let suspects = session.journal.suspects().unwrap_or_default();
    let is_suspect = |id: &AccessKeyId| suspects.iter().any(|one| one.access_key_id == *id);
    let lost =
        |pair: &&mut PairRecord| pair.is_live() && pair.secret_store.is_none() && !pair.leaked;
    let mut made = open.made.values().map(|made| made.keeping.store);
    let kind = made.next().unwrap_or(session.store);
    let mut reclaimed = Vec::new();
    for pair in record.access_keys.iter_mut().filter(lost) {
        let id = &pair.access_key_id;
        let is_unwanted = open.made.contains_key(id) || open.leaked.contains(id) || is_suspect(id);
        let store = session.stores.open(kind);
        let found = store.and_then(|store| store.holds(&SecretName::pair(id)));
        if !is_unwanted && found.unwrap_or(false) {
            reclaimed.push(id.clone());
            pair.save_in(kind);
        }
    }
    reclaimed
}

/// One owner, in the account that is meant.
pub(crate) fn one(session: &Session, of: &Owner) -> Result<(), Failure> {
    session.check_signer(of)?;
    told(session, of)
}

fn told(session: &Session, of: &Owner) -> Result<(), Failure> {
    let mut remarks = Vec::new();
    let done = locked(session, of, &mut remarks);
    tell(session, remarks);
    done
}

fn tell(session: &Session, remarks: impl IntoIterator<Item = Remark>) {
    for remark in remarks {
        session.tell.note(remark);
    }
}

/// One owner, under its lock. A RAM user that is known here and gone from the cloud has lost its pairs; `NoSuchUser` when it was
/// never known either.
fn locked(session: &Session, of: &Owner, remarks: &mut Vec<Remark>) -> Result<(), Failure> {
    let _lock = session.lock(of)?;
    match owner(session, of, remarks) {
        Err(failure)
            if failure.kind == Kind::NoSuchUser && session.inventory.load(of)?.is_some() =>
        {
            remarks.push(Remark::UserGone(of.clone()));
            session.check_account()?;
            has_no_pairs(session, of, remarks)
        }
        done => done,
    }
}

/// Every RAM user of the account, every owner known here, and the account's own pairs where the signer may ask for them. `asks` is told
/// which of how many RAM users the cloud is asked about next.
pub(crate) fn all(session: &Session, asks: impl Fn(usize, usize) + Sync) -> Result<(), Failure> {
    session.check_account()?;
    let users = session.cloud.users()?;
    let gone = |record: &OwnerRecord| match record.owner() {
        Owner::Account => false,
        Owner::RamUser(name) => !users.iter().any(|user| user.name == name),
    };
    let known = session.inventory.all()?;
    for record in known.records.into_iter().filter(gone) {
        user_gone(session, &record)?;
    }
    let is_unreadable = |owner: &Owner| session.inventory.load(owner).is_err();
    let owners = users.iter().map(|user| Owner::RamUser(user.name.clone()));
    let owners = owners.filter(|owner| !is_unreadable(owner)).collect();
    each(session, owners, asks)?;
    let own = session.cloud.caller_identity()?.owner() == Some(Owner::Account);
    if own && !is_unreadable(&Owner::Account) {
        told(session, &Owner::Account)?;
    }
    Ok(())
}

/// Some at a time. What there is to say of them is said in their order; once one has failed, none behind it is begun.
fn each(
    session: &Session,
    owners: Vec<Owner>,
    asks: impl Fn(usize, usize) + Sync,
) -> Result<(), Failure> {
    let all = owners.len();
    let first_failed = AtomicUsize::new(all);
    let owners = owners.into_iter().enumerate().collect();
    let asked = at_once(AT_ONCE, owners, |(place, owner)| {
        let mut remarks = Vec::new();
        if place > first_failed.load(SeqCst) {
            return (remarks, Ok(()));
        }
        asks(place + 1, all);
        let done = locked(session, &owner, &mut remarks);
        if done.is_err() {
            first_failed.fetch_min(place, SeqCst);
        }
        (remarks, done)
    });
    let (remarks, done): (Vec<_>, Vec<_>) = asked.into_iter().unzip();
    tell(session, remarks.into_iter().flatten());
    done.into_iter().collect()
}

/// Asked again under the lock: the user may be younger than the list that it is missing from.
fn user_gone(session: &Session, record: &OwnerRecord) -> Result<(), Failure> {
    let of = record.owner();
    let _lock = session.lock(&of)?;
    let Owner::RamUser(name) = &of else {
        return Ok(());
    };
    if session.has_user(name)? {
        return Ok(());
    }
    user_gone_now(session, &of)
}

/// Marks the pairs of a user that is gone as deleted. The caller holds the owner's lock.
pub(super) fn user_gone_now(session: &Session, owner: &Owner) -> Result<(), Failure> {
    let mut remarks = Vec::new();
    let done = has_no_pairs(session, owner, &mut remarks);
    tell(session, remarks);
    done
}

fn has_no_pairs(
    session: &Session,
    owner: &Owner,
    remarks: &mut Vec<Remark>,
) -> Result<(), Failure> {
    let Some(before) = session.inventory.load(owner)? else {
        return Ok(());
    };
    let mut record = before.clone();
    record.take_over(&[], session.cloud.now());
    remarks.extend(drifts(&before, &record));
    Ok(session.inventory.save(&record)?)
}

fn drifts(before: &OwnerRecord, now: &OwnerRecord) -> impl Iterator<Item = Remark> {
    now.access_keys.iter().filter_map(|pair| {
        let id = &pair.access_key_id;
        let drift = drift(before.pair(id), pair)?;
        Some(Remark::Drift(id.clone(), now.owner(), drift))
    })
}

fn drift(before: Option<&PairRecord>, now: &PairRecord) -> Option<Drift> {
    let Some(before) = before else {
        return Some(Drift::New);
    };
    match (before.is_deleted(), now.is_deleted()) {
        (false, true) => Some(Drift::Gone),
        (true, false) => Some(Drift::Back),
        (false, false) if before.status != now.status => Some(Drift::Status(now.status)),
        _ => None,
    }
}
