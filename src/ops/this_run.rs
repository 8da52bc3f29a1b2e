//! What one run of akm has done to which pairs, where a later step of it goes by that.

use crate::core::access_key::AccessKeyId;
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

#[derive(Default)]
pub(crate) struct ThisRun {
    /// Pairs whose secrets it put into a store whose durability akm cannot see: a later run is to read them back before their sealed
    /// copies go.
    pub(crate) unproven: Pairs,
}

#[derive(Default)]
pub(crate) struct Pairs(Mutex<BTreeSet<AccessKeyId>>);

impl Pairs {
    pub(crate) fn note(&self, id: &AccessKeyId) {
        let mut ids = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.clone());
    }

    pub(crate) fn all(&self) -> BTreeSet<AccessKeyId> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
