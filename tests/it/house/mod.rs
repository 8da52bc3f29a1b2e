//! What holds for all commands and all of the source.

pub(crate) mod calls;
pub(crate) mod doors;
pub(crate) mod exit_codes;
pub(crate) mod help;
pub(crate) mod layers;
pub(crate) mod output_formats;
pub(crate) mod permissions;
pub(crate) mod readme;
pub(crate) mod secrecy;
#[cfg(all(target_os = "linux", feature = "server"))]
pub(crate) mod secrecy_processes;
pub(crate) mod source;
pub(crate) mod topics;
mod usage;
mod voice;
