//! What a run says that has to wait.

use super::leak::waits;
use crate::core::{
    account::Owner,
    open_work::OpenWork,
    plan::Wait,
    time::{self, Timestamp},
};
use crate::ops::{Failure, Kind};

/// Returns what a run that waits says where the command was to do more than wait.
pub(in crate::ops) fn waiting(owner: &Owner, open: &OpenWork, wait: Wait) -> Failure {
    match wait {
        Wait::Expiry(until) => undecided(owner, until),
        Wait::Restore(until) => not_restored(owner, open, until),
        Wait::Lag => not_yet(open),
        Wait::Proof => not_read_back(owner),
        Wait::Overlap(_) | Wait::Grace(_) => not_over(owner, open),
    }
}

pub(in crate::ops) fn undecided(owner: &Owner, until: Timestamp) -> Failure {
    let message = format!("an earlier create for {owner} may yet be executed");
    Failure::new(Kind::Undecided, message)
        .because("its answer was lost")
        .hint(format!("run `akm recover` after {}", time::format(until)))
}

fn not_restored(owner: &Owner, open: &OpenWork, until: Timestamp) -> Failure {
    let id = open.restoring.keys().next();
    let id = id.map_or_else(String::new, |id| format!("`{id}` of "));
    let message = format!("{id}{owner} may yet be restored");
    Failure::new(Kind::Undecided, message)
        .because("it was asked for, and the cloud does not list the pair")
        .hint(format!("run `akm recover` after {}", time::format(until)))
}

/// The pair that is to be used is listed as Active, or was made just now, and does not work yet.
fn not_yet(open: &OpenWork) -> Failure {
    let again = "the same command again in a minute";
    let Some(it) = &open.replacement else {
        let message = open.leaked.first().map_or_else(String::new, waits);
        return Failure::new(Kind::HalfDone, message)
            .because("the pair that is to take it does not work yet")
            .hint(again);
    };
    let what = if it.rolled_back {
        "rollback"
    } else {
        "rotation"
    };
    Failure::new(Kind::HalfDone, format!("the {what} does not go on"))
        .because(format!("the cloud does not know `{}` yet", it.new))
        .hint(again)
}

/// The journal has the sealed copy, which a later command is to compare with what its store gives back.
fn not_read_back(owner: &Owner) -> Failure {
    let message = format!("an earlier secret of {owner} was put into its store just now");
    Failure::new(Kind::HalfDone, message)
        .because("a later command is to read it back before another pair is made")
        .hint("the same command again")
}

fn not_over(owner: &Owner, open: &OpenWork) -> Failure {
    let selector = owner.selector();
    let old = open
        .replacement
        .as_ref()
        .map_or_else(String::new, |it| it.old.to_string());
    let message = format!("the rotation that replaces `{old}` is not over");
    Failure::new(Kind::Refused, message)
        .because(format!("nothing else is made for {owner} meanwhile"))
        .hint(format!(
            "`akm recover --list` shows what it waits for; `akm rotate {selector} --finish` does what is due; \
             `akm rotate {selector} --rollback` goes back"
        ))
}
