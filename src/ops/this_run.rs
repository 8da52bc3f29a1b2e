//! What one run of akm has done to which pairs, where a later step of it goes by that.

use crate::core::access_key::AccessKeyId;
use crate::metadata::journal::Entry;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(crate) struct ThisRun {
    /// Those whose secrets it put into a store whose durability akm cannot see: a later run is to read them back before their sealed
    /// copies go.
    pub(crate) unproven: Pairs,
    /// Those that leaked, and that the cloud has disabled at its word.
    pub(crate) taken_out: Pairs,
    /// Those that leaked, and that the cloud said then are not there.
    pub(crate) gone: Pairs,
}

impl ThisRun {
    /// Whether that pair, which leaked, is out of use or gone by the cloud's word.
    pub(crate) fn has_ended(&self, id: &AccessKeyId) -> bool {
        self.taken_out.has(id) || self.gone.has(id)
    }

    /// Whether the pair that the journal speaks of is unproven.
    pub(crate) fn left_unproven(&self, entry: &Entry) -> bool {
        let got = entry.got.as_ref();
        got.is_some_and(|got| self.unproven.has(&got.access_key_id))
    }
}

#[derive(Default)]
pub(crate) struct Pairs(Mutex<BTreeSet<AccessKeyId>>);

impl Pairs {
    pub(crate) fn note(&self, id: &AccessKeyId) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.clone());
    }

    pub(crate) fn has(&self, id: &AccessKeyId) -> bool {
        let ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ids.contains(id)
    }
}
