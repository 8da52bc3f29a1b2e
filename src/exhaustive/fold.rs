//! The way between the small journal and the real `OpenWork`.
//!
//! Every event goes through the real `OpenWork::apply`: the small value is unfolded, the event is applied, the result is folded again.
//! What does not come back equal is a violation of its own, since the small value would then check another planner than ours.

use super::journal::{Delivered, Disabled, Journal, Overlap, Replacement, RequestAge, Spans};
use super::set::Set;
use super::state::{Older, State};
use super::times::{AGES, EXPIRY, GRACE, LAG, LONGER, NOW, OVERLAP, ago, id, number, pair};
use super::wrong::Wrong;
use crate::core::access_key::AccessKeyId;
use crate::core::event::Event;
use crate::core::open_work::{self, Keeping, Made, OpenWork, Replaced, Restoring};
use crate::core::time::Timestamp;
use chrono::TimeDelta;
use std::collections::BTreeSet;

impl Overlap {
    fn span(self) -> TimeDelta {
        match self {
            Self::None => TimeDelta::zero(),
            Self::Usual => OVERLAP,
            Self::Longer => LONGER,
        }
    }

    fn of(span: TimeDelta) -> Self {
        match span {
            LONGER => Self::Longer,
            OVERLAP => Self::Usual,
            _ => Self::None,
        }
    }
}

impl Spans {
    pub(super) fn unfold(self) -> open_work::Spans {
        let grace = if self.has_grace {
            GRACE
        } else {
            TimeDelta::zero()
        };
        open_work::Spans {
            overlap: self.overlap.span(),
            grace,
        }
    }

    fn fold(spans: open_work::Spans) -> Self {
        Self {
            overlap: Overlap::of(spans.overlap),
            has_grace: spans.grace == GRACE,
        }
    }
}

impl Replacement {
    fn unfold(self, older: Older) -> open_work::Replacement {
        let delivered_at = match self.delivered {
            Delivered::No => None,
            Delivered::Now => Some(NOW),
            Delivered::OverlapAgo => Some(ago(OVERLAP)),
            Delivered::LongerAgo => Some(ago(LONGER)),
        };
        open_work::Replacement {
            old: id(self.old.into()),
            new: id(self.new.into()),
            spans: self.spans.unfold(),
            rolled_back: self.rolled_back,
            delivered_at,
            disabled_at: self.disabled_at(older),
        }
    }

    fn disabled_at(self, older: Older) -> Option<Timestamp> {
        match self.disabled {
            Disabled::No => None,
            Disabled::Lately => Some(NOW),
            Disabled::LagAgo if older.disabled => Some(ago(LAG)),
            Disabled::LagAgo => Some(ago(LAG * 2)),
            Disabled::GraceAgo => Some(ago(GRACE)),
        }
    }

    fn fold(it: &open_work::Replacement) -> Self {
        let delivered = match it.delivered_at.map(|at| NOW - at) {
            None => Delivered::No,
            Some(LONGER) => Delivered::LongerAgo,
            Some(OVERLAP) => Delivered::OverlapAgo,
            Some(_) => Delivered::Now,
        };
        let disabled = match it.disabled_at.map(|at| NOW - at) {
            None => Disabled::No,
            Some(GRACE) => Disabled::GraceAgo,
            Some(span) if span >= LAG => Disabled::LagAgo,
            Some(_) => Disabled::Lately,
        };
        let (old, new) = (number(&it.old), number(&it.new));
        Self {
            old,
            new,
            spans: Spans::fold(it.spans),
            rolled_back: it.rolled_back,
            delivered,
            disabled,
        }
    }
}

impl Journal {
    pub(super) fn fold(open: &OpenWork) -> Self {
        let request = open.request.as_ref();
        let replaces = request.and_then(|it| it.replaces.as_ref());
        let within_lag = |at: &Timestamp| NOW - *at < LAG;
        let made_lately = open.made.iter().filter(|it| within_lag(&it.1.created_at));
        let once_old = open.made.iter().filter(|it| it.1.replaced);
        let restored_lately = open.restored.iter().filter(|it| within_lag(it.1));
        let restoring = open.restoring.iter();
        Self {
            leaked: set(&open.leaked),
            request: request.map_or(RequestAge::None, |it| request_age(it.signed_at)),
            before: request.map_or(Set::EMPTY, |it| set(&it.before)),
            replaces: replaces.map(|it| (number(&it.old), Spans::fold(it.spans))),
            made: set(open.made.keys()),
            made_lately: set(made_lately.map(|it| it.0)),
            replaced: set(once_old.map(|it| it.0)),
            replacement: open.replacement.as_ref().map(Replacement::fold),
            restoring: set(open.restoring.keys()),
            wanted_active: set(restoring.clone().filter(|it| it.1.active).map(|it| it.0)),
            restore_expired: set(restoring.filter(|it| it.1.asked_at < NOW).map(|it| it.0)),
            restored: set(open.restored.keys()),
            restored_lately: set(restored_lately.map(|it| it.0)),
        }
    }
}

fn set<'a>(ids: impl IntoIterator<Item = &'a AccessKeyId>) -> Set {
    ids.into_iter().map(pair).collect()
}

pub(super) fn ids(set: Set) -> BTreeSet<AccessKeyId> {
    set.iter().map(id).collect()
}

fn request_age(signed_at: Timestamp) -> RequestAge {
    match NOW - signed_at {
        span if span >= EXPIRY + LAG => RequestAge::Decided,
        EXPIRY => RequestAge::Expired,
        _ => RequestAge::Fresh,
    }
}

impl State {
    /// Returns the real form of the journal.
    pub(super) fn unfold(&self) -> OpenWork {
        let (journal, older) = (&self.journal, self.run.older);
        let restoring = |pair: usize| Restoring {
            active: journal.wanted_active.has(pair),
            asked_at: if journal.restore_expired.has(pair) {
                ago(EXPIRY)
            } else {
                NOW
            },
        };
        let restored = |pair| self.appeared_at(journal.restored_lately, pair);
        OpenWork {
            leaked: ids(journal.leaked),
            request: self.unfold_request(),
            made: journal
                .made
                .iter()
                .map(|pair| (id(pair), self.unfold_made(pair)))
                .collect(),
            replacement: journal.replacement.map(|it| it.unfold(older)),
            restoring: journal
                .restoring
                .iter()
                .map(|pair| (id(pair), restoring(pair)))
                .collect(),
            restored: journal
                .restored
                .iter()
                .map(|pair| (id(pair), restored(pair)))
                .collect(),
        }
    }

    fn unfold_made(&self, pair: usize) -> Made {
        Made {
            created_at: self.made_at(pair),
            sealed: "sealed".to_owned(),
            keeping: Keeping::sample(),
            replaced: self.journal.replaced.has(pair),
        }
    }

    pub(super) fn made_at(&self, pair: usize) -> Timestamp {
        self.appeared_at(self.journal.made_lately, pair)
    }

    fn appeared_at(&self, lately: Set, pair: usize) -> Timestamp {
        match () {
            () if lately.has(pair) => NOW,
            () if self.run.older.appeared.has(pair) => ago(LAG),
            () => ago(AGES),
        }
    }

    fn unfold_request(&self) -> Option<open_work::Request> {
        let journal = &self.journal;
        let signed_at = match journal.request {
            RequestAge::None => return None,
            RequestAge::Fresh => NOW,
            RequestAge::Expired => ago(EXPIRY),
            // The list was asked for after that, and may be old by now.
            RequestAge::Decided if self.run.looked_at == RequestAge::Decided => ago(AGES),
            RequestAge::Decided => ago(EXPIRY + LAG),
        };
        let replaces = journal.replaces.map(|(old, spans)| Replaced {
            old: id(old.into()),
            spans: spans.unfold(),
        });
        Some(open_work::Request {
            before: ids(journal.before),
            signed_at,
            replaces,
            keeping: Keeping::sample(),
        })
    }

    /// Appends an event that is durable with the next sync.
    pub(super) fn append(&mut self, event: Event) {
        let mut open = self.unfold();
        open.apply(event);
        self.journal = Journal::fold(&open);
        self.forget_what_ended();
        if self.unfold() != open {
            self.wrong(Wrong::Unequal);
        }
    }

    /// Appends an event and syncs: everything that was appended before is durable, too.
    pub(super) fn record(&mut self, event: Event) {
        self.append(event);
        self.durable = self.journal;
    }

    fn forget_what_ended(&mut self) {
        let (journal, older) = (&self.journal, &mut self.run.older);
        let disabled = journal.replacement.map_or(Disabled::No, |it| it.disabled);
        older.disabled &= matches!(disabled, Disabled::LagAgo | Disabled::GraceAgo);
        let appeared = journal.made | journal.restored;
        older.appeared = appeared.without(appeared.without(older.appeared));
    }
}
