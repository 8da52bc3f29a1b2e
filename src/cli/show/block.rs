//! A pair as a person reads it, a line for each thing that is known.

use super::unfinished::from;
use crate::cli::{
    context::Context,
    labelled,
    list::Row,
    question::ago,
    words::{argument, kept_in, place, whose},
};
use crate::core::time::{self, Timestamp};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::ops::Account;

type Line = (&'static str, String);

/// Returns the pair's lines. What is not known, or not so, is left out, but for the last use.
pub(super) fn of(
    context: &Context,
    account: &Account,
    record: &OwnerRecord,
    pair: &PairRecord,
    row: &Row,
) -> String {
    let now = context.clock.now();
    let mut lines = vec![
        ("AccessKey ID", pair.access_key_id.to_string()),
        ("owner", whose(&record.owner())),
        ("account", place(account)),
        ("status", pair.status.to_string()),
        ("current", yes_or_no(row.current)),
        ("created", at(pair.created_at, now)),
    ];
    let used = pair.last_used_at.map(|time| at(time, now));
    lines.push(("last used", used.unwrap_or_else(|| "not known".to_owned())));
    let disabled = pair.retired_at.map(|time| ("disabled", at(time, now)));
    lines.extend(disabled);
    lines.extend(pair.comment.clone().map(|text| ("comment", text)));
    lines.push(("secret", secret(pair)));
    lines.extend(marks(pair, row));
    let advised = due(record, pair, now)
        .into_iter()
        .chain(resolving(pair, row));
    let in_profile = |(label, text): Line| (label, context.ui.advice.in_profile(&text).into());
    lines.extend(advised.map(in_profile));
    let seen = record
        .refreshed_at
        .map(|time| ("cloud asked", at(time, now)));
    lines.extend(seen);
    labelled::lines(lines)
}

fn yes_or_no(is_so: bool) -> String {
    if is_so { "yes" } else { "no" }.to_owned()
}

/// Returns the time itself and how long ago that was.
fn at(time: Timestamp, now: Timestamp) -> String {
    format!("{} ({})", time::format(time), ago(time, now))
}

fn secret(pair: &PairRecord) -> String {
    match pair.secret_store {
        Some(kind) => format!("saved in {}", kept_in(kind)),
        None => "missing".to_owned(),
    }
}

fn marks(pair: &PairRecord, row: &Row) -> Vec<Line> {
    let mut lines = Vec::new();
    if pair.imported {
        lines.push(("imported", yes_or_no(true)));
    }
    if !row.signs_for.is_empty() {
        lines.push(("signs for", row.signs_for.join(", ")));
    }
    if pair.leaked {
        lines.push(("leaked", "yes, and is not handed out".to_owned()));
    }
    lines
}

/// Returns which step can be taken, from when on, and by which command.
fn due(record: &OwnerRecord, pair: &PairRecord, now: Timestamp) -> Option<Line> {
    let (what, after) = match (pair.disable_after, pair.delete_after) {
        (Some(after), _) => ("disabled", after),
        (None, Some(after)) => ("deleted", after),
        (None, None) => return None,
    };
    let (from, owner) = (from(after, now), argument(&record.owner()));
    let text = format!("can be {what} {from}: akm rotate {owner} --finish");
    Some(("due", text))
}

/// Returns the commands that are about a pair as it is.
fn resolving(pair: &PairRecord, row: &Row) -> Vec<Line> {
    let id = &pair.access_key_id;
    let mut lines = Vec::new();
    if row.suspect {
        let text = format!("yes: akm delete {id} --force, or akm recover --dismiss {id}");
        lines.push(("suspect", text));
    }
    if pair.bound_to_networks {
        lines.push(("network policy", format!("yes: akm key-policy show {id}")));
    }
    lines
}
