//! Signals that would end the program while it holds the only copy of a secret, or between two of many things that it does. One that
//! was ignored when the program was started, as under `nohup`, stays ignored.

/// While one of these lives, INT, TERM, HUP and QUIT wait; with the last one dropped, the one that came does what it does.
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

/// Begins to hold them, where none has come already.
#[cfg(unix)]
pub(super) fn try_hold() -> Option<Held> {
    waiting::begin()
}

/// Ends the program as that signal would have, once nobody holds it.
#[cfg(unix)]
pub(super) fn raise(signal: i32) {
    waiting::raise(signal);
}

/// From now on somebody else sees to these signals: none of them ends the program by itself any more.
#[cfg(all(unix, feature = "server"))]
pub(super) fn hand_over(numbers: &[i32]) {
    waiting::hand_over(numbers);
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

/// While this lives, the first INT does not end the program: [`catch`] tells of it. A second one ends the program, and so does one that
/// comes after this is dropped.
pub(crate) struct Caught {
    #[cfg(unix)]
    told: Option<signal_hook::SigId>,
}

/// Begins to catch INT; `tell` runs on a thread of its own. A system that refuses leaves INT as it was, and so does one that was ignored
/// from the start.
#[cfg(unix)]
pub(crate) fn catch(tell: impl FnOnce() + Send + 'static) -> Caught {
    let told = waiting::catch(tell).ok().flatten();
    Caught { told }
}

#[cfg(not(unix))]
pub(crate) fn catch(_: impl FnOnce() + Send + 'static) -> Caught {
    Caught {}
}

impl Drop for Caught {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(id) = self.told.take() {
            signal_hook::low_level::unregister(id);
            waiting::catch_no_more();
        }
    }
}

#[cfg(unix)]
mod waiting {
    use super::Held;
    use signal_hook::SigId;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::flag::{register, register_conditional_default};
    use signal_hook::low_level::{emulate_default_handler, pipe};
    use std::io::{self, Read};
    use std::os::unix::net::UnixStream;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

    /// Several threads may hold them at once, and a signal is let through when none does.
    struct Waiting {
        holders: usize,
        catches_int: bool,
        signals: Vec<Signal>,
    }

    struct Signal {
        number: i32,
        /// Whether it ends the program as soon as it comes.
        ends: Arc<AtomicBool>,
        came: Arc<AtomicBool>,
    }

    static WAITING: Mutex<Option<Waiting>> = Mutex::new(None);

    fn waiting() -> MutexGuard<'static, Option<Waiting>> {
        WAITING.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` while a signal waits.
    pub(super) fn begin() -> Option<Held> {
        let mut waiting = waiting();
        let waiting = waiting.get_or_insert_with(Waiting::new);
        if waiting.signals.iter().any(|it| it.came.load(SeqCst)) {
            return None;
        }
        waiting.holders += 1;
        waiting.let_through();
        Some(Held(()))
    }

    pub(super) fn end() {
        if let Some(waiting) = waiting().as_mut() {
            waiting.holders -= 1;
            waiting.let_through();
        }
    }

    pub(super) fn raise(number: i32) {
        let mut waiting = waiting();
        let waiting = waiting.get_or_insert_with(Waiting::new);
        for signal in waiting.signals.iter().filter(|it| it.number == number) {
            signal.came.store(true, SeqCst);
        }
        waiting.let_through();
    }

    #[cfg(feature = "server")]
    pub(super) fn hand_over(numbers: &[i32]) {
        let mut waiting = waiting();
        let waiting = waiting.get_or_insert_with(Waiting::new);
        waiting.signals.retain(|signal| {
            let is_kept = !numbers.contains(&signal.number);
            signal.ends.fetch_and(is_kept, SeqCst);
            is_kept
        });
    }

    /// `None` where INT was ignored.
    pub(super) fn catch(tell: impl FnOnce() + Send + 'static) -> io::Result<Option<SigId>> {
        let mut waiting = waiting();
        let waiting = waiting.get_or_insert_with(Waiting::new);
        if !waiting.signals.iter().any(|it| it.number == SIGINT) {
            return Ok(None);
        }
        let (mut from, to) = UnixStream::pair()?;
        let id = pipe::register(SIGINT, to)?;
        waiting.catches_int = true;
        waiting.let_through();
        // Ends with the other side of the pipe, too.
        std::thread::spawn(move || {
            if from.read(&mut [0]).is_ok_and(|length| length > 0) {
                catch_no_more();
                tell();
            }
        });
        Ok(Some(id))
    }

    /// The INT that was caught is not let through.
    pub(super) fn catch_no_more() {
        let mut waiting = waiting();
        let Some(waiting) = waiting.as_mut().filter(|it| it.catches_int) else {
            return;
        };
        for signal in waiting.signals.iter().filter(|it| it.number == SIGINT) {
            signal.came.store(false, SeqCst);
        }
        waiting.catches_int = false;
        waiting.let_through();
    }

    impl Waiting {
        fn new() -> Self {
            let ignored = ignored();
            let heeded = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
                .into_iter()
                .filter(|number| ignored & (1 << (number - 1)) == 0);
            Self {
                holders: 0,
                catches_int: false,
                signals: heeded.filter_map(Signal::new).collect(),
            }
        }

        /// What nobody holds ends the program when it comes, and now if it came.
        fn let_through(&self) {
            for signal in &self.signals {
                let is_caught = self.catches_int && signal.number == SIGINT;
                let ends = self.holders == 0 && !is_caught;
                signal.ends.store(ends, SeqCst);
                if ends && signal.came.swap(false, SeqCst) {
                    let _ = emulate_default_handler(signal.number);
                }
            }
        }
    }

    impl Signal {
        /// Held only if it is sure to be let through again later.
        fn new(number: i32) -> Option<Self> {
            let (ends, came) = (Arc::default(), Arc::default());
            register_conditional_default(number, Arc::clone(&ends)).ok()?;
            register(number, Arc::clone(&came)).ok()?;
            Some(Self { number, ends, came })
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
