//! Pairs that appeared around a create and that nobody can account for.

use crate::core::access_key::{AccessKey, AccessKeyId};
use crate::metadata::journal::{Entry, Suspect};
use crate::ops::{Failure, Session};

/// Pairs that are neither from before nor ours, nor came by an import, become suspects.
pub(in crate::ops) fn suspects(
    session: &Session,
    entry: &Entry,
    shown: &[AccessKey],
) -> Result<Vec<AccessKeyId>, Failure> {
    let ours = entry.got.as_ref().map(|got| &got.access_key_id);
    let record = session.record(&entry.owner())?;
    let imported = |id: &AccessKeyId| record.pair(id).is_some_and(|pair| pair.imported);
    let strange = |key: &&AccessKey| {
        !entry.intent.before.contains(&key.id) && Some(&key.id) != ours && !imported(&key.id)
    };
    let mut found = Vec::new();
    for key in shown.iter().filter(strange) {
        let suspect = Suspect::new(key.id.clone(), &entry.owner(), session.cloud.now());
        if session.journal.suspect(&suspect)? {
            session.tell.warn(&format!(
                "`{}` appeared around a create, and akm cannot account for it: it is a suspect",
                key.id
            ));
        }
        found.push(key.id.clone());
    }
    Ok(found)
}
