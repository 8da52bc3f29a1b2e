//! Pairs that are not imported.

use super::{Text, text};
use crate::import::{Place, joined};
use crate::ops::{Failure, problem::Import};

pub(super) fn problem(problem: &Import) -> Text {
    match problem {
        Import::Refused(wrong) => refused(wrong),
        Import::OfAccount(id, account) => {
            Text::new(format!("`{id}` is a pair of account {account}"))
        }
        Import::OfNoUser(id) => Text::new(format!("`{id}` is no pair of a user")),
        Import::OfOtherOwner(id, owner) => Text::new(format!(
            "`{id}` is a pair of {owner}, and the file says otherwise"
        )),
        Import::Unknown(Some(id)) => Text::new(format!("the cloud does not know `{id}`")),
        Import::Unknown(None) => {
            Text::new("the cloud does not know what is there as the AccessKey ID")
        }
        Import::WrongSecret(id) => Text::new(format!("the secret is not the one of `{id}`")),
        Import::Inactive(id) => Text::new(format!(
            "`{id}` is Inactive, so its secret cannot be checked; `akm enable {id}` first"
        )),
    }
}

fn refused(wrong: &[(Vec<Place>, Failure)]) -> Text {
    const SAID: usize = 20;
    let mut said: Vec<String> = wrong.iter().take(SAID).map(reason).collect();
    if wrong.len() > SAID {
        said.push(format!("and {} more pairs", wrong.len() - SAID));
    }
    let of_files = |(places, _): &(Vec<Place>, _)| {
        let mut places = places.iter();
        places.all(|place| matches!(place, Place::Line { .. } | Place::Object { .. }))
    };
    Text::new("nothing was imported")
        .because(said.join("; "))
        .hint(if wrong.iter().all(of_files) {
            "remove or fix these lines, then import again"
        } else {
            "correct the pair there, then import again"
        })
}

fn reason((places, failure): &(Vec<Place>, Failure)) -> String {
    format!("{}: {}", joined(places), text(failure).message)
}
