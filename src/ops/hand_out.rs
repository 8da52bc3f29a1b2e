//! Handing out the secret of a pair that was selected.

use super::{Account, Failure, credentials::Chosen, record};
use crate::core::secret::Secret;
use crate::metadata::log::Action;

/// Reads the secret of a pair, and writes into the log by which command it is handed out. `SecretMissing` and the like as
/// [`Account::secret`] has them.
pub(crate) fn secret(
    account: &Account,
    chosen: &Chosen,
    action: Action,
) -> Result<Secret, Failure> {
    let secret = account.secret(&chosen.pair)?;
    logged(account, chosen, action);
    Ok(secret)
}

/// Writes a hand-out into the log.
pub(crate) fn logged(account: &Account, chosen: &Chosen, action: Action) {
    let pair = (&chosen.owner, &chosen.pair.access_key_id);
    record::handed_out(account, action, std::iter::once(pair));
}
