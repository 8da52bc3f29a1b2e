//! How far a long command has come: one line of the terminal, rewritten now and then, and erased before anything else is said.

use std::env;
use std::io::{self, IsTerminal, StderrLock, Write};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long a text is shown at least. A command that takes less time shows none.
const PAUSE: Duration = Duration::from_millis(250);

/// Whether the line is on the terminal. Changed only by who holds the lock of standard error.
static IS_SHOWN: AtomicBool = AtomicBool::new(false);

/// Shows texts until it is dropped.
pub(super) struct Progress(Option<Mutex<Instant>>);

impl Progress {
    /// Shows nothing unless it is wanted and standard error is a terminal that can erase a line.
    pub(super) fn new(is_wanted: bool) -> Self {
        let is_plain = env::var_os("TERM").is_none_or(|term| term == "dumb");
        let is_shown = is_wanted && !is_plain && io::stderr().is_terminal();
        Self(is_shown.then(|| Mutex::new(Instant::now())))
    }

    /// The text is akm's own: nothing in it is escaped.
    pub(super) fn show(&self, text: impl FnOnce() -> String) {
        let Some(last) = &self.0 else { return };
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() < PAUSE {
            return;
        }
        *last = Instant::now();
        let mut out = io::stderr().lock();
        erase(&mut out);
        IS_SHOWN.store(true, SeqCst);
        let _ = out.write_all(text().as_bytes());
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        erase(&mut io::stderr().lock());
    }
}

/// Erases the line, if there is one.
pub(super) fn erase(out: &mut StderrLock) {
    if IS_SHOWN.swap(false, SeqCst) {
        let _ = out.write_all(b"\r\x1b[K");
    }
}
