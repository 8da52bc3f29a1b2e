//! The sealed copy of a new secret: kept in the journal before all else, opened where the store has lost its own.

use super::claim::rest;
use crate::core::{access_key::AccessKeyId, secret::Secret, time::Timestamp};
use crate::metadata::journal::{Entry, Got, OpenJournal, Suspect};
use crate::ops::{Failure, Kind, Session};
use crate::store::{self, SecretName};
use base64::prelude::{BASE64_STANDARD, Engine};

/// First act after the answer: the sealed secret goes into the open journal. Should that fail, the store is the second try, and
/// the sealed text in the error the third: the only copy is never dropped in silence.
pub(super) fn keep(
    session: &Session,
    entry: &mut Entry,
    journal: &mut OpenJournal,
    id: &AccessKeyId,
    secret: &Secret,
    created_at: Timestamp,
) -> Result<(), Failure> {
    let store = session.stores.open(session.store);
    let sealed = store.and_then(|store| store.seal(&session.recipient, secret));
    let sealed = BASE64_STANDARD.encode(sealed.unwrap_or_default());
    let got = Got {
        access_key_id: id.clone(),
        created_at,
        sealed: sealed.clone(),
    };
    let Err(error) = journal.got(entry, got) else {
        return Ok(());
    };
    let put = session.stores.open(session.store).and_then(|store| {
        store.put(&SecretName::pair(id), secret)?;
        Ok(store.durable())
    });
    // What only a keyring has may be gone tomorrow, and metadata would still claim it.
    if put.is_ok_and(|durable| durable || journal.retry().is_ok()) {
        session.tell.warn(&format!(
            "the journal could not be written ({error}); the secret is in the store"
        ));
        return Ok(());
    }
    let _ = session.journal.suspect(&Suspect::new(
        id.clone(),
        &entry.owner(),
        session.cloud.now(),
    ));
    let message = format!("AccessKey pair `{id}` was made and its secret could be written nowhere");
    Err(Failure::new(Kind::HalfDone, message).because(error).hint(format!(
        "keep this line, it is the secret sealed to this install's `age` identity, in base64: {sealed}"
    )))
}

/// Whether the store has the secret of the journal's pair; one that it has lost, or that is damaged there, is put back from the
/// sealed copy, if there is one.
pub(in crate::ops) fn held_or_restored(session: &Session, entry: &Entry) -> Result<bool, Failure> {
    let Some(got) = &entry.got else {
        return Ok(false);
    };
    let store = session.stores.open(entry.intent.store)?;
    let name = SecretName::pair(&got.access_key_id);
    if store::or_lost(store.holds(&name))? {
        return Ok(true);
    }
    if !got.has_seal() {
        return Ok(false);
    }
    rest(store, &name, &unseal(session, entry)?)?;
    if !store.durable() {
        session.this_run.unproven.note(&got.access_key_id);
    }
    session
        .tell
        .warn("the secret store had lost a secret; it was put back from the journal");
    Ok(true)
}

/// The secret that a journal holds, opened with the identity of the store that it was made for.
pub(in crate::ops) fn unseal(session: &Session, entry: &Entry) -> Result<Secret, Failure> {
    let got = entry
        .got
        .as_ref()
        .ok_or_else(|| Failure::new(Kind::Failed, "the journal has no pair"))?;
    if !got.has_seal() {
        let message = format!(
            "the secret store lacks the secret of `{}`",
            got.access_key_id
        );
        return Err(Failure::new(Kind::SecretMissing, message));
    }
    let sealed = BASE64_STANDARD.decode(&got.sealed);
    let sealed = sealed.map_err(|_| {
        Failure::new(
            Kind::Failed,
            "the sealed secret in the journal is no base64",
        )
    })?;
    Ok(session
        .stores
        .open(entry.intent.store)?
        .open(&entry.intent.recipient, &sealed)?)
}
