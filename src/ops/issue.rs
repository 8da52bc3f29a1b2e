//! Making a pair without losing its secret: the steps that `create` and `rotate` share (`crash-safe create`, steps 1 to 7).

use super::{Failure, Kind, Session, record, recover};
use crate::cloud::{Client, Error, Fault, NewPair};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    policy,
    rotation::Reached,
    secret::Secret,
};
use crate::metadata::{
    Version,
    inventory::PairRecord,
    journal::{Entry, Got, Intent, OpenJournal, RotationIntent, Suspect},
    log::Action,
};
use crate::store::{self, SecretName};
use crate::sys::{random, signals};
use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::TimeDelta;

/// A pair that is in the store, in metadata, and in a journal that is still open.
pub(crate) struct Issued {
    pub(super) entry: Entry,
    pub(super) journal: OpenJournal,
    pub(super) pair: PairRecord,
    /// The owner's pairs as the cloud listed them last, the new one among them.
    pub(super) keys: Vec<AccessKey>,
}

/// Everything that can be found out before anything irreversible: the account, the owner's pairs, the stores, the files.
/// Gives back the owner's pairs.
pub(super) fn preflight(session: &Session, owner: &Owner) -> Result<Vec<AccessKey>, Failure> {
    session.check_signer(owner)?;
    let shown = session.cloud.pairs(owner)?;
    ready(session, owner)?;
    Ok(shown)
}

/// The part that is on this machine: the owner's file can be read and written, and the store takes a canary and opens a seal.
pub(super) fn ready(session: &Session, owner: &Owner) -> Result<(), Failure> {
    session.record(owner)?;
    session.inventory.check_writable(owner)?;
    let random = random::nonce().map_err(no_random)?;
    let tried = session.stores.open(session.store).and_then(|store| {
        store::canary(store, &random)?;
        store::sealed_canary(store, &session.recipient, &random)
    });
    tried.map_err(|error| Failure::of_store(session.store, error))
}

/// `TwoPairs` when the owner has as many pairs as it may. The account's quota is asked for only where the usual one is reached.
pub(super) fn room(session: &Session, owner: &Owner, shown: &[AccessKey]) -> Result<(), Failure> {
    if shown.len() < policy::PAIRS_PER_OWNER {
        return Ok(());
    }
    if shown.len() < most_pairs(&session.cloud, owner)? {
        return Ok(());
    }
    Err(super::create::two_pairs(session, owner, shown))
}

/// Where the signer may not ask for the quota, the usual one holds.
fn most_pairs(cloud: &Client, owner: &Owner) -> Result<usize, Failure> {
    let quota = match cloud.quota(owner) {
        Err(error) if error.fault == Fault::Denied => None,
        quota => quota?,
    };
    Ok(quota.unwrap_or(policy::PAIRS_PER_OWNER))
}

/// Makes a pair. The caller holds the owner's lock and has settled what was open.
pub(super) fn issue(
    session: &Session,
    owner: &Owner,
    before: &[AccessKey],
    comment: Option<String>,
    rotation: Option<RotationIntent>,
) -> Result<Issued, Failure> {
    room(session, owner, before)?;
    let open = session.journal.read(owner)?;
    if open.is_some_and(|entry| entry.got.is_some()) {
        return Err(not_read_back(owner));
    }
    // Until the pair is claimed, Ctrl-C would drop the only copy of its secret.
    let _held = signals::hold();
    let signed = session.cloud.prepare_pair(owner)?;
    let (mut entry, mut journal) = session.journal.begin(Intent {
        version: Version,
        account_id: session.id.clone(),
        profile: session.profile.clone(),
        ram_user: owner.ram_user().cloned(),
        before: before.iter().map(|key| key.id.clone()).collect(),
        nonce: signed.nonce.clone(),
        signed_at: signed.date,
        store: session.store,
        recipient: session.recipient.clone(),
        comment,
        rotation,
    })?;
    let made = session
        .cloud
        .create_pair(&signed)
        .map_err(|error| lost(session, owner, &entry, error))?;
    let NewPair {
        id,
        secret,
        created_at,
    } = made;
    keep(
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

/// Its journal has the sealed copy, which the next journal would replace.
pub(super) fn not_read_back(owner: &Owner) -> Failure {
    let message = format!("an earlier secret of {owner} was put into its store just now");
    Failure::new(Kind::HalfDone, message)
        .because("a later command is to read it back before another pair is made")
        .hint("the same command again")
}

/// First act after the answer: the sealed secret goes into the open journal. Should that fail, the store is the second try, and
/// the sealed text in the error the third: the only copy is never dropped in silence.
fn keep(
    session: &Session,
    entry: &mut Entry,
    journal: &mut OpenJournal,
    id: &AccessKeyId,
    secret: &Secret,
    created_at: crate::core::time::Timestamp,
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

/// Steps 5 to 7: store, read back, compare; list again; metadata. Repeatable. Ends at *stored*, the journal still open.
pub(super) fn claim(
    session: &Session,
    mut entry: Entry,
    mut journal: OpenJournal,
    secret: &Secret,
) -> Result<Issued, Failure> {
    let owner = entry.owner();
    let Some(got) = entry.got.clone() else {
        return Err(Failure::new(Kind::Failed, "the journal has no pair"));
    };
    let half = |failure: Failure| {
        failure.half_done(format!(
            "AccessKey pair `{}` was made and is not yet held",
            got.access_key_id
        ))
    };
    let store = session
        .stores
        .open(entry.intent.store)
        .map_err(Failure::from)
        .map_err(half)?;
    rest(store, &SecretName::pair(&got.access_key_id), secret).map_err(half)?;
    let shown = session
        .cloud
        .pairs(&owner)
        .map_err(Failure::from)
        .map_err(half)?;
    suspects(session, &entry, &shown).map_err(half)?;
    let (pair, keys) = into_metadata(session, &entry, &got, shown).map_err(half)?;
    // It may have been taken for lost before what the journal says of it could be read.
    session
        .journal
        .resolve(&got.access_key_id)
        .map_err(Failure::from)
        .map_err(half)?;
    if entry.intent.rotation.is_some() {
        journal
            .reached(&mut entry, Reached::Stored, session.cloud.now())
            .map_err(Failure::from)
            .map_err(half)?;
    }
    entry.unproven = !store.durable();
    Ok(Issued {
        entry,
        journal,
        pair,
        keys,
    })
}

fn rest(store: &dyn store::SecretStore, name: &SecretName, secret: &Secret) -> Result<(), Failure> {
    store.put(name, secret)?;
    match store.get(name)? {
        Some(read) if read.same_as(secret) => Ok(()),
        _ => Err(Failure::new(
            Kind::StoreFailed,
            "the secret store gave back something else than was stored",
        )),
    }
}

/// A pair that the journal could not take and the store did, as [`keep`] does it: only akm puts a secret into a store of this home, so
/// that the pair is ours and no suspect. Written down as got. A keyring proves nothing: another home may use it too.
pub(super) fn adopt(
    session: &Session,
    entry: &mut Entry,
    journal: &mut OpenJournal,
) -> Result<(), Failure> {
    let shown = session.cloud.pairs(&entry.owner())?;
    let store = session.stores.open(entry.intent.store)?;
    let new = |key: &&AccessKey| store.durable() && !entry.intent.before.contains(&key.id);
    for key in shown.iter().filter(new) {
        let Some(secret) = store.get(&SecretName::pair(&key.id))? else {
            continue;
        };
        let sealed = store.seal(&entry.intent.recipient, &secret)?;
        let got = Got {
            access_key_id: key.id.clone(),
            created_at: key.created_at,
            sealed: BASE64_STANDARD.encode(sealed),
        };
        return Ok(journal.got(entry, got)?);
    }
    Ok(())
}

/// Pairs that are neither from before nor ours become suspects.
pub(super) fn suspects(
    session: &Session,
    entry: &Entry,
    shown: &[AccessKey],
) -> Result<Vec<AccessKeyId>, Failure> {
    let ours = entry.got.as_ref().map(|got| &got.access_key_id);
    let strange =
        |key: &&AccessKey| !entry.intent.before.contains(&key.id) && Some(&key.id) != ours;
    let mut found = Vec::new();
    for key in shown.iter().filter(strange) {
        let suspect = Suspect::new(key.id.clone(), &entry.owner(), session.cloud.now());
        if session.journal.suspect(&suspect)? {
            session.tell.warn(&format!(
                "`{}` appeared around a create whose answer was lost: it is a suspect",
                key.id
            ));
        }
        found.push(key.id.clone());
    }
    Ok(found)
}

/// A list may lag behind the create that it follows. A pair that the recycle bin has, or that is missing long after, was deleted.
fn is_deleted(session: &Session, got: &Got) -> bool {
    session.cloud.recycled_pair(&got.access_key_id).is_ok()
        || session.cloud.now() > got.created_at + TimeDelta::minutes(5)
}

fn into_metadata(
    session: &Session,
    entry: &Entry,
    got: &Got,
    mut shown: Vec<AccessKey>,
) -> Result<(PairRecord, Vec<AccessKey>), Failure> {
    let listed = shown.iter().any(|key| key.id == got.access_key_id);
    let deleted = !listed && is_deleted(session, got);
    if !listed {
        let (id, created_at) = (got.access_key_id.clone(), got.created_at);
        shown.push(AccessKey {
            id,
            status: Status::Active,
            created_at,
        });
    }
    let mut record = session.record(&entry.owner())?;
    record.take_over(&shown, session.cloud.now());
    let Some(pair) = record.pair_mut(&got.access_key_id) else {
        return Err(Failure::new(
            Kind::Failed,
            "the new pair is not in its own list",
        ));
    };
    pair.secret_store = Some(entry.intent.store);
    pair.comment.clone_from(&entry.intent.comment);
    pair.deleted_at = deleted.then(|| session.cloud.now());
    let pair = pair.clone();
    session.inventory.save(&record)?;
    Ok((pair, shown))
}

/// Whether the store has the secret of the journal's pair; one that it has lost is put back from the sealed copy.
pub(super) fn held_or_restored(session: &Session, entry: &mut Entry) -> Result<bool, Failure> {
    let Some(got) = &entry.got else {
        return Ok(false);
    };
    let store = session.stores.open(entry.intent.store)?;
    let name = SecretName::pair(&got.access_key_id);
    if store.get(&name)?.is_some() {
        return Ok(true);
    }
    rest(store, &name, &unseal(session, entry)?)?;
    entry.unproven = !store.durable();
    session
        .tell
        .warn("the secret store had lost a secret; it was put back from the journal");
    Ok(true)
}

/// The secret that a journal holds, opened with the identity of the store that it was made for.
pub(super) fn unseal(session: &Session, entry: &Entry) -> Result<Secret, Failure> {
    let got = entry
        .got
        .as_ref()
        .ok_or_else(|| Failure::new(Kind::Failed, "the journal has no pair"))?;
    if got.sealed.is_empty() {
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

#[expect(clippy::needless_pass_by_value, reason = "for `map_err`")]
pub(super) fn no_random(error: anyhow::Error) -> Failure {
    Failure::new(Kind::Failed, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::answering;

    #[test]
    fn the_usual_quota_holds_where_the_accounts_is_not_told() {
        let most = |status, body: &str, owner| {
            let most = most_pairs(&answering::with(status, body), &owner);
            most.map_err(|failure| failure.kind)
        };
        let user = || Owner::RamUser("alice".parse().unwrap());
        let both =
            r#"{"SummaryMap":{"AccessKeysPerUserQuota":3,"AccountAccessKeysPerAccountQuota":5}}"#;
        assert_eq!(most(200, both, user()), Ok(3));
        assert_eq!(most(200, both, Owner::Account), Ok(5));
        assert_eq!(most(200, r#"{"SummaryMap":{}}"#, user()), Ok(2));
        let denied = r#"{"Code":"NoPermission","Message":"no"}"#;
        assert_eq!(most(403, denied, user()), Ok(2));
        let odd = r#"{"SummaryMap":{"AccessKeysPerUserQuota":-1}}"#;
        assert_eq!(most(200, odd, user()), Err(Kind::Failed));
        let busy = r#"{"Code":"Throttling.User","Message":"slow"}"#;
        assert_eq!(most(400, busy, user()), Err(Kind::Unavailable));
    }
}
