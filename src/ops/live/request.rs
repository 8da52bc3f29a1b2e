//! Making a pair without losing its secret: the request is written down before its first byte, the answer before all else.

use super::{Deed, Live, lost, suspects::suspects};
use crate::cloud::{self, NewPair};
use crate::core::{
    access_key::AccessKeyId,
    event::Event,
    open_work::{Keeping, Made, OpenWork, Replaced, Request},
    plan::Ask,
    secret::Secret,
    seen::{Answer, Sight},
};
use crate::metadata::{inventory::OwnerRecord, journal::Suspect, log::Action};
use crate::ops::{
    Failure,
    drive::{EventLog, World},
    forget_pair, issue,
    problem::Create,
    record,
    remark::{Machine, Of, Remark, Unfinished},
};
use crate::store::SecretName;
use crate::sys::signals;
use base64::prelude::{BASE64_STANDARD, Engine};
use std::collections::BTreeSet;

impl Live<'_> {
    pub(super) fn request(&mut self, log: &mut impl EventLog) -> Result<(), Failure> {
        issue::ready(self.session, self.owner)?;
        self.needs_the_clouds_clock()?;
        let replaces = self.replaced(log.open());
        if replaces.is_some() {
            forget_pair::forget_expired(self.session, self.owner, &self.listed)?;
        }
        let known = self.session.record(self.owner)?;
        if let Some(it) = &replaces {
            self.warn_of_networks(&known, &it.old);
        }
        self.held = Some(signals::hold());
        let signed = self.session.cloud.prepare_pair(self.owner)?;
        let request = Request {
            before: self.before(log.open(), &known),
            signed_at: signed.date,
            replaces,
            keeping: self.keeping(log.open(), &known),
        };
        log.make_room()?;
        log.append(Event::Requested(request.clone()))?;
        self.seen.has_requested = true;
        let made = self.session.cloud.create_pair(&signed);
        match made.and_then(|made| is_new(&request, made)) {
            Ok(made) => self.keep(log, &request, made),
            Err(error) => Err(self.lost(log, &request, error)),
        }
    }

    /// By this machine's clock alone, nobody could say from when on a request is not executed any more.
    fn needs_the_clouds_clock(&self) -> Result<(), Failure> {
        let cloud = &self.session.cloud;
        if !cloud.may_execute_late() || cloud.has_seen_clock() {
            return Ok(());
        }
        Err(Create::NoClock.into())
    }

    /// The pair that a rotation replaces is the owner's only one.
    fn replaced(&self, open: &OpenWork) -> Option<Replaced> {
        let rotates = self.ask == Ask::Rotate && !self.seen.has_requested && open.leaked.is_empty();
        let only = self
            .seen
            .present(open)
            .into_iter()
            .next()
            .filter(|_| rotates);
        only.map(|old| Replaced {
            old,
            spans: self.order.spans,
        })
    }

    fn warn_of_networks(&self, known: &OwnerRecord, old: &AccessKeyId) {
        if known.pair(old).is_some_and(|pair| pair.bound_to_networks) {
            let bound = Remark::Pair(old.clone(), Of::BoundToNetworks);
            self.session.tell.warn(bound);
        }
    }

    /// What is listed, and all that akm knows of: one that a list lacks may be there all the same, or come back.
    fn before(&self, open: &OpenWork, known: &OwnerRecord) -> BTreeSet<AccessKeyId> {
        let known = known.access_keys.iter();
        let known = known.map(|pair| pair.access_key_id.clone());
        let listed = self.listed.iter().map(|key| key.id.clone());
        let unfinished = open.made.keys().chain(open.restoring.keys()).cloned();
        known.chain(listed).chain(unfinished).collect()
    }

    fn keeping(&self, open: &OpenWork, known: &OwnerRecord) -> Keeping {
        let comment = |id: &AccessKeyId| known.pair(id).and_then(|pair| pair.comment.clone());
        let before = self.replaced(open).map(|it| it.old);
        let before = before.or_else(|| open.leaked.first().cloned());
        Keeping {
            store: self.session.store,
            recipient: self.session.recipient.clone(),
            comment: match before {
                Some(id) => comment(&id),
                None => self.order.comment.clone(),
            },
        }
    }

    /// First act after the answer: the sealed secret goes into the journal. Should that fail, the store is the second try, and the sealed
    /// text in the error the third: the only copy is never dropped in silence.
    fn keep(
        &mut self,
        log: &mut impl EventLog,
        request: &Request,
        made: NewPair,
    ) -> Result<(), Failure> {
        let NewPair {
            id,
            secret,
            created_at,
        } = made;
        let store = self.session.stores.open(request.keeping.store);
        let sealed = store.and_then(|store| store.seal(&request.keeping.recipient, &secret));
        let sealed = BASE64_STANDARD.encode(sealed.unwrap_or_default());
        let at = self.now();
        let made = Made {
            created_at: created_at.unwrap_or(at),
            sealed: sealed.clone(),
            keeping: request.keeping.clone(),
            replaced: false,
        };
        let sight = Sight::Active;
        self.seen.answers.insert(id.clone(), Answer { at, sight });
        if let Err(error) = log.append(Event::Created(id.clone(), made)) {
            self.keep_elsewhere(log, &id, &secret, (error, &sealed))?;
        }
        let action = if request.replaces.is_some() || !log.open().leaked.is_empty() {
            Action::RotateCreate
        } else {
            Action::Create
        };
        self.done(action, &id);
        self.made = Some((id.clone(), secret));
        self.deeds.push(Deed::Created(id));
        Ok(())
    }

    fn keep_elsewhere(
        &self,
        log: &mut impl EventLog,
        id: &AccessKeyId,
        secret: &Secret,
        (error, sealed): (Failure, &str),
    ) -> Result<(), Failure> {
        let put = self
            .session
            .stores
            .open(self.session.store)
            .and_then(|store| {
                store.put(&SecretName::pair(id), secret)?;
                Ok(store.durable())
            });
        // What only a keyring has may be gone tomorrow, and metadata would still claim it.
        if put.is_ok_and(|durable| durable || log.retry().is_ok()) {
            self.session
                .tell
                .warn(Machine::JournalUnwritten(error).into());
            return Ok(());
        }
        let suspect = Suspect::new(id.clone(), self.owner, self.now());
        let _ = self.session.journal.suspect(&suspect);
        Err(Failure::of(Create::WrittenNowhere {
            id: id.clone(),
            why: Box::new(error),
            sealed: sealed.to_owned(),
        }))
    }

    /// What a failed request comes to, by what is known of its effect.
    fn lost(&mut self, log: &mut impl EventLog, request: &Request, error: cloud::Error) -> Failure {
        self.held = None;
        let action = if request.replaces.is_some() {
            Action::RotateCreate
        } else {
            Action::Create
        };
        let answer: Result<(), _> =
            record::change(self.session, action, self.owner, None, Err(error));
        let Err(error) = answer else {
            return Create::Failed.into();
        };
        lost::lost(self.session, self.owner, log, request, error)
    }

    /// Nothing that the request made is left unrecorded.
    pub(super) fn conclude(&mut self, log: &mut impl EventLog) -> Result<(), Failure> {
        let Some(request) = log.open().request.clone() else {
            return Ok(());
        };
        self.needs_the_clouds_clock()?;
        let strange = suspects(self.session, self.owner, log.open(), &request, &self.listed)?;
        if strange.is_empty() {
            let nothing = Unfinished::NotMade(self.owner.clone());
            self.session.tell.note(nothing.into());
        }
        log.append(Event::Concluded)?;
        Ok(self.session.journal.forget_dismissed(&strange)?)
    }
}

/// An answer about a pair that was there before is no answer to this request, and its secret would replace the one that is held.
fn is_new(request: &Request, made: NewPair) -> Result<NewPair, cloud::Error> {
    if request.before.contains(&made.id) {
        return Err(cloud::Error::bad_answer("CreateAccessKey"));
    }
    Ok(made)
}
