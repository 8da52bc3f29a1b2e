//! One owner at work: the lock, the journal and the runs of one command.

use super::{
    Failure, Kind, Session,
    drive::{self, EventLog},
    live::{Deed, Live, Order, Went},
    record,
    remark::Unfinished,
    stop,
};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    event::Event,
    open_work::{OpenWork, Spans},
    plan::{Ask, Stop, Wait},
    policy,
};
use crate::metadata::{journal::Events, log::Action};
use std::any::Any;

/// An owner whose pairs this command may change. It holds the owner's lock.
pub(in crate::ops) struct Work<'a> {
    pub(in crate::ops) session: &'a Session,
    pub(in crate::ops) owner: Owner,
    log: Events,
    /// Whether this command has asked who signs.
    is_checked: bool,
    /// The pair that this command restores.
    pub(in crate::ops) restores: Option<AccessKeyId>,
    _lock: Box<dyn Any + Send>,
}

impl Order {
    /// For a run that makes no pair but for one that leaked.
    pub(in crate::ops) fn none() -> Self {
        Self {
            comment: None,
            spans: Spans {
                overlap: policy::overlap().delta(),
                grace: policy::grace().delta(),
            },
            awaits_hand_out: false,
        }
    }
}

impl EventLog for Events {
    fn open(&self) -> &OpenWork {
        Self::open(self)
    }

    fn append(&mut self, event: Event) -> Result<(), Failure> {
        Ok(Self::append(self, event)?)
    }

    fn retry(&mut self) -> Result<(), Failure> {
        Ok(Self::retry(self)?)
    }

    fn make_room(&mut self) -> Result<(), Failure> {
        Ok(Self::make_room(self)?)
    }

    fn close(&mut self) -> Result<(), Failure> {
        Ok(Self::close(self)?)
    }
}

impl<'a> Work<'a> {
    /// Locks the owner and opens its journal. Files that cannot be read or written stop a command before the cloud is asked to change
    /// anything.
    pub(in crate::ops) fn begin(session: &'a Session, owner: &Owner) -> Result<Self, Failure> {
        let lock = session.lock(owner)?;
        session.check_suspects(owner)?;
        session.check_restoring(owner)?;
        session.record(owner)?;
        session.inventory.check_writable(owner)?;
        Ok(Self {
            session,
            owner: owner.clone(),
            log: session.journal.resume(owner)?,
            is_checked: false,
            restores: None,
            _lock: lock,
        })
    }

    pub(in crate::ops) fn open(&self) -> &OpenWork {
        self.log.open()
    }

    /// Whether a replacement takes this pair out of use.
    pub(in crate::ops) fn is_outgoing(&self, id: &AccessKeyId) -> bool {
        let replacement = self.open().replacement.as_ref();
        replacement.is_some_and(|it| it.old == *id)
    }

    /// Whether the incoming pair of a replacement is handed out by now.
    pub(in crate::ops) fn is_delivered(&self) -> bool {
        let replacement = self.open().replacement.as_ref();
        replacement.is_some_and(|it| it.delivered_at.is_some())
    }

    /// Asks who signs, once in a command.
    pub(in crate::ops) fn check_signer(&mut self) -> Result<(), Failure> {
        if !self.is_checked {
            self.session.check_signer(&self.owner)?;
            self.is_checked = true;
        }
        Ok(())
    }

    /// The signer is known to be one that may work on this owner's pairs.
    pub(in crate::ops) fn signer_is_checked(&mut self) {
        self.is_checked = true;
    }

    /// Records what a person wants.
    pub(in crate::ops) fn append(&mut self, event: Event) -> Result<(), Failure> {
        let before = self.open().replacement.is_some();
        EventLog::append(&mut self.log, event)?;
        if before && self.open().replacement.is_none() {
            self.nothing_is_due()?;
        }
        Ok(())
    }

    /// No rotation disables or deletes any of the owner's pairs any more.
    fn nothing_is_due(&self) -> Result<(), Failure> {
        let mut record = self.session.record(&self.owner)?;
        for pair in &mut record.access_keys {
            pair.nothing_due();
            pair.undelivered = false;
        }
        Ok(self.session.inventory.save(&record)?)
    }

    /// Takes every step that can be taken now.
    pub(in crate::ops) fn go(&mut self, ask: Ask, order: Order) -> Result<Went, Failure> {
        self.check_signer()?;
        if order.awaits_hand_out {
            self.log.retain();
        }
        let mut live = Live::new(self.session, &self.owner, ask, order);
        let end = drive::drive(&mut live, &mut self.log, ask);
        // Where it stops, what is known of the pairs is written down; if it cannot be, the next command looks again.
        let known = live.know(self.log.open());
        let half = stop::half(self.log.open(), &live);
        let went = end.and_then(|end| {
            known?;
            let record = self.session.record(&self.owner)?;
            let pairs = live.pairs(self.log.open(), &record);
            let (seen, deeds) = live.ended();
            Ok(Went {
                end,
                deeds,
                seen,
                pairs,
            })
        });
        let went = went.and_then(|went| self.close_if_empty().map(|()| went));
        let went = went.map_err(|failure| match half {
            Some(left) if failure.kind != Kind::HalfDone => failure.half_done(left),
            _ => failure,
        })?;
        self.tell_of_restored(&went.deeds);
        Ok(went)
    }

    /// Of a restore that an earlier command began, the person is told.
    fn tell_of_restored(&self, deeds: &[Deed]) {
        for deed in deeds {
            let Deed::Restored(id, status, is_left) = deed else {
                continue;
            };
            if self.restores.as_ref() != Some(id) {
                record::done(self.session, Action::Recover, &self.owner, id);
                let restored = Unfinished::Restored(id.clone(), self.owner.clone(), *status);
                self.session.tell.warn(restored.into());
            }
            if *is_left {
                let signs = Unfinished::Signs(id.clone(), *status);
                self.session.tell.warn(signs.into());
            }
        }
    }

    /// Records an event that only matters where something is unfinished.
    pub(in crate::ops) fn append_if_open(&mut self, event: Event) -> Result<(), Failure> {
        if *self.open() == OpenWork::default() {
            return Ok(());
        }
        self.append(event)
    }

    /// After a person's command: what is left may be a sealed copy alone, which is compared with what its store gives back. Where that
    /// cannot be done now, a later command does it.
    pub(in crate::ops) fn tidy(&mut self) -> Result<(), Failure> {
        self.close_if_empty()?;
        let open = self.open();
        let rest = OpenWork {
            made: open.made.clone(),
            restored: open.restored.clone(),
            ..OpenWork::default()
        };
        if !open.is_empty() && *open == rest {
            let _ = self.go(Ask::Continue, Order::none());
        }
        Ok(())
    }

    /// Removes the journal where nothing is unfinished, without asking anything.
    pub(in crate::ops) fn close_if_empty(&mut self) -> Result<(), Failure> {
        if self.open().is_empty() {
            return EventLog::close(&mut self.log);
        }
        Ok(())
    }

    /// The pair that was made has left as it was to, or could not and that is said.
    pub(in crate::ops) fn handed_out(mut self, id: &AccessKeyId) -> Result<(), Failure> {
        let mut record = self.session.record(&self.owner)?;
        if let Some(pair) = record.pair_mut(id).filter(|pair| pair.undelivered) {
            pair.undelivered = false;
            self.session.inventory.save(&record)?;
        }
        Ok(self.log.release()?)
    }

    /// Returns why a run stopped.
    pub(in crate::ops) fn stopped(&self, went: &Went, why: Stop) -> Failure {
        stop::stopped(self.session, &self.owner, self.open(), (went, false), why)
    }

    /// Returns why a run waits.
    pub(in crate::ops) fn waiting(&self, wait: Wait) -> Failure {
        stop::waiting(&self.owner, self.open(), wait)
    }
}
