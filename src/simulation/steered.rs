//! Histories in which one call goes wrong, each with what it comes to.

use super::cloud::owner;
use super::deeds::{Deed, Outcome};
use super::dice::Dice;
use super::fate::{Fate, Plan};
use super::faults::Fault;
use super::starts::Starts;
use super::world::{End, World};
use crate::core::{
    access_key::{AccessKeyId, Status},
    secret::Secret,
    time::Span,
};
use crate::metadata::journal::Suspect;
use crate::ops::{
    Kind, Session, create,
    problem::{Crowd, Half, Pair, PairsLeft, Problem},
    rotate,
};
use crate::store::{SecretName, StoreKind};
use chrono::TimeDelta;
use std::sync::Arc;

/// One pair, held in files.
fn world() -> (Arc<World>, AccessKeyId) {
    by_chance(0)
}

fn by_chance(seed: u64) -> (Arc<World>, AccessKeyId) {
    let plain = Starts::new().plain(&Deed::Rotate(0, 0), StoreKind::Age);
    let world = plain[0].copy(plain[0].nature, Fate::new(Dice::new(seed), true));
    let id = world.cloud.live()[0].id.clone();
    (world, id)
}

fn fault(call: u32, fault: Fault) -> Plan {
    Plan {
        fault: Some((call, fault)),
        ..Plan::default()
    }
}

#[track_caller]
fn ends(world: &Arc<World>, deed: &Deed, plan: Plan, outcome: Outcome) {
    let ended = deed.perform(world, plan).0;
    assert_eq!(ended, outcome, "{}", world.fate.trace());
}

#[track_caller]
fn is_sound(world: &Arc<World>) {
    world.settle();
    let breach = world.ledger.book().breach.clone();
    assert_eq!(breach, None, "{}", world.fate.trace());
}

/// As the metadata has it.
fn recorded(world: &Arc<World>, id: &AccessKeyId) -> Status {
    let record = world.session().1.record(&owner()).unwrap();
    record.pair(id).unwrap().status
}

/// The fourth call makes the pair that takes the leaked one's place.
#[test]
fn a_leak_goes_on_once_its_create_is_known_not_to_have_happened() {
    for (lost, undecided) in [(Fault::RequestLost, true), (Fault::NotSent, false)] {
        let (world, old) = world();
        let leak = Deed::Leak(old.clone());
        ends(
            &world,
            &leak,
            fault(3, lost),
            Outcome::Failed(Kind::HalfDone),
        );
        assert_eq!(recorded(&world, &old), Status::Inactive);
        if undecided {
            let early = Outcome::Failed(Kind::Undecided);
            ends(&world, &Deed::Recover, Plan::default(), early);
            world.wait(22);
        }
        ends(&world, &Deed::Recover, Plan::default(), Outcome::Done);
        let live = world.cloud.live();
        assert_eq!(live.len(), 1, "{}", world.fate.trace());
        assert_eq!(live[0].status, Status::Active);
        assert_ne!(live[0].id, old);
        is_sound(&world);
    }
}

#[test]
fn a_dismissed_suspect_is_forgotten_once_its_create_is_decided() {
    let (world, old) = world();
    let lost = Outcome::Failed(Kind::HalfDone);
    ends(&world, &Deed::Create, fault(2, Fault::AnswerLost), lost);
    let strange = world.cloud.live().into_iter().find(|key| key.id != old);
    let strange = strange.unwrap().id;
    let dismiss = Deed::Dismiss(strange.clone());
    ends(&world, &dismiss, Plan::default(), Outcome::Done);
    let suspect = Suspect::new(strange, &owner(), world.now());
    assert!(!world.journal().suspect(&suspect).unwrap());
    world.wait(22);
    ends(&world, &Deed::Recover, Plan::default(), Outcome::Done);
    assert!(world.journal().suspect(&suspect).unwrap());
}

/// The secret could be written into the store alone, and the run was killed.
#[test]
fn a_pair_whose_secret_only_the_store_could_take_is_ours() {
    let (world, old) = world();
    let lost = Outcome::Failed(Kind::HalfDone);
    ends(&world, &Deed::Create, fault(2, Fault::AnswerLost), lost);
    let made = world.cloud.live().into_iter().find(|key| key.id != old);
    let made = made.unwrap().id;
    let secret = world.cloud.secret(&made).unwrap().to_string();
    let session = world.session().1;
    let store = session.stores.open(StoreKind::Age).unwrap();
    let secret = Secret::new(secret).unwrap();
    store.put(&SecretName::pair(&made), &secret).unwrap();
    ends(&world, &Deed::Recover, Plan::default(), Outcome::Done);
    assert!(world.journal().suspects().unwrap().is_empty());
    assert!(
        session
            .record(&owner())
            .unwrap()
            .pair(&made)
            .unwrap()
            .is_held()
    );
    is_sound(&world);
}

#[test]
fn a_pair_that_a_list_does_not_show_yet_is_not_taken_for_deleted() {
    let (world, old) = world();
    ends(
        &world,
        &Deed::Create,
        fault(3, Fault::Lagging),
        Outcome::Done,
    );
    let record = world.session().1.record(&owner()).unwrap();
    let made = record
        .access_keys
        .iter()
        .find(|pair| pair.access_key_id != old);
    assert!(made.is_some_and(|pair| pair.is_held() && pair.deleted_at.is_none()));
    is_sound(&world);
}

#[test]
fn a_create_is_undecided_for_the_expiry_and_the_lag_of_lists() {
    let (world, _) = world();
    let lost = Outcome::Failed(Kind::HalfDone);
    ends(&world, &Deed::Create, fault(2, Fault::RequestLost), lost);
    let signed = world.journal().read(&owner()).unwrap().request.unwrap();
    let until = signed.signed_at + TimeDelta::minutes(21);
    world
        .clock
        .turn(until - world.now() - TimeDelta::seconds(1));
    let early = Outcome::Failed(Kind::Undecided);
    ends(&world, &Deed::Recover, Plan::default(), early);
    world.clock.turn(TimeDelta::seconds(1));
    ends(&world, &Deed::Recover, Plan::default(), Outcome::Done);
    is_sound(&world);
}

/// As where another machine made one in between.
#[test]
fn a_create_that_the_cloud_refuses_for_its_number_tells_of_the_pairs() {
    let (world, _) = world();
    let wish = create::Wish {
        comment: None,
        hand_outs: Vec::new(),
    };
    let made = |session: &Session| create::create(session, &owner(), wish).map(drop);
    let End::Failed(failure) = world.run(fault(2, Fault::LimitExceeded), made).end else {
        panic!("{}", world.fate.trace());
    };
    assert_eq!(failure.kind, Kind::TwoPairs);
    let Problem::Pair(Pair::TooMany(pairs)) = *failure.problem else {
        panic!("{:?}", failure.problem);
    };
    assert_eq!((pairs.crowd, pairs.shown.len()), (Crowd::Full, 1));
}

#[test]
fn a_leaked_pair_that_may_not_be_disabled_is_not_said_to_be() {
    let (world, old) = world();
    let leak = Deed::Leak(old.clone());
    let denied = Outcome::Failed(Kind::Denied);
    ends(&world, &leak, fault(1, Fault::Forbidden), denied);
    assert_eq!(world.cloud.status(&old), Some(Status::Active));
    assert_eq!(recorded(&world, &old), Status::Active);
    ends(&world, &leak, Plan::default(), Outcome::Done);
    is_sound(&world);
}

/// A run of `rotate` that fails; gives back what is left of its pairs.
fn left(world: &Arc<World>, days: [u16; 2], plan: Plan) -> PairsLeft {
    let wish = rotate::Wish {
        overlap: Span::days(days[0]),
        grace: Span::days(days[1]),
        finish_only: false,
        older_than: None,
        replace: None,
        said: rotate::Said::default(),
    };
    let run = world.run(plan, |session| rotate::rotate(session, &owner(), &wish));
    let End::Failed(failure) = run.end else {
        panic!("{}", world.fate.trace());
    };
    let Problem::HalfDone(Half::Rotation { left, .. }, _) = *failure.problem else {
        panic!("{:?}", failure.problem);
    };
    left
}

/// The calls of a rotation: caller, list, create, twice the new pair's own question, disable, delete.
#[test]
fn a_rotation_that_stops_says_what_is_known_of_the_old_pair() {
    let (fresh, _) = world();
    let stopped = left(&fresh, [0, 0], fault(5, Fault::Forbidden));
    assert_eq!(stopped, PairsLeft::Both);
    let (open, _) = world();
    ends(&open, &Deed::Rotate(2, 2), Plan::default(), Outcome::Done);
    let stopped = left(&open, [2, 2], fault(1, Fault::RequestLost));
    assert_eq!(stopped, PairsLeft::Both);
    open.wait(3 * 24 * 60);
    ends(&open, &Deed::Rotate(2, 2), Plan::default(), Outcome::Done);
    open.wait(3 * 24 * 60);
    ends(&open, &Deed::Finish, Plan::default(), Outcome::Done);
}
