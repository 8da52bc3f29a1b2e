//! A rotation that waits for the age of a pair.

use super::{Standing, State};
use crate::core::{account::Owner, time::Span};
use crate::metadata::inventory::PairRecord;
use crate::ops::{Account, Failure};

/// Returns the owner's pairs as they are, where its current pair was made less than `age` ago, so that nothing is to be done; `None` where
/// it is older, or not known here. From what is known here, as `rotate --all` selects.
pub(crate) fn younger_than(
    account: &Account,
    owner: &Owner,
    age: Span,
) -> Result<Option<Standing>, Failure> {
    let record = account.record(owner)?;
    let since = account.clock.now() - age.delta();
    let Some(new) = record.current().filter(|pair| pair.created_at >= since) else {
        return Ok(None);
    };
    let is_old = |pair: &&PairRecord| pair.disable_after.is_some() || pair.delete_after.is_some();
    let old = record.live().find(is_old);
    let state = match old {
        Some(old) if old.disable_after.is_some() => State::Overlap,
        Some(_) => State::Grace,
        None => State::None,
    };
    Ok(Some(Standing {
        old: old.map(|pair| pair.access_key_id.clone()),
        old_status: old.map(|pair| pair.status),
        disable_after: old.and_then(|pair| pair.disable_after),
        delete_after: old.and_then(|pair| pair.delete_after),
        state,
        ..Standing::alone(new)
    }))
}
