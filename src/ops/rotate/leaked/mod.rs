//! `rotate --leaked`: a pair that strangers may have is disabled first, then replaced, then deleted, its secret too.

mod beside;
pub(super) mod both;
pub(super) mod console;
mod disable;
mod kept;
pub(super) mod successor;
mod waiting;
pub(super) mod which;

use super::{Action, Standing, current, work};
use crate::cloud::Fault;
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
};
use crate::metadata::{
    Version,
    journal::{Entry, Intent, OpenJournal, RotationIntent},
};
use crate::ops::{
    Failure, Kind, Session, issue,
    recover::{self, Settled},
    restore, retire,
};
pub(in crate::ops) use beside::replace_beside;
use beside::{Way, make_way};
pub(in crate::ops) use both::beside_is_gone;
use both::leaked_too;
use console::{not_the_signer, protected};
pub(in crate::ops) use disable::disable;
use disable::disable_again;
use kept::forget_replaced;
use successor::{stand_in, successor};
use waiting::waits;
pub(in crate::ops) use waiting::{leak_waits, leak_waits_again, leaked_pairs};
use which::{new_pair, which};

/// Takes the pair that leaked out of use at once, even if it is the owner's last: the one that is named, or its only one. The other
/// pair takes its place, if it is Active and held, else a new one. `Denied` when akm signs with it, or the cloud protects it;
/// `HalfDone` when it is disabled and nothing can take its place.
pub(crate) fn leaked(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
) -> Result<Standing, Failure> {
    let _lock = session.lock(owner)?;
    session.check_suspects(owner)?;
    let mut coming = Ok(false);
    if let Some(id) = named {
        not_the_signer(&session.cloud.signer(), owner, id)?;
        coming = restore::not_active(session, id);
    }
    if goes_on(session, owner, named)? {
        disable_again(session, owner)?;
        if let Settled::Rotating(standing, _) = recover::settle(session, owner)? {
            return Ok(*standing);
        }
    }
    session.check_signer(owner)?;
    let (shown, found) = found(session, owner, named, coming)?;
    let Some(id) = found else {
        return deleted_already(session, owner, &shown, named);
    };
    not_the_signer(&session.cloud.signer(), owner, &id)?;
    issue::ready(session, owner)?;
    let shown = match make_way(session, owner, shown, &id)? {
        Way::Free(shown) => shown,
        Way::Gone(standing) => return Ok(*standing),
    };
    begin(session, owner, shown, &id)
}

/// The owner's pairs, and which of them is meant; `coming` is whether that may yet be restored, which is then looked into.
fn found(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
    coming: Result<bool, Failure>,
) -> Result<(Vec<AccessKey>, Option<AccessKeyId>), Failure> {
    let shown = session.cloud.pairs(owner);
    let mut shown = shown.map_err(|error| protected(owner, error))?;
    let mut id = which(session, owner, &shown, named)?;
    if id.is_none() && coming? {
        restore::finish(session, owner)?;
        shown = session.cloud.pairs(owner)?;
        id = which(session, owner, &shown, named)?;
    }
    if let Some(named) = named.filter(|_| id.is_none()) {
        let left = is_left(session, owner, &mut shown, named)?;
        id = left.then(|| named.clone());
    }
    Ok((shown, id))
}

/// Whether something is to be done about a pair that the list lacks: it is the new one of what is open, or is there. Then it is
/// disabled, and in `shown`.
fn is_left(
    session: &Session,
    owner: &Owner,
    shown: &mut Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    // Of that one, the leak is written down first.
    if new_pair(session, owner, id)?.is_some() {
        return Ok(true);
    }
    // Somebody may have restored it just now, and the list lag.
    disable(session, owner, shown, id)?;
    Ok(shown.iter().any(|key| key.id == *id))
}

/// Whether a command like this one was cut short.
pub(super) fn goes_on(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
) -> Result<bool, Failure> {
    let open = session.journal.read(owner)?;
    let rotation = open.and_then(|entry| entry.intent.rotation);
    Ok(rotation
        .is_some_and(|rotation| rotation.leaked && named.is_none_or(|id| *id == rotation.old)))
}

/// What is left of its secret goes, if nothing may bring it back.
fn deleted_already(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    named: Option<&AccessKeyId>,
) -> Result<Standing, Failure> {
    retire::forget_expired(session, owner, shown)?;
    if let Some(id) = named {
        restore::is_decided(session, id)?;
        retire::drop_secret(session, owner, id)?;
        session.tell.note(&format!("`{id}` is deleted already"));
    }
    current(session, owner)
}

/// The leak that was written down `beside` a request of which it is known now that nothing is left to wait for; `strange` are the pairs
/// that appeared around it.
pub(in crate::ops) fn replace_noted(
    session: &Session,
    beside: &Entry,
    id: &AccessKeyId,
    strange: &[AccessKeyId],
) -> Result<Standing, Failure> {
    let owner = &beside.owner();
    issue::ready(session, owner)?;
    let mut shown = listed(session, owner, id)?;
    leaked_too(session, beside, &mut shown, id)?;
    forget_replaced(session, beside, id)?;
    let intent = intent(session, owner, &shown, id)?;
    let (entry, journal) = session.journal.begin(intent)?;
    // Not before: it would be found again.
    session.journal.forget_dismissed(strange)?;
    replace(session, entry, journal, shown)
}

fn begin(
    session: &Session,
    owner: &Owner,
    shown: Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<Standing, Failure> {
    let intent = intent(session, owner, &shown, id)?;
    let (entry, journal) = session.journal.begin(intent)?;
    replace(session, entry, journal, shown)
}

fn intent(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    id: &AccessKeyId,
) -> Result<Intent, Failure> {
    let record = session.record(owner)?;
    let comment = record.pair(id).and_then(|pair| pair.comment.clone());
    Ok(Intent {
        version: Version,
        account_id: session.id.clone(),
        profile: session.profile.clone(),
        ram_user: owner.ram_user().cloned(),
        before: shown.iter().map(|key| key.id.clone()).collect(),
        nonce: String::new(),
        signed_at: session.cloud.now(),
        clock_unseen: false,
        store: session.store,
        recipient: session.recipient.clone(),
        comment,
        rotation: Some(RotationIntent::leaked(id.clone())),
    })
}

/// Goes on from there. The caller holds the owner's lock.
pub(in crate::ops) fn replace_leaked(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
) -> Result<Standing, Failure> {
    let owner = entry.owner();
    issue::ready(session, &owner)?;
    let rotation = entry.intent.rotation.as_ref();
    let shown = match rotation {
        Some(rotation) => listed(session, &owner, &rotation.old)?,
        None => Vec::new(),
    };
    replace(session, entry, journal, shown)
}

/// The owner's pairs, where that one leaked. Of a RAM user that is gone, or has another name by now, nobody is to wait for ever.
pub(in crate::ops) fn listed(
    session: &Session,
    owner: &Owner,
    id: &AccessKeyId,
) -> Result<Vec<AccessKey>, Failure> {
    session.cloud.pairs(owner).map_err(|error| {
        let gone = error.fault == Fault::NoSuchUser;
        let failure = protected(owner, error);
        if !gone {
            return failure;
        }
        failure.hint(format!(
            "`akm user list` shows who is there; `akm recover --dismiss {id}` forgets that it leaked"
        ))
    })
}

fn replace(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
    mut shown: Vec<AccessKey>,
) -> Result<Standing, Failure> {
    let (owner, rotation) = (entry.owner(), entry.intent.rotation.clone());
    let Some(rotation) = rotation else {
        return Err(Failure::new(Kind::Failed, "the journal has no rotation"));
    };
    let id = &rotation.old;
    disable(session, &owner, &mut shown, id)?;
    let half = |failure: Failure| failure.half_done(waits(id));
    let other = successor(session, &owner, &shown, id);
    if let Some(other) = other.map_err(|failure| match failure.kind {
        Kind::HalfDone => failure,
        _ => half(failure),
    })? {
        let (entry, journal) = stand_in(session, entry, &other).map_err(half)?;
        return work::go_on(session, entry, journal, shown);
    }
    drop(journal);
    let comment = entry.intent.comment;
    let issued = issue::issue(session, &owner, &shown, comment, Some(rotation.clone()));
    let issued = issued.map_err(half)?;
    let standing = work::go_on(session, issued.entry, issued.journal, issued.keys)?;
    Ok(Standing {
        action: Action::Created,
        ..standing
    })
}
