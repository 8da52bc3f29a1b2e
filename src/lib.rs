//! akm creates, keeps, rotates and hands out Alibaba Cloud AccessKey pairs.
//!
//! ```text
//!             cli           talks: parses, asks, prints, chooses adapters, picks the exit code
//!              │
//!             ops           acts: order of calls, journal, recovery          (sees traits, never an adapter)
//!              │
//!    ┌─────────┼──────────┬──────────┬──────────┐
//!  cloud     store     metadata    delivery    export, import
//!  RAM, IMS,  keyring,  TOML:       formats     CSV written; CSV,
//!  STS over a age       inventory,  of what is  JSON, config.json,
//!  Transport            journal     handed out  INI, variables read
//!    └─────────┴────┬─────┴──────────┴──────────┘
//!                  sys      touches the machine: files, locks, HTTP, clock, random bytes, clipboard, the terminal, the process
//!  core  ◄── all of the above; knows none of them; no I/O, no clock, no environment
//!  sandbox ── a RAM that lives here; only cli/context and its own command know that it exists
//! ```
//!
//! Arrows go down only, and neighbours do not import each other. `tests/it/house/layers.rs` holds the code to it.

#![cfg_attr(
    test,
    expect(clippy::unwrap_used, reason = "a test stops at the first surprise")
)]

mod cli;
mod cloud;
mod core;
mod delivery;
#[cfg(test)]
mod exhaustive;
mod export;
mod import;
mod metadata;
mod ops;
mod sandbox;
#[cfg(test)]
mod simulation;
mod store;
mod sys;
#[cfg(test)]
mod together;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the command line `args`, the program's name first, and gives back its exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    sys::harden::process();
    sys::harden::quiet_panics();
    let args: Vec<OsString> = args.into_iter().collect();
    match sys::clipboard::Order::read(&args) {
        Some(order) => order.run(),
        None => cli::run(args),
    }
}
