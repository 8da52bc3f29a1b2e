//! Whole histories of akm: the real protocol over a clock, a disk, a store and a cloud in which everything may go wrong.

mod check;
mod clock;
mod cloud;
mod cost;
mod coverage;
mod deeds;
mod dice;
mod disk;
mod every;
mod fate;
mod faults;
mod history;
mod ledger;
mod outcomes;
mod pinned;
mod rows;
mod starts;
mod steered;
mod vault;
mod verified;
mod wire;
mod world;
mod written;

use crate::store::StoreKind;
use coverage::Table;
use deeds::Deed;
use every::Ordeal;
use history::Breach;
use starts::Starts;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// How many histories by chance a run of the tests lives through. This variable says otherwise, and then about as many are
/// lived through one by one.
const RANDOM: u64 = 130_000;
const COUNT: &str = "AKM_HISTORIES";
/// Lives through the history of that seed alone.
const SEED: &str = "AKM_SEED";
/// How many histories go on from one fault, about.
const BRANCH: u64 = 250;
/// How many there are to be in all.
const LEAST: u64 = 300_000;

/// Spreads pieces of work over the processors; gives back the sum of what they counted. Stops at the first breach.
fn spread<T: Sync>(
    work: &[T],
    covered: &Mutex<Table>,
    live: impl Fn(&T) -> Result<u64, Breach> + Sync,
) -> u64 {
    let (next, count, over) = (
        AtomicUsize::new(0),
        AtomicU64::new(0),
        AtomicBool::new(false),
    );
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let run = || {
        while let Some(piece) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
            if over.load(Ordering::Relaxed) {
                return;
            }
            let lived = live(piece).unwrap_or_else(|breach| {
                over.store(true, Ordering::Relaxed);
                panic!("{}\n{}", breach.what, breach.trace)
            });
            count.fetch_add(lived, Ordering::Relaxed);
        }
        let mut covered = covered.lock().unwrap_or_else(PoisonError::into_inner);
        covered.add(coverage::of_this_thread());
    };
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(run);
        }
    });
    count.into_inner()
}

fn wanted() -> Option<u64> {
    Some(std::env::var(COUNT).ok()?.parse().unwrap())
}

fn random(covered: &Mutex<Table>) -> u64 {
    let most = wanted().unwrap_or(RANDOM);
    let starts = Starts::new();
    let seeds: Vec<u64> = (0..most).collect();
    spread(&seeds, covered, |seed| {
        match history::of_seed(&starts, *seed) {
            None => Ok(1),
            Some(breach) => Err(Breach {
                what: format!("seed {seed}: {}", breach.what),
                ..breach
            }),
        }
    })
}

/// Every mishap of a create and of a rotation, and every crash in the recovery from it.
fn every(covered: &Mutex<Table>) -> u64 {
    let starts = Starts::new();
    let ordeals = [
        (Deed::Create, StoreKind::Age, 1),
        (Deed::Create, StoreKind::Keyring, 1),
        (Deed::Rotate(0, 2), StoreKind::Age, 2),
        (Deed::Rotate(0, 0), StoreKind::Keyring, 2),
        (Deed::Rotate(2, 2), StoreKind::Keyring, 3),
    ];
    let mut work = Vec::new();
    for (deed, store, stride) in ordeals {
        for from in starts.plain(&deed, store) {
            let ordeal = Ordeal::new(from, deed.clone(), stride);
            work.extend(
                ordeal
                    .branches()
                    .into_iter()
                    .map(|branch| (ordeal.clone(), branch)),
            );
        }
    }
    for from in [StoreKind::Age, StoreKind::Keyring]
        .into_iter()
        .flat_map(|store| starts.crowded(store))
    {
        let newest = from.cloud.live().pop().unwrap().id;
        let ordeal = Ordeal::new(from.clone(), Deed::Leak(newest), 16);
        let branches = ordeal.branches().into_iter();
        work.extend(branches.map(|branch| (ordeal.clone(), branch)));
    }
    let most = wanted().map_or(work.len(), |most| (most / BRANCH) as usize);
    let each = work.len() / most.max(1);
    let work: Vec<_> = work.into_iter().step_by(each.max(1)).collect();
    spread(&work, covered, |(ordeal, branch)| ordeal.live(*branch))
}

#[expect(
    clippy::print_stdout,
    reason = "a figure for whoever runs it with --nocapture"
)]
#[test]
fn no_history_breaks_an_invariant() {
    if let Ok(seed) = std::env::var(SEED) {
        let breach = history::of_seed(&Starts::new(), seed.parse().unwrap());
        let told = breach.map_or(String::new(), |breach| breach.what + "\n" + &breach.trace);
        return assert_eq!(told, "", "{told}");
    }
    let start = Instant::now();
    let covered = Mutex::default();
    let (every, random) = (every(&covered), random(&covered));
    let covered = covered.into_inner().unwrap();
    println!("{covered}");
    println!(
        "{} histories, {every} of them one by one and {random} by chance, in {:?}",
        every + random,
        start.elapsed()
    );
    if wanted().is_none() {
        assert!(every + random >= LEAST);
        assert_eq!(covered.missing(), Vec::<String>::new());
    }
}
