//! The eight invariants, held against what the cloud, the store and the disk have.

use super::cloud::{Maker, owner};
use super::fate::Plan;
use super::world::World;
use crate::core::access_key::{AccessKeyId, Status};
use crate::core::open_work::OpenWork;
use crate::core::plan::Wait;
use crate::core::time::Timestamp;
use crate::metadata::inventory::OwnerRecord;
use crate::ops::{
    Failure,
    problem::{Problem, Rotation},
    recover,
};
use crate::sys::clock::Clock;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, Engine};
use std::sync::Arc;

impl World {
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn record(&self) -> Option<OwnerRecord> {
        let record = self.inventory().load(&owner());
        record.unwrap_or_else(|error| {
            self.ledger.breach(3, &format!("metadata: {error}"));
            None
        })
    }

    /// A pair that akm knows by now.
    pub(super) fn some_known(&self) -> Option<AccessKeyId> {
        let record = self.record();
        let mut known: Vec<_> = record
            .iter()
            .flat_map(|record| &record.access_keys)
            .map(|pair| pair.access_key_id.clone())
            .collect();
        known.extend(
            self.open_work()
                .request
                .into_iter()
                .flat_map(|request| request.before),
        );
        (!known.is_empty()).then(|| known[self.fate.below(known.len())].clone())
    }

    pub(super) fn open_work(&self) -> OpenWork {
        let open = self.journal().read(&owner());
        open.unwrap_or_else(|error| {
            self.ledger.breach(3, &format!("journal: {error}"));
            OpenWork::default()
        })
    }

    /// Whether the store gives back what the cloud said once.
    fn is_stored(&self, id: &AccessKeyId) -> bool {
        self.stored(id).as_deref() == self.cloud.secret(id).as_deref()
    }

    /// Whether the journal still has the secret, sealed.
    fn is_sealed(&self, open: &OpenWork, id: &AccessKeyId) -> bool {
        let made = open.made.get(id);
        made.and_then(|made| super::vault::unsealed(&BASE64_STANDARD.decode(&made.sealed).ok()?))
            .is_some_and(|secret| Some(secret.expose()) == self.cloud.secret(id).as_deref())
    }

    /// Whether the secret can be had: from the store, or from the journal, which puts it back.
    pub(super) fn holds(&self, id: &AccessKeyId) -> bool {
        self.is_stored(id) || self.is_sealed(&self.open_work(), id)
    }

    /// A run said that this pair is there and held.
    pub(super) fn promised(&self, id: &AccessKeyId) {
        if !self.is_stored(id) {
            self.ledger
                .breach(7, &format!("`{id}` is said to be held, and is not"));
        }
        self.ledger.book().promised.insert(id.clone());
    }

    /// A run failed and did not say that anything is open: it made nothing, or what it made is held.
    pub(super) fn denied(&self, run: u32) {
        let born = self.cloud.born();
        let made: Vec<_> = born
            .iter()
            .filter(|(_, born)| born.by == Maker::Run(run))
            .collect();
        let record = self.record();
        let claimed = |id: &AccessKeyId| {
            record
                .as_ref()
                .and_then(|record| record.pair(id))
                .is_some_and(|pair| pair.secret_store.is_some())
        };
        if made.is_empty() || !made.iter().all(|(id, _)| claimed(id) && self.is_stored(id)) {
            self.ledger.book().denied.insert(run);
        }
    }

    /// Whether a pair is there that works and whose secret we hold, other than this one.
    pub(super) fn stands_without(&self, id: Option<&AccessKeyId>) -> bool {
        let live = self.cloud.live();
        let mut others = live.iter().filter(|key| Some(&key.id) != id);
        others.any(|key| key.status == Status::Active && self.holds(&key.id))
    }

    /// A leak that is said to be dealt with leaves neither the pair nor its secret.
    pub(super) fn is_gone(&self, id: &AccessKeyId) {
        let (status, stored) = (self.cloud.status(id), self.stored(id).is_some());
        if status.is_some() || stored {
            let what = format!("`{id}` leaked and is {status:?}, its secret stored: {stored}");
            self.ledger.breach(7, &what);
        }
    }

    /// After each run: what must hold at any time. What a run left that did not end well may be in the page cache only, and nobody was
    /// promised it.
    pub(super) fn look(&self, ended_well: bool) {
        self.judge_got();
        let (record, open) = (self.record(), self.open_work());
        for pair in record.iter().flat_map(|record| &record.access_keys) {
            let id = &pair.access_key_id;
            let had = self.is_stored(id) || self.is_sealed(&open, id);
            if pair.secret_store.is_some() && !had {
                self.ledger.breach(
                    4,
                    &format!("metadata claims `{id}`, and the store lacks it"),
                );
            }
        }
        let live = self.cloud.live();
        let held = |id: &AccessKeyId| self.is_stored(id) || self.is_sealed(&open, id);
        let stands = self.stands_without(None);
        let mut book = self.ledger.book();
        let harmed = std::mem::take(&mut book.harmed) | self.cloud.was_harmed_late();
        // What a stranger took out of use may have been what was to stand in.
        let active = |id: &AccessKeyId| self.cloud.status(id) == Some(Status::Active);
        let harmed = harmed || !book.estranged.iter().all(active);
        let fallen = book.stands && !stands && !harmed;
        // A run that did not end well promises nothing where there was nothing before.
        book.stands = stands && (book.stands && !harmed || ended_well);
        let lost = book
            .promised
            .iter()
            .filter(|id| !book.leaked.contains(id))
            .find(|id| live.iter().any(|key| key.id == **id) && !held(id));
        let lost = lost.cloned();
        let durable = self.durable_journal().leaked;
        let before = std::mem::replace(&mut book.open_leaks, durable);
        let forgotten = before
            .into_iter()
            .find(|id| !open.leaked.contains(id) && live.iter().any(|key| key.id == *id));
        drop(book);
        if let Some(id) = forgotten {
            let what = format!("`{id}` leaked, is there, and its journal is gone");
            self.ledger.breach(5, &what);
        }
        if fallen {
            self.ledger
                .breach(1, "no Active pair is left whose secret we hold");
        }
        if let Some(id) = lost {
            self.ledger.breach(
                5,
                &format!("the secret of `{id}`, once said to be held, is gone"),
            );
        }
    }

    /// Nothing goes wrong any more, and everything that was under way arrives: akm recovers, and each pair of its own is usable or
    /// a suspect.
    pub(super) fn settle(self: &Arc<Self>) {
        if self.fate.one_in(4) && !self.open_work().is_empty() {
            // Before all of it has arrived.
            self.run(Plan::default(), recover::all);
            self.look(true);
        }
        self.wait(40);
        for first in [true, false] {
            if self.open_work().is_empty() {
                break;
            }
            let run = self.run(Plan::default(), recover::all);
            self.look(true);
            let stuck = match &run.end {
                super::world::End::Done(left) => left.first().map(|(_, failure)| failure),
                super::world::End::Failed(failure) => Some(failure),
                super::world::End::Died => None,
            };
            if let Some(failure) = stuck {
                let why = format!("{failure:?}");
                self.fate.tell(|| format!("recover: {why}"));
                // What the first put back into a keyring, the second reads.
                let reads_back = first && waits_for_proof(failure);
                if !reads_back && !self.needs_a_person() {
                    self.ledger.breach(3, &format!("recovery is stuck: {why}"));
                }
            }
        }
        self.judge_pairs();
    }

    /// Whether akm cannot tell what is to be done: an incoming pair cannot take over, or nothing can take the place of what leaked.
    fn needs_a_person(&self) -> bool {
        let open = self.open_work();
        let incoming = open.replacement.iter().map(|it| &it.new);
        let is_full = self.cloud.live().len() >= self.nature.quota;
        let is_replaced = open.leaked.is_empty() || self.stands_without_leaked(&open);
        incoming.into_iter().any(|id| !self.can_take_over(id)) || is_full && !is_replaced
    }

    fn can_take_over(&self, id: &AccessKeyId) -> bool {
        self.cloud.status(id) == Some(Status::Active) && self.is_stored(id)
    }

    fn stands_without_leaked(&self, open: &OpenWork) -> bool {
        let mut live = self.cloud.live().into_iter();
        live.any(|key| !open.leaked.contains(&key.id) && self.can_take_over(&key.id))
    }

    /// Whether a person wants that pair back, and it is not written down yet that it is.
    pub(super) fn is_being_restored(&self, id: &AccessKeyId) -> bool {
        self.open_work().restoring.contains_key(id)
    }

    fn judge_pairs(&self) {
        let record = self.record();
        let suspects = self.journal().suspects().unwrap_or_default();
        let book = self.ledger.book();
        let (settled, denied) = (book.settled.clone(), book.denied.clone());
        let (resolved, leaked) = (book.resolved.clone(), book.leaked.clone());
        drop(book);
        let live = self.cloud.live();
        for (id, born) in self.cloud.born() {
            let Maker::Run(run) = born.by else { continue };
            if denied.contains(&run) {
                self.ledger
                    .breach(7, &format!("`{id}` was made by a run that denied it"));
            }
            if !live.iter().any(|key| key.id == id) || settled.contains(&id) {
                continue;
            }
            let suspected = suspects.iter().any(|one| one.access_key_id == id);
            let claimed = record.as_ref().and_then(|record| record.pair(&id));
            let claimed = claimed.is_some_and(|pair| pair.secret_store.is_some());
            // Whoever deleted or restored a pair by its id has resolved it; of one that leaked, the secret went.
            if (resolved.contains(&id) || leaked.contains(&id)) && !claimed {
                continue;
            }
            let usable = claimed && self.is_stored(&id);
            if suspected && usable {
                self.ledger
                    .breach(3, &format!("`{id}` is held and a suspect"));
            }
            if !suspected && !usable {
                let stored = self.is_stored(&id);
                self.ledger.breach(
                    3,
                    &format!("`{id}` is no suspect, claimed: {claimed}, stored: {stored}"),
                );
            }
        }
    }

    /// Invariant 8: no secret in a file or in anything said.
    pub(super) fn search(&self) {
        let told = self.told().all();
        let files = self.disk.files();
        for (id, born) in self.cloud.born() {
            let secret = born.secret.as_bytes();
            let hex = crate::sys::random::hex(secret);
            let base64 = BASE64_STANDARD_NO_PAD.encode(secret);
            let guises = [secret, hex.as_bytes(), base64.as_bytes()];
            let found = |text: &[u8]| guises.iter().any(|guise| contains(text, guise));
            if found(told.as_bytes()) || files.iter().any(|(_, content)| found(content)) {
                self.ledger
                    .breach(8, &format!("the secret of `{id}` shows"));
            }
        }
    }
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    let mut from = text;
    while let Some(at) = from.iter().position(|byte| *byte == part[0]) {
        if from[at..].starts_with(part) {
            return true;
        }
        from = &from[at + 1..];
    }
    false
}

/// Whether a later run is to read a secret back from its store.
fn waits_for_proof(failure: &Failure) -> bool {
    matches!(&*failure.problem, Problem::Rotation(Rotation::Waits(it)) if it.wait == Wait::Proof)
}
