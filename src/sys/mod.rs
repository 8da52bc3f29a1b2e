//! What touches the machine: files and locks, the clock, random bytes, the clipboard, the terminal, standard output, the kernel's
//! keyring, the process itself.

pub(crate) mod append_file;
#[cfg(feature = "server")]
pub(crate) mod child;
pub(crate) mod clipboard;
pub(crate) mod clock;
pub(crate) mod exec;
pub(crate) mod first_line;
pub(crate) mod fs;
pub(crate) mod harden;
pub(crate) mod http;
#[cfg(feature = "server")]
pub(crate) mod http_server;
pub(crate) mod kernel_keyring;
pub(crate) mod new_file;
#[cfg(test)]
pub(crate) mod new_folder;
pub(crate) mod output;
pub(crate) mod pager;
pub(crate) mod program;
pub(crate) mod public_file;
pub(crate) mod random;
pub(crate) mod shared_file;
pub(crate) mod signals;
pub(crate) mod terminal;
