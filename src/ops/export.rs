//! `export` and `copy`: pairs with their secrets, which leave akm by a file or by the clipboard.

use super::{Account, Failure, Kind, record};
use crate::core::{access_key::AccessKeyId, account::Owner, secret::Secret};
use crate::metadata::inventory::{OwnerRecord, PairRecord, Way};

/// One row of an export.
pub(crate) struct Exported {
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    pub(crate) owner: Owner,
}

/// Which pairs are meant.
pub(crate) enum Which {
    Ids(Vec<AccessKeyId>),
    CurrentOf(Owner),
    /// Every pair whose secret is held.
    All,
}

/// Reads the secrets and records by which way they leave, before they do. Every pair that was named must be held
/// (`SecretMissing`).
pub(crate) fn export(account: &Account, which: &Which, way: Way) -> Result<Vec<Exported>, Failure> {
    let mut rows = Vec::new();
    for (owner, ids) in chosen(account, which)? {
        let _lock = account.lock(&owner)?;
        let mut record = account.record(&owner)?;
        let before = record.clone();
        for id in ids {
            let pair = record
                .pair_mut(&id)
                .ok_or_else(|| super::session::no_such_pair(&id))?;
            rows.push(Exported {
                secret: account.secret(pair)?,
                id,
                owner: owner.clone(),
            });
            pair.mark_left(way);
        }
        if record != before {
            account.inventory.save(&record)?;
        }
    }
    record::left(account, way, rows.iter().map(|row| (&row.owner, &row.id)));
    if rows.is_empty() {
        return Err(
            Failure::new(Kind::SecretMissing, "akm holds no secret in this account")
                .hint("`akm create` makes a pair"),
        );
    }
    Ok(rows)
}

/// The same for one pair, of which only the secret is wanted.
pub(crate) fn one(account: &Account, id: &AccessKeyId, way: Way) -> Result<Secret, Failure> {
    let rows = export(account, &Which::Ids(vec![id.clone()]), way)?;
    let row = rows.into_iter().next();
    row.map(|row| row.secret)
        .ok_or_else(|| super::session::no_such_pair(id))
}

fn chosen(account: &Account, which: &Which) -> Result<Vec<(Owner, Vec<AccessKeyId>)>, Failure> {
    match which {
        Which::Ids(ids) => {
            let once = |at: &usize| !ids[..*at].contains(&ids[*at]);
            (0..ids.len())
                .filter(once)
                .map(|at| by_id(account, &ids[at]))
                .collect()
        }
        Which::CurrentOf(owner) => {
            let record = account.record(owner)?;
            let pair = current(&record)?;
            Ok(vec![(owner.clone(), vec![pair.access_key_id.clone()])])
        }
        Which::All => {
            let records = account.inventory.all()?;
            let left_out = records
                .iter()
                .flat_map(OwnerRecord::live)
                .filter(|pair| pair.secret_store.is_none())
                .count();
            if left_out > 0 {
                account.tell.warn(&match left_out {
                    1 => "1 pair is left out: its secret is not held".to_owned(),
                    count => format!("{count} pairs are left out: their secrets are not held"),
                });
            }
            Ok(records
                .iter()
                .map(|record| (record.owner(), held(record)))
                .collect())
        }
    }
}

fn by_id(account: &Account, id: &AccessKeyId) -> Result<(Owner, Vec<AccessKeyId>), Failure> {
    let record = account.inventory.owner_of(id)?;
    let record = record.ok_or_else(|| super::session::no_such_pair(id))?;
    alive(&record, id)?;
    Ok((record.owner(), vec![id.clone()]))
}

/// A pair that is known and not deleted. `NoSuchPair` otherwise, with the way back for a deleted one.
pub(crate) fn alive<'a>(
    record: &'a OwnerRecord,
    id: &AccessKeyId,
) -> Result<&'a PairRecord, Failure> {
    let pair = record
        .pair(id)
        .ok_or_else(|| super::session::no_such_pair(id))?;
    if pair.is_deleted() {
        return Err(
            Failure::new(Kind::NoSuchPair, format!("`{id}` is deleted")).hint(format!(
                "`akm restore {id}` brings it back while the recycle bin has it"
            )),
        );
    }
    Ok(pair)
}

fn held(record: &OwnerRecord) -> Vec<AccessKeyId> {
    record
        .live()
        .filter(|pair| pair.secret_store.is_some())
        .map(|pair| pair.access_key_id.clone())
        .collect()
}

/// The owner's current pair. `NoSuchPair` when it has no Active one.
pub(crate) fn current(record: &OwnerRecord) -> Result<&PairRecord, Failure> {
    let owner = record.owner();
    record.current().ok_or_else(|| {
        let message = format!("{owner} has no Active AccessKey pair that akm knows of");
        Failure::new(Kind::NoSuchPair, message).hint(format!(
            "`akm list {} --refresh` asks the cloud",
            owner.selector()
        ))
    })
}
