//! `rotate --dry-run`: the calls that a rotation would make, by its plan. Asks the cloud, and changes nothing anywhere.

pub(crate) use super::rehearsal::Planned;

use super::{
    State, Wish, console, leaked, recorded,
    rehearsal::{Calls, Rehearsal},
    replace, rests, rollback,
    start::{self, Beginning},
    successor, waits_with,
};
use crate::cloud::Call;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::{Back, Reached, Recorded},
};
use crate::metadata::journal::Entry;
use crate::ops::{Failure, Kind, Session, issue, retire};
use crate::store::SecretName;
use chrono::TimeDelta;

/// What a person would have done.
pub(crate) enum Asked {
    Rotate(Wish),
    RollBack,
    Leaked(Option<AccessKeyId>),
}

/// What would be done, and where it would end.
pub(crate) struct Plan {
    pub(crate) calls: Vec<Planned>,
    /// Absent where it would stop.
    pub(crate) state: Option<State>,
    /// Why it would stop after these calls.
    pub(crate) stops: Option<Failure>,
}

/// Stands for the id that the cloud will choose.
pub(crate) const NEW: &str = "NEW_KEY_ID";

/// The plan of the command; fails where the command would be refused. What another command left unfinished is not planned: `Refused`.
pub(crate) fn plan(session: &Session, owner: &Owner, asked: &Asked) -> Result<Plan, Failure> {
    let mut calls = Calls::new(session.cloud.signer());
    let open = session.journal.read(owner)?;
    let state = match (asked, open) {
        (Asked::RollBack, None) => return Err(rollback::nothing_open(session, owner)),
        (Asked::Rotate(wish), None) if wish.finish_only => State::None,
        (_, Some(entry)) => on_open(session, owner, asked, &entry, &mut calls)?,
        (Asked::Rotate(wish), None) => {
            let shown = asked_first(session, owner, &mut calls)?;
            begin(session, owner, wish, shown, &mut calls)?
        }
        (Asked::Leaked(named), None) => leak(session, owner, named.as_ref(), &mut calls)?,
    };
    Ok(Plan {
        calls: calls.made,
        state: calls.stops.is_none().then_some(state),
        stops: calls.stops,
    })
}

/// What each begins with: whose the signer is, and the owner's pairs.
fn asked_first(
    session: &Session,
    owner: &Owner,
    calls: &mut Calls,
) -> Result<Vec<AccessKey>, Failure> {
    session.check_signer(owner)?;
    calls.add(&Call::caller_identity());
    calls.add(&Call::list_pairs(owner));
    Ok(session.cloud.pairs(owner)?)
}

fn begin(
    session: &Session,
    owner: &Owner,
    wish: &Wish,
    shown: Vec<AccessKey>,
    calls: &mut Calls,
) -> Result<State, Failure> {
    let Beginning {
        replaced,
        before,
        old,
        overlap,
    } = start::beginning(session, owner, wish, shown)?;
    issue::room(session, owner, &before)?;
    if let Some(id) = replaced {
        calls.add(&Call::delete_pair(owner, &id));
        calls.add(&Call::list_pairs(owner));
    }
    let record = session.record(owner)?;
    for id in retire::expired(&record, session.cloud.now()) {
        calls.add(&Call::recycled_pair(&id));
    }
    let spans = [overlap.delta(), wish.grace.delta()];
    made(session, owner, old, before, spans, calls)
}

/// A new pair, and all that follows.
fn made(
    session: &Session,
    owner: &Owner,
    old: AccessKeyId,
    mut keys: Vec<AccessKey>,
    [overlap, grace]: [TimeDelta; 2],
    calls: &mut Calls,
) -> Result<State, Failure> {
    calls.add(&Call::create_pair(owner));
    let (new, now) = (AccessKeyId::parse(NEW)?, session.cloud.now());
    keys.push(AccessKey {
        id: new.clone(),
        status: Status::Active,
        created_at: now,
    });
    let mut rehearsal = Rehearsal {
        owner,
        old,
        new,
        keys,
        recorded: just(Reached::Got),
        held: [true; 2],
        overlap,
        grace,
        now,
    };
    rehearsal.play(calls)
}

fn just(reached: Reached) -> Recorded {
    Recorded {
        reached,
        stored: reached != Reached::Got,
        due: None,
        deleted: false,
        back: None,
    }
}

fn on_open(
    session: &Session,
    owner: &Owner,
    asked: &Asked,
    entry: &Entry,
    calls: &mut Calls,
) -> Result<State, Failure> {
    let stored = entry.when(Reached::Stored).is_some();
    let Some((rotation, got)) = entry
        .intent
        .rotation
        .as_ref()
        .zip(entry.got.as_ref())
        .filter(|(rotation, _)| stored && !rotation.leaked)
    else {
        return Err(unfinished(owner));
    };
    session.check_signer(owner)?;
    let mut rehearsal = Rehearsal {
        owner,
        old: rotation.old.clone(),
        new: got.access_key_id.clone(),
        keys: session.cloud.pairs(owner)?,
        recorded: recorded(entry),
        held: held(session, owner, entry)?,
        overlap: TimeDelta::seconds(rotation.overlap_seconds),
        grace: TimeDelta::seconds(rotation.grace_seconds),
        now: session.cloud.now(),
    };
    calls.add(&Call::caller_identity());
    match asked {
        Asked::RollBack => back(session, &mut rehearsal, calls),
        Asked::Rotate(wish) => go_on(session, wish, entry, rehearsal, calls),
        Asked::Leaked(named) => {
            calls.made.clear();
            leak(session, owner, named.as_ref(), calls)
        }
    }
}

fn back(session: &Session, rehearsal: &mut Rehearsal, calls: &mut Calls) -> Result<State, Failure> {
    let back = &mut rehearsal.recorded.back;
    back.get_or_insert(Back { enabled: None });
    match rehearsal.play(calls)? {
        State::Done => Err(rollback::nothing_open(session, rehearsal.owner)),
        state => Ok(state),
    }
}

fn go_on(
    session: &Session,
    wish: &Wish,
    entry: &Entry,
    mut rehearsal: Rehearsal,
    calls: &mut Calls,
) -> Result<State, Failure> {
    let owner = rehearsal.owner;
    if wish
        .replace
        .as_ref()
        .is_some_and(|id| waits_with(entry, id))
    {
        rehearsal.end_grace();
    }
    let mut state = rehearsal.play(calls)?;
    if let Some(id) = &wish.replace
        && replace::ends_grace(
            session,
            owner,
            (state, &rehearsal.new, Some(&rehearsal.old)),
            id,
        )?
    {
        calls.add(&Call::caller_identity());
        rehearsal.end_grace();
        state = rehearsal.play(calls)?;
    }
    let rested = rests(entry) || wish.replace.as_ref() == Some(&rehearsal.old);
    if state == State::Done && rested && !wish.finish_only {
        let shown = rehearsal.keys;
        calls.add(&Call::caller_identity());
        calls.add(&Call::list_pairs(owner));
        return begin(session, owner, wish, shown, calls);
    }
    Ok(state)
}

fn unfinished(owner: &Owner) -> Failure {
    let message = format!("something else is open for {owner}, and is done first");
    Failure::new(Kind::Refused, message)
        .hint("`akm recover --list` shows it; `akm recover` does it")
}

/// Whether the secrets of the new pair and of the old one are held, or can be had from the journal.
fn held(session: &Session, owner: &Owner, entry: &Entry) -> Result<[bool; 2], Failure> {
    let stored = |kind, id: &AccessKeyId| -> Result<bool, Failure> {
        let store = session.stores.open(kind)?;
        Ok(store.holds(&SecretName::pair(id))?)
    };
    let new = match &entry.got {
        Some(got) => stored(entry.intent.store, &got.access_key_id)? || !got.sealed.is_empty(),
        None => false,
    };
    let record = session.record(owner)?;
    let old = entry.intent.rotation.as_ref().map(|rotation| &rotation.old);
    let known = old.and_then(|id| Some((record.pair(id)?.secret_store?, id)));
    let old = known.map_or(Ok(false), |(kind, id)| stored(kind, id))?;
    Ok([new, old])
}

fn leak(
    session: &Session,
    owner: &Owner,
    named: Option<&AccessKeyId>,
    calls: &mut Calls,
) -> Result<State, Failure> {
    let mut keys = asked_first(session, owner, calls)?;
    let Some(id) = leaked::which(session, owner, &keys, named)? else {
        return Ok(State::None);
    };
    console::not_the_signer(&session.cloud.signer(), owner, &id)?;
    for key in &mut keys {
        if key.id == id && key.status == Status::Active {
            calls.add(&Call::set_status(owner, &id, Status::Inactive));
            key.status = Status::Inactive;
        }
    }
    let spans = [TimeDelta::zero(); 2];
    let other = successor::successor(session, owner, &keys, &id);
    let other = match other {
        Err(failure) if failure.kind == Kind::HalfDone => {
            calls.stops = Some(Failure {
                kind: Kind::Refused,
                message: format!("`{id}` would be disabled, and nothing can take its place"),
                ..failure
            });
            return Ok(State::None);
        }
        other => other?,
    };
    let Some(other) = other else {
        return made(session, owner, id, keys, spans, calls);
    };
    let mut rehearsal = Rehearsal {
        owner,
        old: id,
        new: other.access_key_id,
        keys,
        recorded: just(Reached::Stored),
        held: [true; 2],
        overlap: TimeDelta::zero(),
        grace: TimeDelta::zero(),
        now: session.cloud.now(),
    };
    rehearsal.play(calls)
}
