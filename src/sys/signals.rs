//! Signals that would end the program while it holds the only copy of a secret.

/// While one of these lives, INT, TERM and HUP wait; with the last one dropped, those that came do what they do.
pub(crate) struct Held(());

/// Begins to hold them. A system that refuses leaves them as they were: nothing here is worth failing for.
pub(crate) fn hold() -> Held {
    #[cfg(unix)]
    unix::hold();
    Held(())
}

impl Drop for Held {
    fn drop(&mut self) {
        #[cfg(unix)]
        unix::release();
    }
}

#[cfg(unix)]
mod unix {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_default};
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    /// Registered once: what is registered stays until the process ends, and each registration acts on every signal.
    #[derive(Default)]
    struct Signals {
        holders: usize,
        /// Whether a signal does at once what it does.
        free: Arc<AtomicBool>,
        came: Vec<(i32, Arc<AtomicBool>)>,
    }

    static SIGNALS: Mutex<Option<Signals>> = Mutex::new(None);

    fn signals() -> MutexGuard<'static, Option<Signals>> {
        SIGNALS.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn hold() {
        signals().get_or_insert_with(Signals::registered).hold();
    }

    pub(super) fn release() {
        if let Some(signals) = signals().as_mut() {
            signals.release();
        }
    }

    impl Signals {
        fn registered() -> Self {
            let mut signals = Self::default();
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                let came = Arc::default();
                // Held only if it is sure to be let through again later.
                if register_conditional_default(signal, signals.free.clone()).is_ok()
                    && register(signal, Arc::clone(&came)).is_ok()
                {
                    signals.came.push((signal, came));
                }
            }
            signals
        }

        fn hold(&mut self) {
            self.holders += 1;
            self.free.store(false, SeqCst);
        }

        fn release(&mut self) {
            self.holders -= 1;
            if self.holders > 0 {
                return;
            }
            self.free.store(true, SeqCst);
            for (signal, came) in &self.came {
                if came.swap(false, SeqCst) {
                    let _ = signal_hook::low_level::emulate_default_handler(*signal);
                }
            }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn each_hold_holds_as_the_first_one_did() {
            let mut signals = Signals::default();
            let free = signals.free.clone();
            for _ in 0..2 {
                signals.hold();
                signals.hold();
                signals.release();
                assert!(!free.load(SeqCst), "another still holds");
                signals.release();
                assert!(free.load(SeqCst));
            }
        }
    }
}
