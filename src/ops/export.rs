//! `export`: pairs with their secrets, which leave akm by a file.

use super::{
    Account, Failure,
    credentials::{self, Selector},
    problem, record, remark,
};
use crate::core::{access_key::AccessKeyId, account::Owner, secret::Secret};
use crate::metadata::{inventory::PairRecord, log::Action, profile::Profile};

/// One row of an export.
pub(crate) struct Exported {
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    pub(crate) owner: Owner,
}

/// Which pairs are exported.
pub(crate) enum Which {
    Selected(Vec<Selector>),
    /// Every pair whose secret is held.
    All,
}

/// Reads the secrets, and writes into the log by which command they are handed out. Every pair that was named must be held
/// (`SecretMissing`). `own` as [`credentials::choose`] has it.
pub(crate) fn export(
    account: &Account,
    which: &Which,
    own: Option<&Profile>,
) -> Result<Vec<Exported>, Failure> {
    let mut rows = Vec::new();
    for (owner, pair) in chosen(account, which, own)? {
        rows.push(Exported {
            secret: account.secret(&pair)?,
            id: pair.access_key_id,
            owner,
        });
    }
    let pairs = rows.iter().map(|row| (&row.owner, &row.id));
    record::handed_out(account, Action::Export, pairs);
    if rows.is_empty() {
        return Err(problem::Secret::NoneHeld.into());
    }
    Ok(rows)
}

fn chosen(
    account: &Account,
    which: &Which,
    own: Option<&Profile>,
) -> Result<Vec<(Owner, PairRecord)>, Failure> {
    match which {
        Which::Selected(selectors) => {
            let mut chosen: Vec<(Owner, PairRecord)> = Vec::new();
            for selector in selectors {
                let one = credentials::choose(account, selector, own)?;
                let id = &one.pair.access_key_id;
                if chosen.iter().all(|(_, known)| known.access_key_id != *id) {
                    chosen.push((one.owner, one.pair));
                }
            }
            Ok(chosen)
        }
        Which::All => all(account),
    }
}

fn all(account: &Account) -> Result<Vec<(Owner, PairRecord)>, Failure> {
    let known = account.inventory.all()?;
    let pairs = known
        .records
        .iter()
        .flat_map(|record| record.live().map(|pair| (record.owner(), pair.clone())));
    let (held, left_out): (Vec<_>, Vec<_>) = pairs.partition(|(_, pair)| pair.is_held());
    if let (true, Some(error)) = (held.is_empty(), known.unreadable.into_iter().next()) {
        return Err(error.into());
    }
    if !left_out.is_empty() {
        let left_out = remark::Secret::LeftOut(left_out.len());
        account.tell.warn(left_out.into());
    }
    Ok(held)
}
