//! The beginning of a rotation.

use super::{Action, Standing, Wish, replace, work};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
};
use crate::metadata::journal::RotationIntent;
use crate::ops::{Failure, Kind, Session, issue, retire};

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
    Ok(Beginning {
        replaced,
        before,
        old,
    })
}

pub(super) fn start(session: &Session, owner: &Owner, wish: &Wish) -> Result<Standing, Failure> {
    let shown = issue::preflight(session, owner)?;
    let Beginning {
        replaced,
        mut before,
        old,
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
    let intent = RotationIntent::new(old, wish.overlap, wish.grace);
    let issued = issue::issue(session, owner, &before, comment, Some(intent))?;
    let standing = work::go_on(session, issued.entry, issued.journal, issued.keys)?;
    Ok(Standing {
        action: Action::Created,
        ..standing
    })
}
