//! A pair that is not there, or is not as the command needs it.

use super::{
    Text,
    advice::console,
    owner::{argument, selector},
    two_pairs,
};
use crate::core::access_key::AccessKeyId;
use crate::ops::problem::{Anyway, Pair};

pub(super) fn problem(problem: &Pair) -> Text {
    match problem {
        Pair::Unknown(id) => Text::new(format!("there is no AccessKey pair `{id}` in this account"))
            .hint("`akm list --refresh` shows the ones there are"),
        Pair::Deleted { id, leaked: true } => {
            Text::new(format!("`{id}` leaked, and is deleted")).hint(format!(
                "if nobody else has it after all: `akm restore {id} --force`, while the recycle bin has it"
            ))
        }
        Pair::Deleted { id, .. } => Text::new(format!("`{id}` is deleted")).hint(format!(
            "`akm restore {id}` brings it back while the recycle bin has it"
        )),
        Pair::NoneOf(owner) => Text::new(format!("{owner} has no AccessKey pair"))
            .hint(format!("`akm create {}` makes one", selector(owner))),
        Pair::NoneActive(owner) => Text::new(format!(
            "{owner} has no Active AccessKey pair that akm knows of"
        ))
        .hint(format!(
            "`akm list {} --refresh` asks the cloud",
            selector(owner)
        )),
        Pair::NoneKnown(owner) => Text::new(format!("akm knows no AccessKey pair of {owner}"))
            .hint(format!(
                "`akm create {0}` makes one; `akm list {0} --refresh` asks the cloud",
                selector(owner)
            )),
        Pair::NoneOfSandbox => Text::new("the sandbox signs with no pair of its own")
            .hint("name a pair: KEY_ID, a RAM user's NAME or `--account`"),
        Pair::Active {
            id,
            owner,
            is_last,
            may_force,
        } => Text::new(format!("`{id}` of {owner} is Active"))
            .hint(disabling_first(id, *is_last, *may_force)),
        Pair::LastActive(id, owner) => {
            Text::new(format!("`{id}` is the last Active pair of {owner}"))
                .hint(format!("{} disables it anyway", disabling(id, true)))
        }
        Pair::Signs(id) => Text::new(format!("akm signs with `{id}` itself"))
            .hint("`akm rotate --self` replaces it; another identity may retire it"),
        Pair::SignsFor(name, id) => Text::new(format!("the profile `{name}` signs with `{id}`"))
            .hint(format!(
                "`akm -p {name} rotate --self` replaces it; `akm profile remove {name}` does without it"
            )),
        Pair::CannotRetireItself(id, owner) => Text::new(format!(
            "akm signs with `{id}` itself, and another identity has to retire it"
        ))
        .hint(console(owner, Some(id))),
        Pair::Leaked(id, anyway) => Text::new(format!("`{id}` was reported as leaked")).hint(
            format!("if nobody else has it after all: `{}`", forcing(id, *anyway)),
        ),
        Pair::NotHandedOut(id, owner) => Text::new(format!(
            "`{id}` was reported as leaked, and is not handed out"
        ))
        .hint(format!(
            "`akm rotate {} --leaked {id}` replaces it",
            argument(owner)
        )),
        Pair::StillListed(id) => Text::new(format!(
            "the cloud took the deletion of `{id}` and still lists it"
        ))
        .hint("look again in a minute: `akm list --refresh`"),
        Pair::TooMany(pairs) => two_pairs::problem(pairs),
    }
}

fn disabling_first(id: &AccessKeyId, is_last: bool, may_force: bool) -> String {
    let force = if may_force {
        format!(", or `akm delete {id} --force`")
    } else {
        String::new()
    };
    format!(
        "{} first and see that nothing breaks{force}",
        disabling(id, is_last)
    )
}

/// The command that makes the pair Inactive.
fn disabling(id: &AccessKeyId, is_last: bool) -> String {
    let force = if is_last { " --force" } else { "" };
    format!("`akm disable {id}{force}`")
}

fn forcing(id: &AccessKeyId, anyway: Anyway) -> String {
    match anyway {
        Anyway::Enable => format!("akm enable {id} --force"),
        Anyway::Restore { active: true } => format!("akm restore {id} --active --force"),
        Anyway::Restore { active: false } => format!("akm restore {id} --force"),
    }
}
