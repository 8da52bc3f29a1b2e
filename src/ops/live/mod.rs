//! The world as it is: each step asks the cloud, the stores and the disk.

mod change;
mod deliver;
mod keep;
mod known;
mod look;
mod lost;
mod request;
mod restore;
mod suspects;
mod verify;

use super::{
    Failure, Session,
    drive::{End, Ending, EventLog, World},
    record,
};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    event::Event,
    open_work::Spans,
    place::StoreKind,
    plan::{Ask, Step},
    secret::Secret,
    seen::{Limits, Seen},
    time::Timestamp,
};
use crate::metadata::{inventory::PairRecord, log::Action};
use crate::sys::signals;
use chrono::TimeDelta;

/// How a pair is made, where the plan asks for one.
#[derive(Debug, Clone)]
pub(in crate::ops) struct Order {
    pub(in crate::ops) comment: Option<String>,
    pub(in crate::ops) spans: Spans,
    /// Whether the secret is to leave before the pair counts as delivered: killed in between, a `create` finds this pair again.
    pub(in crate::ops) awaits_hand_out: bool,
}

/// What a run has done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ops) enum Deed {
    Created(AccessKeyId),
    /// A pair that leaked, or the outgoing one of a replacement, is Inactive.
    Disabled(AccessKeyId),
    /// A pair is in the recycle bin.
    Deleted(AccessKeyId),
    /// A secret that its store had lost is there again.
    PutBack(AccessKeyId),
    /// A replacement ended: the outgoing pair, the incoming one, and why.
    Ended(AccessKeyId, AccessKeyId, Ending),
    /// A leaked pair is gone, and its secret is not kept.
    Dropped(AccessKeyId),
    /// A pair is back from the recycle bin, in that status; whether it was to be Inactive and a profile signs with it.
    Restored(AccessKeyId, Status, bool),
}

/// What a run came to.
pub(in crate::ops) struct Went {
    pub(in crate::ops) end: End,
    pub(in crate::ops) deeds: Vec<Deed>,
    pub(in crate::ops) seen: Seen,
    /// The owner's pairs as far as the run can tell.
    pub(in crate::ops) pairs: Vec<AccessKey>,
}

impl Went {
    /// The pair that it made, if it made one.
    pub(in crate::ops) fn made(&self) -> Option<&AccessKeyId> {
        self.deeds.iter().rev().find_map(|deed| match deed {
            Deed::Created(id) => Some(id),
            _ => None,
        })
    }
}

/// One run for one owner. The caller holds the owner's lock.
pub(in crate::ops) struct Live<'a> {
    session: &'a Session,
    owner: &'a Owner,
    ask: Ask,
    order: Order,
    pub(in crate::ops) seen: Seen,
    /// The owner's pairs as the cloud listed them last.
    listed: Vec<AccessKey>,
    pub(in crate::ops) deeds: Vec<Deed>,
    /// A pair that may be deleted: the answer was lost.
    pub(in crate::ops) maybe_deleted: Option<AccessKeyId>,
    /// Whether this run wrote metadata: what an earlier one wrote may be in the page cache only.
    has_saved: bool,
    /// Until a new secret is kept, Ctrl-C would drop its only copy.
    held: Option<signals::Held>,
    /// The secret of the pair that was just made, until the store has it: to open the sealed copy costs as much as all else.
    made: Option<(AccessKeyId, Secret)>,
}

/// A signed request is not executed later than 15 minutes after its date; one more for good measure.
pub(crate) const EXPIRY: TimeDelta = TimeDelta::minutes(16);
/// How long a list may lack a change (the consistency that RAM documents, in minutes).
pub(crate) const LAG: TimeDelta = TimeDelta::minutes(5);

impl<'a> Live<'a> {
    pub(in crate::ops) fn new(
        session: &'a Session,
        owner: &'a Owner,
        ask: Ask,
        order: Order,
    ) -> Self {
        let mut seen = Seen {
            limits: limits(session),
            ..Seen::default()
        };
        seen.unproven = session.this_run.unproven.all();
        Self {
            session,
            owner,
            ask,
            order,
            seen,
            listed: Vec::new(),
            deeds: Vec::new(),
            maybe_deleted: None,
            has_saved: false,
            held: None,
            made: None,
        }
    }

    pub(in crate::ops) fn ended(self) -> (Seen, Vec<Deed>) {
        (self.seen, self.deeds)
    }

    fn done(&self, action: Action, id: &AccessKeyId) {
        record::done(self.session, action, self.owner, id);
    }

    /// Whether metadata says that the pair's secret is kept.
    pub(in crate::ops) fn is_claimed(&self, id: &AccessKeyId) -> bool {
        let record = self.session.record(self.owner);
        record.is_ok_and(|record| record.pair(id).is_some_and(PairRecord::is_held))
    }

    /// Where the secret of a pair is, or would be.
    fn store_of(&self, log: &impl EventLog, id: &AccessKeyId) -> Result<StoreKind, Failure> {
        let record = self.session.record(self.owner)?;
        let claimed = record.pair(id).and_then(|pair| pair.secret_store);
        let mut made = log.open().made.iter();
        let own = made
            .find(|(made, _)| *made == id)
            .map(|(_, made)| made.keeping.store);
        // Where metadata was lost, the secret of the other pair may be where that of a new one is.
        let other = log
            .open()
            .made
            .values()
            .next()
            .map(|made| made.keeping.store);
        Ok(claimed.or(own).or(other).unwrap_or(self.session.store))
    }
}

/// What is executed in this process is neither late nor listed late.
pub(in crate::ops) fn limits(session: &Session) -> Limits {
    let late = session.cloud.may_execute_late();
    let span = |span| if late { span } else { TimeDelta::zero() };
    Limits {
        pairs: crate::core::policy::PAIRS_PER_OWNER,
        expiry: span(EXPIRY),
        lag: span(LAG),
        proof: session.verify_pause,
    }
}

impl World for Live<'_> {
    fn now(&self) -> Timestamp {
        self.session.cloud.now()
    }

    fn seen(&self) -> &Seen {
        &self.seen
    }

    fn take(&mut self, step: &Step, log: &mut impl EventLog) -> Result<(), Failure> {
        match step {
            Step::Look => self.look(log),
            Step::Request => self.request(log),
            Step::Conclude => self.conclude(log),
            Step::Store(id) => self.store(log, id),
            Step::DropSecret(id) => self.drop_secret(log, id),
            Step::Verify(id, not_before) => self.verify(log, id, *not_before),
            Step::Deliver(id) => self.deliver(log, id),
            Step::Disable(id) => self.disable(log, id),
            Step::Enable(id) => self.enable(id),
            Step::Delete(id) => self.delete(log, id),
            Step::ResumeRestore(id) => self.resume_restore(log, id),
            Step::EndLeak(id) => end_leak(log, id),
            Step::EndReplacement => self.end(log, Ending::Gone),
            Step::Undone => self.end(log, Ending::Undone),
            Step::Close => self.close(log),
            Step::Wait(_) | Step::Stop(_) | Step::Done => Ok(()),
        }
    }
}

/// Its sealed secret goes first: nobody is to save it again.
pub(in crate::ops) fn end_leak(log: &mut impl EventLog, id: &AccessKeyId) -> Result<(), Failure> {
    log.append(Event::Forgotten(id.clone()))?;
    log.append(Event::Withdrawn(id.clone()))
}
