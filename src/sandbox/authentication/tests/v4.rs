//! What V4 has and V3 has not: a key for one day, region and product.

use super::super::super::testing::{Bench, Credentials};
use crate::cloud::signature::{Scope, v4};
use crate::cloud::transport::{Request, Service::Ram};

const SIGNED: &str = "content-type;host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-security-token;\
                      x-acs-signature-nonce;x-acs-version";

/// Signs a request anew by V4, for the day of its `x-acs-date`.
pub(super) fn signed(request: Request, who: &Credentials) -> Request {
    let day = request.header("x-acs-date").unwrap()[..10].replace('-', "");
    signed_for(
        request,
        who,
        &format!("{day}/cn-hangzhou/Ram/aliyun_v4_request"),
    )
}

fn signed_for(mut request: Request, who: &Credentials, scope: &str) -> Request {
    request.headers.retain(|(name, _)| name != "authorization");
    let credential = format!("{}/{scope}", who.0);
    let (_, scope) = Scope::split(&credential).unwrap();
    let names = SIGNED.split(';');
    let names: Vec<&str> = names
        .filter(|name| request.header(name).is_some())
        .collect();
    let signature = v4(&request, &names, &scope, &who.1);
    let header = format!(
        "ACS4-HMAC-SHA256 Credential={credential},SignedHeaders={},Signature={signature}",
        names.join(";")
    );
    request.headers.push(("authorization".into(), header));
    request
}

fn list_users(bench: &Bench) -> Request {
    bench.signed(&bench.console, Ram, "ListUsers", &[])
}

#[test]
fn what_the_scope_or_the_header_does_not_say_rightly_is_refused() {
    let bench = Bench::memory();
    let cases = [
        ("20261124", "20261123", "IncompleteSignature"),
        ("20261124", "2026-11-24", "IncompleteSignature"),
        ("20261124", "", "IncompleteSignature"),
        ("/20261124", "", "IncompleteSignature"),
        ("/cn-hangzhou", "/", "IncompleteSignature"),
        ("/Ram", "/", "IncompleteSignature"),
        ("/Ram", "/Ram/x", "IncompleteSignature"),
        ("aliyun_v4_request", "", "IncompleteSignature"),
        (
            "aliyun_v4_request",
            "aliyun_v3_request",
            "IncompleteSignature",
        ),
        (
            "aliyun_v4_request",
            "aliyun_v4_request/",
            "IncompleteSignature",
        ),
        (
            "/20261124/cn-hangzhou/Ram/aliyun_v4_request",
            "",
            "IncompleteSignature",
        ),
        (&bench.console.0, "", "IncompleteSignature"),
        (";x-acs-version", "", "IncompleteSignature"),
        ("ACS4-HMAC-SHA256", "ACS4-HMAC-SM3", "IncompleteSignature"),
        (
            "ACS4-HMAC-SHA256",
            "ACS5-HMAC-SHA256",
            "IncompleteSignature",
        ),
        (
            "ACS4-HMAC-SHA256",
            "acs4-hmac-sha256",
            "IncompleteSignature",
        ),
        ("Credential=", "Other=,Credential=", "IncompleteSignature"),
        // V3 has no scope, so that all of it is the id.
        (
            "ACS4-HMAC-SHA256",
            "ACS3-HMAC-SHA256",
            "InvalidAccessKeyId.NotFound",
        ),
        ("/cn-hangzhou", "/center", "SignatureDoesNotMatch"),
        ("/Ram", "/ram", "SignatureDoesNotMatch"),
    ];
    for (from, to, code) in cases {
        let mut request = signed(list_users(&bench), &bench.console);
        let header = &mut request.headers.last_mut().unwrap().1;
        assert!(header.contains(from), "{from}");
        *header = header.replacen(from, to, 1);
        assert_eq!(bench.send(&request).code(), code, "{from} -> {to}");
    }
}

#[test]
fn region_and_product_are_what_the_client_makes_of_them() {
    let bench = Bench::memory();
    for names in ["cn-hangzhou/Ram", "center/ram", "ap-southeast-1/RAM", "é/-"] {
        let scope = format!("20261124/{names}/aliyun_v4_request");
        let request = signed_for(list_users(&bench), &bench.console, &scope);
        assert_eq!(bench.send(&request).status, 200, "{names}");
    }
}

/// One second before midnight, read at midnight.
#[test]
fn the_day_of_the_key_is_that_of_the_request_and_not_of_the_server() {
    let bench = Bench::memory();
    let outcome = |day: &str| {
        let mut request = list_users(&bench);
        for (name, value) in &mut request.headers {
            if name == "x-acs-date" {
                "2026-11-23T23:59:59Z".clone_into(value);
            }
        }
        let scope = format!("{day}/cn-hangzhou/Ram/aliyun_v4_request");
        let reply = bench.send(&signed_for(request, &bench.console, &scope));
        (reply.status, reply.code().to_owned())
    };
    assert_eq!(outcome("20261123"), (200, String::new()));
    assert_eq!(outcome("20261124"), (400, "IncompleteSignature".into()));
}

#[test]
fn a_nonce_is_used_up_by_either_signature() {
    let bench = Bench::memory();
    let v3 = list_users(&bench);
    assert_eq!(bench.send(&v3).status, 200);
    let reply = bench.send(&signed(v3, &bench.console));
    assert_eq!(reply.code(), "SignatureNonceUsed");
}
