//! `restore`: a deleted pair, back from the cloud's recycle bin.

use super::{Found, find, not_written_down, set};
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    policy,
};
use crate::metadata::inventory::PairRecord;
use crate::ops::{Failure, Kind, Session, create};

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
        return Err(create::two_pairs(session, &owner, &shown));
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
