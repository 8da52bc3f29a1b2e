//! The whole protocol of AccessKey pairs on one page: what is unfinished, what was seen and what is asked for in, the next step out.
//!
//! Three rules do most. *Ask, do not look*: disabling, enabling and deleting can be repeated, and their answers are about now; a list only
//! finds pairs that nobody named. *Before a pair is taken away (but a leaked one), the other one is asked itself.* *A person's command
//! on a pair ends what the journal wants with it*, before the cloud is asked. `plan/tests.rs` has all of it as a table.

#[cfg(test)]
mod scene;
mod step;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod words;

use super::{
    access_key::AccessKeyId,
    open_work::{OpenWork, Replacement},
    seen::{Failed, Seen, Sight},
    time::Timestamp,
};

pub(crate) use step::{Ask, Step, Stop, Wait};

/// Returns what a run is to do that was asked for `ask`. A rotation that was cut short is the same command's own: it does not rotate twice.
/// One that waits for its time was not.
pub(crate) fn begin(open: &OpenWork, ask: Ask) -> Ask {
    let replacement = open.replacement.as_ref();
    let is_waiting = replacement.is_some_and(Replacement::is_waiting);
    let replaces = open.request.as_ref().and_then(|it| it.replaces.as_ref());
    let is_free = open.leaked.is_empty() && replacement.is_none() && replaces.is_none();
    match ask {
        Ask::Rotate if !is_waiting && !is_free => Ask::Continue,
        ask => ask,
    }
}

/// Returns the next step. The first row that applies decides.
pub(crate) fn next(open: &OpenWork, seen: &Seen, ask: Ask, now: Timestamp) -> Step {
    let plan = Plan {
        open,
        seen,
        ask,
        now,
    };
    let rows = [
        Plan::ask_first,
        Plan::look,
        Plan::store,
        Plan::leaks,
        Plan::incoming,
        Plan::outgoing,
        Plan::undecided,
        Plan::make,
    ];
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
        let is_returning = |it: &&Replacement| it.rolled_back && it.delivered_at.is_none();
        let returning = || {
            let it = open.replacement.as_ref().filter(is_returning);
            it.filter(|it| !seen.asked.contains(&it.new))
        };
        leaked
            .map(|id| Step::Disable(id.clone()))
            .or_else(|| restoring().map(|id| Step::ResumeRestore(id.clone())))
            .or_else(|| returning().map(|it| Step::Enable(it.new.clone())))
    }

    /// Rows 4 and 5: a look, once a run; and once more when a request has expired and a list shows what it did.
    fn look(&self) -> Option<Step> {
        let Some(list) = &self.seen.list else {
            return Some(Step::Look);
        };
        let decided = self.decided_at().filter(|at| self.now >= *at)?;
        let is_newer = list.asked_at >= decided;
        Some(if is_newer { Step::Conclude } else { Step::Look })
    }

    /// When a request cannot be executed any more and no list lacks what it made.
    fn decided_at(&self) -> Option<Timestamp> {
        let limits = self.seen.limits;
        let request = self.open.request.as_ref();
        request.map(|request| limits.decided_at(request))
    }

    /// Row 6: made pairs go into their store and into metadata; of those that leaked, nobody keeps the secret.
    fn store(&self) -> Option<Step> {
        let (open, seen) = (self.open, self.seen);
        let is_kept = |id: &AccessKeyId| seen.readable.contains(id) && seen.claimed.contains(id);
        let mut made = open.made.keys().filter(|id| !open.leaked.contains(*id));
        let lost = made.find(|id| !is_kept(id));
        lost.map(|id| Step::Store(id.clone()))
    }

    /// Row 7: another pair, which was asked itself, takes the place of what leaked, which then goes.
    fn leaks(&self) -> Option<Step> {
        if self.open.leaked.is_empty() {
            return None;
        }
        let is_there = |id: &&AccessKeyId| self.sight(id) != Sight::Gone;
        let there = self.open.leaked.iter().find(is_there).cloned();
        let is_verified = |id: &AccessKeyId| self.seen.verified.contains_key(id);
        match (self.usable(), there) {
            (Some(id), Some(_)) if !is_verified(&id) => Some(self.hand_over_to(id)),
            (Some(id), _) if self.is_target_leaked() => Some(self.hand_over_to(id)),
            (Some(_), Some(leaked)) => Some(Step::Delete(leaked)),
            (Some(_), None) => self.secret_of_leaked(),
            (None, there) => Some(self.stand_in(there)),
        }
    }

    fn hand_over_to(&self, id: AccessKeyId) -> Step {
        match self.seen.failed.contains_key(&id) {
            _ if self.seen.verified.contains_key(&id) => Step::Deliver(id),
            true => Step::Wait(Wait::Lag),
            false => Step::Verify(id, None),
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

    /// All that leaked is gone.
    fn secret_of_leaked(&self) -> Option<Step> {
        let mut stored = self.open.leaked.intersection(&self.seen.stored);
        stored.next().map(|id| Step::DropSecret(id.clone()))
    }

    fn is_target_leaked(&self) -> bool {
        !self.open.leaked.is_disjoint(&self.seen.targets)
    }

    /// Returns a pair that can stand in for one that leaked: the incoming one, else the newest. None whose secret this run found to be
    /// another one's: it would be waited for in vain.
    fn usable(&self) -> Option<AccessKeyId> {
        let (open, seen) = (self.open, self.seen);
        let is_usable = |id: &&AccessKeyId| {
            let is_wrong = seen.failed.get(*id) == Some(&Failed::WrongSecret);
            let is_saved = seen.readable.contains(*id) && !is_wrong;
            self.sight(id) == Sight::Active && is_saved && !open.leaked.contains(*id)
        };
        let incoming = open.replacement.as_ref().map(|it| &it.new);
        let usable = seen.readable.iter().filter(is_usable);
        let newest = || usable.max_by_key(|id| seen.created_at(open, id));
        incoming.filter(is_usable).or_else(newest).cloned()
    }

    /// Row 8: the incoming pair is verified and delivered.
    fn incoming(&self) -> Option<Step> {
        let it = self.open.replacement.as_ref()?;
        if it.delivered_at.is_some() {
            return None;
        }
        let step = self.unless_works(&it.new, None);
        Some(step.unwrap_or_else(|| Step::Deliver(it.new.clone())))
    }

    /// Row 9: the outgoing pair stays for its overlap, then Inactive for its grace, and goes.
    fn outgoing(&self) -> Option<Step> {
        let it = self.open.replacement.as_ref()?;
        let overlap = it.delivered_at.map(|at| at + it.spans.overlap);
        let overlap = overlap.filter(|end| *end > self.now);
        let grace = it.disabled_at.map(|at| at + it.spans.grace);
        let grace = grace.filter(|end| *end > self.now && self.ask != Ask::EndGrace);
        let wait = match (self.sight(&it.old), it.disabled_at) {
            (Sight::Gone, _) => return Some(self.end_replacement()),
            (Sight::Active, Some(_)) => return Some(Step::Undone),
            (Sight::Active, None) => overlap.map(Wait::Overlap),
            (Sight::Inactive, Some(_)) => grace.map(Wait::Grace),
            (Sight::Inactive, None) => None,
        };
        let Some(wait) = wait else {
            return Some(self.take_away(it));
        };
        // A person is not told to wait for a pair that does not work.
        let is_seen = self.sight(&it.new) == Sight::Active;
        let fails = (!is_seen).then(|| self.unless_works(&it.new, None));
        let step = fails.flatten().or_else(|| self.leak_is_over());
        Some(step.unwrap_or(Step::Wait(wait)))
    }

    /// One that is being restored may come back yet.
    fn leak_is_over(&self) -> Option<Step> {
        let mut leaked = self.open.leaked.iter();
        let over = leaked.find(|id| !self.open.restoring.contains_key(*id));
        over.map(|id| Step::EndLeak(id.clone()))
    }

    /// The journal goes with it where nothing else is unfinished: killed in between, the same command would rotate twice.
    fn end_replacement(&self) -> Step {
        let open = self.open;
        let is_alone =
            open.leaked.is_empty() && open.request.is_none() && open.restoring.is_empty();
        if is_alone && !self.is_unproven() {
            return Step::Close;
        }
        Step::EndReplacement
    }

    /// It is deleted once it was disabled, and else disabled.
    fn take_away(&self, it: &Replacement) -> Step {
        let proof_from = it.delivered_at.map(|at| at + self.seen.limits.proof);
        let is_disabled = it.disabled_at.is_some();
        let step = if is_disabled {
            Step::Delete
        } else {
            Step::Disable
        };
        let works = self.unless_works(&it.new, proof_from);
        works.unwrap_or_else(|| step(it.old.clone()))
    }

    /// Before another pair is taken away for it, the incoming pair is asked itself; the list only explains why it does not work.
    fn unless_works(&self, id: &AccessKeyId, proof_from: Option<Timestamp>) -> Option<Step> {
        let (was_disabled, failed) = (self.seen.was_disabled(id), self.seen.failed.get(id));
        let mut verified = self.seen.verified.get(id).into_iter();
        let is_verified = verified.any(|at| proof_from.is_none_or(|from| *at >= from));
        Some(match self.sight(id) {
            _ if !self.seen.readable.contains(id) => Step::Stop(Stop::NotHeld),
            _ if is_verified && !was_disabled => return None,
            _ if failed == Some(&Failed::WrongSecret) => Step::Stop(Stop::WrongSecret),
            _ if failed.is_none() && !was_disabled => Step::Verify(id.clone(), proof_from),
            Sight::Gone => Step::Stop(Stop::NewGone),
            Sight::Inactive => Step::Stop(Stop::NewInactive),
            Sight::Active => Step::Wait(Wait::Lag),
        })
    }

    /// Row 10: nothing is made, and nothing is closed, while something is undecided.
    fn undecided(&self) -> Option<Step> {
        let restoring = self.open.restoring.values();
        let ends = restoring.map(|it| it.asked_at + self.seen.limits.expiry);
        let restore = ends.max().map(Wait::Restore);
        let request = self.decided_at().map(Wait::Expiry);
        request.or(restore).map(Step::Wait)
    }

    /// Row 11: what this run was asked to make.
    fn make(&self) -> Option<Step> {
        if !matches!(self.ask, Ask::Create | Ask::Rotate) || self.seen.has_requested {
            return None;
        }
        let (count, rotates) = (self.seen.present(self.open).len(), self.ask == Ask::Rotate);
        let is_full = count >= self.seen.limits.pairs;
        Some(match count {
            0 if rotates => Step::Stop(Stop::NoPair),
            _ if is_full || rotates && count > 1 => Step::Stop(Stop::TwoPairs),
            _ => Step::Request,
        })
    }

    /// Row 12: closed once every secret was read back by a run that did not put it there.
    fn end(&self) -> Step {
        match () {
            () if self.open.is_empty() && self.open.restored.is_empty() => Step::Done,
            () if self.is_unproven() => self.wait_for_proof(),
            () => Step::Close,
        }
    }

    fn wait_for_proof(&self) -> Step {
        let over = self.leak_is_over();
        over.unwrap_or(Step::Wait(Wait::Proof))
    }

    fn is_unproven(&self) -> bool {
        let (open, seen) = (self.open, self.seen);
        let mut kept = open.made.keys().filter(|id| !open.leaked.contains(*id));
        kept.any(|id| seen.unproven.contains(id))
    }

    fn sight(&self, id: &AccessKeyId) -> Sight {
        self.seen.sight(self.open, id)
    }
}
