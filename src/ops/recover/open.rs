//! What is open in an account, without touching it.

use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    open_work::{OpenWork, Replacement, Request},
    time::Timestamp,
};
use crate::metadata::journal::Journal;
use crate::ops::{
    Failure,
    live::{EXPIRY, LAG},
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
        Some(match stage {
            Stage::Unfinished => "unfinished",
            Stage::Overlap => "overlap",
            Stage::Grace => "grace",
        })
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
    for suspect in journal.suspects()? {
        let (owner, id) = (suspect.owner(), Some(suspect.access_key_id));
        open.push(Open {
            owner,
            what: What::Suspect,
            id,
            due: None,
        });
    }
    Ok((open, unreadable))
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
