//! `import`: pairs that come with their secrets. Whose each is, is asked of the cloud, with the pair itself.

use super::{Failure, Kind, Session, at_once::at_once, profile, record};
use crate::cloud::{Credentials, Error, Fault};
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::import::{Row, looks_like_id};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::store::{self, SecretName, SecretStore};

/// What came of an import.
pub(crate) struct Imported {
    /// Pairs that akm holds now and did not hold before.
    pub(crate) new: usize,
    /// Pairs that it held already, with the same secret.
    pub(crate) held: usize,
}

/// A row and whose pair it is.
struct Known {
    row: Row,
    owner: Owner,
}

/// Checks every row, and the record of every owner, before the first secret is stored. Errors name the lines: `NoSuchPair` for a pair that the cloud does not know,
/// `OtherAccount`, `BadCredentials` for a wrong secret, `Refused` for an owner column that says otherwise or an Inactive pair.
/// Interrupted while it stores, it is finished by the same import.
pub(crate) fn import(session: &Session, rows: Vec<Row>) -> Result<Imported, Failure> {
    session.check_account()?;
    let owners = by_owner(check(session, rows)?);
    for (owner, _) in &owners {
        ready(session, owner)?;
    }
    let stored = at_once(AT_ONCE, owners, |(owner, rows)| {
        let (new, done) = store(session, &owner, &rows);
        ((owner, new), done)
    });
    let (new, stored): (Vec<_>, Vec<_>) = stored.into_iter().unzip();
    // At once: each write of the record waits for the disk, and for the others.
    record::imported(session, &new);
    let mut imported = Imported { new: 0, held: 0 };
    for done in stored {
        let done = done?;
        imported.new += done.new;
        imported.held += done.held;
    }
    Ok(imported)
}

fn check(session: &Session, rows: Vec<Row>) -> Result<Vec<Known>, Failure> {
    let (mut known, mut wrong) = (Vec::with_capacity(rows.len()), Vec::new());
    for (line, answer) in at_once(AT_ONCE, rows, |row| (row.line, whose(session, row))) {
        match answer {
            Ok(row) => known.push(row),
            Err(failure) if matches!(failure.kind, Kind::Unavailable | Kind::StoreFailed) => {
                return Err(failure);
            }
            Err(failure) => wrong.push((line, failure)),
        }
    }
    if wrong.is_empty() {
        Ok(known)
    } else {
        Err(refused(&wrong))
    }
}

/// Calls wait for the cloud and for the disk, which serve several at once better than one after the other.
const AT_ONCE: usize = 8;

fn refused(wrong: &[(u64, Failure)]) -> Failure {
    const TOLD: usize = 20;
    let kind = wrong
        .first()
        .map_or(Kind::Failed, |(_, failure)| failure.kind);
    let count = wrong.len();
    let mut lines: Vec<String> = wrong
        .iter()
        .take(TOLD)
        .map(|(line, failure)| format!("line {line}: {failure}"))
        .collect();
    if count > TOLD {
        lines.push(format!("and {} more lines", count - TOLD));
    }
    Failure::new(kind, "nothing was imported")
        .because(lines.join("; "))
        .hint("take these lines out, or mend them, and import again")
}

fn whose(session: &Session, row: Row) -> Result<Known, Failure> {
    let id = row.id.to_string();
    let secret = crate::core::secret::Secret::from_bytes(row.secret.expose().as_bytes())?;
    let client = session.cloud.signing_as(Credentials {
        id,
        secret,
        token: None,
    });
    let caller = client
        .caller_identity()
        .map_err(|error| not_taken(&row, error))?;
    if caller.account_id != session.id {
        return Err(Failure::new(
            Kind::OtherAccount,
            format!("`{}` is a pair of account {}", row.id, caller.account_id),
        ));
    }
    let owner = caller.owner();
    let owner = owner
        .ok_or_else(|| Failure::new(Kind::Refused, format!("`{}` is no pair of a user", row.id)))?;
    match &row.owner {
        Some(said) if *said != owner => Err(Failure::new(
            Kind::Refused,
            format!(
                "`{}` is a pair of {owner}, and the file says otherwise",
                row.id
            ),
        )),
        _ => Ok(Known { row, owner }),
    }
}

fn not_taken(row: &Row, error: Error) -> Failure {
    let id = &row.id;
    match error.fault {
        Fault::UnknownSigner if looks_like_id(id.as_str()) => {
            Failure::new(Kind::NoSuchPair, format!("the cloud does not know `{id}`"))
        }
        // What stands in the id's place may be a secret: the line alone is told.
        Fault::UnknownSigner => Failure::new(
            Kind::NoSuchPair,
            "the cloud does not know what stands there as the AccessKey ID",
        ),
        Fault::BadSignature => Failure::new(
            Kind::BadCredentials,
            format!("the secret is not the one of `{id}`"),
        ),
        Fault::DisabledSigner => Failure::new(
            Kind::Refused,
            format!("`{id}` is Inactive, so its secret cannot be checked; `akm enable {id}` first"),
        ),
        _ => error.into(),
    }
}

fn by_owner(known: Vec<Known>) -> Vec<(Owner, Vec<Row>)> {
    let mut owners: std::collections::BTreeMap<String, (Owner, Vec<Row>)> =
        std::collections::BTreeMap::new();
    for Known { row, owner } in known {
        owners
            .entry(owner.key())
            .or_insert_with(|| (owner, Vec::new()))
            .1
            .push(row);
    }
    owners.into_values().collect()
}

/// What stands against storing an owner's pairs here is found before any owner's is stored.
fn ready(session: &Session, owner: &Owner) -> Result<(), Failure> {
    let _lock = session.lock(owner)?;
    session.record(owner)?;
    Ok(session.inventory.check_writable(owner)?)
}

/// Secrets first, then the metadata that claims them: for what was stored before a row that fails, too. Gives back what was stored,
/// however it ended.
fn store(
    session: &Session,
    owner: &Owner,
    rows: &[Row],
) -> (Vec<AccessKeyId>, Result<Imported, Failure>) {
    let mut new = Vec::new();
    let done = store_into(session, owner, rows, &mut new);
    (new, done)
}

fn store_into(
    session: &Session,
    owner: &Owner,
    rows: &[Row],
    new: &mut Vec<AccessKeyId>,
) -> Result<Imported, Failure> {
    let _lock = session.lock(owner)?;
    let mut record = session.record(owner)?;
    let before = record.clone();
    record.take_over(&session.cloud.pairs(owner)?, session.cloud.now());
    let held = take(session, &mut record, rows, new);
    let saved = if record.access_keys == before.access_keys {
        Ok(())
    } else {
        session.inventory.save(&record)
    };
    let (held, new) = (held?, new.len());
    Ok(saved.map(|()| Imported { new, held })?)
}

/// Adds what was stored to `new`, before a row that fails too; gives back how many were held already.
fn take(
    session: &Session,
    record: &mut OwnerRecord,
    rows: &[Row],
    new: &mut Vec<AccessKeyId>,
) -> Result<usize, Failure> {
    let mut held = 0;
    for row in rows {
        let Some(pair) = record.pair_mut(&row.id) else {
            return Err(super::session::no_such_pair(&row.id));
        };
        let name = SecretName::pair(&row.id);
        if holds(session, pair, row)? {
            held += 1;
            continue;
        }
        let kind = pair.secret_store.unwrap_or(session.store);
        put(session.stores.open(kind)?, &name, row)?;
        pair.secret_store = Some(kind);
        pair.imported = true;
        session.journal.dismiss(&row.id)?;
        new.push(row.id.clone());
    }
    Ok(held)
}

/// Whether the row's secret is held already. A damaged one counts as not held: the row's takes its place.
fn holds(session: &Session, pair: &PairRecord, row: &Row) -> Result<bool, Failure> {
    let Some(kind) = pair.secret_store else {
        return Ok(false);
    };
    let name = SecretName::pair(&row.id);
    match session.stores.open(kind)?.get(&name) {
        Ok(Some(held)) if !held.same_as(&row.secret) => {
            profile::not_the_held_one(&session.cloud, &row.id, held).map(|()| false)
        }
        Ok(held) => Ok(held.is_some()),
        Err(store::Error::Unreadable(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn put(store: &dyn SecretStore, name: &SecretName, row: &Row) -> Result<(), Failure> {
    store.put(name, &row.secret)?;
    match store.get(name)? {
        Some(read) if read.same_as(&row.secret) => Ok(()),
        _ => Err(Failure::new(
            Kind::StoreFailed,
            "the secret store gave back something else than was stored",
        )),
    }
}
