//! One session for all who ask, renewed by a thread of its own before it runs short.
//!
//! Java asks again at each signature while less than 15 minutes are left, and mixes two sessions when each answer holds another one
//! (measured with credentials-java 1.0.3): so all share one, and it is renewed while more than 15 minutes are left.

use crate::core::{credentials::Credentials, time::Timestamp};
use crate::ops::role_session::AHEAD;
use crate::sys::clock::Clock;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How often the clock is looked at, and how soon after a renewal the next one may follow by itself. The machine may sleep meanwhile, and
/// timers with it.
const LOOK: Duration = Duration::from_secs(30);

/// Where sessions come from. What is handed out is written into the log there.
pub(crate) struct Provider<E> {
    pub(crate) open: Box<dyn Fn() -> Result<Credentials, E> + Send>,
    /// Says why there is no new session, and until when the old one is valid.
    pub(crate) warn: Box<dyn Fn(E, Option<Timestamp>) + Send>,
}

/// The session that is served.
pub(crate) struct SharedSession {
    state: Mutex<State>,
    changed: Condvar,
    clock: Arc<dyn Clock>,
}

struct State {
    session: Arc<Credentials>,
    /// Somebody asked and got none.
    is_wanted: bool,
    /// Renewals that were begun, and those of them that have ended.
    begun: u64,
    ended: u64,
}

/// A renewal that was asked for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Renewal(u64);

impl SharedSession {
    /// Serves this session, and renews it by `provider` for as long as the process lives. Errors are those of starting a thread.
    pub(crate) fn start<E: 'static>(
        session: Credentials,
        provider: Provider<E>,
        clock: Arc<dyn Clock>,
    ) -> io::Result<Arc<Self>> {
        let state = State {
            session: Arc::new(session),
            is_wanted: false,
            begun: 0,
            ended: 0,
        };
        let shared = Arc::new(Self {
            state: Mutex::new(state),
            changed: Condvar::new(),
            clock,
        });
        shared.clone().renew_on_a_thread(provider, LOOK)?;
        Ok(shared)
    }

    /// Returns the session while it is valid.
    pub(super) fn valid(&self) -> Option<Arc<Credentials>> {
        let session = self.lock().session.clone();
        is_valid(&session, self.clock.now()).then_some(session)
    }

    /// Asks for a renewal, of which [`SharedSession::has_ended`] knows. Never waits.
    pub(super) fn ask(&self) -> Renewal {
        let mut state = self.lock();
        state.is_wanted = true;
        self.changed.notify_all();
        Renewal(state.begun + 1)
    }

    /// Returns whether the renewal has ended, well or not.
    pub(super) fn has_ended(&self, renewal: Renewal) -> bool {
        self.lock().ended >= renewal.0
    }

    fn renew_on_a_thread<E: 'static>(
        self: Arc<Self>,
        provider: Provider<E>,
        look: Duration,
    ) -> io::Result<()> {
        let thread = std::thread::Builder::new().name("renewal".to_owned());
        let renew = move || {
            let mut has_failed = false;
            loop {
                self.wait_until_due(look);
                has_failed = !self.renew(&provider, has_failed);
            }
        };
        thread.spawn(renew).map(drop)
    }

    /// Returns when the session is to be renewed, or somebody asked and got none.
    fn wait_until_due(&self, look: Duration) {
        let mut state = self.lock();
        // A cloud that gives short sessions, or none, is not asked without a pause.
        let mut pause = look;
        loop {
            let left = due_in(&state.session, self.clock.now()).max(pause);
            if state.is_wanted || left.is_zero() {
                state.is_wanted = false;
                state.begun += 1;
                return;
            }
            let waited = self.changed.wait_timeout(state, left.min(look));
            let (locked, waited) = waited.unwrap_or_else(PoisonError::into_inner);
            state = locked;
            if waited.timed_out() {
                pause = Duration::ZERO;
            }
        }
    }

    /// Returns whether there is a new session. Where there is none, the old one stays as it is; the first of several failures is said.
    fn renew<E>(&self, provider: &Provider<E>, has_failed: bool) -> bool {
        let renewed = (provider.open)().map_err(|failure| {
            if !has_failed {
                (provider.warn)(failure, until(&self.lock().session));
            }
        });
        let mut state = self.lock();
        state.ended = state.begun;
        let Ok(session) = renewed else {
            return false;
        };
        state.session = Arc::new(session);
        state.is_wanted = false;
        true
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn until(credentials: &Credentials) -> Option<Timestamp> {
    Some(credentials.session.as_ref()?.until)
}

fn is_valid(credentials: &Credentials, now: Timestamp) -> bool {
    until(credentials).is_some_and(|until| until > now)
}

/// Returns in what time the session is to be renewed.
fn due_in(credentials: &Credentials, now: Timestamp) -> Duration {
    let due = until(credentials).unwrap_or(now) - AHEAD - now;
    due.to_std().unwrap_or_default()
}

#[cfg(test)]
mod tests;
