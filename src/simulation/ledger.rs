//! What was promised, and by whom; and the judge of every request: it knows what a run of akm may ask the cloud for.

use super::cloud::{about, changes, signer};
use super::disk::Content;
use super::faults::{action, parameter};
use super::world::World;
use crate::cloud::transport::{Request, Response};
use crate::core::access_key::{AccessKeyId, Status};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(super) struct Ledger(Mutex<Book>);

#[derive(Clone, Default)]
pub(super) struct Book {
    /// The first breach of an invariant.
    pub(super) breach: Option<String>,
    /// Pairs whose id a person typed in the deed that is being done.
    pub(super) typed: BTreeSet<AccessKeyId>,
    /// Suspects that a person took as known, or pairs that a person deleted for good.
    pub(super) settled: BTreeSet<AccessKeyId>,
    /// Pairs that a person deleted or restored by their ids, and so knows of.
    pub(super) resolved: BTreeSet<AccessKeyId>,
    /// Pairs that a run said it had made and holds.
    pub(super) promised: BTreeSet<AccessKeyId>,
    /// The pair that a person would have replaced, if it is Inactive: by the last rotation that was asked for.
    pub(super) makes_way: Option<AccessKeyId>,
    /// Pairs that leaked: nobody is to keep their secrets.
    pub(super) leaked: BTreeSet<AccessKeyId>,
    /// Pairs that a run took out of use because they leaked, and that no person put back since.
    pub(super) out_of_use: BTreeSet<AccessKeyId>,
    /// The leaks that the journal is about.
    pub(super) open_leaks: BTreeSet<AccessKeyId>,
    /// Runs that said that they made nothing.
    pub(super) denied: BTreeSet<u32>,
    /// Whether an Active pair that we hold was there when the last run ended.
    pub(super) stands: bool,
    /// Whether anyone but a rotation disabled or deleted a pair since.
    pub(super) harmed: bool,
    /// Pairs that a stranger ever touched.
    pub(super) estranged: BTreeSet<AccessKeyId>,
    /// Runs that took a pair that leaked out of use.
    taken_out: BTreeSet<(u32, AccessKeyId)>,
    /// What the owner's last list showed to a run: ids, and whether they are Active.
    listed: BTreeMap<u32, Vec<(String, bool)>>,
    /// Pairs that an answer to that run called gone.
    gone: BTreeSet<(u32, String)>,
    /// Pairs that signed a question of their own in that run.
    verified: BTreeSet<(u32, String)>,
    /// The journal that was last looked into for what it has got.
    pub(super) judged: Option<Content>,
}

impl Book {
    /// A person says that strangers may have this pair; what leaked before is the person's own business.
    pub(super) fn leaks(&mut self, id: &AccessKeyId) {
        self.leaked.insert(id.clone());
    }

    /// A person enables or restores the pair, or says that nothing is to follow from its leak.
    pub(super) fn takes_back(&mut self, id: &AccessKeyId) {
        self.open_leaks.remove(id);
        self.out_of_use.remove(id);
    }

    /// A person has named the pair, and what is under way for it is that person's word.
    pub(super) fn types(&mut self, id: &AccessKeyId) {
        self.typed.insert(id.clone());
    }

    /// Whether a person would have something done to that pair.
    pub(super) fn is_word(&self, id: &AccessKeyId) -> bool {
        self.typed.contains(id) || self.makes_way.as_ref() == Some(id) || self.leaked.contains(id)
    }
}

impl Ledger {
    pub(super) fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn copy(&self) -> Self {
        Self(Mutex::new(self.book().clone()))
    }

    pub(super) fn breach(&self, invariant: u8, what: &str) {
        let mut book = self.book();
        book.breach
            .get_or_insert_with(|| format!("invariant {invariant}: {what}"));
    }

    pub(super) fn stranger_harmed(&self, id: &AccessKeyId) {
        let mut book = self.book();
        book.harmed = true;
        book.estranged.insert(id.clone());
    }

    /// What an answer that arrived tells the run.
    pub(super) fn learn(&self, run: u32, request: &Request, response: &Response) {
        let mut book = self.book();
        match action(request) {
            "ListAccessKeys" if response.status == 200 => {
                let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
                let keys = body["AccessKeys"]["AccessKey"].as_array();
                let shown = keys.into_iter().flatten().map(|key| {
                    let id = key["AccessKeyId"].as_str().unwrap_or_default();
                    (id.to_owned(), key["Status"] == "Active")
                });
                // An answer of this run beats a list that lags.
                let is_there = |id: &String| !book.gone.contains(&(run, id.clone()));
                let shown = shown.filter(|(id, _)| is_there(id)).collect();
                book.listed.insert(run, shown);
            }
            "GetCallerIdentity" => {
                let id = signer(request).to_owned();
                let asked = (run, id);
                if response.status == 200 {
                    book.verified.insert(asked);
                } else {
                    book.verified.remove(&asked);
                }
            }
            "DeleteAccessKey" | "UpdateAccessKey" if says_gone(request, response) => {
                let Some(gone) = about(request).map(|id| id.to_string()) else {
                    return;
                };
                if let Some(listed) = book.listed.get_mut(&run) {
                    listed.retain(|(id, _)| *id != gone);
                }
                book.gone.insert((run, gone));
            }
            _ => (),
        }
    }

    /// Invariants 1, 2 and 6 stand or fall with what is asked of the cloud.
    pub(super) fn judge(&self, world: &World, run: u32, request: &Request) {
        world.judge_got();
        if world.nature.elsewhere && changes(request) {
            self.breach(6, &format!("{} in another account", action(request)));
        }
        match action(request) {
            "CreateAccessKey" => {
                let listed = self.book().listed.get(&run).map(Vec::len);
                if listed.is_none_or(|count| count >= world.nature.quota) {
                    self.breach(2, &format!("a create after a list of {listed:?} pairs"));
                }
                self.judge_replacing(world, run);
            }
            "UpdateAccessKey" | "DeleteAccessKey" | "DeleteAccessKeyInRecycleBin" => {
                if let Some(id) = about(request) {
                    self.judge_retiring(world, run, request, &id);
                }
            }
            _ => (),
        }
    }

    /// What leaked is out of use before anything takes its place.
    fn judge_replacing(&self, world: &World, run: u32) {
        for id in world.durable_journal().leaked {
            let mut book = self.book();
            // From here on it is known, whatever comes of this request.
            book.open_leaks.insert(id.clone());
            let listed = book.listed.get(&run).cloned().unwrap_or_default();
            let active = listed.contains(&(id.to_string(), true));
            let taken_out = book.taken_out.contains(&(run, id.clone()));
            drop(book);
            if active && !taken_out {
                let what = format!("`{id}` leaked, and is replaced before it is disabled");
                self.breach(6, &what);
            }
        }
    }

    fn judge_retiring(&self, world: &World, run: u32, request: &Request, id: &AccessKeyId) {
        let activates = parameter(request, "Status") == Some("Active");
        let open = world.durable_journal();
        let rotation = open.replacement.as_ref().filter(|it| it.old == *id);
        let is_disabled = rotation.is_some_and(|it| it.disabled_at.is_some());
        let rotation = rotation.map(|it| it.new.clone());
        let leaks = open.leaked.contains(id);
        // What a rollback brings back.
        let returns = open.replacement.as_ref();
        let returns = returns.is_some_and(|it| it.new == *id && it.rolled_back);
        // A restoring is gone on with by whatever command comes next.
        let typed = self.book().typed.contains(id);
        if activates && !typed && self.book().out_of_use.contains(id) {
            self.breach(6, &format!("`{id}` leaked, and is enabled"));
        }
        let typed = typed || world.is_being_restored(id);
        match rotation {
            _ if self.is_taken_out(request, id) => {
                let stands = world.stands_without(Some(id));
                let mut book = self.book();
                book.out_of_use.extend(leaks.then(|| id.clone()));
                book.taken_out.insert((run, id.clone()));
                book.stands &= stands;
            }
            None if leaks && !activates || returns && activates => (),
            // Whoever names the pair that makes way does not wait for its rotation.
            _ if !typed && !is_disabled && self.makes_way(request, id) => {
                self.judge_making_way(world, run, id);
            }
            None if !typed => self.breach(
                6,
                &format!("{} of `{id}`, which nobody named", action(request)),
            ),
            Some(new) if !typed && !activates => self.judge_successor(world, run, id, &new),
            _ if !activates => self.book().harmed = true,
            _ => (),
        }
    }

    /// Whoever says that it is to be seen later what came of a request has taken out of use what leaked.
    pub(super) fn judge_waiting(&self, world: &World) {
        for id in world.open_work().leaked {
            let is_estranged = self.book().estranged.contains(&id);
            if !is_estranged && world.cloud.status(&id) == Some(Status::Active) {
                let what = format!("`{id}` leaked, and is Active while a create is waited for");
                self.breach(6, &what);
            }
        }
    }

    /// What leaked is disabled first of all; it is deleted as any rotation deletes.
    fn is_taken_out(&self, request: &Request, id: &AccessKeyId) -> bool {
        let disables = parameter(request, "Status") == Some("Inactive");
        disables && self.book().leaked.contains(id)
    }

    fn makes_way(&self, request: &Request, id: &AccessKeyId) -> bool {
        action(request) == "DeleteAccessKey" && self.book().makes_way.as_ref() == Some(id)
    }

    /// A pair goes at a person's word alone if it is Inactive, as far as anybody can see, and another is there.
    fn judge_making_way(&self, world: &World, run: u32, id: &AccessKeyId) {
        let listed = self.book().listed.get(&run).cloned().unwrap_or_default();
        let idle = listed.contains(&(id.to_string(), false));
        if !idle || listed.len() < 2 {
            self.breach(6, &format!("`{id}` makes way, and {listed:?} is listed"));
        }
        let mut book = self.book();
        book.resolved.insert(id.clone());
        // The list may have lagged.
        book.harmed |= world.cloud.status(id) == Some(Status::Active);
    }

    /// A rotation retires a pair, on the way back the new one: the other must be there, work, and be held.
    fn judge_successor(&self, world: &World, run: u32, old: &AccessKeyId, new: &AccessKeyId) {
        if !self.book().verified.contains(&(run, new.to_string())) {
            self.breach(
                1,
                &format!("`{old}` is retired and `{new}` was not seen to work"),
            );
        }
        let estranged = self.book().estranged.contains(new);
        let active = estranged || world.cloud.status(new) == Some(Status::Active);
        if !active || !world.holds(new) {
            self.breach(
                1,
                &format!("`{old}` is retired and `{new}` cannot stand in for it"),
            );
        }
    }
}

/// Whether the pair is gone by this answer: deleted by it, or *no such pair*.
fn says_gone(request: &Request, response: &Response) -> bool {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or_default();
    let is_deleted = action(request) == "DeleteAccessKey" && response.status == 200;
    is_deleted || body["Code"] == "EntityNotExist.User.AccessKey"
}
