//! An owner with more pairs than the command can do with: each, and which one may go.

use super::{Text, owner::selector};
use crate::core::{
    access_key::{AccessKey, Status},
    account::Owner,
    time,
};
use crate::ops::problem::{Crowd, FirstToGo, Shown, TwoPairs};

pub(super) fn problem(pairs: &TwoPairs) -> Text {
    let lines: Vec<String> = pairs.shown.iter().map(line).collect();
    Text::new(message(pairs))
        .because(lines.join("; "))
        .hint(hint(pairs))
}

fn message(pairs: &TwoPairs) -> String {
    let (owner, count) = (&pairs.owner, pairs.shown.len());
    let many = match count {
        1 => "one AccessKey pair".to_owned(),
        2 => "two AccessKey pairs".to_owned(),
        count => format!("{count} AccessKey pairs"),
    };
    match pairs.crowd {
        Crowd::Full => format!("{owner} has {many}, which is as many as it may"),
        Crowd::Rotation => format!("{owner} has {many}, and a rotation begins with one"),
        Crowd::Leak => {
            let many = if count == 2 { "two" } else { "several" };
            format!("{owner} has {many} AccessKey pairs: which of them leaked?")
        }
    }
}

fn line(
    Shown {
        key,
        last_used_at,
        is_held,
    }: &Shown,
) -> String {
    let used = last_used_at.map_or("use unknown".to_owned(), |at| {
        format!("last used {}", time::format(at))
    });
    let held = if *is_held {
        "secret saved"
    } else {
        "secret not saved here"
    };
    format!(
        "`{}` {}, created {}, {used}, {held}",
        key.id,
        key.status,
        time::format(key.created_at)
    )
}

fn hint(pairs: &TwoPairs) -> String {
    match (pairs.crowd, &pairs.first) {
        (Crowd::Leak, _) => "name it: `akm leak KEY_ID`".to_owned(),
        (_, FirstToGo::Suspect(id)) => format!(
            "`{id}` is a suspect: if nobody else made it, `akm delete {id} --force` makes room"
        ),
        (_, FirstToGo::Nothing) => "`akm list --refresh` shows them".to_owned(),
        (Crowd::Full, FirstToGo::Pair(key)) => deleting(&pairs.owner, key),
        (Crowd::Rotation, FirstToGo::Pair(key)) => replacing(&pairs.owner, key),
    }
}

/// An Inactive pair can be deleted at once; of two Active ones, the older is disabled first.
fn deleting(owner: &Owner, key: &AccessKey) -> String {
    let id = &key.id;
    match key.status {
        Status::Inactive => format!("`akm delete {id}` makes room, if nothing needs it"),
        Status::Active => format!(
            "`akm list {} --refresh` shows when each was used; then `akm disable {id}` and `akm delete {id}` make room",
            selector(owner)
        ),
    }
}

fn replacing(owner: &Owner, key: &AccessKey) -> String {
    let id = &key.id;
    let replace = format!("`akm rotate {} --replace {id}`", selector(owner));
    match key.status {
        Status::Inactive => format!("{replace} deletes that one first, if nothing needs it"),
        Status::Active => format!("`akm disable {id}`, and once nothing misses it {replace}"),
    }
}
