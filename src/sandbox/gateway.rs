//! A request in, an answer out: who signed, what is asked, RAM's rules, the cloud's JSON.

use super::Records;
use super::authentication::Claim;
use super::engine::{Call, Caller, Operation, Signer, unknown_pair};
use super::identifiers::{CONSOLE_ID, secret_of};
use super::nonces::Nonces;
use super::refusal::Refusal;
use crate::cloud::transport::{Request, Response};
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
        }
    }

    /// Answers any request, a refused one in the cloud's error body. Header names are to come in lower case and the query
    /// decoded; nothing else is taken for granted.
    pub(crate) fn answer(&self, request: &Request) -> Response {
        let now = self.clock.now().trunc_subsecs(0);
        let id = request_id();
        let (status, mut body) = match self.respond(request, now) {
            Ok(body) => (200, body),
            Err(refusal) => (refusal.status, error_body(refusal, request)),
        };
        body["RequestId"] = json!(id);
        Response {
            status,
            headers: vec![
                ("content-type".to_owned(), "application/json".to_owned()),
                ("x-acs-request-id".to_owned(), id),
            ],
            body: body.to_string().into_bytes(),
            date: Some(now),
        }
    }

    /// What the gateway of the cloud checks comes before the records are opened, and so does the work of the signature; but
    /// its verdict waits until the pair is known to be there and active.
    fn respond(&self, request: &Request, now: Timestamp) -> Result<Value, Refusal> {
        if !matches!(request.method.as_str(), "GET" | "POST") {
            let message = "This HTTP method is not supported.";
            return Err(Refusal::new(405, "UnsupportedHTTPMethod", message));
        }
        let claim = Claim::read(request)?;
        let operation = Operation::find(&claim.version, &claim.action)?;
        claim.check_date(now)?;
        let id = AccessKeyId::parse(&claim.access_key_id).map_err(|_| unknown_pair())?;
        let proof = claim.check_signature(&secret_of(&self.seed, id.as_str())?);
        let mut records = self.records.open(&*self.clock)?;
        let caller = if self.console && id.as_str() == CONSOLE_ID {
            proof.and_then(|()| self.check_nonce(&claim, now))?;
            Caller::Account
        } else {
            let owner = records.owner_of(id.as_str())?.ok_or_else(unknown_pair)?;
            let proof = proof.and_then(|()| self.check_nonce(&claim, now));
            Signer { owner, id, proof }.admit(&mut *records, operation.service, now)?
        };
        Call {
            records: &mut *records,
            caller,
            operation,
            parameters: &claim.parameters,
            seed: &self.seed,
            now,
        }
        .run()
    }

    fn check_nonce(&self, claim: &Claim<'_>, now: Timestamp) -> Result<(), Refusal> {
        if self.nonces.note(&claim.access_key_id, &claim.nonce, now) {
            return Ok(());
        }
        let message = "Specified signature nonce was used already.";
        Err(Refusal::new(400, "SignatureNonceUsed", message))
    }
}

/// The cloud's error body, but for the request's id.
fn error_body(refusal: Refusal, request: &Request) -> Value {
    let mut body = json!({
        "Message": refusal.message,
        "Recommend": format!("https://api.aliyun.com/troubleshoot?q={}", refusal.code),
        "HostId": request.header("host").unwrap_or_default(),
        "Code": refusal.code,
    });
    if let Some(denied) = refusal.denied {
        body["AccessDeniedDetail"] = denied;
    }
    body
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
mod tests {
    use super::super::testing::{Bench, benches};
    use crate::cloud::transport::Request;
    use crate::cloud::transport::Service::{Ram, Sts};
    use crate::sys::random;

    #[test]
    fn answers_have_the_cloud_s_form() {
        let bench = Bench::memory();
        let whoami = bench.call(&bench.console, Sts, "GetCallerIdentity", &[]);
        let missing = bench.call(&bench.console, Ram, "GetUser", &[("UserName", "nobody")]);
        for answer in [&whoami, &missing] {
            let id = answer.text("RequestId");
            assert_eq!((id.len(), id.split('-').count()), (36, 5));
            assert_eq!(id, id.to_uppercase());
            assert_eq!(answer.header("x-acs-request-id"), id);
            assert_eq!(answer.header("content-type"), "application/json");
            assert_eq!(answer.date, Some(bench.now()));
        }
        assert_eq!(missing.status, 404);
        assert_eq!(missing.text("Code"), "EntityNotExist.User");
        assert_eq!(missing.text("Message"), "The user does not exist.");
        assert_eq!(missing.text("HostId"), "sandbox.akm");
        assert!(
            missing
                .text("Recommend")
                .ends_with("?q=EntityNotExist.User")
        );
    }

    /// Whatever comes in, an answer goes out: requests of random parts, and good ones with random damage.
    #[test]
    fn no_request_stops_the_gateway() {
        let pieces = [
            "",
            "\0",
            "%",
            "=",
            ";",
            ",",
            "é",
            "\u{202e}",
            "host",
            "x-acs-date",
            "2026-11-24T00:00:00Z",
            "ACS3-HMAC-SHA256 ",
            "ACS3-HMAC-SHA256 Credential=,SignedHeaders=;;,Signature=é",
            "Marker",
            "-1",
            "99999999999999999999",
            "UserName",
            "@",
            "a@b@c",
            "..",
            "LTAI5tSANDBOX",
            "LTAI5tSANDBOXé",
        ];
        let bench = Bench::memory();
        for _ in 0..2_000 {
            let mut random = random::bytes::<64>().unwrap().into_iter();
            let mut piece =
                || pieces[usize::from(random.next().unwrap_or(0)) % pieces.len()].to_owned();
            let mut signed = bench.signed(&bench.console, Ram, &piece(), &[("UserName", &piece())]);
            let random_one = Request {
                method: piece(),
                path: piece(),
                query: vec![(piece(), piece())],
                headers: (0..6).map(|_| (piece(), piece())).collect(),
                body: piece().into_bytes(),
            };
            bench.send(&random_one);
            let at = usize::from(random.next().unwrap_or(0)) % signed.headers.len();
            signed.headers[at].1.push_str(pieces[at % pieces.len()]);
            bench.send(&signed);
        }
    }

    /// Good signatures over bad parameters: every operation, every odd value.
    #[test]
    fn no_parameter_stops_an_operation() {
        let odd = [
            "",
            "\0",
            "é",
            "@",
            "a@b@c",
            "..",
            "-1",
            "0",
            "1001",
            "99999999999999999999",
            "alice",
            "\u{1b}[0m",
            "LTAI5tSANDBOXé",
            "console0000",
        ];
        let names = [
            "UserName",
            "NewUserName",
            "UserPrincipalName",
            "UserId",
            "UserAccessKeyId",
            "Status",
            "MaxItems",
            "Marker",
            "DisplayName",
            "Comments",
            "PolicyName",
            "PolicyType",
            "AllowUserToManageAccessKeys",
        ];
        for bench in benches() {
            for (service, action) in super::super::engine::tests::ALL {
                for value in odd {
                    let all = names.map(|name| (name, value));
                    let status = bench.call(&bench.console, service, action, &all).status;
                    let none = bench
                        .call(&bench.console, service, action, &all[..1])
                        .status;
                    assert!(status < 500 && none < 500, "{action} {value:?}");
                }
            }
        }
    }
}
