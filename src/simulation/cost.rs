//! What the protocol itself costs, where disk, store and cloud are memory: a figure for `tests/bench`, against no limit here.

use super::deeds::{Deed, Outcome};
use super::dice::Dice;
use super::fate::{Fate, Plan};
use super::starts::Starts;
use crate::store::StoreKind;
use std::time::{Duration, Instant};

const TIMES: u32 = 1000;

#[expect(
    clippy::print_stdout,
    reason = "a figure for whoever runs it with --nocapture"
)]
#[ignore = "a figure, which tests/bench prints"]
#[test]
fn of_a_create_and_of_a_rotation() {
    let starts = Starts::new();
    for (name, deed) in [
        ("create", Deed::Create),
        ("rotate --delete-old", Deed::Rotate(0, 0)),
    ] {
        let start = &starts.plain(&deed, StoreKind::Age)[0];
        let once = || {
            let world = start.copy(start.nature, Fate::new(Dice::new(0), false));
            let begin = Instant::now();
            let outcome = deed.perform(&world, Plan::default()).0;
            let took = begin.elapsed();
            assert_eq!(outcome, Outcome::Done);
            took
        };
        let whole: Duration = (0..TIMES).map(|_| once()).sum();
        println!("{name}: {:?} in memory", whole / TIMES);
    }
}
