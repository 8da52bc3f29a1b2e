//! A rotation at work: each step of the plan, done and recorded.

use super::{
    Standing, State, Word, recorded,
    stopped::{Left, stopped},
    verify,
};
use crate::cloud::Credentials;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    rotation::{self, Reached, Recorded, Shown, Step, Stop},
    secret::Secret,
    time::Timestamp,
};
use crate::metadata::{
    journal::{Entry, OpenJournal},
    log::Action,
};
use crate::ops::{Failure, Kind, Session, issue, issue::Issued, profile, record, retire};
use crate::store::{SecretName, StoreKind};

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

/// The same for a pair just made.
pub(super) fn go_on(session: &Session, issued: Issued) -> Result<Standing, Failure> {
    let mut work = Work::new(session, issued.entry, issued.journal)?;
    work.seen = Some(work.see(issued.keys, true, false));
    work.run()
}

/// What the cloud showed.
pub(super) struct Seen {
    keys: Vec<AccessKey>,
    pub(super) shown: Shown,
}

/// A rotation at work: its journal, and the ids of both pairs.
pub(super) struct Work<'a> {
    pub(super) session: &'a Session,
    pub(super) owner: Owner,
    pub(super) old: AccessKeyId,
    pub(super) new: AccessKeyId,
    pub(super) entry: Entry,
    journal: Option<OpenJournal>,
    pub(super) seen: Option<Seen>,
    ends_grace: bool,
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
                Step::DisableOld => self.set_old(Status::Inactive, Reached::OldDisabled)?,
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

    /// What is known now is good until something is done with it.
    fn see(&self, keys: Vec<AccessKey>, held: bool, fresh: bool) -> Seen {
        let status = |id: &AccessKeyId| keys.iter().find(|key| key.id == *id).map(|key| key.status);
        let shown = Shown {
            old: status(&self.old),
            new: status(&self.new),
            held,
            old_held: false,
            fresh,
        };
        Seen { keys, shown }
    }

    fn look(&mut self) -> Result<(), Failure> {
        let keys = self.session.pairs_left(&self.owner);
        let keys = keys.map_err(|error| self.half(error))?;
        let held = issue::held_or_restored(self.session, &mut self.entry);
        let held = held.map_err(|failure| self.half(failure))?;
        let mut seen = self.see(keys, held, true);
        if self.rolls_back() {
            let secret = self.secret(&self.old);
            seen.shown.old_held = secret.map_err(|failure| self.half(failure))?.is_some();
        }
        self.seen = Some(seen);
        Ok(())
    }

    /// The secret that the store has of either pair.
    fn secret(&self, id: &AccessKeyId) -> Result<Option<Secret>, Failure> {
        let Some(kind) = self.store_of(id)? else {
            return Ok(None);
        };
        Ok(self.session.stores.open(kind)?.get(&SecretName::pair(id))?)
    }

    fn store_of(&self, id: &AccessKeyId) -> Result<Option<StoreKind>, Failure> {
        if *id == self.new {
            return Ok(Some(self.entry.intent.store));
        }
        let record = self.session.record(&self.owner)?;
        Ok(match record.pair(id) {
            Some(pair) => pair.secret_store,
            // Of a file that is gone, the secret may be where the new one is.
            None => Some(self.entry.intent.store),
        })
    }

    pub(super) fn half(&self, failure: impl Into<Failure>) -> Failure {
        let left = if self.may_be_deleted() {
            format!("whether `{}` is deleted is not known", self.old)
        } else {
            "both pairs are there".to_owned()
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
        if got.is_some_and(|got| got.sealed.is_empty()) {
            return self.mark(Reached::Stored);
        }
        let secret = issue::unseal(self.session, &self.entry)?;
        let Some(journal) = self.journal.take() else {
            return Ok(());
        };
        let issued = issue::claim(self.session, self.entry.clone(), journal, &secret)?;
        (self.entry, self.journal) = (issued.entry, Some(issued.journal));
        if !self.rolls_back() {
            self.seen = Some(self.see(issued.keys, true, false));
        }
        Ok(())
    }

    fn verify(&mut self, id: &AccessKeyId, verified: Reached) -> Result<(), Failure> {
        if *id == self.new {
            let held = issue::held_or_restored(self.session, &mut self.entry);
            held.map_err(|failure| self.half(failure))?;
        }
        let secret = self.secret(id).map_err(|failure| self.half(failure))?;
        let credentials = Credentials {
            id: id.to_string(),
            secret: secret.ok_or_else(|| self.stopped(Stop::NotHeld))?,
            token: None,
        };
        let works = verify::works(self.session, &self.owner, credentials);
        works.map_err(|failure| self.half(failure))?;
        if let Some(seen) = &mut self.seen {
            seen.shown.fresh = false;
        }
        self.mark(verified)
    }

    /// Hands the verified pair to whoever gets it through akm. akm's own commands look it up; a profile that signs with the pair
    /// before it signs with this one from now on, and so does the rest of this command.
    fn deliver(&mut self, delivered: Reached) -> Result<(), Failure> {
        let (from, to) = match delivered {
            Reached::OldDelivered => (self.new.clone(), self.old.clone()),
            _ => (self.old.clone(), self.new.clone()),
        };
        let switched = self.switch(&from, &to);
        switched.map_err(|failure| self.half(failure))?;
        self.mark(delivered)
    }

    fn switch(&self, from: &AccessKeyId, to: &AccessKeyId) -> Result<(), Failure> {
        if profile::signing_with(self.session, from)?.is_none() {
            return Ok(());
        }
        let kind = self
            .store_of(to)?
            .ok_or_else(|| self.stopped(Stop::NotHeld))?;
        let secret = self.session.stores.open(kind)?.get(&SecretName::pair(to))?;
        let secret = secret.ok_or_else(|| self.stopped(Stop::NotHeld))?;
        profile::switch(self.session, from, to, kind)?;
        if self.session.cloud.signer() == from.as_str() {
            self.session.cloud.switch(to, secret);
        }
        Ok(())
    }

    /// Asks for a status, and takes it as given.
    fn set(&mut self, id: &AccessKeyId, status: Status) -> Result<(), Failure> {
        let Some(mut seen) = self.seen.take() else {
            return Ok(());
        };
        let other = |key: &&mut AccessKey| key.id == *id && key.status != status;
        let changed = seen.keys.iter_mut().find(other);
        let Shown {
            held,
            old_held,
            fresh,
            ..
        } = seen.shown;
        let fresh = fresh && changed.is_none();
        if let Some(key) = changed {
            let answer = self.session.cloud.set_status(&self.owner, id, status);
            let action = match status {
                Status::Active => Action::Enable,
                Status::Inactive => Action::RotateDisable,
            };
            let answer = record::change(self.session, action, &self.owner, Some(id), answer);
            retire::gone(answer).map_err(|failure| self.half(failure))?;
            key.status = status;
        }
        let mut seen = self.see(seen.keys, held, fresh);
        seen.shown.old_held = old_held;
        self.seen = Some(seen);
        Ok(())
    }

    fn set_old(&mut self, status: Status, reached: Reached) -> Result<(), Failure> {
        // A profile may have been added since the new pair was delivered.
        let switched = self.switch(&self.old, &self.new);
        switched.map_err(|failure| self.half(failure))?;
        self.set(&self.old.clone(), status)?;
        self.mark(reached)
    }

    /// Written down at once: what follows may take its time, or not come to its end.
    fn enable_old(&mut self) -> Result<(), Failure> {
        self.set(&self.old.clone(), Status::Active)?;
        let mut record = self.known()?;
        if let Some(old) = record.pair_mut(&self.old) {
            (old.disable_after, old.delete_after, old.retired_at) = (None, None, None);
        }
        let saved = self.session.inventory.save(&record);
        saved.map_err(|error| self.half(error))?;
        self.mark(Reached::OldEnabled)
    }

    pub(super) fn keys(&self) -> &[AccessKey] {
        self.seen.as_ref().map_or(&[], |seen| &seen.keys)
    }

    fn disable_new(&mut self) -> Result<(), Failure> {
        self.set(&self.new.clone(), Status::Inactive)?;
        self.mark(Reached::NewDisabled)
    }

    fn delete_old(&mut self) -> Result<(), Failure> {
        self.deleted = true;
        let (owner, old) = (&self.owner, &self.old);
        let answer = self.session.cloud.delete_pair(owner, old);
        let answer = record::change(self.session, Action::RotateDelete, owner, Some(old), answer);
        retire::gone(answer).map_err(|failure| self.half(failure))?;
        self.seen = None;
        Ok(())
    }

    pub(super) fn stopped(&self, stop: Stop) -> Failure {
        let back = (!self.entry.intent.is_of_leak()).then_some(&self.owner);
        let shown = self.seen.as_ref().and_then(|seen| seen.shown.old);
        let restorable = || self.session.cloud.recycled_pair(&self.old).is_ok();
        let left = Left {
            back,
            new: &self.new,
            old: &self.old,
            listed: shown.is_some() || self.seen.is_none(),
            restorable: stop == Stop::OldGone && restorable(),
            retired: self.entry.when(Reached::OldDisabled).is_some(),
        };
        stopped(stop, &left)
    }
}
