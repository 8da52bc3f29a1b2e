//! The plan of a rotation, pure: what is recorded, what the cloud shows and the time in; the next step out.
//!
//! `intent → got → stored → verified → delivered → (overlap) → old disabled → (grace) → old deleted`. Each step can be done again.

use super::{access_key::Status, time::Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The last step that is done for good, as the journal writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Reached {
    /// A request may have been sent.
    Intent,
    /// The new pair is known, its secret sealed in the journal.
    Got,
    /// Its secret is in the store, read back and compared.
    Stored,
    /// The cloud takes the new pair for the same user, several times in a row.
    Verified,
    /// Whoever gets the pair through akm gets the new one.
    Delivered,
    /// The old pair is Inactive.
    OldDisabled,
}

/// What the cloud and the store show at this moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    /// The old pair's status; `None` when the cloud does not list it.
    pub(crate) old: Option<Status>,
    pub(crate) new: Option<Status>,
    /// Whether the store returns the new pair's secret.
    pub(crate) held: bool,
}

/// When the old pair is due, by the cloud's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) disable: Timestamp,
    /// When it was disabled; known from then on, as when it may be deleted.
    pub(crate) disabled: Option<Timestamp>,
    pub(crate) delete: Option<Timestamp>,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Put the sealed secret into the store.
    Store,
    Verify,
    Deliver,
    /// Nothing before this time: the old pair stays Active.
    Overlap(Timestamp),
    DisableOld,
    /// Nothing before this time: the old pair stays Inactive.
    Grace(Timestamp),
    DeleteOld,
    /// The old pair is gone: close.
    Done,
    /// A person made the old pair Active again: close, and touch neither.
    Undone,
    /// The new pair cannot stand in for the old one: touch nothing.
    Stop(Stop),
}

/// Why a rotation goes no further by itself: what the new pair is or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Inactive,
    Gone,
    NotHeld,
}

/// The next step. Before the old pair is disabled, and again before it is deleted, the new one must be Active and held.
pub(crate) fn next(reached: Reached, due: Option<Due>, shown: Shown, now: Timestamp) -> Step {
    match (reached, due) {
        (Reached::Intent | Reached::Got, _) => Step::Store,
        (Reached::Stored, _) => Step::Verify,
        (Reached::Verified, _) | (Reached::Delivered | Reached::OldDisabled, None) => Step::Deliver,
        (Reached::Delivered | Reached::OldDisabled, Some(due)) => retire(due, shown, now),
    }
}

/// A list may lag behind a change by so much: an old pair that still looks Active was not enabled again.
const LAG: TimeDelta = TimeDelta::minutes(5);

fn retire(due: Due, shown: Shown, now: Timestamp) -> Step {
    match (stands(shown), shown.old, due.disabled) {
        (None, None, _) => Step::Done,
        (_, Some(Status::Active), Some(at)) if now >= at + LAG => Step::Undone,
        (Some(stop), _, _) => Step::Stop(stop),
        (None, Some(Status::Active), Some(_)) => Step::Grace(due.delete.unwrap_or(now)),
        (None, Some(Status::Active), None) if now < due.disable => Step::Overlap(due.disable),
        // Somebody disabled it before us: its grace begins when we record that.
        (None, Some(_), None) => Step::DisableOld,
        (None, Some(Status::Inactive), Some(_)) => match due.delete {
            Some(delete) if now < delete => Step::Grace(delete),
            _ => Step::DeleteOld,
        },
    }
}

fn stands(shown: Shown) -> Option<Stop> {
    match (shown.new, shown.held) {
        (None, _) => Some(Stop::Gone),
        (Some(Status::Inactive), _) => Some(Stop::Inactive),
        (Some(Status::Active), false) => Some(Stop::NotHeld),
        (Some(Status::Active), true) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time;

    fn at(hour: u32) -> Timestamp {
        time::parse(&format!("2026-11-24T{hour:02}:00:00Z")).unwrap()
    }

    const GOOD: Shown = Shown {
        old: Some(Status::Active),
        new: Some(Status::Active),
        held: true,
    };

    #[test]
    fn steps_come_in_their_order() {
        let due = Some(Due {
            disable: at(10),
            disabled: None,
            delete: None,
        });
        assert_eq!(next(Reached::Got, None, GOOD, at(1)), Step::Store);
        assert_eq!(next(Reached::Stored, None, GOOD, at(1)), Step::Verify);
        assert_eq!(next(Reached::Verified, None, GOOD, at(1)), Step::Deliver);
        assert_eq!(
            next(Reached::Delivered, due, GOOD, at(9)),
            Step::Overlap(at(10))
        );
        assert_eq!(
            next(Reached::Delivered, due, GOOD, at(10)),
            Step::DisableOld
        );
    }

    #[test]
    fn the_old_pair_is_deleted_only_after_its_grace() {
        let due = Some(Due {
            disable: at(10),
            disabled: Some(at(10)),
            delete: Some(at(12)),
        });
        let shown = Shown {
            old: Some(Status::Inactive),
            ..GOOD
        };
        assert_eq!(
            next(Reached::OldDisabled, due, shown, at(11)),
            Step::Grace(at(12))
        );
        assert_eq!(
            next(Reached::OldDisabled, due, shown, at(12)),
            Step::DeleteOld
        );
        assert_eq!(
            next(
                Reached::OldDisabled,
                due,
                Shown { old: None, ..shown },
                at(11)
            ),
            Step::Done
        );
        // Active again long after: a person's word. Shortly after: a list that lags.
        assert_eq!(next(Reached::OldDisabled, due, GOOD, at(11)), Step::Undone);
        assert_eq!(
            next(Reached::OldDisabled, due, GOOD, at(10)),
            Step::Grace(at(12))
        );
    }

    #[test]
    fn nothing_is_retired_while_the_new_pair_cannot_stand_in() {
        let retired = |old| match old {
            Status::Active => Due {
                disable: at(1),
                disabled: None,
                delete: None,
            },
            Status::Inactive => Due {
                disable: at(1),
                disabled: Some(at(1)),
                delete: Some(at(2)),
            },
        };
        for (shown, stop) in [
            (Shown { new: None, ..GOOD }, Stop::Gone),
            (
                Shown {
                    new: Some(Status::Inactive),
                    ..GOOD
                },
                Stop::Inactive,
            ),
            (
                Shown {
                    held: false,
                    ..GOOD
                },
                Stop::NotHeld,
            ),
        ] {
            let gone = Shown { old: None, ..shown };
            let late = Some(retired(Status::Inactive));
            assert_eq!(
                next(Reached::OldDisabled, late, gone, at(23)),
                Step::Stop(stop)
            );
            for old in [Status::Active, Status::Inactive] {
                let shown = Shown {
                    old: Some(old),
                    ..shown
                };
                assert_eq!(
                    next(Reached::OldDisabled, Some(retired(old)), shown, at(23)),
                    Step::Stop(stop)
                );
            }
        }
    }
}
