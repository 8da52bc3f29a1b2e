//! `create`: one new pair for an owner, its secret held.

use super::{
    Failure, Kind, Session,
    drive::End,
    live::{Deed, Order},
    record,
    session::no_such_pair,
    stop,
    work::Work,
};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    open_work::Made,
    plan::{Ask, Wait},
    time,
};
use crate::metadata::{
    inventory::{OwnerRecord, PairRecord},
    log::Action,
};
use crate::store::SecretStore;

/// What the person asked for besides the pair.
pub(crate) struct Wish {
    pub(crate) comment: Option<String>,
    /// How the secret is about to be handed out, as the log says it.
    pub(crate) hand_outs: Vec<Action>,
}

/// A pair that is there and held. Where its secret is about to leave, its owner stays locked and its journal is kept until it has:
/// killed in between, the same command finds this pair again instead of making another.
pub(crate) struct Created<'a> {
    pub(crate) pair: PairRecord,
    work: Option<Work<'a>>,
}

impl Created<'_> {
    /// The secret has left as it was to, or could not and that is said.
    pub(crate) fn handed_out(self) -> Result<(), Failure> {
        let work = self.work;
        work.map_or(Ok(()), |work| work.handed_out(&self.pair.access_key_id))
    }
}

/// Makes a pair for an owner that exists, or finishes the one that an earlier command left half done.
/// `TwoPairs` when the owner has as many as it may; `Undecided` while an earlier create may yet be executed.
pub(crate) fn create<'a>(
    session: &'a Session,
    owner: &Owner,
    wish: Wish,
) -> Result<Created<'a>, Failure> {
    let mut work = Work::begin(session, owner)?;
    let order = Order {
        comment: wish.comment,
        awaits_hand_out: !wish.hand_outs.is_empty(),
        ..Order::none()
    };
    let id = match begun(&work)? {
        Some(id) => finish(&mut work, id, order)?,
        None => make(&mut work, order)?,
    };
    let record = session.record(owner);
    let record = record.map_err(|failure| not_handed_out(failure, &id))?;
    let pair = record.pair(&id).cloned();
    let pair = pair.ok_or_else(|| no_such_pair(&id))?;
    for action in &wish.hand_outs {
        let pairs = std::iter::once((owner, &pair.access_key_id));
        record::handed_out(session, *action, pairs);
    }
    let work = (!wish.hand_outs.is_empty()).then_some(work);
    Ok(Created { pair, work })
}

/// Returns the pair of a create that was cut short: made and not claimed, or not handed out.
fn begun(work: &Work) -> Result<Option<AccessKeyId>, Failure> {
    let (open, record) = (work.open(), work.session.record(&work.owner)?);
    if open.replacement.is_some() || !open.leaked.is_empty() {
        return Ok(None);
    }
    let is_done = |id: &AccessKeyId| {
        let pair = record.pair(id);
        pair.is_some_and(|pair| pair.is_held() && !pair.undelivered)
    };
    // Where akm itself makes secrets durable, a create that came to its end has left no journal.
    let is_durable = |made: &Made| {
        let store = work.session.stores.open(made.keeping.store);
        store.is_ok_and(SecretStore::durable)
    };
    let mut made = open.made.iter();
    let cut = made.find(|(id, made)| !is_done(id) || is_durable(made));
    Ok(cut.map(|(id, _)| id.clone()))
}

fn finish(work: &mut Work, id: AccessKeyId, order: Order) -> Result<AccessKeyId, Failure> {
    let went = work.go(Ask::Continue, order.clone())?;
    let there = went.pairs.iter().any(|key| key.id == id) || went.seen.list.is_none();
    if !there {
        work.session.tell.note(&format!(
            "`{id}` of {} was made by an earlier command and is deleted by now",
            work.owner
        ));
        return make(work, order);
    }
    work.session.tell.note(&format!(
        "finished what was begun before: AccessKey pair `{id}`"
    ));
    Ok(id)
}

fn make(work: &mut Work, order: Order) -> Result<AccessKeyId, Failure> {
    let went = work.go(Ask::Create, order)?;
    let made = went.deeds.iter().rev().find_map(|deed| match deed {
        Deed::Created(id) => Some(id.clone()),
        _ => None,
    });
    match (made, went.end) {
        (Some(id), End::Done | End::Wait(_)) => Ok(id),
        (_, End::Stop(why)) => Err(stop::stopped(
            work.session,
            &work.owner,
            work.open(),
            &went,
            why,
        )),
        (_, End::Wait(Wait::Overlap(_) | Wait::Grace(_)))
            if went.pairs.len() >= went.seen.limits.pairs =>
        {
            Err(two_pairs(work.session, &work.owner, &went.pairs))
        }
        (_, End::Wait(wait)) => Err(stop::waiting(&work.owner, work.open(), wait)),
        (None, End::Done) => Err(Failure::new(Kind::Failed, "no pair was made")),
    }
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
