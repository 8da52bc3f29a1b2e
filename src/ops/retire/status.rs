//! `disable` and `enable`: a pair whose id was typed. A person's command on a pair ends what the journal wants with it.

use super::{find, not_the_signer, set};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    event::Event,
    open_work::Replacement,
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
    not_incoming(&found.work, id, force)?;
    let last = is_last(&found.shown, id);
    if found.key.status == Status::Active && last && !force {
        let message = format!("`{id}` is the last Active pair of {}", found.work.owner);
        return Err(Failure::new(Kind::LastActivePair, message).hint(format!(
            "{} does it all the same",
            disabling(&found.shown, id)
        )));
    }
    taken_by_hand(&mut found.work, id)?;
    let pair = set(&found.work, &found.shown, id, Status::Inactive)?;
    if outgoing_is_disabled(&mut found.work, id)? {
        session.tell.note(&format!(
            "the rotation that replaces `{id}` goes on: `akm rotate {}` takes it from here",
            found.work.owner.selector()
        ));
    }
    found.work.tidy()?;
    Ok(pair)
}

/// `Refused` for the incoming pair of a replacement, unless a person insists.
pub(super) fn not_incoming(work: &Work, id: &AccessKeyId, force: bool) -> Result<(), Failure> {
    let Some(it) = incoming(work, id).filter(|_| !force) else {
        return Ok(());
    };
    let selector = work.owner.selector();
    if it.rolled_back {
        let message = format!("`{id}` is the old pair of a rollback that is not over");
        let hint = format!(
            "`akm rotate {selector}` goes on with it; with `--force` the rollback ends, and `{}` is left as it is",
            it.old
        );
        return Err(Failure::new(Kind::Refused, message).hint(hint));
    }
    let message = format!("`{id}` is the new pair of a rotation that is not over");
    let hint = format!(
        "`akm rotate {selector} --rollback` goes back to the old pair `{}`",
        it.old
    );
    Err(Failure::new(Kind::Refused, message).hint(hint))
}

fn incoming<'a>(work: &'a Work, id: &AccessKeyId) -> Option<&'a Replacement> {
    let replacement = work.open().replacement.as_ref();
    replacement.filter(|it| it.new == *id)
}

/// The incoming pair of a replacement is taken out of use by hand: the replacement is over, before the cloud is asked.
pub(super) fn taken_by_hand(work: &mut Work, id: &AccessKeyId) -> Result<(), Failure> {
    let Some(it) = incoming(work, id) else {
        return Ok(());
    };
    let what = if it.rolled_back {
        "rollback"
    } else {
        "rotation"
    };
    work.append(Event::Withdrawn(id.clone()))?;
    let tell = &work.session.tell;
    tell.note(&format!("the {what} to `{id}` is forgotten"));
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
    let is_marked = known.pair(id).is_some_and(|pair| pair.leaked);
    let leaked = is_marked || found.work.open().leaked.contains(id);
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
    work.session.tell.note(&if leaked {
        format!("nothing is to take the place of `{id}` any more")
    } else {
        format!("the rotation that retires `{id}` is over; both pairs are left as they are")
    });
    Ok(())
}
