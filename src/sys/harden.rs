//! The process itself: secrets in its memory leave by no core dump and no debugger of the same user.

/// First thing in `main`. A system that refuses leaves the program as it was: nothing here is worth failing for.
#[cfg(unix)]
pub(crate) fn process() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, none);
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(not(unix))]
pub(crate) fn process() {}

/// A panic says where, never what: its message could hold anything.
pub(crate) fn quiet_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        let line = format!(
            "akm: stopped by a defect of its own{place}\nhint: please report it; `akm recover` shows what is open\n"
        );
        let _ = std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes());
    }));
}
