//! What the cloud and the stores said in this run, and the only rule about lists that lag.

use super::{
    access_key::{AccessKeyId, Status},
    open_work::{OpenWork, Request},
    time::Timestamp,
};
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

/// What this run knows of the owner's pairs from answers, and not from its journal.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Seen {
    pub(crate) limits: Limits,
    /// The last list; absent until the run has looked.
    pub(crate) list: Option<List>,
    /// The last answer about each pair.
    pub(crate) answers: BTreeMap<AccessKeyId, Answer>,
    /// Pairs that this run asked to be Inactive (leaked ones) or Active (those that come back into use).
    pub(crate) asked: BTreeSet<AccessKeyId>,
    /// Pairs being restored that this run asked for.
    pub(crate) resumed: BTreeSet<AccessKeyId>,
    /// Pairs whose secret the store gave back at the last look, or took since.
    pub(crate) readable: BTreeSet<AccessKeyId>,
    /// Pairs whose secret this run put into a store that cannot sync: a later run is to read it.
    pub(crate) unproven: BTreeSet<AccessKeyId>,
    /// Pairs of which something is stored, or metadata claims so.
    pub(crate) stored: BTreeSet<AccessKeyId>,
    /// Pairs whose secret metadata claims.
    pub(crate) claimed: BTreeSet<AccessKeyId>,
    /// Pairs that signed a question of their own in this run, and when last.
    pub(crate) verified: BTreeMap<AccessKeyId, Timestamp>,
    /// Pairs that were to sign one and could not.
    pub(crate) failed: BTreeMap<AccessKeyId, Failed>,
    /// Pairs that some target has: akm's own metadata, a profile that signs, a place that is written to.
    pub(crate) targets: BTreeSet<AccessKeyId>,
    /// Whether this run has sent the create that it was asked for.
    pub(crate) has_requested: bool,
}

/// What the cloud allows, and how long it may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Limits {
    /// Pairs that the owner may have.
    pub(crate) pairs: usize,
    /// How long after its signature a request may still be executed.
    pub(crate) expiry: TimeDelta,
    /// How long a list may lack a change.
    pub(crate) lag: TimeDelta,
    /// The least time between the two proofs that an incoming pair works: at its delivery, and before the outgoing one is disabled.
    pub(crate) proof: TimeDelta,
}

impl Limits {
    /// Returns from when on a list shows all that the request may have made.
    pub(crate) fn decided_at(&self, request: &Request) -> Timestamp {
        request.signed_at + self.expiry + self.lag
    }
}

/// A list of the owner's pairs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List {
    /// When it was asked for.
    pub(crate) asked_at: Timestamp,
    pub(crate) pairs: BTreeMap<AccessKeyId, Listed>,
}

/// A pair in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
}

/// What the cloud answered to a change of one pair, or to a question about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) at: Timestamp,
    pub(crate) sight: Sight,
}

/// What a pair is as far as this run can tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Sight {
    Active,
    Inactive,
    Gone,
}

/// Why a pair could not sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// The cloud does not know the pair, or calls it Inactive: a list says which.
    Unknown,
    /// The cloud knows the pair, and the secret is another one's.
    WrongSecret,
}

impl From<Status> for Sight {
    fn from(status: Status) -> Self {
        match status {
            Status::Active => Self::Active,
            Status::Inactive => Self::Inactive,
        }
    }
}

impl Seen {
    /// Returns what a pair is. An answer about it at a time A is believed before every list that was asked for before A and the lag of
    /// lists; after that, the list is. A pair that was made, restored or replaced within the lag is there even if the list lacks it.
    pub(crate) fn sight(&self, open: &OpenWork, id: &AccessKeyId) -> Sight {
        if let Some(answer) = self.answer(open, id) {
            return answer;
        }
        let listed = self.list.as_ref().and_then(|list| list.pairs.get(id));
        match listed {
            Some(listed) => listed.status.into(),
            None if self.appeared_lately(open, id) => Sight::Active,
            None => Sight::Gone,
        }
    }

    /// Returns the pairs that are there, as far as this run can tell.
    pub(crate) fn present(&self, open: &OpenWork) -> BTreeSet<AccessKeyId> {
        let listed = self.list.iter().flat_map(|list| list.pairs.keys());
        let appeared = open.made.keys().chain(open.restored.keys());
        let known = listed.chain(appeared).chain(self.answers.keys());
        let there = known.filter(|id| self.sight(open, id) != Sight::Gone);
        there.cloned().collect()
    }

    /// Returns whether the last answer of this run calls the pair Inactive.
    pub(crate) fn was_disabled(&self, id: &AccessKeyId) -> bool {
        let answer = self.answers.get(id);
        answer
            .is_some_and(|answer| answer.sight == Sight::Inactive && self.beats_the_list(answer.at))
    }

    /// Returns when the pair was made, as far as a list or the journal says.
    pub(crate) fn created_at(&self, open: &OpenWork, id: &AccessKeyId) -> Option<Timestamp> {
        let listed = self.list.as_ref().and_then(|list| list.pairs.get(id));
        let listed = listed.map(|listed| listed.created_at);
        listed.or_else(|| open.made.get(id).map(|made| made.created_at))
    }

    /// Of the answers of earlier runs, the journal has the one to the outgoing pair's disabling.
    fn answer(&self, open: &OpenWork, id: &AccessKeyId) -> Option<Sight> {
        let replacement = open.replacement.as_ref().filter(|it| it.old == *id);
        let disabled = replacement.and_then(|it| it.disabled_at);
        let disabled = disabled.map(|at| Answer {
            at,
            sight: Sight::Inactive,
        });
        let answer = self.answers.get(id).copied().or(disabled);
        answer
            .filter(|answer| self.beats_the_list(answer.at))
            .map(|answer| answer.sight)
    }

    /// A pair that is being replaced was there when the new one was made, although it may have been new itself.
    fn appeared_lately(&self, open: &OpenWork, id: &AccessKeyId) -> bool {
        let replacement = open.replacement.as_ref().filter(|it| it.old == *id);
        let made = [Some(id), replacement.map(|it| &it.new)]
            .into_iter()
            .flatten();
        let made = made
            .filter_map(|id| open.made.get(id).filter(|made| !made.replaced))
            .map(|made| made.created_at);
        let restored = open.restored.get(id).copied();
        made.chain(restored).any(|at| self.beats_the_list(at))
    }

    /// Counted by the list's own time and not by now: time that passes in a run does not make its list any newer.
    fn beats_the_list(&self, at: Timestamp) -> bool {
        let list = self.list.as_ref();
        list.is_none_or(|list| list.asked_at <= at || list.asked_at < at + self.limits.lag)
    }
}
