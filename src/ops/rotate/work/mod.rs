//! A rotation at work: each step of the plan, done and recorded.

mod changes;
mod delivery;
mod ending;
mod seeing;

pub(super) use seeing::counts_unlisted;

use super::{
    Standing, State, Word, recorded,
    stopped::{Left, place, signing, stopped},
    verify,
};
use crate::cloud::Credentials;
use crate::core::{
    access_key::{AccessKey, AccessKeyId},
    account::Owner,
    rotation::{self, Reached, Recorded, Step, Stop},
    time::Timestamp,
};
use crate::metadata::{
    journal::{Entry, OpenJournal},
    log::Action,
};
use crate::ops::{Failure, Kind, Session, issue, record};
use seeing::Seen;

/// Takes every step whose time has come, after the person's word. The caller holds the owner's lock; each step can be done again.
pub(in crate::ops) fn advance(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
    word: Word,
) -> Result<Standing, Failure> {
    let mut open = Work::new(session, entry, journal)?;
    // A file that cannot be read stops us before the cloud is asked to change anything.
    session.record(&open.owner)?;
    open.hear(word)?;
    open.run()
}

/// The same with a new pair that is held and listed, as the cloud showed the owner's pairs.
pub(super) fn go_on(
    session: &Session,
    entry: Entry,
    journal: OpenJournal,
    shown: Vec<AccessKey>,
) -> Result<Standing, Failure> {
    let mut work = Work::new(session, entry, journal)?;
    work.seen = Some(work.see(shown, true, false));
    work.run()
}

/// A rotation at work: its journal, and the ids of both pairs.
struct Work<'a> {
    session: &'a Session,
    owner: Owner,
    old: AccessKeyId,
    new: AccessKeyId,
    entry: Entry,
    journal: Option<OpenJournal>,
    seen: Option<Seen>,
    ends_grace: bool,
    disabled: bool,
    deleted: bool,
}

impl<'a> Work<'a> {
    fn new(session: &'a Session, entry: Entry, journal: OpenJournal) -> Result<Self, Failure> {
        let incomplete =
            || Failure::new(Kind::Failed, "the journal of this rotation is incomplete");
        let rotation = entry.intent.rotation.as_ref().ok_or_else(incomplete)?;
        let got = entry.got.as_ref().ok_or_else(incomplete)?;
        Ok(Self {
            session,
            owner: entry.owner(),
            old: rotation.old.clone(),
            new: got.access_key_id.clone(),
            entry,
            journal: Some(journal),
            seen: None,
            ends_grace: false,
            disabled: false,
            deleted: false,
        })
    }

    fn hear(&mut self, word: Word) -> Result<(), Failure> {
        self.ends_grace = word == Word::EndGrace;
        if word == Word::RollBack && !self.rolls_back() {
            self.mark(Reached::RollBack)?;
        }
        Ok(())
    }

    fn recorded(&self, now: Timestamp) -> Recorded {
        let mut recorded = recorded(&self.entry);
        recorded.deleted = self.deleted;
        if let Some(due) = recorded.due.as_mut().filter(|_| self.ends_grace) {
            due.delete = due.disabled.map(|_| now);
        }
        recorded
    }

    fn rolls_back(&self) -> bool {
        self.entry.when(Reached::RollBack).is_some()
    }

    fn run(mut self) -> Result<Standing, Failure> {
        match self.steps() {
            Ok(state @ (State::Overlap | State::Grace)) => self.standing(state),
            Ok(state) => self.close(state),
            Err(failure) => {
                self.write_down();
                Err(failure)
            }
        }
    }

    /// Where it stops, what the cloud showed of both pairs, and what was changed since, is known: if that cannot be written down, the next
    /// command looks again.
    fn write_down(&self) {
        if self.seen.is_some()
            && let Ok(record) = self.known()
        {
            let _ = self.session.inventory.save(&record);
        }
    }

    /// Up to where the command ends.
    fn steps(&mut self) -> Result<State, Failure> {
        loop {
            let shown = self.seen.as_ref().map(|seen| seen.shown);
            let now = self.session.cloud.now();
            match rotation::next(&self.recorded(now), shown, now) {
                Step::Store => self.store()?,
                Step::Verify => self.verify(&self.new.clone(), Reached::Verified)?,
                Step::Deliver => self.deliver(Reached::Delivered)?,
                Step::Look => self.look()?,
                Step::DisableOld => self.disable_old()?,
                Step::DeleteOld => self.delete_old()?,
                Step::EnableOld => self.enable_old()?,
                Step::VerifyOld => self.verify(&self.old.clone(), Reached::OldVerified)?,
                Step::DeliverOld => self.deliver(Reached::OldDelivered)?,
                Step::DisableNew => self.disable_new()?,
                Step::Overlap(_) => return Ok(State::Overlap),
                Step::Grace(_) => return Ok(State::Grace),
                Step::Done => return Ok(State::Done),
                Step::Undone => return Ok(State::Undone),
                Step::RolledBack => return Ok(State::RolledBack),
                Step::Stop(why) => return Err(self.stopped(why)),
            }
        }
    }

    fn half(&self, failure: impl Into<Failure>) -> Failure {
        let shown = self
            .seen
            .as_ref()
            .map(|seen| (seen.shown.old, seen.shown.new));
        let left = match shown {
            Some((None, _)) => format!("`{}` is gone", self.old),
            Some((_, None)) => format!("`{}` is gone", self.new),
            _ if self.may_be_deleted() => {
                format!("whether `{}` is deleted is not known", self.old)
            }
            _ => "both pairs are there".to_owned(),
        };
        failure.into().half_done(format!(
            "the rotation from `{}` to `{}` stopped half-way; {left}",
            self.old, self.new
        ))
    }

    /// By this command, or by one before it that was cut short.
    fn may_be_deleted(&self) -> bool {
        let now = self.session.cloud.now();
        let due = self.recorded(now).due.and_then(|due| due.delete);
        self.deleted || (self.seen.is_none() && due.is_some_and(|delete| delete <= now))
    }

    fn mark(&mut self, state: Reached) -> Result<(), Failure> {
        let now = self.session.cloud.now();
        let Some(journal) = self.journal.as_mut() else {
            return Ok(());
        };
        let marked = journal.reached(&mut self.entry, state, now);
        marked.map_err(|error| self.half(error))
    }

    fn store(&mut self) -> Result<(), Failure> {
        let got = self.entry.got.as_ref();
        if got.is_some_and(|got| !got.has_seal()) {
            return self.mark(Reached::Stored);
        }
        let secret = issue::unseal(self.session, &self.entry)?;
        let Some(journal) = self.journal.take() else {
            return Ok(());
        };
        let issued = issue::claim(self.session, self.entry.clone(), journal, &secret)?;
        (self.entry, self.journal) = (issued.entry, Some(issued.journal));
        record::done(self.session, Action::Recover, &self.owner, &self.new);
        if !self.rolls_back() {
            self.seen = Some(self.see(issued.keys, true, false));
        }
        Ok(())
    }

    fn verify(&mut self, id: &AccessKeyId, verified: Reached) -> Result<(), Failure> {
        let secret = self.secret(id).map_err(|failure| self.half(failure))?;
        let credentials = Credentials {
            id: id.to_string(),
            secret: secret.ok_or_else(|| self.stopped(Stop::NotHeld))?,
            token: None,
        };
        let wrong = self.wrong_secret(id);
        let works = verify::works(self.session, &self.owner, credentials, wrong.as_deref());
        works.map_err(|failure| self.half(failure))?;
        if let Some(seen) = &mut self.seen {
            seen.shown.fresh = false;
        }
        self.mark(verified)
    }

    /// What a person does where the secret that is held of that pair is another's; `None` of one that was made in this rotation.
    fn wrong_secret(&self, id: &AccessKeyId) -> Option<String> {
        let bring = "the secret held is not this pair's: bring the right one back into the store";
        if *id == self.old {
            return Some(bring.to_owned());
        }
        let got = self.entry.got.as_ref()?;
        (!got.has_seal()).then(|| {
            format!(
                "{bring}; or, if nothing else uses that pair, `akm delete {id} --force --purge`, then the same command again"
            )
        })
    }

    fn stopped(&self, stop: Stop) -> Failure {
        let shown = self.seen.as_ref().and_then(|seen| seen.shown.old);
        let listed = shown.is_some() || self.seen.is_none();
        let left = Left {
            lately: stop == Stop::Gone && self.may_be_listed_yet(),
            owner: &self.owner,
            leaked: self.entry.intent.is_of_leak(),
            new: &self.new,
            old: &self.old,
            status: self.seen.as_ref().and_then(|seen| seen.shown.new),
            signing: signing(self.session, &self.new),
            place: place(self.session, &self.old, listed, stop),
            retired: self.entry.when(Reached::OldDisabled).is_some(),
        };
        stopped(stop, &left)
    }
}
