//! `rotate`: a new pair, verified, in place of the old one, which is retired in steps that can be undone until the last.

mod action;
pub(crate) mod all;
pub(crate) mod plan;
mod rehearsal;
mod replace;
mod younger;

pub(crate) use super::standing::{Standing, State};
pub(crate) use action::Action;
pub(crate) use younger::younger_than;

use super::{
    Failure, Kind, Session,
    drive::End,
    live::{Deed, Order, due},
    standing,
    work::{Went, Work},
};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    event::Event,
    open_work::{OpenWork, Replacement, Spans},
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
    take_spans(&mut work, wish.said)?;
    if wish.finish_only {
        return finish(&mut work, wish);
    }
    if let Some(id) = &wish.replace {
        replace::first(&mut work, id)?;
    } else if is_rolled_back(work.open()) {
        let went = work.go(Ask::EndGrace, wish.order())?;
        tell_of_rolled_back(&work, &went);
    }
    go(&mut work, wish)
}

/// Changes the recorded times of the rotation that is unfinished. `Refused` for an overlap that is over.
fn take_spans(work: &mut Work, said: Said) -> Result<(), Failure> {
    let open = work.open();
    let requested = open
        .request
        .as_ref()
        .and_then(|it| it.replaces.as_ref())
        .map(|it| it.spans);
    let spans = open.replacement.as_ref().map(|it| it.spans).or(requested);
    let Some(spans) = spans.filter(|_| said.overlap.is_some() || said.grace.is_some()) else {
        return Ok(());
    };
    let disabled = open
        .replacement
        .as_ref()
        .filter(|it| it.disabled_at.is_some());
    let other = said
        .overlap
        .filter(|overlap| overlap.delta() != spans.overlap);
    let is_due = |it: &Replacement| due(it).1.is_some_and(|at| work.session.cloud.now() >= at);
    if let (Some(it), Some(_)) = (disabled.filter(|it| !is_due(it)), other) {
        let message = format!("`{}` is disabled by now: its overlap is over", it.old);
        return Err(Failure::new(Kind::Refused, message)
            .hint(format!("`akm enable {}` puts it back into use", it.old)));
    }
    let changed = Spans {
        overlap: said.overlap.map_or(spans.overlap, Span::delta),
        grace: said.grace.map_or(spans.grace, Span::delta),
    };
    if changed != spans {
        work.append(Event::Spans(changed))?;
    }
    Ok(())
}

fn go(work: &mut Work, wish: &Wish) -> Result<Standing, Failure> {
    let rested = work
        .open()
        .replacement
        .as_ref()
        .is_some_and(|it| it.delivered_at.is_some());
    let went = work.go(Ask::Rotate, wish.order())?;
    if let End::Stop(Stop::TwoPairs) = went.end {
        return Err(replace::two_pairs(work.session, &work.owner, &went.pairs));
    }
    if rested {
        tell_of_ended(work, &went);
    }
    let mut standing = standing::of(work, &went)?;
    standing.is_continued(rested);
    Ok(standing)
}

fn has_made(went: &Went) -> bool {
    went.deeds
        .iter()
        .any(|deed| matches!(deed, Deed::Created(_)))
}

/// Whether a rollback is over but for the grace of the pair that it took out of use.
fn is_rolled_back(open: &OpenWork) -> bool {
    open.replacement
        .as_ref()
        .is_some_and(|it| it.rolled_back && it.disabled_at.is_some())
}

fn tell_of_rolled_back(work: &Work, went: &Went) {
    for deed in &went.deeds {
        if let Deed::Ended(old, ..) = deed {
            work.session.tell.note(&format!(
                "`{old}`, which the rollback took out of use, is deleted: `akm restore {old}` brings it back"
            ));
        }
    }
}

fn tell_of_ended(work: &Work, went: &Went) {
    let ended = went
        .deeds
        .iter()
        .any(|deed| matches!(deed, Deed::Ended(..)));
    if ended && has_made(went) {
        work.session.tell.note(&format!(
            "the rotation of {} before this one is over: its old pair is deleted",
            work.owner
        ));
    }
}

fn finish(work: &mut Work, wish: &Wish) -> Result<Standing, Failure> {
    if work.open().is_empty() {
        work.session
            .tell
            .note(&format!("nothing is open for {}", work.owner));
        return standing::none(work.session, &work.owner);
    }
    let rested = work
        .open()
        .replacement
        .as_ref()
        .is_some_and(|it| it.delivered_at.is_some());
    let went = work.go(Ask::Continue, wish.order())?;
    let mut standing = standing::of(work, &went)?;
    standing.is_continued(rested);
    Ok(standing)
}

/// What would take a leaked pair's place may be Inactive because it leaked as well.
pub(super) fn or_leaked(owner: &Owner, leaked: &AccessKeyId, other: &AccessKeyId) -> String {
    let selector = owner.selector();
    format!(
        "; if that leaked too, `akm delete {leaked} --purge`, then `akm rotate {selector} --leaked {other}`"
    )
}

/// Puts the old pair of the unfinished rotation back into use: enables it, verifies it, delivers it, and disables the new one, which stays
/// held. `Refused` when none is open.
pub(crate) fn roll_back(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    super::rollback::roll_back(session, owner)
}

pub(crate) use super::leak::leaked;
