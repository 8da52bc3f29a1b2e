//! What takes a leaked pair's place: another pair, if it is Active and held.

use super::super::{reclaim, stopped::or_leaked};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    journal::{Entry, Got, Intent, OpenJournal},
};
use crate::ops::{Failure, Kind, Session, issue};
use crate::store::{self, SecretName};

/// The pair that can take the leaked one's place, of several the newest; `None` where there is room for a new one.
pub(in crate::ops::rotate) fn successor(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    id: &AccessKeyId,
) -> Result<Option<PairRecord>, Failure> {
    let others = shown.iter().filter(|key| key.id != *id);
    let others: Vec<&AccessKey> = others.collect();
    let record = known(session, owner, shown)?;
    if let Some(pair) = newest_held(session, &record, &others, Status::Active)? {
        return Ok(Some(pair));
    }
    match issue::room(session, owner, shown) {
        Err(failure) if failure.kind == Kind::TwoPairs => {
            Err(no_room(session, &record, id, &others)?)
        }
        room => room.map(|()| None),
    }
}

/// What metadata says, or would say if it had not been lost in an open rotation.
fn known(session: &Session, owner: &Owner, shown: &[AccessKey]) -> Result<OwnerRecord, Failure> {
    let mut record = session.record(owner)?;
    if let Some(entry) = session.journal.read(owner)? {
        record.take_over(shown, session.cloud.now());
        reclaim(session, &entry, &mut record);
    }
    Ok(record)
}

/// Of the pairs in that status; they come oldest first.
fn newest_held(
    session: &Session,
    record: &OwnerRecord,
    shown: &[&AccessKey],
    status: Status,
) -> Result<Option<PairRecord>, Failure> {
    for key in shown.iter().rev().filter(|key| key.status == status) {
        let pair = record.pair(&key.id).filter(|pair| pair.is_held());
        if let Some(pair) = pair
            && is_there(session, pair)?
        {
            return Ok(Some(pair.clone()));
        }
    }
    Ok(None)
}

/// What metadata says is held may be lost, or damaged.
fn is_there(session: &Session, pair: &PairRecord) -> Result<bool, Failure> {
    let Some(kind) = pair.secret_store else {
        return Ok(false);
    };
    let name = SecretName::pair(&pair.access_key_id);
    Ok(store::or_lost(session.stores.open(kind)?.holds(&name))?)
}

/// The other pair takes the leaked one's place: from here on it is the new pair of a rotation, held already.
pub(super) fn stand_in(
    session: &Session,
    entry: Entry,
    other: &PairRecord,
) -> Result<(Entry, OpenJournal), Failure> {
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
    Ok((entry, journal))
}

fn no_room(
    session: &Session,
    record: &OwnerRecord,
    id: &AccessKeyId,
    others: &[&AccessKey],
) -> Result<Failure, Failure> {
    let message = format!("`{id}` is disabled, and nothing can take its place");
    let failure = Failure::new(Kind::HalfDone, message).because(match others {
        [other] if other.status == Status::Inactive => {
            format!("`{}`, the other pair, is Inactive", other.id)
        }
        [other] => format!("the secret of `{}`, the other pair, is not held", other.id),
        _ => "none of the other pairs is Active and held".to_owned(),
    });
    if let Some(pair) = newest_held(session, record, others, Status::Inactive)? {
        let other = &pair.access_key_id;
        let or_leaked = or_leaked(&record.owner(), id, other);
        return Ok(failure.hint(format!(
            "`akm enable {other}`, then the same command again{or_leaked}"
        )));
    }
    let mut suspects = session.journal.suspects()?.into_iter();
    let suspect = suspects.find(|one| others.iter().any(|key| key.id == one.access_key_id));
    Ok(failure.hint(match suspect {
        Some(one) => format!(
            "if nobody else made it, `akm delete {} --force`, then the same command again",
            one.access_key_id
        ),
        None => {
            format!("`akm delete {id} --purge` makes room, then `akm recover` makes a new pair")
        }
    }))
}
