//! `disable`, `enable`, `delete`: a pair whose id was typed.

mod delete;
mod forget;
mod status;

pub(in crate::ops) use delete::delete_inactive;
pub(crate) use delete::{Allowed, about_to_delete, delete};
pub(in crate::ops) use forget::{drop_secret, expired, forget_expired};
pub(in crate::ops) use status::disabling;
pub(crate) use status::{disable, enable};

use super::{Failure, Kind, Session, profile, record, restore, session::no_such_pair};
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    time::Timestamp,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    log::Action,
};

/// A pair as its owner's list shows it, with the owner's lock held.
pub(super) struct Found {
    pub(super) owner: Owner,
    shown: Vec<AccessKey>,
    pub(super) key: AccessKey,
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
    session.check_signer(&owner)?;
    restore::finish(session, &owner)?;
    let shown = session.cloud.pairs(&owner)?;
    Ok(Listed { owner, shown, lock })
}

pub(super) fn find(session: &Session, id: &AccessKeyId) -> Result<Found, Failure> {
    let listed = list(session, id)?;
    let key = listed.key(id).cloned().ok_or_else(|| no_such_pair(id))?;
    Ok(Found {
        owner: listed.owner,
        shown: listed.shown,
        key,
        _lock: listed.lock,
    })
}

/// Asks for that status whatever the cloud lists, which is `shown`: that may lag. The caller holds the owner's lock. A pair made Active
/// stays so until `due`, if a rotation is to disable it.
pub(super) fn set(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    key: &AccessKey,
    status: Status,
    due: Option<Timestamp>,
) -> Result<PairRecord, Failure> {
    let id = &key.id;
    set_status(session, owner, id, status)?;
    written(session, owner, shown, id, status, due)
}

/// The same, where the pair has that status.
pub(super) fn written(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    id: &AccessKeyId,
    status: Status,
    due: Option<Timestamp>,
) -> Result<PairRecord, Failure> {
    let now = session.cloud.now();
    let record = taken_over(
        session,
        owner,
        shown,
        |pair| {
            pair.status = status;
            if status == Status::Active {
                (pair.disable_after, pair.delete_after) = (due, None);
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

fn set_status(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
    status: Status,
) -> Result<(), Failure> {
    let action = match status {
        Status::Active => Action::Enable,
        Status::Inactive => Action::Disable,
    };
    let answer = session.cloud.set_status(owner, id, status);
    Ok(record::change(session, action, owner, Some(id), answer)?)
}

/// The cloud has changed, and this machine's file has not.
pub(super) fn not_written_down(failure: Failure, id: &AccessKeyId, what: &str) -> Failure {
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

/// Not found is success here: this run has asked for the account and seen the owner's list.
pub(super) fn gone(answer: Result<(), crate::cloud::Error>) -> Result<(), Failure> {
    match answer {
        Err(error) if error.fault == Fault::NoSuchPair => Ok(()),
        other => Ok(other?),
    }
}

/// `SigningPair` when akm, or a profile, signs with it.
pub(in crate::ops) fn not_the_signer(session: &Session, id: &AccessKeyId) -> Result<(), Failure> {
    if session.cloud.signer() == id.as_str() {
        return Err(
            Failure::new(Kind::SigningPair, format!("akm signs with `{id}` itself"))
                .hint("`akm rotate --self` replaces it; another identity may retire it"),
        );
    }
    let Some(name) = profile::signing_with(session, id)? else {
        return Ok(());
    };
    let message = format!("the profile `{name}` signs with `{id}`");
    Err(Failure::new(Kind::SigningPair, message).hint(format!(
        "`akm -p {name} rotate --self` replaces it; `akm profile remove {name}` does without it"
    )))
}
