//! `rotate`: a new pair, verified, in place of the old one, which is retired in steps that can be undone until the last.

pub(crate) mod all;
pub(crate) mod plan;
mod planned;
mod rehearsal;
mod replace;
mod spans;
mod younger;

pub(crate) use super::action::Action;
pub(crate) use super::standing::{Standing, State};
pub(crate) use younger::younger_than;

use super::{
    Failure, Session,
    drive::{End, Ending},
    live::{Deed, Order, Went},
    remark::{self, Of, Remark},
    standing,
    work::Work,
};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    event::Event,
    open_work::{OpenWork, Spans},
    plan::{Ask, Stop},
    policy,
    time::Span,
};

/// What the person asked for.
#[derive(Clone)]
pub(crate) struct Wish {
    pub(crate) overlap: Span,
    pub(crate) grace: Span,
    /// Do what is due and start nothing.
    pub(crate) finish_only: bool,
    /// Only what is due is done while the pair is younger.
    pub(crate) older_than: Option<Span>,
    /// An Inactive pair that is deleted first, to make room; the one that an open rotation retired too, before its time.
    pub(crate) replace: Option<AccessKeyId>,
    pub(crate) said: Said,
}

/// The times that this command names: an unfinished rotation takes them over.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Said {
    pub(crate) overlap: Option<Span>,
    pub(crate) grace: Option<Span>,
}

impl Default for Wish {
    fn default() -> Self {
        Self {
            overlap: policy::overlap(),
            grace: policy::grace(),
            finish_only: false,
            older_than: None,
            replace: None,
            said: Said::default(),
        }
    }
}

impl Wish {
    fn order(&self) -> Order {
        Order {
            spans: Spans {
                overlap: self.overlap.delta(),
                grace: self.grace.delta(),
            },
            ..Order::none()
        }
    }
}

/// Rotates the owner's pair, or goes on with the rotation that is open. `NoSuchPair` when it has none, `TwoPairs` when it has two
/// that no rotation of ours explains, `ActivePair` when the one to be replaced is Active.
pub(crate) fn rotate(session: &Session, owner: &Owner, wish: &Wish) -> Result<Standing, Failure> {
    let mut work = Work::begin(session, owner)?;
    if let Some(spans) = spans::changed(session, owner, work.open(), wish)? {
        work.append(Event::Spans(spans))?;
    }
    if wish.finish_only || is_young(&work, wish)? {
        return finish(&mut work, wish);
    }
    if let Some(id) = &wish.replace {
        replace::first(&mut work, id)?;
    } else if is_rolled_back(work.open()) {
        work.check_signer()?;
        replace::makes_room(session, owner, work.open())?;
        let went = work.go(Ask::EndGrace, wish.order())?;
        tell_of_rolled_back(&work, &went);
    }
    go(&mut work, wish)
}

/// Whether the pair is younger than was asked for. Another run may have made it since this one chose its owner, who is locked by now.
fn is_young(work: &Work, wish: &Wish) -> Result<bool, Failure> {
    let Some(age) = wish.older_than.map(Span::delta) else {
        return Ok(false);
    };
    let record = work.session.record(&work.owner)?;
    let oldest = work.session.cloud.now() - age;
    Ok(record
        .current()
        .is_some_and(|pair| pair.created_at >= oldest))
}

fn go(work: &mut Work, wish: &Wish) -> Result<Standing, Failure> {
    let rested = work.is_delivered();
    let was_requested = work.open().request.is_some() && work.open().leaked.is_empty();
    let mut went = work.go(Ask::Rotate, wish.order())?;
    if was_requested && has_come_to_nothing(work.open(), &went) {
        went = work.go(Ask::Rotate, wish.order())?;
    }
    if rested && (went.made().is_some() || matches!(went.end, End::Stop(_))) {
        tell_of_ended(work, &went);
    }
    if let End::Stop(Stop::TwoPairs) = went.end {
        return Err(replace::two_pairs(work.session, &work.owner, &went.pairs));
    }
    let mut standing = standing::of(work, &went)?;
    standing.is_continued(rested);
    Ok(standing)
}

/// Whether a run that went on with a request found that nothing was made.
fn has_come_to_nothing(open: &OpenWork, went: &Went) -> bool {
    went.end == End::Done && open.replacement.is_none() && went.deeds.is_empty()
}

/// Whether a rollback is over but for the grace of the pair that it took out of use.
fn is_rolled_back(open: &OpenWork) -> bool {
    open.replacement
        .as_ref()
        .is_some_and(|it| it.rolled_back && it.disabled_at.is_some())
}

fn tell_of_rolled_back(work: &Work, went: &Went) {
    for deed in &went.deeds {
        if let Deed::Ended(old, _, Ending::Gone) = deed {
            let deleted = Remark::Pair(old.clone(), Of::DeletedAfterRollback);
            work.session.tell.note(deleted);
        }
    }
}

/// Of the rotation that ended before another one begins, or was to.
fn tell_of_ended(work: &Work, went: &Went) {
    for deed in &went.deeds {
        let Deed::Ended(old, _, ending) = deed else {
            continue;
        };
        let over = remark::Rotation::Over(work.owner.clone(), old.clone(), *ending);
        work.session.tell.note(over.into());
    }
}

fn finish(work: &mut Work, wish: &Wish) -> Result<Standing, Failure> {
    if work.open().is_empty() {
        let none = remark::Rotation::NoneOpen(work.owner.clone());
        work.session.tell.note(none.into());
        return standing::none(work.session, &work.owner);
    }
    let rested = work.is_delivered();
    let went = work.go(Ask::Continue, wish.order())?;
    let mut standing = standing::of(work, &went)?;
    standing.is_continued(rested);
    Ok(standing)
}

/// Puts the old pair of the unfinished rotation back into use: enables it, verifies it, delivers it, and disables the new one, which stays
/// held. `Refused` when none is open.
pub(crate) fn roll_back(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    super::rollback::roll_back(session, owner)
}

pub(crate) use super::leak::leaked;
