//! The plan of a rotation, pure: what is recorded, what the cloud shows and the time in; the next step out.
//!
//! `intent → got → stored → verified → delivered → (overlap) → old disabled → (grace) → old deleted`, and back from any of them:
//! `roll back → old enabled → old verified → old delivered → new disabled`. Each step can be done again.

use super::{access_key::Status, time::Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The last step that is done for good, as the journal writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A person wants the old pair back.
    RollBack,
    /// The old pair is Active again.
    OldEnabled,
    /// The cloud takes the old pair again, several times in a row.
    OldVerified,
    /// Whoever gets the pair through akm gets the old one again.
    OldDelivered,
    /// The new pair is Inactive: rolled back.
    NewDisabled,
}

/// What the journal says.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Recorded {
    pub(crate) reached: Reached,
    /// Whether the new pair was ever stored.
    pub(crate) stored: bool,
    /// When the old pair is due; known once the new one is delivered.
    pub(crate) due: Option<Due>,
    /// Whether this run has asked for the old pair's deletion.
    pub(crate) deleted: bool,
    /// Present in a rotation that is rolled back.
    pub(crate) back: Option<Back>,
}

/// When the old pair is due, by the cloud's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Due {
    pub(crate) disable: Timestamp,
    /// When it was disabled; known from then on, as when it may be deleted.
    pub(crate) disabled: Option<Timestamp>,
    pub(crate) delete: Option<Timestamp>,
}

/// How far the way back is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Back {
    /// When the old pair was enabled.
    pub(crate) enabled: Option<Timestamp>,
}

/// What the cloud and the store show at this moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown {
    /// The old pair's status; `None` when the cloud does not list it.
    pub(crate) old: Option<Status>,
    pub(crate) new: Option<Status>,
    /// Whether the store returns the new pair's secret.
    pub(crate) held: bool,
    /// Whether the store returns the old pair's secret.
    pub(crate) old_held: bool,
    /// Whether nothing was changed or waited for since.
    pub(crate) fresh: bool,
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Put the sealed secret into the store.
    Store,
    Verify,
    Deliver,
    /// Ask the cloud and the store what they have.
    Look,
    /// Nothing before this time: the old pair stays Active.
    Overlap(Timestamp),
    DisableOld,
    /// Nothing before this time: the old pair stays Inactive.
    Grace(Timestamp),
    DeleteOld,
    /// The old pair is gone: close.
    Done,
    /// A person took the old pair's status into his own hands: close, and touch neither.
    Undone,
    EnableOld,
    VerifyOld,
    DeliverOld,
    DisableNew,
    /// The old pair is back in use, and the new one Inactive: close.
    RolledBack,
    /// It cannot go on: touch nothing.
    Stop(Stop),
}

/// Why a rotation goes no further by itself: what a pair is or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Inactive,
    Gone,
    NotHeld,
    /// The old pair is disabled and is to go, and the list lags behind.
    StillActive,
    /// The old pair is deleted, and the list lags behind.
    StillListed,
    OldInactive,
    OldGone,
    OldNotHeld,
}

/// The next step. `shown` is absent as long as nobody has looked.
pub(crate) fn next(recorded: &Recorded, shown: Option<Shown>, now: Timestamp) -> Step {
    match (recorded.stored, recorded.back) {
        (false, _) => Step::Store,
        (true, None) => forward(recorded, shown, now),
        (true, Some(back)) => shown.map_or(Step::Look, |shown| {
            backward(recorded.reached, back, shown, now)
        }),
    }
}

fn forward(recorded: &Recorded, shown: Option<Shown>, now: Timestamp) -> Step {
    match (recorded.reached, recorded.due, shown) {
        (Reached::Intent | Reached::Got | Reached::Stored, _, shown) => prove(shown),
        (Reached::Verified, ..) | (_, None, _) => Step::Deliver,
        (_, Some(_), None) => Step::Look,
        (_, Some(due), Some(shown)) => match retire(due, shown, now) {
            Step::DeleteOld if recorded.deleted => Step::Stop(Stop::StillListed),
            step => step,
        },
    }
}

/// A pair that is not there would be asked with for minutes, in vain.
fn prove(shown: Option<Shown>) -> Step {
    let stop = |shown| stands(shown).map_or(Step::Verify, Step::Stop);
    shown.map_or(Step::Look, stop)
}

/// A list may lag behind a change by so much: an old pair that still looks Active was not enabled again.
const LAG: TimeDelta = TimeDelta::minutes(5);

/// Before the old pair is disabled, and again before it is deleted, the new one must be Active and held.
fn retire(due: Due, shown: Shown, now: Timestamp) -> Step {
    match (stands(shown), shown.old, due.disabled) {
        (None, None, _) => Step::Done,
        (_, Some(Status::Active), Some(at)) if now >= at + LAG => Step::Undone,
        (Some(stop), _, _) => Step::Stop(stop),
        (None, Some(Status::Active), Some(_)) => match due.delete {
            Some(delete) if now < delete => Step::Grace(delete),
            _ => Step::Stop(Stop::StillActive),
        },
        (None, Some(Status::Active), None) if now < due.disable => Step::Overlap(due.disable),
        // Somebody disabled it before us: its grace begins when we record that.
        (None, Some(_), None) => seen(shown, Step::DisableOld),
        (None, Some(Status::Inactive), Some(_)) => match due.delete {
            Some(delete) if now < delete => Step::Grace(delete),
            _ => seen(shown, Step::DeleteOld),
        },
    }
}

/// The old pair is enabled and works before the new one is disabled. One whose secret is not held is enabled, and no more.
fn backward(reached: Reached, back: Back, shown: Shown, now: Timestamp) -> Step {
    match (shown.old, back.enabled) {
        (None, _) if stands(shown).is_none() => Step::Done,
        (None, _) => Step::Stop(Stop::OldGone),
        (Some(_), None) => seen(shown, Step::EnableOld),
        (Some(Status::Inactive), Some(at)) if now >= at + LAG => match stands(shown) {
            None => Step::Undone,
            Some(_) => Step::Stop(Stop::OldInactive),
        },
        (Some(old), Some(_)) => hand_back(reached, old, shown),
    }
}

fn hand_back(reached: Reached, old: Status, shown: Shown) -> Step {
    let active = old == Status::Active;
    let in_use = shown.new == Some(Status::Active);
    match reached {
        Reached::NewDisabled if active => Step::RolledBack,
        // What nobody can verify is in use if the cloud says so.
        _ if !shown.old_held && !active => Step::Stop(Stop::OldInactive),
        _ if !shown.old_held && in_use => Step::Stop(Stop::OldNotHeld),
        _ if !shown.old_held => Step::RolledBack,
        Reached::OldVerified => Step::DeliverOld,
        Reached::OldDelivered if active && !in_use => Step::RolledBack,
        Reached::OldDelivered if !shown.fresh => Step::Look,
        Reached::OldDelivered | Reached::NewDisabled if !active => Step::Stop(Stop::OldInactive),
        Reached::OldDelivered => Step::DisableNew,
        _ => Step::VerifyOld,
    }
}

/// What is taken away is looked at first.
fn seen(shown: Shown, step: Step) -> Step {
    if shown.fresh { step } else { Step::Look }
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
mod tests;
