//! Why a rotation does not go on, and what a person does about it.

use crate::core::{access_key::AccessKeyId, account::Owner, rotation::Stop};
use crate::ops::{Failure, Kind};

/// The pairs of a rotation that stops, and what a person can do with the old one.
pub(super) struct Left<'a> {
    /// The owner, if the rotation may be rolled back.
    pub(super) back: Option<&'a Owner>,
    pub(super) new: &'a AccessKeyId,
    pub(super) old: &'a AccessKeyId,
    /// Whether the cloud lists the old pair.
    pub(super) listed: bool,
    /// Whether its recycle bin has it.
    pub(super) restorable: bool,
    /// Whether the old pair was retired: then enabling it ends the rotation.
    pub(super) retired: bool,
}

pub(super) fn stopped(stop: Stop, left: &Left) -> Failure {
    let what = format!("{} does not go on", way(stop));
    let (why, hint) = why(stop, left);
    Failure::new(Kind::HalfDone, what).because(why).hint(hint)
}

/// The same of a command that is not carried out: it would stop there.
pub(super) fn would_stop(stop: Stop, left: &Left) -> Failure {
    let what = format!("{} would not go on", way(stop));
    let (new, old) = (left.new, left.old);
    let (why, hint) = match stop {
        Stop::OldNotHeld => (
            format!(
                "`{old}` would be Active again, and akm does not hold its secret; `{new}` would be left Active beside it"
            ),
            format!(
                "after that, once nothing uses `{new}`: `akm disable {new}`, then the same command again"
            ),
        ),
        stop => why(stop, left),
    };
    Failure::new(Kind::Refused, what).because(why).hint(hint)
}

fn way(stop: Stop) -> &'static str {
    match stop {
        Stop::OldInactive | Stop::OldGone | Stop::OldNotHeld => "the rollback",
        _ => "the rotation",
    }
}

fn why(stop: Stop, left: &Left) -> (String, String) {
    match stop {
        Stop::OldInactive | Stop::OldGone | Stop::OldNotHeld => backward(stop, left),
        _ => forward(stop, left),
    }
}

fn forward(stop: Stop, left: &Left) -> (String, String) {
    let (new, old) = (left.new, left.old);
    match stop {
        Stop::Inactive => (
            format!("the new pair `{new}` is Inactive"),
            format!(
                "`akm enable {new}`, then the same command again{}",
                or_back(left)
            ),
        ),
        Stop::Gone => (
            format!("the new pair `{new}` is gone from the cloud"),
            forgotten(left),
        ),
        Stop::StillActive => (
            format!("the cloud disabled `{old}` and still lists it as Active"),
            "the same command again in a minute".to_owned(),
        ),
        Stop::StillListed => (
            format!("the cloud took the deletion of `{old}` and still lists it"),
            "the same command again in a minute".to_owned(),
        ),
        _ => (
            format!("the secret store lacks the secret of `{new}`"),
            format!(
                "bring the secret back into the store; until then the old pair `{old}` is left as it is"
            ),
        ),
    }
}

/// Somebody else may have gone back already.
fn or_back(left: &Left) -> String {
    let Some(owner) = left.back.filter(|_| left.listed) else {
        return String::new();
    };
    let (old, selector) = (left.old, owner.selector());
    format!("; or back to `{old}`: `akm rotate {selector} --rollback`")
}

fn forgotten(left: &Left) -> String {
    let forgets = format!("`akm recover --dismiss {}` forgets this rotation", left.new);
    if !left.listed {
        return forgets;
    }
    let old = left.old;
    format!("{forgets}; `akm enable {old}` brings the old pair back into use")
}

fn backward(stop: Stop, left: &Left) -> (String, String) {
    let (new, old) = (left.new, left.old);
    match stop {
        Stop::OldInactive => (
            format!("the old pair `{old}` is Inactive"),
            if left.retired {
                format!(
                    "`akm enable {old}` puts it into use and ends the rotation; then `akm disable {new}`, once nothing uses that"
                )
            } else {
                format!("`akm enable {old}` puts it into use; then the same command again")
            },
        ),
        Stop::OldGone => (
            format!("the old pair `{old}` is gone from the cloud"),
            gone(left),
        ),
        _ => (
            format!(
                "`{old}` is Active again, and akm does not hold its secret; `{new}` is left Active beside it"
            ),
            format!("once nothing uses `{new}`: `akm disable {new}`, then the same command again"),
        ),
    }
}

fn gone(left: &Left) -> String {
    let (new, old) = (left.new, left.old);
    let stay = format!("with the new pair: `akm enable {new}`");
    if left.restorable {
        format!("`akm restore {old} --active`, then the same command again; or stay {stay}")
    } else {
        format!("stay {stay}, then the same command again")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each by what it blames and what a person is to do.
    #[test]
    fn each_stop_says_why_and_what_to_do() {
        let id = |text| AccessKeyId::parse(text).unwrap();
        let (new, old) = (id("LTAINEW"), id("LTAIOLD"));
        let left = Left {
            back: None,
            new: &new,
            old: &old,
            listed: true,
            restorable: true,
            retired: true,
        };
        for (stop, what, why, hint) in [
            (
                Stop::Inactive,
                "rotation",
                "`LTAINEW` is Inactive",
                "`akm enable LTAINEW`",
            ),
            (
                Stop::Gone,
                "rotation",
                "`LTAINEW` is gone",
                "`akm recover --dismiss LTAINEW`",
            ),
            (
                Stop::NotHeld,
                "rotation",
                "lacks the secret of `LTAINEW`",
                "bring the secret back",
            ),
            (
                Stop::StillListed,
                "rotation",
                "deletion of `LTAIOLD`",
                "again in a minute",
            ),
            (
                Stop::OldInactive,
                "rollback",
                "`LTAIOLD` is Inactive",
                "`akm enable LTAIOLD`",
            ),
            (
                Stop::OldGone,
                "rollback",
                "`LTAIOLD` is gone",
                "`akm restore LTAIOLD --active`",
            ),
            (
                Stop::OldNotHeld,
                "rollback",
                "`LTAIOLD` is Active again",
                "`akm disable LTAINEW`",
            ),
        ] {
            let failure = stopped(stop, &left);
            assert_eq!(failure.kind, Kind::HalfDone);
            assert_eq!(failure.message, format!("the {what} does not go on"));
            let (cause, told) = (failure.cause.unwrap(), failure.hint.unwrap());
            assert!(
                cause.contains(why) && told.contains(hint),
                "{stop:?}: {cause}; {told}"
            );
            let failure = would_stop(stop, &left);
            assert_eq!(failure.kind, Kind::Refused);
            assert_eq!(failure.message, format!("the {what} would not go on"));
        }
    }

    /// What is gone is neither rolled back to, nor enabled, nor brought back from where it is not.
    #[test]
    fn what_is_hinted_works_there() {
        let id = |text| AccessKeyId::parse(text).unwrap();
        let (new, old) = (id("LTAINEW"), id("LTAIOLD"));
        let hint = |stop, there| {
            let left = Left {
                back: Some(&Owner::Account),
                new: &new,
                old: &old,
                listed: there,
                restorable: there,
                retired: there,
            };
            stopped(stop, &left).hint.unwrap()
        };
        for (stop, command) in [
            (Stop::Inactive, "`akm rotate --account --rollback`"),
            (Stop::Gone, "`akm enable LTAIOLD`"),
            (Stop::OldGone, "`akm restore LTAIOLD --active`"),
            (Stop::OldInactive, "ends the rotation"),
        ] {
            let hints = [true, false].map(|there| hint(stop, there).contains(command));
            assert_eq!(hints, [true, false], "{stop:?}");
        }
    }
}
