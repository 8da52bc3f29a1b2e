//! The steps of a run, each with all ways in which it may end; the good one comes first.
//!
//! A run may be killed, and the power may fail, between any two steps: `world` has that. Here are the ends within a step.

use super::outcome::{End, How, Way, Ways};
use super::set::PAIRS;
use super::state::{Run, Secret, State, Status};
use super::times::{NOW, id, pair};
use super::wrong::Wrong;
use super::{Bounds, create, look};
use crate::core::event::Event;
use crate::core::plan::{Step, Stop};
use crate::core::time::Timestamp;

/// Adds each way in which the step may end.
pub(super) fn take(bounds: &Bounds, state: &State, step: &Step, ways: &mut Ways) {
    match step {
        Step::Disable(id) => change(state, pair(id), Status::Inactive, ways),
        Step::Enable(id) => change(state, pair(id), Status::Active, ways),
        Step::Delete(id) => change(state, pair(id), Status::Deleted, ways),
        Step::ResumeRestore(id) => resume_restore(state, pair(id), ways),
        Step::DropSecret(id) => drop_secret(state, pair(id), ways),
        Step::Look => look::take(bounds, state, ways),
        Step::Request => create::take(bounds, state, ways),
        Step::Conclude => conclude(*state, ways),
        Step::Store(id) => store(bounds, state, pair(id), ways),
        Step::Verify(id, not_before) => verify(*state, pair(id), *not_before, ways),
        Step::Deliver(id) => deliver(*state, pair(id), ways),
        Step::EndLeak(id) => end_leak(*state, pair(id), ways),
        Step::EndReplacement | Step::Undone => end_replacement(*state, step, ways),
        Step::Close => close(bounds, *state, ways),
        Step::Wait(_) | Step::Stop(_) | Step::Done => end_run(*state, step, ways),
    }
}

/// A way in which a step ends, once it is known whether a fault has to happen for it.
pub(super) fn end(
    state: &State,
    ways: &mut Ways,
    pair: usize,
    end: End,
    to: impl FnOnce() -> State,
) {
    let is_fault = !matches!(end, End::Done | End::Failed | End::Refused);
    if !is_fault || state.faults > 0 {
        ways.push(Way {
            to: to(),
            how: How::Step(end),
            pair,
        });
    }
}

impl State {
    /// Asks the cloud for a status, or for the end. Returns whether the pair is there.
    pub(super) fn change(&mut self, pair: usize, to: Status) -> bool {
        if !self.is_live(pair) {
            return false;
        }
        self.wrong_if(
            to == Status::Active && self.has_leaked(pair),
            Wrong::LeakedEnabled,
        );
        if self.pairs[pair].status != to {
            self.set(pair, to);
        }
        if to == Status::Inactive {
            self.facts.to_disable.remove(pair);
        }
        true
    }

    /// The same, where akm wants it and no person has named the pair.
    fn change_unnamed(&mut self, pair: usize, to: Status) -> bool {
        let is_named = self.facts.leaks.has(pair) || self.journal.restoring.has(pair);
        let is_taken = to != Status::Active && (self.is_active(pair) || to == Status::Deleted);
        if self.is_live(pair) && !is_named && is_taken {
            self.check_taking_away(pair, to);
        }
        self.change(pair, to)
    }

    /// The secrets that are saved when a run ends well are what the person counts on.
    fn promise(&mut self) {
        for pair in (0..PAIRS).filter(|_| self.run.has_looked) {
            if self.facts.claimed.has(pair) && self.is_saved(pair) && !self.journal.leaked.has(pair)
            {
                self.facts.promised.add(pair);
            }
        }
    }
}

fn change(state: &State, pair: usize, to: Status, ways: &mut Ways) {
    let mut done = *state;
    let is_there = done.change_unnamed(pair, to);
    let unheard = done;
    let is_leaked = state.journal.leaked.has(pair);
    if is_leaked && to == Status::Inactive || to == Status::Active {
        done.run.asked.add(pair);
    }
    done.run.verified.remove(pair);
    done.run.proven.remove(pair);
    done.answer(pair);
    if is_there && to == Status::Inactive && state.journal.is_old(pair) && !is_leaked {
        done.append(Event::Disabled(id(pair), NOW));
    }
    end(state, ways, pair, End::Done, || done);
    end(state, ways, pair, End::AnswerLost, || unheard.fault());
}

fn resume_restore(state: &State, pair: usize, ways: &mut Ways) {
    let mut done = *state;
    let is_active = state.journal.wanted_active.has(pair) && !state.journal.leaked.has(pair);
    let is_there = done.change_unnamed(
        pair,
        if is_active {
            Status::Active
        } else {
            Status::Inactive
        },
    );
    let unheard = done;
    let is_expired = state.journal.restore_expired.has(pair);
    done.run.resumed.add(pair);
    done.answer(pair);
    if is_there || is_expired {
        done.append(Event::Restored(id(pair), is_there.then_some(NOW)));
    }
    end(state, ways, pair, End::Done, || done);
    end(state, ways, pair, End::AnswerLost, || unheard.fault());
}

/// First in metadata, then in the store.
fn drop_secret(state: &State, pair: usize, ways: &mut Ways) {
    let mut half = *state;
    half.facts.claimed.remove(pair);
    half.facts.promised.remove(pair);
    let mut done = half;
    done.pairs[pair].secret = Secret::None;
    done.run.readable.remove(pair);
    done.facts.dropped.add(pair);
    end(state, ways, pair, End::Done, || done);
    end(state, ways, pair, End::KilledHalfway, || half.fault());
}

fn conclude(mut state: State, ways: &mut Ways) {
    let before = state;
    state.wrong_if(before.create_in_flight, Wrong::ConcludedEarly);
    let unknown = before
        .facts
        .orphans
        .without(before.facts.suspects | before.facts.dismissed);
    state.wrong_if(
        unknown.iter().any(|pair| before.is_live(pair)),
        Wrong::SuspectMissed,
    );
    state.append(Event::Concluded);
    end(&before, ways, 0, End::Done, || state);
}

/// First into the store, then into metadata.
fn store(bounds: &Bounds, state: &State, pair: usize, ways: &mut Ways) {
    let mut half = *state;
    half.wrong_if(state.facts.past_leaks.has(pair), Wrong::LeakedSaved);
    half.pairs[pair].secret = if bounds.syncs {
        Secret::Proven
    } else {
        Secret::Unproven
    };
    half.run.readable.add(pair);
    if !bounds.syncs {
        half.run.put.add(pair);
    }
    let mut done = half;
    done.facts.claimed.add(pair);
    end(state, ways, pair, End::Done, || done);
    end(state, ways, pair, End::KilledHalfway, || half.fault());
    end(state, ways, pair, End::PowerCut, || half.power_cut());
}

/// The pair signs a question of its own, with the secret as the store gives it.
fn verify(mut state: State, pair: usize, not_before: Option<Timestamp>, ways: &mut Ways) {
    let before = state;
    let works = state.is_active(pair) && state.is_saved(pair);
    if works {
        state.run.verified.add(pair);
        state.run.touched.remove(pair);
    } else {
        state.run.failed.add(pair);
    }
    if works && not_before.is_some_and(|at| at > NOW) {
        state.run.proven.add(pair);
    }
    if state.is_active(pair) && state.pairs[pair].secret == Secret::Wrong {
        state.run.wrong_secret.add(pair);
    }
    end(
        &before,
        ways,
        pair,
        if works { End::Done } else { End::Failed },
        || state,
    );
}

fn deliver(mut state: State, pair: usize, ways: &mut Ways) {
    let before = state;
    state.wrong_if(before.facts.leaks.has(pair), Wrong::LeakedDelivered);
    let works = before.is_active(pair) && before.is_saved(pair);
    state.wrong_if(
        !works && !before.facts.raced.has(pair),
        Wrong::BrokenDelivered,
    );
    state.target = u8::try_from(pair).ok();
    let half = state;
    if before.journal.is_new(pair) {
        state.append(Event::Delivered(id(pair), NOW));
        state.run.proven.remove(pair);
    }
    end(&before, ways, pair, End::Done, || state);
    end(&before, ways, pair, End::KilledHalfway, || half.fault());
}

fn end_replacement(mut state: State, step: &Step, ways: &mut Ways) {
    let before = state;
    let old: usize = before.journal.replacement.map_or(0, |it| it.old.into());
    if !before.facts.raced.has(old) {
        let is_undone = *step == Step::Undone;
        state.wrong_if(is_undone && !before.is_active(old), Wrong::NotEnabled);
        state.wrong_if(!is_undone && before.is_live(old), Wrong::OldNotGone);
    }
    state.append(Event::Ended);
    end(&before, ways, old, End::Done, || state);
}

fn end_leak(mut state: State, pair: usize, ways: &mut Ways) {
    let before = state;
    let is_there = before.is_live(pair) && !before.facts.raced.has(pair);
    state.wrong_if(is_there, Wrong::LeakedForgotten);
    state.facts.past_leaks.add(pair);
    state.facts.leaks.remove(pair);
    state.append(Event::Forgotten(id(pair)));
    let half = state;
    state.append(Event::Withdrawn(id(pair)));
    end(&before, ways, pair, End::Done, || state);
    end(&before, ways, pair, End::KilledHalfway, || half.fault());
}

fn close(bounds: &Bounds, mut state: State, ways: &mut Ways) {
    let before = state;
    if let Some(it) = before.journal.replacement {
        let old = usize::from(it.old);
        let is_there = before.is_live(old) && !before.facts.raced.has(old);
        state.wrong_if(is_there, Wrong::OldNotGone);
    }
    state.check_close(bounds);
    let leaked = before.journal.leaked;
    state.facts.past_leaks = before.facts.past_leaks | leaked;
    state.facts.leaks = before.facts.leaks.without(leaked);
    state.promise();
    (state.journal, state.durable, state.run) = Default::default();
    end(&before, ways, 0, End::Done, || state);
}

fn end_run(mut state: State, step: &Step, ways: &mut Ways) {
    let before = state;
    let mut leaked = before.journal.leaked.without(before.run.touched).iter();
    state.wrong_if(
        leaked.any(|pair| before.is_active(pair)),
        Wrong::LeakedActive,
    );
    let new = before.journal.replacement.map(|it| usize::from(it.new));
    if let Some(new) = new.filter(|new| !before.facts.raced.has(*new)) {
        let is_gone = *step == Step::Stop(Stop::NewGone);
        state.wrong_if(is_gone && before.is_live(new), Wrong::NotGone);
        let is_inactive = *step == Step::Stop(Stop::NewInactive);
        state.wrong_if(is_inactive && before.is_active(new), Wrong::NotInactive);
    }
    state.promise();
    state.run = Run::default();
    end(&before, ways, 0, End::Done, || state);
}
