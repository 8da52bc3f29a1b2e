mod v4;

use super::super::testing::{Bench, Credentials, benches, credentials};
use crate::cloud::signature;
use crate::cloud::transport::{
    Request,
    Service::{Ims, Ram, Sts},
};

/// A header's name and the value that replaces it; `None` takes it away.
type Change = (&'static str, Option<&'static str>);

/// Signs a request anew that V3 signed.
type Signer = fn(Request, &Credentials) -> Request;

/// The algorithms that sign headers.
const SIGNERS: [(&str, Signer); 2] = [
    ("ACS3-HMAC-SHA256", |request, _| request),
    ("ACS4-HMAC-SHA256", v4::signed),
];

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
    for (algorithm, sign) in SIGNERS {
        for ((name, value), status, code) in cases {
            let request = bench.signed(&bench.console, Sts, "GetCallerIdentity", &[]);
            let mut request = sign(request, &bench.console);
            request.headers.retain(|(key, _)| key != name);
            request
                .headers
                .extend(value.map(|value| (name.to_owned(), value.to_owned())));
            let answer = bench.send(&request);
            let outcome = (answer.status, answer.code());
            assert_eq!(outcome, (status, code), "{algorithm}: {name}");
        }
    }
}

#[test]
fn a_changed_request_does_not_match_and_is_told_the_string_to_sign() {
    let bench = Bench::memory();
    for (algorithm, sign) in SIGNERS {
        let signed = || {
            let request = bench.signed(&bench.console, Ram, "GetUser", &[("UserName", "a")]);
            sign(request, &bench.console)
        };
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
                    .contains(&format!("to sign is:{algorithm}\n")),
                code == "SignatureDoesNotMatch"
            );
        }
        assert_eq!(bench.send(&signed()).code(), "EntityNotExist.User");
    }
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
