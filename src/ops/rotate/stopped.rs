//! Why a rotation does not go on, and what a person does about it.

use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    name::ProfileName,
    rotation::Stop,
};
use crate::ops::{Failure, Kind, Session, profile};

/// The pairs of a rotation that stops, and what a person can do with the old one.
pub(super) struct Left<'a> {
    pub(super) owner: &'a Owner,
    /// Whether the new pair may be there though the cloud does not list it.
    pub(super) lately: bool,
    /// Whether the old pair leaked: nothing goes back to that.
    pub(super) leaked: bool,
    pub(super) new: &'a AccessKeyId,
    pub(super) old: &'a AccessKeyId,
    /// The new pair's status, if the cloud lists it.
    pub(super) status: Option<Status>,
    pub(super) signing: Option<Signing>,
    pub(super) place: Place,
    /// Whether the old pair was retired: then enabling it ends the rotation.
    pub(super) retired: bool,
}

/// Where the old pair is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Listed,
    /// In the recycle bin, as far as that matters.
    Recycled,
    Gone,
}

pub(super) fn place(session: &Session, old: &AccessKeyId, listed: bool, stop: Stop) -> Place {
    let recycled = || session.cloud.recycled_pair(old).is_ok();
    match (listed, stop) {
        (true, _) => Place::Listed,
        (false, Stop::OldGone) if recycled() => Place::Recycled,
        (false, _) => Place::Gone,
    }
}

/// A profile that signs with the new pair, and the one by which this command acts.
pub(super) struct Signing {
    with_new: ProfileName,
    here: ProfileName,
}

pub(super) fn signing(session: &Session, new: &AccessKeyId) -> Option<Signing> {
    let with_new = profile::signing_with(session, new).ok()??;
    let here = session.profile.clone();
    Some(Signing { with_new, here })
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
            format!("after that, {}", disabled_by_hand(left)),
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
        Stop::Gone if left.lately => (
            format!("the cloud does not list the new pair `{new}` yet"),
            "the same command again in a minute".to_owned(),
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
            brought_back(left),
        ),
    }
}

/// What leaked has to be replaced all the same.
fn brought_back(left: &Left) -> String {
    let (new, old) = (left.new, left.old);
    if !left.leaked {
        return format!(
            "bring the secret back into the store; until then the old pair `{old}` is left as it is"
        );
    }
    format!(
        "bring it back; or, if nothing else uses that pair, `akm delete {new} --force --purge`, then `akm recover` makes a new one"
    )
}

/// Somebody else may have gone back already.
fn or_back(left: &Left) -> String {
    if left.place != Place::Listed {
        return String::new();
    }
    let (old, selector) = (left.old, left.owner.selector());
    if left.leaked {
        return or_leaked(left.owner, old, left.new);
    }
    format!("; or back to `{old}`: `akm rotate {selector} --rollback`")
}

/// What would take a leaked pair's place may be Inactive because it leaked as well.
pub(super) fn or_leaked(owner: &Owner, leaked: &AccessKeyId, other: &AccessKeyId) -> String {
    let selector = owner.selector();
    format!(
        "; if that leaked too, `akm delete {leaked} --purge`, then `akm rotate {selector} --leaked {other}`"
    )
}

fn forgotten(left: &Left) -> String {
    let (forgets, old) = (forgets(left), left.old);
    if left.place != Place::Listed {
        return forgets;
    }
    if left.leaked {
        let selector = left.owner.selector();
        return format!("{forgets}; then `akm rotate {selector} --leaked {old}` begins it again");
    }
    format!("{forgets}; `akm enable {old}` brings the old pair back into use")
}

fn forgets(left: &Left) -> String {
    format!("`akm recover --dismiss {}` forgets this rotation", left.new)
}

fn backward(stop: Stop, left: &Left) -> (String, String) {
    let (new, old) = (left.new, left.old);
    match stop {
        Stop::OldInactive => (
            format!("the old pair `{old}` is Inactive"),
            if left.retired {
                format!(
                    "`akm enable {old}` puts it into use and ends the rotation; then, {}",
                    disable(left)
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
            disabled_by_hand(left),
        ),
    }
}

/// What goes on once a person has seen to it that the new pair is Inactive.
fn disabled_by_hand(left: &Left) -> String {
    let again = left.signing.as_ref().map_or_else(
        || "the same command again".to_owned(),
        |signing| {
            let selector = left.owner.selector();
            format!("`akm -p {} rotate {selector} --rollback`", signing.here)
        },
    );
    format!("{}, then {again}", disable(left))
}

/// A pair that a profile signs with is not disabled.
fn disable(left: &Left) -> String {
    let new = left.new;
    let Some(Signing { with_new, here }) = &left.signing else {
        return format!("once nothing uses `{new}`: `akm disable {new}`");
    };
    format!(
        "once nothing uses `{new}`, and the profile `{with_new}` signs with another pair (`akm profile remove {with_new}`, \
         then `akm profile add {with_new}`): `akm -p {here} disable {new}`"
    )
}

fn gone(left: &Left) -> String {
    let stay = stay(left);
    if left.place != Place::Recycled {
        return stay;
    }
    let old = left.old;
    format!("`akm restore {old} --active`, then the same command again; or {stay}")
}

/// What ends a rotation without its old pair.
fn stay(left: &Left) -> String {
    let new = left.new;
    let with = match left.status {
        None => return forgets(left),
        Some(Status::Inactive) => format!("`akm enable {new}`"),
        Some(Status::Active) => "bring its secret back into the store".to_owned(),
    };
    format!("stay with the new pair: {with}, then `akm recover`")
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
            owner: &Owner::Account,
            lately: false,
            leaked: true,
            new: &new,
            old: &old,
            status: Some(Status::Inactive),
            signing: None,
            place: Place::Listed,
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
                "`akm delete LTAINEW --force --purge`",
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
                "stay with the new pair",
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
        let hint = |stop, there: bool| {
            let left = Left {
                owner: &Owner::Account,
                lately: false,
                leaked: false,
                new: &new,
                old: &old,
                status: there.then_some(Status::Inactive),
                signing: None,
                place: match (there, stop) {
                    (false, _) => Place::Gone,
                    (true, Stop::OldGone) => Place::Recycled,
                    (true, _) => Place::Listed,
                },
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

    /// A pair that a profile signs with is not disabled, one that is gone is not enabled.
    #[test]
    fn what_is_hinted_works_with_the_new_pair() {
        let id = |text| AccessKeyId::parse(text).unwrap();
        let name = |text| ProfileName::parse(text).unwrap();
        let (new, old) = (id("LTAINEW"), id("LTAIOLD"));
        let hint = |stop, status| {
            let left = Left {
                owner: &Owner::Account,
                lately: false,
                leaked: false,
                new: &new,
                old: &old,
                status,
                signing: Some(Signing {
                    with_new: name("one"),
                    here: name("two"),
                }),
                place: Place::Listed,
                retired: true,
            };
            stopped(stop, &left).hint.unwrap()
        };
        for stop in [Stop::OldNotHeld, Stop::OldInactive] {
            let hint = hint(stop, Some(Status::Active));
            let (first, then) = hint.split_once("`akm profile remove one`").unwrap();
            assert!(!first.contains("disable"), "{hint}");
            assert!(then.contains("`akm -p two disable LTAINEW`"), "{hint}");
        }
        for (status, way) in [
            (None, "`akm recover --dismiss LTAINEW` forgets"),
            (Some(Status::Inactive), "`akm enable LTAINEW`, then"),
            (Some(Status::Active), "bring its secret back"),
        ] {
            let hint = hint(Stop::OldGone, status);
            assert!(hint.contains(way), "{hint}");
        }
    }
}
