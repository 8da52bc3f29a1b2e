//! One history: a start, some deeds, what befalls each, and the end.

use super::deeds::{Deed, Outcome};
use super::dice::Dice;
use super::fate::{Fate, Plan, Rates};
use super::starts::Starts;
use super::wire::Wire;
use super::world::{Nature, World};
use crate::store::StoreKind;
use std::sync::Arc;

/// What went wrong, and all that led to it.
pub(super) struct Breach {
    pub(super) what: String,
    pub(super) trace: String,
}

/// The history of that seed, from its start to its end.
pub(super) fn of_seed(starts: &Starts, seed: u64) -> Option<Breach> {
    let first = lived(starts, seed, false)?;
    // The same again, and this time every step is written down. What is chosen by chance, ids and nonces, may have a part in it.
    let again = (0..200).find_map(|_| lived(starts, seed, true));
    Some(again.unwrap_or(first))
}

fn lived(starts: &Starts, seed: u64, traced: bool) -> Option<Breach> {
    let mut dice = Dice::new(seed);
    let store = *dice.pick(&[StoreKind::Age, StoreKind::Keyring]);
    let network = !dice.one_in(8);
    let nature = Nature {
        store,
        network,
        tries: *dice.pick(&[1, 1, 3]),
        skew: *dice.pick(&[0, 0, 0, 100, -250, 290]),
        elsewhere: false,
        quota: *dice.pick(&[2, 2, 2, 3]),
        lag: if network {
            *dice.pick(&[0, 0, 0, 20, 280])
        } else {
            0
        },
    };
    let start = starts.any(store, nature.quota, &mut dice);
    let rates = drawn(&mut dice, nature.network);
    let count = 1 + dice.below(4);
    let world = start.copy(nature, Fate::new(dice, traced));
    world.fate.tell(|| format!("{nature:?} {rates:?}"));
    let mut deed = first(&world);
    for _ in 0..count {
        let plan = Plan {
            rates,
            ..Plan::default()
        };
        let (outcome, _) = deed.perform(&world, plan);
        deed = time_passes(&world, deed, outcome);
    }
    world.settle();
    if seed.is_multiple_of(16) {
        world.search();
    }
    told(&world)
}

/// What is unfinished when a history begins is not for later.
fn first(world: &Arc<World>) -> Deed {
    let open = world.open_work();
    if open.request.is_some() && world.fate.one_in(2) {
        world.wait_for_a_decision();
    }
    let beside = !open.is_empty() && world.fate.one_in(3);
    let beside = beside.then(|| Deed::draw_beside(world, false)).flatten();
    beside.unwrap_or_else(|| Deed::draw(world))
}

pub(super) fn told(world: &World) -> Option<Breach> {
    let what = world.ledger.book().breach.clone()?;
    let trace = world.fate.trace();
    Some(Breach { what, trace })
}

/// How rough these times are. What has no network knows no faults of one.
fn drawn(dice: &mut Dice, network: bool) -> Rates {
    let sometimes = |dice: &mut Dice, often, rate| if dice.one_in(often) { rate } else { 0 };
    let fault = *dice.pick(&[0, 6, 20]);
    Rates {
        crash: *dice.pick(&[0, 15, 60]),
        fault: if network { fault } else { 0 },
        trouble: sometimes(dice, 3, 20),
        actor: sometimes(dice, 6, 12),
        rival: sometimes(dice, 64, 20),
    }
}

/// After a deed: perhaps the power fails; then some time passes, and somebody does the next thing, the same again if it failed.
fn time_passes(world: &Arc<World>, deed: Deed, outcome: Outcome) -> Deed {
    let rate = if outcome == Outcome::Died { 2 } else { 8 };
    if world.fate.one_in(rate) {
        world.cut_power();
    }
    let failed = outcome != Outcome::Done;
    let again = failed && world.fate.one_in(2);
    let minutes = [0, 1, 20, 180, 3000, 15_000, 50_000];
    let most = if again { 3 } else { minutes.len() };
    let minutes = minutes[world.fate.below(most)];
    world.wait(minutes);
    if world.fate.one_in(4) {
        world.wait_for_a_decision();
    }
    if world.fate.one_in(16) {
        Wire::stranger(world).stranger_acts();
    }
    let beside = (!again && world.fate.one_in(2)).then(|| Deed::draw_beside(world, failed));
    match beside.flatten() {
        Some(beside) => beside,
        None if again => deed,
        None => Deed::draw(world),
    }
}
