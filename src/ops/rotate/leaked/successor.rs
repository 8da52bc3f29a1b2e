//! What takes a leaked pair's place: the other pair, if it is Active and held.

use super::super::{Standing, Word, advance};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, Got, Intent},
};
use crate::ops::{Failure, Kind, Session};
use crate::store::SecretName;

/// The other pair, if it can take the leaked one's place; `None` where there is room for a new one.
pub(in crate::ops::rotate) fn successor(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    id: &AccessKeyId,
) -> Result<Option<PairRecord>, Failure> {
    let Some(key) = shown.iter().find(|key| key.id != *id) else {
        return Ok(None);
    };
    let record = session.record(owner)?;
    let held = match record.pair(&key.id).filter(|pair| pair.is_held()) {
        Some(pair) if is_there(session, pair)? => Some(pair),
        _ => None,
    };
    match held {
        Some(pair) if key.status == Status::Active => Ok(Some(pair.clone())),
        _ if shown.len() > 1 => Err(no_room(session, id, key, held.is_some())?),
        _ => Ok(None),
    }
}

/// What metadata says is held may be lost.
fn is_there(session: &Session, pair: &PairRecord) -> Result<bool, Failure> {
    let Some(kind) = pair.secret_store else {
        return Ok(false);
    };
    let name = SecretName::pair(&pair.access_key_id);
    Ok(session.stores.open(kind)?.holds(&name)?)
}

/// The other pair takes the leaked one's place: from here on it is the new pair of a rotation, held already.
pub(super) fn stand_in(
    session: &Session,
    entry: Entry,
    other: &PairRecord,
) -> Result<Standing, Failure> {
    let (mut entry, mut journal) = session.journal.begin(Intent {
        store: other.secret_store.unwrap_or(session.store),
        ..entry.intent
    })?;
    let got = Got {
        access_key_id: other.access_key_id.clone(),
        created_at: other.created_at,
        sealed: String::new(),
    };
    journal.got(&mut entry, got)?;
    advance(session, entry, journal, Word::AsDue)
}

fn no_room(
    session: &Session,
    id: &AccessKeyId,
    other: &AccessKey,
    held: bool,
) -> Result<Failure, Failure> {
    let why = match (other.status, held) {
        (Status::Inactive, _) => format!("`{}`, the other pair, is Inactive", other.id),
        _ => format!("the secret of `{}`, the other pair, is not held", other.id),
    };
    let suspects = session.journal.suspects()?;
    let hint = if held {
        format!("`akm enable {}`, then the same command again", other.id)
    } else if suspects.iter().any(|one| one.access_key_id == other.id) {
        format!(
            "if nobody else made it, `akm delete {} --force`, then the same command again",
            other.id
        )
    } else {
        format!("`akm delete {id} --purge` makes room, then `akm recover` makes a new pair")
    };
    let message = format!("`{id}` is disabled, and nothing can take its place");
    Ok(Failure::new(Kind::HalfDone, message)
        .because(why)
        .hint(hint))
}
