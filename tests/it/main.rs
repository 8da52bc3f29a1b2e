//! The built program, driven from outside: standard output, standard error and exit code compared to the letter.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod create;
mod env;
mod import;
mod readme;
#[cfg(feature = "sandbox-server")]
mod sdk;
#[cfg(feature = "sandbox-server")]
mod serve;
#[cfg(feature = "sandbox-server")]
mod serving;
