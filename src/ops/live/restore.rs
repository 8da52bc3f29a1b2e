//! A pair that is to come back from the recycle bin: the answer to a change says whether it is back.

use super::{Deed, Live};
use crate::cloud::{Error, Fault};
use crate::core::{
    access_key::{AccessKeyId, Status},
    event::Event,
};
use crate::metadata::log::Action;
use crate::ops::{
    Failure,
    advice::{Advice, Purpose},
    drive::{EventLog, World},
    profile,
    remark::Unfinished,
};

impl Live<'_> {
    pub(super) fn resume_restore(
        &mut self,
        log: &mut impl EventLog,
        id: &AccessKeyId,
    ) -> Result<(), Failure> {
        let Some(wanted) = log.open().restoring.get(id).cloned() else {
            return Ok(());
        };
        let leaked = log.open().leaked.contains(id);
        // A pair that a profile signs with by now is left as it came back.
        let signs = !leaked && profile::signs(self.session, id)?;
        let status = if wanted.active && !leaked || signs {
            Status::Active
        } else {
            Status::Inactive
        };
        let action = match status {
            Status::Active => Action::Enable,
            Status::Inactive => Action::Disable,
        };
        let there = self.set(id, status, action);
        let there = there.map_err(|error| of_gone_user(id, error))?;
        self.seen.resumed.insert(id.clone());
        let now = self.now();
        let expired = now >= wanted.asked_at + self.seen.limits.expiry;
        if there || expired {
            log.append(Event::Restored(id.clone(), there.then_some(now)))?;
        }
        if !there && expired && wanted.asked_at < now {
            let nothing = Unfinished::NotRestored(id.clone());
            self.session.tell.note(nothing.into());
        }
        if there {
            self.deeds
                .push(Deed::Restored(id.clone(), status, signs && !wanted.active));
        }
        self.know_and(log.open(), |record| {
            if let Some(pair) = record.pair_mut(id).filter(|_| there) {
                (pair.status, pair.deleted_at) = (status, None);
            }
        })
    }
}

/// It may have another name by now, and the pair with it: a person is to look.
fn of_gone_user(id: &AccessKeyId, error: Error) -> Failure {
    let is_gone = error.fault == Fault::NoSuchUser;
    let failure = Failure::from(error);
    if !is_gone {
        return failure;
    }
    failure.advise([Advice::FindUser(id.clone(), Purpose::Restore)])
}
