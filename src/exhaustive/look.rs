//! A look: a list of the pairs, which may lag, and what the store gives back.

use super::Bounds;
use super::journal::RequestAge;
use super::outcome::{End, Ways};
use super::set::{PAIRS, Set};
use super::state::{Older, Secret, Shown, State};
use super::steps::end;
use super::times::{NOW, id};
use super::wrong::Wrong;
use crate::core::event::Event;
use crate::core::open_work::{Keeping, Made};
use crate::core::seen::Sight;

pub(super) fn take(bounds: &Bounds, state: &State, ways: &mut Ways) {
    let mut looked = *state;
    looked.run.has_looked = true;
    looked.run.looked_at = state.journal.request;
    looked.run.older = Older::default();
    looked.run.readable = Set::EMPTY;
    for pair in 0..PAIRS {
        looked.read_secret(pair);
    }
    list(bounds, looked, 0, ways);
}

/// A list shows each pair in one of the ways in which it may show it; the truth comes first.
fn list(bounds: &Bounds, mut state: State, pair: usize, ways: &mut Ways) {
    if pair == PAIRS {
        state.find_unknown(bounds);
        end(&state, ways, 0, End::Done, || state);
        return;
    }
    let (truth, may_show) = (state.pairs[pair].status.shown(), state.pairs[pair].may_show);
    if may_show.is_exact() {
        state.facts.raced.remove(pair);
    }
    let others = [Shown::Nothing, Shown::Active, Shown::Inactive];
    let others = others
        .into_iter()
        .filter(|shown| *shown != truth && may_show.has(*shown));
    for shown in std::iter::once(truth).chain(others) {
        state.run.list[pair] = shown;
        list(bounds, state, pair + 1, ways);
    }
}

impl State {
    /// What an earlier run has put, and this one reads, is proven.
    fn read_secret(&mut self, pair: usize) {
        if self.is_readable(pair) {
            self.run.readable.add(pair);
        }
        if self.is_saved(pair) && !self.run.put.has(pair) {
            self.pairs[pair].secret = Secret::Proven;
        }
    }

    /// While a request is unanswered, a listed pair that nobody knows may be what it made.
    fn find_unknown(&mut self, bounds: &Bounds) {
        for pair in self.listed().iter() {
            let known = self.journal.before
                | self.journal.made
                | self.facts.suspects
                | self.facts.dismissed;
            let is_open = self.journal.request != RequestAge::None;
            match () {
                () if !is_open || known.has(pair) => (),
                () if bounds.syncs && self.is_readable(pair) => self.adopt(pair),
                () => self.suspect(pair),
            }
            self.facts.known.add(pair);
        }
    }

    pub(super) fn listed(&self) -> Set {
        (0..PAIRS)
            .filter(|pair| self.run.list[*pair] != Shown::Nothing)
            .collect()
    }

    /// The store has its secret, although the journal could not take it.
    fn adopt(&mut self, pair: usize) {
        self.run.answers[pair] = Some(Sight::Active);
        self.record(Event::Created(
            id(pair),
            Made {
                created_at: NOW,
                sealed: "sealed".to_owned(),
                keeping: Keeping::sample(),
                replaced: false,
            },
        ));
    }

    fn suspect(&mut self, pair: usize) {
        self.facts.suspects.add(pair);
        let is_saved = self.facts.claimed.has(pair) && self.is_saved(pair);
        self.wrong_if(is_saved, Wrong::SuspectIsSaved);
    }
}
