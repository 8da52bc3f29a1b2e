//! What else is open for the owner of a pair that leaked: it is looked into once the pair is disabled, and what it holds is kept.

use super::{super::Standing, begin, both::leaked_too, disable, kept::keep, waits};
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
};
use crate::metadata::journal::{Entry, OpenJournal};
use crate::ops::{
    Failure, Kind, Session, issue,
    recover::{self, Settled},
};

/// What is left to do once nothing else is open.
pub(super) enum Way {
    Free(Vec<AccessKey>),
    /// The leaked pair is replaced and deleted by now.
    Gone(Box<Standing>),
}

/// Whatever else is open for the owner: that the pair leaked is written down there, and the pair disabled, before it is looked into.
/// What is written down there already of another pair is not forgotten as long as that is there.
pub(super) fn make_way(
    session: &Session,
    owner: &Owner,
    mut shown: Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<Way, Failure> {
    let Some((mut entry, mut journal)) = session.journal.resume(owner)? else {
        return Ok(Way::Free(shown));
    };
    let half = |failure: Failure| failure.half_done(waits(id));
    let mut noted = Ok(());
    if entry.leaked.is_none() {
        noted = note(&mut entry, &mut journal, id);
    }
    disable(session, owner, &mut shown, id)?;
    noted.map_err(half)?;
    leaked_too(session, &entry, &mut shown, id).map_err(half)?;
    note(&mut entry, &mut journal, id).map_err(half)?;
    if entry.got.is_some() {
        let standing = replace_beside(session, entry, journal, shown, id)?;
        return Ok(Way::Gone(Box::new(standing)));
    }
    Ok(match settle(session, owner, id)? {
        Settled::Rotating(standing, _) => Way::Gone(standing),
        _ => Way::Free(session.cloud.pairs(owner)?),
    })
}

fn note(entry: &mut Entry, journal: &mut OpenJournal, id: &AccessKeyId) -> Result<(), Failure> {
    if entry.leaked.as_ref() == Some(id) {
        return Ok(());
    }
    let noted = journal.leaked(entry, Some(id.clone()));
    noted.map_err(|error| Failure::from(error).hint("the same command again"))
}

/// The leak that was written down beside what is open: what that holds of pairs that did not leak is kept, then the leaked one is
/// replaced.
pub(in crate::ops) fn replace_beside(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
    mut shown: Vec<AccessKey>,
    id: &AccessKeyId,
) -> Result<Standing, Failure> {
    let owner = entry.owner();
    disable(session, &owner, &mut shown, id)?;
    let mut shown = issue::with_the_new(session, &entry, shown);
    let kept = leaked_too(session, &entry, &mut shown, id)
        .and_then(|()| issue::ready(session, &owner))
        .and_then(|()| keep(session, entry, journal, &shown, id));
    kept.map_err(|failure| failure.half_done(waits(id)))?;
    begin(session, &owner, shown, id)
}

fn settle(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<Settled, Failure> {
    recover::settle(session, owner).map_err(|failure| {
        // It says how far it came.
        if failure.kind == Kind::HalfDone {
            return failure;
        }
        let first = failure.hint.clone();
        let hint = first.unwrap_or_else(|| "`akm recover`".to_owned());
        failure.half_done(waits(id)).hint(hint)
    })
}
