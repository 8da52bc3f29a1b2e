//! What `akm list` says where a step of a rotation is due: nobody takes it by himself.

use crate::cli::{context::Context, words};
use crate::core::account::Owner;
use crate::metadata::inventory::{OwnerRecord, PairRecord};

/// Names the command that takes the due steps of these owners, if there are any.
pub(super) fn say(context: &Context, records: &[OwnerRecord]) {
    let now = context.clock.now();
    let is_due = |pair: &PairRecord| {
        let after = pair.disable_after.or(pair.delete_after);
        after.is_some_and(|after| after <= now)
    };
    let due = records.iter().filter(|record| record.live().any(is_due));
    let owners: Vec<Owner> = due.map(OwnerRecord::owner).collect();
    match &owners[..] {
        [] => (),
        [owner] => {
            let owner = words::argument(owner);
            context.ui.next(&format!("akm rotate {owner} --finish"));
        }
        _ => context.ui.next("akm rotate --all --finish"),
    }
}
