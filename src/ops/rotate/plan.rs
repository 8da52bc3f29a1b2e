//! `rotate --dry-run`: the loop over a rehearsal. Asks the cloud, and changes nothing anywhere.

pub(crate) use super::{
    planned::{Doing, Planned, What},
    rehearsal::NEW,
};

use super::{
    State, Wish, has_come_to_nothing, is_rolled_back,
    planned::Calls,
    rehearsal::{Memory, Rehearsal},
    replace, spans,
};
use crate::cloud::Call;
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    event::Event,
    open_work::OpenWork,
    plan::{Ask, Stop, Wait},
    seen::{Answer, Sight},
};
use crate::ops::{
    Failure, Session,
    drive::{self, End, EventLog},
    leak,
    live::{Order, Went},
    problem::{Half, Pair},
    rollback, stop,
};
use std::collections::BTreeMap;

/// What a person would have done.
pub(crate) enum Asked {
    Rotate(Wish),
    RollBack,
    Leaked(Option<AccessKeyId>),
}

/// What would be done, and where it would end.
pub(crate) struct Plan {
    pub(crate) doings: Vec<Doing>,
    pub(crate) calls: Vec<Planned>,
    /// Absent where it would stop.
    pub(crate) state: Option<State>,
    /// Why it would stop after these calls.
    pub(crate) stops: Option<Failure>,
}

/// Returns the plan of the command; fails where the command would be refused.
pub(crate) fn plan(session: &Session, owner: &Owner, asked: &Asked) -> Result<Plan, Failure> {
    session.check_restoring(owner)?;
    let log = Memory(session.journal.read(owner)?);
    let mut calls = Calls::new(session.cloud.signer());
    if matches!(asked, Asked::Rotate(wish) if wish.finish_only) && log.0.is_empty() {
        return Ok(Plan {
            doings: Vec::new(),
            calls: calls.made,
            state: Some(State::None),
            stops: None,
        });
    }
    session.check_signer(owner)?;
    calls.add(&Call::caller_identity());
    let rehearsing = Rehearsing {
        session,
        owner,
        log,
        calls,
        answers: BTreeMap::new(),
    };
    match asked {
        Asked::RollBack => rehearsing.roll_back(),
        Asked::Leaked(named) => rehearsing.leaked(named.as_ref()),
        Asked::Rotate(wish) => rehearsing.rotate(wish),
    }
}

struct Rehearsing<'a> {
    session: &'a Session,
    owner: &'a Owner,
    log: Memory,
    calls: Calls,
    /// What was answered so far, as if it had been asked.
    answers: BTreeMap<AccessKeyId, Answer>,
}

impl Rehearsing<'_> {
    fn roll_back(mut self) -> Result<Plan, Failure> {
        rollback::may_go_back(self.session, self.owner, self.log.open())?;
        let replacement = self.log.open().replacement.clone();
        if let Some(it) = replacement.filter(|it| !it.rolled_back) {
            self.calls.add(&Call::list_pairs(self.owner));
            if !rollback::is_listed(self.session, self.owner, &it)? {
                self.calls.add(&Call::recycled_pair(&it.old));
            }
            self.log.append(Event::RolledBack)?;
        }
        self.go(Ask::Continue, Order::none())
    }

    fn leaked(mut self, named: Option<&AccessKeyId>) -> Result<Plan, Failure> {
        if named.is_some() || self.log.open().leaked.is_empty() {
            let record = self.session.record(self.owner)?;
            if !named.is_some_and(|id| leak::is_known(&record, self.log.open(), id)) {
                self.calls.add(&Call::list_pairs(self.owner));
            }
            let id = leak::which(self.session, self.owner, self.log.open(), named)?;
            leak::not_the_signer(&self.session.cloud.signer(), self.owner, &id)?;
            self.log.append(Event::Leaked(id))?;
        }
        self.go(Ask::Continue, Order::none())
    }

    fn rotate(mut self, wish: &Wish) -> Result<Plan, Failure> {
        if let Some(spans) = spans::changed(self.session, self.owner, self.log.open(), wish)? {
            self.log.append(Event::Spans(spans))?;
        }
        if wish.finish_only {
            return self.go(Ask::Continue, wish.order());
        }
        let retired = |open: &OpenWork, id: &AccessKeyId| {
            open.replacement
                .as_ref()
                .is_some_and(|it| it.old == *id && it.disabled_at.is_some())
        };
        match &wish.replace {
            Some(id) if retired(self.log.open(), id) => self.end_grace(wish)?,
            Some(id) => self.replace(id)?,
            None if is_rolled_back(self.log.open()) => {
                self.calls.add(&Call::list_pairs(self.owner));
                replace::makes_room(self.session, self.owner, self.log.open())?;
                self.end_grace(wish)?;
            }
            None => (),
        }
        self.go(Ask::Rotate, wish.order())
    }

    fn end_grace(&mut self, wish: &Wish) -> Result<(), Failure> {
        self.run(Ask::EndGrace, wish.order()).map(drop)
    }

    /// A pair that is deleted first.
    fn replace(&mut self, id: &AccessKeyId) -> Result<(), Failure> {
        let shown = self.session.cloud.pairs(self.owner)?;
        self.calls.add(&Call::list_pairs(self.owner));
        if replace::may_go(self.session, self.owner, &shown, id)? {
            self.calls.add(&Call::delete_pair(self.owner, id));
            self.calls.does(What::Delete, id);
            self.calls.add(&Call::list_pairs(self.owner));
            let (at, sight) = (self.session.cloud.now(), Sight::Gone);
            self.answers.insert(id.clone(), Answer { at, sight });
        }
        Ok(())
    }

    /// What one run was answered, the next one sees in its list.
    fn run(&mut self, ask: Ask, order: Order) -> Result<Went, Failure> {
        let mut world = Rehearsal::new(
            (self.session, self.owner),
            ask,
            order,
            (&mut self.calls, &self.answers),
        );
        let end = drive::drive(&mut world, &mut self.log, ask)?;
        let record = self.session.record(self.owner)?;
        let pairs = world.live.pairs(self.log.open(), &record);
        let (seen, deeds) = world.live.ended();
        self.answers.extend(seen.answers.clone());
        Ok(Went {
            end,
            deeds,
            seen,
            pairs,
        })
    }

    fn go(mut self, ask: Ask, order: Order) -> Result<Plan, Failure> {
        let open = self.log.open();
        let was_requested = open.request.is_some() && open.leaked.is_empty();
        let mut went = self.run(ask, order.clone())?;
        if was_requested && has_come_to_nothing(self.log.open(), &went) {
            went = self.run(ask, order)?;
        }
        let open = self.log.open();
        let (state, stops) = match went.end {
            End::Stop(Stop::TwoPairs) => {
                return Err(replace::two_pairs(self.session, self.owner, &went.pairs));
            }
            End::Stop(Stop::NoPair) => return Err(Pair::NoneOf(self.owner.clone()).into()),
            End::Stop(why) => (
                None,
                Some(stop::stopped(
                    self.session,
                    self.owner,
                    open,
                    (&went, true),
                    why,
                )),
            ),
            End::Wait(Wait::Overlap(_) | Wait::Grace(_) | Wait::Proof) | End::Done => {
                (Some(state(open)), None)
            }
            End::Wait(wait) => (None, Some(waits(self.owner, open, wait))),
        };
        if stops.is_none() {
            self.calls.due(self.log.open());
        }
        Ok(Plan {
            doings: self.calls.doings,
            calls: self.calls.made,
            state,
            stops,
        })
    }
}

/// Of a pair that leaked, the person wants to know first that it would be disabled.
fn waits(owner: &Owner, open: &OpenWork, wait: Wait) -> Failure {
    let failure = stop::waiting(owner, open, wait);
    let Some(id) = open.leaked.first() else {
        return failure;
    };
    failure.half_done(Half::LeakWouldWait(id.clone()))
}

fn state(open: &OpenWork) -> State {
    match &open.replacement {
        Some(it) if it.rolled_back => State::RolledBack,
        Some(it) if it.disabled_at.is_some() => State::Grace,
        Some(_) => State::Overlap,
        None => State::Done,
    }
}
