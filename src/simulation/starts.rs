//! How things may stand when a history begins.

use super::cloud::{self, Direct, owner};
use super::deeds::{Deed, Outcome};
use super::dice::Dice;
use super::fate::{Fate, Plan};
use super::faults::Fault;
use super::world::{Nature, World};
use crate::cloud::Client;
use crate::core::access_key::{AccessKey, Status};
use crate::core::policy::PAIRS_PER_OWNER;
use crate::ops::Kind;
use crate::store::StoreKind;
use std::sync::Arc;

pub(super) struct Starts {
    calm: Vec<(StoreKind, Arc<World>)>,
    /// Where a call was lost, or a stranger undid what a rotation did.
    rough: Vec<(StoreKind, Arc<World>)>,
    /// Where a rotation is unfinished beside a third pair, which the account's quota allows.
    crowded: Vec<(StoreKind, Arc<World>)>,
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
    ThreeDaysPass,
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

const CROWDED: [&[Before]; 2] = {
    use Before::{Create, Rotate, Strange, ThreeDaysPass};
    [
        &[Create, Rotate(2, 2), Strange],
        &[Create, Rotate(2, 0), Strange, ThreeDaysPass],
    ]
};

impl Starts {
    pub(super) fn new() -> Self {
        let kinds = [StoreKind::Age, StoreKind::Keyring];
        let all = |starts: &[&[Before]], quota| {
            let of = |store| {
                let lived = move |before: &&[Before]| (store, lived(store, before, quota));
                starts.iter().map(lived)
            };
            kinds.into_iter().flat_map(of).collect()
        };
        Self {
            calm: all(&STARTS, 2),
            rough: all(&ROUGH, 2),
            crowded: all(&CROWDED, 3),
        }
    }

    /// Any of them that the quota allows.
    pub(super) fn any(&self, store: StoreKind, quota: usize, dice: &mut Dice) -> &Arc<World> {
        let is_crowded = quota > PAIRS_PER_OWNER && dice.one_in(2);
        let (usual, rough) = (&self.calm, &self.rough);
        let all = if is_crowded {
            self.crowded.iter().chain(&[])
        } else {
            usual.iter().chain(rough)
        };
        let of_store: Vec<_> = all.filter(|(kind, _)| *kind == store).collect();
        &of_store[dice.below(of_store.len())].1
    }

    pub(super) fn crowded(&self, store: StoreKind) -> impl Iterator<Item = &Arc<World>> {
        let of_store = self.crowded.iter().filter(move |(kind, _)| *kind == store);
        of_store.map(|(_, world)| world)
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

fn lived(store: StoreKind, before: &[Before], quota: usize) -> Arc<World> {
    let fresh = World::new(store);
    let nature = Nature {
        quota,
        ..fresh.nature
    };
    let world = fresh.copy(nature, Fate::new(Dice::new(0), false));
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
            Self::ThreeDaysPass => world.wait(3 * 24 * 60),
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
