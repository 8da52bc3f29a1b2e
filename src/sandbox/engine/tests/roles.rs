use crate::cloud::transport::{Request, Service::Sts};
use crate::core::secret::Secret;
use crate::sandbox::testing::{ACCOUNT, Bench, Credentials, benches};
use chrono::TimeDelta;
use serde_json::Value;

const ARN: &str = "acs:ram::1234567890123456:role/sandbox-role";

/// A session's credentials and its token.
struct Session(Credentials, String);

fn administrator(bench: &Bench) -> Credentials {
    let policy = "UserName=admin&PolicyType=System&PolicyName=AliyunRAMFullAccess";
    bench.walk(
        &bench.console,
        &[
            "Ram CreateUser UserName=admin => 200",
            &format!("Ram AttachPolicyToUser {policy} => 200"),
        ],
    );
    bench.new_pair("admin")
}

fn assume(bench: &Bench, who: &Credentials, more: &[(&str, &str)]) -> (Session, Value) {
    let mut parameters = vec![("RoleArn", ARN), ("RoleSessionName", "s1")];
    parameters.extend(more);
    let body = bench.done(who, Sts, "AssumeRole", &parameters);
    let text = |name: &str| body["Credentials"][name].as_str().unwrap().to_owned();
    let secret = Secret::new(text("AccessKeySecret")).unwrap();
    (
        Session((text("AccessKeyId"), secret), text("SecurityToken")),
        body,
    )
}

impl Session {
    fn outcome(&self, bench: &Bench, line: &str) -> String {
        let request = bench.signed_with_token(&self.0, &self.1, line);
        outcome(bench, &request)
    }
}

fn outcome(bench: &Bench, request: &Request) -> String {
    let reply = bench.send(request);
    format!("{} {}", reply.status, reply.code())
        .trim()
        .to_owned()
}

#[test]
fn a_session_works_as_the_role_until_it_ends() {
    for bench in benches() {
        let admin = administrator(&bench);
        let (session, body) = assume(&bench, &admin, &[("DurationSeconds", "900")]);
        assert!(session.0.0.starts_with("STS.SANDBOX") && session.0.0.len() == 24);
        assert_eq!(session.0.1.expose().len(), 44);
        assert_eq!(body["Credentials"]["Expiration"], "2026-11-24T00:15:00Z");
        assert_eq!(body["AssumedRoleUser"]["Arn"], format!("{ARN}/s1"));
        let me =
            bench.send(&bench.signed_with_token(&session.0, &session.1, "Sts GetCallerIdentity"));
        assert_eq!(me.text("IdentityType"), "AssumedRoleUser");
        assert_eq!(
            me.text("Arn"),
            format!("acs:ram::{ACCOUNT}:assumed-role/sandbox-role/s1")
        );
        assert_eq!(me.text("PrincipalId"), format!("{}:s1", me.text("RoleId")));
        for (line, expected) in [
            ("Ram CreateUser UserName=alice", "200"),
            ("Ram CreateAccessKey UserName=alice", "200"),
            ("Ram CreateAccessKey", "400 MissingParameter"),
            ("Ims ListAccessKeys", "400 MissingParameter"),
            ("Ims ListAccessKeysInRecycleBin", "400 MissingParameter"),
            (
                &format!("Sts AssumeRole RoleArn={ARN}&RoleSessionName=s2"),
                "403 NoPermission",
            ),
        ] {
            assert_eq!(session.outcome(&bench, line), expected, "{line}");
        }
        bench.turn(TimeDelta::seconds(899));
        assert_eq!(session.outcome(&bench, "Sts GetCallerIdentity"), "200");
        bench.turn(TimeDelta::seconds(1));
        let expired = session.outcome(&bench, "Sts GetCallerIdentity");
        assert_eq!(expired, "400 InvalidSecurityToken.Expired");
    }
}

#[test]
fn a_token_is_good_for_its_session_alone() {
    let bench = Bench::memory();
    let admin = administrator(&bench);
    let (one, two) = (assume(&bench, &admin, &[]).0, assume(&bench, &admin, &[]).0);
    let whoami = |who: &Credentials, token: &str| {
        outcome(
            &bench,
            &bench.signed_with_token(who, token, "Sts GetCallerIdentity"),
        )
    };
    assert_eq!(whoami(&one.0, &one.1), "200");
    assert_eq!(
        whoami(&one.0, &two.1),
        "400 InvalidSecurityToken.MismatchWithAccessKey"
    );
    assert_eq!(
        whoami(&admin, &one.1),
        "400 InvalidSecurityToken.MismatchWithAccessKey"
    );
    let mut changed = one.1.clone();
    changed.replace_range(60..61, if &changed[60..61] == "A" { "B" } else { "A" });
    for token in ["x", "CAIS", "CAISé", &changed, &one.1[4..]] {
        assert_eq!(
            whoami(&one.0, token),
            "400 InvalidSecurityToken.Malformed",
            "{token}"
        );
    }
    let none = bench.signed(&one.0, Sts, "GetCallerIdentity", &[]);
    assert_eq!(outcome(&bench, &none), "400 MissingSecurityToken");
    let wrong = (one.0.0.clone(), Secret::new("wrong".to_owned()).unwrap());
    assert_eq!(whoami(&wrong, &one.1), "400 SignatureDoesNotMatch");
    let mut unsigned = none;
    unsigned
        .headers
        .push(("x-acs-security-token".into(), one.1.clone()));
    assert_eq!(outcome(&bench, &unsigned), "400 IncompleteSignature");
}

#[test]
fn a_role_is_assumed_by_those_it_trusts_and_as_the_document_says() {
    for bench in benches() {
        let admin = administrator(&bench);
        let arn = format!("RoleArn={ARN}");
        let good = format!("Sts AssumeRole {arn}&RoleSessionName=s1");
        let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:Get*","Resource":"*"}]}"#;
        bench.walk(
            &bench.console,
            &[
                &format!("{good} => 403 NoPermission"),
                "Ram CreateUser UserName=bob => 200",
            ],
        );
        let root = bench.call(&bench.console, Sts, "AssumeRole", &[]);
        assert_eq!(
            root.text("Message"),
            "Roles may not be assumed by root accounts."
        );
        bench.walk(
            &admin,
            &[
                &format!("{good}&DurationSeconds=43200 => 200"),
                &format!("{good}&DurationSeconds=899 => 400 InvalidParameter.DurationSeconds"),
                &format!("{good}&DurationSeconds=43201 => 400 InvalidParameter.DurationSeconds"),
                &format!("{good}&DurationSeconds=1h => 400 InvalidParameter.DurationSeconds"),
                &format!("{good}&Policy={policy} => 200"),
                &format!("{good}&Policy=x => 400 InvalidParameter.PolicyGrammar"),
                &format!("{good}&Policy={} => 400 InvalidParameter.PolicySize", "x".repeat(2049)),
                &format!("{good}&ExternalId=x => 400 InvalidParameter.ExternalId"),
                &format!("Sts AssumeRole {arn} => 400 MissingParameter"),
                &format!("Sts AssumeRole {arn}&RoleSessionName=s => 400 InvalidParameter.RoleSessionName"),
                &format!("Sts AssumeRole {arn}&RoleSessionName=a+b => 400 InvalidParameter.RoleSessionName"),
                "Sts AssumeRole RoleArn=x&RoleSessionName=s1 => 400 InvalidParameter.RoleArn",
                &format!("Sts AssumeRole {arn}x&RoleSessionName=s1 => 404 EntityNotExist.Role"),
                "Sts AssumeRole RoleArn=acs:ram::1:role/sandbox-role&RoleSessionName=s1 => 403 NoPermission",
            ],
        );
        let bob = bench.new_pair("bob");
        bench.walk(&bob, &[&format!("{good} => 403 NoPermission")]);
        let attach = "UserName=bob&PolicyType=System&PolicyName=AliyunSTSAssumeRoleAccess";
        bench.walk(
            &bench.console,
            &[&format!("Ram AttachPolicyToUser {attach} => 200")],
        );
        bench.walk(
            &bob,
            &[
                &format!("{good} => 200"),
                "Ram ListUsers => 403 NoPermission",
            ],
        );
        let session = assume(&bench, &bob, &[("Policy", policy)]).0;
        assert_eq!(session.outcome(&bench, "Ram GetUser UserName=bob"), "200");
        assert_eq!(
            session.outcome(&bench, "Ram DeleteUser UserName=bob"),
            "403 NoPermission"
        );
    }
}
