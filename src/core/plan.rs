//! The whole protocol of AccessKey pairs on one page: what is unfinished, what was seen and what is asked for in, the next step out.
//!
//! Three rules do most. *Ask, do not look*: disabling, enabling and deleting can be repeated, and their answers are about now; a list only
//! finds pairs that nobody named. *Before a pair is taken away (but a leaked one), the other one is asked itself.* *A person's command
//! on a pair ends what the journal wants with it*, before the cloud is asked.

use super::{
    access_key::AccessKeyId,
    open_work::{OpenWork, Replacement},
    seen::{Failed, Seen, Sight},
    time::Timestamp,
};
use chrono::TimeDelta;

/// What a run is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// Go on with what is unfinished.
    Continue,
    /// Make a pair beside what is there.
    Create,
    /// Make a pair in the place of the only one.
    Rotate,
    /// Delete the outgoing pair before its grace is over.
    EndGrace,
}

/// One step of a run. All but the last five ask the cloud or a store for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Disable(AccessKeyId),
    Enable(AccessKeyId),
    Delete(AccessKeyId),
    /// Forget the secret of a leaked pair: first in metadata, then in the store.
    DropSecret(AccessKeyId),
    /// Ask for the status that a pair being restored is to have: the answer says whether it is back.
    ResumeRestore(AccessKeyId),
    /// List the owner's pairs and read their secrets.
    Look,
    /// Make a pair.
    Request,
    /// The request will not be executed any more, and a list shows what it did.
    Conclude,
    /// Put the sealed secret into the store and claim it in metadata.
    Store(AccessKeyId),
    /// Sign a question with the pair itself, not before this time.
    Verify(AccessKeyId, Option<Timestamp>),
    /// Hand out this pair from now on.
    Deliver(AccessKeyId),
    /// The outgoing pair is gone.
    EndReplacement,
    /// Somebody enabled the outgoing pair again: leave both.
    Undone,
    /// Remove the journal.
    Close,
    Wait(Wait),
    Stop(Stop),
    Done,
}

/// What a run leaves to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// A create may yet be executed, or a list may yet lack what it made, until this time.
    Expiry(Timestamp),
    /// A restore may yet be executed until this time.
    Restore(Timestamp),
    /// The outgoing pair stays Active until this time.
    Overlap(Timestamp),
    /// The outgoing pair stays Inactive until this time.
    Grace(Timestamp),
    /// The incoming pair is listed as Active and does not work yet.
    Lag,
    /// A later run is to read back a secret that this one put into a store that cannot sync.
    Proof,
}

/// Why a run cannot go on without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    NewGone,
    NewInactive,
    /// The store has no secret of the incoming pair that can be read.
    NotHeld,
    /// The store has another secret in the place of the incoming pair's.
    WrongSecret,
    /// A pair leaked, nothing can stand in for it, and the owner has as many pairs as it may.
    NoRoom,
    TwoPairs,
    NoPair,
}

/// The least time between the two proofs that an incoming pair works: at its delivery, and before the outgoing one is disabled.
pub(crate) const PROOF: TimeDelta = TimeDelta::seconds(2);

/// Returns what a run is to do that was asked for `ask`. A rotation that was cut short is the same command's own: it does not rotate twice.
pub(crate) fn begin(open: &OpenWork, ask: Ask) -> Ask {
    let replacement = open.replacement.as_ref();
    let is_delivered = replacement.is_some_and(|it| it.delivered_at.is_some());
    let requested = open.request.as_ref().is_some_and(|it| it.replaces.is_some());
    let is_free = open.leaked.is_empty() && replacement.is_none() && !requested;
    match ask {
        Ask::Rotate if !is_delivered && !is_free => Ask::Continue,
        ask => ask,
    }
}

/// Returns the next step. The first row that applies decides.
pub(crate) fn next(open: &OpenWork, seen: &Seen, ask: Ask, now: Timestamp) -> Step {
    let plan = Plan { open, seen, ask, now };
    let rows = [Plan::ask_first, Plan::look, Plan::store, Plan::leaks, Plan::incoming, Plan::outgoing, Plan::undecided, Plan::make];
    let step = rows.iter().find_map(|row| row(&plan));
    step.unwrap_or_else(|| plan.end())
}

struct Plan<'a> {
    open: &'a OpenWork,
    seen: &'a Seen,
    ask: Ask,
    now: Timestamp,
}

impl Plan<'_> {
    /// Rows 1 to 3, each once a run and without a look: what leaked is disabled; what is being restored gets the status that was wanted;
    /// what a rollback brings back is enabled.
    fn ask_first(&self) -> Option<Step> {
        let (open, seen) = (self.open, self.seen);
        let leaked = open.leaked.difference(&seen.asked).next();
        let restoring = || open.restoring.keys().find(|id| !seen.resumed.contains(id));
        let returning = || {
            let it = open.replacement.as_ref();
            it.filter(|it| it.rolled_back && it.delivered_at.is_none() && !seen.asked.contains(&it.new))
        };
        leaked.map(|id| Step::Disable(id.clone()))
            .or_else(|| restoring().map(|id| Step::ResumeRestore(id.clone())))
            .or_else(|| returning().map(|it| Step::Enable(it.new.clone())))
    }

    /// Rows 4 and 5: a look, once a run; and once more when a request has expired and a list shows what it did.
    fn look(&self) -> Option<Step> {
        let Some(list) = &self.seen.list else {
            return Some(Step::Look);
        };
        let decided = self.decided_at().filter(|at| self.now >= *at)?;
        Some(if list.asked_at >= decided { Step::Conclude } else { Step::Look })
    }

    /// When a request cannot be executed any more and no list lacks what it made.
    fn decided_at(&self) -> Option<Timestamp> {
        let limits = self.seen.limits;
        let request = self.open.request.as_ref();
        request.map(|request| request.signed_at + limits.expiry + limits.lag)
    }

    /// Row 6: made pairs go into their store and into metadata; of those that leaked, nobody keeps the secret.
    fn store(&self) -> Option<Step> {
        let kept = |id: &&AccessKeyId| self.seen.readable.contains(*id) && self.seen.claimed.contains(*id);
        let mut made = self.open.made.keys().filter(|id| !self.open.leaked.contains(*id));
        made.find(|id| !kept(id)).map(|id| Step::Store(id.clone()))
    }

    /// Row 7: another pair takes the place of what leaked, which then goes.
    fn leaks(&self) -> Option<Step> {
        if self.open.leaked.is_empty() {
            return None;
        }
        let there = self.leaked(|sight| sight != Sight::Gone);
        match (self.usable(), there) {
            (Some(id), _) if self.is_target_leaked() => Some(match self.seen.failed.contains_key(&id) {
                _ if self.seen.verified.contains_key(&id) => Step::Deliver(id),
                true => Step::Wait(Wait::Lag),
                false => Step::Verify(id, None),
            }),
            (Some(_), Some(leaked)) => Some(Step::Delete(leaked)),
            (Some(_), None) => self.secret_of_leaked(),
            (None, there) => Some(self.stand_in(there)),
        }
    }

    /// Nothing can stand in for what leaked yet.
    fn stand_in(&self, there: Option<AccessKeyId>) -> Step {
        let undecided = self.undecided();
        let has_room = self.seen.present(self.open).len() < self.seen.limits.pairs;
        match (undecided, there) {
            (Some(wait), _) => wait,
            (None, _) if has_room => Step::Request,
            (None, Some(leaked)) => Step::Delete(leaked),
            (None, None) => Step::Stop(Stop::NoRoom),
        }
    }

    fn secret_of_leaked(&self) -> Option<Step> {
        let gone = |id: &&AccessKeyId| self.sight(id) == Sight::Gone && self.seen.stored.contains(*id);
        self.open.leaked.iter().find(gone).map(|id| Step::DropSecret(id.clone()))
    }

    fn leaked(&self, wanted: fn(Sight) -> bool) -> Option<AccessKeyId> {
        self.open.leaked.iter().find(|id| wanted(self.sight(id))).cloned()
    }

    fn is_target_leaked(&self) -> bool {
        self.seen.targets.iter().any(|id| self.open.leaked.contains(id))
    }

    /// Returns a pair that can stand in for one that leaked: the incoming one, else the newest.
    fn usable(&self) -> Option<AccessKeyId> {
        let is_right = |id: &AccessKeyId| self.seen.failed.get(id) != Some(&Failed::WrongSecret);
        let is_usable = |id: &&AccessKeyId| {
            let is_readable = self.seen.readable.contains(*id) && is_right(id);
            self.sight(id) == Sight::Active && is_readable && !self.open.leaked.contains(*id)
        };
        let incoming = self.open.replacement.as_ref().map(|it| &it.new).filter(is_usable);
        let newest = || {
            let usable = self.seen.readable.iter().filter(is_usable);
            usable.max_by_key(|id| self.seen.created_at(self.open, id))
        };
        incoming.or_else(newest).cloned()
    }

    /// Row 8: the incoming pair is verified and delivered.
    fn incoming(&self) -> Option<Step> {
        let it = self.open.replacement.as_ref()?;
        if it.delivered_at.is_some() {
            return None;
        }
        Some(self.unless_works(&it.new, None).unwrap_or_else(|| Step::Deliver(it.new.clone())))
    }

    /// Row 9: the outgoing pair stays for its overlap, then Inactive for its grace, and goes.
    fn outgoing(&self) -> Option<Step> {
        let it = self.open.replacement.as_ref()?;
        let (overlap_over, grace_over) = (self.overlap_over(it), self.grace_over(it));
        Some(match (self.sight(&it.old), it.disabled_at) {
            (Sight::Gone, _) => Step::EndReplacement,
            (Sight::Active, Some(_)) => Step::Undone,
            (Sight::Active, None) if overlap_over > self.now => Step::Wait(Wait::Overlap(overlap_over)),
            (Sight::Inactive, Some(_)) if grace_over > self.now && self.ask != Ask::EndGrace => Step::Wait(Wait::Grace(grace_over)),
            (sight, disabled_at) => self.take_away(it, sight == Sight::Inactive && disabled_at.is_some()),
        })
    }

    fn take_away(&self, it: &Replacement, delete: bool) -> Step {
        let proof_from = it.delivered_at.map(|at| at + PROOF);
        let step = if delete { Step::Delete } else { Step::Disable };
        self.unless_works(&it.new, proof_from).unwrap_or_else(|| step(it.old.clone()))
    }

    fn overlap_over(&self, it: &Replacement) -> Timestamp {
        it.delivered_at.map_or(self.now, |at| at + it.spans.overlap)
    }

    fn grace_over(&self, it: &Replacement) -> Timestamp {
        it.disabled_at.map_or(self.now, |at| at + it.spans.grace)
    }

    /// Before another pair is taken away for it, the incoming pair is asked itself; the list only explains why it does not work.
    fn unless_works(&self, id: &AccessKeyId, proof_from: Option<Timestamp>) -> Option<Step> {
        let (was_disabled, failed) = (self.seen.was_disabled(id), self.seen.failed.get(id));
        let verified = self.seen.verified.get(id).is_some_and(|at| proof_from.is_none_or(|from| *at >= from));
        Some(match (failed, self.sight(id)) {
            _ if !self.seen.readable.contains(id) => Step::Stop(Stop::NotHeld),
            _ if verified && !was_disabled => return None,
            (Some(Failed::WrongSecret), _) => Step::Stop(Stop::WrongSecret),
            (failed, Sight::Gone) if was_disabled || failed.is_some() => Step::Stop(Stop::NewGone),
            (failed, Sight::Inactive) if was_disabled || failed.is_some() => Step::Stop(Stop::NewInactive),
            (Some(_), _) => Step::Wait(Wait::Lag),
            (None, _) => Step::Verify(id.clone(), proof_from),
        })
    }

    /// Row 10: nothing is made, and nothing is closed, while something is undecided.
    fn undecided(&self) -> Option<Step> {
        let restore = || self.open.restoring.values().map(|it| it.asked_at + self.seen.limits.expiry).max();
        let request = self.decided_at().map(Wait::Expiry);
        request.or_else(|| restore().map(Wait::Restore)).map(Step::Wait)
    }

    /// Row 11: what this run was asked to make.
    fn make(&self) -> Option<Step> {
        if !matches!(self.ask, Ask::Create | Ask::Rotate) || self.seen.has_requested {
            return None;
        }
        let (count, rotates) = (self.seen.present(self.open).len(), self.ask == Ask::Rotate);
        Some(match count {
            0 if rotates => Step::Stop(Stop::NoPair),
            _ if count >= self.seen.limits.pairs || rotates && count > 1 => Step::Stop(Stop::TwoPairs),
            _ => Step::Request,
        })
    }

    /// Row 12: closed once every secret was read back by a run that did not put it there.
    fn end(&self) -> Step {
        let owed = |id: &&AccessKeyId| self.seen.unproven.contains(*id) && !self.open.leaked.contains(*id);
        match () {
            () if self.open.is_empty() && self.open.restored.is_empty() => Step::Done,
            () if self.open.made.keys().any(|id| owed(&id)) => Step::Wait(Wait::Proof),
            () => Step::Close,
        }
    }

    fn sight(&self, id: &AccessKeyId) -> Sight {
        self.seen.sight(self.open, id)
    }
}
