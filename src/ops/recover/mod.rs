//! What an interrupted command left: finished where it can be, reported where it cannot. Nothing rolls a created pair back.

mod dismiss;
mod lost;
mod open;

pub(in crate::ops) use dismiss::leave;
pub(crate) use dismiss::{Dismissed, dismiss, nothing_such};
pub(in crate::ops) use lost::{awaits_answer, expires, expiry_now, is_awaited, lost, undecided};
pub(crate) use open::{Open, list};

use super::{
    Failure, Session, issue,
    issue::Issued,
    record, restore, rotate,
    rotate::{Action as Done, State, Word},
};
use crate::core::{account::Owner, rotation::Reached, time::Span};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, Got, OpenJournal},
    log::Action,
};
use crate::store::{self, SecretName};
use lost::decide;
use std::collections::BTreeMap;

/// What was open for an owner, and what became of it.
pub(crate) enum Settled<Pair = PairRecord> {
    Nothing,
    /// A create, finished now.
    Pair(Pair),
    /// A rotation, where it stands now that what was due is done, and whether it had come to rest before: one that was cut short is
    /// the same command's own, which is not to rotate twice.
    Rotating(Box<rotate::Standing>, bool),
}

impl<Pair> Settled<Pair> {
    /// One that had not come to rest.
    fn rotated(standing: rotate::Standing) -> Self {
        Self::Rotating(Box::new(standing), false)
    }
}

/// What a recovery did for an owner.
pub(crate) enum Ended {
    Nothing,
    /// A create, finished now.
    Pair(PairRecord),
    /// A rotation that went on.
    Rotated(Box<rotate::Standing>),
    /// A rotation whose next step is not due.
    Waits,
}

/// Finishes what is open for the owner; the caller holds its lock. `Undecided` while a lost request may yet be executed.
pub(crate) fn settle(session: &Session, owner: &Owner) -> Result<Settled, Failure> {
    settle_by(session, owner, Word::AsDue)
}

/// The same, with a person's word on the rotation that is open.
pub(in crate::ops) fn settle_by(
    session: &Session,
    owner: &Owner,
    word: Word,
) -> Result<Settled, Failure> {
    Ok(match settle_open(session, owner, word)? {
        Settled::Pair(issued) => Settled::Pair(close(session, issued)?),
        Settled::Rotating(mut standing, rested) => {
            if !rested && !matches!(standing.action, Done::Created | Done::RolledBack) {
                standing.action = Done::Continued;
            }
            Settled::Rotating(standing, rested)
        }
        Settled::Nothing => Settled::Nothing,
    })
}

/// The same, and the journal of a create that was finished stays open: [`close`] closes it.
pub(in crate::ops) fn settle_open(
    session: &Session,
    owner: &Owner,
    word: Word,
) -> Result<Settled<Issued>, Failure> {
    restore::finish(session, owner)?;
    let Some((mut entry, mut journal)) = session.journal.resume(owner)? else {
        return Ok(Settled::Nothing);
    };
    session.check_signer(owner)?;
    if awaits_answer(&entry) {
        issue::adopt(session, &mut entry, &mut journal)?;
    }
    if let Some(id) = entry.leaked.clone().filter(|_| !awaits_answer(&entry)) {
        let mut shown = rotate::listed(session, owner, &id)?;
        if !rotate::beside_is_gone(session, &mut entry, &mut journal, &mut shown, &id)? {
            let standing = rotate::replace_beside(session, entry, journal, shown, &id)?;
            return Ok(Settled::rotated(standing));
        }
    }
    if rotate::leak_waits(&entry) {
        let standing = rotate::replace_leaked(session, entry, journal)?;
        return Ok(Settled::rotated(standing));
    }
    match (entry.reached, &entry.intent.rotation) {
        (Reached::Intent, _) => decided(session, owner, entry, journal),
        (_, Some(_)) => {
            let rested = rotate::rests(&entry);
            let standing = rotate::advance(session, entry, journal, word)?;
            Ok(Settled::Rotating(Box::new(standing), rested))
        }
        (Reached::Got, None) => finish(session, entry, journal),
        (_, None) => confirm(session, entry, journal),
    }
}

/// A request without an answer that came to nothing, once that is known: what leaked before it or beside it is still to be replaced.
fn decided(
    session: &Session,
    owner: &Owner,
    mut entry: Entry,
    mut journal: OpenJournal,
) -> Result<Settled<Issued>, Failure> {
    let leaked = rotate::leaked_pairs(&entry);
    let mut shown = match leaked.first() {
        Some(id) => rotate::listed(session, owner, id)?,
        None => session.pairs_left(owner)?,
    };
    let mut leaked = leaked.iter();
    let disabled =
        leaked.try_for_each(|id| rotate::disable(session, owner, &mut shown, id).map(drop));
    // What appeared is written down in any case.
    let decided = decide(session, &entry, &shown);
    disabled?;
    let strange = decided?;
    if let Some(id) = entry.leaked.clone()
        && !rotate::beside_is_gone(session, &mut entry, &mut journal, &mut shown, &id)?
    {
        drop(journal);
        let standing = rotate::replace_noted(session, &entry, &id, &strange)?;
        return Ok(Settled::rotated(standing));
    }
    drop(journal);
    if entry.intent.is_of_leak() {
        let (entry, journal) = rotate::leak_waits_again(session, entry)?;
        session.journal.forget_dismissed(&strange)?;
        let standing = rotate::replace_leaked(session, entry, journal)?;
        return Ok(Settled::rotated(standing));
    }
    session.journal.close(owner)?;
    session.journal.forget_dismissed(&strange)?;
    Ok(Settled::Nothing)
}

fn finish(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
) -> Result<Settled<Issued>, Failure> {
    let secret = issue::unseal(session, &entry)?;
    let issued = issue::claim(session, entry, journal, &secret)?;
    let id = &issued.pair.access_key_id;
    record::done(session, Action::Recover, &issued.entry.owner(), id);
    if issued.pair.is_deleted() {
        let (id, owner) = (&issued.pair.access_key_id, issued.entry.owner());
        session.tell.note(&format!(
            "`{id}` of {owner} was made by an earlier command and is deleted by now"
        ));
        close_when_proven(session, &issued.entry)?;
        return Ok(Settled::Nothing);
    }
    Ok(Settled::Pair(issued))
}

/// A pair that rests in a store whose durability akm cannot see: read back by a later command, the sealed copy may go.
fn confirm(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
) -> Result<Settled<Issued>, Failure> {
    let secret = issue::unseal(session, &entry)?;
    let id = entry.got.as_ref().map(|got| got.access_key_id.clone());
    let name = id.as_ref().map(SecretName::pair);
    let held = name
        .map(|name| store::or_lost(session.stores.open(entry.intent.store)?.get(&name)))
        .transpose()?
        .flatten();
    if held.is_some_and(|held| held.same_as(&secret)) {
        if !session.this_run.left_unproven(&entry) {
            session.journal.close(&entry.owner())?;
        }
        return Ok(Settled::Nothing);
    }
    session
        .tell
        .warn("the secret store had lost a secret; it was put back from the journal");
    finish(session, entry, journal)
}

/// The journal of a finished create goes at once where akm itself made the secret durable; else a later command confirms.
pub(in crate::ops) fn close(session: &Session, issued: Issued) -> Result<PairRecord, Failure> {
    let Issued {
        mut entry,
        mut journal,
        pair,
        ..
    } = issued;
    let done = if session.stores.open(entry.intent.store)?.durable() {
        session.journal.close(&entry.owner())
    } else {
        journal.reached(&mut entry, Reached::Stored, session.cloud.now())
    };
    done.map_err(|error| {
        let id = &pair.access_key_id;
        Failure::from(error).half_done(format!(
            "AccessKey pair `{id}` is made and held, and its journal stays open"
        ))
    })?;
    Ok(pair)
}

/// The same where nothing else is left to do: after a rotation, or for a pair that is deleted by now. What leaked beside it stays open.
pub(in crate::ops) fn close_when_proven(session: &Session, entry: &Entry) -> Result<(), Failure> {
    let sealed = entry.got.as_ref().is_some_and(Got::has_seal);
    if entry.leaked.is_some() && !sealed {
        return rotate::leak_waits_again(session, entry.clone()).map(drop);
    }
    if entry.leaked.is_some() || session.this_run.left_unproven(entry) {
        let stored = Some(session.cloud.now());
        return Ok(session.journal.as_create(entry, stored)?);
    }
    Ok(session.journal.close(&entry.owner())?)
}

/// By the owner or the pair, why something is left open.
pub(crate) type Left = Vec<(String, Failure)>;

/// Whoever has something open; and by the owner or the pair, what cannot be read.
fn owners(session: &Session) -> Result<(Vec<Owner>, Left), Failure> {
    let (mut owners, mut unreadable) = (BTreeMap::new(), Vec::new());
    let open = session.journal.open()?.into_iter();
    let open = open.map(|(key, entry)| (key, entry.map(|entry| entry.owner())));
    let begun = session.journal.all_restoring()?.into_iter();
    let begun = begun.map(|(id, begun)| (id.to_string(), begun.map(|begun| begun.owner())));
    for (name, owner) in open.chain(begun) {
        match owner {
            Ok(owner) => drop(owners.insert(owner.key(), owner)),
            Err(error) => unreadable.push((name, error.into())),
        }
    }
    Ok((owners.into_values().collect(), unreadable))
}

/// Finishes everything that can be finished now, and tells of each owner what became of it. Gives back what could not, each with its
/// reason: first what cannot be read.
pub(crate) fn each(
    session: &Session,
    mut tell: impl FnMut(&Owner, Ended),
) -> Result<Left, Failure> {
    let (owners, mut left) = owners(session)?;
    let suspects = session.journal.unreadable_among(&session.journal.names()?);
    let suspects = suspects.into_iter();
    left.extend(suspects.map(|(id, error)| (id.to_string(), error.into())));
    for owner in owners {
        match finish_for(session, &owner) {
            Ok(ended) => tell(&owner, ended),
            Err(failure) => left.push((owner.key(), failure)),
        }
    }
    left.extend(restore::awaited(session, &left)?);
    Ok(left)
}

fn finish_for(session: &Session, owner: &Owner) -> Result<Ended, Failure> {
    let _lock = session.lock(owner)?;
    let before = session.journal.read(owner)?.filter(rotate::rests);
    let before = before.map(|entry| entry.reached);
    Ok(match settle(session, owner)? {
        Settled::Pair(pair) => Ended::Pair(pair),
        Settled::Nothing => Ended::Nothing,
        Settled::Rotating(standing, _) => match (before, standing.state) {
            (Some(Reached::Delivered), State::Overlap)
            | (Some(Reached::OldDisabled), State::Grace) => Ended::Waits,
            _ => Ended::Rotated(standing),
        },
    })
}

/// The same, and nobody is told.
#[cfg(test)]
pub(crate) fn all(session: &Session) -> Result<Left, Failure> {
    each(session, |_, _| ())
}

/// How long a deleted pair's secret is kept: as long as the cloud's recycle bin keeps the pair.
pub(crate) fn recycle_span() -> Span {
    Span::days(30)
}
