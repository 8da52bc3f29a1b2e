//! Signals that would end the program while it holds the only copy of a secret. One that was ignored when the program was started, as under
//! `nohup`, stays ignored.

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

/// Returns whether the signal was ignored when the program was started, as far as the system tells.
#[cfg(all(unix, feature = "server"))]
pub(super) fn is_ignored(signal: i32) -> bool {
    waiting::ignored() & (1 << (signal - 1)) != 0
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
            let ignored = ignored();
            for signal in [SIGINT, SIGTERM, SIGHUP] {
                if ignored & (1 << (signal - 1)) != 0 {
                    continue;
                }
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

    /// The signals that are ignored, a bit each, as Linux tells; elsewhere none is known to be.
    pub(super) fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        mask(&status)
    }

    fn mask(status: &str) -> u64 {
        let mut lines = status.lines();
        let mask = lines.find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
            .unwrap_or_default()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_ignored_is_read_from_its_mask() {
            let status =
                "SigBlk:\t0000000000000004\nSigIgn:\t0000000000001001\nSigCgt:\t0000000000000002\n";
            assert_eq!(mask(status), 0x1001);
            assert_eq!(mask(status) & (1 << (SIGHUP - 1)), 1);
            assert_eq!(mask(""), 0);
        }
    }
}
