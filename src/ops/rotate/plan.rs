//! `rotate --dry-run`: the loop over a rehearsal. Asks the cloud, and changes nothing anywhere.

pub(crate) use super::rehearsal::{NEW, Planned};

use super::{
    State, Wish, is_rolled_back,
    rehearsal::{Calls, Memory, Rehearsal},
    replace,
};
use crate::cloud::Call;
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    event::Event,
    open_work::OpenWork,
    plan::{Ask, Stop, Wait},
    seen::{Answer, Seen, Sight},
};
use crate::ops::{
    Failure, Session,
    drive::{self, End, EventLog},
    leak,
    live::Order,
    rollback, stop,
    work::Went,
};

/// What a person would have done.
pub(crate) enum Asked {
    Rotate(Wish),
    RollBack,
    Leaked(Option<AccessKeyId>),
}

/// What would be done, and where it would end.
pub(crate) struct Plan {
    pub(crate) calls: Vec<Planned>,
    /// Absent where it would stop.
    pub(crate) state: Option<State>,
    /// Why it would stop after these calls.
    pub(crate) stops: Option<Failure>,
}

/// Returns the plan of the command; fails where the command would be refused.
pub(crate) fn plan(session: &Session, owner: &Owner, asked: &Asked) -> Result<Plan, Failure> {
    let log = Memory(session.journal.read(owner)?);
    let mut calls = Calls::new(session.cloud.signer());
    if matches!(asked, Asked::Rotate(wish) if wish.finish_only) && log.0.is_empty() {
        return Ok(Plan {
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
        calls: Some(calls),
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
    calls: Option<Calls>,
}

impl Rehearsing<'_> {
    fn roll_back(mut self) -> Result<Plan, Failure> {
        rollback::may_go_back(self.session, self.owner, self.log.open())?;
        if self
            .log
            .open()
            .replacement
            .as_ref()
            .is_some_and(|it| !it.rolled_back)
        {
            self.log.append(Event::RolledBack)?;
        }
        self.go(Ask::Continue, Order::none(), None)
    }

    fn leaked(mut self, named: Option<&AccessKeyId>) -> Result<Plan, Failure> {
        if named.is_some() || self.log.open().leaked.is_empty() {
            let id = leak::which(self.session, self.owner, self.log.open(), named)?;
            leak::not_the_signer(&self.session.cloud.signer(), self.owner, &id)?;
            self.log.append(Event::Leaked(id))?;
        }
        self.go(Ask::Continue, Order::none(), None)
    }

    fn rotate(mut self, wish: &Wish) -> Result<Plan, Failure> {
        if wish.finish_only {
            return self.go(Ask::Continue, wish.order(), None);
        }
        let mut gone = None;
        let retired = |open: &OpenWork, id: &AccessKeyId| {
            open.replacement
                .as_ref()
                .is_some_and(|it| it.old == *id && it.disabled_at.is_some())
        };
        match &wish.replace {
            Some(id) if retired(self.log.open(), id) => self.end_grace(wish)?,
            Some(id) => gone = self.replaced(id)?,
            None if is_rolled_back(self.log.open()) => self.end_grace(wish)?,
            None => (),
        }
        self.go(Ask::Rotate, wish.order(), gone)
    }

    fn end_grace(&mut self, wish: &Wish) -> Result<(), Failure> {
        self.run(Ask::EndGrace, wish.order(), None).map(drop)
    }

    /// A pair that is deleted first.
    fn replaced(&mut self, id: &AccessKeyId) -> Result<Option<AccessKeyId>, Failure> {
        let shown = self.session.cloud.pairs(self.owner)?;
        let goes = replace::may_go(self.session, self.owner, &shown, id)?;
        if let Some(calls) = &mut self.calls {
            calls.add(&Call::list_pairs(self.owner));
            if goes {
                calls.add(&Call::delete_pair(self.owner, id));
                calls.add(&Call::list_pairs(self.owner));
            }
        }
        Ok(goes.then(|| id.clone()))
    }

    fn run(
        &mut self,
        ask: Ask,
        order: Order,
        gone: Option<AccessKeyId>,
    ) -> Result<(End, Seen, Went), Failure> {
        let signer = self.session.cloud.signer();
        let calls = self.calls.take().unwrap_or_else(|| Calls::new(signer));
        let mut world = Rehearsal::new(self.session, self.owner, ask, order, calls);
        if let Some(id) = gone {
            let (at, sight) = (self.session.cloud.now(), Sight::Gone);
            world.live.seen.answers.insert(id, Answer { at, sight });
        }
        let end = drive::drive(&mut world, &mut self.log, ask)?;
        let record = self.session.record(self.owner)?;
        let pairs = world.live.pairs(self.log.open(), &record);
        let seen = world.live.seen.clone();
        let went = Went {
            end,
            deeds: Vec::new(),
            seen: seen.clone(),
            pairs,
        };
        self.calls = Some(world.calls);
        Ok((end, seen, went))
    }

    fn go(mut self, ask: Ask, order: Order, gone: Option<AccessKeyId>) -> Result<Plan, Failure> {
        let before = self.log.open().replacement.clone();
        let (end, _, went) = self.run(ask, order, gone)?;
        let open = self.log.open();
        let (state, stops) = match end {
            End::Stop(Stop::TwoPairs) => {
                return Err(replace::two_pairs(self.session, self.owner, &went.pairs));
            }
            End::Stop(Stop::NoPair) => return Err(stop::no_pair(self.owner)),
            End::Stop(why) => (
                None,
                Some(stop::stopped(self.session, self.owner, open, &went, why)),
            ),
            End::Wait(Wait::Overlap(_) | Wait::Grace(_) | Wait::Proof) | End::Done => {
                (Some(state(open, before.is_some())), None)
            }
            End::Wait(wait) => (None, Some(stop::waiting(self.owner, open, wait))),
        };
        Ok(Plan {
            calls: self.calls.map(|calls| calls.made).unwrap_or_default(),
            state,
            stops,
        })
    }
}

fn state(open: &OpenWork, _was_open: bool) -> State {
    match &open.replacement {
        Some(it) if it.rolled_back => State::RolledBack,
        Some(it) if it.disabled_at.is_some() => State::Grace,
        Some(_) => State::Overlap,
        None => State::Done,
    }
}
