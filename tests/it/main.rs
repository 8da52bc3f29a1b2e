//! The built program, driven from outside: standard output, standard error and exit code compared to the letter.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[cfg(feature = "sandbox-server")]
mod between;
mod calls;
mod completion;
mod concurrency;
mod connect;
mod copy;
mod create;
#[cfg(feature = "sandbox-server")]
mod credential_process;
mod damaged;
mod damaged_secret;
mod doors;
mod dry_run;
mod durable;
mod env;
mod errno;
#[cfg(feature = "sandbox-server")]
mod errno_served;
mod exec;
mod exit_codes;
mod export;
#[cfg(feature = "sandbox-server")]
mod faults;
mod fleet;
mod forms;
#[cfg(feature = "sandbox-server")]
mod gateway;
mod help;
#[cfg(feature = "sandbox-server")]
mod https;
mod import;
mod import_files;
mod import_from;
mod key_policy;
#[cfg(target_os = "linux")]
mod keyring;
mod killed;
#[cfg(feature = "sandbox-server")]
mod killed_served;
#[cfg(feature = "sandbox-server")]
mod lagging;
mod layers;
mod leaked;
mod leaked_again;
mod leaked_beside;
mod list;
mod log;
mod lost_metadata;
#[cfg(feature = "sandbox-server")]
mod machines;
#[cfg(feature = "sandbox-server")]
mod mixed_load;
#[cfg(feature = "sandbox-server")]
mod nginx;
mod note;
mod output;
mod permissions;
#[cfg(feature = "sandbox-server")]
mod profile;
mod protect;
mod pty;
#[cfg(target_os = "linux")]
mod read_only;
mod readme;
mod recipes;
mod recover;
mod replace;
#[cfg(feature = "sandbox-server")]
mod restored;
mod retire;
mod rollback;
mod rotate;
#[cfg(feature = "sandbox-server")]
mod rotate_self;
#[cfg(feature = "sandbox-server")]
mod scrub;
#[cfg(feature = "sandbox-server")]
mod sdk;
mod secrecy;
#[cfg(feature = "sandbox-server")]
mod serve;
#[cfg(feature = "sandbox-server")]
mod served;
#[cfg(feature = "sandbox-server")]
mod serving;
mod source;
mod store;
mod strace;
mod truth;
mod usage;
mod user;
mod variables;
