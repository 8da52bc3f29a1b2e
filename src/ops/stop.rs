//! Why a run goes no further by itself, and what a person does about it.

use super::{
    Failure, Kind, Session, create,
    live::{Deed, Live},
    profile,
    work::Went,
};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    name::ProfileName,
    open_work::{OpenWork, Replacement},
    plan::{Stop, Wait},
    seen::Sight,
    time::{self, Timestamp},
};
use crate::ops::{drive::World, rotate};

/// Returns how far a run came that failed; `None` where it changed nothing.
pub(super) fn half(open: &OpenWork, live: &Live) -> Option<String> {
    let seen = live.seen();
    if let Some(Replacement { old, new, .. }) = &open.replacement {
        let gone = |id| seen.list.is_some() && seen.sight(open, id) == Sight::Gone;
        let left = match (gone(old), gone(new)) {
            (true, _) => format!("`{old}` is gone"),
            (_, true) => format!("`{new}` is gone"),
            _ => "both pairs are there".to_owned(),
        };
        return Some(format!(
            "the rotation from `{old}` to `{new}` stopped half-way; {left}"
        ));
    }
    if let Some(id) = open.leaked.iter().find(|id| seen.asked.contains(*id)) {
        return Some(waits(id));
    }
    let is_kept = |id: &&AccessKeyId| seen.claimed.contains(*id);
    let made = open.made.keys().find(|id| !is_kept(id));
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

/// How a leaked pair is left until something takes its place.
pub(super) fn waits(id: &AccessKeyId) -> String {
    format!("`{id}` is disabled, and nothing has taken its place yet")
}

pub(super) fn not_held(id: &AccessKeyId) -> Failure {
    let message = format!("the secret store lacks the secret of `{id}`");
    Failure::new(Kind::SecretMissing, message)
}

pub(super) fn no_pair(owner: &Owner) -> Failure {
    Failure::new(Kind::NoSuchPair, format!("{owner} has no AccessKey pair"))
        .hint(format!("`akm create {}` makes one", owner.selector()))
}

/// Returns what a run that waits says where the command was to do more than wait.
pub(super) fn waiting(owner: &Owner, open: &OpenWork, wait: Wait) -> Failure {
    match wait {
        Wait::Expiry(until) => undecided(owner, until),
        Wait::Restore(until) => not_restored(owner, open, until),
        Wait::Lag => not_yet(open),
        Wait::Proof => not_read_back(owner),
        Wait::Overlap(_) | Wait::Grace(_) => not_over(owner, open),
    }
}

pub(super) fn undecided(owner: &Owner, until: Timestamp) -> Failure {
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

fn not_yet(open: &OpenWork) -> Failure {
    let new = open
        .replacement
        .as_ref()
        .map_or_else(String::new, |it| it.new.to_string());
    let message = format!("the cloud does not know `{new}` yet");
    let failure = Failure::new(Kind::BadCredentials, message);
    match &open.replacement {
        Some(it) => failure
            .half_done(format!(
                "the rotation from `{}` to `{}` stopped half-way; both pairs are there",
                it.old, it.new
            ))
            .hint("the same command again in a minute"),
        None => failure.hint("the same command again in a minute"),
    }
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

/// Returns what a run that stopped says.
pub(super) fn stopped(
    session: &Session,
    owner: &Owner,
    open: &OpenWork,
    went: &Went,
    stop: Stop,
) -> Failure {
    let pairs = &went.pairs;
    match (stop, &open.replacement) {
        (Stop::NoPair, _) => no_pair(owner),
        (Stop::TwoPairs, _) => create::two_pairs(session, owner, pairs),
        (Stop::NoRoom, _) => no_room(session, owner, open, went),
        (stop, Some(it)) => {
            let left = Left {
                owner,
                it,
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
    old: Sight,
    signing: Option<ProfileName>,
}

/// A profile that signs with a pair.
fn signing(session: &Session, id: &AccessKeyId) -> Option<ProfileName> {
    profile::signing_with(session, id).ok()?
}

impl Left<'_> {
    fn stopped(&self, stop: Stop) -> Failure {
        let what = if self.it.rolled_back {
            "the rollback"
        } else {
            "the rotation"
        };
        let (why, hint) = self.why(stop);
        let message = format!("{what} does not go on");
        Failure::new(Kind::HalfDone, message)
            .because(why)
            .hint(hint)
    }

    fn why(&self, stop: Stop) -> (String, String) {
        let Replacement { old, new, .. } = self.it;
        let which = if self.it.rolled_back { "old" } else { "new" };
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
                format!(
                    "bring the right one back into the store; or {}",
                    self.forgotten()
                ),
            ),
            _ if self.it.rolled_back => (
                format!(
                    "`{new}` is Active again, and akm does not hold its secret; `{old}` is left Active beside it"
                ),
                self.disabled_by_hand(),
            ),
            _ => (
                format!("the secret store lacks the secret of `{new}`"),
                format!(
                    "bring the secret back into the store; until then the other pair `{old}` is left as it is"
                ),
            ),
        }
    }

    /// What ends a rollback to a pair that nobody can verify. A pair that a profile signs with is not disabled.
    fn disabled_by_hand(&self) -> String {
        let Replacement { old, new, .. } = self.it;
        let forget = format!("`akm recover --dismiss {new}`");
        let Some(name) = &self.signing else {
            return format!("once nothing uses `{old}`: {forget}, then `akm disable {old}`");
        };
        format!(
            "once nothing uses `{old}`, and the profile `{name}` signs with another pair (`akm profile remove {name}`, then \
             `akm profile add {name}`): {forget}, then `akm disable {old}`"
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

    fn forgotten(&self) -> String {
        let forgets = format!(
            "`akm recover --dismiss {}` forgets this rotation",
            self.it.new
        );
        match (self.old, &self.signing) {
            (Sight::Gone, _) => forgets,
            (_, Some(name)) => format!(
                "{forgets}; the profile `{name}` signs with `{}`",
                self.it.old
            ),
            (_, None) => format!(
                "{forgets}; `akm enable {}` brings the other pair back into use",
                self.it.old
            ),
        }
    }
}

/// Nothing can take the place of a pair that leaked.
fn no_room(session: &Session, owner: &Owner, open: &OpenWork, went: &Went) -> Failure {
    let Some(id) = open.leaked.first() else {
        return create::two_pairs(session, owner, &went.pairs);
    };
    let others: Vec<&AccessKey> = went
        .pairs
        .iter()
        .filter(|key| !open.leaked.contains(&key.id))
        .collect();
    let message = format!("`{id}` is disabled, and nothing can take its place");
    let failure = Failure::new(Kind::HalfDone, message).because(match others.as_slice() {
        [other] if other.status == Status::Inactive => {
            format!("`{}`, the other pair, is Inactive", other.id)
        }
        [other] => format!("the secret of `{}`, the other pair, is not held", other.id),
        _ => "none of the other pairs is Active and held".to_owned(),
    });
    let unused =
        |key: &&&AccessKey| key.status == Status::Inactive && went.seen.readable.contains(&key.id);
    if let Some(key) = others.iter().rev().find(unused) {
        let or_leaked = rotate::or_leaked(owner, id, &key.id);
        return failure.hint(format!(
            "`akm enable {}`, then the same command again{or_leaked}",
            key.id
        ));
    }
    let suspects = session.journal.suspects().unwrap_or_default();
    let suspect = suspects
        .iter()
        .find(|one| others.iter().any(|key| key.id == one.access_key_id));
    failure.hint(match suspect {
        Some(one) => format!(
            "if nobody else made it, `akm delete {} --force`, then the same command again",
            one.access_key_id
        ),
        None => {
            format!("`akm delete {id} --purge` makes room, then `akm recover` makes a new pair")
        }
    })
}
