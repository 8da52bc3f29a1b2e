//! Secrets that are not there, or not as they should be.

use super::{
    Text,
    owner::{argument, selector},
    store,
};
use crate::core::{account::Owner, place::StoreKind, time};
use crate::ops::problem::Secret;

pub(super) fn problem(problem: &Secret) -> Text {
    match problem {
        Secret::NotHeld(id, owner) => Text::new(format!("akm does not have the secret of `{id}`"))
            .hint(format!(
                "the cloud shows a secret once, at creation; {}",
                replacing(owner.as_ref())
            )),
        Secret::Lacking(kind, id, owner) => Text::new(format!(
            "the secret store `{kind}` lacks the secret of `{id}`"
        ))
        .hint(replacing(owner.as_ref())),
        Secret::Lost(id) => Text::new(format!("the secret store lacks the secret of `{id}`")),
        Secret::Damaged(error, owner) => {
            let instead = owner.as_ref().map_or_else(
                || "rotate its owner, which does without it".to_owned(),
                making,
            );
            store::problem(Some(StoreKind::Age), error)
                .hint(format!("bring that file back from a backup, or {instead}"))
        }
        Secret::Swapped => {
            Text::new("the secret store gave back something else than was stored")
        }
        Secret::NoBase64 => Text::new("the sealed secret in the journal is no base64"),
        Secret::NoneHeld => {
            Text::new("akm has saved no secret in this account").hint("`akm create` makes a pair")
        }
        Secret::AnotherWorks(id) => {
            Text::new(format!("another secret of `{id}` is saved, and it works"))
                .hint("nothing was changed; look whether the endpoint is the one that you mean")
        }
        Secret::StillNeeded {
            id,
            owner,
            profile,
            due: None,
        } => Text::new(format!("work on `{id}` of {owner} is unfinished"))
            .hint(format!("`akm -p {profile} recover` finishes it")),
        Secret::StillNeeded {
            id,
            owner,
            profile,
            due: Some(at),
        } => Text::new(format!("work on `{id}` of {owner} is unfinished")).hint(format!(
            "its rotation waits until {}: then `akm -p {profile} rotate {} --finish` continues it; without `--drop-secret` the profile goes now",
            time::format(*at),
            selector(owner)
        )),
    }
}

/// What makes up for a secret that is lost.
fn replacing(owner: Option<&Owner>) -> String {
    owner.map_or_else(
        || "rotate its owner: `akm rotate --ram-user NAME` or `--account`".to_owned(),
        making,
    )
}

fn making(owner: &Owner) -> String {
    format!("make a new pair: akm rotate {}", argument(owner))
}
