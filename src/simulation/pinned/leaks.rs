//! Histories of leaks.

use super::*;

#[test]
fn a_leaked_pair_is_not_enabled_by_a_restore_that_was_cut_short() {
    let fresh = &Starts::new().plain(&Deed::Create, StoreKind::Age)[0];
    let world = fresh.copy(fresh.nature, Fate::new(Dice::new(0), true));
    Deed::Create.perform(&world, Plan::default());
    let id = world.cloud.live()[0].id.clone();
    Deed::Delete(id.clone()).perform(&world, Plan::default());
    let restore = Deed::Restore(id.clone(), true);
    let clean = world.copy(world.nature, Fate::new(Dice::new(0), true));
    restore.perform(&clean, Plan::default());
    let trace = clean.fate.trace();
    let removed = trace.lines().rfind(|line| line.contains("remove"));
    let step = removed.unwrap().trim().split(':').next().unwrap();
    let killed = killed_before(step.parse().unwrap());
    assert_eq!(restore.perform(&world, killed).0, Outcome::Died);
    // The fourth call makes the pair that takes the leaked one's place.
    let plan = Plan {
        fault: Some((3, Fault::ExecutedLate)),
        ..Plan::default()
    };
    let lost = Deed::Leak(id.clone()).perform(&world, plan).0;
    assert_eq!(lost, Outcome::Failed(Kind::HalfDone));
    Deed::Recover.perform(&world, Plan::default());
    let status = world.cloud.status(&id);
    assert_eq!(status, Some(Status::Inactive), "{}", world.fate.trace());
    is_sound(&world);
}

#[test]
fn a_leaked_pair_is_disabled_before_a_create_beside_it_is_waited_for() {
    let fresh = &Starts::new().plain(&Deed::Create, StoreKind::Age)[0];
    let world = fresh.copy(fresh.nature, Fate::new(Dice::new(0), true));
    Deed::Create.perform(&world, Plan::default());
    let id = world.cloud.live()[0].id.clone();
    // The third call makes the pair; of the leak, the second disables one.
    let at = |call, fault| Plan {
        fault: Some((call, fault)),
        ..Plan::default()
    };
    let lost = Deed::Create.perform(&world, at(2, Fault::ExecutedLate)).0;
    assert_eq!(lost, Outcome::Failed(Kind::HalfDone));
    let leak = Deed::Leak(id.clone());
    let denied = leak.perform(&world, at(1, Fault::Forbidden)).0;
    assert_eq!(denied, Outcome::Failed(Kind::Denied));
    let early = Deed::Recover.perform(&world, Plan::default()).0;
    assert_eq!(early, Outcome::Failed(Kind::Undecided));
    let status = world.cloud.status(&id);
    assert_eq!(status, Some(Status::Inactive), "{}", world.fate.trace());
    is_sound(&world);
}
