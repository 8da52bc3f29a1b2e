//! The built program, driven from outside: standard output, standard error and exit code compared to the letter.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod concurrency;
mod create;
mod env;
mod errno;
mod killed;
mod permissions;
mod strace;
mod truth;
