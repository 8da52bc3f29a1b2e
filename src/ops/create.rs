//! `create`: one new pair for an owner, its secret saved.

use super::{
    Failure, Session, advice::Advice, drive::End, issue::most_pairs, live::Order, problem, record,
    remark::Unfinished, session::no_such_pair, two_pairs, work::Work,
};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    open_work::Made,
    plan::{Ask, Wait},
};
use crate::metadata::{inventory::PairRecord, log::Action};
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

/// Refuses what [`create`] would refuse of an owner that exists, before a person is asked. Changes nothing.
pub(crate) fn check(session: &Session, owner: &Owner) -> Result<(), Failure> {
    session.check_signer(owner)?;
    let goes_on = !session.journal.read(owner)?.is_empty();
    let shown = session.cloud.pairs(owner)?;
    if goes_on || shown.len() < most_pairs(&session.cloud, owner)? {
        return Ok(());
    }
    Err(two_pairs::two_pairs(session, owner, &shown))
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
    let record = record.map_err(|failure| failure.advise([Advice::Export(id.clone())]))?;
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
        let deleted = Unfinished::DeletedByNow(id, work.owner.clone());
        work.session.tell.note(deleted.into());
        return make(work, order);
    }
    let finished = Unfinished::Finished(id.clone());
    work.session.tell.note(finished.into());
    Ok(id)
}

fn make(work: &mut Work, order: Order) -> Result<AccessKeyId, Failure> {
    let went = work.go(Ask::Create, order)?;
    match (went.made(), went.end) {
        (Some(id), End::Done | End::Wait(_)) => Ok(id.clone()),
        (_, End::Stop(why)) => Err(work.stopped(&went, why)),
        (_, End::Wait(Wait::Overlap(_) | Wait::Grace(_)))
            if went.pairs.len() >= went.seen.limits.pairs =>
        {
            Err(two_pairs::two_pairs(work.session, &work.owner, &went.pairs))
        }
        (_, End::Wait(wait)) => Err(work.waiting(wait)),
        (None, End::Done) => Err(problem::Create::NoneMade.into()),
    }
}
