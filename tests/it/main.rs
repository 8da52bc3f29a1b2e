//! The built program, driven from outside: standard output, standard error and exit code compared to the letter.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod calls;
mod completion;
mod concurrency;
mod copy;
mod create;
mod damaged;
mod doors;
mod dry_run;
mod env;
mod errno;
mod exit_codes;
mod export;
mod fleet;
mod help;
mod import;
#[cfg(target_os = "linux")]
mod keyring;
mod killed;
mod layers;
mod leaked;
mod list;
mod note;
mod output;
mod permissions;
mod protect;
mod pty;
mod readme;
#[cfg(feature = "sandbox-server")]
mod recover;
mod replace;
mod retire;
mod rollback;
mod rotate;
mod sdk;
mod secrecy;
mod serve;
mod serving;
mod source;
mod store;
mod strace;
mod truth;
mod usage;
mod user;
