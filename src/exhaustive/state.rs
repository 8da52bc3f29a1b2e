//! One moment of a history, as a small value: the cloud, the store, the journal, and what a run of akm has in memory.

use super::journal::{Journal, RequestAge};
use super::set::{PAIRS, Set};
use super::wrong::Wrong;
use crate::core::{plan::Ask, seen::Sight};

/// One moment. Two moments that are equal have the same futures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct State {
    pub(super) pairs: [Pair; PAIRS],
    pub(super) facts: Facts,
    /// The journal as this machine reads it.
    pub(super) journal: Journal,
    /// The journal as a power cut would leave it.
    pub(super) durable: Journal,
    pub(super) run: Run,
    /// A create was sent that the cloud has not executed yet.
    pub(super) create_in_flight: bool,
    /// Restores were sent that the cloud has not executed yet.
    pub(super) restores_in_flight: Set,
    /// The pair that is handed out.
    pub(super) target: Option<u8>,
    /// How many more faults, acts of others, and commands this history may have.
    pub(super) faults: u8,
    pub(super) foreign: u8,
    pub(super) asks: u8,
    /// The first thing that went wrong.
    pub(super) wrong: Option<Wrong>,
}

/// A pair in the cloud, in lists, and in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Pair {
    pub(super) status: Status,
    pub(super) may_show: MayShow,
    pub(super) secret: Secret,
}

/// What the cloud has of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Status {
    #[default]
    Never,
    Active,
    Inactive,
    /// Deleted, and in the recycle bin.
    Deleted,
}

/// What one list shows of a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Shown {
    #[default]
    Nothing,
    Active,
    Inactive,
}

/// What the next list may show of a pair: more than one thing while lists lag; nothing at all of a pair that never was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct MayShow(u8);

/// What the store has of a pair's secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Secret {
    #[default]
    None,
    /// Put there; a power cut may still take it away.
    Unproven,
    /// A later run has read it back, or akm has synced it.
    Proven,
    /// Something that cannot be read.
    Damaged,
    /// The secret of another pair.
    Wrong,
}

/// What metadata says of pairs, and what this check remembers of them in order to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Facts {
    /// Metadata says that their secret is saved.
    pub(super) claimed: Set,
    /// Metadata has a record of them.
    pub(super) known: Set,
    pub(super) suspects: Set,
    /// Suspects that a person has dismissed.
    pub(super) dismissed: Set,
    /// Metadata says that their secret was dropped because they leaked.
    pub(super) dropped: Set,
    /// Leaks that a person has reported, durably, and those that are dealt with.
    pub(super) leaks: Set,
    pub(super) past_leaks: Set,
    /// Made by a request of ours.
    pub(super) ours: Set,
    /// Made by a request of ours whose answer, and with it the secret, is lost.
    pub(super) orphans: Set,
    /// A run that ended well said that their secret is saved.
    pub(super) promised: Set,
    /// Others changed them, or their secret, and no exact list was read since: akm cannot know.
    pub(super) raced: Set,
    /// Restored by us, Active now, and a person wants them Inactive.
    pub(super) to_disable: Set,
}

/// What one run of akm has in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Run {
    /// What it was asked for; absent: akm does not run.
    pub(super) ask: Option<Ask>,
    /// The rotation that it was asked for has neither an overlap nor a grace.
    pub(super) at_once: bool,
    pub(super) has_looked: bool,
    pub(super) list: [Shown; PAIRS],
    /// The request's age when the list was asked for.
    pub(super) looked_at: RequestAge,
    /// Answers of this run that are younger than the lag of lists.
    pub(super) answers: [Option<Sight>; PAIRS],
    pub(super) older: Older,
    pub(super) asked: Set,
    pub(super) resumed: Set,
    pub(super) readable: Set,
    /// Secrets that this run put into a store that cannot sync.
    pub(super) put: Set,
    /// Verified in this run; and, of these, at least two seconds after the delivery.
    pub(super) verified: Set,
    pub(super) proven: Set,
    /// Did not work, because the cloud does not know them or because the secret is wrong.
    pub(super) failed: Set,
    pub(super) wrong_secret: Set,
    pub(super) has_requested: bool,
    /// Changed by others since this run began, or since it verified them.
    pub(super) touched: Set,
}

/// What is older than the lag of lists, and was younger than that when this run's list was asked for: it still counts more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Older {
    pub(super) answers: [Option<Sight>; PAIRS],
    /// Pairs that were made or restored.
    pub(super) appeared: Set,
    /// The disabling of the outgoing pair.
    pub(super) disabled: bool,
}

impl MayShow {
    pub(super) fn only(shown: Shown) -> Self {
        Self(1 << shown as u8)
    }

    pub(super) fn add(&mut self, shown: Shown) {
        self.0 |= 1 << shown as u8;
    }

    pub(super) fn has(self, shown: Shown) -> bool {
        self.0 & 1 << shown as u8 != 0
    }

    pub(super) fn is_exact(self) -> bool {
        self.0.count_ones() <= 1
    }
}

impl Status {
    pub(super) fn shown(self) -> Shown {
        match self {
            Self::Active => Shown::Active,
            Self::Inactive => Shown::Inactive,
            Self::Never | Self::Deleted => Shown::Nothing,
        }
    }

    pub(super) fn sight(self) -> Sight {
        match self {
            Self::Active => Sight::Active,
            Self::Inactive => Sight::Inactive,
            Self::Never | Self::Deleted => Sight::Gone,
        }
    }
}

impl State {
    pub(super) fn is_live(&self, pair: usize) -> bool {
        matches!(self.pairs[pair].status, Status::Active | Status::Inactive)
    }

    pub(super) fn is_active(&self, pair: usize) -> bool {
        self.pairs[pair].status == Status::Active
    }

    /// Returns whether the store has the pair's own secret.
    pub(super) fn is_saved(&self, pair: usize) -> bool {
        matches!(self.pairs[pair].secret, Secret::Unproven | Secret::Proven)
    }

    /// Returns whether akm takes what the store has for the pair's secret. Of a pair that it made it has a copy to compare with.
    pub(super) fn is_readable(&self, pair: usize) -> bool {
        let is_wrong = self.pairs[pair].secret == Secret::Wrong;
        self.is_saved(pair) || is_wrong && !self.journal.made.has(pair)
    }

    pub(super) fn has_leaked(&self, pair: usize) -> bool {
        (self.facts.leaks | self.facts.past_leaks).has(pair)
    }

    pub(super) fn has_room(&self, quota: usize) -> bool {
        (0..PAIRS).filter(|pair| self.is_live(*pair)).count() < quota
    }

    /// Changes a pair in the cloud; lists may show the old status for a while.
    pub(super) fn set(&mut self, pair: usize, status: Status) {
        self.pairs[pair].status = status;
        self.pairs[pair].may_show.add(status.shown());
        if status != Status::Active {
            self.facts.to_disable.remove(pair);
        }
    }

    /// Makes a pair in the cloud. Absent: this history has as many pairs as this check can store.
    pub(super) fn make(&mut self) -> Option<usize> {
        let is_free = |pair: &usize| self.pairs[*pair].status == Status::Never;
        let pair = (0..PAIRS).find(is_free)?;
        self.pairs[pair] = Pair {
            may_show: MayShow::only(Shown::Nothing),
            ..Pair::default()
        };
        self.set(pair, Status::Active);
        Some(pair)
    }

    pub(super) fn touch(&mut self, pair: usize) {
        self.facts.raced.add(pair);
        if self.run.ask.is_some() {
            self.run.touched.add(pair);
        }
    }

    pub(super) fn answer(&mut self, pair: usize) {
        self.run.answers[pair] = Some(self.pairs[pair].status.sight());
    }

    /// The run ends by a fault.
    pub(super) fn fault(mut self) -> Self {
        self.faults -= 1;
        self.run = Run::default();
        self
    }

    /// Everything that is not durable is lost.
    pub(super) fn power_cut(mut self) -> Self {
        let forgotten = self.journal.made.without(self.durable.made);
        self.journal = self.durable;
        for pair in 0..PAIRS {
            if forgotten.has(pair) && self.pairs[pair].secret == Secret::None {
                self.facts.orphans.add(pair);
            }
            if self.pairs[pair].secret == Secret::Unproven {
                self.pairs[pair].secret = Secret::None;
            }
        }
        self.fault()
    }

    /// An event was written, and akm was killed before the sync.
    pub(super) fn killed_before_sync(mut self, before: &Self) -> Self {
        self.durable = before.durable;
        self.fault()
    }
}
