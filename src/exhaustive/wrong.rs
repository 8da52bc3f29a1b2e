//! What must never happen.

use super::Bounds;
use super::set::{PAIRS, Set};
use super::state::{Secret, Shown, State, Status};
use crate::core::plan::Ask;

/// A violation. The first fourteen may cost a secret or a working pair; the others are untrue statements and dead ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Wrong {
    NothingElseWorks,
    ActiveDeleted,
    OnlyOneProof,
    OverlapCutShort,
    GraceCutShort,
    Strange,
    LeakedEnabled,
    LeakedDelivered,
    LeakedTarget,
    LeakedActive,
    LeakedForgotten,
    LeakedSaved,
    SecretForgotten,
    PromiseBroken,
    Untraceable,
    EmptyClaim,
    BrokenDelivered,
    TwoRequests,
    NoRoom,
    ConcludedEarly,
    SuspectMissed,
    SuspectIsSaved,
    RestoreForgotten,
    RestoredActive,
    NotGone,
    NotInactive,
    NotEnabled,
    OldNotGone,
    SameWait,
    NoWayOut,
    Endless,
    Unequal,
}

impl Wrong {
    pub(super) fn sentence(self) -> &'static str {
        match self {
            Self::NothingElseWorks => "akm took a pair away while no other pair worked",
            Self::ActiveDeleted => "akm deleted an Active pair",
            Self::OnlyOneProof => {
                "akm took the old pair away without a second proof of the new one, 2 s after the delivery"
            }
            Self::OverlapCutShort => "akm disabled the old pair within its overlap",
            Self::GraceCutShort => "akm deleted the old pair within its grace",
            Self::Strange => "akm changed a pair that nobody had named",
            Self::LeakedEnabled => "akm made a leaked pair Active",
            Self::LeakedDelivered => "akm delivered a leaked pair",
            Self::LeakedTarget => "akm closed the journal, and a leaked pair is still handed out",
            Self::LeakedActive => "a run ended, and a leaked pair is Active",
            Self::LeakedForgotten => "akm closed the journal, and a leaked pair is there",
            Self::LeakedSaved => "akm saved the secret of a pair that had leaked",
            Self::SecretForgotten => {
                "akm closed the journal, and it had the only proven copy of a secret"
            }
            Self::PromiseBroken => "a secret is nowhere that akm had called saved",
            Self::Untraceable => {
                "akm closed the journal, and a pair that it made is recorded nowhere"
            }
            Self::EmptyClaim => "metadata says that a secret is saved, and it is nowhere",
            Self::BrokenDelivered => "akm delivered a pair that does not work",
            Self::TwoRequests => "akm sent a create while another one had no answer",
            Self::NoRoom => "akm sent a create, and its list had as many pairs as are allowed",
            Self::ConcludedEarly => "akm let go of a create that the cloud may still execute",
            Self::SuspectMissed => "akm let go of a create, and what it made is no suspect",
            Self::SuspectIsSaved => "akm called a pair a suspect whose secret is saved",
            Self::RestoreForgotten => "akm closed the journal, and a pair may still come back",
            Self::RestoredActive => {
                "a restored pair was to be Inactive and is Active, and the journal is closed"
            }
            Self::NotGone => "akm said that the new pair is gone, and it is there",
            Self::NotInactive => "akm said that the new pair is Inactive, and it is Active",
            Self::NotEnabled => "akm said that somebody enabled the old pair, and nobody did",
            Self::OldNotGone => "akm took the old pair for gone, and it is there",
            Self::SameWait => "nothing changes: akm waits again for what has passed",
            Self::NoWayOut => "nothing changes: the advice of the stop leads nowhere",
            Self::Endless => "the run does not end",
            Self::Unequal => "the journal's state does not come back equal from its small form",
        }
    }
}

impl State {
    /// Keeps the first thing that went wrong.
    pub(super) fn wrong(&mut self, wrong: Wrong) {
        self.wrong = self.wrong.or(Some(wrong));
    }

    pub(super) fn wrong_if(&mut self, is_wrong: bool, wrong: Wrong) {
        if is_wrong {
            self.wrong(wrong);
        }
    }

    /// What must hold at any time.
    pub(super) fn check(&mut self) {
        let (facts, is_closed) = (
            self.facts,
            self.run.ask.is_none() && self.journal.is_empty(),
        );
        let is_active = facts.to_disable.iter().any(|pair| self.is_active(pair));
        self.wrong_if(is_closed && is_active, Wrong::RestoredActive);
        for pair in 0..PAIRS {
            let is_somewhere =
                self.pairs[pair].secret != Secret::None || self.journal.made.has(pair);
            self.wrong_if(facts.claimed.has(pair) && !is_somewhere, Wrong::EmptyClaim);
            let is_needed = self.is_live(pair) && !self.has_leaked(pair);
            self.wrong_if(
                facts.promised.has(pair) && !is_somewhere && is_needed,
                Wrong::PromiseBroken,
            );
        }
    }

    /// What must hold when akm, by itself, disables or deletes a pair that has not leaked.
    pub(super) fn check_taking_away(&mut self, pair: usize, to: Status) {
        self.wrong_if(!self.does_another_work(pair), Wrong::NothingElseWorks);
        let is_known_active = self.is_active(pair) && !self.facts.raced.has(pair);
        self.wrong_if(
            to == Status::Deleted && is_known_active,
            Wrong::ActiveDeleted,
        );
        self.wrong_if(!self.journal.is_old(pair), Wrong::Strange);
        self.wrong_if(!self.is_new_proven_twice(), Wrong::OnlyOneProof);
        if let Some(it) = self.journal.replacement {
            // A list that lags may call a pair Inactive that was enabled just now: nobody can count on that pair yet.
            let is_listed = self.run.list[pair] == Shown::Active && is_known_active;
            self.wrong_if(is_listed && it.waits_for_overlap(), Wrong::OverlapCutShort);
            let is_early = it.waits_for_grace() && self.run.ask != Some(Ask::EndGrace);
            self.wrong_if(to == Status::Deleted && is_early, Wrong::GraceCutShort);
        }
    }

    /// Others are to blame for what they changed since this run verified the pair.
    fn does_another_work(&self, pair: usize) -> bool {
        let works =
            |other: usize| self.is_active(other) && self.is_saved(other) && !self.has_leaked(other);
        let mut others = (0..PAIRS).filter(|other| *other != pair);
        others.any(|other| works(other) || self.run.touched.has(other))
    }

    fn is_new_proven_twice(&self) -> bool {
        use super::journal::Delivered::{LongerAgo, No, Now, OverlapAgo};
        self.journal
            .replacement
            .is_some_and(|it| match it.delivered {
                No => false,
                Now => self.run.proven.has(it.new.into()),
                OverlapAgo | LongerAgo => self.run.verified.has(it.new.into()),
            })
    }

    /// What must hold when the journal is closed.
    pub(super) fn check_close(&mut self, bounds: &Bounds) {
        let live = (0..PAIRS)
            .filter(|pair| self.is_live(*pair))
            .collect::<Set>();
        for pair in live.without(self.facts.raced).iter() {
            self.check_close_of(pair, bounds);
        }
        let mut restores = self.restores_in_flight.iter();
        let may_come = restores.any(|pair| self.pairs[pair].status == Status::Deleted);
        self.wrong_if(may_come, Wrong::RestoreForgotten);
        self.wrong_if(self.create_in_flight, Wrong::ConcludedEarly);
        let is_leaked = self
            .target
            .is_some_and(|pair| self.facts.leaks.has(pair.into()));
        self.wrong_if(is_leaked, Wrong::LeakedTarget);
    }

    fn check_close_of(&mut self, pair: usize, bounds: &Bounds) {
        let (facts, secret) = (self.facts, self.pairs[pair].secret);
        self.wrong_if(self.journal.leaked.has(pair), Wrong::LeakedForgotten);
        let is_over = self.has_leaked(pair) || facts.dismissed.has(pair);
        let is_lost = self.journal.made.has(pair) && secret != Secret::Proven && !is_over;
        self.wrong_if(is_lost, Wrong::SecretForgotten);
        let is_claimed = facts.claimed.has(pair) && secret != Secret::None;
        // The store took what the journal could not: `list --refresh` finds that, whenever the pair is there.
        let is_found = bounds.syncs && self.is_saved(pair) && !self.journal.made.has(pair);
        let is_recorded =
            is_found || is_over || (facts.dropped | facts.suspects).has(pair) || is_claimed;
        self.wrong_if(facts.ours.has(pair) && !is_recorded, Wrong::Untraceable);
    }
}
