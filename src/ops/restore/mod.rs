//! `restore`: a deleted pair back from the cloud's recycle bin. It comes back Active, so that what was asked is written down first.

mod open;

pub(super) use open::{awaited, dismiss, finish, is_decided, is_open_for};

use super::{Failure, Kind, Session, profile, record, recover, retire};
use crate::cloud::{Caller, Fault, Outcome};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::Reached,
    time::{self, Timestamp},
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    journal::{Entry, Restoring},
    log::Action,
};
use chrono::TimeDelta;
use open::still_open;

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
    let mut shown = session.cloud.pairs(&owner)?;
    // By the clock that is signed by.
    let begun = || Restoring::new(id.clone(), &owner, active, session.clock.now());
    if is_back(session, &shown, id)? {
        let begun = begun();
        session.journal.restoring(&begun)?;
        if let Some(pair) = as_asked(session, &begun, &shown)? {
            return Ok(pair);
        }
    }
    shown.retain(|key| key.id != *id);
    super::issue::room(session, &owner, &shown)?;
    let begun = begun();
    ask(session, &begun, &user_id)?;
    let shown = session.pairs_left(&owner).map_err(Failure::from);
    let settled = shown.and_then(|shown| as_asked(session, &begun, &shown));
    let settled = settled.map_err(|failure| not_settled(failure, id))?;
    settled.ok_or_else(|| {
        Failure::new(
            Kind::HalfDone,
            format!("the cloud took the restoring of `{id}` and does not list it yet"),
        )
        .hint("look again in a minute: `akm recover`")
    })
}

/// Another akm may have been faster; or the list lags behind the deletion.
fn is_back(session: &Session, shown: &[AccessKey], id: &AccessKeyId) -> Result<bool, Failure> {
    if shown.iter().all(|key| key.id != *id) {
        return Ok(false);
    }
    match session.cloud.recycled_pair(id) {
        Err(error) if error.fault == Fault::NoSuchPair => Ok(true),
        recycled => Ok(recycled.map(|_| false)?),
    }
}

fn not_settled(failure: Failure, id: &AccessKeyId) -> Failure {
    if failure.kind == Kind::HalfDone {
        return failure;
    }
    let first = failure.hint.clone().map(|hint| format!("{hint}; "));
    let hint = format!("{}`akm recover` finishes it", first.unwrap_or_default());
    let back = format!("`{id}` is back, and Active");
    failure.half_done(back).hint(hint)
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

/// What is certainly not done needs no finishing, unless it was asked for before.
fn ask(session: &Session, begun: &Restoring, user_id: &str) -> Result<(), Failure> {
    let id = &begun.access_key_id;
    let earlier = begun_for(session, id)?;
    session.journal.restoring(begun)?;
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
    if earlier.is_some() {
        let may = format!("`{id}` may yet be restored by an earlier command");
        let until = time::format(until(session, begun));
        let failure = Failure::from(error).half_done(may);
        return Err(failure.hint(format!("run `akm recover` after {until}")));
    }
    session.journal.restored(id)?;
    Err(error.into())
}

fn begun_for(session: &Session, id: &AccessKeyId) -> Result<Option<Restoring>, Failure> {
    let mut begun = session.journal.all_restoring()?.into_iter();
    let begun = begun.find(|(of, _)| of == id).map(|(_, begun)| begun);
    Ok(begun.transpose()?)
}

/// What was asked for before a pair leaked does not count any more: should it yet come back, it is not to stay Active. Gives back
/// whether it may.
pub(in crate::ops) fn not_active(session: &Session, id: &AccessKeyId) -> Result<bool, Failure> {
    let Some(mut begun) = begun_for(session, id)? else {
        return Ok(false);
    };
    if begun.active {
        begun.active = false;
        session.journal.restoring(&begun)?;
    }
    Ok(true)
}

/// Whether the request can still be executed.
fn may_come(session: &Session, begun: &Restoring) -> bool {
    let until = until(session, begun);
    session.cloud.may_execute_late() && recover::is_awaited(until, session.cloud.now())
}

/// It may have been sent four times, signed anew each time, within three minutes.
fn until(session: &Session, begun: &Restoring) -> Timestamp {
    recover::expires(session, begun.asked_at) + TimeDelta::minutes(3)
}

/// Gives the pair the status that was asked for; `None` when it is not back. A request without an answer may be executed later, and
/// is looked for until then.
fn settle(session: &Session, begun: &Restoring) -> Result<Option<PairRecord>, Failure> {
    let id = &begun.access_key_id;
    let shown = session.pairs_left(&begun.owner())?;
    let pair = if is_back(session, &shown, id)? {
        as_asked(session, begun, &shown)?
    } else {
        None
    };
    if pair.is_some() {
        record::done(session, Action::Recover, &begun.owner(), id);
    }
    // What is not in the bin any more has gone somewhere.
    if pair.is_none() && !may_come(session, begun) && session.cloud.recycled_pair(id).is_ok() {
        session.journal.restored(id)?;
    }
    Ok(pair)
}

fn as_asked(
    session: &Session,
    begun: &Restoring,
    shown: &[AccessKey],
) -> Result<Option<PairRecord>, Failure> {
    let (id, owner) = (&begun.access_key_id, begun.owner());
    let Some(key) = shown.iter().find(|key| key.id == *id) else {
        return Ok(None);
    };
    let signs = !begun.active && profile::signs(session, id)?;
    let set = if signs {
        let status = left(&session.record(&owner)?, key);
        session.tell.warn(&format!(
            "`{id}` is back and stays {status}: a profile signs with it"
        ));
        retire::written(session, &owner, shown, id, status, None)
    } else if begun.active && key.status == Status::Active {
        retire::written(session, &owner, shown, id, Status::Active, None)
    } else {
        let status = if begun.active {
            Status::Active
        } else {
            Status::Inactive
        };
        retire::set(session, &owner, shown, key, status, None)
    };
    let pair = set.map_err(|failure| match failure.kind {
        Kind::HalfDone => failure,
        _ => retire::not_written_down(failure, id, "is back, and still Active,"),
    });
    let pair = pair.map_err(|failure| failure.hint("`akm recover` finishes it"))?;
    session.journal.restored(id)?;
    Ok(Some(pair))
}

/// It came back Active, whatever a list says that lags; akm may have disabled it since.
fn left(record: &OwnerRecord, listed: &AccessKey) -> Status {
    let known = record.pair(&listed.id).filter(|pair| pair.is_live());
    match known {
        Some(pair) if pair.status == listed.status => pair.status,
        _ => Status::Active,
    }
}

fn not_recycled(session: &Session, id: &AccessKeyId, error: crate::cloud::Error) -> Failure {
    if error.fault != Fault::NoSuchPair {
        return error.into();
    }
    if let Ok(Some(begun)) = begun_for(session, id) {
        return still_open(session, &begun);
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
