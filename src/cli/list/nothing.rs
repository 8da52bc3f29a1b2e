//! What `akm list` says where it has nothing to show.

use crate::cli::{context::Context, words};
use crate::core::account::Owner;
use crate::ops::Account;

/// What was looked for, and what is known.
pub(super) struct Looked<'a> {
    /// `None` for the sandbox that was never used.
    pub(super) account: Option<&'a Account>,
    pub(super) owner: Option<&'a Owner>,
    /// Whether the cloud was asked.
    pub(super) refreshed: bool,
    /// Pairs that are there, and that the options leave out.
    pub(super) left_out: usize,
}

/// Says that no pair is shown, why, and what to do.
pub(super) fn say(context: &Context, looked: &Looked) {
    let place = looked
        .account
        .map_or("the sandbox".to_owned(), words::place);
    let of = looked.owner.map(|owner| format!(" of {owner}"));
    let of = of.unwrap_or_default();
    match looked.left_out {
        0 => (),
        1 => {
            let text = format!("akm knows 1 AccessKey pair{of} in {place}, and it does not match");
            return context.ui.note("empty", &text);
        }
        count => {
            let text =
                format!("akm knows {count} AccessKey pairs{of} in {place}, and none matches");
            return context.ui.note("empty", &text);
        }
    }
    let knows = format!("akm knows no AccessKey pair{of} in {place}");
    context.ui.note("empty", &knows);
    let owner = looked.owner.map(words::argument);
    let in_cloud = looked.account.is_some_and(|it| !it.profile.is_sandbox());
    context.ui.next(&match owner {
        Some(owner) if in_cloud && !looked.refreshed => format!("akm list {owner} --refresh"),
        None if in_cloud && !looked.refreshed => "akm list --refresh".to_owned(),
        Some(owner) => format!("akm create {owner}"),
        None => "akm create NAME".to_owned(),
    });
}
