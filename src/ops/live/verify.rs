//! Whether a pair works, asked of the cloud with the pair itself.

use super::Live;
use crate::cloud::{Client, Credentials, Error, Fault};
use crate::core::{
    access_key::AccessKeyId,
    seen::{Failed, Sight},
    time::Timestamp,
};
use crate::ops::{
    Failure,
    drive::{EventLog, World},
    problem,
};
use crate::store::{self, SecretName};
use std::time::Duration;

/// How long a pair that was made or enabled just now may take until it works.
const LIMIT: Duration = Duration::from_secs(90);
const FIRST_PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(8);

impl Live<'_> {
    pub(super) fn verify(
        &mut self,
        log: &mut impl EventLog,
        id: &AccessKeyId,
        not_before: Option<Timestamp>,
    ) -> Result<(), Failure> {
        if let Some(early) = not_before.and_then(|at| (at - self.now()).to_std().ok()) {
            self.session.clock.sleep(early);
        }
        let kind = self.store_of(log, id)?;
        let secret = self.session.stores.open(kind)?.get(&SecretName::pair(id));
        let secret = store::or_lost(secret)?.ok_or_else(|| problem::Secret::Lost(id.clone()))?;
        let client = self.session.cloud.signing_as(Credentials {
            id: id.to_string(),
            secret,
            token: None,
        });
        let is_listed = self.seen.sight(log.open(), id) == Sight::Active;
        let is_young = is_listed && self.is_young(log, id);
        let is_made = log.open().made.contains_key(id);
        match self.ask(&client, |fault| is_worth_waiting(fault, is_young, is_made)) {
            Ok(()) => drop(self.seen.verified.insert(id.clone(), self.now())),
            Err(error) => drop(
                self.seen
                    .failed
                    .insert(id.clone(), Self::failed(log, id, error)?),
            ),
        }
        Ok(())
    }

    /// Only a pair that was made or enabled just now is worth waiting for.
    fn is_young(&self, log: &impl EventLog, id: &AccessKeyId) -> bool {
        let made = log.open().made.get(id).map(|made| made.created_at);
        let is_new = made.is_some_and(|at| self.now() < at + self.seen.limits.lag);
        let answer = self.seen.answers.get(id);
        is_new || answer.is_some_and(|answer| answer.sight == Sight::Active)
    }

    fn ask(&self, client: &Client, is_worth_waiting: impl Fn(Fault) -> bool) -> Result<(), Asked> {
        let (mut waited, mut pause) = (Duration::ZERO, FIRST_PAUSE);
        loop {
            let error = match client.caller_identity() {
                Ok(caller)
                    if caller.account_id == self.session.id
                        && caller.owner().as_ref() == Some(self.owner) =>
                {
                    return Ok(());
                }
                Ok(caller) => return Err(Asked::Stranger(caller.arn)),
                Err(error) => error,
            };
            if waited >= LIMIT || !is_worth_waiting(error.fault) {
                return Err(Asked::Failed(Box::new(error)));
            }
            self.session.clock.sleep(pause);
            waited += pause;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// What is known of a pair that did not work; an error where nothing is.
    fn failed(log: &impl EventLog, id: &AccessKeyId, asked: Asked) -> Result<Failed, Failure> {
        let error = match asked {
            Asked::Stranger(arn) => {
                return Err(problem::Create::Stranger(arn).into());
            }
            Asked::Failed(error) => *error,
        };
        let is_made = log.open().made.contains_key(id);
        match error.fault {
            Fault::UnknownSigner | Fault::DisabledSigner => Ok(Failed::Unknown),
            Fault::BadSignature if !is_made => Ok(Failed::WrongSecret),
            _ => Err(error.into()),
        }
    }
}

/// Why a pair did not answer for itself.
enum Asked {
    /// It is somebody else's, by this ARN.
    Stranger(String),
    Failed(Box<Error>),
}

/// Only of a pair that was made here is the secret known to be right.
fn is_worth_waiting(fault: Fault, is_young: bool, is_made: bool) -> bool {
    match fault {
        Fault::UnknownSigner | Fault::DisabledSigner => is_young,
        Fault::BadSignature => is_young && is_made,
        Fault::Throttled | Fault::Unavailable | Fault::NotSent | Fault::NoAnswer => true,
        _ => false,
    }
}
