//! Making a pair without losing its secret: the steps that `create` and `rotate` share (`crash-safe create`, steps 1 to 7).

mod claim;
mod room;
mod seal;
mod suspects;

pub(super) use claim::{
    adopt, claim, is_deleted, is_long_ago, may_be_there, unlisted, with_the_new,
};
pub(super) use room::room;
pub(super) use seal::{held_or_restored, unseal};
pub(super) use suspects::suspects;

use super::{Failure, Kind, Session, record, recover};
use crate::cloud::{Error, NewPair};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
};
use crate::metadata::{
    Version,
    inventory::PairRecord,
    journal::{Entry, Intent, OpenJournal, RotationIntent},
    log::Action,
};
use crate::store;
use crate::sys::{random, signals};

/// A pair that is in the store, in metadata, and in a journal that is still open.
pub(crate) struct Issued {
    pub(in crate::ops) entry: Entry,
    pub(in crate::ops) journal: OpenJournal,
    pub(in crate::ops) pair: PairRecord,
    /// The owner's pairs as the cloud listed them last, the new one among them.
    pub(in crate::ops) keys: Vec<AccessKey>,
}

/// Everything that can be found out before anything irreversible: the account, the owner's pairs, the stores, the files.
/// Gives back the owner's pairs.
pub(in crate::ops) fn preflight(
    session: &Session,
    owner: &Owner,
) -> Result<Vec<AccessKey>, Failure> {
    session.check_signer(owner)?;
    let shown = session.cloud.pairs(owner)?;
    ready(session, owner)?;
    Ok(shown)
}

/// The part that is on this machine: the owner's file can be read and written, and the store takes a canary and opens a seal.
pub(in crate::ops) fn ready(session: &Session, owner: &Owner) -> Result<(), Failure> {
    session.record(owner)?;
    session.inventory.check_writable(owner)?;
    let random = random::nonce().map_err(no_random)?;
    let tried = session.stores.open(session.store).and_then(|store| {
        store::canary(store, &random)?;
        store::sealed_canary(store, &session.recipient, &random)
    });
    tried.map_err(|error| Failure::of_store(session.store, error))
}

/// Makes a pair. The caller holds the owner's lock and has settled what was open.
pub(in crate::ops) fn issue(
    session: &Session,
    owner: &Owner,
    before: &[AccessKey],
    comment: Option<String>,
    rotation: Option<RotationIntent>,
) -> Result<Issued, Failure> {
    room(session, owner, before)?;
    let open = session.journal.read(owner)?;
    if let Some(entry) = open.filter(|entry| entry.got.is_some()) {
        return Err(match entry.intent.rotation {
            Some(rotation) => not_over(owner, &rotation.old),
            None => not_read_back(owner),
        });
    }
    // Until the pair is claimed, Ctrl-C would drop the only copy of its secret.
    let _held = signals::hold();
    let signed = session.cloud.prepare_pair(owner)?;
    let (mut entry, mut journal) = session.journal.begin(Intent {
        version: Version,
        account_id: session.id.clone(),
        profile: session.profile.clone(),
        ram_user: owner.ram_user().cloned(),
        before: known_by_now(session, owner, before)?,
        nonce: signed.nonce.clone(),
        signed_at: signed.date,
        clock_unseen: session.cloud.may_execute_late() && !session.cloud.has_seen_clock(),
        store: session.store,
        recipient: session.recipient.clone(),
        comment,
        rotation,
    })?;
    let made = session.cloud.create_pair(&signed);
    let made = made.and_then(|made| is_new(&entry, made));
    let made = made.map_err(|error| lost(session, owner, &entry, error))?;
    let NewPair {
        id,
        secret,
        created_at,
    } = made;
    seal::keep(
        session,
        &mut entry,
        &mut journal,
        &id,
        &secret,
        created_at.unwrap_or_else(|| session.cloud.now()),
    )?;
    record::done(session, action(&entry), owner, &id);
    claim(session, entry, journal, &secret)
}

/// The pairs that are there, and those that akm knows of: one that a list lacks may be there all the same, or be restored, or is
/// being restored.
pub(super) fn known_by_now(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
) -> Result<Vec<AccessKeyId>, Failure> {
    let mut ids: Vec<_> = shown.iter().map(|key| key.id.clone()).collect();
    let known = session.record(owner)?.access_keys.into_iter();
    let coming = session.journal.all_restoring()?.into_iter();
    for id in known
        .map(|pair| pair.access_key_id)
        .chain(coming.map(|(id, _)| id))
    {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    Ok(ids)
}

/// An answer about a pair that was there before is no answer to this request, and its secret would replace the one that is held.
fn is_new(entry: &Entry, made: NewPair) -> Result<NewPair, Error> {
    if entry.intent.before.contains(&made.id) {
        return Err(Error::bad_answer("CreateAccessKey"));
    }
    Ok(made)
}

fn action(entry: &Entry) -> Action {
    match entry.intent.rotation {
        Some(_) => Action::RotateCreate,
        None => Action::Create,
    }
}

fn lost(session: &Session, owner: &Owner, entry: &Entry, error: Error) -> Failure {
    match record::change(session, action(entry), owner, None, Err(error)) {
        Err(error) => recover::lost(session, entry, error),
        Ok(never) => never,
    }
}

/// Its journal is what brings it to its end.
fn not_over(owner: &Owner, old: &AccessKeyId) -> Failure {
    let selector = owner.selector();
    let message = format!("the rotation that replaces `{old}` is not over");
    Failure::new(Kind::Refused, message)
        .because(format!("nothing else is made for {owner} meanwhile"))
        .hint(format!(
            "`akm recover --list` shows what it waits for; `akm rotate {selector} --finish` does what is due; \
             `akm rotate {selector} --rollback` goes back"
        ))
}

/// Its journal has the sealed copy, which the next journal would replace.
pub(super) fn not_read_back(owner: &Owner) -> Failure {
    let message = format!("an earlier secret of {owner} was put into its store just now");
    Failure::new(Kind::HalfDone, message)
        .because("a later command is to read it back before another pair is made")
        .hint("the same command again")
}

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(in crate::ops) fn no_random(error: anyhow::Error) -> Failure {
    Failure::new(Kind::Failed, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::{Fault, Outcome};
    use crate::core::{secret::Secret, time};

    /// It is not known what became of the request, and the secret that it gives is nobody's.
    #[test]
    fn an_answer_about_a_pair_that_was_there_before_is_none() {
        let at = time::parse("2026-11-24T10:00:00Z").unwrap();
        let entry = Entry::sample(None, at, &[]);
        let tried = |id: &str| {
            let made = NewPair {
                id: AccessKeyId::parse(id).unwrap(),
                secret: Secret::new("marker".to_owned()).unwrap(),
                created_at: None,
            };
            is_new(&entry, made).map(|made| made.id.to_string())
        };
        assert_eq!(tried("LTAI2").unwrap(), "LTAI2");
        let error = tried("LTAI1").unwrap_err();
        assert_eq!(
            (error.fault, error.outcome()),
            (Fault::BadAnswer, Outcome::Unknown)
        );
    }
}
