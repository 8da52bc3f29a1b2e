//! Signals that would end the program while it holds the only copy of a secret.

/// While one of these lives, INT, TERM and HUP wait; with the last one dropped, the one that came does what it does.
pub(crate) struct Held(());

/// Begins to hold them. A system that refuses leaves them as they were: nothing here is worth failing for. Where one has come
/// already, this waits for the end that it will bring.
#[cfg(unix)]
pub(crate) fn hold() -> Held {
    loop {
        if let Some(held) = waiting::begin() {
            return held;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[cfg(not(unix))]
pub(crate) fn hold() -> Held {
    Held(())
}

impl Drop for Held {
    fn drop(&mut self) {
        #[cfg(unix)]
        waiting::end();
    }
}

#[cfg(unix)]
mod waiting {
    use super::Held;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_default};
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Arc, Mutex, PoisonError};

    /// Several threads may hold them at once, and a signal is let through when none does.
    struct Waiting {
        holders: usize,
        nobody: Arc<AtomicBool>,
        came: Vec<(i32, Arc<AtomicBool>)>,
    }

    static WAITING: Mutex<Option<Waiting>> = Mutex::new(None);

    /// `None` while a signal waits.
    pub(super) fn begin() -> Option<Held> {
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = waiting.get_or_insert_with(Waiting::new);
        if waiting.came.iter().any(|(_, came)| came.load(SeqCst)) {
            return None;
        }
        waiting.holders += 1;
        waiting.nobody.store(false, SeqCst);
        Some(Held(()))
    }

    pub(super) fn end() {
        let mut waiting = WAITING.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(waiting) = waiting.as_mut() else {
            return;
        };
        waiting.holders -= 1;
        if waiting.holders > 0 {
            return;
        }
        waiting.nobody.store(true, SeqCst);
        for (signal, came) in &waiting.came {
            if came.swap(false, SeqCst) {
                let _ = signal_hook::low_level::emulate_default_handler(*signal);
            }
        }
    }

    impl Waiting {
        fn new() -> Self {
            let mut waiting = Self {
                holders: 0,
                nobody: Arc::default(),
                came: Vec::new(),
            };
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                let came = Arc::default();
                // Held only if it is sure to be let through again later.
                if register_conditional_default(signal, waiting.nobody.clone()).is_ok()
                    && register(signal, Arc::clone(&came)).is_ok()
                {
                    waiting.came.push((signal, came));
                }
            }
            waiting
        }
    }
}
