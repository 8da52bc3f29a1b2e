//! Handing out the secret of a pair that was selected.

use super::{
    Account, Failure,
    credentials::{self, Chosen, HandedOut, Selector},
    record, remark,
};
use crate::core::secret::Secret;
use crate::metadata::{log::Action, session_cache::LastNoted};
use chrono::TimeDelta;

/// Reads the secret of a pair, and writes into the log by which command it is handed out. Returns whose secret it is, too: see
/// [`credentials::hand_out`]. `SecretMissing` and the like as [`Account::secret`] has them.
pub(crate) fn secret(
    account: &Account,
    selector: &Selector,
    chosen: Chosen,
    action: Action,
) -> Result<(Chosen, Secret), Failure> {
    let read = |chosen: &Chosen| account.secret(&chosen.pair);
    let (chosen, secret) = said(
        account,
        credentials::hand_out(account, selector, chosen, read)?,
    );
    logged(account, &chosen, action);
    Ok((chosen, secret))
}

/// Returns the pair whose secret [`secret`] reads, so that an id and a secret which are asked for one after the other belong together. A
/// store that is locked or absent says nothing of that.
pub(crate) fn pair(account: &Account, selector: &Selector, chosen: Chosen) -> Chosen {
    let (first, read) = (chosen.clone(), |chosen: &Chosen| {
        account.secret(&chosen.pair)
    });
    let found = credentials::hand_out(account, selector, chosen, read);
    found.map_or(first, |handed| said(account, handed).0)
}

/// Warns where another pair was handed out than the current one.
fn said<T>(account: &Account, handed: HandedOut<T, Failure>) -> (Chosen, T) {
    let HandedOut {
        chosen,
        given,
        lost,
    } = handed;
    if let Some((lost, why)) = lost {
        let (id, owner) = (chosen.pair.access_key_id.clone(), chosen.owner.clone());
        let remark = remark::Secret::InPlaceOf(id, owner, lost, why);
        account.tell.warn(remark.into());
    }
    (chosen, given)
}

/// Writes a hand-out into the log, unless the log has one for the same pair and role of less than an hour ago.
pub(crate) fn logged_hourly(account: &Account, chosen: &Chosen, role: &str, action: Action) {
    let id = chosen.pair.access_key_id.as_str();
    let noted = LastNoted::new(&account.home, &[account.id.as_str(), id, role]);
    let now = account.clock.now();
    if noted.is_within(TimeDelta::hours(1), now) {
        return;
    }
    // In this order: a kill between the two leaves a line too many, and not an hour without any.
    logged(account, chosen, action);
    noted.note(now);
}

/// Writes a hand-out into the log.
pub(crate) fn logged(account: &Account, chosen: &Chosen, action: Action) {
    let pair = (&chosen.owner, &chosen.pair.access_key_id);
    record::handed_out(account, action, std::iter::once(pair));
}
