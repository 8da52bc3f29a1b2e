//! How things may stand when a history begins.

use super::cloud::{self, Direct, owner};
use super::deeds::{Deed, Outcome};
use super::dice::Dice;
use super::fate::{Fate, Plan};
use super::faults::Fault;
use super::world::World;
use crate::cloud::Client;
use crate::core::access_key::{AccessKey, Status};
use crate::ops::Kind;
use crate::store::StoreKind;
use std::sync::Arc;

pub(super) struct Starts {
    calm: Vec<(StoreKind, Arc<World>)>,
    /// Where a call was lost, or a stranger undid what a rotation did.
    rough: Vec<(StoreKind, Arc<World>)>,
}

/// What led there: deeds of akm, and pairs that a stranger made.
#[derive(Clone, Copy)]
enum Before {
    Create,
    Strange,
    Rotate(u16, u16),
    DisableOldest,
    DeleteOldest,
    /// A create that never arrived, and nobody knows.
    LoseCreate,
    LoseRestore,
    StrangerEnablesOldest,
    StrangerDisablesNewest,
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

const ROUGH: [&[Before]; 6] = {
    use Before::{
        Create, DeleteOldest, LoseCreate, LoseRestore, Rotate, StrangerDisablesNewest,
        StrangerEnablesOldest,
    };
    [
        &[LoseCreate],
        &[Create, LoseCreate],
        &[Create, DeleteOldest, LoseRestore],
        &[Create, Create, DeleteOldest, LoseRestore],
        &[Create, Rotate(0, 2), StrangerEnablesOldest],
        &[Create, Rotate(2, 2), StrangerDisablesNewest],
    ]
};

impl Starts {
    pub(super) fn new() -> Self {
        let kinds = [StoreKind::Age, StoreKind::Keyring];
        let all = |starts: &[&[Before]]| {
            let of = |store| {
                starts
                    .iter()
                    .map(move |before| (store, lived(store, before)))
            };
            kinds.into_iter().flat_map(of).collect()
        };
        Self {
            calm: all(&STARTS),
            rough: all(&ROUGH),
        }
    }

    pub(super) fn any(&self, store: StoreKind, dice: &mut Dice) -> &Arc<World> {
        let all = self.calm.iter().chain(&self.rough);
        let of_store: Vec<_> = all.filter(|(kind, _)| *kind == store).collect();
        &of_store[dice.below(of_store.len())].1
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
        let of_store = self.calm.iter().filter(move |(kind, _)| *kind == store);
        of_store.map(|(_, world)| world)
    }
}

fn lived(store: StoreKind, before: &[Before]) -> Arc<World> {
    let fresh = World::new(store);
    let world = fresh.copy(fresh.nature, Fate::new(Dice::new(0), false));
    for step in before {
        world.wait(60);
        step.happens(&world);
    }
    let is_rough = matches!(
        before.last(),
        Some(Before::LoseCreate | Before::LoseRestore)
    );
    // What was lost is undecided for longer.
    world.wait(if is_rough { 5 } else { 60 });
    // What a person did before is no excuse for what follows.
    world.ledger.book().harmed = false;
    assert_eq!(world.ledger.book().breach, None);
    world
}

impl Before {
    fn happens(self, world: &Arc<World>) {
        let live = world.cloud.live();
        let oldest = || live[0].id.clone();
        match self {
            Self::Create => does(world, &Deed::Create),
            Self::Rotate(overlap, grace) => does(world, &Deed::Rotate(overlap, grace)),
            Self::DisableOldest => does(world, &Deed::Disable(oldest())),
            Self::DeleteOldest => does(world, &Deed::Delete(oldest())),
            Self::LoseCreate => loses(world, &Deed::Create, 2),
            Self::LoseRestore => {
                let id = world.cloud.recycled()[0].clone();
                loses(world, &Deed::Restore(id, false), 4);
            }
            Self::Strange => {
                let console = console(world);
                let made = console.prepare_pair(&owner()).unwrap();
                console.create_pair(&made).unwrap();
            }
            Self::StrangerEnablesOldest => stranger_sets(world, &live[0], Status::Active),
            Self::StrangerDisablesNewest => stranger_sets(world, &live[1], Status::Inactive),
        }
    }
}

fn does(world: &Arc<World>, deed: &Deed) {
    let (outcome, _) = deed.perform(world, Plan::default());
    assert_eq!(outcome, Outcome::Done, "{deed:?}");
}

/// The call of that number never arrives.
fn loses(world: &Arc<World>, deed: &Deed, call: u32) {
    let plan = Plan {
        fault: Some((call, Fault::RequestLost)),
        ..Plan::default()
    };
    let (outcome, _) = deed.perform(world, plan);
    assert_eq!(outcome, Outcome::Failed(Kind::HalfDone), "{deed:?}");
}

fn console(world: &World) -> Client {
    let wire = Arc::new(Direct(world.cloud.clone()));
    cloud::client(wire, world.clock.clone())
}

fn stranger_sets(world: &World, key: &AccessKey, status: Status) {
    assert_ne!(key.status, status);
    let done = console(world).set_status(&owner(), &key.id, status);
    done.unwrap();
    world.ledger.stranger_harmed(&key.id);
}
