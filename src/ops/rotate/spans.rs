//! The times of a rotation that is unfinished, where a command names others.

use super::Wish;
use crate::core::{
    account::Owner,
    open_work::{OpenWork, Replacement, Spans},
    time::Span,
};
use crate::metadata::inventory::PairRecord;
use crate::ops::{Failure, Session, problem::Rotation};

/// Returns the times that the unfinished rotation has from now on, where this command changes them. `Refused` for an overlap that is over.
pub(super) fn changed(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    wish: &Wish,
) -> Result<Option<Spans>, Failure> {
    let requested = open.request.as_ref().and_then(|it| it.replaces.as_ref());
    let replacement = open.replacement.as_ref();
    let spans = replacement.map(|it| it.spans);
    let Some(spans) = spans.or(requested.map(|it| it.spans)) else {
        return Ok(None);
    };
    let said = wish.said;
    let changed = Spans {
        overlap: said.overlap.map_or(spans.overlap, Span::delta),
        grace: said.grace.map_or(spans.grace, Span::delta),
    };
    if changed == spans || ends_first(session, owner, replacement, wish)? {
        return Ok(None);
    }
    if let Some(it) = replacement.filter(|_| changed.overlap != spans.overlap) {
        overlap_is_not_over(session, it)?;
    }
    Ok(Some(changed))
}

/// Whether the rotation ends before this command begins another, which the times that it names are for.
fn ends_first(
    session: &Session,
    owner: &Owner,
    replacement: Option<&Replacement>,
    wish: &Wish,
) -> Result<bool, Failure> {
    let Some(it) = replacement.filter(|_| !wish.finish_only) else {
        return Ok(false);
    };
    let record = session.record(owner)?;
    let is_gone = record.pair(&it.old).is_some_and(PairRecord::is_deleted);
    let is_named = wish.replace.as_ref() == Some(&it.old);
    Ok(is_gone || it.disabled_at.is_some() && (is_named || it.rolled_back))
}

fn overlap_is_not_over(session: &Session, it: &Replacement) -> Result<(), Failure> {
    let is_due = it.due().1.is_some_and(|at| session.cloud.now() >= at);
    if it.disabled_at.is_none() || is_due {
        return Ok(());
    }
    Err(Rotation::OverlapIsOver(it.old.clone()).into())
}
