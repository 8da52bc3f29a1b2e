//! The only loop: what is unfinished is planned, one step is taken, and it is planned again.

use super::Failure;
#[cfg(test)]
use super::watch::{self, Watched};
use crate::core::{
    event::Event,
    open_work::OpenWork,
    plan::{self, Ask, Step, Stop, Wait},
    seen::Seen,
    time::Timestamp,
};

/// What acts for a run: the cloud, the stores and the disk, or a rehearsal of them.
pub(in crate::ops) trait World {
    fn now(&self) -> Timestamp;
    fn seen(&self) -> &Seen;

    /// Takes one step. Its events are in `log` on return, as durable as [`Event`] demands.
    fn take(&mut self, step: &Step, log: &mut impl EventLog) -> Result<(), Failure>;
}

/// Where events go: the owner's file, or a list in memory.
pub(in crate::ops) trait EventLog {
    fn open(&self) -> &OpenWork;

    /// Adds an event, which counts even where it cannot be written.
    fn append(&mut self, event: Event) -> Result<(), Failure>;

    /// Writes what could not be written before.
    fn retry(&mut self) -> Result<(), Failure>;

    /// Sees to it that the answer to a request needs no new space on the disk.
    fn make_room(&mut self) -> Result<(), Failure>;

    /// Removes the file: nothing is unfinished.
    fn close(&mut self) -> Result<(), Failure>;
}

/// Where a run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ops) enum End {
    Done,
    Wait(Wait),
    Stop(Stop),
}

/// Why a replacement is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The outgoing pair is gone.
    Gone,
    /// Somebody enabled the outgoing pair again.
    Undone,
}

/// Takes every step that can be taken now.
pub(in crate::ops) fn drive(
    world: &mut impl World,
    log: &mut impl EventLog,
    ask: Ask,
) -> Result<End, Failure> {
    let ask = plan::begin(log.open(), ask);
    loop {
        let step = plan::next(log.open(), world.seen(), ask, world.now());
        #[cfg(test)]
        watch::tell(Watched::Planned(log.open(), world.seen(), ask, &step));
        match step {
            Step::Wait(wait) => return Ok(End::Wait(wait)),
            Step::Stop(why) => return Ok(End::Stop(why)),
            Step::Done => return Ok(End::Done),
            step => {
                let taken = world.take(&step, log);
                #[cfg(test)]
                watch::tell(Watched::Taken(taken.is_ok()));
                taken?;
            }
        }
    }
}
