//! A leaked pair, written down, that nothing has taken the place of.

use crate::core::{access_key::AccessKeyId, rotation::Reached};
use crate::metadata::journal::{Entry, Intent, OpenJournal, RotationIntent};
use crate::ops::{Failure, Session};

/// The pairs of which the journal says that they leaked: the one that it is about, and the one that it has beside that.
pub(in crate::ops) fn leaked_pairs(entry: &Entry) -> Vec<AccessKeyId> {
    let own = entry.intent.rotation.as_ref();
    let own = own.filter(|rotation| rotation.leaked);
    let own = own.map(|rotation| &rotation.old);
    own.into_iter().chain(&entry.leaked).cloned().collect()
}

/// Whether the journal says only that a pair leaked: nothing takes its place yet.
pub(in crate::ops) fn leak_waits(entry: &Entry) -> bool {
    entry.reached == Reached::Intent && entry.intent.is_of_leak() && !entry.intent.is_signed()
}

/// Back there, where a request came to nothing: with what leaked beside it, else with its own.
pub(in crate::ops) fn leak_waits_again(
    session: &Session,
    entry: Entry,
) -> Result<(Entry, OpenJournal), Failure> {
    let noted = entry.leaked.map(RotationIntent::leaked);
    Ok(session.journal.begin(Intent {
        nonce: String::new(),
        rotation: noted.or(entry.intent.rotation),
        ..entry.intent
    })?)
}

/// How a leaked pair is left until then.
pub(super) fn waits(id: &AccessKeyId) -> String {
    format!("`{id}` is disabled, and nothing has taken its place yet")
}
