//! Restores that were begun and not seen to their end.

use super::{begun_for, may_come, settle, until};
use crate::cloud::Fault;
use crate::core::{access_key::AccessKeyId, account::Owner, time};
use crate::metadata::{journal::Restoring, log::Action};
use crate::ops::{Failure, Kind, Session, record, recover};

/// Finishes what was begun for the owner; the caller holds its lock.
pub(in crate::ops) fn finish(session: &Session, owner: &Owner) -> Result<(), Failure> {
    let names = session.journal.names()?;
    session.check_suspects_among(&names, owner)?;
    for (id, begun) in session.journal.restoring_among(&names) {
        let begun = match begun {
            Err(error) if session.may_belong_to(owner, &id) => return Err(error.into()),
            Ok(begun) if begun.owner().key() == owner.key() => begun,
            _ => continue,
        };
        session.check_signer(owner)?;
        if let Some(pair) = settle(session, &begun)? {
            session.tell.warn(&format!(
                "finished what was begun before: `{}` of {owner} is restored and {}",
                pair.access_key_id, pair.status
            ));
        }
    }
    Ok(())
}

/// What is asked for and not seen yet, by the pair: `Undecided` until it cannot be executed any more. Not of owners that are left.
pub(in crate::ops) fn awaited(
    session: &Session,
    left: &recover::Left,
) -> Result<recover::Left, Failure> {
    let begun = session.journal.all_restoring()?.into_iter();
    let begun = begun.filter_map(|(_, begun)| begun.ok());
    let begun = begun.filter(|begun| {
        let key = begun.owner().key();
        left.iter().all(|(name, _)| *name != key)
    });
    let awaited = |begun: Restoring| {
        let failure = match is_open_still(session, &begun) {
            Ok(false) => return None,
            Ok(true) => still_open(session, &begun),
            Err(failure) => failure,
        };
        Some((begun.access_key_id.to_string(), failure))
    };
    Ok(begun.filter_map(awaited).collect())
}

/// Whether something of the owner's is being restored; what cannot be read may be.
pub(in crate::ops) fn is_open_for(session: &Session, owner: &Owner) -> Result<bool, Failure> {
    let mut begun = session.journal.all_restoring()?.into_iter();
    Ok(begun.any(|(id, begun)| match begun {
        Ok(begun) => begun.owner().key() == owner.key(),
        Err(_) => session.may_belong_to(owner, &id),
    }))
}

/// Another akm may be at it.
fn is_open_still(session: &Session, begun: &Restoring) -> Result<bool, Failure> {
    let _lock = session.lock(&begun.owner())?;
    let mut open = session.journal.all_restoring()?.into_iter();
    Ok(open.any(|(id, _)| id == begun.access_key_id))
}

/// `Undecided`, or `HalfDone`, where a restore of that pair is not seen to its end.
pub(in crate::ops) fn is_decided(session: &Session, id: &AccessKeyId) -> Result<(), Failure> {
    match begun_for(session, id)? {
        Some(begun) => Err(still_open(session, &begun)),
        None => Ok(()),
    }
}

pub(super) fn still_open(session: &Session, begun: &Restoring) -> Failure {
    if may_come(session, begun) {
        not_seen(session, begun)
    } else {
        nowhere(session, begun)
    }
}

fn not_seen(session: &Session, begun: &Restoring) -> Failure {
    let (id, owner) = (&begun.access_key_id, begun.owner());
    let until = until(session, begun);
    Failure::new(
        Kind::Undecided,
        format!("`{id}` of {owner} may yet be restored"),
    )
    .because("it was asked for, and the cloud does not list the pair")
    .hint(format!("run `akm recover` after {}", time::format(until)))
}

/// It came too late to be restored, and is not where it was.
fn nowhere(session: &Session, begun: &Restoring) -> Failure {
    let (id, owner) = (&begun.access_key_id, begun.owner());
    let message = format!("nobody knows what became of `{id}` of {owner}");
    match session.cloud.recycled_pair(id) {
        Ok(_) => Failure::new(Kind::HalfDone, message)
            .because("the recycle bin has it, and did not answer before")
            .hint("`akm recover` looks again"),
        Err(error) if error.fault != Fault::NoSuchPair => Failure::from(error).half_done(message),
        _ => Failure::new(Kind::HalfDone, message)
            .because("it was to be restored, and neither the list nor the recycle bin has it")
            .hint(format!(
                "look in the console; `akm recover --dismiss {id}` forgets that it was asked for"
            )),
    }
}

/// A person's word that nothing is to be made of a restore whose pair is nowhere. False when none is open; `Undecided` while it may
/// yet be executed, `Exists` when the pair is there.
pub(in crate::ops) fn dismiss(session: &Session, id: &AccessKeyId) -> Result<bool, Failure> {
    let Some(begun) = begun_for(session, id)? else {
        return Ok(false);
    };
    let owner = begun.owner();
    let _lock = session.lock(&owner)?;
    // Another akm may have ended it meanwhile.
    let Some(begun) = begun_for(session, id)? else {
        return Ok(false);
    };
    session.check_signer(&owner)?;
    if session.pairs_left(&owner)?.iter().any(|key| key.id == *id) {
        let message = format!("`{id}` of {owner} is there: its restoring is not to be forgotten");
        return Err(Failure::new(Kind::Exists, message).hint("`akm recover` finishes it"));
    }
    if may_come(session, &begun) {
        return Err(not_seen(session, &begun));
    }
    session.journal.restored(id)?;
    record::done(session, Action::Dismiss, &owner, id);
    Ok(true)
}
