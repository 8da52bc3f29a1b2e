//! Pairs that appeared around a request, and that akm cannot account for.

use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    open_work::{OpenWork, Request},
};
use crate::metadata::journal::Suspect;
use crate::ops::{
    Failure, Session,
    remark::{Of, Remark},
};

/// Pairs that are neither from before nor ours, nor came by an import, become suspects; but not those of which a person has said that they
/// leaked. Returns the suspects.
pub(in crate::ops) fn suspects(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    request: &Request,
    listed: &[AccessKey],
) -> Result<Vec<AccessKeyId>, Failure> {
    let record = session.record(owner)?;
    let imported = |id: &AccessKeyId| record.pair(id).is_some_and(|pair| pair.imported);
    let strange = |key: &&AccessKey| {
        let id = &key.id;
        let is_known = request.before.contains(id) || open.made.contains_key(id);
        !is_known && !open.leaked.contains(id) && !imported(id)
    };
    let mut found = Vec::new();
    for key in listed.iter().filter(strange) {
        let suspect = Suspect::new(key.id.clone(), owner, session.cloud.now());
        if session.journal.suspect(&suspect)? {
            let suspected = Remark::Pair(key.id.clone(), Of::Suspected);
            session.tell.warn(suspected);
        }
        found.push(key.id.clone());
    }
    Ok(found)
}
