//! How things may stand when a history begins.

use super::cloud::{self, Direct, owner};
use super::deeds::{Deed, Outcome};
use super::dice::Dice;
use super::fate::{Fate, Plan};
use super::world::World;
use crate::core::access_key::Status;
use crate::store::StoreKind;
use std::sync::Arc;

pub(super) struct Starts(Vec<(StoreKind, Arc<World>)>);

/// What led there: deeds of akm, and pairs that a stranger made.
#[derive(Clone, Copy)]
enum Before {
    Create,
    Strange,
    Rotate(u16, u16),
    DisableOldest,
    DeleteOldest,
}

const STARTS: [&[Before]; 12] = {
    use Before::{Create, DeleteOldest, DisableOldest, Rotate, Strange};
    [
        &[],
        &[Create],
        &[Strange],
        &[Create, Create],
        &[Strange, Create],
        &[Strange, Strange],
        &[Create, DisableOldest],
        &[Create, Create, DisableOldest],
        &[Create, Rotate(2, 2)],
        &[Create, Rotate(0, 2)],
        &[Create, DeleteOldest],
        &[Create, Create, DeleteOldest],
    ]
};

impl Starts {
    pub(super) fn new() -> Self {
        let kinds = [StoreKind::Age, StoreKind::Keyring];
        let all = kinds
            .into_iter()
            .flat_map(|store| STARTS.map(|before| (store, lived(store, before))));
        Self(all.collect())
    }

    pub(super) fn any(&self, store: StoreKind, dice: &mut Dice) -> &Arc<World> {
        let of_store: Vec<&Arc<World>> = self.of(store).collect();
        of_store[dice.below(of_store.len())]
    }

    /// Where a deed meets nothing but what it is made for: no pair or one before a create, one before a rotation.
    pub(super) fn plain(&self, deed: &Deed, store: StoreKind) -> Vec<Arc<World>> {
        let least = usize::from(*deed != Deed::Create);
        let fits = |world: &&Arc<World>| {
            let live = world.cloud.live();
            (least..=1).contains(&live.len())
                && live
                    .iter()
                    .all(|key| key.status == Status::Active && world.holds(&key.id))
        };
        self.of(store).filter(fits).cloned().collect()
    }

    pub(super) fn of(&self, store: StoreKind) -> impl Iterator<Item = &Arc<World>> {
        let of_store = self.0.iter().filter(move |(kind, _)| *kind == store);
        of_store.map(|(_, world)| world)
    }
}

fn lived(store: StoreKind, before: &[Before]) -> Arc<World> {
    let fresh = World::new(store);
    let world = fresh.copy(fresh.nature, Fate::new(Dice::new(0), false));
    for step in before {
        let deed = match step {
            Before::Create => Some(Deed::Create),
            Before::Rotate(overlap, grace) => Some(Deed::Rotate(*overlap, *grace)),
            Before::DisableOldest => Some(Deed::Disable(world.cloud.live()[0].id.clone())),
            Before::DeleteOldest => Some(Deed::Delete(world.cloud.live()[0].id.clone())),
            Before::Strange => None,
        };
        if let Some(deed) = deed {
            let (outcome, _) = deed.perform(&world, Plan::default());
            assert_eq!(outcome, Outcome::Done, "{deed:?}");
        } else {
            let wire = Arc::new(Direct(world.cloud.clone()));
            let console = cloud::client(wire, world.clock.clone());
            let made = console.prepare_pair(&owner()).unwrap();
            console.create_pair(&made).unwrap();
        }
        world.wait(60);
    }
    // What a person did before is no excuse for what follows.
    world.ledger.book().harmed = false;
    assert_eq!(world.ledger.book().breach, None);
    world
}
