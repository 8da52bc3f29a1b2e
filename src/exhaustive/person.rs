//! What a person asks for: an event where the command needs one, then a run.
//!
//! A command on a pair ends what the journal wants with that pair, durably, before the cloud is asked for anything.

use super::Bounds;
use super::journal::{Disabled, Overlap, RequestAge, Spans};
use super::outcome::{Command, End, How, Way, Ways};
use super::state::{Run, State, Status};
use super::times::{NOW, id};
use crate::core::event::Event;
use crate::core::open_work::Restoring;
use crate::core::plan::{self, Ask};

/// Adds the ways in which a command on a pair may begin or end; none where akm would refuse it.
pub(super) fn command(
    bounds: &Bounds,
    state: &State,
    command: Command,
    pair: usize,
    ways: &mut Ways,
) {
    let mut add = |end: End, to: State| {
        let is_fault = end != End::Done;
        if !is_fault || state.faults > 0 {
            ways.push(Way {
                to,
                how: How::Person(command, end),
                pair,
            });
        }
    };
    match command {
        Command::Continue if !state.journal.is_empty() => {
            add(End::Done, begin(state, Ask::Continue));
        }
        Command::Continue => (),
        Command::Create => add(End::Done, begin(state, Ask::Create)),
        Command::Rotate => add(End::Done, begin(state, Ask::Rotate)),
        Command::RotateAtOnce => add(End::Done, rotate_at_once(state)),
        Command::EndGrace if state.journal.replacement.is_none() => (),
        Command::EndGrace => add(End::Done, begin(state, Ask::EndGrace)),
        Command::EndOverlap => change_overlap(state, Overlap::None, &mut add),
        Command::LongerOverlap => change_overlap(state, Overlap::Longer, &mut add),
        Command::Leak => leak(state, pair, &mut add),
        Command::Rollback => roll_back(state, &mut add),
        Command::RestoreInactive => restore(bounds, state, pair, false, &mut add),
        Command::RestoreActive => restore(bounds, state, pair, true, &mut add),
        Command::Disable => change(state, pair, Status::Inactive, &mut add),
        Command::Enable => change(state, pair, Status::Active, &mut add),
        Command::Delete => change(state, pair, Status::Deleted, &mut add),
        Command::Dismiss => dismiss(state, pair, &mut add),
    }
}

/// A run begins: what the journal says is made durable before anything is done by it.
pub(super) fn begin(state: &State, ask: Ask) -> State {
    let mut state = *state;
    state.durable = state.journal;
    state.facts.leaks = state.facts.leaks | state.journal.leaked;
    let ask = plan::begin(&state.unfold(), ask);
    state.run = Run {
        ask: Some(ask),
        ..Run::default()
    };
    state
}

/// `rotate` with neither an overlap nor a grace: of a rotation that is unfinished, this changes the times.
fn rotate_at_once(state: &State) -> State {
    let mut begun = begin(state, Ask::Rotate);
    begun.run.at_once = begun.run.ask == Some(Ask::Rotate);
    if let Some(spans) = spans(&begun) {
        let overlap = if is_disabled(&begun) {
            spans.overlap
        } else {
            Overlap::None
        };
        begun.record(Event::Spans(
            Spans {
                overlap,
                has_grace: false,
            }
            .unfold(),
        ));
    }
    begun
}

/// Once the outgoing pair is disabled, its overlap is over.
fn change_overlap(state: &State, overlap: Overlap, add: &mut impl FnMut(End, State)) {
    let mut begun = begin(state, Ask::Continue);
    let Some(spans) = spans(&begun).filter(|it| it.overlap != overlap && !is_disabled(&begun))
    else {
        return;
    };
    begun.record(Event::Spans(Spans { overlap, ..spans }.unfold()));
    add(End::Done, begun);
}

fn spans(state: &State) -> Option<Spans> {
    let journal = &state.journal;
    let requested = journal.replaces.map(|(_, spans)| spans);
    journal.replacement.map(|it| it.spans).or(requested)
}

fn is_disabled(state: &State) -> bool {
    state
        .journal
        .replacement
        .is_some_and(|it| it.disabled != Disabled::No)
}

fn leak(state: &State, pair: usize, add: &mut impl FnMut(End, State)) {
    if !is_known(state, pair) || state.journal.leaked.has(pair) {
        return;
    }
    let mut begun = begin(state, Ask::Continue);
    begun.record(Event::Leaked(id(pair)));
    let leaks = begun.facts.leaks;
    begun.facts.leaks.add(pair);
    add(End::Done, begun);
    begun.facts.leaks = leaks;
    add_unsynced(state, begun, add);
}

/// akm is killed between an event and its sync, where this history may have one more fault.
fn add_unsynced(state: &State, begun: State, add: &mut impl FnMut(End, State)) {
    if state.faults > 0 {
        add(End::KilledBeforeSync, begun.killed_before_sync(state));
    }
}

fn roll_back(state: &State, add: &mut impl FnMut(End, State)) {
    let old = state.journal.replacement.map(|it| usize::from(it.old));
    if old.is_none_or(|old| state.journal.leaked.has(old)) {
        return;
    }
    let mut begun = begin(state, Ask::Continue);
    begun.record(Event::RolledBack);
    add(End::Done, begun);
    add_unsynced(state, begun, add);
}

fn restore(
    bounds: &Bounds,
    state: &State,
    pair: usize,
    active: bool,
    add: &mut impl FnMut(End, State),
) {
    let is_there = state.pairs[pair].status != Status::Deleted || !state.has_room(bounds.quota);
    let is_open = state.journal.request != RequestAge::None || state.journal.restoring.has(pair);
    if is_there || is_open || state.has_leaked(pair) {
        return;
    }
    let mut begun = begin(state, Ask::Continue);
    if begun.facts.orphans.has(pair) {
        begun.facts.dismissed.add(pair);
        begun.facts.suspects.remove(pair);
    }
    begun.record(Event::Restoring(
        id(pair),
        Restoring {
            active,
            asked_at: NOW,
        },
    ));
    let mut done = begun;
    done.set(pair, Status::Active);
    if !active {
        done.facts.to_disable.add(pair);
    }
    add(End::Done, done);
    if state.faults > 0 {
        add(End::AnswerLost, done.fault());
        add(End::PowerCut, done.power_cut());
        add(End::KilledBefore, begun.fault());
        add(End::KilledBeforeSync, begun.killed_before_sync(state));
        begun.restores_in_flight.add(pair);
        add(End::InFlight, begun.fault());
    }
}

/// `disable`, `enable` and `delete`, the last two with `--force` where that is needed.
fn change(state: &State, pair: usize, to: Status, add: &mut impl FnMut(End, State)) {
    if !is_known(state, pair) || state.journal.restoring.has(pair) {
        return;
    }
    let mut asked = begin(state, Ask::Continue);
    withdraw_before(&mut asked, pair, to);
    let mut done = asked;
    let is_there = done.change(pair, to);
    let mut unheard = done;
    // A list that still shows it Active is taken for somebody's wish: the replacement ends, which is safe.
    if to != Status::Active && state.journal.is_old(pair) {
        unheard.facts.raced.add(pair);
    }
    if is_there && to != Status::Active && done.journal.is_old(pair) {
        done.record(Event::Disabled(id(pair), NOW));
    }
    if state.faults > 0 {
        add(End::KilledBefore, asked.fault());
        add(End::AnswerLost, unheard.fault());
    }
    done.run = Run::default();
    add(End::Done, done);
}

fn withdraw_before(state: &mut State, pair: usize, to: Status) {
    let is_wanted = state.journal.leaked.has(pair) || state.journal.is_old(pair);
    let ends = if to == Status::Active {
        is_wanted
    } else {
        state.journal.is_new(pair)
    };
    if ends {
        state.record(Event::Withdrawn(id(pair)));
    }
    if to == Status::Active {
        state.facts.leaks.remove(pair);
        state.facts.past_leaks.remove(pair);
    }
}

fn dismiss(state: &State, pair: usize, add: &mut impl FnMut(End, State)) {
    let begun = State {
        run: Run::default(),
        ..begin(state, Ask::Continue)
    };
    let mut done = begun;
    if done.facts.suspects.has(pair) {
        done.facts.suspects.remove(pair);
        done.facts.dismissed.add(pair);
    }
    let journal = &state.journal;
    if journal.leaked.has(pair) || journal.is_old(pair) || journal.is_new(pair) {
        done.facts.leaks.remove(pair);
        done.record(Event::Withdrawn(id(pair)));
    }
    if done != begun {
        add(End::Done, done);
    }
}

fn is_known(state: &State, pair: usize) -> bool {
    state.pairs[pair].status != Status::Never && state.facts.known.has(pair)
}
