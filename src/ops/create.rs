//! `create`: one new pair for an owner, its secret held.

use super::{
    Failure, Kind, Session, issue, issue::Issued, record, recover, recover::Settled, rotate,
};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::Reached,
    time,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    journal::Entry,
    log::Action,
};
use std::any::Any;

/// What the person asked for besides the pair.
pub(crate) struct Wish {
    pub(crate) comment: Option<String>,
    /// How the secret is about to be handed out, as the log says it.
    pub(crate) hand_outs: Vec<Action>,
}

/// A pair that is there and held. Where its secret is about to leave, its journal stays open and its owner locked until it has:
/// killed in between, the same command finds this pair again instead of making another.
pub(crate) struct Created {
    pub(crate) pair: PairRecord,
    open: Option<(Issued, Box<dyn Any + Send>)>,
}

impl Created {
    /// The secret has left as it was to, or could not and that is told.
    pub(crate) fn handed_out(self, session: &Session) -> Result<(), Failure> {
        match self.open {
            Some((issued, _lock)) => recover::close(session, issued).map(drop),
            None => Ok(()),
        }
    }
}

/// Makes a pair for an owner that exists, or finishes the one that an earlier command left half done.
/// `TwoPairs` when the owner has as many as it may; `Undecided` while an earlier create may yet be executed.
pub(crate) fn create(session: &Session, owner: &Owner, wish: Wish) -> Result<Created, Failure> {
    let lock = session.lock(owner)?;
    let begun = begun(session, owner)?;
    let issued = match recover::settle_open(session, owner, rotate::Word::AsDue)? {
        Settled::Pair(issued) => {
            told_of(session, &issued.pair);
            issued
        }
        // What another create had made took the place of a pair that leaked.
        Settled::Rotating(standing, _) if begun.as_ref() == Some(&standing.new.access_key_id) => {
            told_of(session, &standing.new);
            let pair = standing.new.clone();
            write_down(session, owner, &pair, &wish.hand_outs);
            return Ok(Created { pair, open: None });
        }
        Settled::Rotating(..) | Settled::Nothing => {
            let before = issue::preflight(session, owner)?;
            issue::issue(session, owner, &before, wish.comment, None)?
        }
    };
    if wish.hand_outs.is_empty() {
        let pair = recover::close(session, issued)?;
        return Ok(Created { pair, open: None });
    }
    let pair = issued.pair.clone();
    write_down(session, owner, &pair, &wish.hand_outs);
    Ok(Created {
        pair,
        open: Some((issued, lock)),
    })
}

fn write_down(session: &Session, owner: &Owner, pair: &PairRecord, hand_outs: &[Action]) {
    for action in hand_outs {
        let pairs = std::iter::once((owner, &pair.access_key_id));
        record::handed_out(session, *action, pairs);
    }
}

/// The pair that a create made which was cut short.
fn begun(session: &Session, owner: &Owner) -> Result<Option<AccessKeyId>, Failure> {
    let open = session.journal.read(owner)?;
    let cut = |entry: &Entry| entry.reached == Reached::Got && entry.intent.rotation.is_none();
    let open = open.filter(cut);
    Ok(open
        .and_then(|entry| entry.got)
        .map(|got| got.access_key_id))
}

fn told_of(session: &Session, pair: &PairRecord) {
    session.tell.note(&format!(
        "finished what was begun before: AccessKey pair `{}`",
        pair.access_key_id
    ));
}

/// The pair is there and held, and only its way out failed: the same command would make another.
pub(crate) fn not_handed_out(failure: Failure, id: &AccessKeyId) -> Failure {
    failure.hint(format!(
        "the pair is held: `akm export {id} --csv FILE` tries again"
    ))
}

/// The owner has as many pairs as it may: each, and what to run.
pub(super) fn two_pairs(session: &Session, owner: &Owner, shown: &[AccessKey]) -> Failure {
    let record = session.record(owner).ok();
    let told = told(owner, shown, record.as_ref());
    let message = format!("{}, which is as many as it may", told.message);
    let hint = suspect_first(session, shown).unwrap_or_else(|| next_commands(owner, shown));
    Failure { message, ..told }.hint(hint)
}

/// A pair that appeared around a lost create is the first to go: nobody has its secret.
pub(super) fn suspect_first(session: &Session, shown: &[AccessKey]) -> Option<String> {
    let suspects = session.journal.suspects().ok()?;
    let is_suspect = |key: &&AccessKey| {
        suspects
            .iter()
            .any(|suspect| suspect.access_key_id == key.id)
    };
    let id = &shown.iter().find(is_suspect)?.id;
    Some(format!(
        "`{id}` is a suspect: if nobody else made it, `akm delete {id} --force` makes room"
    ))
}

/// The pairs, by what is known of each.
pub(super) fn told(owner: &Owner, shown: &[AccessKey], record: Option<&OwnerRecord>) -> Failure {
    let known = |key: &AccessKey| record.and_then(|record| record.pair(&key.id));
    let lines: Vec<String> = shown.iter().map(|key| line(key, known(key))).collect();
    let many = match shown.len() {
        1 => "one AccessKey pair".to_owned(),
        2 => "two AccessKey pairs".to_owned(),
        count => format!("{count} AccessKey pairs"),
    };
    Failure::new(Kind::TwoPairs, format!("{owner} has {many}")).because(lines.join("; "))
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
