//! The one cloud client: signs and speaks RAM, IMS and STS over whatever carries its bytes.

#[cfg(test)]
pub(crate) mod answering;
mod error;
mod fault;
pub(crate) mod https;
mod ims;
mod key_policy;
mod pairs;
mod ram;
mod refusal;
mod report;
mod report_rows;
mod session;
pub(crate) mod signature;
mod sts;
pub(crate) mod transport;
mod tries;
mod wire;

pub(crate) use error::Error;
pub(crate) use fault::{Fault, Outcome};
pub(crate) use pairs::{Call, NewPair};
pub(crate) use ram::User;
pub(crate) use refusal::Denied;
pub(crate) use sts::{Assume, Caller};

use crate::core::{access_key::AccessKeyId, secret::Secret, time, time::Timestamp};
use crate::sys::{clock::Clock, random};
use chrono::TimeDelta;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use transport::{Request, Response, Service, Transport, Undelivered};

/// Bytes of an answer that speaks of one pair or one user.
const SMALL: usize = 64 << 10;
/// Bytes of an answer that lists.
const LIST: usize = 1 << 20;

/// By how much the clocks may differ: what is due, and what a lost request may yet do, is reckoned by the cloud's.
const MOST_SKEW: TimeDelta = TimeDelta::minutes(5);

/// The cloud's clock less this machine's, for a person.
pub(crate) fn clocks(skew: TimeDelta) -> String {
    let seconds = skew.num_seconds();
    let side = if seconds > 0 { "behind" } else { "ahead of" };
    format!(
        "this machine's clock is {} s {side} the cloud's",
        seconds.abs()
    )
}

/// What a client signs with: an AccessKey pair, or an STS credential with its token.
#[derive(Debug)]
pub(crate) struct Credentials {
    pub(crate) id: String,
    pub(crate) secret: Secret,
    pub(crate) token: Option<Secret>,
}

/// Who signs just now.
#[derive(Clone)]
struct Signing {
    credentials: Arc<Credentials>,
    /// When a role's session ends; a pair lasts.
    until: Option<Timestamp>,
}

/// A request that is signed and not yet sent: what a journal must know of it beforehand.
pub(crate) struct Signed {
    service: Service,
    action: &'static str,
    request: Request,
    /// See [`Transport::send`].
    fresh: bool,
    pub(crate) date: Timestamp,
}

/// A signer and its way to the cloud. Each call is sent once; nothing here retries.
pub(crate) struct Client {
    transport: Arc<dyn Transport>,
    signing: RwLock<Signing>,
    /// Where a role's session signs.
    opener: Option<Box<session::Opener>>,
    clock: Arc<dyn Clock>,
    /// The cloud's clock less this machine's, as the last answer showed it that was to be believed.
    skew: Mutex<Option<TimeDelta>>,
}

impl Client {
    pub(crate) fn new(
        transport: Arc<dyn Transport>,
        credentials: Credentials,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let signing = Signing {
            credentials: Arc::new(credentials),
            until: None,
        };
        Self {
            transport,
            signing: RwLock::new(signing),
            opener: None,
            clock,
            skew: Mutex::new(None),
        }
    }

    fn signing(&self) -> Signing {
        let signing = self.signing.read();
        signing.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The same cloud, seen by another signer.
    pub(crate) fn signing_as(&self, credentials: Credentials) -> Self {
        Self::new(self.transport.clone(), credentials, self.clock.clone())
    }

    /// The id of the pair that signs, or that opens the sessions that do: without it, nothing is signed any more.
    pub(crate) fn signer(&self) -> String {
        match &self.opener {
            Some(opener) => opener.client.signer(),
            None => self.signing().credentials.id.clone(),
        }
    }

    /// Another pair takes the signer's place, for each call from now on. A role's session goes on: it is not bound to the pair that
    /// opened it, and the next one is opened by the other.
    pub(crate) fn switch(&self, id: &AccessKeyId, secret: Secret) {
        if let Some(opener) = &self.opener {
            return opener.client.switch(id, secret);
        }
        let mut signing = self.signing.write().unwrap_or_else(PoisonError::into_inner);
        signing.credentials = Arc::new(Credentials {
            id: id.to_string(),
            secret,
            token: None,
        });
    }

    /// The cloud's clock, as far as an answer has shown it (`Date`), else this machine's.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now() + self.skew().unwrap_or_default()
    }

    /// The cloud's clock less this machine's; `None` while they agree to two seconds, or nothing was heard yet.
    pub(crate) fn skew(&self) -> Option<TimeDelta> {
        let skew = *self.skew.lock().unwrap_or_else(PoisonError::into_inner);
        skew.filter(|skew| skew.abs() > TimeDelta::seconds(2))
    }

    /// Whether an answer has shown the cloud's clock.
    pub(crate) fn has_seen_clock(&self) -> bool {
        let skew = self.skew.lock().unwrap_or_else(PoisonError::into_inner);
        skew.is_some()
    }

    /// Whether a request whose answer was lost can still be executed.
    pub(crate) fn may_execute_late(&self) -> bool {
        self.transport.may_execute_late()
    }

    fn sign(
        &self,
        service: Service,
        action: &'static str,
        query: &[(&str, &str)],
    ) -> Result<Signed, Error> {
        self.renew(action)?;
        let nonce = random::nonce().map_err(|error| Error::not_sent(action, error.to_string()))?;
        let date = self.clock.now();
        let mut headers = vec![
            ("host".to_owned(), self.transport.host(service)),
            ("x-acs-action".to_owned(), action.to_owned()),
            ("x-acs-version".to_owned(), service.version().to_owned()),
            ("x-acs-date".to_owned(), time::format(date)),
            ("x-acs-signature-nonce".to_owned(), nonce),
            (
                "x-acs-content-sha256".to_owned(),
                signature::content_hash(b""),
            ),
            ("accept".to_owned(), "application/json".to_owned()),
            (
                "user-agent".to_owned(),
                concat!("akm/", env!("CARGO_PKG_VERSION")).to_owned(),
            ),
        ];
        let signing = self.signing();
        let credentials = &signing.credentials;
        if let Some(token) = &credentials.token {
            headers.push(("x-acs-security-token".to_owned(), token.expose().to_owned()));
        }
        let query = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let mut request = Request {
            method: "POST".into(),
            path: "/".into(),
            query,
            headers,
            body: Vec::new(),
        };
        let authorization =
            signature::authorization(&request, &credentials.id, &credentials.secret);
        request
            .headers
            .push(("authorization".to_owned(), authorization));
        Ok(Signed {
            service,
            action,
            request,
            fresh: false,
            date,
        })
    }

    fn send<T: DeserializeOwned>(&self, signed: &Signed, limit: usize) -> Result<T, Error> {
        let answer = self
            .transport
            .send(signed.service, &signed.request, limit, signed.fresh);
        let response = answer.map_err(|lost| {
            let error = match lost {
                Undelivered::NotSent(why) => Error::not_sent(signed.action, why),
                Undelivered::Untrusted(why) => Error::untrusted(signed.action, why),
                Undelivered::Refused(why) => Error::refused_by_proxy(signed.action, why),
                Undelivered::NoAnswer(why) => Error::no_answer(signed.action, why),
            };
            error.of_host(self.transport.host(signed.service))
        })?;
        let heard = response.date.map_or(Ok(()), |date| self.hear(date));
        let answer = read(signed.action, &response, &self.signing().credentials.id)?;
        // What is made or changed is so whatever the time; what is only read may be of another time.
        match heard {
            Err(skew) if only_reads(signed.action) => {
                Err(Error::clock_off(signed.action, clocks(skew)))
            }
            _ => Ok(answer),
        }
    }

    /// The cloud's clock, believed unless it is too far from this machine's; then the error is by how much.
    fn hear(&self, date: Timestamp) -> Result<(), TimeDelta> {
        let skew = date - self.clock.now();
        if skew.abs() > MOST_SKEW {
            return Err(skew);
        }
        *self.skew.lock().unwrap_or_else(PoisonError::into_inner) = Some(skew);
        Ok(())
    }
}

fn only_reads(action: &str) -> bool {
    ["Get", "List"].iter().any(|verb| action.starts_with(verb))
}

fn read<T: DeserializeOwned>(
    action: &'static str,
    response: &Response,
    signer: &str,
) -> Result<T, Error> {
    if !(200..300).contains(&response.status) {
        return Err(Error::refused(action, response, signer));
    }
    serde_json::from_slice(&response.body).map_err(|_| Error::bad_answer(action))
}
