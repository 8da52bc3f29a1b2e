//! What a run asks the cloud to change: the status of a pair, and its end.

use super::{Deed, Live};
use crate::cloud::{Error, Fault, Outcome};
use crate::core::{
    access_key::{AccessKeyId, Status},
    event::Event,
    open_work::OpenWork,
    seen::{Answer, Sight},
};
use crate::metadata::log::Action;
use crate::ops::{
    Failure,
    drive::{EventLog, World},
    leak,
    problem::Half,
    record,
    remark::{Of, Remark},
};

impl Live<'_> {
    /// A pair that leaked, or the outgoing one of a replacement.
    pub(super) fn disable(
        &mut self,
        log: &mut impl EventLog,
        id: &AccessKeyId,
    ) -> Result<(), Failure> {
        let leaked = log.open().leaked.contains(id);
        if leaked {
            leak::not_the_signer(&self.session.cloud.signer(), self.owner, id)?;
        } else {
            self.switch_late_profiles(log, id)?;
        }
        let was_active = self.is_known_active(log.open(), id)?;
        let there = self
            .set(id, Status::Inactive, Action::RotateDisable)
            .map_err(|error| match error.fault {
                Fault::NoSuchUser if leaked => leak::no_such_user(error, id),
                _ if leaked => leak::protected(self.owner, error),
                _ => error.into(),
            })?;
        self.seen.asked.insert(id.clone());
        if there {
            self.deeds.push(Deed::Disabled(id.clone()));
        }
        let outgoing = log
            .open()
            .replacement
            .as_ref()
            .is_some_and(|it| it.old == *id);
        if there && outgoing && !leaked {
            log.append(Event::Disabled(id.clone(), self.now()))?;
        }
        self.know(log.open())?;
        if there && leaked && was_active {
            let disabled = Remark::Pair(id.clone(), Of::Disabled);
            self.session.tell.note(disabled);
        }
        Ok(())
    }

    fn is_known_active(&self, open: &OpenWork, id: &AccessKeyId) -> Result<bool, Failure> {
        if self.seen.list.is_some() {
            return Ok(self.seen.sight(open, id) == Sight::Active);
        }
        let record = self.session.record(self.owner)?;
        Ok(record.pair(id).is_none_or(|pair| pair.is(Status::Active)))
    }

    /// A pair that a rollback brings back into use.
    pub(super) fn enable(&mut self, id: &AccessKeyId) -> Result<(), Failure> {
        self.set(id, Status::Active, Action::Enable)?;
        self.seen.asked.insert(id.clone());
        Ok(())
    }

    pub(super) fn delete(
        &mut self,
        log: &mut impl EventLog,
        id: &AccessKeyId,
    ) -> Result<(), Failure> {
        let leaked = log.open().leaked.contains(id);
        let answer = self.session.cloud.delete_pair(self.owner, id);
        let answer = record::change(
            self.session,
            Action::RotateDelete,
            self.owner,
            Some(id),
            answer,
        );
        let is_unknown = |error: &Error| error.outcome() == Outcome::Unknown;
        if answer.as_ref().is_err_and(is_unknown) {
            self.maybe_deleted = Some(id.clone());
        }
        let there = match is_there(answer) {
            Err(error) if leaked => return Err(not_deleted(id, error)),
            answer => answer?,
        };
        if there {
            self.deeds.push(Deed::Deleted(id.clone()));
        }
        self.answered(id, Sight::Gone);
        if leaked {
            self.deeds.push(Deed::Dropped(id.clone()));
        }
        self.know(log.open())
    }

    /// Asks for a status whatever a list shows. Returns whether the pair is there.
    pub(super) fn set(
        &mut self,
        id: &AccessKeyId,
        status: Status,
        action: Action,
    ) -> Result<bool, Error> {
        let answer = self.session.cloud.set_status(self.owner, id, status);
        let there = is_there(record::change(
            self.session,
            action,
            self.owner,
            Some(id),
            answer,
        ))?;
        self.answered(id, if there { status.into() } else { Sight::Gone });
        self.seen.verified.remove(id);
        Ok(there)
    }

    pub(super) fn answered(&mut self, id: &AccessKeyId, sight: Sight) {
        let at = self.now();
        self.seen.answers.insert(id.clone(), Answer { at, sight });
    }
}

/// What is to take the place of a leaked pair is there by then.
fn not_deleted(id: &AccessKeyId, error: Error) -> Failure {
    let (id, may_be_deleted) = (id.clone(), error.outcome() == Outcome::Unknown);
    Failure::from(error).half_done(Half::LeakNotDeleted { id, may_be_deleted })
}

/// *No such pair* is an answer like any other.
fn is_there(answer: Result<(), Error>) -> Result<bool, Error> {
    match answer {
        Ok(()) => Ok(true),
        Err(error) if error.fault == Fault::NoSuchPair => Ok(false),
        Err(error) => Err(error),
    }
}
