//! `akm rotate NAME --older-than AGE`: nothing is done while the pair is younger.

use super::{plan, told};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::words::argument;
use crate::core::{
    account::Owner,
    time::{self, Span},
};
use crate::ops::{
    Account,
    rotate::{self, Standing, State},
};

/// Looks whether the owner's current pair is younger than `age`. Then it says so, prints the pairs as they are, and returns true: nothing
/// is to be done. Asks no cloud, and opens no store.
pub(super) fn is_younger(
    context: &Context,
    owner: &Owner,
    age: Span,
    dry: bool,
) -> Result<bool, Failure> {
    let Some(account) = context.account()? else {
        return Ok(false);
    };
    let Some(standing) = rotate::younger_than(&account, owner, age)? else {
        return Ok(false);
    };
    say(context, owner, &standing, age, dry);
    print(context, &account, owner, &standing, dry)?;
    Ok(true)
}

fn say(context: &Context, owner: &Owner, standing: &Standing, age: Span, dry: bool) {
    let (id, now) = (&standing.new.access_key_id, context.clock.now());
    let is = if dry { "would be" } else { "was" };
    let old = time::in_days(now - standing.new.created_at);
    context.ui.note(
        "too-young",
        &format!(
            "nothing {is} done: AccessKey {id} of {owner} is {old} old, and `--older-than` is {age}"
        ),
    );
    // Its due steps wait for a command that is not about age.
    if standing.state != State::None {
        let owner = argument(owner);
        context.ui.next(&format!("akm rotate {owner} --finish"));
    }
}

fn print(
    context: &Context,
    account: &Account,
    owner: &Owner,
    standing: &Standing,
    dry: bool,
) -> Result<(), Failure> {
    if dry {
        return plan::print_empty(&context.ui, owner, standing.state);
    }
    told::print(&context.ui, account, owner, standing)
}
