//! What there is when a history begins.

use super::Bounds;
use super::set::{PAIRS, Set};
use super::state::{Facts, MayShow, Pair, Secret, State, Status};

/// The beginnings, each with the pairs that the owner has.
pub(super) const STARTS: [&[Start]; 7] = {
    use Start::{Deleted, Foreign, SavedActive, SavedInactive};
    [
        &[],
        &[SavedActive],
        &[SavedActive, SavedInactive],
        &[SavedActive, SavedActive],
        &[Foreign],
        &[SavedActive, Deleted],
        &[Foreign, SavedActive],
    ]
};

/// A pair at the beginning of a history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    SavedActive,
    SavedInactive,
    /// In the recycle bin, and its secret is saved.
    Deleted,
    /// Active, and akm does not have its secret.
    Foreign,
}

impl Start {
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

/// The first pair is handed out if its secret is saved.
pub(super) fn begin(bounds: &Bounds, start: &[Start]) -> State {
    let mut pairs = [Pair::default(); PAIRS];
    for (pair, start) in pairs.iter_mut().zip(start) {
        *pair = start.pair();
    }
    let is_saved = |pair: &usize| start[*pair] != Start::Foreign;
    let saved: Set = (0..start.len()).filter(is_saved).collect();
    let known = (0..start.len()).collect();
    State {
        pairs,
        facts: Facts {
            claimed: saved,
            promised: saved,
            known,
            ..Facts::default()
        },
        target: saved.has(0).then_some(0),
        faults: bounds.faults,
        foreign: bounds.foreign,
        asks: bounds.asks,
        ..State::default()
    }
}
