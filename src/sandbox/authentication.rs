//! Who says to have signed a request, and whether that holds.
//!
//! A signature version is one way to read a [`Claim`] out of a request, and one [`Scheme`] to check it by.

use super::form;
use super::refusal::Refusal;
use crate::cloud::signature::{V3, content_hash, v3, v3_string_to_sign};
use crate::cloud::transport::Request;
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use chrono::{NaiveDateTime, TimeDelta};

/// What a V3 request must carry, once each, and sign.
const REQUIRED: [&str; 6] = [
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
];
/// Far above what any SDK signs.
const MOST_SIGNED: usize = 64;

/// A request as its sender states it; nothing of it is proven before [`Claim::check_signature`].
pub(super) struct Claim<'r> {
    pub(super) access_key_id: String,
    pub(super) action: String,
    pub(super) version: String,
    pub(super) nonce: String,
    /// The operation's own: those of the query and of a form body.
    pub(super) parameters: Vec<(String, String)>,
    date: String,
    signature: String,
    scheme: Scheme<'r>,
}

enum Scheme<'r> {
    /// The lower-case names of the signed headers, in the client's order.
    V3(&'r Request, Vec<String>),
}

impl<'r> Claim<'r> {
    /// Reads what the request says of itself. `MissingParameter` for what is not there, `IncompleteSignature` for what is not
    /// covered by the signature or no `Authorization` that could be read.
    pub(super) fn read(request: &'r Request) -> Result<Self, Refusal> {
        let authorization = request
            .header("authorization")
            .ok_or_else(|| Refusal::missing("Authorization"))?;
        let parts = Authorization::read(authorization).ok_or_else(incomplete)?;
        let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
        for name in REQUIRED {
            if header(name).is_empty() {
                return Err(Refusal::missing(name));
            }
            // A second one could change places with the first: the signature sorts them.
            let once = request
                .headers
                .iter()
                .filter(|(key, _)| key == name)
                .count()
                == 1;
            if !once || !parts.signed.iter().any(|signed| signed == name) {
                return Err(incomplete());
            }
        }
        let mut parameters = request.query.clone();
        parameters.extend(form::of_body(request));
        Ok(Self {
            access_key_id: parts.credential,
            action: header("x-acs-action"),
            version: header("x-acs-version"),
            nonce: header("x-acs-signature-nonce"),
            parameters,
            date: header("x-acs-date"),
            signature: parts.signature,
            scheme: Scheme::V3(request, parts.signed),
        })
    }

    /// Whether the request was dated within 15 minutes of now: `InvalidTimeStamp.Format`, `InvalidTimeStamp.Expired`.
    pub(super) fn check_date(&self, now: Timestamp) -> Result<(), Refusal> {
        let date = NaiveDateTime::parse_from_str(&self.date, "%Y-%m-%dT%H:%M:%SZ");
        let date = date.map_err(|_| {
            let message = "Specified time stamp or date value is not well formatted.";
            Refusal::new(400, "InvalidTimeStamp.Format", message)
        })?;
        if (now - date.and_utc()).abs() > TimeDelta::minutes(15) {
            let message = "Specified time stamp or date value is expired.";
            return Err(Refusal::new(400, "InvalidTimeStamp.Expired", message));
        }
        Ok(())
    }

    /// Whether the request and its body are what the owner of the secret signed: `SignatureDoesNotMatch`, whose message
    /// repeats the string to sign after a colon, since an SDK splits it there.
    pub(super) fn check_signature(&self, secret: &Secret) -> Result<(), Refusal> {
        let Scheme::V3(request, signed) = &self.scheme;
        let signed: Vec<&str> = signed.iter().map(String::as_str).collect();
        let body = content_hash(&request.body);
        let whole = request.header("x-acs-content-sha256") == Some(body.as_str());
        if whole && same(&v3(request, &signed, secret), &self.signature) {
            return Ok(());
        }
        let message = format!(
            "Specified signature is not matched with our calculation. server string to sign is:{}",
            v3_string_to_sign(request, &signed)
        );
        Err(Refusal::new(400, "SignatureDoesNotMatch", message))
    }
}

/// The parts of `ACS3-HMAC-SHA256 Credential=…,SignedHeaders=…,Signature=…`.
#[derive(Default)]
struct Authorization {
    credential: String,
    signed: Vec<String>,
    signature: String,
}

impl Authorization {
    fn read(header: &str) -> Option<Self> {
        let mut read = Self::default();
        for part in header.strip_prefix(V3)?.strip_prefix(' ')?.split(',') {
            match part.trim().split_once('=')? {
                ("Credential", id) => id.clone_into(&mut read.credential),
                ("SignedHeaders", names) => {
                    read.signed = names.split(';').map(str::to_ascii_lowercase).collect();
                }
                ("Signature", signature) => signature.clone_into(&mut read.signature),
                _ => return None,
            }
        }
        (!read.credential.is_empty()
            && !read.signature.is_empty()
            && read.signed.len() <= MOST_SIGNED)
            .then_some(read)
    }
}

fn incomplete() -> Refusal {
    let message = "The request signature does not conform to Aliyun standards.";
    Refusal::new(400, "IncompleteSignature", message)
}

/// Whether both are the same, in a time that does not tell where they differ.
fn same(one: &str, other: &str) -> bool {
    let differing = |all, (a, b): (u8, u8)| all | (a ^ b);
    one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, differing) == 0
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Bench, benches, credentials};
    use crate::cloud::transport::Service::{Ims, Ram, Sts};

    /// A header's name and the value that replaces it; `None` takes it away.
    type Change = (&'static str, Option<&'static str>);

    #[test]
    fn what_a_signature_does_not_cover_is_refused() {
        let cases: [(Change, u16, &str); 12] = [
            (("authorization", None), 400, "MissingParameter"),
            (
                ("authorization", Some("Basic eDp5")),
                400,
                "IncompleteSignature",
            ),
            (
                ("authorization", Some("ACS3-HMAC-SHA256 Credential=a")),
                400,
                "IncompleteSignature",
            ),
            (("x-acs-action", None), 400, "MissingParameter"),
            (
                ("x-acs-action", Some("Explode")),
                404,
                "InvalidAction.NotFound",
            ),
            (("x-acs-version", Some("2001-01-01")), 400, "InvalidVersion"),
            (
                ("x-acs-date", Some("yesterday")),
                400,
                "InvalidTimeStamp.Format",
            ),
            (
                ("x-acs-date", Some("2026-11-24T00:00:01Z")),
                400,
                "SignatureDoesNotMatch",
            ),
            (
                ("x-acs-date", Some("2026-11-23T23:44:59Z")),
                400,
                "InvalidTimeStamp.Expired",
            ),
            (
                ("x-acs-date", Some("2026-11-24T00:15:01Z")),
                400,
                "InvalidTimeStamp.Expired",
            ),
            (
                ("x-acs-signature-nonce", Some("other")),
                400,
                "SignatureDoesNotMatch",
            ),
            (
                ("x-acs-content-sha256", Some("00")),
                400,
                "SignatureDoesNotMatch",
            ),
        ];
        let bench = Bench::memory();
        for ((name, value), status, code) in cases {
            let mut request = bench.signed(&bench.console, Sts, "GetCallerIdentity", &[]);
            request.headers.retain(|(key, _)| key != name);
            request
                .headers
                .extend(value.map(|value| (name.to_owned(), value.to_owned())));
            let answer = bench.send(&request);
            assert_eq!((answer.status, answer.code()), (status, code), "{name}");
        }
    }

    #[test]
    fn a_changed_request_does_not_match_and_is_told_the_string_to_sign() {
        let bench = Bench::memory();
        let signed = || bench.signed(&bench.console, Ram, "GetUser", &[("UserName", "a")]);
        let mut changed = [signed(), signed(), signed(), signed()];
        changed[0].query[0].1 = "b".into();
        changed[1].body = b"x".to_vec();
        changed[2].method = "GET".into();
        changed[3].headers.push(("x-acs-date".into(), "x".into()));
        for (request, code) in changed.iter().zip([
            "SignatureDoesNotMatch",
            "SignatureDoesNotMatch",
            "SignatureDoesNotMatch",
            "IncompleteSignature",
        ]) {
            let answer = bench.send(request);
            assert_eq!((answer.status, answer.code()), (400, code));
            assert_eq!(
                answer
                    .text("Message")
                    .contains("to sign is:ACS3-HMAC-SHA256\n"),
                code == "SignatureDoesNotMatch"
            );
        }
        assert_eq!(bench.send(&signed()).code(), "EntityNotExist.User");
    }

    #[test]
    fn a_request_is_taken_once() {
        let bench = Bench::memory();
        let request = bench.signed(&bench.console, Sts, "GetCallerIdentity", &[]);
        assert_eq!(bench.send(&request).status, 200);
        let again = bench.send(&request);
        assert_eq!((again.status, again.code()), (400, "SignatureNonceUsed"));
    }

    #[test]
    fn a_body_form_is_signed_and_read() {
        let bench = Bench::memory();
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
        let request = bench.signed_form(&bench.console, Ram, "GetUser", "UserName=alice");
        assert_eq!(bench.send(&request).status, 200);
    }

    #[test]
    fn a_pair_signs_while_it_is_active() {
        for bench in benches() {
            bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
            let pair = bench.new_pair("alice");
            let whoami = |who| {
                let answer = bench.call(who, Sts, "GetCallerIdentity", &[]);
                (answer.status, answer.code().to_owned())
            };
            let key = ("UserAccessKeyId", pair.0.as_str());
            let name = ("UserName", "alice");
            let set = |status| {
                let parameters = [name, key, ("Status", status)];
                bench.done(&bench.console, Ram, "UpdateAccessKey", &parameters);
            };
            assert_eq!(whoami(&pair), (200, String::new()));
            set("Inactive");
            assert_eq!(whoami(&pair), (400, "InvalidAccessKeyId.Inactive".into()));
            set("Active");
            assert_eq!(whoami(&pair).0, 200);
            bench.done(&bench.console, Ram, "DeleteAccessKey", &[name, key]);
            assert_eq!(whoami(&pair), (404, "InvalidAccessKeyId.NotFound".into()));
            let unknown = credentials("LTAI5tSANDBOXunknown0000");
            assert_eq!(whoami(&unknown).0, 404);
            let other = bench.new_pair("alice");
            let wrong = (other.0.clone(), credentials("another").1);
            assert_eq!(whoami(&wrong), (400, "SignatureDoesNotMatch".into()));
        }
    }

    #[test]
    fn the_console_is_let_in_only_where_it_was_built_in() {
        let bench = Bench::without_console();
        let answer = bench.call(&bench.console, Ims, "GetAccountSummary", &[]);
        assert_eq!(answer.code(), "InvalidAccessKeyId.NotFound");
    }
}
