//! The program that runs.

use std::io;
use std::path::PathBuf;

/// Returns the absolute path of the program's file, behind all links. Errors are the system's.
pub(crate) fn path() -> io::Result<PathBuf> {
    std::env::current_exe()
}
