//! Why a rotation does not go on, and what a person does about it.

use crate::core::{access_key::AccessKeyId, account::Owner, rotation::Stop};
use crate::ops::{Failure, Kind};

/// `back` is the owner, if the rotation may be rolled back.
pub(super) fn stopped(
    stop: Stop,
    back: Option<&Owner>,
    new: &AccessKeyId,
    old: &AccessKeyId,
) -> Failure {
    let (what, (why, hint)) = match stop {
        Stop::Inactive | Stop::Gone | Stop::NotHeld | Stop::StillActive | Stop::StillListed => {
            ("the rotation does not go on", forward(stop, back, new, old))
        }
        Stop::OldInactive | Stop::OldGone | Stop::OldNotHeld => {
            ("the rollback does not go on", backward(stop, new, old))
        }
    };
    Failure::new(Kind::HalfDone, what).because(why).hint(hint)
}

fn forward(
    stop: Stop,
    back: Option<&Owner>,
    new: &AccessKeyId,
    old: &AccessKeyId,
) -> (String, String) {
    match stop {
        Stop::Inactive => (
            format!("the new pair `{new}` is Inactive"),
            format!(
                "`akm enable {new}`, then the same command again{}",
                back.map_or_else(String::new, |owner| or_back(owner, old))
            ),
        ),
        Stop::Gone => (
            format!("the new pair `{new}` is gone from the cloud"),
            format!(
                "`akm recover --dismiss {new}` forgets this rotation; `akm enable {old}` brings the old pair back into use"
            ),
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
fn or_back(owner: &Owner, old: &AccessKeyId) -> String {
    let selector = owner.selector();
    format!("; or back to `{old}`: `akm rotate {selector} --rollback`")
}

fn backward(stop: Stop, new: &AccessKeyId, old: &AccessKeyId) -> (String, String) {
    match stop {
        Stop::OldInactive => (
            format!("the old pair `{old}` is Inactive"),
            format!(
                "`akm enable {old}` puts it into use and ends the rotation; then `akm disable {new}`, once nothing uses that"
            ),
        ),
        Stop::OldGone => (
            format!("the old pair `{old}` is gone from the cloud"),
            format!(
                "`akm restore {old} --active`, then the same command again; or stay with the new pair: `akm enable {new}`"
            ),
        ),
        _ => (
            format!(
                "`{old}` is Active again, and akm does not hold its secret; `{new}` is left Active beside it"
            ),
            format!("once nothing uses `{new}`: `akm disable {new}`, then the same command again"),
        ),
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
            let failure = stopped(stop, None, &new, &old);
            assert_eq!(failure.kind, Kind::HalfDone);
            assert_eq!(failure.message, format!("the {what} does not go on"));
            let (cause, told) = (failure.cause.unwrap(), failure.hint.unwrap());
            assert!(
                cause.contains(why) && told.contains(hint),
                "{stop:?}: {cause}; {told}"
            );
        }
    }
}
