//! What else is open for the owner of a pair that leaked: it is looked into once the pair is disabled, and what it holds is kept.

use super::{Standing, disable, goes_on};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    rotation::Reached,
};
use crate::metadata::journal::Entry;
use crate::ops::{
    Failure, Kind, Session, issue,
    recover::{self, Settled},
    retire,
};

/// What is left to do once nothing else is open.
pub(super) enum Way {
    Free(Vec<AccessKey>),
    /// The leaked pair is replaced and deleted by now.
    Gone(Box<Standing>),
}

/// Whatever else is open for the owner: the pair is disabled before that is looked into, and what was rotated is held.
pub(super) fn make_way(
    session: &Session,
    owner: &Owner,
    shown: Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<Way, Failure> {
    let Some(mut entry) = session.journal.read(owner)? else {
        return Ok(Way::Free(shown));
    };
    let shown = disable(session, owner, shown, id)?;
    let rotates = entry.intent.rotation.is_some() && entry.when(Reached::Stored).is_some();
    if rotates {
        issue::held_or_restored(session, &mut entry)?;
        if entry.unproven {
            keeps_no_other(session, &entry, id)?;
        }
        return Ok(Way::Free(shown));
    }
    let settled = settle(session, owner, &entry, id)?;
    if let Some(entry) = session.journal.read(owner)?
        && !session.stores.open(entry.intent.store)?.durable()
    {
        keeps_no_other(session, &entry, id)?;
    }
    let shown = session.cloud.pairs(owner)?;
    Ok(match settled {
        Settled::Rotating(standing, _) if shown.iter().all(|key| key.id != *id) => {
            retire::drop_secret(session, owner, id)?;
            Way::Gone(standing)
        }
        _ => Way::Free(shown),
    })
}

fn settle(
    session: &Session,
    owner: &Owner,
    entry: &Entry,
    id: &AccessKeyId,
) -> Result<Settled, Failure> {
    let noted = note_leak(session, owner, entry, id)?;
    recover::settle(session, owner).map_err(|failure| {
        // What was tried already says how this pair is left.
        if failure.kind == Kind::HalfDone && goes_on(session, owner, Some(id)).unwrap_or(false) {
            return failure;
        }
        let first = failure.hint.clone();
        let first = first.unwrap_or_else(|| "`akm recover`".to_owned());
        let again = format!("then `akm rotate {} --leaked {id}` again", owner.selector());
        let left = format!("`{id}` is disabled, and nothing has taken its place yet");
        let hint = if noted {
            first
        } else {
            format!("{first}, {again}")
        };
        failure.half_done(left).hint(hint)
    })
}

/// Beside a create that nobody knows the end of: whoever decides that replaces the leaked pair then.
fn note_leak(
    session: &Session,
    owner: &Owner,
    entry: &Entry,
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    let lost = entry.reached == Reached::Intent && !entry.intent.is_of_leak();
    let Some((mut entry, mut journal)) = session.journal.resume(owner)?.filter(|_| lost) else {
        return Ok(false);
    };
    journal.leaked(&mut entry, Some(id.clone()))?;
    Ok(true)
}

/// The journal that is replaced now may have the last sealed copy that is sure: only that of the pair that leaked may go, and what a
/// keyring alone has is not claimed.
fn keeps_no_other(session: &Session, entry: &Entry, leaked: &AccessKeyId) -> Result<(), Failure> {
    let Some(got) = &entry.got else {
        return Ok(());
    };
    let owner = entry.owner();
    if got.access_key_id != *leaked {
        return Err(issue::not_read_back(&owner));
    }
    let mut record = session.record(&owner)?;
    if let Some(pair) = record.pair_mut(leaked) {
        pair.secret_store = None;
    }
    Ok(session.inventory.save(&record)?)
}
