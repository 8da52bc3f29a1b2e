//! Lets a test on the same thread follow a run step by step.

use crate::core::{
    open_work::OpenWork,
    plan::{Ask, Step},
    seen::Seen,
};
use std::cell::Cell;

/// What a follower is told.
pub(crate) enum Watched<'a> {
    /// This step comes next, for this reason.
    Planned(&'a OpenWork, &'a Seen, Ask, &'a Step),
    /// It was taken, or failed.
    Taken(bool),
}

type Follower = fn(Watched);

thread_local! {
    static FOLLOWER: Cell<Option<Follower>> = const { Cell::new(None) };
}

pub(crate) fn follow(follower: Follower) {
    FOLLOWER.set(Some(follower));
}

pub(super) fn tell(watched: Watched) {
    if let Some(follower) = FOLLOWER.get() {
        follower(watched);
    }
}
