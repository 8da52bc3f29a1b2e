//! What a question says of a pair, so that whoever is asked knows which one it is.

use super::words::{place, whose};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    time::{self, Timestamp},
};
use crate::ops::Session;

/// Returns the pair with its owner, the account, its age and its last use, which the cloud is asked for.
pub(super) fn pair(session: &Session, owner: &Owner, id: &AccessKeyId) -> String {
    let now = session.cloud.now();
    let record = session.inventory.load(owner).ok().flatten();
    let created = record.and_then(|record| Some(record.pair(id)?.created_at));
    let created = created.map(|at| format!(", created {}", ago(at, now)));
    let used = match session.cloud.last_used(owner, id) {
        Ok(Some(at)) => format!("last used {}", ago(at, now)),
        Ok(None) => "never used".to_owned(),
        Err(_) => "last use unknown".to_owned(),
    };
    format!(
        "AccessKey {id} of {} in {}{}, {used}",
        whose(owner),
        place(session),
        created.unwrap_or_default()
    )
}

/// Returns how long ago that was, as a person says it.
pub(super) fn ago(at: Timestamp, now: Timestamp) -> String {
    let span = now - at;
    if span.num_seconds() < 60 {
        return "just now".to_owned();
    }
    format!("{} ago", time::in_days(span))
}
