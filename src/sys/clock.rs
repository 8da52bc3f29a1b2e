//! The time, and waiting for it.

use crate::core::time::Timestamp;
use chrono::Utc;
use std::time::Duration;

/// Read once at the top of a command and passed down as a value, but where an operation waits.
pub(crate) trait Clock: Send + Sync {
    fn now(&self) -> Timestamp;
    fn sleep(&self, span: Duration);
}

/// This machine's clock.
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Utc::now()
    }

    fn sleep(&self, span: Duration) {
        std::thread::sleep(span);
    }
}
