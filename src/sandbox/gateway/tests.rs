//! The gateway from outside: the form of answers, and requests that nobody ought to make.

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
        "MaxIdleDaysForAccessKeys",
        "AccessKeyPolicy",
        "NextToken",
        "RoleArn",
        "RoleSessionName",
        "DurationSeconds",
        "Policy",
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
