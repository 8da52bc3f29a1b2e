//! `rotate`: a new pair, verified, in place of the old one, which is retired in steps that can be undone until the last.

use super::{Failure, Kind, Session, create, issue, recover, recover::Settled, retire};
use crate::cloud::{Credentials, Fault};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    policy,
    rotation::{self, Due, Reached, Shown, Step, Stop},
    secret::Secret,
    time::{Span, Timestamp},
};
use crate::metadata::{
    inventory::PairRecord,
    journal::{Entry, OpenJournal, RotationIntent},
};
use crate::store::SecretName;
use chrono::TimeDelta;
use std::time::Duration;

/// What the person asked for.
pub(crate) struct Wish {
    /// `None`: as the policy has it.
    pub(crate) overlap: Option<Span>,
    pub(crate) grace: Span,
    /// Do what is due and start nothing.
    pub(crate) finish_only: bool,
}

/// Where a rotation stands when the command ends.
pub(crate) struct Standing {
    pub(crate) new: PairRecord,
    pub(crate) old: Option<AccessKeyId>,
    pub(crate) old_status: Option<Status>,
    pub(crate) disable_after: Option<Timestamp>,
    pub(crate) delete_after: Option<Timestamp>,
    /// `overlap`, `grace`, `done`; `undone` when a person enabled the old pair again; `none` when there was nothing to finish.
    pub(crate) state: &'static str,
}

/// Rotates the owner's pair, or goes on with the rotation that is open. `NoSuchPair` when it has none, `TwoPairs` when it has two
/// that no rotation of ours explains.
pub(crate) fn rotate(session: &Session, owner: &Owner, wish: &Wish) -> Result<Standing, Failure> {
    let _lock = session.lock(owner)?;
    if let Settled::Rotating(standing, rested) = recover::settle(session, owner)? {
        let over = rested && standing.state == "done" && !wish.finish_only;
        if !over {
            return Ok(*standing);
        }
        session
            .tell
            .note("the rotation before is over: its old pair is deleted");
    }
    if wish.finish_only {
        unrotated(session, owner)
    } else {
        start(session, owner, wish)
    }
}

/// Whether a rotation waits where it stands.
pub(super) fn rests(entry: &Entry) -> bool {
    let rotation = entry.intent.rotation.as_ref();
    rotation.is_some_and(|rotation| match entry.reached {
        Reached::Delivered => rotation.overlap_seconds > 0,
        Reached::OldDisabled => rotation.grace_seconds > 0,
        _ => false,
    })
}

fn unrotated(session: &Session, owner: &Owner) -> Result<Standing, Failure> {
    session.tell.note(&format!("nothing is open for {owner}"));
    let record = session.record(owner)?;
    let new = record.current().cloned().ok_or_else(|| no_pair(owner))?;
    Ok(Standing {
        new,
        old: None,
        old_status: None,
        disable_after: None,
        delete_after: None,
        state: "none",
    })
}

fn no_pair(owner: &Owner) -> Failure {
    Failure::new(Kind::NoSuchPair, format!("{owner} has no AccessKey pair"))
        .hint(format!("`akm create {}` makes one", owner.selector()))
}

fn start(session: &Session, owner: &Owner, wish: &Wish) -> Result<Standing, Failure> {
    let before = issue::preflight(session, owner)?;
    let old = match before.as_slice() {
        [] => return Err(no_pair(owner)),
        [old] => old.id.clone(),
        _ => return Err(create::two_pairs(session, owner, &before)),
    };
    if session.cloud.signer() == old.as_str() {
        return Err(Failure::new(
            Kind::SigningPair,
            format!("akm signs with `{old}` itself"),
        ));
    }
    retire::forget_expired(session, owner, &before)?;
    let overlap = wish
        .overlap
        .map_or_else(|| default_overlap(session, owner, &old), Ok)?;
    let comment = session
        .record(owner)?
        .pair(&old)
        .and_then(|pair| pair.comment.clone());
    let intent = RotationIntent::new(old, overlap, wish.grace);
    let issued = issue::issue(session, owner, &before, comment, Some(intent))?;
    advance(session, issued.entry, issued.journal)
}

/// Somebody may still use a pair that left akm, or that akm never held.
fn default_overlap(session: &Session, owner: &Owner, old: &AccessKeyId) -> Result<Span, Failure> {
    let record = session.record(owner)?;
    Ok(policy::overlap(
        record.pair(old).is_none_or(PairRecord::is_out),
    ))
}

/// When the old pair is due; `None` before the new one is delivered.
pub(super) fn due(entry: &Entry) -> Option<Due> {
    let rotation = entry.intent.rotation.as_ref()?;
    let disable = entry.when(Reached::Delivered)? + TimeDelta::seconds(rotation.overlap_seconds);
    let delete = entry
        .when(Reached::OldDisabled)
        .map(|at| at + TimeDelta::seconds(rotation.grace_seconds));
    let disabled = entry.when(Reached::OldDisabled);
    Some(Due {
        disable,
        disabled,
        delete,
    })
}

/// Takes every step whose time has come. The caller holds the owner's lock; each step can be done again.
pub(super) fn advance(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
) -> Result<Standing, Failure> {
    let mut work = Work::new(session, entry, journal)?;
    // A file that cannot be read stops us before the cloud is asked to change anything.
    session.record(&work.owner)?;
    loop {
        let (keys, shown) = work.look()?;
        let step = rotation::next(
            work.entry.reached,
            due(&work.entry),
            shown,
            session.cloud.now(),
        );
        match step {
            Step::Store => work.store()?,
            Step::Verify => work.verify()?,
            Step::Deliver => work.mark(Reached::Delivered)?,
            Step::DisableOld => work.disable_old(shown.old)?,
            Step::DeleteOld => work.delete_old()?,
            Step::Overlap(_) => return work.standing(&keys, shown, "overlap"),
            Step::Grace(_) => return work.standing(&keys, shown, "grace"),
            Step::Done => return work.close(&keys, shown, "done"),
            Step::Undone => return work.close(&keys, shown, "undone"),
            Step::Stop(why) => return Err(work.stopped(why)),
        }
    }
}

/// A rotation at work: its journal, and the ids of both pairs.
struct Work<'a> {
    session: &'a Session,
    owner: Owner,
    old: AccessKeyId,
    new: AccessKeyId,
    entry: Entry,
    journal: Option<OpenJournal>,
}

impl<'a> Work<'a> {
    fn new(session: &'a Session, entry: Entry, journal: OpenJournal) -> Result<Self, Failure> {
        let incomplete =
            || Failure::new(Kind::Failed, "the journal of this rotation is incomplete");
        let old = entry
            .intent
            .rotation
            .as_ref()
            .map(|rotation| rotation.old.clone())
            .ok_or_else(incomplete)?;
        let new = entry
            .got
            .as_ref()
            .map(|got| got.access_key_id.clone())
            .ok_or_else(incomplete)?;
        Ok(Self {
            session,
            owner: entry.owner(),
            old,
            new,
            entry,
            journal: Some(journal),
        })
    }

    fn look(&mut self) -> Result<(Vec<AccessKey>, Shown), Failure> {
        let keys = self
            .session
            .cloud
            .pairs(&self.owner)
            .map_err(Failure::from)
            .map_err(|f| self.half(f))?;
        let held = self.held()?;
        let status = |id: &AccessKeyId| keys.iter().find(|key| key.id == *id).map(|key| key.status);
        let shown = Shown {
            old: status(&self.old),
            new: status(&self.new),
            held,
        };
        Ok((keys, shown))
    }

    fn held(&mut self) -> Result<bool, Failure> {
        if self.entry.reached < Reached::Delivered {
            return Ok(false);
        }
        issue::held_or_restored(self.session, &mut self.entry).map_err(|f| self.half(f))
    }

    fn secret(&self) -> Result<Option<Secret>, Failure> {
        let store = self.session.stores.open(self.entry.intent.store)?;
        Ok(store.get(&SecretName::pair(&self.new))?)
    }

    fn half(&self, failure: Failure) -> Failure {
        failure.half_done(format!(
            "the rotation from `{}` to `{}` stopped half-way; both pairs are there",
            self.old, self.new
        ))
    }

    fn mark(&mut self, state: Reached) -> Result<(), Failure> {
        let now = self.session.cloud.now();
        let Some(journal) = self.journal.as_mut() else {
            return Ok(());
        };
        let marked = journal.reached(&mut self.entry, state, now);
        marked.map_err(Failure::from).map_err(|f| self.half(f))
    }

    fn store(&mut self) -> Result<(), Failure> {
        let secret = issue::unseal(self.session, &self.entry)?;
        let Some(journal) = self.journal.take() else {
            return Ok(());
        };
        let issued = issue::claim(self.session, self.entry.clone(), journal, &secret)?;
        (self.entry, self.journal) = (issued.entry, Some(issued.journal));
        Ok(())
    }

    fn verify(&mut self) -> Result<(), Failure> {
        issue::held_or_restored(self.session, &mut self.entry).map_err(|f| self.half(f))?;
        let secret = self.secret().map_err(|f| self.half(f))?;
        let secret = secret.ok_or_else(|| self.stopped(Stop::NotHeld))?;
        let credentials = Credentials {
            id: self.new.to_string(),
            secret,
            token: None,
        };
        works(self.session, &self.owner, credentials).map_err(|f| self.half(f))?;
        self.mark(Reached::Verified)
    }

    fn disable_old(&mut self, shown: Option<Status>) -> Result<(), Failure> {
        if shown == Some(Status::Active) {
            let answer = self
                .session
                .cloud
                .set_status(&self.owner, &self.old, Status::Inactive);
            retire::gone(answer).map_err(|f| self.half(f))?;
        }
        self.mark(Reached::OldDisabled)
    }

    fn delete_old(&mut self) -> Result<(), Failure> {
        retire::gone(self.session.cloud.delete_pair(&self.owner, &self.old))
            .map_err(|f| self.half(f))
    }

    fn close(
        self,
        keys: &[AccessKey],
        shown: Shown,
        state: &'static str,
    ) -> Result<Standing, Failure> {
        let standing = self.standing(keys, shown, state)?;
        // The journal has the last sealed copy: it goes only where the store has the secret, or nobody needs it any more.
        if shown.new.is_some() && !shown.held {
            return Err(self.stopped(Stop::NotHeld));
        }
        if shown.new.is_some() {
            recover::close_when_proven(self.session, &self.entry).map_err(|f| self.half(f))?;
        } else {
            self.session.journal.close(&self.owner)?;
        }
        Ok(standing)
    }

    fn standing(
        &self,
        keys: &[AccessKey],
        shown: Shown,
        state: &'static str,
    ) -> Result<Standing, Failure> {
        let due = due(&self.entry);
        let (disable_after, delete_after) = match state {
            "overlap" => (due.map(|due| due.disable), None),
            "grace" => (None, due.and_then(|due| due.delete)),
            _ => (None, None),
        };
        let mut record = self.session.record(&self.owner)?;
        record.take_over(keys, self.session.cloud.now());
        if let Some(old) = record.pair_mut(&self.old) {
            old.disable_after = disable_after;
            old.delete_after = delete_after;
            old.retired_at = self.entry.when(Reached::OldDisabled);
        }
        self.session
            .inventory
            .save(&record)
            .map_err(Failure::from)
            .map_err(|f| self.half(f))?;
        let new = record
            .pair(&self.new)
            .cloned()
            .ok_or_else(|| self.stopped(Stop::Gone))?;
        Ok(Standing {
            new,
            old: Some(self.old.clone()),
            old_status: shown.old,
            disable_after,
            delete_after,
            state,
        })
    }

    fn stopped(&self, stop: Stop) -> Failure {
        let (new, old) = (&self.new, &self.old);
        let (why, hint) = match stop {
            Stop::Inactive => (
                format!("the new pair `{new}` is Inactive"),
                format!("`akm enable {new}`, then the same command again"),
            ),
            Stop::Gone => (
                format!("the new pair `{new}` is gone from the cloud"),
                format!(
                    "`akm recover --dismiss {new}` forgets this rotation; `akm enable {old}` brings the old pair back into use"
                ),
            ),
            Stop::NotHeld => (
                format!("the secret store lacks the secret of `{new}`"),
                format!(
                    "bring the secret back into the store; until then the old pair `{old}` is left as it is"
                ),
            ),
        };
        Failure::new(Kind::HalfDone, "the rotation does not go on")
            .because(why)
            .hint(hint)
    }
}

const SUCCESSES: u32 = 3;
const VERIFY_LIMIT: Duration = Duration::from_secs(90);

/// A new pair works only after some seconds, and one success proves little: three in a row are asked for, with back-off.
fn works(session: &Session, owner: &Owner, credentials: Credentials) -> Result<(), Failure> {
    let as_new = session.cloud.signing_as(credentials);
    let (mut row, mut waited, mut pause) = (0, Duration::ZERO, session.verify_pause);
    loop {
        match as_new.caller_identity() {
            Ok(caller)
                if caller.account_id == session.id && caller.owner().as_ref() == Some(owner) =>
            {
                row += 1;
            }
            Ok(caller) => {
                return Err(
                    Failure::new(Kind::OtherAccount, "the new pair is somebody else's")
                        .because(caller.arn),
                );
            }
            Err(error) if waited >= VERIFY_LIMIT || !propagating(error.fault) => {
                return Err(error.into());
            }
            Err(_) => {
                (row, pause) = (
                    0,
                    (pause * 2).clamp(Duration::from_millis(200), Duration::from_secs(8)),
                );
            }
        }
        if row == SUCCESSES {
            return Ok(());
        }
        session.clock.sleep(pause);
        waited += pause;
    }
}

fn propagating(fault: Fault) -> bool {
    matches!(
        fault,
        Fault::UnknownSigner
            | Fault::DisabledSigner
            | Fault::BadSignature
            | Fault::Throttled
            | Fault::Unavailable
            | Fault::NotSent
            | Fault::NoAnswer
    )
}
