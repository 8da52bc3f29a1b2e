//! The beginning of a rotation.

use super::{Standing, Wish, replace, work};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    policy,
    time::Span,
};
use crate::metadata::{inventory::PairRecord, journal::RotationIntent};
use crate::ops::{Failure, Kind, Session, issue, retire};
use crate::store::SecretName;

pub(super) fn no_pair(owner: &Owner) -> Failure {
    Failure::new(Kind::NoSuchPair, format!("{owner} has no AccessKey pair"))
        .hint(format!("`akm create {}` makes one", owner.selector()))
}

/// What a rotation begins with.
pub(super) struct Beginning {
    /// The pair that is deleted first.
    pub(super) replaced: Option<AccessKeyId>,
    /// The pairs that are there then.
    pub(super) before: Vec<AccessKey>,
    pub(super) old: AccessKeyId,
    pub(super) overlap: Span,
}

/// What speaks against a rotation of the owner whose pairs these are, and else what it begins with. Changes nothing.
pub(super) fn beginning(
    session: &Session,
    owner: &Owner,
    wish: &Wish,
    mut before: Vec<AccessKey>,
) -> Result<Beginning, Failure> {
    let mut replaced = None;
    if let Some(id) = &wish.replace
        && replace::may_go(session, owner, &before, id)?
    {
        replaced = Some(id.clone());
        before.retain(|key| key.id != *id);
    }
    let old = match before.as_slice() {
        [] => return Err(no_pair(owner)),
        [old] => old.id.clone(),
        _ => return Err(replace::two_pairs(session, owner, &before)),
    };
    let overlap = wish
        .overlap
        .map_or_else(|| default_overlap(session, owner, &old), Ok)?;
    Ok(Beginning {
        replaced,
        before,
        old,
        overlap,
    })
}

pub(super) fn start(session: &Session, owner: &Owner, wish: &Wish) -> Result<Standing, Failure> {
    let shown = issue::preflight(session, owner)?;
    let Beginning {
        replaced,
        mut before,
        old,
        overlap,
    } = beginning(session, owner, wish, shown)?;
    if let Some(id) = replaced {
        let left = retire::delete_inactive(session, owner, &id)?;
        // Somebody else may have been quicker to use the room.
        let strange = |key: &AccessKey| before.iter().all(|known| known.id != key.id);
        let strange: Vec<_> = left.into_iter().filter(strange).collect();
        before.extend(strange);
        session
            .tell
            .note(&format!("`{id}` is deleted to make room"));
    }
    retire::forget_expired(session, owner, &before)?;
    let record = session.record(owner)?;
    let known = record.pair(&old);
    let comment = known.and_then(|pair| pair.comment.clone());
    if known.is_some_and(|pair| pair.bound_to_networks) {
        session.tell.warn(&format!(
            "`{old}` is bound to networks, and the pair that takes its place is NOT: `akm key-policy show {old} --json` writes the \
             policy, `akm key-policy set KEY_ID --file FILE` takes it"
        ));
    }
    let intent = RotationIntent::new(old, overlap, wish.grace);
    let issued = issue::issue(session, owner, &before, comment, Some(intent))?;
    work::go_on(session, issued.entry, issued.journal, issued.keys)
}

/// Somebody may still use a pair that left akm, or that akm does not hold.
fn default_overlap(session: &Session, owner: &Owner, old: &AccessKeyId) -> Result<Span, Failure> {
    let record = session.record(owner)?;
    let known = record.pair(old);
    let out = known.is_none_or(|pair| pair.is_out() || is_lost(session, pair));
    Ok(policy::overlap(out))
}

/// Whether the store says that it has nothing of the secret that metadata claims.
fn is_lost(session: &Session, pair: &PairRecord) -> bool {
    let name = SecretName::pair(&pair.access_key_id);
    let store = pair.secret_store.map(|kind| session.stores.open(kind));
    store.is_some_and(|store| store.is_ok_and(|store| matches!(store.lacks(&name), Ok(true))))
}
