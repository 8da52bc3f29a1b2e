//! A rotation or a rollback that does not go on without a person.

use super::{Text, selector};
use crate::core::{open_work::Replacement, plan::Stop, seen::Sight};
use crate::ops::problem::Stopped;

pub(super) fn problem(stopped: &Stopped) -> Text {
    if matches!(stopped.why, Stop::NewGone) {
        return gone(stopped);
    }
    let (why, hint) = why(stopped);
    let does = if stopped.is_planned { "would" } else { "does" };
    Text::new(format!("the {} {does} not continue", what(&stopped.it)))
        .because(why)
        .hint(hint)
}

pub(super) fn what(it: &Replacement) -> &'static str {
    if it.rolled_back {
        "rollback"
    } else {
        "rotation"
    }
}

/// Nothing brings the pair back that was to come into use.
fn gone(stopped: &Stopped) -> Text {
    let (which, _) = which(&stopped.it);
    let cannot = if stopped.is_planned {
        "could not"
    } else {
        "cannot"
    };
    let (new, what) = (&stopped.it.new, what(&stopped.it));
    Text::new(format!(
        "the {which} pair {new} no longer exists, so this {what} {cannot} finish"
    ))
    .hint(forgotten(stopped))
}

/// Which pair of the rotation comes into use, and which is the other one.
fn which(it: &Replacement) -> (&'static str, &'static str) {
    if it.rolled_back {
        ("old", "new")
    } else {
        ("new", "old")
    }
}

fn why(stopped: &Stopped) -> (String, String) {
    let Replacement { old, new, .. } = &stopped.it;
    let (which, other) = which(&stopped.it);
    match stopped.why {
        Stop::NewInactive => (
            format!("the {which} pair `{new}` is Inactive"),
            format!(
                "`akm enable {new}`, then the same command again{}",
                or_back(stopped)
            ),
        ),
        Stop::WrongSecret => (
            format!("the secret store has another secret in the place of that of `{new}`"),
            format!(
                "bring the right one back into the store{}",
                or_stay(stopped)
            ),
        ),
        _ if stopped.it.rolled_back => not_held(stopped),
        _ => (
            format!("the secret store lacks the secret of `{new}`"),
            format!(
                "bring the secret back into the store; until then the {other} pair `{old}` is left as it is"
            ),
        ),
    }
}

/// A rollback to a pair that nobody can verify.
fn not_held(stopped: &Stopped) -> (String, String) {
    let Replacement { old, new, .. } = &stopped.it;
    let (is, first) = if stopped.is_planned {
        ("would be", "after that, ")
    } else {
        ("is", "")
    };
    (
        format!(
            "`{new}` {is} Active again, and akm does not have its secret; `{old}` {is} left Active beside it"
        ),
        format!("{first}{}", disabled_by_hand(stopped)),
    )
}

/// What ends a rollback to a pair that nobody can verify. A pair that a profile signs with is not disabled.
fn disabled_by_hand(stopped: &Stopped) -> String {
    let Replacement { old, new, .. } = &stopped.it;
    let Some((with, here)) = &stopped.signing else {
        return format!(
            "once nothing uses `{old}`: `akm recover --dismiss {new}`, then `akm disable {old}`"
        );
    };
    format!(
        "once nothing uses `{old}`, and the profile `{with}` signs with another pair (`akm profile remove {with}`, \
         then `akm profile add {with}`): `akm -p {here} recover --dismiss {new}`, then `akm -p {here} disable {old}`"
    )
}

fn or_back(stopped: &Stopped) -> String {
    if stopped.old == Sight::Gone || stopped.it.rolled_back {
        return String::new();
    }
    format!(
        "; or back to `{}`: `akm rollback {}`",
        stopped.it.old,
        selector(&stopped.owner)
    )
}

fn or_stay(stopped: &Stopped) -> String {
    if stopped.old == Sight::Gone {
        return String::new();
    }
    let (_, other) = which(&stopped.it);
    format!(
        "; or stay with the {other} pair: `akm enable {}` ends this {}",
        stopped.it.old,
        what(&stopped.it)
    )
}

fn forgotten(stopped: &Stopped) -> String {
    let Replacement { old, new, .. } = &stopped.it;
    let (_, other) = which(&stopped.it);
    let forgets = format!(
        "`akm recover --dismiss {new}` forgets this {}",
        what(&stopped.it)
    );
    match stopped.old {
        Sight::Gone => forgets,
        Sight::Active => format!("{forgets}; the {other} pair `{old}` stays Active"),
        Sight::Inactive => {
            format!("{forgets}; `akm enable {old}` brings the {other} pair back into use")
        }
    }
}
