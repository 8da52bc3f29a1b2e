//! A request in, an answer out: who signed, what is asked, RAM's rules, the cloud's JSON.

use super::authentication::Claim;
use super::conditions::Conditions;
use super::engine::{Call, Caller, Operation, Signer, unknown_pair};
use super::identifiers::{CONSOLE_ID, SESSION_PREFIX, secret_of};
use super::nonces::Nonces;
use super::refusal::Refusal;
use super::tokens::{Grant, mismatch};
use super::{Records, Session};
use crate::cloud::transport::{Request, Response, Service};
use crate::core::access_key::AccessKeyId;
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use crate::sys::clock::Clock;
use crate::sys::random;
use chrono::SubsecRound;
use serde_json::{Value, json};
use std::sync::Arc;

pub(crate) struct Gateway {
    records: Box<dyn Records>,
    seed: Secret,
    clock: Arc<dyn Clock>,
    console: bool,
    nonces: Nonces,
    pub(super) conditions: Conditions,
}

/// Who signed, as far as that is known before the records are opened.
enum Signed {
    Console(Result<(), Refusal>),
    Pair(AccessKeyId, Result<(), Refusal>),
    Session(Grant),
}

impl Gateway {
    /// `console` says whether [`super::console_credentials`] are let in.
    pub(crate) fn new(
        records: Box<dyn Records>,
        seed: Secret,
        clock: Arc<dyn Clock>,
        console: bool,
    ) -> Self {
        Self {
            records,
            seed,
            clock,
            console,
            nonces: Nonces::default(),
            conditions: Conditions::default(),
        }
    }

    /// Answers any request, a refused one in the cloud's error body. Header names are to come in lower case and the query
    /// decoded; nothing else is taken for granted.
    pub(crate) fn answer(&self, request: &Request) -> Response {
        let now = self.clock.now();
        match self.respond(request, now) {
            Ok(body) => response(200, body, now),
            Err(refusal) => refused(refusal, request.header("host").unwrap_or_default(), now),
        }
    }

    /// What the gateway of the cloud checks comes before the records are opened, and so does the work of the signature; but
    /// its verdict waits until the pair is known to be there and active.
    fn respond(&self, request: &Request, precisely: Timestamp) -> Result<Value, Refusal> {
        let now = precisely.trunc_subsecs(0);
        check_line(request)?;
        let claim = Claim::read(request)?;
        let operation = Operation::find(&claim.version, &claim.action)?;
        claim.check_date(now)?;
        let signed = self.signed(&claim, now)?;
        self.conditions
            .check_settled(&claim.access_key_id, precisely)?;
        let mut records = self.records.open(&*self.clock)?;
        let caller = self.caller(signed, &claim, &mut *records, operation.service, now)?;
        self.conditions
            .check(&claim.access_key_id, &operation, precisely)?;
        let call = Call {
            records: &mut *records,
            caller,
            operation,
            parameters: &claim.parameters,
            seed: &self.seed,
            now,
        };
        let body = call.run()?;
        // Only a create answers with one pair.
        if let Some(id) = body["AccessKey"]["AccessKeyId"].as_str() {
            self.conditions.note_new(id, precisely);
        }
        Ok(body)
    }

    fn signed(&self, claim: &Claim<'_>, now: Timestamp) -> Result<Signed, Refusal> {
        if claim.access_key_id.starts_with(SESSION_PREFIX) {
            return Grant::of(claim, &self.seed, now).map(Signed::Session);
        }
        let id = AccessKeyId::parse(&claim.access_key_id).map_err(|_| unknown_pair())?;
        if claim.token.is_some() {
            return Err(mismatch());
        }
        let proof = claim.check_signature(&secret_of(&self.seed, id.as_str())?);
        Ok(if self.console && id.as_str() == CONSOLE_ID {
            Signed::Console(proof)
        } else {
            Signed::Pair(id, proof)
        })
    }

    fn caller(
        &self,
        signed: Signed,
        claim: &Claim<'_>,
        records: &mut dyn Session,
        service: Service,
        now: Timestamp,
    ) -> Result<Caller, Refusal> {
        let fresh = || self.check_nonce(claim, now);
        match signed {
            Signed::Console(proof) => {
                proof.and_then(|()| fresh())?;
                Ok(Caller::Account)
            }
            Signed::Session(grant) => {
                fresh()?;
                Caller::of_session(grant)
            }
            Signed::Pair(id, proof) => {
                let owner = records.owner_of(id.as_str())?.ok_or_else(unknown_pair)?;
                let proof = proof.and_then(|()| fresh());
                Signer { owner, id, proof }.admit(records, service, now)
            }
        }
    }

    fn check_nonce(&self, claim: &Claim<'_>, now: Timestamp) -> Result<(), Refusal> {
        if self.nonces.note(&claim.access_key_id, &claim.nonce, now) {
            return Ok(());
        }
        let message = "Specified signature nonce was used already.";
        Err(Refusal::new(400, "SignatureNonceUsed", message))
    }
}

/// RPC calls are GET or POST of `/`; V1 signs no other path.
fn check_line(request: &Request) -> Result<(), Refusal> {
    if !matches!(request.method.as_str(), "GET" | "POST") {
        let message = "This HTTP method is not supported.";
        return Err(Refusal::new(405, "UnsupportedHTTPMethod", message));
    }
    if request.path != "/" {
        let message = "Specified api is not found, please check your url and method.";
        return Err(Refusal::new(404, "InvalidAction.NotFound", message));
    }
    Ok(())
}

/// The cloud's error body, with its headers.
pub(super) fn refused(refusal: Refusal, host: &str, now: Timestamp) -> Response {
    let mut body = json!({
        "Message": refusal.message,
        "Recommend": format!("https://api.aliyun.com/troubleshoot?q={}", refusal.code),
        "HostId": host,
        "Code": refusal.code,
    });
    if let Some(denied) = refusal.denied {
        body["AccessDeniedDetail"] = denied;
    }
    let mut response = response(refusal.status, body, now);
    if let Some(wait) = refusal.retry_after {
        let header = ("x-acs-retry-after".to_owned(), wait.to_string());
        response.headers.push(header);
    }
    response
}

/// The answer, its request's id in the body and in a header.
fn response(status: u16, mut body: Value, now: Timestamp) -> Response {
    let id = request_id();
    body["RequestId"] = json!(id);
    Response {
        status,
        headers: vec![
            ("content-type".to_owned(), "application/json".to_owned()),
            ("x-acs-request-id".to_owned(), id),
        ],
        body: body.to_string().into_bytes(),
        date: Some(now.trunc_subsecs(0)),
    }
}

/// A random UUID in upper case; all zeros where the system has no random bytes, since an answer must go out.
fn request_id() -> String {
    let hex = random::hex(&random::bytes::<16>().unwrap_or_default()).to_uppercase();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

#[cfg(test)]
mod tests;
