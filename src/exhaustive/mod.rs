//! An exhaustive check of the planner (`core::plan`): every history of one owner, up to a few faults and commands, and no other.
//!
//! The simulation lives through long histories of the whole program, by chance. This check is about the planner alone, and leaves
//! nothing to chance: between any two steps of a run, time passes, somebody else changes a pair, a lost request is executed late,
//! a secret is damaged, akm is killed, the power fails, and a person asks for anything. Each of these is tried, in every order.
//!
//! How it works: a moment of a history is a small value, [`state::State`]. From it the real [`OpenWork`](crate::core::open_work::OpenWork)
//! and [`Seen`](crate::core::seen::Seen) are built (`fold`, `seen`), the real `next` says the step, `steps` has each way in which
//! that step may end, `world` and `person` have what else may happen. `search` goes on from each new moment, breadth first, until there
//! is none. In every moment `wrong` is asked whether something is wrong; in every moment without a run, `settle` lets recovery
//! alone go on to its end. A violation comes as a shortest history in words (`history`, `scene`).
//!
//! Bounds: four pairs, the beginnings in [`starts`], and the numbers in [`Bounds`]. What is not in here: several targets, the pair that signs,
//! protected pairs, users that are gone, permissions, stores that fail for good, several owners.

mod create;
mod fold;
mod history;
mod journal;
mod look;
mod outcome;
mod person;
mod scene;
mod search;
mod seen;
mod set;
mod settle;
mod starts;
mod state;
mod steps;
mod times;
mod world;
mod wrong;

use starts::{ROTATIONS, STARTS, Start};
use std::time::Instant;

/// How far the histories go.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    /// Pairs that the cloud allows.
    pub(super) quota: usize,
    /// Whether akm syncs the store itself (files), or a later run has to read each secret back (a keyring).
    pub(super) syncs: bool,
    /// Kills, power cuts, lost requests and answers, damaged secrets.
    pub(super) faults: u8,
    /// What others do in the cloud.
    pub(super) foreign: u8,
    /// What a person asks for; to go on is free.
    pub(super) asks: u8,
}

const TWO_PAIRS: Bounds = Bounds {
    quota: 2,
    syncs: false,
    faults: 1,
    foreign: 1,
    asks: 1,
};
const THREE_PAIRS: Bounds = Bounds {
    quota: 3,
    ..TWO_PAIRS
};
const FILES: Bounds = Bounds {
    syncs: true,
    ..TWO_PAIRS
};

/// Lives through all histories within the bounds, and says how many moments and ways on there were.
#[expect(
    clippy::print_stderr,
    reason = "how much was checked is part of the result"
)]
fn check(bounds: Bounds, starts: &[Start]) {
    let (began, mut states, mut transitions) = (Instant::now(), 0, 0);
    for start in starts {
        let count =
            search::explore(&bounds, *start).unwrap_or_else(|violation| panic!("{violation}"));
        states += count.states;
        transitions += count.transitions;
        eprintln!(
            "{start:?}: {} states, {} transitions",
            count.states, count.transitions
        );
    }
    eprintln!(
        "{bounds:?}: {states} states, {transitions} transitions, {:.1} s",
        began.elapsed().as_secs_f32()
    );
}

/// One command, and another one, without acts of others, where a rotation is under way.
fn check_small(bounds: Bounds) {
    check(bounds, &STARTS);
    let alone = Bounds {
        foreign: 0,
        ..bounds
    };
    check(alone, &ROTATIONS);
}

/// Two commands. It takes two to four minutes of a processor: only where everything is to be checked (`tests/run --all`).
fn check_large(bounds: Bounds) {
    if std::env::var_os("AKM_TESTS_ALL").is_some() {
        check(Bounds { asks: 2, ..bounds }, &STARTS);
    }
}

#[test]
fn no_history_of_one_command_goes_wrong_where_two_pairs_are_allowed() {
    check_small(TWO_PAIRS);
}

#[test]
fn no_history_of_one_command_goes_wrong_where_three_pairs_are_allowed() {
    check_small(THREE_PAIRS);
}

#[test]
fn no_history_of_one_command_goes_wrong_where_akm_syncs_the_store() {
    check_small(FILES);
}

#[test]
fn no_history_of_two_commands_goes_wrong_where_two_pairs_are_allowed() {
    check_large(TWO_PAIRS);
}

#[test]
fn no_history_of_two_commands_goes_wrong_where_three_pairs_are_allowed() {
    check_large(THREE_PAIRS);
}

#[test]
fn no_history_of_two_commands_goes_wrong_where_akm_syncs_the_store() {
    check_large(FILES);
}
