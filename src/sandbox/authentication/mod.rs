//! Who says to have signed a request, and whether that holds.
//!
//! A signature version is one way to read a [`Claim`] out of a request, and one [`Scheme`] to check it by. The `Authorization`
//! header decides which: the old Python SDK sends `x-acs-*` headers with its V1 signature too, unsigned.

mod v1;
mod v3;

use super::form;
use super::refusal::Refusal;
use crate::cloud::signature::{self, content_hash, v1_string_to_sign, v3_string_to_sign};
use crate::cloud::transport::Request;
use crate::core::secret::Secret;
use crate::core::time::Timestamp;
use chrono::{NaiveDateTime, TimeDelta};
use std::collections::HashSet;

/// A request as its sender states it; nothing of it is proven before [`Claim::check_signature`].
pub(super) struct Claim<'r> {
    pub(super) access_key_id: String,
    pub(super) action: String,
    pub(super) version: String,
    pub(super) nonce: String,
    /// The STS token that came along.
    pub(super) token: Option<String>,
    /// Those of the query and of a form body, each name once.
    pub(super) parameters: Vec<(String, String)>,
    date: String,
    signature: String,
    scheme: Scheme<'r>,
}

enum Scheme<'r> {
    /// Over all parameters and the method.
    V1(&'r str),
    /// The lower-case names of the signed headers, in the client's order.
    V3(&'r Request, Vec<String>),
}

impl<'r> Claim<'r> {
    /// Reads what the request says of itself. `MissingParameter` for what is not there, `IncompleteSignature` for what is not
    /// covered by the signature or no `Authorization` that could be read, `InvalidParameter` for a name given twice: both
    /// signatures sort, so that the two values could change places.
    pub(super) fn read(request: &'r Request) -> Result<Self, Refusal> {
        let mut parameters = request.query.clone();
        parameters.extend(form::of_body(request));
        let mut names = HashSet::new();
        if !parameters.iter().all(|(name, _)| names.insert(name)) {
            let message = "A parameter is specified more than once.";
            return Err(Refusal::new(400, "InvalidParameter", message));
        }
        match request.header("authorization") {
            Some(header) => v3::read(request, parameters, header),
            None => v1::read(request, parameters),
        }
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
    /// repeats the string to sign after a colon, since an SDK splits it there (aliyun-python-sdk-core, `client.py`).
    pub(super) fn check_signature(&self, secret: &Secret) -> Result<(), Refusal> {
        let holds = match &self.scheme {
            Scheme::V1(method) => same(
                &signature::v1(method, &self.parameters, secret),
                &self.signature,
            ),
            Scheme::V3(request, signed) => {
                let body = content_hash(&request.body);
                request.header("x-acs-content-sha256") == Some(body.as_str())
                    && same(
                        &signature::v3(request, &names(signed), secret),
                        &self.signature,
                    )
            }
        };
        if holds {
            return Ok(());
        }
        let message = format!(
            "Specified signature is not matched with our calculation. server string to sign is:{}",
            self.string_to_sign()
        );
        Err(Refusal::new(400, "SignatureDoesNotMatch", message))
    }

    fn string_to_sign(&self) -> String {
        match &self.scheme {
            Scheme::V1(method) => v1_string_to_sign(method, &self.parameters),
            Scheme::V3(request, signed) => v3_string_to_sign(request, &names(signed)),
        }
    }
}

fn names(signed: &[String]) -> Vec<&str> {
    signed.iter().map(String::as_str).collect()
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
    use crate::cloud::signature;
    use crate::cloud::transport::{
        Request,
        Service::{Ims, Ram, Sts},
    };

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

    fn v1(bench: &Bench, method: &str, changes: &[Change]) -> Request {
        let mut parameters = owned(&[
            ("Action", "GetUser"),
            ("Version", "2015-05-01"),
            ("UserName", "a b*~"),
            ("AccessKeyId", &bench.console.0),
            ("SignatureMethod", "HMAC-SHA1"),
            ("SignatureVersion", "1.0"),
            ("SignatureNonce", &crate::sys::random::nonce().unwrap()),
            ("SignatureType", ""),
            ("Timestamp", &crate::core::time::format(bench.now())),
        ]);
        let signature = signature::v1(method, &parameters, &bench.console.1);
        parameters.push(("Signature".into(), signature));
        for (name, value) in changes {
            parameters.retain(|(key, _)| key != name);
            parameters.extend(value.map(|value| ((*name).to_owned(), value.to_owned())));
        }
        Request {
            method: method.into(),
            path: "/".into(),
            query: parameters,
            headers: Vec::new(),
            body: Vec::new(),
        }
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn the_old_signature_covers_every_parameter() {
        let bench = Bench::memory();
        let outcome = |request: &Request| {
            let reply = bench.send(request);
            (reply.status, reply.code().to_owned())
        };
        let unchanged = "InvalidParameter.UserName.InvalidChars";
        for method in ["GET", "POST"] {
            assert_eq!(outcome(&v1(&bench, method, &[])).1, unchanged);
        }
        let cases: [(Change, &str); 12] = [
            (("UserName", Some("b")), "SignatureDoesNotMatch"),
            (("UserName", None), "SignatureDoesNotMatch"),
            (("Added", Some("")), "SignatureDoesNotMatch"),
            (("Action", Some("DeleteUser")), "SignatureDoesNotMatch"),
            (("SignatureNonce", Some("x")), "SignatureDoesNotMatch"),
            (("SignatureType", None), "SignatureDoesNotMatch"),
            (
                ("Timestamp", Some("2026-11-24T00:00:01Z")),
                "SignatureDoesNotMatch",
            ),
            (
                ("Timestamp", Some("2026-11-24 00:00:00")),
                "InvalidTimeStamp.Format",
            ),
            (("Timestamp", None), "MissingParameter"),
            (
                ("SignatureMethod", Some("HMAC-SHA256")),
                "IncompleteSignature",
            ),
            (
                ("SignatureType", Some("BEARERTOKEN")),
                "IncompleteSignature",
            ),
            (
                ("SecurityToken", Some("x")),
                "InvalidSecurityToken.MismatchWithAccessKey",
            ),
        ];
        for (change, code) in cases {
            assert_eq!(
                outcome(&v1(&bench, "POST", &[change])).1,
                code,
                "{change:?}"
            );
        }
        let mut other_method = v1(&bench, "POST", &[]);
        other_method.method = "GET".into();
        let reply = bench.send(&other_method);
        let told = reply.text("Message").split(':').nth(1).unwrap();
        let expected = signature::v1_string_to_sign("GET", &other_method.query);
        assert_eq!(
            told, expected,
            "an SDK compares what follows the colon with its own"
        );
        let mut twice = v1(&bench, "POST", &[]);
        twice.query.insert(0, ("UserName".into(), "c".into()));
        assert_eq!(outcome(&twice), (400, "InvalidParameter".into()));
        let once = v1(&bench, "POST", &[]);
        assert_eq!(outcome(&once).1, unchanged);
        assert_eq!(outcome(&once), (400, "SignatureNonceUsed".into()));
    }

    /// The old Python SDK sends these headers with its V1 signature, unsigned.
    #[test]
    fn headers_of_v3_mean_nothing_beside_the_old_signature() {
        let bench = Bench::memory();
        let mut request = v1(&bench, "POST", &[]);
        request.headers = owned(&[
            ("x-acs-action", "DeleteUser"),
            ("x-acs-version", "2019-08-15"),
        ]);
        let reply = bench.send(&request);
        assert_eq!(reply.code(), "InvalidParameter.UserName.InvalidChars");
    }

    #[test]
    fn a_form_is_signed_with_the_query_by_the_old_signature() {
        let bench = Bench::memory();
        let mut request = v1(&bench, "POST", &[]);
        request.query.retain(|(name, _)| name != "UserName");
        request.headers = owned(&[("content-type", "application/x-www-form-urlencoded")]);
        request.body = b"UserName=a+b%2A~".to_vec();
        let reply = bench.send(&request);
        assert_eq!(reply.code(), "InvalidParameter.UserName.InvalidChars");
        request.body = b"UserName=a+c%2A~".to_vec();
        assert_eq!(bench.send(&request).code(), "SignatureDoesNotMatch");
    }
}
