//! What a run of the simulation covered: each row of the planner, and how its steps ended.

use super::fate::Trouble;
use super::faults::Fault;
use super::rows::{ENDS, Row, STEPS, row};
use crate::ops::watch::{self, Watched};
use std::cell::RefCell;
use std::collections::BTreeMap;

/// How a step ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ending {
    Done,
    /// The cloud, the disk or a store said no.
    Refused,
    /// It may have been done or not.
    Lost,
    /// Killed before its first effect.
    Before,
    /// Killed in one of its effects, or between two.
    Halfway,
    /// Killed before anything else was done.
    After,
}

impl Ending {
    const ALL: [Self; 6] = [
        Self::Done,
        Self::Refused,
        Self::Lost,
        Self::Before,
        Self::Halfway,
        Self::After,
    ];
}

/// How often each step ended in which way.
#[derive(Default)]
pub(super) struct Table(BTreeMap<(Row, Ending), u64>);

/// How far a run of akm has come.
#[derive(Default)]
pub(super) struct Place {
    /// The step that is being taken.
    step: Option<Open>,
    /// The one before it, and nothing was done since.
    last: Option<Row>,
}

struct Open {
    row: Row,
    has_begun: bool,
    is_lost: bool,
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
    static PLACE: RefCell<Place> = RefCell::default();
}

/// A run begins, or goes on. Gives back how far the one before it on this thread has come.
pub(super) fn take(place: Place) -> Place {
    watch::follow(follow);
    PLACE.replace(place)
}

/// What this thread has covered since this was last asked.
pub(super) fn of_this_thread() -> Table {
    TABLE.take()
}

fn count(row: Row, ending: Ending) {
    TABLE.with_borrow_mut(|table| *table.0.entry((row, ending)).or_default() += 1);
}

#[expect(clippy::needless_pass_by_value, reason = "as `watch::follow` wants it")]
fn follow(watched: Watched) {
    PLACE.with_borrow_mut(|place| match watched {
        Watched::Planned(open, seen, ask, step) => place.planned(row(open, seen, ask, step)),
        Watched::Taken(is_ok) => place.taken(is_ok),
    });
}

/// An effect is about to happen, and the run may be killed before or in it.
pub(super) fn effect(dies: Option<bool>) {
    PLACE.with_borrow_mut(|place| place.effect(dies));
}

pub(super) fn went_wrong(fault: Fault) {
    is_lost(fault.leaves_unknown());
}

pub(super) fn had_trouble(trouble: Trouble) {
    is_lost(trouble == Trouble::DoneAndFailed);
}

fn is_lost(lost: bool) {
    PLACE.with_borrow_mut(|place| {
        if let Some(step) = &mut place.step {
            step.is_lost = lost;
        }
    });
}

impl Place {
    fn planned(&mut self, row: Row) {
        if ENDS.contains(&row) {
            return count(row, Ending::Done);
        }
        self.step = Some(Open {
            row,
            has_begun: false,
            is_lost: false,
        });
    }

    fn taken(&mut self, is_ok: bool) {
        let Some(step) = self.step.take() else { return };
        let failed = if step.is_lost {
            Ending::Lost
        } else {
            Ending::Refused
        };
        count(step.row, if is_ok { Ending::Done } else { failed });
        self.last = is_ok.then_some(step.row);
    }

    fn effect(&mut self, dies: Option<bool>) {
        let is_first = self.step.as_ref().is_none_or(|step| !step.has_begun);
        if let (Some(row), Some(false), true) = (self.last, dies, is_first) {
            count(row, Ending::After);
        }
        let Some(step) = &mut self.step else { return };
        match dies {
            Some(false) if !step.has_begun => count(step.row, Ending::Before),
            Some(_) => count(step.row, Ending::Halfway),
            None => step.has_begun = true,
        }
        self.last = self.last.filter(|_| !step.has_begun);
    }
}

impl Table {
    pub(super) fn add(&mut self, other: Self) {
        for (cell, times) in other.0 {
            *self.0.entry(cell).or_default() += times;
        }
    }

    fn times(&self, row: Row, ending: Ending) -> u64 {
        self.0.get(&(row, ending)).copied().unwrap_or_default()
    }

    /// Cells that can occur and did not.
    pub(super) fn missing(&self) -> Vec<String> {
        let steps = STEPS
            .iter()
            .flat_map(|row| Ending::ALL.map(|it| (*row, it)));
        let ends = ENDS.iter().map(|row| (*row, Ending::Done));
        let expected = steps
            .chain(ends)
            .filter(|(row, it)| !is_impossible(row, *it));
        let missing = expected.filter(|(row, it)| self.times(row, *it) == 0);
        missing.map(|(row, it)| format!("{row}: {it:?}")).collect()
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:38}", "row of next")?;
        for ending in Ending::ALL {
            write!(f, "{:>10}", format!("{ending:?}").to_lowercase())?;
        }
        for row in STEPS.iter().chain(&ENDS) {
            write!(f, "\n{row:38}")?;
            for ending in Ending::ALL {
                write!(f, "{:>10}", self.times(row, ending))?;
            }
        }
        Ok(())
    }
}

/// What cannot occur here.
fn is_impossible(row: Row, ending: Ending) -> bool {
    match row {
        // No profile signs with a pair here, and akm itself hands out none that leaked; a store gives back what it was given, or nothing.
        "7a deliver for a leak" | "8, 9 stop: wrong secret" => true,
        // The run ends with it: there is nothing left to be killed in.
        "9c verify while it waits" | "9 end leak beside what waits" => ending == Ending::After,
        _ => false,
    }
}
