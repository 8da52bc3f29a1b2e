//! `disable`, `enable`, `delete`: a pair whose id was typed.

use super::{Failure, Kind, Session, recover, session::no_such_pair};
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    policy,
    rotation::Reached,
    time::Timestamp,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    journal::Entry,
};
use crate::store::{SecretName, StoreKind};

/// A pair as its owner's list shows it, with the owner's lock held.
struct Found {
    owner: Owner,
    shown: Vec<AccessKey>,
    key: AccessKey,
    _lock: Box<dyn std::any::Any + Send>,
}

/// The pairs of a pair's owner, with the owner's lock held; the pair itself may be gone.
struct Listed {
    owner: Owner,
    shown: Vec<AccessKey>,
    lock: Box<dyn std::any::Any + Send>,
}

impl Listed {
    fn key(&self, id: &AccessKeyId) -> Option<&AccessKey> {
        self.shown.iter().find(|key| key.id == *id)
    }
}

fn list(session: &Session, id: &AccessKeyId) -> Result<Listed, Failure> {
    let owner = session.owner_of(id)?;
    let lock = session.lock(&owner)?;
    // A file that cannot be read stops us before the cloud is asked to change anything.
    session.record(&owner)?;
    session.inventory.check_writable(&owner)?;
    session.check_account()?;
    let shown = session.cloud.pairs(&owner)?;
    Ok(Listed { owner, shown, lock })
}

fn find(session: &Session, id: &AccessKeyId) -> Result<Found, Failure> {
    let listed = list(session, id)?;
    let key = listed.key(id).cloned().ok_or_else(|| no_such_pair(id))?;
    Ok(Found {
        owner: listed.owner,
        shown: listed.shown,
        key,
        _lock: listed.lock,
    })
}

/// Makes a pair Inactive. `LastActivePair` when it is the owner's only Active one and `force` is not given;
/// `SigningPair` when akm signs with it.
pub(crate) fn disable(
    session: &Session,
    id: &AccessKeyId,
    force: bool,
) -> Result<PairRecord, Failure> {
    let found = find(session, id)?;
    not_the_signer(session, id)?;
    let others = found
        .shown
        .iter()
        .any(|key| key.status == Status::Active && key.id != *id);
    if found.key.status == Status::Active && !others && !force {
        let message = format!("`{id}` is the last Active pair of {}", found.owner);
        return Err(Failure::new(Kind::LastActivePair, message)
            .hint(format!("`akm disable {id} --force` does it all the same")));
    }
    set(session, &found, Status::Inactive)
}

/// Makes a pair Active.
pub(crate) fn enable(session: &Session, id: &AccessKeyId) -> Result<PairRecord, Failure> {
    let found = find(session, id)?;
    // First: cut short in between, a recovery would disable the pair again.
    undo_rotation(session, &found.owner, id)?;
    set(session, &found, Status::Active)
}

/// Enabling the pair that a rotation has retired ends that rotation: it would only be disabled again.
fn undo_rotation(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<(), Failure> {
    let retired = |entry: &Entry| {
        let old = entry
            .intent
            .rotation
            .as_ref()
            .is_some_and(|rotation| rotation.old == *id);
        old && entry.when(Reached::OldDisabled).is_some()
    };
    let open = session.journal.read(owner)?;
    if let Some(mut entry) = open.filter(retired) {
        super::issue::held_or_restored(session, &mut entry)?;
        recover::close_when_proven(session, &entry)?;
        session.tell.note(&format!(
            "the rotation that retired `{id}` is over; both pairs are left as they are"
        ));
    }
    Ok(())
}

fn set(session: &Session, found: &Found, status: Status) -> Result<PairRecord, Failure> {
    let id = &found.key.id;
    if found.key.status != status {
        session.cloud.set_status(&found.owner, id, status)?;
    }
    let now = session.cloud.now();
    let record = taken_over(
        session,
        &found.owner,
        &found.shown,
        |pair| {
            pair.status = status;
            if status == Status::Active {
                (pair.disable_after, pair.delete_after) = (None, None);
            }
            pair.retired_at = if status == Status::Inactive {
                pair.retired_at.or(Some(now))
            } else {
                None
            };
        },
        id,
    );
    let record =
        record.map_err(|failure| not_written_down(failure, id, &format!("is {status}")))?;
    record.pair(id).cloned().ok_or_else(|| no_such_pair(id))
}

/// The cloud has changed, and this machine's file has not.
fn not_written_down(failure: Failure, id: &AccessKeyId, what: &str) -> Failure {
    failure
        .half_done(format!(
            "`{id}` {what} in the cloud, and that could not be written down"
        ))
        .hint("`akm list --refresh` writes it down")
}

fn taken_over(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    change: impl Fn(&mut PairRecord),
    id: &AccessKeyId,
) -> Result<OwnerRecord, Failure> {
    let mut record = session.record(owner)?;
    record.take_over(shown, session.cloud.now());
    if let Some(pair) = record.pair_mut(id) {
        change(pair);
    }
    session.inventory.save(&record)?;
    Ok(record)
}

/// What the person allowed besides.
#[derive(Clone, Copy)]
pub(crate) struct Allowed {
    /// An Active pair may be deleted.
    pub(crate) active: bool,
    /// The pair is taken out of the recycle bin too, and its secret forgotten.
    pub(crate) purge: bool,
}

/// Until when the cloud keeps a deleted pair.
pub(crate) struct Deleted {
    pub(crate) owner: Owner,
    pub(crate) restorable_until: Option<Timestamp>,
}

/// What `delete` is about to do, for the question: the owner, and the rules that speak against it. Changes nothing.
pub(crate) fn about_to_delete(
    session: &Session,
    id: &AccessKeyId,
    allowed: Allowed,
) -> Result<Owner, Failure> {
    let listed = list(session, id)?;
    may_delete(session, &listed, id, allowed)?;
    Ok(listed.owner)
}

/// Whether the pair is still Active. `NoSuchPair` when its deletion is done and written down, unless it is to be purged.
fn may_delete(
    session: &Session,
    listed: &Listed,
    id: &AccessKeyId,
    allowed: Allowed,
) -> Result<bool, Failure> {
    not_the_signer(session, id)?;
    let record = session.record(&listed.owner)?;
    let deleted = record.pair(id).is_some_and(PairRecord::is_deleted);
    if listed.key(id).is_none() && deleted && !allowed.purge {
        return Err(no_such_pair(id));
    }
    let active = listed
        .key(id)
        .is_some_and(|key| key.status == Status::Active);
    if active && !allowed.active {
        return Err(Failure::new(
            Kind::ActivePair,
            format!("`{id}` of {} is Active", listed.owner),
        )
        .hint(format!(
            "`akm disable {id}` first and see that nothing breaks, or `akm delete {id} --force`"
        )));
    }
    Ok(active)
}

/// Disables the pair, deletes it, and sees that it is gone. Its secret stays until the recycle bin lets go of the pair, or goes at
/// once with `purge`. A pair that is gone from the cloud and not from metadata is no error: an earlier deletion was cut short.
pub(crate) fn delete(
    session: &Session,
    id: &AccessKeyId,
    allowed: Allowed,
) -> Result<Deleted, Failure> {
    let found = list(session, id)?;
    let active = may_delete(session, &found, id, allowed)?;
    let user_id = user_id(session, &found.owner)?;
    if active {
        session
            .cloud
            .set_status(&found.owner, id, Status::Inactive)?;
    }
    let restorable_until = finish_deletion(session, &found.owner, id, allowed, &user_id);
    let restorable_until = restorable_until.map_err(|failure| match failure.kind {
        Kind::HalfDone => failure,
        _ => failure
            .half_done(format!(
                "the deletion of `{id}` was begun and did not come to its end"
            ))
            .hint("the same command again finishes it"),
    })?;
    Ok(Deleted {
        owner: found.owner,
        restorable_until,
    })
}

/// From the disabled pair on; each step can be done again.
fn finish_deletion(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
    allowed: Allowed,
    user_id: &str,
) -> Result<Option<Timestamp>, Failure> {
    gone(session.cloud.delete_pair(owner, id))?;
    let shown = session.cloud.pairs(owner)?;
    if shown.iter().any(|key| key.id == *id) {
        return Err(Failure::new(
            Kind::HalfDone,
            format!("the cloud took the deletion of `{id}` and still lists it"),
        )
        .hint("look again in a minute: `akm list --refresh`"));
    }
    taken_over(session, owner, &shown, |_| (), id)?;
    session.journal.resolve(id)?;
    if allowed.purge {
        return purge(session, owner, id, user_id);
    }
    Ok(kept_until(session, id))
}

/// Brings a deleted pair back from the recycle bin; the cloud returns it Active, and it is disabled at once unless `active`.
/// `NoSuchPair` when the recycle bin does not have it, `TwoPairs` when its owner has two others, `Exists` when it is not deleted.
pub(crate) fn restore(
    session: &Session,
    id: &AccessKeyId,
    active: bool,
) -> Result<PairRecord, Failure> {
    session.check_account()?;
    let recycled = session
        .cloud
        .recycled_pair(id)
        .map_err(|error| not_recycled(session, id, error))?;
    let user_id = recycled.user_id.unwrap_or_else(|| session.id.to_string());
    let owner = if user_id == session.id.as_str() {
        Owner::Account
    } else {
        Owner::RamUser(session.cloud.user_by_id(&user_id)?.name)
    };
    let lock = session.lock(&owner)?;
    session.record(&owner)?;
    session.inventory.check_writable(&owner)?;
    let shown = session.cloud.pairs(&owner)?;
    if shown.len() >= policy::PAIRS_PER_OWNER {
        return Err(super::create::two_pairs(session, &owner, &shown));
    }
    session.cloud.restore(id, &user_id)?;
    let shown = session.cloud.pairs(&owner)?;
    let Some(key) = shown.iter().find(|key| key.id == *id).cloned() else {
        return Err(Failure::new(
            Kind::HalfDone,
            format!("the cloud took the restoring of `{id}` and does not list it yet"),
        )
        .hint("look again in a minute: `akm list --refresh`"));
    };
    let found = Found {
        owner,
        shown,
        key,
        _lock: lock,
    };
    set(
        session,
        &found,
        if active {
            Status::Active
        } else {
            Status::Inactive
        },
    )
    .map_err(|failure| match failure.kind {
        Kind::HalfDone => failure,
        _ => not_written_down(failure, id, "is back, and still Active,"),
    })
}

fn not_recycled(session: &Session, id: &AccessKeyId, error: crate::cloud::Error) -> Failure {
    if error.fault != Fault::NoSuchPair {
        return error.into();
    }
    match find(session, id) {
        Ok(found) => Failure::new(
            Kind::Exists,
            format!("`{id}` of {} is not deleted", found.owner),
        )
        .hint(format!(
            "it is {}; `akm enable {id}` makes it Active",
            found.key.status
        )),
        Err(_) => Failure::new(
            Kind::NoSuchPair,
            format!("the cloud's recycle bin has no AccessKey pair `{id}`"),
        )
        .because(error)
        .hint("it keeps a deleted pair for 30 days, and three of one user"),
    }
}

fn kept_until(session: &Session, id: &AccessKeyId) -> Option<Timestamp> {
    session.cloud.recycled_pair(id).ok()?.until
}

fn user_id(session: &Session, owner: &Owner) -> Result<String, Failure> {
    match owner {
        Owner::RamUser(name) => Ok(session.cloud.user(name)?.user_id),
        Owner::Account => Ok(session.id.to_string()),
    }
}

fn purge(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
    user_id: &str,
) -> Result<Option<Timestamp>, Failure> {
    gone(session.cloud.purge(id, user_id))?;
    forget(session, owner, id)?;
    Ok(None)
}

/// Drops the secret of a pair that the cloud has forgotten, and then what was known of the pair. Metadata ends its claim before
/// the secret goes, and its row after: cut short, it neither claims what is gone nor forgets what is left to do.
pub(super) fn forget(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<(), Failure> {
    close_create_of(session, owner, id)?;
    let mut record = session.record(owner)?;
    let claimed = record
        .pair_mut(id)
        .and_then(|pair| pair.secret_store.take());
    if claimed.is_some() {
        session.inventory.save(&record)?;
    }
    forget_secret(session, id, claimed)?;
    record.access_keys.retain(|pair| pair.access_key_id != *id);
    Ok(session.inventory.save(&record)?)
}

/// From the store that metadata named; where an earlier command was cut short after that was taken back, from every store that was
/// ever used here.
fn forget_secret(
    session: &Session,
    id: &AccessKeyId,
    claimed: Option<StoreKind>,
) -> Result<(), Failure> {
    let kinds = claimed.map_or(vec![StoreKind::Keyring, StoreKind::Age], |kind| vec![kind]);
    for kind in kinds {
        match session.stores.open(kind) {
            Err(crate::store::Error::Absent(_)) if claimed.is_none() => (),
            store => drop(store?.delete(&SecretName::pair(id))?),
        }
    }
    Ok(())
}

/// A create that waits for its confirmation keeps a sealed copy of the secret, and would put it back.
fn close_create_of(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<(), Failure> {
    let open = session.journal.read(owner)?;
    let of_this_pair = |entry: &Entry| {
        let made = entry.got.as_ref().map(|got| &got.access_key_id);
        entry.intent.rotation.is_none() && made == Some(id)
    };
    if open.as_ref().is_some_and(of_this_pair) {
        session.journal.close(owner)?;
    }
    Ok(())
}

/// Drops the secrets of pairs that the recycle bin has let go of: deleted long ago, not in `shown`, which is what the cloud lists now,
/// and not in the bin. The caller holds the owner's lock.
pub(super) fn forget_expired(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
) -> Result<(), Failure> {
    let Some(mut record) = session.inventory.load(owner)? else {
        return Ok(());
    };
    let (before, now) = (record.clone(), session.cloud.now());
    record.take_over(shown, now);
    if record.access_keys != before.access_keys {
        session.inventory.save(&record)?;
    }
    let expired = |pair: &&PairRecord| {
        pair.deleted_at
            .is_some_and(|at| now >= at + recover::recycle_span().delta())
    };
    let ids = record
        .access_keys
        .iter()
        .filter(expired)
        .map(|pair| &pair.access_key_id);
    for id in ids {
        let answer = session.cloud.recycled_pair(id);
        if answer.is_err_and(|error| error.fault == Fault::NoSuchPair) {
            forget(session, owner, id)?;
        }
    }
    Ok(())
}

/// Not found is success here: this run has asked for the account and seen the owner's list.
pub(super) fn gone(answer: Result<(), crate::cloud::Error>) -> Result<(), Failure> {
    match answer {
        Err(error) if error.fault == Fault::NoSuchPair => Ok(()),
        other => Ok(other?),
    }
}

fn not_the_signer(session: &Session, id: &AccessKeyId) -> Result<(), Failure> {
    if session.cloud.signer() != id.as_str() {
        return Ok(());
    }
    Err(
        Failure::new(Kind::SigningPair, format!("akm signs with `{id}` itself"))
            .hint("`akm rotate --self` replaces it; another identity may retire it"),
    )
}
