//! What happens without akm, between any two steps: time passes, others act, what was sent is executed late, something breaks.

use super::Bounds;
use super::journal::{Delivered, Disabled, Journal, Replacement, RequestAge};
use super::outcome::{Chance, How, Way, Ways};
use super::set::{PAIRS, Set};
use super::state::{MayShow, Secret, State, Status};

/// Adds everything that may happen; what changes nothing is left out.
pub(super) fn happen(bounds: &Bounds, state: &State, ways: &mut Ways) {
    let mut add = |to: State, chance, pair| {
        if to != *state {
            ways.push(Way {
                to,
                how: How::World(chance),
                pair,
            });
        }
    };
    arrive(bounds, state, &mut add);
    pass(state, &mut add);
    if state.foreign > 0 {
        others(bounds, state, &mut add);
    }
    if state.faults > 0 {
        break_down(state, &mut add);
    }
}

fn arrive(bounds: &Bounds, state: &State, add: &mut impl FnMut(State, Chance, usize)) {
    if !state.has_room(bounds.quota) {
        return;
    }
    let mut arrived = State {
        create_in_flight: false,
        ..*state
    };
    if let Some(pair) = state.create_in_flight.then(|| arrived.make()).flatten() {
        arrived.facts.ours.add(pair);
        arrived.facts.orphans.add(pair);
        add(arrived, Chance::CreateArrives, pair);
    }
    let may_come = |pair: &usize| state.pairs[*pair].status == Status::Deleted;
    for pair in state.restores_in_flight.iter().filter(may_come) {
        add(restored(state, pair), Chance::RestoreArrives, pair);
    }
}

fn restored(state: &State, pair: usize) -> State {
    let mut state = *state;
    state.restores_in_flight.remove(pair);
    state.set(pair, Status::Active);
    if state.run.ask.is_some() {
        state.run.touched.add(pair);
    }
    if !state.journal.wanted_active.has(pair) {
        state.facts.to_disable.add(pair);
    }
    state
}

fn pass(state: &State, add: &mut impl FnMut(State, Chance, usize)) {
    let after = |pass: fn(&mut State)| {
        let mut state = *state;
        pass(&mut state);
        state
    };
    add(after(State::lag_passes), Chance::LagPasses, 0);
    if is_anything_unanswered(state) {
        add(after(State::expiry_passes), Chance::ExpiryPasses, 0);
    }
    if state
        .journal
        .replacement
        .is_some_and(Replacement::waits_for_overlap)
    {
        add(after(State::overlap_passes), Chance::OverlapPasses, 0);
    }
    let disabled = state.journal.replacement.map(|it| it.disabled);
    if matches!(disabled, Some(Disabled::Lately | Disabled::LagAgo)) {
        add(after(State::grace_passes), Chance::GracePasses, 0);
    }
}

fn is_anything_unanswered(state: &State) -> bool {
    let is_fresh = |it: &Journal| {
        it.request == RequestAge::Fresh || !it.restoring.without(it.restore_expired).is_empty()
    };
    is_fresh(&state.journal)
        || is_fresh(&state.durable)
        || state.create_in_flight
        || !state.restores_in_flight.is_empty()
}

impl State {
    fn time_passes(&mut self) {
        (self.run.verified, self.run.proven) = (Set::EMPTY, Set::EMPTY);
    }

    /// Lists show the truth, but this run's list is as it was.
    pub(super) fn lag_passes(&mut self) {
        self.time_passes();
        for pair in &mut self.pairs {
            if pair.may_show != MayShow::default() {
                pair.may_show = MayShow::only(pair.status.shown());
            }
        }
        if self.run.has_looked {
            self.answers_grow_old();
        }
        self.run.answers = Default::default();
        for journal in [&mut self.journal, &mut self.durable] {
            journal.lag_passes();
        }
    }

    fn answers_grow_old(&mut self) {
        let (journal, run) = (&self.journal, &mut self.run);
        for pair in 0..PAIRS {
            run.older.answers[pair] = run.answers[pair].or(run.older.answers[pair]);
        }
        run.older.appeared = run.older.appeared | journal.made_lately | journal.restored_lately;
        run.older.disabled |= journal
            .replacement
            .is_some_and(|it| it.disabled == Disabled::Lately);
    }

    /// Nothing that was sent before can be executed any more.
    pub(super) fn expiry_passes(&mut self) {
        self.time_passes();
        self.create_in_flight = false;
        self.restores_in_flight = Set::EMPTY;
        for journal in [&mut self.journal, &mut self.durable] {
            if journal.request == RequestAge::Fresh {
                journal.request = RequestAge::Expired;
            }
            journal.restore_expired = journal.restoring;
        }
    }

    pub(super) fn overlap_passes(&mut self) {
        self.time_passes();
        for journal in [&mut self.journal, &mut self.durable] {
            if let Some(it) = journal.replacement.as_mut() {
                it.delivered = match it.delivered {
                    Delivered::No => Delivered::No,
                    Delivered::Now => Delivered::OverlapAgo,
                    Delivered::OverlapAgo | Delivered::LongerAgo => Delivered::LongerAgo,
                };
            }
        }
    }

    /// A grace is longer than the lag of lists.
    pub(super) fn grace_passes(&mut self) {
        self.lag_passes();
        for journal in [&mut self.journal, &mut self.durable] {
            if let Some(it) = journal
                .replacement
                .as_mut()
                .filter(|it| it.disabled != Disabled::No)
            {
                it.disabled = Disabled::GraceAgo;
            }
        }
    }
}

impl Journal {
    fn lag_passes(&mut self) {
        if self.request == RequestAge::Expired {
            self.request = RequestAge::Decided;
        }
        (self.made_lately, self.restored_lately) = (Set::EMPTY, Set::EMPTY);
        if let Some(it) = self
            .replacement
            .as_mut()
            .filter(|it| it.disabled == Disabled::Lately)
        {
            it.disabled = Disabled::LagAgo;
        }
    }
}

/// Another program, or a person with the console, changes pairs.
fn others(bounds: &Bounds, state: &State, add: &mut impl FnMut(State, Chance, usize)) {
    let state = State {
        foreign: state.foreign - 1,
        ..*state
    };
    let mut made = state;
    if let Some(pair) = state.has_room(bounds.quota).then(|| made.make()).flatten() {
        made.facts.raced.add(pair);
        add(made, Chance::OthersCreate, pair);
    }
    let changed = |pair, to| {
        let mut state = state;
        state.set(pair, to);
        state.touch(pair);
        state
    };
    for pair in 0..PAIRS {
        match state.pairs[pair].status {
            Status::Active => add(changed(pair, Status::Inactive), Chance::OthersDisable, pair),
            Status::Inactive => add(changed(pair, Status::Active), Chance::OthersEnable, pair),
            Status::Never | Status::Deleted => continue,
        }
        add(changed(pair, Status::Deleted), Chance::OthersDelete, pair);
    }
}

fn break_down(state: &State, add: &mut impl FnMut(State, Chance, usize)) {
    for pair in (0..PAIRS).filter(|pair| state.is_saved(*pair)) {
        add(
            with_secret(state, pair, Secret::Damaged),
            Chance::SecretDamaged,
            pair,
        );
        add(
            with_secret(state, pair, Secret::Wrong),
            Chance::SecretReplaced,
            pair,
        );
    }
    if state.run.ask.is_some() {
        add(state.fault(), Chance::Killed, 0);
    }
    let is_unproven = state
        .pairs
        .iter()
        .any(|pair| pair.secret == Secret::Unproven);
    if state.journal != state.durable || is_unproven {
        add(state.power_cut(), Chance::PowerCut, 0);
    }
}

fn with_secret(state: &State, pair: usize, secret: Secret) -> State {
    let mut state = State {
        faults: state.faults - 1,
        ..*state
    };
    state.pairs[pair].secret = secret;
    state.touch(pair);
    state
}
