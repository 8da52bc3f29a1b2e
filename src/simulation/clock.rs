//! A clock that moves when somebody sleeps or the simulation says so.

use super::world::World;
use crate::core::time::{self, Timestamp};
use crate::ops::{EXPIRY, LAG};
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

impl World {
    /// Until a moment before a request is decided: what is asked for then may be answered after.
    pub(super) fn wait_for_a_decision(&self) {
        let Some(request) = self.open_work().request else {
            return;
        };
        let ahead = TimeDelta::milliseconds(self.fate.below(150).try_into().unwrap());
        let decided = request.signed_at + EXPIRY + LAG - ahead;
        self.wait_for((decided - self.cloud.clock.now()).max(TimeDelta::zero()));
    }

    pub(super) fn wait(&self, minutes: i64) {
        self.wait_for(TimeDelta::minutes(minutes));
    }

    /// Time passes; after some minutes even a keyring has written what it was given, as the kernel writes within one.
    fn wait_for(&self, span: TimeDelta) {
        let mut left = span;
        // What is under way is executed when it arrives: later, its date would be too old.
        while let Some(span) = self.cloud.next_arrival().filter(|span| *span <= left) {
            self.clock.turn(span);
            self.cloud.arrive();
            left -= span;
        }
        self.clock.turn(left);
        if span >= TimeDelta::minutes(20) {
            self.keyring.rest();
        }
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
