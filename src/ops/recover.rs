//! What an interrupted command left: finished where it can be, reported where it cannot. Nothing rolls a created pair back.

use super::{Failure, Kind, Session, issue, issue::Issued, record, restore, rotate, rotate::Word};
use crate::cloud;
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    rotation::Reached,
    time::{self, Span, Timestamp},
};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, OpenJournal, Restoring, Suspect},
    log::Action,
};
use crate::store::SecretName;

/// What was open for an owner, and what became of it.
pub(crate) enum Settled<Pair = PairRecord> {
    Nothing,
    /// A create, finished now.
    Pair(Pair),
    /// A rotation, where it stands now that what was due is done, and whether it had come to rest before: one that was cut short is
    /// the same command's own, which is not to rotate twice.
    Rotating(Box<rotate::Standing>, bool),
}

/// A signed request is not executed later than 15 minutes after its date; one more for good measure.
fn expiry(entry: &Entry) -> Timestamp {
    entry.intent.signed_at + chrono::TimeDelta::minutes(16)
}

/// Finishes what is open for the owner; the caller holds its lock. `Undecided` while a lost request may yet be executed.
pub(crate) fn settle(session: &Session, owner: &Owner) -> Result<Settled, Failure> {
    settle_by(session, owner, Word::AsDue)
}

/// The same, with a person's word on the rotation that is open.
pub(super) fn settle_by(session: &Session, owner: &Owner, word: Word) -> Result<Settled, Failure> {
    Ok(match settle_open(session, owner, word)? {
        Settled::Pair(issued) => Settled::Pair(close(session, issued)?),
        Settled::Rotating(standing, rested) => Settled::Rotating(standing, rested),
        Settled::Nothing => Settled::Nothing,
    })
}

/// The same, and the journal of a create that was finished stays open: [`close`] closes it.
pub(super) fn settle_open(
    session: &Session,
    owner: &Owner,
    word: Word,
) -> Result<Settled<Issued>, Failure> {
    restore::finish(session, owner)?;
    let Some((mut entry, mut journal)) = session.journal.resume(owner)? else {
        return Ok(Settled::Nothing);
    };
    session.check_signer(owner)?;
    if rotate::leak_waits(&entry) {
        let standing = rotate::replace_leaked(session, entry, journal)?;
        return Ok(Settled::Rotating(Box::new(standing), false));
    }
    if entry.reached == Reached::Intent {
        issue::adopt(session, &mut entry, &mut journal)?;
    }
    match (entry.reached, &entry.intent.rotation) {
        (Reached::Intent, _) if entry.intent.is_of_leak() => {
            decide(session, &entry)?;
            drop(journal);
            let (entry, journal) = rotate::leak_waits_again(session, entry)?;
            let standing = rotate::replace_leaked(session, entry, journal)?;
            Ok(Settled::Rotating(Box::new(standing), false))
        }
        (Reached::Intent, _) => {
            let strange = decide(session, &entry)?;
            session.journal.close(owner)?;
            session.journal.forget_dismissed(&strange)?;
            Ok(Settled::Nothing)
        }
        (_, Some(_)) => {
            let rested = rotate::rests(&entry);
            let standing = rotate::advance(session, entry, journal, word)?;
            Ok(Settled::Rotating(Box::new(standing), rested))
        }
        (Reached::Got, None) => finish(session, entry, journal),
        (_, None) => confirm(session, entry, journal),
    }
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
        .map(|name| session.stores.open(entry.intent.store)?.get(&name))
        .transpose()?
        .flatten();
    if held.is_some_and(|held| held.same_as(&secret)) {
        session.journal.close(&entry.owner())?;
        return Ok(Settled::Nothing);
    }
    session
        .tell
        .warn("the secret store had lost a secret; it was put back from the journal");
    finish(session, entry, journal)
}

/// The journal of a finished create goes at once where akm itself made the secret durable; else a later command confirms.
pub(super) fn close(session: &Session, issued: Issued) -> Result<PairRecord, Failure> {
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

/// The same where nothing else is left to do: after a rotation, or for a pair that is deleted by now.
pub(super) fn close_when_proven(session: &Session, entry: &Entry) -> Result<(), Failure> {
    if entry.unproven {
        return Ok(session.journal.only_seal(entry, session.cloud.now())?);
    }
    Ok(session.journal.close(&entry.owner())?)
}

/// A create whose answer nobody has: what the cloud lists now tells; gives back the pairs that may be its. `Undecided` until the
/// request cannot be executed any more.
fn decide(session: &Session, entry: &Entry) -> Result<Vec<AccessKeyId>, Failure> {
    let owner = entry.owner();
    let shown = session.pairs_left(&owner)?;
    let strange = issue::suspects(session, entry, &shown)?;
    let until = expiry(entry);
    if session.cloud.may_execute_late() && session.cloud.now() < until {
        return Err(undecided(&owner, until));
    }
    if strange.is_empty() {
        session.tell.note(&format!(
            "an earlier create for {owner} is now known not to have happened"
        ));
    }
    Ok(strange)
}

fn undecided(owner: &Owner, until: Timestamp) -> Failure {
    let message = format!("an earlier create for {owner} may yet be executed");
    Failure::new(Kind::Undecided, message)
        .because("its answer was lost")
        .hint(format!("run `akm recover` after {}", time::format(until)))
}

/// Nothing waits for that request any more: what it was for ends, but for a pair that leaked, which is still to be replaced.
fn not_made(session: &Session, entry: &Entry) -> Result<(), Failure> {
    if entry.intent.is_of_leak() {
        return rotate::leak_waits_again(session, entry.clone()).map(drop);
    }
    Ok(session.journal.close(&entry.owner())?)
}

/// What a failed create request comes to, by what is known of its effect.
pub(super) fn lost(session: &Session, entry: &Entry, error: cloud::Error) -> Failure {
    use cloud::Outcome;
    let outcome = error.outcome();
    let failure = Failure::from(error);
    if outcome == Outcome::NotSent {
        return match not_made(session, entry) {
            Ok(()) => failure,
            Err(error) => error,
        };
    }
    let owner = entry.owner();
    let Ok(shown) = session.cloud.pairs(&owner) else {
        let message = format!("nobody knows whether a pair was made for {owner}");
        return failure
            .half_done(message)
            .hint(when_to_look(session, entry));
    };
    let not_recorded = |failure: Failure| {
        failure.half_done(format!(
            "a pair may have been made for {owner}, its answer lost"
        ))
    };
    let strange = match issue::suspects(session, entry, &shown) {
        Ok(strange) => strange,
        Err(error) => return not_recorded(error),
    };
    let decided = outcome == Outcome::Refused || !session.cloud.may_execute_late();
    if decided && let Err(error) = not_made(session, entry) {
        return not_recorded(error);
    }
    match (decided, strange.is_empty(), outcome) {
        (true, true, Outcome::Refused) if failure.kind == Kind::TwoPairs => {
            super::create::two_pairs(session, &owner, &shown)
        }
        (true, true, _) => failure,
        (true, false, Outcome::Refused) => failure.half_done(format!(
            "a create for {owner} was refused, and a pair appeared beside it"
        )),
        (true, false, _) => failure.half_done(format!(
            "the answer was lost and a pair appeared for {owner}"
        )),
        (false, false, _) => failure
            .half_done(format!(
                "the answer was lost and a pair appeared for {owner}"
            ))
            .hint(format!(
                "look whether it is yours; {}",
                when_to_look(session, entry)
            )),
        (false, true, _) => failure
            .half_done(format!(
                "nobody knows yet whether a pair was made for {owner}"
            ))
            .hint(when_to_look(session, entry)),
    }
}

/// When `recover` can tell what became of a request without an answer.
fn when_to_look(session: &Session, entry: &Entry) -> String {
    if session.cloud.may_execute_late() {
        format!("run `akm recover` after {}", time::format(expiry(entry)))
    } else {
        "`akm recover` finds out".to_owned()
    }
}

/// One thing that is open in the account.
pub(crate) struct Open {
    pub(crate) owner: Owner,
    pub(crate) what: &'static str,
    pub(crate) id: Option<AccessKeyId>,
    pub(crate) due: Option<Timestamp>,
}

/// What is open, without touching it: unfinished work, then suspects.
pub(crate) fn list(
    session_journal: &crate::metadata::journal::Journal,
) -> Result<Vec<Open>, Failure> {
    let mut open: Vec<Open> = session_journal.open()?.iter().map(open_work).collect();
    for begun in session_journal.all_restoring()? {
        let (owner, id) = (begun.owner(), Some(begun.access_key_id));
        open.push(Open {
            owner,
            what: "restore, to be finished",
            id,
            due: None,
        });
    }
    for suspect in session_journal.suspects()? {
        let (owner, id) = (suspect.owner(), Some(suspect.access_key_id));
        open.push(Open {
            owner,
            what: "suspect",
            id,
            due: None,
        });
    }
    Ok(open)
}

fn open_work(entry: &Entry) -> Open {
    let new = entry.got.as_ref().map(|got| got.access_key_id.clone());
    let leaked = entry.intent.rotation.as_ref();
    let leaked = leaked.filter(|_| rotate::leak_waits(entry));
    let id = new.or_else(|| leaked.map(|rotation| rotation.old.clone()));
    let (what, due) = match (entry.reached, &entry.intent.rotation) {
        (reached, _)
            if entry.intent.is_of_leak()
                && (reached != Reached::Intent || rotate::leak_waits(entry)) =>
        {
            ("leaked pair, to be replaced", None)
        }
        (Reached::Intent, None) => ("create, answer not known", Some(expiry(entry))),
        (Reached::Intent, Some(_)) => ("rotation, answer not known", Some(expiry(entry))),
        (Reached::Got, None) => ("create, to be finished", None),
        (_, None) => ("create, to be confirmed", None),
        (Reached::Delivered, Some(_)) => (
            "rotation, old pair still Active",
            rotate::due(entry).map(|due| due.disable),
        ),
        (Reached::OldDisabled, Some(_)) => (
            "rotation, old pair Inactive",
            rotate::due(entry).and_then(|due| due.delete),
        ),
        (_, Some(_)) if entry.when(Reached::RollBack).is_some() => {
            ("rollback, to be finished", None)
        }
        (_, Some(_)) => ("rotation, to be finished", None),
    };
    Open {
        owner: entry.owner(),
        what,
        id,
        due,
    }
}

/// Whoever has something open.
fn owners(session: &Session) -> Result<Vec<Owner>, Failure> {
    let open = session.journal.open()?;
    let mut owners: Vec<Owner> = open.iter().map(Entry::owner).collect();
    for owner in session
        .journal
        .all_restoring()?
        .iter()
        .map(Restoring::owner)
    {
        if !owners.contains(&owner) {
            owners.push(owner);
        }
    }
    Ok(owners)
}

/// Finishes everything that can be finished now. Gives back what could not, each with its reason.
pub(crate) fn all(session: &Session) -> Result<Vec<(Owner, Failure)>, Failure> {
    let mut left = Vec::new();
    for owner in owners(session)? {
        let settled = session
            .lock(&owner)
            .and_then(|_lock| settle(session, &owner));
        match settled {
            Ok(Settled::Pair(pair)) => {
                session.tell.note(&format!(
                    "finished: AccessKey pair `{}` of {owner} is held",
                    pair.access_key_id
                ));
            }
            Ok(Settled::Nothing | Settled::Rotating(..)) => (),
            Err(failure) => left.push((owner, failure)),
        }
    }
    Ok(left)
}

/// What a person's word was on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dismissed {
    Suspect,
    Rotation,
    Leak,
}

/// A person's word that a suspect is known, that a rotation whose new pair is gone is to be forgotten, or that nothing is to take the
/// place of a leaked pair.
pub(crate) fn dismiss(session: &Session, id: &AccessKeyId) -> Result<Dismissed, Failure> {
    let suspects = session.journal.suspects()?;
    if session.journal.dismiss(id)? {
        let known = suspects.iter().find(|one| one.access_key_id == *id);
        let owner = known.map_or(Owner::Account, Suspect::owner);
        record::done(session, Action::Dismiss, &owner, id);
        return Ok(Dismissed::Suspect);
    }
    for entry in session.journal.open()? {
        let rotation = entry.intent.rotation.as_ref();
        if rotate::leak_waits(&entry) && rotation.is_some_and(|rotation| rotation.old == *id) {
            let _lock = session.lock(&entry.owner())?;
            session.journal.close(&entry.owner())?;
            record::done(session, Action::Dismiss, &entry.owner(), id);
            return Ok(Dismissed::Leak);
        }
        if entry.intent.rotation.is_some()
            && entry
                .got
                .as_ref()
                .is_some_and(|got| got.access_key_id == *id)
        {
            return abandon(session, &entry, id).map(|()| Dismissed::Rotation);
        }
    }
    Err(Failure::new(
        Kind::NoSuchPair,
        format!("`{id}` is neither a suspect nor the new pair of an open rotation"),
    )
    .hint("`akm recover --list` shows what is open"))
}

fn abandon(session: &Session, entry: &Entry, id: &AccessKeyId) -> Result<(), Failure> {
    let owner = entry.owner();
    let _lock = session.lock(&owner)?;
    session.check_signer(&owner)?;
    let shown = session.pairs_left(&owner)?;
    if shown.iter().any(|key| key.id == *id) {
        return Err(Failure::new(
            Kind::ActivePair,
            format!("`{id}` is there: its rotation is not to be forgotten"),
        )
        .hint(format!("`akm rotate {}` goes on with it", owner.selector())));
    }
    let mut record = session.record(&owner)?;
    record.take_over(&shown, session.cloud.now());
    for pair in &mut record.access_keys {
        pair.nothing_due();
    }
    session.inventory.save(&record)?;
    // The pair may be restored, and its sealed copy be the last that is sure.
    let mut entry = entry.clone();
    issue::held_or_restored(session, &mut entry)?;
    close_when_proven(session, &entry)?;
    record::done(session, Action::Dismiss, &owner, id);
    Ok(())
}

/// How long a deleted pair's secret is kept: as long as the cloud's recycle bin keeps the pair.
pub(crate) fn recycle_span() -> Span {
    Span::days(30)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metadata::journal::RotationIntent;

    fn at(time: &str) -> Timestamp {
        time::parse(&format!("2026-11-24T{time}:00Z")).unwrap()
    }

    fn old() -> AccessKeyId {
        AccessKeyId::parse("LTAI1").unwrap()
    }

    /// What is said of a journal whose steps were all done at ten: what is open, whose id, and not before when.
    fn said(
        rotation: Option<RotationIntent>,
        marks: &[Reached],
    ) -> (&'static str, Option<String>, Option<Timestamp>) {
        let open = open_work(&Entry::sample(rotation, at("10:00"), marks));
        (open.what, open.id.map(|id| id.to_string()), open.due)
    }

    #[test]
    fn an_open_create_says_what_it_waits_for() {
        use Reached::{Got, Stored};
        let new = || Some("LTAI2".to_owned());
        let unknown = ("create, answer not known", None, Some(at("10:16")));
        assert_eq!(said(None, &[]), unknown);
        assert_eq!(said(None, &[Got]), ("create, to be finished", new(), None));
        assert_eq!(
            said(None, &[Stored]),
            ("create, to be confirmed", new(), None)
        );
    }

    #[test]
    fn an_open_rotation_says_what_it_waits_for() {
        use Reached::{Delivered, OldDisabled, OldEnabled, RollBack, Stored};
        let new = || Some("LTAI2".to_owned());
        let said = |marks: &[Reached]| {
            let hours = |count| Span::parse(&format!("{count}h")).unwrap();
            said(Some(RotationIntent::new(old(), hours(1), hours(2))), marks)
        };
        let active = ("rotation, old pair still Active", new(), Some(at("11:00")));
        let inactive = ("rotation, old pair Inactive", new(), Some(at("12:00")));
        let back = || ("rollback, to be finished", new(), None);
        assert_eq!(
            said(&[]),
            ("create, answer not known", None, Some(at("10:16")))
        );
        assert_eq!(said(&[Stored]), ("rotation, to be finished", new(), None));
        assert_eq!(said(&[Stored, Delivered]), active);
        assert_eq!(said(&[Delivered, OldDisabled]), inactive);
        assert_eq!(said(&[Delivered, RollBack]), back());
        assert_eq!(said(&[Delivered, RollBack, OldEnabled]), back());
    }

    #[test]
    fn a_leak_is_open_until_its_pair_is_replaced() {
        let leak = "leaked pair, to be replaced";
        let said = |marks: &[Reached]| said(Some(RotationIntent::leaked(old())), marks);
        let lost = ("create, answer not known", None, Some(at("10:16")));
        assert_eq!(said(&[]), lost);
        assert_eq!(
            said(&[Reached::Stored]),
            (leak, Some("LTAI2".to_owned()), None)
        );
        let mut waits = Entry::sample(Some(RotationIntent::leaked(old())), at("10:00"), &[]);
        waits.intent.nonce.clear();
        let open = open_work(&waits);
        assert_eq!((open.what, open.id, open.due), (leak, Some(old()), None));
    }
}
