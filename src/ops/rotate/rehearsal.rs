//! A world in which each step is taken as done: which calls a command would make, and how far it would come.

use super::planned::{Calls, What};
use crate::cloud::Call;
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    event::Event,
    open_work::{Keeping, Made, OpenWork, Replaced, Request},
    plan::{Ask, Step},
    seen::{Answer, Failed, Listed, Seen, Sight},
    time::Timestamp,
};
use crate::ops::{
    Failure, Session,
    drive::{EventLog, World},
    forget_pair,
    live::{Live, Order, end_leak},
};
use std::collections::BTreeMap;

/// Events that are kept in memory alone.
#[derive(Clone)]
pub(super) struct Memory(pub(super) OpenWork);

impl EventLog for Memory {
    fn open(&self) -> &OpenWork {
        &self.0
    }

    fn append(&mut self, event: Event) -> Result<(), Failure> {
        self.0.apply(event);
        Ok(())
    }

    fn retry(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn close(&mut self) -> Result<(), Failure> {
        self.0 = OpenWork::default();
        Ok(())
    }
}

/// Stands for the id that the cloud will choose.
pub(crate) const NEW: &str = "NEW_KEY_ID";

/// What is there is read; what would be changed is only noted.
pub(super) struct Rehearsal<'a> {
    session: &'a Session,
    owner: &'a Owner,
    pub(super) live: Live<'a>,
    order: Order,
    ask: Ask,
    calls: &'a mut Calls,
    /// What was answered before this run.
    before: &'a BTreeMap<AccessKeyId, Answer>,
}

impl<'a> Rehearsal<'a> {
    pub(super) fn new(
        (session, owner): (&'a Session, &'a Owner),
        ask: Ask,
        order: Order,
        (calls, before): (&'a mut Calls, &'a BTreeMap<AccessKeyId, Answer>),
    ) -> Self {
        Self {
            session,
            owner,
            live: Live::new(session, owner, ask, order.clone()),
            order,
            ask,
            calls,
            before,
        }
    }

    fn seen_mut(&mut self) -> &mut Seen {
        &mut self.live.seen
    }

    fn answered(&mut self, id: &AccessKeyId, sight: Sight) {
        let at = self.now();
        self.seen_mut()
            .answers
            .insert(id.clone(), Answer { at, sight });
        self.list_as_answered(id, sight);
    }

    fn look(&mut self, log: &impl EventLog) -> Result<(), Failure> {
        self.calls.add(&Call::list_pairs(self.owner));
        self.live.see(log)?;
        if self.live.asks_for_room(log.open()) {
            self.calls.add(&Call::quota());
        }
        let own = self.seen().answers.clone();
        for (id, answer) in self.before.iter().chain(&own) {
            self.list_as_answered(id, answer.sight);
        }
        Ok(())
    }

    /// The list would show what was changed before it.
    fn list_as_answered(&mut self, id: &AccessKeyId, sight: Sight) {
        let Some(list) = &mut self.live.seen.list else {
            return;
        };
        let status = match sight {
            Sight::Active => Status::Active,
            Sight::Inactive => Status::Inactive,
            Sight::Gone => {
                list.pairs.remove(id);
                return;
            }
        };
        if let Some(listed) = list.pairs.get_mut(id) {
            listed.status = status;
        }
    }

    fn request(&mut self, log: &mut impl EventLog) -> Result<(), Failure> {
        self.forget_expired(log)?;
        self.calls.add(&Call::create_pair(self.owner));
        let (id, now) = (AccessKeyId::parse(NEW)?, self.now());
        self.calls.does(What::Create, &id);
        let rotates = self.ask == Ask::Rotate && log.open().leaked.is_empty();
        let old = self
            .seen()
            .present(log.open())
            .into_iter()
            .next()
            .filter(|_| rotates);
        let keeping = Keeping {
            store: self.session.store,
            recipient: self.session.recipient.clone(),
            comment: None,
        };
        let spans = self.order.spans;
        log.append(Event::Requested(Request {
            before: self.seen().present(log.open()),
            signed_at: now,
            replaces: old.map(|old| Replaced { old, spans }),
            keeping: keeping.clone(),
        }))?;
        let made = Made {
            created_at: now,
            sealed: String::new(),
            keeping,
            replaced: false,
        };
        self.seen_mut().has_requested = true;
        let (status, created_at) = (Status::Active, now);
        if let Some(list) = &mut self.seen_mut().list {
            let listed = Listed { status, created_at };
            list.pairs.insert(id.clone(), listed);
        }
        self.answered(&id, Sight::Active);
        log.append(Event::Created(id, made))
    }

    /// Before a rotation begins, the recycle bin is asked for what was deleted long ago.
    fn forget_expired(&mut self, log: &impl EventLog) -> Result<(), Failure> {
        if self.ask == Ask::Rotate && log.open().leaked.is_empty() {
            let record = self.session.record(self.owner)?;
            for id in forget_pair::expired(&record, self.now()) {
                self.calls.add(&Call::recycled_pair(&id));
            }
        }
        Ok(())
    }

    fn set(
        &mut self,
        log: &mut impl EventLog,
        id: &AccessKeyId,
        status: Status,
    ) -> Result<(), Failure> {
        let outgoing = log.open().replacement.clone().filter(|it| it.old == *id);
        if let Some(it) = &outgoing {
            self.switch(&it.old, &it.new);
        }
        self.calls.add(&Call::set_status(self.owner, id, status));
        self.calls.does(doing(status), id);
        self.answered(id, status.into());
        self.seen_mut().asked.insert(id.clone());
        if outgoing.is_some() && status == Status::Inactive {
            log.append(Event::Disabled(id.clone(), self.now()))?;
        }
        Ok(())
    }

    /// Whoever signs with the one pair signs with the other from now on.
    fn switch(&mut self, from: &AccessKeyId, to: &AccessKeyId) {
        if self.calls.signer == from.as_str() {
            self.calls.signer = to.to_string();
        }
    }

    fn deliver(&mut self, log: &mut impl EventLog, to: &AccessKeyId) -> Result<(), Failure> {
        let open = log.open();
        let old = open.replacement.iter().map(|it| it.old.clone());
        let from: Vec<AccessKeyId> = old.chain(open.leaked.iter().cloned()).collect();
        for from in &from {
            self.switch(from, to);
        }
        self.seen_mut().targets.clear();
        self.calls.does(What::HandOut, to);
        log.append(Event::Delivered(to.clone(), self.now()))
    }

    /// What is Active works, as far as a list can tell.
    fn verify(&mut self, log: &impl EventLog, id: &AccessKeyId, not_before: Option<Timestamp>) {
        let at = not_before.unwrap_or_else(|| self.now()).max(self.now());
        if self.seen().sight(log.open(), id) == Sight::Active {
            self.seen_mut().verified.insert(id.clone(), at);
        } else {
            self.seen_mut().failed.insert(id.clone(), Failed::Unknown);
        }
    }

    fn restore(&mut self, log: &mut impl EventLog, id: &AccessKeyId) -> Result<(), Failure> {
        let active = log.open().restoring.get(id).is_some_and(|it| it.active);
        let status = if active && !log.open().leaked.contains(id) {
            Status::Active
        } else {
            Status::Inactive
        };
        self.calls.add(&Call::set_status(self.owner, id, status));
        self.calls.does(doing(status), id);
        self.answered(id, status.into());
        self.seen_mut().resumed.insert(id.clone());
        log.append(Event::Restored(id.clone(), Some(self.now())))
    }
}

impl World for Rehearsal<'_> {
    fn take(&mut self, step: &Step, log: &mut impl EventLog) -> Result<(), Failure> {
        match step {
            Step::Look => self.look(log),
            Step::Request => self.request(log),
            Step::Disable(id) => self.set(log, id, Status::Inactive),
            Step::Enable(id) => self.set(log, id, Status::Active),
            Step::Delete(id) => {
                self.calls.add(&Call::delete_pair(self.owner, id));
                self.calls.does(What::Delete, id);
                self.answered(id, Sight::Gone);
                Ok(())
            }
            Step::Verify(id, not_before) => {
                self.calls.signed(&Call::caller_identity(), id.to_string());
                self.verify(log, id, *not_before);
                Ok(())
            }
            Step::Store(id) => {
                self.seen_mut().readable.insert(id.clone());
                self.seen_mut().claimed.insert(id.clone());
                Ok(())
            }
            Step::DropSecret(id) => {
                self.seen_mut().stored.remove(id);
                Ok(())
            }
            Step::Deliver(id) => self.deliver(log, id),
            Step::ResumeRestore(id) => self.restore(log, id),
            Step::Conclude => log.append(Event::Concluded),
            Step::EndLeak(id) => end_leak(log, id),
            Step::EndReplacement | Step::Undone => log.append(Event::Ended),
            Step::Close => log.close(),
            Step::Wait(_) | Step::Stop(_) | Step::Done => Ok(()),
        }
    }

    fn now(&self) -> Timestamp {
        self.session.cloud.now()
    }

    fn seen(&self) -> &Seen {
        &self.live.seen
    }
}

fn doing(status: Status) -> What {
    match status {
        Status::Active => What::Enable,
        Status::Inactive => What::Disable,
    }
}
