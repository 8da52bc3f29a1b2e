//! `rotate --dry-run`: the calls that a rotation would make, by its plan. Asks the cloud, and changes nothing anywhere.

mod leak;

pub(crate) use super::rehearsal::Planned;

use super::{
    State, Wish, leak_waits, leaked, recorded,
    rehearsal::{Calls, Rehearsal},
    replace, rests, rollback,
    start::{self, Beginning},
    waits_with, work,
};
use crate::cloud::Call;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::{Back, Reached, Recorded},
};
use crate::metadata::journal::Entry;
use crate::ops::{Failure, Kind, Session, issue, recover, restore, retire};
use crate::store::{self, SecretName};
use chrono::TimeDelta;
use leak::leak;

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
    if restore::is_open_for(session, owner)? {
        return Err(unfinished(owner));
    }
    let open = session.journal.read(owner)?;
    let state = match (asked, open) {
        (Asked::RollBack, None) => return Err(rollback::nothing_open(session, owner)),
        (Asked::Rotate(wish), None) if wish.finish_only => Some(State::None),
        (_, Some(entry)) => on_open(session, owner, asked, &entry, &mut calls)?,
        (Asked::Rotate(wish), None) => {
            let shown = asked_first(session, owner, &mut calls)?;
            begin(session, owner, wish, shown, &mut calls)?
        }
        (Asked::Leaked(named), None) => leak(session, owner, named.as_ref(), &mut calls)?,
    };
    Ok(Plan {
        calls: calls.made,
        state,
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
) -> Result<Option<State>, Failure> {
    let Beginning {
        replaced,
        before,
        old,
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
    let spans = [wish.overlap.delta(), wish.grace.delta()];
    made(session, owner, old, before, (spans, false), calls)
}

/// A new pair, and all that follows: after which spans, and whether the old one leaked.
fn made(
    session: &Session,
    owner: &Owner,
    old: AccessKeyId,
    mut keys: Vec<AccessKey>,
    ([overlap, grace], leaked): ([TimeDelta; 2], bool),
    calls: &mut Calls,
) -> Result<Option<State>, Failure> {
    calls.add(&Call::create_pair(owner));
    let (new, now) = (AccessKeyId::parse(NEW)?, session.cloud.now());
    keys.push(AccessKey {
        id: new.clone(),
        status: Status::Active,
        created_at: now,
    });
    let mut rehearsal = Rehearsal {
        session,
        owner,
        old,
        new,
        keys,
        unlisted: false,
        recorded: just(Reached::Got),
        held: [true; 2],
        overlap,
        grace,
        leaked,
        now,
    };
    Ok(rehearsal.play(calls))
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
) -> Result<Option<State>, Failure> {
    if let Asked::RollBack = asked {
        rollback::may_go_back(session, owner, Some(entry))?;
    }
    if is_awaited(session, owner, entry)? {
        return match asked {
            Asked::Leaked(named) => {
                let again = leaked::goes_on(session, owner, named.as_ref())?;
                let own = entry.intent.rotation.as_ref().filter(|_| again);
                let named = own.map(|rotation| &rotation.old).or(named.as_ref());
                leak::beside(session, owner, named, entry, calls)
            }
            _ => Err(recover::undecided(
                owner,
                recover::expiry_now(session, entry),
            )),
        };
    }
    let Some((rotation, got)) = entry
        .intent
        .rotation
        .as_ref()
        .zip(entry.got.as_ref())
        .filter(|(rotation, _)| !rotation.leaked && entry.leaked.is_none())
    else {
        return Err(unfinished(owner));
    };
    session.check_signer(owner)?;
    let shown = session.cloud.pairs(owner)?;
    let rolls_back = matches!(asked, Asked::RollBack) || entry.when(Reached::RollBack).is_some();
    let rolls_back = rolls_back && shown.iter().any(|key| key.id == rotation.old);
    let mut rehearsal = Rehearsal {
        session,
        owner,
        old: rotation.old.clone(),
        new: got.access_key_id.clone(),
        unlisted: issue::unlisted(session, entry, &shown).is_some(),
        keys: if work::counts_unlisted(entry, rolls_back) {
            issue::with_the_new(session, entry, shown)
        } else {
            shown
        },
        recorded: recorded(entry),
        held: held(session, owner, entry)?,
        overlap: TimeDelta::seconds(rotation.overlap_seconds),
        grace: TimeDelta::seconds(rotation.grace_seconds),
        leaked: false,
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

/// Whether the answer of a create was lost, and the cloud may yet execute it: nothing else is done for the owner before.
fn is_awaited(session: &Session, owner: &Owner, entry: &Entry) -> Result<bool, Failure> {
    if entry.reached != Reached::Intent || leak_waits(entry) || !session.cloud.may_execute_late() {
        return Ok(false);
    }
    session.check_signer(owner)?;
    let until = recover::expiry_now(session, entry);
    Ok(recover::is_awaited(until, session.cloud.now()))
}

fn back(
    session: &Session,
    rehearsal: &mut Rehearsal,
    calls: &mut Calls,
) -> Result<Option<State>, Failure> {
    let back = &mut rehearsal.recorded.back;
    back.get_or_insert(Back { enabled: None });
    match rehearsal.play(calls) {
        Some(State::Done) => Err(rollback::nothing_open(session, rehearsal.owner)),
        state => Ok(state),
    }
}

fn go_on(
    session: &Session,
    wish: &Wish,
    entry: &Entry,
    mut rehearsal: Rehearsal,
    calls: &mut Calls,
) -> Result<Option<State>, Failure> {
    let owner = rehearsal.owner;
    if wish
        .replace
        .as_ref()
        .is_some_and(|id| waits_with(entry, id))
    {
        rehearsal.end_grace();
    }
    let mut state = rehearsal.play(calls);
    if let (Some(id), Some(state)) = (&wish.replace, &mut state)
        && replace::ends_grace(
            session,
            owner,
            (*state, &rehearsal.new, Some(&rehearsal.old)),
            id,
        )?
    {
        calls.add(&Call::caller_identity());
        rehearsal.end_grace();
        match rehearsal.play(calls) {
            Some(next) => *state = next,
            None => return Ok(None),
        }
    }
    let rested = rests(entry) || wish.replace.as_ref() == Some(&rehearsal.old);
    if state == Some(State::Done) && rested && !wish.finish_only {
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
        Ok(store::or_lost(store.holds(&SecretName::pair(id)))?)
    };
    let new = match &entry.got {
        Some(got) => stored(entry.intent.store, &got.access_key_id)? || got.has_seal(),
        None => false,
    };
    let record = session.record(owner)?;
    let old = entry.intent.rotation.as_ref().map(|rotation| &rotation.old);
    let claimed = |id| record.pair(id).and_then(|pair| pair.secret_store);
    // Where metadata was lost, the secret may be where the new one is.
    let old = old.map(|id| stored(claimed(id).unwrap_or(entry.intent.store), id));
    Ok([new, old.transpose()?.unwrap_or(false)])
}
