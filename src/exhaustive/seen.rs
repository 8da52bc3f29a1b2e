//! What a run of akm has seen, as a real `Seen`.

use super::fold::ids;
use super::journal::RequestAge;
use super::set::{PAIRS, Set};
use super::state::{Secret, Shown, State};
use super::times::{AGES, EXPIRY, GRACE, LAG, NOW, PROOF, ago, id};
use crate::core::access_key::{AccessKeyId, Status};
use crate::core::plan::{self, Step};
use crate::core::seen::{Answer, Failed, Limits, List, Listed, Seen};
use crate::core::{open_work::OpenWork, time::Timestamp};
use chrono::TimeDelta;
use std::collections::BTreeMap;

/// Asks the real planner for the next step of the run.
pub(super) fn next(state: &State, quota: usize) -> Step {
    let ask = state.run.ask.unwrap_or(plan::Ask::Continue);
    plan::next(&state.unfold(), &state.seen(quota), ask, NOW)
}

impl State {
    pub(super) fn seen(&self, quota: usize) -> Seen {
        let run = &self.run;
        let is_stored = |pair: &usize| self.pairs[*pair].secret != Secret::None;
        let stored: Set = (0..PAIRS).filter(is_stored).collect();
        Seen {
            limits: Limits {
                pairs: quota,
                expiry: EXPIRY,
                lag: LAG,
                proof: PROOF,
            },
            list: run.has_looked.then(|| self.list()),
            answers: (0..PAIRS)
                .filter_map(|pair| Some((id(pair), self.last_answer(pair)?)))
                .collect(),
            asked: ids(run.asked),
            resumed: ids(run.resumed),
            readable: ids(run.readable),
            unproven: ids(run.put),
            stored: ids(stored | self.facts.claimed),
            claimed: ids(self.facts.claimed),
            verified: self.verified(),
            failed: self.failed(),
            targets: self
                .target
                .into_iter()
                .map(|pair| id(pair.into()))
                .collect(),
            has_requested: run.has_requested,
        }
    }

    fn list(&self) -> List {
        let listed = |pair: usize| {
            let status = match self.run.list[pair] {
                Shown::Nothing => return None,
                Shown::Active => Status::Active,
                Shown::Inactive => Status::Inactive,
            };
            Some((
                id(pair),
                Listed {
                    status,
                    created_at: self.created_at(pair),
                },
            ))
        };
        List {
            asked_at: self.list_asked_at(),
            pairs: (0..PAIRS).filter_map(listed).collect(),
        }
    }

    /// Pairs are older than what the journal still waits for, and P0 is the oldest.
    fn created_at(&self, pair: usize) -> Timestamp {
        let early = ago(AGES * 2) + TimeDelta::days(i64::try_from(pair).unwrap());
        if self.journal.made.has(pair) {
            self.made_at(pair)
        } else {
            early
        }
    }

    /// A list is as old as whatever it is too old for.
    pub(super) fn list_asked_at(&self) -> Timestamp {
        let (run, journal) = (&self.run, &self.journal);
        let disabled = journal.replacement.map(|it| it.disabled);
        let is_undecided =
            journal.request == RequestAge::Decided && run.looked_at != RequestAge::Decided;
        let is_older = is_undecided || run.older != super::state::Older::default();
        match () {
            () if run.older.disabled && disabled == Some(super::journal::Disabled::GraceAgo) => {
                ago(GRACE)
            }
            () if is_older => ago(LAG),
            () => NOW,
        }
    }

    fn last_answer(&self, pair: usize) -> Option<Answer> {
        let run = &self.run;
        let recent = run.answers[pair].map(|sight| Answer { at: NOW, sight });
        let older = run.older.answers[pair].map(|sight| Answer {
            at: ago(LAG),
            sight,
        });
        recent.or(older)
    }

    /// The second proof is as much later than the delivery as it must be, although `now` is fixed.
    fn verified(&self) -> BTreeMap<AccessKeyId, Timestamp> {
        let at = |pair| {
            if self.run.proven.has(pair) {
                NOW + PROOF
            } else {
                NOW
            }
        };
        self.run
            .verified
            .iter()
            .map(|pair| (id(pair), at(pair)))
            .collect()
    }

    fn failed(&self) -> BTreeMap<AccessKeyId, Failed> {
        let why = |pair| {
            if self.run.wrong_secret.has(pair) {
                Failed::WrongSecret
            } else {
                Failed::Unknown
            }
        };
        self.run
            .failed
            .iter()
            .map(|pair| (id(pair), why(pair)))
            .collect()
    }
}

/// Returns the pairs that are there, as far as the run can tell.
pub(super) fn present(state: &State, open: &OpenWork, quota: usize) -> Set {
    state
        .seen(quota)
        .present(open)
        .iter()
        .map(super::times::pair)
        .collect()
}
