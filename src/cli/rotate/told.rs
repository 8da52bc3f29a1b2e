//! What is said and printed of a rotation.

use crate::cli::{
    pair::PairView,
    ui::{self, Ui},
};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    time,
};
use crate::ops::{
    Failure, Session, Tell,
    rotate::{Standing, State},
};
use serde::Serialize;

#[derive(Serialize)]
pub(in crate::cli) struct View<'a> {
    #[serde(flatten)]
    pair: PairView<'a>,
    old_access_key_id: Option<&'a str>,
    old_status: Option<&'a str>,
    disable_old_after: Option<String>,
    delete_old_after: Option<String>,
    state: &'a str,
}

impl<'a> View<'a> {
    pub(in crate::cli) fn new(
        session: &'a Session,
        owner: &'a Owner,
        standing: &'a Standing,
    ) -> Self {
        Self {
            pair: PairView::new(session, owner, &standing.new),
            old_access_key_id: standing.old.as_ref().map(AccessKeyId::as_str),
            old_status: standing.old_status.map(Status::as_str),
            disable_old_after: standing.disable_after.map(time::format),
            delete_old_after: standing.delete_after.map(time::format),
            state: standing.state.as_str(),
        }
    }
}

pub(in crate::cli) fn say(to: &Ui, owner: &Owner, standing: &Standing) {
    let Some(old) = &standing.old else { return };
    let text = match (standing.disable_after, standing.delete_after) {
        (Some(at), _) => format!(
            "`{old}` stays Active until {}, then `akm rotate {} --finish` disables it",
            time::format(at),
            owner.selector()
        ),
        (_, Some(at)) => format!(
            "`{old}` is Inactive (`akm enable {old}` undoes that) and may be deleted after {}",
            time::format(at)
        ),
        _ if standing.state == State::Undone => {
            let what = match standing.old_status {
                Some(Status::Inactive) => "is Inactive",
                _ => "was enabled again",
            };
            format!("`{old}` {what}: its rotation is over, and both pairs are left as they are")
        }
        _ if standing.state == State::RolledBack => {
            let left = standing
                .old_status
                .map_or("gone from the cloud", |_| "Inactive and still held");
            let back = &standing.new.access_key_id;
            format!("`{back}` is in use again; `{old}` is {left}")
        }
        _ => format!("`{old}` is deleted"),
    };
    to.note(&text);
}

pub(super) fn print(
    to: &Ui,
    session: &Session,
    owner: &Owner,
    standing: &Standing,
) -> Result<(), Failure> {
    if !to.json() {
        return ui::print(format!("{}\n", standing.new.access_key_id).as_bytes());
    }
    ui::print_json(&View::new(session, owner, standing))
}
