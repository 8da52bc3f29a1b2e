//! The time of a bench.

use super::start;
use crate::core::time::Timestamp;
use crate::sys::clock::Clock;
use chrono::TimeDelta;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

/// A clock that stands still until it is turned, and counts how long it was slept.
pub(crate) struct TurnedClock {
    now: Mutex<Timestamp>,
    slept: Mutex<Duration>,
}

impl TurnedClock {
    pub(crate) fn new() -> Self {
        Self {
            now: Mutex::new(start()),
            slept: Mutex::default(),
        }
    }

    pub(crate) fn turn(&self, span: TimeDelta) {
        *self.now.lock().unwrap() += span;
    }

    pub(in crate::sandbox) fn slept(&self) -> Duration {
        *self.slept.lock().unwrap()
    }
}

impl Clock for TurnedClock {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap()
    }

    /// A hundredth, but really: a child that another test has forked holds the sandbox's lock until it has become its program.
    fn sleep(&self, span: Duration) {
        thread::sleep(span / 100);
        *self.slept.lock().unwrap() += span;
    }
}
