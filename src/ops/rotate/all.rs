//! `rotate --all`: many RAM users, a few at a time.

use super::{Said, Standing, Wish, rotate};
use crate::core::{
    account::Owner,
    glob::Glob,
    time::{Span, Timestamp},
};
use crate::metadata::{
    Error,
    inventory::{OwnerRecord, Owners, PairRecord},
    journal::Unfinished,
};
use crate::ops::{Failure, Session, thread_pool::at_once};
use std::collections::BTreeSet;

/// Which RAM users are meant.
pub(crate) struct Filter {
    pub(crate) matching: Option<Glob>,
    /// Only those whose current pair was made longer ago.
    pub(crate) older_than: Option<Span>,
    /// Only those whose rotation is open.
    pub(crate) open_only: bool,
}

/// A RAM user that is meant.
pub(crate) struct Chosen {
    pub(crate) owner: Owner,
    /// Its pair is young, and its rotation open: what is due is done, and nothing started.
    finish_only: bool,
    /// Its rotation is open.
    pub(crate) rotates: bool,
}

impl Chosen {
    /// What is wished for this one. A rotation that is open keeps the times that it began with: those of a fleet are for new ones.
    pub(crate) fn wish(&self, wish: &Wish) -> Wish {
        let said = if self.rotates {
            Said::default()
        } else {
            wish.said
        };
        Wish {
            finish_only: wish.finish_only || self.finish_only,
            said,
            ..wish.clone()
        }
    }
}

/// What a filter selects.
#[derive(Default)]
pub(crate) struct Selection {
    pub(crate) chosen: Vec<Chosen>,
    /// How many are passed over since akm has not the secret of their current pair.
    pub(crate) unsaved: usize,
    /// How many are passed over since a pair of theirs signs all this.
    pub(crate) signing: usize,
    /// Why the records that cannot be read cannot.
    pub(crate) unreadable: Vec<Error>,
}

/// What one that a filter selects is for.
enum Turn {
    Rotate(Chosen),
    Unsaved,
}

/// The RAM users whose current pair akm holds, and those whose rotation is open; never the account, nor whose pair signs all this.
/// From what is known here.
pub(crate) fn choose(session: &Session, filter: &Filter) -> Result<Selection, Failure> {
    let rotates = |of: &Unfinished| {
        of.work.replacement.is_some()
            || !of.work.leaked.is_empty()
            || of
                .work
                .request
                .as_ref()
                .is_some_and(|it| it.replaces.is_some())
    };
    let open = session.journal.open()?.into_iter();
    // A journal that cannot be read is told where its owner's turn comes.
    let open: BTreeSet<String> = open
        .filter(|(_, entry)| entry.as_ref().map_or(true, rotates))
        .map(|(key, _)| key)
        .collect();
    let now = session.cloud.now();
    let Owners {
        records,
        unreadable,
    } = session.inventory.all()?;
    let signer = session.cloud.signer();
    let signs = |record: &OwnerRecord| {
        let mut live = record.live();
        live.any(|pair| pair.access_key_id.as_str() == signer)
    };
    let mut selection = Selection {
        unreadable,
        ..Selection::default()
    };
    for record in &records {
        match turn(record, filter, open.contains(&record.owner().key()), now) {
            Some(_) if signs(record) => selection.signing += 1,
            Some(Turn::Rotate(chosen)) => selection.chosen.push(chosen),
            Some(Turn::Unsaved) => selection.unsaved += 1,
            None => (),
        }
    }
    Ok(selection)
}

/// `None` for one that the filter does not select.
fn turn(record: &OwnerRecord, filter: &Filter, open: bool, now: Timestamp) -> Option<Turn> {
    let name = record.ram_user.as_ref()?;
    if filter
        .matching
        .as_ref()
        .is_some_and(|glob| !glob.fits(name.as_str()))
    {
        return None;
    }
    let old = |pair: &PairRecord| {
        let age = filter.older_than.map(Span::delta);
        age.is_none_or(|age| pair.created_at < now - age)
    };
    let current = record.current().filter(|_| !filter.open_only);
    let current = current.filter(|pair| old(pair));
    let begins = current.is_some_and(PairRecord::is_held);
    if begins || open {
        return Some(Turn::Rotate(Chosen {
            owner: record.owner(),
            finish_only: !begins,
            rotates: open,
        }));
    }
    current.map(|_| Turn::Unsaved)
}

/// Whether the account has a pair of its own that is held: it is not among the chosen.
pub(crate) fn leaves_out_the_account(session: &Session) -> Result<bool, Failure> {
    let record = session.inventory.load(&Owner::Account)?;
    Ok(record.is_some_and(|record| record.live().any(PairRecord::is_held)))
}

/// Rotates each, at most `parallel` at once, and tells of each as it is done; one that fails does not stop the others.
/// Once `goes_on` denies it, no further one is begun. Gives back what `tell` made of them, in their order; `None` of one not begun.
pub(crate) fn all<R: Send>(
    session: &Session,
    chosen: Vec<Chosen>,
    wish: &Wish,
    parallel: usize,
    goes_on: impl Fn() -> bool + Sync,
    tell: impl Fn(&Owner, Result<Standing, Failure>) -> R + Sync,
) -> Vec<Option<R>> {
    at_once(parallel, chosen, |one| {
        goes_on().then(|| {
            let done = rotate(session, &one.owner, &one.wish(wish));
            tell(&one.owner, done)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time;
    use crate::metadata::inventory::OwnerRecord;

    const RECORD: &str = r#"
version = 1
account_id = "1234567890123456"
profile = "dev"
ram_user = "alice"

[[access_keys]]
access_key_id = "LTAI5tEXAMPLE"
status = "Active"
created_at = "2026-11-24T08:00:00Z"
secret_store = "age"
"#;

    #[test]
    fn a_pair_is_meant_that_was_made_longer_ago() {
        let record: OwnerRecord = toml::from_str(RECORD).unwrap();
        let filter = Filter {
            matching: None,
            older_than: Some(Span::days(1)),
            open_only: false,
        };
        let meant = |now| turn(&record, &filter, false, time::parse(now).unwrap()).is_some();
        assert!(!meant("2026-11-25T08:00:00Z"));
        assert!(meant("2026-11-25T08:00:01Z"));
    }
}
