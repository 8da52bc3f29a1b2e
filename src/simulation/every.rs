//! Every fault at every call, every crash at every effect, each with and without power, and then a crash in the recovery from it.

use super::deeds::{Deed, Outcome};
use super::dice::Dice;
use super::fate::{Course, Crash, Fate, Plan};
use super::faults::Fault;
use super::history::{Breach, told};
use super::world::World;
use std::sync::Arc;

/// What happens to one run, and whether the power fails after it.
#[derive(Debug, Clone, Copy, Default)]
struct Mishap {
    fault: Option<(u32, Fault)>,
    crash: Option<Crash>,
    power: bool,
}

impl Mishap {
    fn seed(self) -> u64 {
        let fault = self
            .fault
            .map_or(0, |(call, fault)| 1 + u64::from(call) * 32 + fault as u64);
        let crash = self.crash.map_or(0, |crash| {
            1 + u64::from(crash.step) * 2 + u64::from(crash.midway)
        });
        (fault * 1024 + crash) * 4 + u64::from(self.power) * 2
    }
}

/// A deed that is done from a start, interrupted, and done again.
#[derive(Clone)]
pub(super) struct Ordeal {
    from: Arc<World>,
    deed: Deed,
    /// Of the crashes in a recovery, one in so many, each time others. After the run's own crash alone, all of them.
    stride: u64,
}

/// One kind of fault at one call, or none: everything that goes on from there.
pub(super) type Branch = Option<(u32, Fault)>;

impl Ordeal {
    pub(super) fn new(from: Arc<World>, deed: Deed, stride: u64) -> Self {
        Self { from, deed, stride }
    }

    /// All faults that can happen to it, and first of all none.
    pub(super) fn branches(&self) -> Vec<Branch> {
        let world = self.copy(0, false);
        let (_, course) = self.deed.perform(&world, Plan::default());
        let faults = (0..course.call).flat_map(|call| Fault::ALL.map(|fault| Some((call, fault))));
        [None].into_iter().chain(faults).collect()
    }

    fn copy(&self, seed: u64, traced: bool) -> Arc<World> {
        let fate = Fate::new(Dice::new(seed), traced);
        self.from.copy(self.from.nature, fate)
    }

    /// Lives through all histories of a branch; gives back how many there were.
    pub(super) fn live(&self, branch: Branch) -> Result<u64, Breach> {
        let unhurt = Mishap {
            fault: branch,
            ..Mishap::default()
        };
        let course = self.first(unhurt).map(|(_, course)| course);
        let mut count = 0;
        for crash in crashes(course.unwrap_or_default().step) {
            let mishap = Mishap { crash, ..unhurt };
            let Some((world, course)) = self.first(mishap) else {
                continue;
            };
            // Killed before the fault: that is another branch.
            let moot = branch.is_some_and(|(call, _)| course.call <= call);
            if crash.is_some() && moot {
                continue;
            }
            for power in [false, true] {
                count += self.second(&world, Mishap { power, ..mishap })?;
            }
        }
        Ok(count)
    }

    /// The run that is struck; none if the crash was to come after its end.
    fn first(&self, mishap: Mishap) -> Option<(Arc<World>, Course)> {
        let world = self.copy(mishap.seed(), false);
        let (outcome, course) = self.deed.perform(&world, mishap.plan());
        let as_planned = mishap.crash.is_some() == (outcome == Outcome::Died);
        as_planned.then_some((world, course))
    }

    /// From there on: recovery, killed at each of its effects.
    fn second(&self, world: &Arc<World>, first: Mishap) -> Result<u64, Breach> {
        let seed = first.seed() + 1;
        let after = |mishap: Mishap| {
            let copy = world.copy(world.nature, Fate::new(Dice::new(seed), false));
            let course = self.go_on(&copy, first, mishap);
            (copy, course)
        };
        let (_, clean) = after(Mishap::default());
        let mut count = 0;
        let stride = first.fault.map_or(1, |_| self.stride);
        for (number, crash) in (seed / 4..).zip(crashes(clean.step)) {
            if crash.is_some() && !number.is_multiple_of(stride) {
                continue;
            }
            let mishap = Mishap {
                crash,
                power: crash
                    .is_some_and(|crash| (crash.step + u32::from(first.power)).is_multiple_of(2)),
                fault: None,
            };
            let (copy, _) = after(mishap);
            copy.settle();
            count += 1;
            if told(&copy).is_some() {
                return Err(self.again(first, mishap));
            }
        }
        Ok(count)
    }

    fn go_on(&self, world: &Arc<World>, first: Mishap, mishap: Mishap) -> Course {
        if first.power {
            world.cut_power();
        }
        let (_, course) = self.deed.perform(world, mishap.plan());
        if mishap.power {
            world.cut_power();
        }
        course
    }

    /// The same history once more, with every step written down.
    fn again(&self, first: Mishap, mishap: Mishap) -> Breach {
        let world = self.copy(first.seed(), true);
        self.deed.perform(&world, first.plan());
        world.fate.throw_anew(Dice::new(first.seed() + 1));
        self.go_on(&world, first, mishap);
        world.settle();
        let breach = told(&world);
        let what = breach.map_or_else(|| "went wrong once".to_owned(), |breach| breach.what);
        Breach {
            what: format!("{what}\n{first:?}, then {mishap:?}"),
            trace: world.fate.trace(),
        }
    }
}

impl Mishap {
    fn plan(self) -> Plan {
        Plan {
            crash: self.crash,
            fault: self.fault,
            ..Plan::default()
        }
    }
}

/// None, and then before and in the middle of each effect.
fn crashes(steps: u32) -> impl Iterator<Item = Option<Crash>> {
    let each = (0..steps).flat_map(|step| [false, true].map(|midway| Some(Crash { step, midway })));
    [None].into_iter().chain(each)
}
