//! What was begun and did not come to its end.

use super::Text;
use crate::core::access_key::AccessKeyId;
use crate::ops::problem::{Half, LeakLeft, PairsLeft};

/// Says how far it came; why it went no further is the cause.
pub(super) fn problem(half: &Half, why: &Text) -> Text {
    let hint = hint(half, why.hint.as_deref());
    Text::new(left(half)).because(why.whole()).hint(hint)
}

fn hint(half: &Half, why: Option<&str>) -> String {
    const RECOVER: &str = "`akm recover` finishes it";
    match (half, why) {
        (Half::Deletion(_), _) => "the same command again finishes it".to_owned(),
        (Half::StatusUnrecorded(..), _) => "`akm list --refresh` writes it down".to_owned(),
        (Half::MaybeRestored(_), _) => "`akm recover` finds out, and finishes it".to_owned(),
        (Half::Restored(_), Some(hint)) => format!("{hint}; {RECOVER}"),
        (_, Some(hint)) => hint.to_owned(),
        (_, None) => RECOVER.to_owned(),
    }
}

fn left(half: &Half) -> String {
    match half {
        Half::Rotation { old, new, left } => format!(
            "the rotation from `{old}` to `{new}` stopped half-way; {}",
            pairs(old, new, *left)
        ),
        Half::Leak(id, left) => leak(id, *left),
        Half::LeakWouldWait(id) => {
            format!("`{id}` would be disabled, and nothing would take its place yet")
        }
        Half::LeakNotDeleted { id, may_be_deleted } => {
            let known = if *may_be_deleted {
                "whether it is deleted is not known"
            } else {
                "not deleted yet"
            };
            format!("`{id}` is disabled, and {known}")
        }
        Half::Made(id) => {
            format!("AccessKey pair `{id}` was made, and its secret is not saved yet")
        }
        Half::Journal => "a pair was made, and its journal could not be closed".to_owned(),
        Half::MaybeMade(owner) => format!("nobody knows whether a pair was made for {owner}"),
        Half::MaybeMadeYet(owner) => {
            format!("nobody knows yet whether a pair was made for {owner}")
        }
        Half::MaybeMadeUnrecorded(owner) => {
            format!("a pair may have been made for {owner}, its answer lost")
        }
        Half::AppearedBeside(owner) => {
            format!("a create for {owner} was refused, and a pair appeared beside it")
        }
        Half::Appeared(owner) => format!("the answer was lost and a pair appeared for {owner}"),
        Half::Deletion(id) => {
            format!("the deletion of `{id}` was begun and did not come to its end")
        }
        Half::StatusUnrecorded(id, status) => {
            format!("`{id}` is {status} in the cloud, and that could not be written down")
        }
        Half::MaybeRestored(id) => format!("nobody knows whether `{id}` is back, and Active"),
        Half::MayBeRestored(id) => format!("`{id}` may yet be restored by an earlier command"),
        Half::Restored(id) => format!("`{id}` is back, and Active"),
    }
}

fn pairs(old: &AccessKeyId, new: &AccessKeyId, left: PairsLeft) -> String {
    match left {
        PairsLeft::Both => "both pairs are there".to_owned(),
        PairsLeft::OldMaybeDeleted => format!("whether `{old}` is deleted is not known"),
        PairsLeft::OldGone => format!("`{old}` is gone"),
        PairsLeft::NewGone => format!("`{new}` is gone"),
    }
}

/// How a leaked pair is left.
pub(super) fn leak(id: &AccessKeyId, left: LeakLeft) -> String {
    match left {
        LeakLeft::Gone => format!("`{id}` is gone, and its leak is not over yet"),
        LeakLeft::Disabled => format!("`{id}` is disabled, and its leak is not over yet"),
        LeakLeft::Waits => format!("`{id}` is disabled, and nothing has taken its place yet"),
    }
}
