//! `rotate --replace`: a pair whose id was typed goes, so that there is room for a new one.

use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    plan::Ask,
};
use crate::ops::{
    Failure, Kind, Session, create, live::Order, retire, session::no_such_pair, work::Work,
};

/// Sees to it that the pair is gone before the rotation begins. One that a rotation still needs is refused.
pub(super) fn first(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    if let Some(it) = work.open().replacement.clone() {
        if it.old == *id && it.disabled_at.is_some() {
            let went = work.go(Ask::EndGrace, Order::none())?;
            super::tell_of_ended(work, &went);
            return Ok(());
        }
        if it.new == *id {
            return Err(Failure::new(
                Kind::Refused,
                format!("`{id}` is the new pair of a rotation that is open"),
            )
            .hint(format!(
                "`akm rotate {} --rollback` takes it out of use",
                work.owner.selector()
            )));
        }
        if it.old == *id && it.delivered_at.is_some() {
            return Err(active(&work.owner, id, &format!("`akm disable {id}`")));
        }
    }
    work.check_signer()?;
    let (session, owner) = (work.session, work.owner.clone());
    let shown = session.cloud.pairs(&owner)?;
    if may_go(session, &owner, &shown, id)? {
        retire::delete_inactive(session, &owner, id)?;
        session
            .tell
            .note(&format!("`{id}` is deleted to make room"));
    }
    Ok(())
}

/// Whether the pair is there to be deleted. One that is deleted already was so by the same command, cut short.
pub(super) fn may_go(
    session: &Session,
    owner: &Owner,
    shown: &[AccessKey],
    id: &AccessKeyId,
) -> Result<bool, Failure> {
    let Some(key) = shown.iter().find(|key| key.id == *id) else {
        return known(session, owner, id).map(|()| false);
    };
    if shown.len() == 1 {
        return Err(Failure::new(
            Kind::Refused,
            format!("`{id}` is the only pair of {owner}: there is room for another"),
        )
        .hint(format!("`akm rotate {} --delete-old`", owner.selector())));
    }
    retire::not_the_signer(session, id)?;
    if key.status == Status::Active {
        return Err(active(owner, id, &retire::disabling(shown, id)));
    }
    Ok(true)
}

fn known(session: &Session, owner: &Owner, id: &AccessKeyId) -> Result<(), Failure> {
    let known = session.record(owner)?.pair(id).is_some();
    known.then_some(()).ok_or_else(|| no_such_pair(id))
}

fn active(owner: &Owner, id: &AccessKeyId, disabling: &str) -> Failure {
    Failure::new(Kind::ActivePair, format!("`{id}` of {owner} is Active"))
        .hint(format!("{disabling} first and see that nothing breaks"))
}

/// The owner has two pairs and no rotation is open: both, when each was used, and what to run.
pub(super) fn two_pairs(session: &Session, owner: &Owner, shown: &[AccessKey]) -> Failure {
    let Ok(mut record) = session.record(owner) else {
        return create::two_pairs(session, owner, shown);
    };
    record.take_over(shown, session.cloud.now());
    for pair in &mut record.access_keys {
        if pair.is_live()
            && let Ok(Some(used)) = session.cloud.last_used(owner, &pair.access_key_id)
        {
            pair.last_used_at = Some(used);
        }
    }
    let told = create::told(owner, shown, Some(&record));
    let message = format!("{}, and a rotation begins with one", told.message);
    let hint = create::suspect_first(session, shown);
    let hint = hint.unwrap_or_else(|| next_commands(session, owner, shown));
    Failure { message, ..told }.hint(hint)
}

/// An Inactive pair can be replaced at once; of two Active ones, the older is disabled first.
fn next_commands(session: &Session, owner: &Owner, shown: &[AccessKey]) -> String {
    let replaceable = |key: &&AccessKey| session.cloud.signer() != key.id.as_str();
    let mut keys = shown.iter().filter(replaceable);
    let inactive = keys.clone().find(|key| key.status == Status::Inactive);
    let Some(key) = inactive.or_else(|| keys.next()) else {
        return "`akm list --refresh` shows them".to_owned();
    };
    let (id, selector) = (&key.id, owner.selector());
    let replace = format!("`akm rotate {selector} --replace {id}`");
    match key.status {
        Status::Inactive => format!("{replace} deletes that one first, if nothing needs it"),
        Status::Active => {
            format!("`akm disable {id}`, and once nothing misses it {replace}")
        }
    }
}
