//! `create`: one new pair for an owner, its secret held.

use super::{Failure, Kind, Session, issue, recover, recover::Settled};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    time,
};
use crate::metadata::inventory::{OwnerRecord, PairRecord, Way};

/// What the person asked for besides the pair.
pub(crate) struct Wish {
    pub(crate) comment: Option<String>,
    /// The ways by which the secret is about to leave.
    pub(crate) leaves_by: Vec<Way>,
}

/// Makes a pair for an owner that exists, or finishes the one that an earlier command left half done.
/// `TwoPairs` when the owner has two; `Undecided` while an earlier create may yet be executed.
pub(crate) fn create(session: &Session, owner: &Owner, wish: Wish) -> Result<PairRecord, Failure> {
    let _lock = session.lock(owner)?;
    let pair = match recover::settle(session, owner)? {
        Settled::Pair(pair) => {
            session.tell.note(&format!(
                "finished what was begun before: AccessKey pair `{}`",
                pair.access_key_id
            ));
            pair
        }
        Settled::Rotating(..) | Settled::Nothing => {
            let before = issue::preflight(session, owner)?;
            let issued = issue::issue(session, owner, &before, wish.comment, None)?;
            recover::close_if_durable(session, &issued.entry)?;
            issued.pair
        }
    };
    let id = pair.access_key_id.clone();
    left_by(session, owner, pair, &wish.leaves_by).map_err(|failure| not_handed_out(failure, &id))
}

/// The pair is there and held, and only its way out failed: the same command would make another.
pub(crate) fn not_handed_out(failure: Failure, id: &AccessKeyId) -> Failure {
    failure.hint(format!(
        "the pair is held: `akm export {id} --csv FILE` tries again"
    ))
}

fn left_by(
    session: &Session,
    owner: &Owner,
    pair: PairRecord,
    ways: &[Way],
) -> Result<PairRecord, Failure> {
    if ways.is_empty() {
        return Ok(pair);
    }
    let mut record = session.record(owner)?;
    let Some(known) = record.pair_mut(&pair.access_key_id) else {
        return Ok(pair);
    };
    for way in ways {
        known.mark_left(*way);
    }
    let pair = known.clone();
    session.inventory.save(&record)?;
    Ok(pair)
}

/// The owner has two pairs: both, and what to run.
pub(super) fn two_pairs(session: &Session, owner: &Owner, shown: &[AccessKey]) -> Failure {
    let record = session.record(owner).ok();
    told(owner, shown, record.as_ref()).hint(next_commands(owner, shown))
}

/// Both pairs, by what is known of them.
pub(super) fn told(owner: &Owner, shown: &[AccessKey], record: Option<&OwnerRecord>) -> Failure {
    let known = |key: &AccessKey| record.and_then(|record| record.pair(&key.id));
    let lines: Vec<String> = shown.iter().map(|key| line(key, known(key))).collect();
    let message = format!("{owner} has two AccessKey pairs, which is as many as it may");
    Failure::new(Kind::TwoPairs, message).because(lines.join("; "))
}

fn line(key: &AccessKey, known: Option<&PairRecord>) -> String {
    let used = known
        .and_then(|pair| pair.last_used_at)
        .map_or("use unknown".to_owned(), |at| {
            format!("last used {}", time::format(at))
        });
    let held = if known.is_some_and(|pair| pair.secret_store.is_some()) {
        "secret held"
    } else {
        "secret not held"
    };
    format!(
        "`{}` {}, created {}, {used}, {held}",
        key.id,
        key.status,
        time::format(key.created_at)
    )
}

/// An Inactive pair can be deleted at once; of two Active ones, the older is disabled first.
fn next_commands(owner: &Owner, shown: &[AccessKey]) -> String {
    let inactive = shown.iter().find(|key| key.status == Status::Inactive);
    match (inactive, shown.first()) {
        (Some(key), _) => format!("`akm delete {}` makes room, if nothing needs it", key.id),
        (None, Some(oldest)) => format!(
            "`akm list {} --refresh` shows when each was used; then `akm disable {id}` and `akm delete {id}` make room",
            owner.selector(),
            id = oldest.id
        ),
        (None, None) => "`akm list --refresh` shows them".to_owned(),
    }
}
