//! What befalls a run of akm: where it is killed, which calls go wrong. Asked at every effect, so that none can be missed.

use super::{coverage, dice::Dice, faults::Fault};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the run ends, counted in effects: writing to the disk, to a store, to the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Crash {
    pub(super) step: u32,
    /// The effect is half done, not just about to be.
    pub(super) midway: bool,
}

/// How often chance strikes: once in so many; 0 is never.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rates {
    pub(super) crash: usize,
    pub(super) fault: usize,
    pub(super) trouble: usize,
    pub(super) actor: usize,
    pub(super) rival: usize,
}

/// What is to befall one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    pub(super) crash: Option<Crash>,
    /// What goes wrong with the network call of that number.
    pub(super) fault: Option<(u32, Fault)>,
    /// Before which network call a stranger makes a pair.
    pub(super) intruder: Option<u32>,
    pub(super) rates: Rates,
}

/// What the disk or a store answers instead of doing as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    Refused,
    /// It was done, and an error is told all the same.
    DoneAndFailed,
}

/// How a run that was killed unwinds: caught by [`super::world`], seen by nothing else.
pub(super) struct Died;

pub(super) struct Fate(Mutex<Inner>);

/// How far a run has come with its plan.
#[derive(Default)]
pub(super) struct Course {
    plan: Plan,
    /// Effects so far.
    pub(super) step: u32,
    /// Network calls so far.
    pub(super) call: u32,
}

impl Course {
    pub(super) fn new(plan: Plan) -> Self {
        Self {
            plan,
            ..Self::default()
        }
    }
}

struct Inner {
    dice: Dice,
    course: Course,
    trace: Option<Vec<String>>,
}

impl Fate {
    pub(super) fn new(dice: Dice, traced: bool) -> Self {
        Self(Mutex::new(Inner {
            dice,
            course: Course::default(),
            trace: traced.then(Vec::new),
        }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run begins, or goes on. Gives back what was under way.
    pub(super) fn take(&self, course: Course) -> Course {
        std::mem::replace(&mut self.inner().course, course)
    }

    /// An effect is about to happen: the run may die here. True when it is to die halfway.
    pub(super) fn effect(&self, what: &str, on: &dyn std::fmt::Display) -> bool {
        let mut inner = self.inner();
        let step = inner.course.step;
        inner.course.step += 1;
        let planned = inner.course.plan.crash.filter(|crash| crash.step == step);
        let rate = inner.course.plan.rates.crash;
        let struck = inner.dice.one_in(rate).then(|| inner.dice.one_in(2));
        let dies = planned.map(|crash| crash.midway).or(struck);
        if let Some(trace) = &mut inner.trace {
            let end = match dies {
                Some(true) => " - killed halfway",
                Some(false) => " - killed before",
                None => "",
            };
            trace.push(format!("    {step}: {what} {on}{end}"));
        }
        drop(inner);
        coverage::effect(dies);
        if dies == Some(false) {
            die();
        }
        dies.is_some()
    }

    /// What is wrong with the next network call.
    pub(super) fn fault(&self) -> Option<Fault> {
        let mut inner = self.inner();
        let call = inner.course.call;
        inner.course.call += 1;
        let planned = inner
            .course
            .plan
            .fault
            .filter(|(number, _)| *number == call);
        let rate = inner.course.plan.rates.fault;
        let struck = inner
            .dice
            .one_in(rate)
            .then(|| *inner.dice.pick(&Fault::ALL));
        let fault = planned.map(|(_, fault)| fault).or(struck);
        if let (Some(trace), Some(fault)) = (&mut inner.trace, fault) {
            trace.push(format!("       {fault:?}"));
        }
        fault.into_iter().for_each(coverage::went_wrong);
        fault
    }

    /// Whether a stranger makes a pair before the next network call.
    pub(super) fn intrudes(&self) -> bool {
        let course = &self.inner().course;
        course.plan.intruder == Some(course.call)
    }

    /// Whether the disk or a store fails at this.
    pub(super) fn trouble(&self) -> Option<Trouble> {
        let mut inner = self.inner();
        let rate = inner.course.plan.rates.trouble;
        let trouble = inner
            .dice
            .one_in(rate)
            .then(|| *inner.dice.pick(&[Trouble::Refused, Trouble::DoneAndFailed]));
        if let (Some(trace), Some(trouble)) = (&mut inner.trace, trouble) {
            trace.push(format!("       {trouble:?}"));
        }
        trouble.into_iter().for_each(coverage::had_trouble);
        trouble
    }

    /// Other throws from here on.
    pub(super) fn throw_anew(&self, dice: Dice) {
        self.inner().dice = dice;
    }

    pub(super) fn rates(&self) -> Rates {
        self.inner().course.plan.rates
    }

    pub(super) fn one_in(&self, count: usize) -> bool {
        self.inner().dice.one_in(count)
    }

    pub(super) fn below(&self, end: usize) -> usize {
        self.inner().dice.below(end)
    }

    /// A line for whoever replays a history.
    pub(super) fn tell(&self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.inner().trace {
            trace.push(line());
        }
    }

    pub(super) fn trace(&self) -> String {
        self.inner()
            .trace
            .as_ref()
            .map(|lines| lines.join("\n"))
            .unwrap_or_default()
    }
}

/// Ends the run here and now. Not a panic: no hook hears of it.
pub(super) fn die() -> ! {
    std::panic::resume_unwind(Box::new(Died))
}
