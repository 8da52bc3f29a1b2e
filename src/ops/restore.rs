//! `restore`: a deleted pair back from the cloud's recycle bin. It comes back Active, so that what was asked is written down first.

use super::{Failure, Kind, Session, profile, record, recover, retire};
use crate::cloud::{Caller, Fault, Outcome};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    rotation::Reached,
    time,
};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, Restoring},
    log::Action,
};

/// Brings a deleted pair back, disabled at once unless `active`; finishes what an earlier command began. `NoSuchPair` when the
/// recycle bin does not have it, `TwoPairs` when its owner has two others, `Exists` when it is not deleted.
pub(crate) fn restore(
    session: &Session,
    id: &AccessKeyId,
    active: bool,
) -> Result<PairRecord, Failure> {
    let caller = session.caller()?;
    if let Some(pair) = go_on(session, &caller, id, active)? {
        return Ok(pair);
    }
    let recycled = session
        .cloud
        .recycled_pair(id)
        .map_err(|error| not_recycled(session, id, error))?;
    let user_id = recycled.user_id.unwrap_or_else(|| session.id.to_string());
    let owner = if user_id == session.id.as_str() {
        Owner::Account
    } else {
        Owner::RamUser(session.cloud.user_by_id(&user_id)?.name)
    };
    Session::check_caller(&caller, &owner)?;
    let _lock = session.lock(&owner)?;
    session.check_suspects(&owner)?;
    session.record(&owner)?;
    session.inventory.check_writable(&owner)?;
    decide_first(session, &owner)?;
    let shown = session.cloud.pairs(&owner)?;
    super::issue::room(session, &owner, &shown)?;
    // By the clock that is signed by.
    let begun = Restoring::new(id.clone(), &owner, active, session.clock.now());
    session.journal.restoring(&begun)?;
    ask(session, &begun, &user_id)?;
    settle(session, &begun)?.ok_or_else(|| {
        Failure::new(
            Kind::HalfDone,
            format!("the cloud took the restoring of `{id}` and does not list it yet"),
        )
        .hint("look again in a minute: `akm recover`")
    })
}

/// A pair that comes back would be taken for the one that a lost create made.
fn decide_first(session: &Session, owner: &Owner) -> Result<(), Failure> {
    let open = session.journal.read(owner)?;
    let lost = |entry: &Entry| entry.reached == Reached::Intent && entry.intent.is_signed();
    if !open.is_some_and(|entry| lost(&entry)) {
        return Ok(());
    }
    if let recover::Settled::Pair(pair) = recover::settle(session, owner)? {
        session.tell.note(&format!(
            "finished what was begun before: AccessKey pair `{}`",
            pair.access_key_id
        ));
    }
    Ok(())
}

/// An earlier command was cut short in the middle: what is asked now is what counts.
fn go_on(
    session: &Session,
    caller: &Caller,
    id: &AccessKeyId,
    active: bool,
) -> Result<Option<PairRecord>, Failure> {
    let Some(begun) = begun_for(session, id)? else {
        return Ok(None);
    };
    let owner = begun.owner();
    Session::check_caller(caller, &owner)?;
    let _lock = session.lock(&owner)?;
    let begun = Restoring::new(id.clone(), &owner, active, begun.asked_at);
    session.journal.restoring(&begun)?;
    settle(session, &begun)
}

/// What is certainly not done needs no finishing.
fn ask(session: &Session, begun: &Restoring, user_id: &str) -> Result<(), Failure> {
    let id = &begun.access_key_id;
    let answer = session.cloud.restore(id, user_id);
    let owner = begun.owner();
    let answer = record::change(session, Action::Restore, &owner, Some(id), answer);
    let Err(error) = answer else {
        return Ok(());
    };
    if error.outcome() == Outcome::Unknown {
        let what = format!("nobody knows whether `{id}` is back, and Active");
        return Err(Failure::from(error)
            .half_done(what)
            .hint("`akm recover` finds out, and finishes it"));
    }
    session.journal.restored(id)?;
    Err(error.into())
}

/// Finishes what was begun for the owner; the caller holds its lock.
pub(super) fn finish(session: &Session, owner: &Owner) -> Result<(), Failure> {
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
pub(super) fn awaited(session: &Session, left: &recover::Left) -> Result<recover::Left, Failure> {
    let begun = session.journal.all_restoring()?.into_iter();
    let begun = begun.filter_map(|(_, begun)| begun.ok());
    let begun = begun.filter(|begun| {
        let key = begun.owner().key();
        left.iter().all(|(name, _)| *name != key)
    });
    let awaited = |begun: Restoring| {
        let failure = match is_open_still(session, &begun) {
            Ok(false) => return None,
            Ok(true) if may_come(session, &begun) => not_seen(session, &begun),
            Ok(true) => nowhere(session, &begun),
            Err(failure) => failure,
        };
        Some((begun.access_key_id.to_string(), failure))
    };
    Ok(begun.filter_map(awaited).collect())
}

/// Another akm may be at it.
fn is_open_still(session: &Session, begun: &Restoring) -> Result<bool, Failure> {
    let _lock = session.lock(&begun.owner())?;
    let mut open = session.journal.all_restoring()?.into_iter();
    Ok(open.any(|(id, _)| id == begun.access_key_id))
}

fn not_seen(session: &Session, begun: &Restoring) -> Failure {
    let (id, owner) = (&begun.access_key_id, begun.owner());
    let until = recover::expires(session, begun.asked_at);
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
        Err(error) if error.fault != Fault::NoSuchPair => Failure::from(error).half_done(message),
        _ => Failure::new(Kind::HalfDone, message)
            .because("it was to be restored, and neither the list nor the recycle bin has it")
            .hint(format!(
                "look in the console; `akm recover --dismiss {id}` forgets that it was asked for"
            )),
    }
}

fn begun_for(session: &Session, id: &AccessKeyId) -> Result<Option<Restoring>, Failure> {
    let mut begun = session.journal.all_restoring()?.into_iter();
    let begun = begun.find(|(of, _)| of == id).map(|(_, begun)| begun);
    Ok(begun.transpose()?)
}

/// Whether the request can still be executed.
fn may_come(session: &Session, begun: &Restoring) -> bool {
    let until = recover::expires(session, begun.asked_at);
    session.cloud.may_execute_late() && session.cloud.now() < until
}

/// A person's word that nothing is to be made of a restore whose pair is nowhere. False when none is open; `Undecided` while it may
/// yet be executed, `Exists` when the pair is there.
pub(super) fn dismiss(session: &Session, id: &AccessKeyId) -> Result<bool, Failure> {
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

/// Gives the pair the status that was asked for; `None` when it is not back. A request without an answer may be executed later, and
/// is looked for until then.
fn settle(session: &Session, begun: &Restoring) -> Result<Option<PairRecord>, Failure> {
    let (id, owner) = (&begun.access_key_id, begun.owner());
    let shown = session.cloud.pairs(&owner)?;
    let Some(key) = shown.iter().find(|key| key.id == *id) else {
        // What is not in the bin any more has gone somewhere.
        if !may_come(session, begun) && session.cloud.recycled_pair(id).is_ok() {
            session.journal.restored(id)?;
        }
        return Ok(None);
    };
    let signs = !begun.active && profile::signs(session, id)?;
    if signs {
        session.tell.warn(&format!(
            "`{id}` is back and stays Active: a profile signs with it"
        ));
    }
    let status = if begun.active || signs {
        Status::Active
    } else {
        Status::Inactive
    };
    let set = retire::set(session, &owner, &shown, key, status, None);
    let pair = set.map_err(|failure| match failure.kind {
        Kind::HalfDone => failure,
        _ => retire::not_written_down(failure, id, "is back, and still Active,"),
    });
    let pair = pair.map_err(|failure| failure.hint("`akm recover` finishes it"))?;
    session.journal.restored(id)?;
    Ok(Some(pair))
}

fn not_recycled(session: &Session, id: &AccessKeyId, error: crate::cloud::Error) -> Failure {
    if error.fault != Fault::NoSuchPair {
        return error.into();
    }
    match retire::find(session, id) {
        Ok(found) => Failure::new(
            Kind::Exists,
            format!("`{id}` of {} is not deleted", found.owner),
        )
        .hint(match found.key.status {
            Status::Active => "it is Active".to_owned(),
            Status::Inactive => format!("it is Inactive; `akm enable {id}` makes it Active"),
        }),
        Err(_) => Failure::new(
            Kind::NoSuchPair,
            format!("the cloud's recycle bin has no AccessKey pair `{id}`"),
        )
        .because(error)
        .hint("it keeps a deleted pair for 30 days, and three of one user"),
    }
}
