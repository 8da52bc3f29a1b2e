//! Writing down what was done: the own record, that `akm log` shows. What happened has happened: where it cannot be written down, that
//! is said and no more.

use super::{Account, Failure, Session, Tell, remark::Machine};
use crate::cloud::{Error, Fault, Outcome};
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::metadata;
use crate::metadata::{
    inventory::OwnerRecord,
    log::{self, Action, Effect, Line, Scene},
};

/// Hands the cloud's answer to a change through, and writes the change down where it was done or may have been.
pub(super) fn change<T>(
    session: &Session,
    action: Action,
    owner: &Owner,
    id: Option<&AccessKeyId>,
    answer: Result<T, Error>,
) -> Result<T, Error> {
    let gone = || was_there(session, action, owner, id, &answer).then_some(Effect::Unknown);
    if let Some(effect) = effect(&answer).or_else(gone) {
        write(
            session,
            &[Line::new(&by(session), action, effect, owner, id)],
        );
    }
    answer
}

fn effect<T>(answer: &Result<T, Error>) -> Option<Effect> {
    match answer {
        Ok(_) => Some(Effect::Done),
        Err(error) => (error.outcome() == Outcome::Unknown).then_some(Effect::Unknown),
    }
}

/// Whether what was to be deleted is gone, and was there as far as is known: an earlier try may have deleted it whose answer was lost.
fn was_there<T>(
    session: &Session,
    action: Action,
    owner: &Owner,
    id: Option<&AccessKeyId>,
    answer: &Result<T, Error>,
) -> bool {
    let gone = matches!(answer, Err(error) if error.fault == Fault::NoSuchPair);
    let deleted = |record: OwnerRecord| id.and_then(|id| record.pair(id)?.deleted_at).is_some();
    gone && match action {
        Action::Delete | Action::RotateDelete => !session.record(owner).is_ok_and(deleted),
        Action::Purge => true,
        _ => false,
    }
}

/// A change that is done.
pub(super) fn done(session: &Session, action: Action, owner: &Owner, id: &AccessKeyId) {
    let line = Line::new(&by(session), action, Effect::Done, owner, Some(id));
    write(session, &[line]);
}

/// Pairs that came in with their secrets, by owner.
pub(super) fn imported(session: &Session, new: &[(Owner, Vec<AccessKeyId>)]) {
    let scene = by(session);
    let pairs = new
        .iter()
        .flat_map(|(owner, ids)| ids.iter().map(move |id| (owner, id)));
    let line = |(owner, id)| Line::new(&scene, Action::Import, Effect::Done, owner, Some(id));
    write(session, &pairs.map(line).collect::<Vec<_>>());
}

/// Secrets that are handed out, by what command. The line waits for no disk.
pub(super) fn handed_out<'a>(
    account: &Account,
    action: Action,
    pairs: impl Iterator<Item = (&'a Owner, &'a AccessKeyId)>,
) {
    let scene = unsigned(account);
    let line = |(owner, id)| Line::new(&scene, action, Effect::Done, owner, Some(id));
    let lines: Vec<Line> = pairs.map(line).collect();
    if let Err(error) = log::append_unsynced(&account.home, &lines)
        && !error.is_read_only()
    {
        account.tell.warn(Machine::LogUnwritten(error).into());
    }
}

/// What was done on this machine alone.
pub(super) fn here(account: &Account, action: Action, owner: &Owner, id: &AccessKeyId) {
    let line = Line::new(&unsigned(account), action, Effect::Done, owner, Some(id));
    write(account, &[line]);
}

fn unsigned(account: &Account) -> Scene {
    Scene {
        time: account.clock.now(),
        account_id: account.id.clone(),
        profile: account.profile.clone(),
        signer: None,
    }
}

fn by(session: &Session) -> Scene {
    Scene {
        time: session.cloud.now(),
        account_id: session.id.clone(),
        profile: session.profile.clone(),
        signer: Some(session.cloud.signer()),
    }
}

fn write(account: &Account, lines: &[Line]) {
    if lines.is_empty() {
        return;
    }
    if let Err(error) = log::append(&account.home, lines) {
        account.tell.warn(Machine::RecordUnwritten(error).into());
    }
}

/// Says of each record that could not be read, and fails with the first: the others were not stopped by it.
pub(crate) fn unreadable(errors: Vec<metadata::Error>, tell: &dyn Tell) -> Result<(), Failure> {
    let mut errors = errors.into_iter();
    let Some(first) = errors.next() else {
        return Ok(());
    };
    for other in errors {
        tell.warn(Machine::Unreadable(other).into());
    }
    Err(first.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cloud::answering;

    #[test]
    fn what_was_refused_is_not_written_down_and_what_is_unknown_is() {
        let effect_of = |status, body: &str| {
            let name = "alice".parse().unwrap();
            effect(&answering::with(status, body).delete_user(&name))
        };
        assert_eq!(effect_of(200, "{}"), Some(Effect::Done));
        assert_eq!(effect_of(502, "bad gateway"), Some(Effect::Unknown));
        let refused = r#"{"Code":"NoPermission","Message":"no"}"#;
        assert_eq!(effect_of(403, refused), None);
    }
}
