//! Signals that would end the program while it holds the only copy of a secret.

/// While this lives, INT, TERM and HUP wait; dropped, the one that came does what it does.
pub(crate) struct Held {
    #[cfg(unix)]
    over: std::sync::Arc<std::sync::atomic::AtomicBool>,
    #[cfg(unix)]
    came: Vec<(i32, std::sync::Arc<std::sync::atomic::AtomicBool>)>,
}

/// Begins to hold them. A system that refuses leaves them as they were: nothing here is worth failing for.
#[cfg(unix)]
pub(crate) fn hold() -> Held {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_default};
    let mut held = Held {
        over: std::sync::Arc::default(),
        came: Vec::new(),
    };
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        let came = std::sync::Arc::default();
        // Held only if it is sure to be let through again later.
        if register_conditional_default(signal, held.over.clone()).is_ok()
            && register(signal, std::sync::Arc::clone(&came)).is_ok()
        {
            held.came.push((signal, came));
        }
    }
    held
}

#[cfg(not(unix))]
pub(crate) fn hold() -> Held {
    Held {}
}

#[cfg(unix)]
impl Drop for Held {
    fn drop(&mut self) {
        use std::sync::atomic::Ordering::SeqCst;
        self.over.store(true, SeqCst);
        for (signal, came) in &self.came {
            if came.load(SeqCst) {
                let _ = signal_hook::low_level::emulate_default_handler(*signal);
            }
        }
    }
}
