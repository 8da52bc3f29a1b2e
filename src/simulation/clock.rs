//! A clock that moves when somebody sleeps or the simulation says so.

use crate::core::time::{self, Timestamp};
use crate::sys::clock::Clock;
use chrono::TimeDelta;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub(super) struct TurnedClock(Mutex<Timestamp>);

impl TurnedClock {
    pub(super) fn at(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    pub(super) fn start() -> Timestamp {
        time::parse("2026-11-24T00:00:00Z").unwrap()
    }

    pub(super) fn turn(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sleep(&self, span: Duration) {
        self.turn(TimeDelta::from_std(span).unwrap());
    }
}

/// The cloud's clock, which goes by another time than ours.
pub(super) struct Skewed(pub(super) Arc<TurnedClock>, pub(super) TimeDelta);

impl Clock for Skewed {
    fn now(&self) -> Timestamp {
        self.0.now() + self.1
    }

    fn sleep(&self, span: Duration) {
        self.0.sleep(span);
    }
}
