//! Pairs that come back, and work that is to be forgotten.

use super::{Text, owner::selector};
use crate::core::access_key::Status;
use crate::ops::problem::{Dismissal, Restore};

pub(super) fn problem(problem: &Restore) -> Text {
    match problem {
        Restore::Missing(id, error) => {
            let text = Text::new(format!(
                "the cloud's recycle bin has no AccessKey pair `{id}`"
            ));
            match error {
                Some(error) => text
                    .because(error)
                    .hint("it keeps a deleted pair for 30 days, and three of one user"),
                None => text,
            }
        }
        Restore::There(id, owner, status) => Text::new(format!("`{id}` of {owner} is not deleted"))
            .hint(match status {
                Status::Active => "it is Active".to_owned(),
                Status::Inactive => format!("it is Inactive; `akm enable {id}` makes it Active"),
            }),
        Restore::Unlisted(id) => Text::new(format!(
            "the cloud took the restoring of `{id}` and does not list it yet"
        ))
        .hint("look again in a minute: `akm recover`"),
    }
}

pub(super) fn dismissal(problem: &Dismissal) -> Text {
    match problem {
        Dismissal::NothingSuch(id) => Text::new(format!(
            "`{id}` is neither a suspect nor the new pair of an unfinished rotation"
        ))
        .hint("`akm recover --list` shows what is unfinished"),
        Dismissal::RotationGoesOn(id, owner, status) => {
            let first = match status {
                Status::Active => String::new(),
                Status::Inactive => format!("`akm enable {id}`, then "),
            };
            Text::new(format!(
                "`{id}` is there: its rotation is not to be forgotten"
            ))
            .hint(format!(
                "{first}`akm rotate {}` continues it",
                selector(owner)
            ))
        }
        Dismissal::IsBack(id, owner) => Text::new(format!(
            "`{id}` of {owner} is there: its restoring is not to be forgotten"
        ))
        .hint("`akm recover` finishes it"),
        Dismissal::JustMade(id) => Text::new(format!(
            "`{id}` was made just now, and the cloud may not list it yet"
        ))
        .hint("the same command again in a few minutes"),
    }
}
