//! Work that has to wait, where the command was to do more than that.

use super::{Text, selector, stopped::what};
use crate::cli::words::{advice::recover_after, half};
use crate::core::{plan::Wait, time::Timestamp};
use crate::ops::problem::{LeakLeft, Waits};

pub(super) fn problem(waits: &Waits) -> Text {
    match waits.wait {
        Wait::Expiry(until) => Text::new(format!(
            "an earlier create for {} may yet be executed",
            waits.owner
        ))
        .because("its answer was lost")
        .hint(recover_after(until)),
        Wait::Restore(until) => not_restored(waits, until),
        Wait::Lag => not_yet(waits),
        Wait::Proof => Text::new(format!(
            "an earlier secret of {} was put into its store just now",
            waits.owner
        ))
        .because("a later command is to read it back before another pair is made")
        .hint("the same command again"),
        Wait::Overlap(_) | Wait::Grace(_) => not_over(waits),
    }
}

fn not_restored(waits: &Waits, until: Timestamp) -> Text {
    let id = waits.restoring.as_ref();
    let id = id.map_or_else(String::new, |id| format!("`{id}` of "));
    Text::new(format!("{id}{} may yet be restored", waits.owner))
        .because("it was asked for, and the cloud does not list the pair")
        .hint(recover_after(until))
}

/// The pair that is to be used is listed as Active, or was made just now, and does not work yet.
fn not_yet(waits: &Waits) -> Text {
    let text = if let Some(it) = &waits.replacement {
        Text::new(format!("the {} does not continue", what(it)))
            .because(format!("the cloud does not know `{}` yet", it.new))
    } else {
        let leaked = waits.leaked.as_ref();
        let left = leaked.map_or_else(String::new, |id| half::leak(id, LeakLeft::Waits));
        Text::new(left).because("the pair that is to take it does not work yet")
    };
    text.hint("the same command again in a minute")
}

fn not_over(waits: &Waits) -> Text {
    let (owner, selector) = (&waits.owner, selector(&waits.owner));
    let replacement = waits.replacement.as_ref();
    let old = replacement.map_or_else(String::new, |it| it.old.to_string());
    Text::new(format!("the rotation that replaces `{old}` is not over"))
        .because(format!("nothing else is made for {owner} meanwhile"))
        .hint(format!(
            "`akm recover --list` shows what it waits for; `akm rotate {selector} --finish` does what is due; \
             `akm rollback {selector}` goes back"
        ))
}
