//! What each deed, and each two deeds in a row, come to where nothing goes wrong: printed, to be compared with another version of akm.

use super::cloud::owner;
use super::deeds::Deed;
use super::dice::Dice;
use super::fate::{Fate, Plan};
use super::starts::Starts;
use super::world::World;
use crate::core::access_key::AccessKeyId;
use crate::store::StoreKind;
use std::sync::Arc;

fn deeds(world: &World) -> Vec<Deed> {
    let mut all = vec![
        Deed::Create,
        Deed::Rotate(2, 2),
        Deed::Rotate(0, 0),
        Deed::Rotate(0, 2),
        Deed::Finish,
        Deed::RollBack,
        Deed::Recover,
    ];
    for key in world.cloud.live() {
        let id = key.id;
        all.extend([
            Deed::Replace(id.clone(), 2),
            Deed::Leak(id.clone()),
            Deed::Disable(id.clone()),
            Deed::Enable(id.clone()),
            Deed::Delete(id.clone()),
            Deed::Purge(id.clone()),
            Deed::Dismiss(id),
        ]);
    }
    for id in world.cloud.recycled() {
        all.extend([Deed::Restore(id.clone(), true), Deed::Restore(id, false)]);
    }
    all
}

fn named(order: &[AccessKeyId], text: &str) -> String {
    let mut text = text.to_owned();
    for (number, id) in order.iter().enumerate() {
        text = text.replace(id.as_str(), &format!("P{number}"));
    }
    text
}

/// Pairs in the order in which they appeared.
fn extended(order: &[AccessKeyId], world: &World) -> Vec<AccessKeyId> {
    let mut order = order.to_vec();
    let live = world.cloud.live().into_iter().map(|key| key.id);
    for id in live.chain(world.cloud.recycled()) {
        if !order.contains(&id) {
            order.push(id);
        }
    }
    order
}

fn left(world: &World) -> String {
    let mut live: Vec<String> = world
        .cloud
        .live()
        .iter()
        .map(|key| format!("{} {:?}", key.id, key.status))
        .collect();
    live.sort();
    let record = world.inventory().load(&owner()).unwrap();
    let current = record
        .as_ref()
        .and_then(|record| record.current())
        .map(|pair| pair.access_key_id.to_string());
    format!(
        "{} | hands out {}",
        live.join(", "),
        current.unwrap_or_default()
    )
}

#[expect(clippy::print_stdout, reason = "what it is run for")]
#[test]
#[ignore = "run by hand"]
fn outcomes() {
    for store in [StoreKind::Age, StoreKind::Keyring] {
        for (number, start) in Starts::new().of(store).enumerate() {
            let order = extended(&[], start);
            let copy = |from: &Arc<World>| from.copy(from.nature, Fate::new(Dice::new(0), false));
            for first in deeds(start) {
                let one = copy(start);
                let did = first.perform(&one, Plan::default()).0;
                let line = format!("{store} {number} {first:?} -> {did:?}: {}", left(&one));
                let order = extended(&order, &one);
                println!("{}", named(&order, &line));
                for wait in [0_i64, 3 * 24 * 60] {
                    let later = copy(&one);
                    later.wait(wait);
                    for second in deeds(&later) {
                        let two = copy(&later);
                        let then = second.perform(&two, Plan::default()).0;
                        let line = format!(
                            "{store} {number} {first:?}, {wait}, {second:?} -> {did:?} {then:?}: {}",
                            left(&two)
                        );
                        println!("{}", named(&extended(&order, &two), &line));
                    }
                }
            }
        }
    }
}
