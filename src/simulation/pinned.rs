//! Histories that once went wrong, each with what it comes to now.

mod leaks;

use super::cloud::{self, owner};
use super::deeds::{Deed, Outcome};
use super::dice::Dice;
use super::fate::{Crash, Fate, Plan};
use super::faults::Fault;
use super::starts::Starts;
use super::world::{Nature, World};
use crate::core::access_key::Status;
use crate::ops::Kind;
use crate::store::{SecretName, SecretStore, StoreKind};
use std::sync::Arc;

/// One pair, held in a keyring.
fn keyring() -> Arc<World> {
    let plain = Starts::new().plain(&Deed::Rotate(0, 0), StoreKind::Keyring);
    plain[0].copy(plain[0].nature, Fate::new(Dice::new(0), true))
}

fn killed_before(step: u32) -> Plan {
    let midway = false;
    Plan {
        crash: Some(Crash { step, midway }),
        ..Plan::default()
    }
}

/// The power fails, and the keyring had written nothing.
fn lose_the_unwritten(world: &World) {
    world.keyring.cut_power(|| true);
}

fn is_sound(world: &Arc<World>) {
    world.settle();
    let breach = world.ledger.book().breach.clone();
    assert_eq!(breach, None, "{}", world.fate.trace());
}

/// The step at which a clean run of the deed does this for the last time.
fn last(deed: &Deed, what: &str) -> u32 {
    let world = keyring();
    deed.perform(&world, Plan::default());
    let trace = world.fate.trace();
    let line = trace.lines().rfind(|line| line.contains(what)).unwrap();
    line.trim().split(':').next().unwrap().parse().unwrap()
}

#[test]
fn a_secret_that_the_keyring_lost_before_it_was_verified_is_put_back() {
    let deed = Deed::Rotate(0, 2);
    let world = keyring();
    let plan = killed_before(last(&deed, "GetCallerIdentity"));
    assert_eq!(deed.perform(&world, plan).0, Outcome::Died);
    lose_the_unwritten(&world);
    let again = deed.perform(&world, Plan::default()).0;
    assert_eq!(again, Outcome::Done, "{}", world.fate.trace());
    is_sound(&world);
}

#[test]
fn a_rotation_that_is_done_at_once_leaves_the_sealed_copy_to_a_keyring() {
    let world = keyring();
    let done = Deed::Rotate(0, 0).perform(&world, Plan::default()).0;
    assert_eq!(done, Outcome::Done);
    lose_the_unwritten(&world);
    is_sound(&world);
}

/// The journal goes on beside the copies that it holds, and loses none.
#[test]
fn a_sealed_copy_that_was_just_put_back_stays_beside_the_next_pair() {
    let world = keyring();
    for _ in 0..3 {
        let rotated = Deed::Rotate(0, 0).perform(&world, Plan::default()).0;
        assert_eq!(rotated, Outcome::Done, "{}", world.fate.trace());
        lose_the_unwritten(&world);
        // A pair that was made within the lag of lists counts as there.
        world.wait(6);
    }
    is_sound(&world);
}

#[test]
fn a_secret_that_was_put_back_for_a_leak_stays_in_the_journal_until_it_is_proven() {
    let world = keyring();
    let leak = Deed::Leak(world.cloud.live()[0].id.clone());
    let made = Deed::Create.perform(&world, Plan::default()).0;
    assert_eq!(made, Outcome::Done);
    lose_the_unwritten(&world);
    let again = leak.perform(&world, Plan::default()).0;
    assert_eq!(again, Outcome::Done, "{}", world.fate.trace());
    lose_the_unwritten(&world);
    is_sound(&world);
}

/// Another home may use the same keyring: that it has a secret does not tell who made the pair.
#[test]
fn a_pair_whose_secret_another_home_put_into_the_keyring_is_a_suspect() {
    let world = keyring();
    let plan = Plan {
        fault: Some((2, Fault::RequestLost)),
        ..Plan::default()
    };
    let lost = Deed::Create.perform(&world, plan).0;
    assert_eq!(lost, Outcome::Failed(Kind::HalfDone));
    let wire = Arc::new(cloud::Direct(world.cloud.clone()));
    let other = cloud::client(wire, world.clock.clone());
    let made = other
        .create_pair(&other.prepare_pair(&owner()).unwrap())
        .unwrap();
    let keyring = world.keyring.of_run(1000);
    keyring
        .put(&SecretName::pair(&made.id), &made.secret)
        .unwrap();
    world.wait(25);
    let recovered = Deed::Recover.perform(&world, Plan::default()).0;
    assert_eq!(recovered, Outcome::Done, "{}", world.fate.trace());
    let suspects = world.journal().suspects().unwrap();
    let ids: Vec<_> = suspects.into_iter().map(|one| one.access_key_id).collect();
    assert_eq!(ids, [made.id]);
}

#[test]
fn a_lost_create_that_may_yet_be_executed_is_not_said_to_be_none() {
    let fresh = &Starts::new().plain(&Deed::Create, StoreKind::Age)[0];
    let world = fresh.copy(fresh.nature, Fate::new(Dice::new(0), true));
    // The third call makes the pair.
    let plan = Plan {
        fault: Some((2, Fault::ExecutedLate)),
        ..Plan::default()
    };
    let lost = Deed::Create.perform(&world, plan).0;
    assert_eq!(lost, Outcome::Failed(Kind::HalfDone));
    let early = Deed::Recover.perform(&world, Plan::default()).0;
    assert_eq!(early, Outcome::Failed(Kind::Undecided));
    world.wait(22);
    let late = Deed::Recover.perform(&world, Plan::default()).0;
    assert_eq!(late, Outcome::Done, "{}", world.fate.trace());
    assert_eq!(world.journal().suspects().unwrap().len(), 1);
    is_sound(&world);
}

/// Only the answers to its disabling and its deletion tell.
#[test]
fn a_leaked_pair_that_the_list_does_not_show_yet_is_not_taken_for_deleted() {
    let fresh = &Starts::new().plain(&Deed::Create, StoreKind::Age)[0];
    let world = fresh.copy(fresh.nature, Fate::new(Dice::new(0), true));
    assert_eq!(
        Deed::Create.perform(&world, Plan::default()).0,
        Outcome::Done
    );
    let id = world.cloud.live()[0].id.clone();
    let plan = Plan {
        fault: Some((2, Fault::Lagging)),
        ..Plan::default()
    };
    let leaked = Deed::Leak(id.clone()).perform(&world, plan).0;
    assert_eq!(leaked, Outcome::Done, "{}", world.fate.trace());
    assert_eq!(world.cloud.status(&id), None);
    is_sound(&world);
}

#[test]
fn a_pair_that_takes_the_room_of_a_replaced_one_is_seen_before_the_create() {
    let fresh = &Starts::new().plain(&Deed::Create, StoreKind::Age)[0];
    let world = fresh.copy(fresh.nature, Fate::new(Dice::new(0), true));
    let done = |deed: &Deed| {
        let outcome = deed.perform(&world, Plan::default()).0;
        assert_eq!(outcome, Outcome::Done, "{}", world.fate.trace());
    };
    done(&Deed::Create);
    done(&Deed::Create);
    let idle = world.cloud.live()[0].id.clone();
    done(&Deed::Disable(idle.clone()));
    // The third call deletes the pair, and the fourth lists what is left.
    let plan = Plan {
        intruder: Some(3),
        ..Plan::default()
    };
    let ended = Deed::Replace(idle, 0).perform(&world, plan).0;
    let expected = Outcome::Failed(Kind::TwoPairs);
    assert_eq!(ended, expected, "{}", world.fate.trace());
    is_sound(&world);
}

/// Its secret is held, so that it looks like one that only the store could take.
#[test]
fn a_pair_that_was_restored_is_not_what_a_lost_create_made() {
    let starts = Starts::new();
    let binned =
        |world: &&Arc<World>| world.cloud.live().is_empty() && !world.cloud.recycled().is_empty();
    let start = starts.of(StoreKind::Age).find(binned).unwrap();
    let world = start.copy(start.nature, Fate::new(Dice::new(0), true));
    let ends = |deed: &Deed, plan, expected| {
        let outcome = deed.perform(&world, plan).0;
        assert_eq!(outcome, expected, "{}", world.fate.trace());
    };
    // The third call makes the pair.
    let lost = Plan {
        fault: Some((2, Fault::AnswerLost)),
        ..Plan::default()
    };
    ends(&Deed::Create, lost, Outcome::Failed(Kind::HalfDone));
    // akm itself restores none while the create is undecided.
    let undecided = Outcome::Failed(Kind::Undecided);
    let id = world.cloud.recycled()[0].clone();
    ends(
        &Deed::Restore(id.clone(), false),
        Plan::default(),
        undecided,
    );
    let console = cloud::client(
        Arc::new(cloud::Direct(world.cloud.clone())),
        world.clock.clone(),
    );
    let user = console.user(owner().ram_user().unwrap()).unwrap();
    console.restore(&id, &user.user_id).unwrap();
    ends(&Deed::Create, Plan::default(), undecided);
    is_sound(&world);
}

#[test]
fn nothing_is_changed_in_another_account() {
    for start in Starts::new().of(StoreKind::Age) {
        let ids: Vec<_> = start.cloud.born().into_keys().collect();
        let mut deeds = vec![
            Deed::Create,
            Deed::Rotate(0, 0),
            Deed::Finish,
            Deed::Refresh,
        ];
        for id in ids {
            let of_pairs = [Deed::Disable, Deed::Enable, Deed::Delete, Deed::Purge];
            deeds.extend(of_pairs.map(|deed| deed(id.clone())));
            deeds.extend([true, false].map(|active| Deed::Restore(id.clone(), active)));
        }
        for deed in deeds {
            let nature = Nature {
                elsewhere: true,
                ..start.nature
            };
            let world = start.copy(nature, Fate::new(Dice::new(0), true));
            let live = world.cloud.live();
            let outcome = deed.perform(&world, Plan::default()).0;
            let expected = [Kind::OtherAccount, Kind::NoSuchPair];
            let refused = matches!(outcome, Outcome::Failed(kind) if expected.contains(&kind));
            let idle = deed == Deed::Finish && outcome == Outcome::Done;
            assert!(
                refused || idle,
                "{deed:?}: {outcome:?}\n{}",
                world.fate.trace()
            );
            assert_eq!(
                (world.cloud.live(), world.ledger.book().breach.clone()),
                (live, None)
            );
        }
    }
}
