//! An owner that has as many pairs as it may: each pair, what is known of it, and which could make room.

use super::{
    Failure, Session,
    problem::{Crowd, FirstToGo, Pair, Shown, TwoPairs},
};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
};
use crate::metadata::inventory::{OwnerRecord, PairRecord};

/// Returns the failure where the owner has as many pairs as it may.
pub(super) fn two_pairs(session: &Session, owner: &Owner, keys: &[AccessKey]) -> Failure {
    let record = session.record(owner).ok();
    let first = first_to_go(session, (keys, record.as_ref()), |_| true);
    too_many(owner, keys, record.as_ref(), (Crowd::Full, first))
}

/// Returns the failure with each pair and what is known of it.
pub(super) fn too_many(
    owner: &Owner,
    keys: &[AccessKey],
    record: Option<&OwnerRecord>,
    (crowd, first): (Crowd, FirstToGo),
) -> Failure {
    let shown = |key: &AccessKey| {
        let known = record.and_then(|record| record.pair(&key.id));
        Shown {
            key: key.clone(),
            last_used_at: known.and_then(|pair| pair.last_used_at),
            is_held: known.is_some_and(|pair| pair.secret_store.is_some()),
        }
    };
    Failure::of(Pair::TooMany(TwoPairs {
        owner: owner.clone(),
        shown: keys.iter().map(shown).collect(),
        crowd,
        first,
    }))
}

/// Returns which pair makes room: a suspect; else an Inactive one, which can be deleted at once; else the oldest, but neither the one that
/// is handed out nor a newer one that another machine may have made for a rotation of its own.
pub(super) fn first_to_go(
    session: &Session,
    (keys, record): (&[AccessKey], Option<&OwnerRecord>),
    may_go: impl Fn(&&AccessKey) -> bool,
) -> FirstToGo {
    if let Some(id) = suspect(session, keys) {
        return FirstToGo::Suspect(id);
    }
    let keys: Vec<&AccessKey> = keys.iter().filter(may_go).collect();
    let current = record.and_then(|record| record.current());
    let current = current.filter(|pair| pair.is_held());
    let is_current = |key: &AccessKey| current.is_some_and(|pair| pair.access_key_id == key.id);
    let mut inactive = keys.iter().filter(|key| key.status == Status::Inactive);
    let is_known = |key: &AccessKey| {
        let is_older = current.is_none_or(|pair| key.created_at < pair.created_at);
        let pair = record.and_then(|record| record.pair(&key.id));
        is_older || pair.is_some_and(PairRecord::is_held)
    };
    let mut others = keys.iter().filter(|key| !is_current(key) && is_known(key));
    let first = inactive.next().or(others.next());
    first.map_or(FirstToGo::Nothing, |key| FirstToGo::Pair((*key).clone()))
}

/// Returns the pair that appeared around a lost create: nobody has its secret.
pub(super) fn suspect(session: &Session, keys: &[AccessKey]) -> Option<AccessKeyId> {
    let suspects = session.journal.suspects().ok()?;
    let is_suspect = |key: &&AccessKey| suspects.iter().any(|one| one.access_key_id == key.id);
    let found = keys.iter().find(is_suspect);
    found.map(|key| key.id.clone())
}
