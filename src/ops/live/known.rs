//! What metadata says of the owner's pairs: a view of what was listed, answered and is unfinished.

use super::Live;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    open_work::OpenWork,
    seen::Sight,
};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::ops::{Failure, drive::World, refresh};
use chrono::SubsecRound;

impl Live<'_> {
    /// Returns the owner's pairs as far as this run can tell, whatever a list that lags lacks.
    pub(in crate::ops) fn pairs(&self, open: &OpenWork, record: &OwnerRecord) -> Vec<AccessKey> {
        let status = |id: &AccessKeyId| match self.seen.sight(open, id) {
            Sight::Active => Status::Active,
            Sight::Inactive | Sight::Gone => Status::Inactive,
        };
        let created_at = |id: &AccessKeyId| {
            let known = self.seen.created_at(open, id);
            known
                .or_else(|| record.pair(id).map(|pair| pair.created_at))
                .unwrap_or_else(|| self.now())
        };
        let present = self.seen.present(open).into_iter();
        let mut pairs: Vec<AccessKey> = present
            .map(|id| AccessKey {
                status: status(&id),
                created_at: created_at(&id),
                id,
            })
            .collect();
        // Times are to the second: of two in one second, the list knows the order.
        let place = |id: &AccessKeyId| {
            self.listed
                .iter()
                .position(|key| key.id == *id)
                .unwrap_or(usize::MAX)
        };
        pairs.sort_by_key(|pair| (pair.created_at, place(&pair.id)));
        pairs
    }

    /// Writes down what is known by now. Without a list, only what this run was answered.
    pub(in crate::ops) fn know(&mut self, open: &OpenWork) -> Result<(), Failure> {
        self.know_and(open, |_| ())
    }

    pub(super) fn know_and(
        &mut self,
        open: &OpenWork,
        change: impl FnOnce(&mut OwnerRecord),
    ) -> Result<(), Failure> {
        let before = self.session.record(self.owner)?;
        let mut record = before.clone();
        if self.seen.list.is_some() {
            record.take_over(&self.pairs(open, &before), self.now());
        } else {
            self.take_answers(&mut record);
        }
        for pair in &mut record.access_keys {
            mark(pair, open);
        }
        if self.seen.list.is_some() {
            self.reclaim(open, &mut record);
        }
        change(&mut record);
        if record.access_keys != before.access_keys {
            self.save(&record)?;
        }
        Ok(())
    }

    pub(super) fn save(&mut self, record: &OwnerRecord) -> Result<(), Failure> {
        self.session.inventory.save(record)?;
        self.has_saved = true;
        Ok(())
    }

    fn take_answers(&self, record: &mut OwnerRecord) {
        for (id, answer) in &self.seen.answers {
            if let Some(pair) = record.pair_mut(id) {
                match answer.sight {
                    Sight::Active => (pair.status, pair.deleted_at) = (Status::Active, None),
                    Sight::Inactive => (pair.status, pair.deleted_at) = (Status::Inactive, None),
                    Sight::Gone => pair.deleted_at = pair.deleted_at.or(Some(self.now())),
                }
            }
        }
    }

    /// Metadata that was lost claims again what the store gives back.
    fn reclaim(&mut self, open: &OpenWork, record: &mut OwnerRecord) {
        for id in refresh::reclaim(self.session, open, record) {
            self.seen.claimed.insert(id);
        }
    }
}

/// What the unfinished work means for one pair.
fn mark(pair: &mut PairRecord, open: &OpenWork) {
    let id = pair.access_key_id.clone();
    pair.leaked |= open.leaked.contains(&id);
    pair.nothing_due();
    if pair.status == Status::Active {
        pair.retired_at = None;
    }
    let Some(it) = &open.replacement else { return };
    if it.old == id {
        (pair.disable_after, pair.delete_after) = it.due();
        let retired_at = it.disabled_at.map(|at| at.trunc_subsecs(0));
        pair.retired_at = retired_at.or(pair.retired_at);
        pair.undelivered = it.rolled_back && it.delivered_at.is_some();
    }
    if it.new == id {
        pair.undelivered = it.delivered_at.is_none() && !it.rolled_back;
    }
}
