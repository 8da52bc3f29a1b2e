//! The unfinished work of an owner as a small value: pairs are bits, times are ages.

use super::set::Set;

/// What an `OpenWork` says, with ages instead of times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Journal {
    pub(super) leaked: Set,
    pub(super) request: RequestAge,
    pub(super) before: Set,
    pub(super) replaces: Option<(u8, Spans)>,
    pub(super) made: Set,
    /// Of these, the ones that were made within the lag of lists.
    pub(super) made_lately: Set,
    /// Of these, the ones whose replacement has ended.
    pub(super) replaced: Set,
    pub(super) replacement: Option<Replacement>,
    pub(super) restoring: Set,
    pub(super) wanted_active: Set,
    /// Of the pairs being restored, those whose request cannot be executed any more.
    pub(super) restore_expired: Set,
    pub(super) restored: Set,
    pub(super) restored_lately: Set,
}

/// How old the request without an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, PartialOrd)]
pub(super) enum RequestAge {
    #[default]
    None,
    /// It may be executed.
    Fresh,
    Expired,
    /// Expired, and the lag of lists has passed since.
    Decided,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Replacement {
    pub(super) old: u8,
    pub(super) new: u8,
    pub(super) spans: Spans,
    pub(super) rolled_back: bool,
    pub(super) delivered: Delivered,
    pub(super) disabled: Disabled,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Spans {
    pub(super) overlap: Overlap,
    pub(super) has_grace: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Overlap {
    #[default]
    None,
    Usual,
    Longer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Delivered {
    #[default]
    No,
    Now,
    OverlapAgo,
    LongerAgo,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) enum Disabled {
    #[default]
    No,
    /// Within the lag of lists.
    Lately,
    LagAgo,
    GraceAgo,
}

impl Journal {
    pub(super) fn is_old(&self, pair: usize) -> bool {
        self.replacement
            .is_some_and(|it| usize::from(it.old) == pair)
    }

    pub(super) fn is_new(&self, pair: usize) -> bool {
        self.replacement
            .is_some_and(|it| usize::from(it.new) == pair)
    }

    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Replacement {
    pub(super) fn waits_for_overlap(self) -> bool {
        match (self.spans.overlap, self.delivered) {
            (_, Delivered::No) | (Overlap::None, _) => false,
            (Overlap::Usual, delivered) => delivered == Delivered::Now,
            (Overlap::Longer, delivered) => delivered != Delivered::LongerAgo,
        }
    }

    pub(super) fn waits_for_grace(self) -> bool {
        let is_early = matches!(self.disabled, Disabled::Lately | Disabled::LagAgo);
        is_early && self.spans.has_grace
    }
}
