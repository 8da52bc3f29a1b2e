//! `rotate`: a new pair, verified, in place of the old one, which is retired in steps that can be undone until the last.

mod action;
pub(crate) mod all;
mod leaked;
pub(crate) mod plan;
mod reclaim;
mod rehearsal;
mod replace;
mod rollback;
mod start;
mod stopped;
mod verify;
mod work;
mod younger;

pub(crate) use action::Action;
pub(crate) use leaked::leaked;
pub(super) use leaked::{
    beside_is_gone, disable, leak_waits, leak_waits_again, leaked_pairs, listed, replace_beside,
    replace_leaked, replace_noted,
};
pub(super) use reclaim::{reclaim, reclaimed};
pub(crate) use rollback::roll_back;
pub(crate) use younger::younger_than;

use super::{Failure, Session, credentials, recover, recover::Settled};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    policy,
    rotation::{Back, Due, Reached, Recorded},
    time::{Span, Timestamp},
};
use crate::metadata::{inventory::PairRecord, journal::Entry};
use chrono::TimeDelta;
pub(super) use work::advance;

/// What the person asked for.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) overlap: Span,
    pub(crate) grace: Span,
    /// Do what is due and start nothing.
    pub(crate) finish_only: bool,
    /// An Inactive pair that is deleted first, to make room; the one that an open rotation retired too, before its time.
    pub(crate) replace: Option<AccessKeyId>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            overlap: policy::overlap(),
            grace: policy::grace(),
            finish_only: false,
            replace: None,
        }
    }
}

/// Where a rotation stands when the command ends.
pub(crate) struct Standing {
    /// The pair in use from now on.
    pub(crate) new: PairRecord,
    /// The one that it replaces.
    pub(crate) old: Option<AccessKeyId>,
    pub(crate) old_status: Option<Status>,
    pub(crate) disable_after: Option<Timestamp>,
    pub(crate) delete_after: Option<Timestamp>,
    pub(crate) state: State,
    /// What this command did.
    pub(crate) action: Action,
}

/// How far a rotation has come when the command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// There was nothing to finish.
    None,
    Overlap,
    Grace,
    Done,
    /// A person enabled the old pair again.
    Undone,
    RolledBack,
}

impl State {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Overlap => "overlap",
            Self::Grace => "grace",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::RolledBack => "rolled-back",
        }
    }
}

/// What a person says of the rotation that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Each step in its time.
    AsDue,
    /// The old pair, which is Inactive, may be deleted now.
    EndGrace,
    RollBack,
}

/// Rotates the owner's pair, or goes on with the rotation that is open. `NoSuchPair` when it has none, `TwoPairs` when it has two
/// that no rotation of ours explains, `ActivePair` when the one to be replaced is Active.
pub(crate) fn rotate(session: &Session, owner: &Owner, wish: &Wish) -> Result<Standing, Failure> {
    let _lock = session.lock(owner)?;
    if let Settled::Rotating(standing, rested) = settle(session, owner, wish)? {
        let over = rested && standing.state == State::Done && !wish.finish_only;
        if !over {
            return Ok(*standing);
        }
        session.tell.note(&format!(
            "the rotation of {owner} before this one is over: its old pair is deleted"
        ));
    }
    if wish.finish_only {
        unrotated(session, owner)
    } else {
        start::start(session, owner, wish)
    }
}

fn settle(session: &Session, owner: &Owner, wish: &Wish) -> Result<Settled, Failure> {
    let Some(id) = &wish.replace else {
        return recover::settle(session, owner);
    };
    let open = session.journal.read(owner)?;
    if open.is_some_and(|entry| waits_with(&entry, id)) {
        return recover::settle_by(session, owner, Word::EndGrace);
    }
    let settled = recover::settle(session, owner)?;
    if let Settled::Rotating(standing, _) = &settled {
        let new = &standing.new.access_key_id;
        let at = (standing.state, new, standing.old.as_ref());
        if replace::ends_grace(session, owner, at, id)? {
            return recover::settle_by(session, owner, Word::EndGrace);
        }
    }
    Ok(settled)
}

/// Whether the rotation has retired that pair, and waits for the end of its grace.
fn waits_with(entry: &Entry, id: &AccessKeyId) -> bool {
    let rotation = entry.intent.rotation.as_ref();
    entry.reached == Reached::OldDisabled && rotation.is_some_and(|rotation| rotation.old == *id)
}

fn unrotated(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    session.tell.note(&format!("nothing is open for {owner}"));
    current(session, owner)
}

/// Nothing is open, and nothing was done.
fn current(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    let record = session.record(owner)?;
    Ok(Standing {
        new: credentials::current(&record)?.clone(),
        old: None,
        old_status: None,
        disable_after: None,
        delete_after: None,
        state: State::None,
        action: Action::None,
    })
}

/// Whether a rotation waits where it stands.
pub(super) fn rests(entry: &Entry) -> bool {
    let rotation = entry.intent.rotation.as_ref();
    rotation.is_some_and(|rotation| match entry.reached {
        Reached::Delivered => rotation.overlap_seconds > 0,
        Reached::OldDisabled => rotation.grace_seconds > 0,
        _ => false,
    })
}

/// What the plan goes by.
pub(super) fn recorded(entry: &Entry) -> Recorded {
    let enabled = entry.when(Reached::OldEnabled);
    Recorded {
        reached: entry.reached,
        stored: entry.when(Reached::Stored).is_some(),
        due: due(entry),
        deleted: false,
        back: entry.when(Reached::RollBack).map(|_| Back { enabled }),
    }
}

/// When the old pair is due; `None` before the new one is delivered.
pub(super) fn due(entry: &Entry) -> Option<Due> {
    let rotation = entry.intent.rotation.as_ref()?;
    let delivered = entry.when(Reached::Delivered)?;
    let disabled = entry.when(Reached::OldDisabled);
    Some(Due {
        disable: delivered + TimeDelta::seconds(rotation.overlap_seconds),
        disabled,
        delete: disabled.map(|at| at + TimeDelta::seconds(rotation.grace_seconds)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time;
    use crate::metadata::journal::RotationIntent;

    fn at(day: u32) -> Timestamp {
        time::parse(&format!("2026-11-{day:02}T10:00:00Z")).unwrap()
    }

    /// On the tenth all these steps were done.
    fn entry(overlap: u16, grace: u16, marks: &[Reached]) -> Entry {
        let old = AccessKeyId::parse("LTAI1").unwrap();
        let rotation = RotationIntent::new(old, Span::days(overlap), Span::days(grace));
        Entry::sample(Some(rotation), at(10), marks)
    }

    const DELIVERED: [Reached; 3] = [Reached::Stored, Reached::Verified, Reached::Delivered];
    const DISABLED: [Reached; 2] = [Reached::Delivered, Reached::OldDisabled];

    /// One that was cut short is gone on with; after one that rested and is over, a command rotates anew.
    #[test]
    fn a_rotation_rests_only_in_an_overlap_or_a_grace() {
        for (days, rested) in [(0, false), (1, true)] {
            assert_eq!(rests(&entry(days, 0, &DELIVERED)), rested);
            assert_eq!(rests(&entry(0, days, &DISABLED)), rested);
        }
        assert!(!rests(&entry(0, 1, &DELIVERED)));
        assert!(!rests(&entry(1, 0, &DISABLED)));
        for cut in [&[][..], &[Reached::Got], &DELIVERED[..1], &DELIVERED[..2]] {
            assert!(!rests(&entry(1, 1, cut)));
        }
        assert!(!rests(&Entry::sample(None, at(10), &[Reached::Stored])));
    }

    #[test]
    fn what_is_due_is_counted_from_when_it_was_recorded() {
        assert_eq!(due(&entry(2, 3, &DELIVERED[..2])), None);
        let disable = at(12);
        let (disabled, delete) = (None, None);
        assert_eq!(
            due(&entry(2, 3, &DELIVERED)),
            Some(Due {
                disable,
                disabled,
                delete
            })
        );
        let (disabled, delete) = (Some(at(10)), Some(at(13)));
        assert_eq!(
            due(&entry(2, 3, &DISABLED)),
            Some(Due {
                disable,
                disabled,
                delete
            })
        );
    }
}
