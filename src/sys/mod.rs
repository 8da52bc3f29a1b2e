//! What touches the machine: files and locks, the clock, random bytes, the clipboard, the process itself.

pub(crate) mod clipboard;
pub(crate) mod clock;
pub(crate) mod fs;
pub(crate) mod harden;
pub(crate) mod new_file;
pub(crate) mod random;
