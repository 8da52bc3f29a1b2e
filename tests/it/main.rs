//! The built program, driven from outside: standard output, standard error and exit code compared to the letter.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

#[cfg(feature = "server")]
mod between;
mod calls;
#[cfg(all(unix, feature = "server"))]
mod clients;
#[cfg(all(unix, feature = "server"))]
mod clients_aliyun;
#[cfg(all(unix, feature = "server"))]
mod clients_aliyun_itself;
#[cfg(all(unix, feature = "server"))]
mod clients_built;
#[cfg(all(unix, feature = "server"))]
mod clients_rotation;
mod completion;
mod concurrency;
mod connect;
mod copy;
mod create;
#[cfg(feature = "server")]
mod credential_process;
mod damaged;
mod damaged_secret;
mod doors;
mod dry_run;
mod durable;
mod env;
mod errno;
#[cfg(feature = "server")]
mod errno_served;
mod exec;
mod exit_codes;
mod export;
#[cfg(feature = "server")]
mod faults;
mod fleet;
mod forms;
#[cfg(feature = "server")]
mod gateway;
mod help;
#[cfg(feature = "server")]
mod https;
mod import;
mod import_files;
mod import_from;
mod key_policy;
#[cfg(target_os = "linux")]
mod keyring;
mod killed;
#[cfg(feature = "server")]
mod killed_delivery;
#[cfg(feature = "server")]
mod killed_served;
#[cfg(feature = "server")]
mod lagging;
mod layers;
mod leaked;
mod list;
mod log;
mod lost_metadata;
#[cfg(feature = "server")]
mod machines;
#[cfg(feature = "server")]
mod mixed_load;
#[cfg(feature = "server")]
mod nginx;
mod note;
mod output;
mod permissions;
#[cfg(feature = "server")]
mod profile;
mod protect;
mod pty;
#[cfg(target_os = "linux")]
mod read_only;
mod readme;
mod recipes;
mod recipes_tools;
mod recover;
mod replace;
#[cfg(feature = "server")]
mod restored;
mod retire;
mod rollback;
mod rotate;
#[cfg(feature = "server")]
mod rotate_self;
#[cfg(feature = "server")]
mod scrub;
#[cfg(feature = "server")]
mod scrub_again;
#[cfg(feature = "server")]
mod sdk;
mod secrecy;
#[cfg(all(target_os = "linux", feature = "server"))]
mod secrecy_processes;
#[cfg(feature = "server")]
mod serve;
#[cfg(all(unix, feature = "server"))]
mod serve_command;
#[cfg(feature = "server")]
mod served;
#[cfg(feature = "server")]
mod serving;
#[cfg(all(unix, feature = "server"))]
mod session_policy;
mod source;
mod store;
mod strace;
mod truth;
mod unusable_secret;
mod usage;
mod user;
mod variables;
