//! What is unfinished of an owner, as a person reads it, with the command that gets it on.

use crate::cli::{context::Context, labelled, words::argument};
use crate::core::{
    account::Owner,
    time::{self, Timestamp},
};
use crate::ops::{
    Account,
    recover::{Open, Stage, What},
};

/// Returns a line for each thing that is unfinished; `None` where nothing is.
pub(super) fn of(
    context: &Context,
    account: &Account,
    owner: &Owner,
    open: &[Open],
) -> Option<String> {
    let now = account.clock.now();
    let line = |open: &Open| {
        let text = format!("{}: {}", said(open, now), command(open, owner));
        (
            "unfinished",
            context.ui.advice.in_profile(&text).into_owned(),
        )
    };
    (!open.is_empty()).then(|| labelled::lines(open.iter().map(line)))
}

/// Returns from when on something can be done: `from Dec 2`, or `now`.
pub(super) fn from(after: Timestamp, now: Timestamp) -> String {
    if after <= now {
        return "now".to_owned();
    }
    format!("from {}", time::day(after, now))
}

fn said(open: &Open, now: Timestamp) -> String {
    let id = open.id.as_ref().map_or("-", |id| id.as_str());
    let from = open.due.map_or_else(String::new, |due| from(due, now));
    match open.what {
        What::CreateUnanswered => format!("create whose answer was lost; can be finished {from}"),
        What::Rotation(Stage::Overlap) => {
            format!("rotation to {id}; the old pair can be disabled {from}")
        }
        What::Rotation(Stage::Grace) => {
            format!("rotation to {id}; the old pair can be deleted {from}")
        }
        What::Rotation(_) => format!("rotation to {id} was cut short"),
        What::Rollback(Stage::Grace) => {
            format!("rollback to {id}; the other pair can be deleted {from}")
        }
        What::Rollback(_) => format!("rollback to {id} was cut short"),
        What::Leak => format!("leak of {id}"),
        What::Restore => format!("restore of {id}"),
        What::SecretUnproven => format!("secret of {id} is not read back yet"),
        What::Suspect => format!("{id} is a suspect"),
    }
}

fn command(open: &Open, owner: &Owner) -> String {
    match (open.what, &open.id) {
        (What::Rotation(Stage::Overlap | Stage::Grace) | What::Rollback(Stage::Grace), _) => {
            format!("akm rotate {} --finish", argument(owner))
        }
        (What::Suspect, Some(id)) => format!("akm recover --dismiss {id}"),
        _ => "akm recover".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::access_key::AccessKeyId;

    #[test]
    fn each_thing_that_is_unfinished_is_named_with_the_command_that_gets_it_on() {
        let owner = Owner::RamUser("alice".parse().unwrap());
        let shown = |what, has_due: bool| {
            let open = Open {
                owner: owner.clone(),
                what,
                id: AccessKeyId::parse("LTAI2").ok(),
                due: has_due.then(Timestamp::default),
            };
            format!(
                "{}: {}",
                said(&open, Timestamp::default()),
                command(&open, &owner)
            )
        };
        let finish = "akm rotate alice --finish";
        for (what, has_due, text) in [
            (
                What::CreateUnanswered,
                true,
                "create whose answer was lost; can be finished now: akm recover".to_owned(),
            ),
            (
                What::Rotation(Stage::Unfinished),
                false,
                "rotation to LTAI2 was cut short: akm recover".to_owned(),
            ),
            (
                What::Rotation(Stage::Overlap),
                true,
                format!("rotation to LTAI2; the old pair can be disabled now: {finish}"),
            ),
            (
                What::Rotation(Stage::Grace),
                true,
                format!("rotation to LTAI2; the old pair can be deleted now: {finish}"),
            ),
            (
                What::Rollback(Stage::Unfinished),
                false,
                "rollback to LTAI2 was cut short: akm recover".to_owned(),
            ),
            (
                What::Rollback(Stage::Grace),
                true,
                format!("rollback to LTAI2; the other pair can be deleted now: {finish}"),
            ),
            (What::Leak, false, "leak of LTAI2: akm recover".to_owned()),
            (
                What::Restore,
                false,
                "restore of LTAI2: akm recover".to_owned(),
            ),
            (
                What::SecretUnproven,
                false,
                "secret of LTAI2 is not read back yet: akm recover".to_owned(),
            ),
            (
                What::Suspect,
                false,
                "LTAI2 is a suspect: akm recover --dismiss LTAI2".to_owned(),
            ),
        ] {
            assert_eq!(shown(what, has_due), text);
        }
    }
}
