//! Which pair leaked.

use super::super::start;
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    time::Timestamp,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    journal::Got,
};
use crate::ops::{Failure, Kind, Session, create, issue, session::no_such_pair};

/// The pair that is meant; `None` when the one that is named is deleted already.
pub(in crate::ops::rotate) fn which(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    named: Option<&AccessKeyId>,
) -> Result<Option<AccessKeyId>, Failure> {
    let record = session.record(owner)?;
    let Some(id) = named else {
        let hidden = record
            .live()
            .find(|pair| is_hidden(session, shown, pair, &record));
        return match (shown, hidden) {
            (_, Some(pair)) => Err(not_shown_yet(&pair.access_key_id)),
            ([], _) => Err(start::no_pair(owner)),
            ([only], _) => Ok(Some(only.id.clone())),
            _ => Err(which_of_two(session, owner, shown)),
        };
    };
    if shown.iter().any(|key| key.id == *id) {
        return Ok(Some(id.clone()));
    }
    let since = seen_last(session, owner, &record, id)?;
    if !issue::is_deleted(session, id, since) {
        return Err(not_shown_yet(id));
    }
    Ok(None)
}

/// Whether the list may lack the pair only because it lags behind: it was made, or seen last, a short while ago.
fn is_hidden(
    session: &Session,
    shown: &[AccessKey],
    pair: &PairRecord,
    record: &OwnerRecord,
) -> bool {
    let id = &pair.access_key_id;
    let listed = shown.iter().any(|key| key.id == *id);
    !listed && !issue::is_deleted(session, id, since(record, pair))
}

/// When it was seen last, as far as is known here.
fn since(record: &OwnerRecord, pair: &PairRecord) -> Timestamp {
    let seen = pair.deleted_at.or(record.refreshed_at);
    seen.map_or(pair.created_at, |at| at.max(pair.created_at))
}

/// The same of a pair that only the journal may know of. `NoSuchPair` when nothing does.
fn seen_last(
    session: &Session,
    owner: &Owner,
    record: &OwnerRecord,
    id: &AccessKeyId,
) -> Result<Timestamp, Failure> {
    if let Some(pair) = record.pair(id) {
        return Ok(since(record, pair));
    }
    let new = new_pair(session, owner, id)?;
    new.map(|got| got.created_at)
        .ok_or_else(|| no_such_pair(id))
}

/// The new pair of what is open, if it is that: its journal would put the secret back.
pub(in crate::ops::rotate) fn new_pair(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<Option<Got>, Failure> {
    let got = session.journal.read(owner)?.and_then(|entry| entry.got);
    Ok(got.filter(|got| got.access_key_id == *id))
}

/// Whether the recycle bin is asked about a pair that the list lacks.
pub(in crate::ops::rotate) fn asks_bin(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    let since = seen_last(session, owner, &session.record(owner)?, id)?;
    Ok(!issue::is_long_ago(since, session.cloud.now()))
}

fn not_shown_yet(id: &AccessKeyId) -> Failure {
    let message =
        format!("`{id}` was made or restored just now, and the cloud does not list it yet");
    Failure::new(Kind::Unavailable, message).hint("the same command again in a moment")
}

fn which_of_two(session: &Session, owner: &Owner, shown: &[AccessKey]) -> Failure {
    let record = session.record(owner).ok();
    let many = if shown.len() == 2 { "two" } else { "several" };
    let told = create::told(owner, shown, record.as_ref());
    Failure {
        kind: Kind::Usage,
        message: format!("{owner} has {many} AccessKey pairs: which of them leaked?"),
        ..told
    }
    .hint("name it: `--leaked KEY_ID`")
}
