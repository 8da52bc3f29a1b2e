//! What an interrupted command left: finished where it can be, reported where it cannot. Nothing rolls a created pair back.

mod dismiss;
mod open;

pub(crate) use dismiss::{Dismissed, dismiss, nothing_such};
pub(crate) use open::{Open, Stage, What, list, list_of, states};

use super::{
    Failure, Session,
    drive::End,
    live::{Deed, Order, Went},
    remark::Unfinished,
    standing::{self, Standing, State},
    work::Work,
};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    open_work::OpenWork,
    plan::{Ask, Wait},
};
use crate::metadata::inventory::PairRecord;

/// What a recovery did for an owner.
pub(crate) enum Ended {
    Nothing,
    /// A create, finished now.
    Pair(PairRecord),
    /// A rotation that went on.
    Rotated(Box<Standing>),
    /// A rotation whose next step is not due.
    Waits,
}

/// By the owner or the pair, why something is left open.
pub(crate) type Left = Vec<(String, Failure)>;

/// Finishes everything that can be finished now, and tells of each owner what became of it. Returns what could not, each with its
/// reason: first what cannot be read.
pub(crate) fn each(
    session: &Session,
    mut tell: impl FnMut(&Owner, Ended),
) -> Result<Left, Failure> {
    let (mut owners, mut left) = (Vec::new(), Vec::new());
    for (name, open) in session.journal.open()? {
        match open {
            Ok(open) => owners.push(open.owner),
            Err(error) => left.push((name, error.into())),
        }
    }
    let suspects = session.journal.unreadable_among(&session.journal.names()?);
    let suspects = suspects.into_iter();
    left.extend(suspects.map(|(id, error)| (id.to_string(), error.into())));
    for owner in owners {
        match finish(session, &owner) {
            Ok(ended) => tell(&owner, ended),
            Err(failure) => left.push((owner.key(), failure)),
        }
    }
    Ok(left)
}

fn finish(session: &Session, owner: &Owner) -> Result<Ended, Failure> {
    let mut work = Work::begin(session, owner)?;
    let before = waits(work.open());
    let made: Vec<AccessKeyId> = work.open().made.keys().cloned().collect();
    let had = (
        work.open().replacement.is_some(),
        !work.open().leaked.is_empty(),
    );
    let went = work.go(Ask::Continue, Order::none())?;
    if had == (false, false) && work.open().replacement.is_none() {
        return finished(&work, &went, &made);
    }
    let standing = standing::of(&work, &went)?;
    let waiting = matches!(
        standing.state,
        State::Overlap | State::Grace | State::RolledBack
    );
    if waiting && before.is_some() && before == waits(work.open()) {
        return Ok(Ended::Waits);
    }
    Ok(Ended::Rotated(Box::new(standing)))
}

/// Which time a replacement waits for.
fn waits(open: &OpenWork) -> Option<(bool, bool)> {
    let it = open
        .replacement
        .as_ref()
        .filter(|it| it.delivered_at.is_some())?;
    Some((it.rolled_back, it.disabled_at.is_some()))
}

/// What was unfinished was no rotation.
fn finished(work: &Work, went: &Went, made: &[AccessKeyId]) -> Result<Ended, Failure> {
    match went.end {
        End::Stop(why) => return Err(work.stopped(went, why)),
        End::Wait(Wait::Proof) | End::Done => (),
        End::Wait(wait) => return Err(work.waiting(wait)),
    }
    let put = went.deeds.iter().find_map(|deed| match deed {
        Deed::PutBack(id) | Deed::Created(id) if made.contains(id) => Some(id),
        _ => None,
    });
    let Some(id) = put else {
        return Ok(Ended::Nothing);
    };
    let record = work.session.record(&work.owner)?;
    if let Some(pair) = record.pair(id).filter(|pair| pair.is_live()) {
        return Ok(Ended::Pair(pair.clone()));
    }
    let deleted = Unfinished::DeletedByNow(id.clone(), work.owner.clone());
    work.session.tell.note(deleted.into());
    Ok(Ended::Nothing)
}

/// The same, and nobody is told.
#[cfg(test)]
pub(crate) fn all(session: &Session) -> Result<Left, Failure> {
    each(session, |_, _| ())
}
