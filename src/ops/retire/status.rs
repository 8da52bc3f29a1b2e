//! `disable` and `enable`: a pair whose id was typed. A person's command on a pair ends what the journal wants with it.

use super::{find, not_the_signer, set};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    event::Event,
};
use crate::metadata::inventory::PairRecord;
use crate::ops::{Failure, Kind, Session, leak, work::Work};

/// Makes a pair Inactive. `LastActivePair` when it is the owner's only Active one and `force` is not given;
/// `SigningPair` when akm signs with it.
pub(crate) fn disable(
    session: &Session,
    id: &AccessKeyId,
    force: bool,
) -> Result<PairRecord, Failure> {
    let mut found = find(session, id)?;
    not_the_signer(session, id)?;
    let last = is_last(&found.shown, id);
    if found.key.status == Status::Active && last && !force {
        let message = format!("`{id}` is the last Active pair of {}", found.work.owner);
        return Err(Failure::new(Kind::LastActivePair, message).hint(format!(
            "{} does it all the same",
            disabling(&found.shown, id)
        )));
    }
    not_incoming(&found.work, id, force)?;
    taken_by_hand(&mut found.work, id)?;
    let pair = set(&found.work, &found.shown, id, Status::Inactive)?;
    if outgoing_is_disabled(&mut found.work, id)? {
        session.tell.note(&format!(
            "the rotation that replaces `{id}` goes on: `akm rotate {}` takes it from here",
            found.work.owner.selector()
        ));
    }
    Ok(pair)
}

/// `Refused` for the incoming pair of a replacement, unless a person insists.
pub(super) fn not_incoming(work: &Work, id: &AccessKeyId, force: bool) -> Result<(), Failure> {
    let incoming = work
        .open()
        .replacement
        .as_ref()
        .is_some_and(|it| it.new == *id);
    if !incoming || force {
        return Ok(());
    }
    let message = format!("`{id}` is the new pair of a rotation that is unfinished");
    Err(Failure::new(Kind::Refused, message).hint(format!(
        "`akm rollback {}` goes back to the old pair",
        work.owner.argument()
    )))
}

/// The incoming pair of a replacement is taken out of use by hand: the replacement is over, before the cloud is asked.
pub(super) fn taken_by_hand(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    let incoming = work
        .open()
        .replacement
        .as_ref()
        .is_some_and(|it| it.new == *id);
    if incoming {
        work.append(Event::Withdrawn(id.clone()))?;
        work.session
            .tell
            .note(&format!("the rotation to `{id}` is forgotten"));
    }
    Ok(())
}

/// Records that the outgoing pair of a replacement is Inactive now. Returns whether it is that pair.
pub(super) fn outgoing_is_disabled(work: &mut Work, id: &AccessKeyId) -> Result<bool, Failure> {
    let outgoing = work
        .open()
        .replacement
        .as_ref()
        .is_some_and(|it| it.old == *id && it.delivered_at.is_some());
    if outgoing {
        work.append(Event::Disabled(id.clone(), work.session.cloud.now()))?;
    }
    Ok(outgoing)
}

fn is_last(shown: &[AccessKey], id: &AccessKeyId) -> bool {
    let mut others = shown.iter().filter(|key| key.id != *id);
    others.all(|key| key.status == Status::Inactive)
}

/// The command that makes the pair Inactive.
pub(in crate::ops) fn disabling(shown: &[AccessKey], id: &AccessKeyId) -> String {
    let force = if is_last(shown, id) { " --force" } else { "" };
    format!("`akm disable {id}{force}`")
}

/// Makes a pair Active. Ends a rotation that takes the pair out of use, and a leak of it.
pub(crate) fn enable(
    session: &Session,
    id: &AccessKeyId,
    force: bool,
) -> Result<PairRecord, Failure> {
    let mut found = find(session, id)?;
    let known = session.record(&found.work.owner)?;
    let leaked = known.pair(id).is_some_and(|pair| pair.leaked);
    if leaked && !force {
        return Err(leak::is_leaked(id, &format!("akm enable {id} --force")));
    }
    withdraw(&mut found.work, id)?;
    let pair = set(&found.work, &found.shown, id, Status::Active)?;
    if leaked {
        session.tell.warn(&format!(
            "`{id}` was reported as leaked, and is handed out again from now on"
        ));
    }
    found.work.tidy()?;
    Ok(pair)
}

/// First: cut short after it, nothing disables the pair again.
fn withdraw(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    let open = work.open();
    let leaked = open.leaked.contains(id);
    let outgoing = open.replacement.as_ref().is_some_and(|it| it.old == *id);
    if !leaked && !outgoing {
        return Ok(());
    }
    work.append(Event::Withdrawn(id.clone()))?;
    let what = if leaked {
        format!("nothing is left to be done about the leak of `{id}`")
    } else {
        format!("the rotation that retires `{id}` is over")
    };
    work.session
        .tell
        .note(&format!("{what}; both pairs are left as they are"));
    Ok(())
}
