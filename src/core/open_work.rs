//! What is unfinished for one owner: the fold of the events that its journal holds.

use super::{
    access_key::AccessKeyId,
    event::Event,
    place::{Recipient, StoreKind},
    time::Timestamp,
};
use chrono::{SubsecRound, TimeDelta};
use std::collections::{BTreeMap, BTreeSet};

/// The unfinished work of one owner. Obtaining, retiring and restoring pairs are apart from each other, and a leak is part of none.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OpenWork {
    /// Pairs that others may have: never made Active, never handed out, Inactive now and gone later. They have no order.
    pub(crate) leaked: BTreeSet<AccessKeyId>,
    /// The one signed create that has no answer.
    pub(crate) request: Option<Request>,
    /// Pairs made here, each with its sealed secret.
    pub(crate) made: BTreeMap<AccessKeyId, Made>,
    pub(crate) replacement: Option<Replacement>,
    /// Pairs that a person wants back from the recycle bin.
    pub(crate) restoring: BTreeMap<AccessKeyId, Restoring>,
    /// Pairs that came back while something else was unfinished, and when: a list may lack them for a while.
    pub(crate) restored: BTreeMap<AccessKeyId, Timestamp>,
}

/// A signed create whose answer is not known: it may be executed until it expires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    /// What was listed, and what akm knew of: none of these is what the request made.
    pub(crate) before: BTreeSet<AccessKeyId>,
    pub(crate) signed_at: Timestamp,
    /// The pair that the new one is to replace, in a rotation.
    pub(crate) replaces: Option<Replaced>,
    pub(crate) keeping: Keeping,
}

/// How a pair that akm makes is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keeping {
    /// Where its secret goes.
    pub(crate) store: StoreKind,
    /// Whose identity, kept in that store, opens the sealed copy.
    pub(crate) recipient: Recipient,
    pub(crate) comment: Option<String>,
}

/// The pair that a rotation takes out of use, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replaced {
    pub(crate) old: AccessKeyId,
    pub(crate) spans: Spans,
}

/// How long the outgoing pair stays Active beside the incoming one, and how long it then stays Inactive before it may be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spans {
    pub(crate) overlap: TimeDelta,
    pub(crate) grace: TimeDelta,
}

#[cfg(test)]
impl Keeping {
    /// In encrypted files.
    pub(crate) fn sample() -> Self {
        Self {
            store: StoreKind::Age,
            recipient: Recipient::parse("age1sample").unwrap(),
            comment: None,
        }
    }
}

/// A pair that akm made and whose secret the journal has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Made {
    pub(crate) created_at: Timestamp,
    /// Base64 of an `age` file.
    pub(crate) sealed: String,
    pub(crate) keeping: Keeping,
    /// Whether a replacement of this pair has ended: a list has shown since whether the pair is there.
    pub(crate) replaced: bool,
}

/// An incoming pair that takes the place of an outgoing one. In a rollback they have changed places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Replacement {
    pub(crate) old: AccessKeyId,
    pub(crate) new: AccessKeyId,
    pub(crate) spans: Spans,
    pub(crate) rolled_back: bool,
    pub(crate) delivered_at: Option<Timestamp>,
    pub(crate) disabled_at: Option<Timestamp>,
}

/// A pair that is to come back from the recycle bin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Restoring {
    /// Whether it is to be Active.
    pub(crate) active: bool,
    pub(crate) asked_at: Timestamp,
}

impl Replacement {
    /// Returns whether it waits for its overlap or its grace to end. One that does not was cut short.
    pub(crate) fn is_waiting(&self) -> bool {
        match (self.delivered_at, self.disabled_at) {
            (None, _) => false,
            (Some(_), None) => self.spans.overlap > TimeDelta::zero(),
            (Some(_), Some(_)) => self.spans.grace > TimeDelta::zero(),
        }
    }

    /// Returns when the outgoing pair may be disabled, or deleted: to the second, as files have it.
    pub(crate) fn due(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let after = |at: Timestamp, span: TimeDelta| Some((at + span).trunc_subsecs(0));
        match (self.delivered_at, self.disabled_at) {
            (_, Some(at)) => (None, after(at, self.spans.grace)),
            (Some(at), None) => (after(at, self.spans.overlap), None),
            (None, None) => (None, None),
        }
    }
}

impl OpenWork {
    /// Returns whether nothing is unfinished, so that the journal can be removed.
    pub(crate) fn is_empty(&self) -> bool {
        *self
            == Self {
                restored: self.restored.clone(),
                ..Self::default()
            }
    }

    /// Returns the state after one more event.
    pub(crate) fn apply(&mut self, event: Event) {
        match event {
            Event::Leaked(id) => {
                self.end_replacement_of(&id);
                self.leaked.insert(id);
            }
            Event::Withdrawn(id) => {
                self.end_replacement_of(&id);
                self.leaked.remove(&id);
            }
            Event::RolledBack => self.roll_back(),
            Event::Spans(spans) => self.change_spans(spans),
            Event::Restoring(id, restoring) => {
                self.end_replacement_of(&id);
                self.restored.remove(&id);
                self.restoring.insert(id, restoring);
            }
            Event::Restored(id, at) => {
                self.restoring.remove(&id);
                self.restored.extend(at.map(|at| (id, at)));
            }
            Event::Requested(request) => self.request = Some(request),
            Event::Created(id, made) => self.created(id, made),
            Event::Concluded => self.request = None,
            Event::Delivered(id, at) => {
                if let Some(it) = self.replacement.as_mut().filter(|it| it.new == id) {
                    it.delivered_at = Some(at);
                }
            }
            Event::Disabled(id, at) => {
                if let Some(it) = self.replacement.as_mut().filter(|it| it.old == id) {
                    it.disabled_at = Some(at);
                }
            }
            Event::Ended => self.end_replacement(),
            Event::Forgotten(id) => self.forget(&id),
        }
    }

    fn end_replacement_of(&mut self, id: &AccessKeyId) {
        self.replacement = self
            .replacement
            .take()
            .filter(|it| it.old != *id && it.new != *id);
    }

    fn end_replacement(&mut self) {
        let old = self.replacement.take().map(|it| it.old);
        if let Some(made) = old.and_then(|old| self.made.get_mut(&old)) {
            made.replaced = true;
        }
    }

    /// One that leaked stays leaked: something is still to take its place.
    fn forget(&mut self, id: &AccessKeyId) {
        self.end_replacement_of(id);
        self.made.remove(id);
        self.restoring.remove(id);
        self.restored.remove(id);
    }

    /// The request is answered; where it was to replace a pair, the replacement begins. One that leaked meanwhile is no pair to go back to.
    fn created(&mut self, id: AccessKeyId, made: Made) {
        let replaces = self.request.take().and_then(|request| request.replaces);
        if let Some(Replaced { old, spans }) = replaces.filter(|it| !self.leaked.contains(&it.old))
        {
            self.replacement = Some(Replacement {
                old,
                new: id.clone(),
                spans,
                rolled_back: false,
                delivered_at: None,
                disabled_at: None,
            });
        }
        self.made.insert(id, made);
    }

    /// A rollback is a replacement with its pairs swapped: it has no overlap, and its grace begins anew.
    fn roll_back(&mut self) {
        if let Some(it) = self.replacement.as_mut() {
            std::mem::swap(&mut it.old, &mut it.new);
            it.spans.overlap = TimeDelta::zero();
            (it.rolled_back, it.delivered_at, it.disabled_at) = (true, None, None);
        }
    }

    fn change_spans(&mut self, spans: Spans) {
        let request = self.request.as_mut();
        let requested = request.and_then(|request| request.replaces.as_mut());
        let requested = requested.map(|it| &mut it.spans);
        let begun = self.replacement.as_mut().map(|it| &mut it.spans);
        for it in requested.into_iter().chain(begun) {
            *it = spans;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is known of a restore that is over waits for nobody: its journal may go.
    #[test]
    fn a_restore_that_is_over_leaves_nothing_unfinished() {
        let id = AccessKeyId::parse("LTAI5tAbCdEfGhIjKlMnOpQr").unwrap();
        let mut open = OpenWork::default();
        open.apply(Event::Restored(id.clone(), Some(Timestamp::default())));
        assert!(open.restored.contains_key(&id) && open.is_empty());
        open.apply(Event::Leaked(id));
        assert!(!open.is_empty());
    }
}
