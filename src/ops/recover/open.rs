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
    live::{EXPIRY, LAG, due},
};

/// One thing that is open in the account.
pub(crate) struct Open {
    pub(crate) owner: Owner,
    pub(crate) what: &'static str,
    pub(crate) id: Option<AccessKeyId>,
    pub(crate) due: Option<Timestamp>,
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
            what: "suspect",
            id,
            due: None,
        });
    }
    Ok((open, unreadable))
}

type Row = (&'static str, Option<AccessKeyId>, Option<Timestamp>);

fn of_owner(owner: &Owner, open: &OpenWork) -> Vec<Open> {
    let leaked = open
        .leaked
        .iter()
        .map(|id| ("leaked pair, to be replaced", Some(id.clone()), None));
    let mut rows: Vec<Row> = leaked.collect();
    rows.extend(open.request.as_ref().map(requested));
    rows.extend(open.replacement.as_ref().map(replaced));
    if rows.is_empty() {
        rows.extend(
            open.made
                .keys()
                .map(|id| ("create, to be confirmed", Some(id.clone()), None)),
        );
    }
    let restoring = open.restoring.keys();
    rows.extend(restoring.map(|id| ("restore, to be finished", Some(id.clone()), None)));
    let row = |(what, id, due): Row| Open {
        owner: owner.clone(),
        what,
        id,
        due,
    };
    rows.into_iter().map(row).collect()
}

fn requested(request: &Request) -> Row {
    let what = match request.replaces {
        Some(_) => "rotation, answer not known",
        None => "create, answer not known",
    };
    (what, None, Some(request.signed_at + EXPIRY + LAG))
}

fn replaced(it: &Replacement) -> Row {
    let (disable, delete) = due(it);
    let what = match (it.rolled_back, it.delivered_at, it.disabled_at) {
        (true, _, Some(_)) => "rollback, new pair Inactive",
        (true, _, None) => "rollback, to be finished",
        (false, None, _) => "rotation, to be finished",
        (false, _, None) => "rotation, old pair still Active",
        (false, _, Some(_)) => "rotation, old pair Inactive",
    };
    (what, Some(it.new.clone()), delete.or(disable))
}
