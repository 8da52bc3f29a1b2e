//! What is said and printed of a rotation.

use crate::cli::failure::Failure;
use crate::cli::{
    pair::PairView,
    ui::{self, Ui},
    words::{argument, place, whose},
};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    time::{self, Timestamp},
};
use crate::ops::{
    Account, Session,
    rotate::{Action, Standing, State},
};
use serde::Serialize;

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli) struct View<'a> {
    #[serde(flatten)]
    pair: PairView<'a>,
    old_access_key_id: Option<&'a str>,
    #[cfg_attr(test, schemars(with = "Option<Status>"))]
    old_status: Option<&'a str>,
    disable_old_after: Option<String>,
    delete_old_after: Option<String>,
    #[cfg_attr(test, schemars(with = "State"))]
    state: &'a str,
    #[cfg_attr(test, schemars(with = "Action"))]
    action: &'a str,
    changed: bool,
}

impl<'a> View<'a> {
    pub(in crate::cli) fn new(
        account: &'a Account,
        owner: &'a Owner,
        standing: &'a Standing,
    ) -> Self {
        Self {
            pair: PairView::new(account, owner, &standing.new),
            old_access_key_id: standing.old.as_ref().map(AccessKeyId::as_str),
            old_status: standing.old_status.map(Status::as_str),
            disable_old_after: standing.disable_after.map(time::format),
            delete_old_after: standing.delete_after.map(time::format),
            state: standing.state.as_str(),
            action: standing.action.as_str(),
            changed: standing.action != Action::None,
        }
    }
}

/// Says that a rotate finished an earlier rotation and began none: run once a month, it would else rotate every second month.
pub(super) fn warn_of_no_new_pair(to: &Ui, owner: &Owner, standing: &Standing) {
    if is_without_new_pair(standing) {
        to.warning(
            "no-new-pair",
            &format!(
                "no new pair was made for {owner}: the rotation that made {} is not finished",
                standing.new.access_key_id
            ),
        );
    }
}

/// Returns whether a rotate finished a step of an earlier rotation, or waited for one, and made no pair.
pub(super) fn is_without_new_pair(standing: &Standing) -> bool {
    let made = matches!(standing.action, Action::Created | Action::Continued);
    !made && matches!(standing.state, State::Overlap | State::Grace)
}

/// Says which pair is in use, what became of the other, and what can be done next.
pub(in crate::cli) fn say(to: &Ui, session: &Session, owner: &Owner, standing: &Standing) {
    let Some(old) = &standing.old else { return };
    let (new, now) = (&standing.new.access_key_id, session.cloud.now());
    let finish = format!("akm rotate {} --finish", argument(owner));
    let of = format!("of {} in {}", whose(owner), place(session));
    if standing.state == State::RolledBack {
        return rolled_back(to, standing, old, &of, now);
    }
    match (standing.disable_after, standing.delete_after) {
        (Some(at), _) => {
            to.result(&format!("New: {new} (Active, verified), {of}."));
            let day = time::day(at, now);
            to.result(&format!("Old: {old} (Active; can be disabled from {day})."));
            to.next(&finish);
            let leaked = format!("akm rotate {} --leaked {old}", argument(owner));
            to.hint(&format!("if {old} leaked: {leaked}"));
        }
        (_, Some(at)) => {
            to.result(&format!("New: {new} (Active, verified), {of}."));
            let day = time::day(at, now);
            to.result(&format!(
                "Old: {old} (disabled; can be deleted from {day})."
            ));
            to.next(&finish);
            to.hint(&format!("if something still needs it: akm enable {old}"));
        }
        _ => to.result(&over(standing, new, old, &of)),
    }
}

fn rolled_back(to: &Ui, standing: &Standing, old: &AccessKeyId, of: &str, now: Timestamp) {
    let new = &standing.new.access_key_id;
    let left = match (standing.old_status, standing.delete_after) {
        (None, _) => format!("{old} is gone from the cloud."),
        (_, Some(at)) => format!(
            "Out of use: {old} (disabled; can be deleted from {}).",
            time::day(at, now)
        ),
        (_, None) => format!("Out of use: {old} (disabled)."),
    };
    to.result(&format!("Back in use: {new} {of}. {left}"));
    if standing.old_status.is_some() {
        to.hint(&format!("if something still needs it: akm enable {old}"));
    }
}

fn over(standing: &Standing, new: &AccessKeyId, old: &AccessKeyId, of: &str) -> String {
    match (standing.state, standing.old_status) {
        (State::Undone, Some(Status::Inactive)) => {
            format!(
                "The rotation {of} is over: {old} is Inactive, and both pairs are left as they are."
            )
        }
        (State::Undone, _) => format!(
            "The rotation {of} is over: {old} was enabled again, and both pairs are left as they are."
        ),
        _ if standing.is_verified => {
            format!("New: {new} (Active, verified), {of}. Old: {old} (deleted).")
        }
        _ => format!("New: {new} (Active), {of}. Old: {old} (deleted)."),
    }
}

pub(in crate::cli) fn print(
    to: &Ui,
    account: &Account,
    owner: &Owner,
    standing: &Standing,
) -> Result<(), Failure> {
    if !to.json() {
        return ui::print(format!("{}\n", standing.new.access_key_id).as_bytes());
    }
    ui::print_json(&View::new(account, owner, standing))
}
