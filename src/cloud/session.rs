//! A role's session: opened by a pair, and followed by another one before it ends, so that long work is not cut off by its time.

use super::{Assume, Client, Error, Outcome, Signing};
use crate::core::{
    role::{ExternalId, RoleArn, SessionName},
    time::Timestamp,
};
use chrono::TimeDelta;
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// How long before its end a session is replaced: longer than any call takes.
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Who opens the sessions, and of which role.
pub(super) struct Opener {
    pub(super) client: Client,
    role: RoleArn,
    session: SessionName,
    external_id: Option<ExternalId>,
}

impl Opener {
    fn open(&self) -> Result<Signing, Error> {
        let assumed = self.client.assume_role(&Assume {
            role: &self.role,
            session: &self.session,
            duration: None,
            external_id: self.external_id.as_ref(),
            policy: None,
        })?;
        Ok(Signing {
            credentials: Arc::new(assumed.credentials),
            until: Some(assumed.until),
        })
    }
}

impl Client {
    /// The same cloud, seen in a role that this signer assumes. Errors as [`Client::assume_role`] has them.
    pub(crate) fn in_role(
        &self,
        role: RoleArn,
        session: SessionName,
        external_id: Option<ExternalId>,
    ) -> Result<Self, Error> {
        let opener = Opener {
            client: self.with(self.signing(), None),
            role,
            session,
            external_id,
        };
        Ok(self.with(opener.open()?, Some(Box::new(opener))))
    }

    fn with(&self, signing: Signing, opener: Option<Box<Opener>>) -> Self {
        Self {
            transport: self.transport.clone(),
            signing: RwLock::new(signing),
            opener,
            clock: self.clock.clone(),
            skew: Mutex::default(),
        }
    }

    /// Opens the next session where this one is about to end. Where none is to be had, this one serves for as long as it lasts; after
    /// that, nothing is sent, and the reason is the error.
    pub(super) fn renew(&self, action: &'static str) -> Result<(), Error> {
        let Some(opener) = &self.opener else {
            return Ok(());
        };
        if !self.signing().ends_before(self.now() + AHEAD) {
            return Ok(());
        }
        let mut signing = self.signing.write().unwrap_or_else(PoisonError::into_inner);
        if !signing.ends_before(self.now() + AHEAD) {
            return Ok(());
        }
        match opener.open() {
            Ok(next) => *signing = next,
            Err(_) if !signing.ends_before(self.now()) => (),
            Err(error) if error.outcome() != Outcome::Unknown => return Err(error),
            Err(error) => return Err(Error::not_sent(action, error.to_string())),
        }
        Ok(())
    }
}

impl Signing {
    fn ends_before(&self, at: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= at)
    }
}
