//! The process itself: secrets in its memory leave by no core dump and no debugger of the same user.

#[cfg(unix)]
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// First thing in `main`. A system that refuses leaves the program as it was: nothing here is worth failing for.
#[cfg(unix)]
pub(crate) fn process() {
    limit::lower();
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(not(unix))]
pub(crate) fn process() {}

/// Starts a program by `start` with the limit on core dumps that the caller of akm had. (Whether a program may be dumped begins anew with
/// each program.)
pub(crate) fn with_the_callers_limits<T>(start: impl FnOnce() -> T) -> T {
    #[cfg(unix)]
    limit::restore();
    let started = start();
    #[cfg(unix)]
    limit::lower();
    started
}

#[cfg(unix)]
mod limit {
    use super::{Resource, Rlimit, getrlimit, setrlimit};
    use std::sync::OnceLock;

    static CALLERS: OnceLock<Option<u64>> = OnceLock::new();

    /// The hard limit stays: it could not be raised again for a program that akm starts.
    pub(super) fn lower() {
        let limit = getrlimit(Resource::Core);
        CALLERS.get_or_init(|| limit.current);
        set(Some(0), limit);
    }

    pub(super) fn restore() {
        if let Some(callers) = CALLERS.get() {
            set(*callers, getrlimit(Resource::Core));
        }
    }

    fn set(current: Option<u64>, limit: Rlimit) {
        let _ = setrlimit(Resource::Core, Rlimit { current, ..limit });
    }
}

/// A panic says where, never what: its message could hold anything.
pub(crate) fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let line = format!(
            "error: stopped by a defect of its own{place}\nhint: please report it; `akm recover` shows what is unfinished\n"
        );
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    }));
}
