//! What there is when a history begins.

use super::Bounds;
use super::journal::{Delivered, Disabled, Journal, Overlap, Replacement, Spans};
use super::set::{PAIRS, Set};
use super::state::{Facts, MayShow, Pair, Secret, State, Status};

/// The beginnings with nothing unfinished, each with the pairs that the owner has.
pub(super) const STARTS: [Start; 7] = {
    use Was::{Deleted, Foreign, SavedActive, SavedInactive};
    [
        Start::of(&[]),
        Start::of(&[SavedActive]),
        Start::of(&[SavedActive, SavedInactive]),
        Start::of(&[SavedActive, SavedActive]),
        Start::of(&[Foreign]),
        Start::of(&[SavedActive, Deleted]),
        Start::of(&[Foreign, SavedActive]),
    ]
};

/// Beginnings with a rotation from P0 to P1 that is delivered. Where there may be few commands, no history would come so far.
pub(super) const ROTATIONS: [Start; 2] = {
    use Was::{SavedActive, SavedInactive};
    let delivered = Start {
        pairs: &[SavedActive, SavedActive],
        rotation: Some(Disabled::No),
    };
    let disabled = Start {
        pairs: &[SavedInactive, SavedActive],
        rotation: Some(Disabled::LagAgo),
    };
    [delivered, disabled]
};

/// What there is when a history begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start {
    pairs: &'static [Was],
    /// The second pair replaces the first: whether that one is disabled.
    rotation: Option<Disabled>,
}

/// A pair at the beginning of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Was {
    SavedActive,
    SavedInactive,
    /// In the recycle bin, and its secret is saved.
    Deleted,
    /// Active, and akm does not have its secret.
    Foreign,
}

impl Was {
    fn pair(self) -> Pair {
        let status = match self {
            Self::SavedActive | Self::Foreign => Status::Active,
            Self::SavedInactive => Status::Inactive,
            Self::Deleted => Status::Deleted,
        };
        let secret = if self == Self::Foreign {
            Secret::None
        } else {
            Secret::Proven
        };
        Pair {
            status,
            may_show: MayShow::only(status.shown()),
            secret,
        }
    }
}

impl Start {
    const fn of(pairs: &'static [Was]) -> Self {
        Self {
            pairs,
            rotation: None,
        }
    }

    fn journal(self) -> Journal {
        let Some(disabled) = self.rotation else {
            return Journal::default();
        };
        let replacement = Replacement {
            old: 0,
            new: 1,
            spans: Spans {
                overlap: Overlap::Usual,
                has_grace: true,
            },
            rolled_back: false,
            delivered: if disabled == Disabled::No {
                Delivered::Now
            } else {
                Delivered::OverlapAgo
            },
            disabled,
        };
        Journal {
            made: Set::of(1),
            replacement: Some(replacement),
            ..Journal::default()
        }
    }
}

/// The first pair is handed out if its secret is saved, but not if it is being replaced.
pub(super) fn begin(bounds: &Bounds, start: Start) -> State {
    let mut pairs = [Pair::default(); PAIRS];
    for (pair, was) in pairs.iter_mut().zip(start.pairs) {
        *pair = was.pair();
    }
    let is_saved = |pair: &usize| start.pairs[*pair] != Was::Foreign;
    let saved: Set = (0..start.pairs.len()).filter(is_saved).collect();
    let known = (0..start.pairs.len()).collect();
    let target = u8::from(start.rotation.is_some());
    State {
        pairs,
        facts: Facts {
            claimed: saved,
            promised: saved,
            known,
            ..Facts::default()
        },
        journal: start.journal(),
        durable: start.journal(),
        target: saved.has(0).then_some(target),
        faults: bounds.faults,
        foreign: bounds.foreign,
        asks: bounds.asks,
        ..State::default()
    }
}
