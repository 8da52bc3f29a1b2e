//! A rotation played through by its plan, each step taken as done: which calls it makes, and how far it comes.

use super::{
    State,
    stopped::{Left, place, signing, would_stop},
};
use crate::cloud::Call;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::{self, Back, Due, Reached, Recorded, Shown, Step, Stop},
    time::Timestamp,
};
use crate::ops::{Failure, Session};
use chrono::TimeDelta;

/// A call that would be made.
pub(crate) struct Planned {
    pub(crate) service: &'static str,
    pub(crate) action: &'static str,
    pub(crate) parameters: Vec<(&'static str, String)>,
    /// The pair that signs it.
    pub(crate) signer: String,
}

/// The calls so far.
pub(super) struct Calls {
    pub(super) made: Vec<Planned>,
    /// Why no more are made.
    pub(super) stops: Option<Failure>,
    signer: String,
}

impl Calls {
    pub(super) fn new(signer: String) -> Self {
        Self {
            made: Vec::new(),
            stops: None,
            signer,
        }
    }

    pub(super) fn add(&mut self, call: &Call) {
        let signer = self.signer.clone();
        self.signed(call, signer);
    }

    /// Whoever signs with the one pair signs with the other from now on.
    fn switch(&mut self, from: &AccessKeyId, to: &AccessKeyId) {
        if self.signer == from.as_str() {
            self.signer = to.to_string();
        }
    }

    fn signed(&mut self, call: &Call, signer: String) {
        let parameters = call.parameters.iter();
        self.made.push(Planned {
            service: call.service.as_str(),
            action: call.action,
            parameters: parameters
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
            signer,
        });
    }
}

/// A rotation and what the cloud would show of it.
pub(super) struct Rehearsal<'a> {
    pub(super) session: &'a Session,
    pub(super) owner: &'a Owner,
    pub(super) old: AccessKeyId,
    pub(super) new: AccessKeyId,
    pub(super) keys: Vec<AccessKey>,
    /// Whether the list lacks the new pair, and may lag.
    pub(super) unlisted: bool,
    pub(super) recorded: Recorded,
    /// Whether the secrets of the new pair and of the old one are held.
    pub(super) held: [bool; 2],
    pub(super) overlap: TimeDelta,
    pub(super) grace: TimeDelta,
    /// Whether the old pair leaked.
    pub(super) leaked: bool,
    pub(super) now: Timestamp,
}

impl Rehearsal<'_> {
    /// Plays it to where the command would end; `None` where it would stop, and why is among the calls.
    pub(super) fn play(&mut self, calls: &mut Calls) -> Option<State> {
        self.play_on(None, calls)
    }

    /// The same from what is known already.
    pub(super) fn play_on(&mut self, mut shown: Option<Shown>, calls: &mut Calls) -> Option<State> {
        loop {
            match rotation::next(&self.recorded, shown, self.now) {
                Step::Overlap(_) => return Some(State::Overlap),
                Step::Grace(_) => return Some(State::Grace),
                Step::Done => return Some(State::Done),
                Step::Undone => return Some(State::Undone),
                Step::RolledBack => return Some(State::RolledBack),
                Step::Stop(why) => {
                    if self.is_lately_gone(why) {
                        calls.add(&Call::recycled_pair(&self.new));
                    }
                    calls.stops = Some(self.stopped(why));
                    return None;
                }
                step => {
                    let before = calls.made.len();
                    self.take(step, calls);
                    shown = self.seen(step, calls.made.len() > before, shown);
                }
            }
        }
    }

    fn stopped(&self, stop: Stop) -> Failure {
        let listed = self.shown(false).old.is_some();
        let lately = self.is_lately_gone(stop);
        let left = Left {
            lately: lately && self.session.cloud.recycled_pair(&self.new).is_err(),
            owner: self.owner,
            leaked: self.leaked,
            new: &self.new,
            old: &self.old,
            status: self.shown(false).new,
            signing: signing(self.session, &self.new),
            place: place(self.session, &self.old, listed, stop),
            retired: self.recorded.due.is_some_and(|due| due.disabled.is_some()),
        };
        would_stop(stop, &left)
    }

    /// Whether only a list says that the new pair is gone.
    fn is_lately_gone(&self, stop: Stop) -> bool {
        let listed = self.shown(false).old.is_some();
        stop == Stop::Gone && self.unlisted && listed && !self.was_just_made()
    }

    /// Whether it was not yet found to work.
    fn was_just_made(&self) -> bool {
        matches!(self.recorded.reached, Reached::Got | Reached::Stored)
    }

    /// As a person's word has it, the old pair may be deleted now.
    pub(super) fn end_grace(&mut self) {
        if let Some(due) = &mut self.recorded.due {
            due.delete = due.disabled.map(|_| self.now);
        }
    }

    /// What is known after a step: looked at just now, or as it was before.
    fn seen(&self, step: Step, called: bool, before: Option<Shown>) -> Option<Shown> {
        let known = match step {
            Step::DeleteOld => return None,
            Step::Look => true,
            Step::Store => return self.recorded.back.is_none().then(|| self.shown(false)),
            _ => before?.fresh && !called,
        };
        Some(self.shown(known))
    }

    pub(super) fn shown(&self, fresh: bool) -> Shown {
        let status = |id: &AccessKeyId| self.keys.iter().find(|key| key.id == *id);
        let [held, old_held] = self.held;
        Shown {
            old: status(&self.old).map(|key| key.status),
            new: status(&self.new).map(|key| key.status),
            held,
            old_held,
            fresh,
        }
    }

    fn take(&mut self, step: Step, calls: &mut Calls) {
        match step {
            Step::Store => {
                self.look(calls);
                self.recorded.stored = true;
                self.recorded.reached = Reached::Stored;
            }
            Step::Look => self.look(calls),
            Step::Verify => self.verify(&self.new.clone(), Reached::Verified, calls),
            Step::VerifyOld => self.verify(&self.old.clone(), Reached::OldVerified, calls),
            Step::Deliver => {
                calls.switch(&self.old, &self.new);
                self.deliver();
            }
            Step::DeliverOld => {
                calls.switch(&self.new, &self.old);
                self.recorded.reached = Reached::OldDelivered;
            }
            Step::DisableOld => self.disable_old(calls),
            Step::EnableOld => {
                self.set(&self.old.clone(), Status::Active, true, calls);
                let enabled = Some(self.now);
                self.recorded.back = Some(Back { enabled });
                self.recorded.reached = Reached::OldEnabled;
            }
            Step::DisableNew => {
                calls.switch(&self.new, &self.old);
                self.set(&self.new.clone(), Status::Inactive, true, calls);
                self.recorded.reached = Reached::NewDisabled;
            }
            Step::DeleteOld => {
                calls.add(&Call::delete_pair(self.owner, &self.old));
                self.keys.retain(|key| key.id != self.old);
            }
            _ => (),
        }
    }

    fn look(&self, calls: &mut Calls) {
        calls.add(&Call::list_pairs(self.owner));
        let back = self.recorded.back.is_some() && self.shown(false).old.is_some();
        if self.unlisted && (back || self.was_just_made()) {
            calls.add(&Call::recycled_pair(&self.new));
        }
    }

    fn verify(&mut self, id: &AccessKeyId, verified: Reached, calls: &mut Calls) {
        for _ in 0..super::verify::SUCCESSES {
            calls.signed(&Call::caller_identity(), id.to_string());
        }
        self.recorded.reached = verified;
    }

    fn deliver(&mut self) {
        self.recorded.reached = Reached::Delivered;
        self.recorded.due = Some(Due {
            disable: self.now + self.overlap,
            disabled: None,
            delete: None,
        });
    }

    fn disable_old(&mut self, calls: &mut Calls) {
        calls.switch(&self.old, &self.new);
        // What leaked is disabled by then.
        self.set(&self.old.clone(), Status::Inactive, !self.leaked, calls);
        self.recorded.reached = Reached::OldDisabled;
        if let Some(due) = &mut self.recorded.due {
            (due.disabled, due.delete) = (Some(self.now), Some(self.now + self.grace));
        }
    }

    fn set(&mut self, id: &AccessKeyId, status: Status, surely: bool, calls: &mut Calls) {
        let listed = self.keys.iter_mut().find(|key| key.id == *id);
        if surely || listed.as_ref().is_some_and(|key| key.status != status) {
            calls.add(&Call::set_status(self.owner, id, status));
        }
        if let Some(key) = listed {
            key.status = status;
        }
    }
}
