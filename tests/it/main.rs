//! The built program, driven from outside: standard output, standard error and exit code compared to the letter.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod commands;
mod house;
mod recovery;
mod support;
