//! What is open in an account, without touching it.

use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    open_work::{OpenWork, Replacement, Request},
    time::Timestamp,
};
use crate::metadata::journal::{Files, Journal};
use crate::ops::{
    Failure,
    live::{EXPIRY, LAG},
    standing::State,
};

/// One thing that is unfinished in the account.
pub(crate) struct Open {
    pub(crate) owner: Owner,
    pub(crate) what: What,
    pub(crate) id: Option<AccessKeyId>,
    pub(crate) due: Option<Timestamp>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A create, of a rotation or not, whose answer is not known.
    CreateUnanswered,
    Rotation(Stage),
    Rollback(Stage),
    /// A leaked pair that is to be replaced.
    Leak,
    /// A pair that is to come back from the recycle bin.
    Restore,
    /// A secret that a later command is to read back from its store.
    SecretUnproven,
    Suspect,
}

/// How far a rotation or a rollback has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(
    test,
    derive(schemars::JsonSchema),
    schemars(rename_all = "kebab-case")
)]
pub(crate) enum Stage {
    Unfinished,
    Overlap,
    Grace,
}

impl What {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CreateUnanswered => "create-unanswered",
            Self::Rotation(_) => "rotation",
            Self::Rollback(_) => "rollback",
            Self::Leak => "leak",
            Self::Restore => "restore",
            Self::SecretUnproven => "secret-unproven",
            Self::Suspect => "suspect",
        }
    }

    pub(crate) fn stage(self) -> Option<&'static str> {
        let (Self::Rotation(stage) | Self::Rollback(stage)) = self else {
            return None;
        };
        Some(stage.as_str())
    }

    /// Returns what this makes of the owner's pairs; `None` where it is about none of those that are in use.
    fn state(self) -> Option<&'static str> {
        match self {
            Self::Leak => Some("leaked"),
            Self::CreateUnanswered => Some(Stage::Unfinished.as_str()),
            Self::Rollback(Stage::Grace) => Some(State::RolledBack.as_str()),
            Self::Rotation(stage) | Self::Rollback(stage) => Some(stage.as_str()),
            Self::Restore | Self::SecretUnproven | Self::Suspect => None,
        }
    }
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Overlap => State::Overlap.as_str(),
            Self::Grace => State::Grace.as_str(),
        }
    }
}

/// Returns what is open, without touching it: unfinished work, then suspects; and why what cannot be read cannot.
pub(crate) fn list(journal: &Journal) -> Result<(Vec<Open>, Vec<Failure>), Failure> {
    let (mut open, mut unreadable) = (Vec::new(), Vec::new());
    for (_, of) in journal.open()? {
        match of {
            Ok(of) => open.extend(of_owner(&of.owner, &of.work)),
            Err(error) => unreadable.push(error.into()),
        }
    }
    open.extend(suspects(journal)?);
    Ok((open, unreadable))
}

/// Returns what is open of one owner: unfinished work, then suspects.
pub(crate) fn list_of(journal: &Journal, owner: &Owner) -> Result<Vec<Open>, Failure> {
    let mut open = of_owner(owner, &journal.read(owner)?);
    let is_its = |suspect: &Open| suspect.owner.key() == owner.key();
    open.extend(suspects(journal)?.filter(is_its));
    Ok(open)
}

fn suspects(journal: &Journal) -> Result<impl Iterator<Item = Open>, Failure> {
    let suspects = journal.suspects()?.into_iter();
    Ok(suspects.map(|suspect| Open {
        owner: suspect.owner(),
        what: What::Suspect,
        id: Some(suspect.access_key_id),
        due: None,
    }))
}

/// Returns how far the rotation, rollback or leak of an owner has come, in one word, by the owner's key; in the place of a journal that
/// cannot be read, why. An owner that has no journal is in the state `none`, and may be missing.
pub(crate) fn states(
    journal: &Journal,
    owner: Option<&Owner>,
) -> Result<Files<String, &'static str>, Failure> {
    let Some(owner) = owner else {
        let all = journal.open()?.into_iter();
        let states = all.map(|(key, of)| (key, of.map(|of| state(&of.owner, &of.work))));
        return Ok(states.collect());
    };
    let work = journal.read(owner);
    Ok(vec![(owner.key(), work.map(|work| state(owner, &work)))])
}

fn state(owner: &Owner, open: &OpenWork) -> &'static str {
    let rows = of_owner(owner, open).into_iter();
    let mut states = rows.filter_map(|open| open.what.state());
    states.next().unwrap_or(State::None.as_str())
}

type Row = (What, Option<AccessKeyId>, Option<Timestamp>);

fn of_owner(owner: &Owner, open: &OpenWork) -> Vec<Open> {
    let leaked = open
        .leaked
        .iter()
        .map(|id| (What::Leak, Some(id.clone()), None));
    let mut rows: Vec<Row> = leaked.collect();
    rows.extend(open.request.as_ref().map(requested));
    rows.extend(open.replacement.as_ref().map(replaced));
    if rows.is_empty() {
        rows.extend(
            open.made
                .keys()
                .map(|id| (What::SecretUnproven, Some(id.clone()), None)),
        );
    }
    let restoring = open.restoring.keys();
    rows.extend(restoring.map(|id| (What::Restore, Some(id.clone()), None)));
    let row = |(what, id, due): Row| Open {
        owner: owner.clone(),
        what,
        id,
        due,
    };
    rows.into_iter().map(row).collect()
}

fn requested(request: &Request) -> Row {
    let due = request.signed_at + EXPIRY + LAG;
    (What::CreateUnanswered, None, Some(due))
}

fn replaced(it: &Replacement) -> Row {
    let (disable, delete) = it.due();
    let stage = match (it.delivered_at, it.disabled_at) {
        (_, Some(_)) => Stage::Grace,
        (Some(_), None) if !it.rolled_back => Stage::Overlap,
        _ => Stage::Unfinished,
    };
    let what = if it.rolled_back {
        What::Rollback(stage)
    } else {
        What::Rotation(stage)
    };
    (what, Some(it.new.clone()), delete.or(disable))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::open_work::{Keeping, Restoring, Spans};
    use chrono::TimeDelta;
    use std::collections::BTreeSet;

    fn id(text: &str) -> AccessKeyId {
        AccessKeyId::parse(text).unwrap()
    }

    fn replacement(rolled_back: bool, delivered: bool, disabled: bool) -> OpenWork {
        let at = |is_done: bool| is_done.then(Timestamp::default);
        let day = TimeDelta::days(1);
        OpenWork {
            replacement: Some(Replacement {
                old: id("LTAI1"),
                new: id("LTAI2"),
                spans: Spans {
                    overlap: day,
                    grace: day,
                },
                rolled_back,
                delivered_at: at(delivered),
                disabled_at: at(disabled),
            }),
            ..OpenWork::default()
        }
    }

    #[test]
    fn an_owners_state_is_the_one_that_its_rotation_or_leak_has_come_to() {
        let request = Request {
            before: BTreeSet::new(),
            signed_at: Timestamp::default(),
            replaces: None,
            keeping: Keeping::sample(),
        };
        let restoring = Restoring {
            active: false,
            asked_at: Timestamp::default(),
        };
        let requested = OpenWork {
            request: Some(request),
            ..OpenWork::default()
        };
        let leaked = OpenWork {
            leaked: [id("LTAI1")].into(),
            ..requested.clone()
        };
        let restored = OpenWork {
            restoring: [(id("LTAI3"), restoring)].into(),
            ..OpenWork::default()
        };
        for (work, word) in [
            (OpenWork::default(), "none"),
            (requested, "unfinished"),
            (leaked, "leaked"),
            (restored, "none"),
            (replacement(false, false, false), "unfinished"),
            (replacement(false, true, false), "overlap"),
            (replacement(false, true, true), "grace"),
            (replacement(true, false, false), "unfinished"),
            (replacement(true, true, false), "unfinished"),
            (replacement(true, true, true), "rolled-back"),
        ] {
            assert_eq!(state(&Owner::Account, &work), word, "{work:?}");
        }
    }
}
