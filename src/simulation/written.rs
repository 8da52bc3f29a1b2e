//! The owner's journal as it is written: what a power cut leaves of it, and whether it says what is true.

use super::cloud::{ACCOUNT, owner};
use super::world::{World, home};
use crate::core::open_work::{OpenWork, Replacement};
use crate::metadata::journal::Journal;
use std::path::PathBuf;
use std::sync::Arc;

fn journal_path() -> PathBuf {
    PathBuf::from(format!("/akm/journal/{ACCOUNT}/user-alice.journal"))
}

impl World {
    /// The leaks and the replacement of the journal that no power cut could take away any more.
    pub(super) fn durable_journal(&self) -> OpenWork {
        let disks = self.disk.possible(&journal_path());
        let read = |disk| Journal::new(home(disk), Self::id()).read(&owner());
        let all = disks.into_iter().map(|disk| read(disk).unwrap_or_default());
        let common = all.reduce(|one, other| common(one, &other));
        common.unwrap_or_default()
    }

    /// A pair that a journal calls made was made by a request of ours.
    pub(super) fn judge_got(&self) {
        let content = self.disk.content(&journal_path());
        let as_judged = std::mem::replace(&mut self.ledger.book().judged, content.clone());
        let same = as_judged.zip(content.as_ref());
        if content.is_none() || same.is_some_and(|(one, other)| Arc::ptr_eq(&one, other)) {
            return;
        }
        let open = self.journal().read(&owner()).unwrap_or_default();
        for id in open.made.keys().filter(|id| !self.cloud.is_made_by_us(id)) {
            let what = format!("`{id}` is taken for the new pair, which another request made");
            self.ledger.breach(3, &what);
        }
    }
}

/// What two states agree on.
fn common(one: OpenWork, other: &OpenWork) -> OpenWork {
    let pairs = |it: &Replacement| (it.old.clone(), it.new.clone(), it.rolled_back);
    let same = one.replacement.as_ref().map(pairs) == other.replacement.as_ref().map(pairs);
    OpenWork {
        leaked: &one.leaked & &other.leaked,
        replacement: one.replacement.filter(|_| same),
        ..OpenWork::default()
    }
}
