//! Why a run goes no further by itself, and what a person does about it.

mod leak;
mod wait;

pub(in crate::ops) use leak::leak_left;
pub(in crate::ops) use wait::{undecided, waiting};

use super::{
    Failure, Kind, Session, create,
    live::{Deed, Live},
    profile,
    work::Went,
};
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    name::ProfileName,
    open_work::{OpenWork, Replacement},
    plan::Stop,
    seen::Sight,
};
use crate::ops::drive::World;

/// Returns how far a run came that failed; `None` where it changed nothing.
pub(super) fn half(open: &OpenWork, live: &Live) -> Option<String> {
    let seen = live.seen();
    if let Some(Replacement { old, new, .. }) = &open.replacement {
        let gone = |id| seen.list.is_some() && seen.sight(open, id) == Sight::Gone;
        let left = match (gone(old), gone(new)) {
            _ if live.maybe_deleted.as_ref() == Some(old) => {
                format!("whether `{old}` is deleted is not known")
            }
            (true, _) => format!("`{old}` is gone"),
            (_, true) => format!("`{new}` is gone"),
            _ => "both pairs are there".to_owned(),
        };
        return Some(format!(
            "the rotation from `{old}` to `{new}` stopped half-way; {left}"
        ));
    }
    if let Some(id) = open.leaked.iter().find(|id| seen.asked.contains(*id)) {
        return Some(leak_left(open, seen, id));
    }
    let made = open.made.keys().find(|id| !live.is_claimed(id));
    let created = live
        .deeds
        .iter()
        .any(|deed| matches!(deed, Deed::Created(_)));
    match (made, created) {
        (Some(id), _) => Some(format!(
            "AccessKey pair `{id}` was made and is not yet held"
        )),
        (None, true) => Some("a pair was made, and its journal stays open".to_owned()),
        (None, false) => None,
    }
}

pub(super) fn not_held(id: &AccessKeyId) -> Failure {
    let message = format!("the secret store lacks the secret of `{id}`");
    Failure::new(Kind::SecretMissing, message)
}

pub(super) fn no_pair(owner: &Owner) -> Failure {
    Failure::new(Kind::NoSuchPair, format!("{owner} has no AccessKey pair"))
        .hint(format!("`akm create {}` makes one", owner.selector()))
}

/// Returns what a run that stopped says.
pub(super) fn stopped(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    went: &Went,
    stop: Stop,
) -> Failure {
    told(session, owner, open, (went, false), stop)
}

/// Returns what is said of a run that would stop: nothing was changed, and the same command would come as far as this.
pub(super) fn would_stop(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    went: &Went,
    stop: Stop,
) -> Failure {
    let failure = told(session, owner, open, (went, true), stop);
    Failure {
        kind: Kind::Refused,
        ..failure
    }
}

fn told(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    (went, is_planned): (&Went, bool),
    stop: Stop,
) -> Failure {
    let pairs = &went.pairs;
    match (stop, &open.replacement) {
        (Stop::NoPair, _) => no_pair(owner),
        (Stop::TwoPairs, _) => create::two_pairs(session, owner, pairs),
        (Stop::NoRoom, _) => leak::no_room(session, owner, open, (went, is_planned)),
        (stop, Some(it)) => {
            let left = Left {
                owner,
                it,
                is_planned,
                old: went.seen.sight(open, &it.old),
                signing: signing(session, &it.old),
            };
            left.stopped(stop)
        }
        (_, None) => Failure::new(Kind::Failed, "there is nothing to go on with"),
    }
}

/// A replacement that stops.
struct Left<'a> {
    owner: &'a Owner,
    it: &'a Replacement,
    /// Whether it would stop, and did not.
    is_planned: bool,
    old: Sight,
    signing: Option<Signing>,
}

/// A profile that signs with the outgoing pair, and the one by which this command acts.
struct Signing {
    with: ProfileName,
    here: ProfileName,
}

fn signing(session: &Session, id: &AccessKeyId) -> Option<Signing> {
    let with = profile::signing_with(session, id).ok()??;
    let here = session.profile.clone();
    Some(Signing { with, here })
}

impl Left<'_> {
    fn stopped(&self, stop: Stop) -> Failure {
        let (why, hint) = self.why(stop);
        let does = if self.is_planned { "would" } else { "does" };
        let message = format!("the {} {does} not go on", self.what());
        Failure::new(Kind::HalfDone, message)
            .because(why)
            .hint(hint)
    }

    fn what(&self) -> &'static str {
        if self.it.rolled_back {
            "rollback"
        } else {
            "rotation"
        }
    }

    fn why(&self, stop: Stop) -> (String, String) {
        let Replacement { old, new, .. } = self.it;
        let (which, other) = if self.it.rolled_back {
            ("old", "new")
        } else {
            ("new", "old")
        };
        match stop {
            Stop::NewInactive => (
                format!("the {which} pair `{new}` is Inactive"),
                format!(
                    "`akm enable {new}`, then the same command again{}",
                    self.or_back()
                ),
            ),
            Stop::NewGone => (
                format!("the {which} pair `{new}` is gone from the cloud"),
                self.forgotten(),
            ),
            Stop::WrongSecret => (
                format!("the secret store has another secret in the place of that of `{new}`"),
                format!("bring the right one back into the store{}", self.or_stay()),
            ),
            _ if self.it.rolled_back => self.not_held(),
            _ => (
                format!("the secret store lacks the secret of `{new}`"),
                format!(
                    "bring the secret back into the store; until then the {other} pair `{old}` is left as it is"
                ),
            ),
        }
    }

    /// A rollback to a pair that nobody can verify.
    fn not_held(&self) -> (String, String) {
        let Replacement { old, new, .. } = self.it;
        let (is, first) = if self.is_planned {
            ("would be", "after that, ")
        } else {
            ("is", "")
        };
        (
            format!(
                "`{new}` {is} Active again, and akm does not hold its secret; `{old}` {is} left Active beside it"
            ),
            format!("{first}{}", self.disabled_by_hand()),
        )
    }

    /// What ends a rollback to a pair that nobody can verify. A pair that a profile signs with is not disabled.
    fn disabled_by_hand(&self) -> String {
        let Replacement { old, new, .. } = self.it;
        let Some(Signing { with, here }) = &self.signing else {
            return format!(
                "once nothing uses `{old}`: `akm recover --dismiss {new}`, then `akm disable {old}`"
            );
        };
        format!(
            "once nothing uses `{old}`, and the profile `{with}` signs with another pair (`akm profile remove {with}`, \
             then `akm profile add {with}`): `akm -p {here} recover --dismiss {new}`, then `akm -p {here} disable {old}`"
        )
    }

    fn or_back(&self) -> String {
        if self.old == Sight::Gone || self.it.rolled_back {
            return String::new();
        }
        format!(
            "; or back to `{}`: `akm rotate {} --rollback`",
            self.it.old,
            self.owner.selector()
        )
    }

    fn or_stay(&self) -> String {
        let (old, what) = (&self.it.old, self.what());
        let other = if self.it.rolled_back { "new" } else { "old" };
        if self.old == Sight::Gone {
            return String::new();
        }
        format!("; or stay with the {other} pair: `akm enable {old}` ends this {what}")
    }

    fn forgotten(&self) -> String {
        let Replacement { old, new, .. } = self.it;
        let other = if self.it.rolled_back { "new" } else { "old" };
        let forgets = format!("`akm recover --dismiss {new}` forgets this {}", self.what());
        match self.old {
            Sight::Gone => forgets,
            Sight::Active => format!("{forgets}; the {other} pair `{old}` stays Active"),
            Sight::Inactive => {
                format!("{forgets}; `akm enable {old}` brings the {other} pair back into use")
            }
        }
    }
}
