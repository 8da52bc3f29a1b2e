use crate::cloud::transport::Service::{Ims, Ram};
use crate::sandbox::testing::{ACCOUNT, Bench, benches};
use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::TimeDelta;

fn page(bench: &Bench, parameters: &[(&str, &str)]) -> (String, String, String) {
    let body = bench.done(&bench.console, Ims, "GetCredentialReport", parameters);
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let content = BASE64_STANDARD.decode(text("Content")).unwrap();
    let content = String::from_utf8(content).unwrap();
    (content, text("IsTruncated"), text("NextToken"))
}

#[test]
fn the_credential_report_tells_of_everybody_in_pages() {
    for bench in benches() {
        let early = bench.outcome(&bench.console, Ims, "GetCredentialReport", &[]);
        assert_eq!(early, (404, "EntityNotExist.CredentialReport".into()));
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "bob")]);
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
        bench.new_pair("alice");
        let made = bench.done(&bench.console, Ims, "GenerateCredentialReport", &[]);
        assert_eq!(made["State"], "COMPLETED");
        let (content, more, _) = page(&bench, &[]);
        let rows: Vec<&str> = content.lines().collect();
        assert!(
            rows[0].starts_with("user,user_creation_time,")
                && rows[0].ends_with(",access_key_2_last_used")
        );
        assert!(rows[1].starts_with("<root>,2026-11-24T00:00:00Z,"));
        let alice = format!(
            "alice@{ACCOUNT}.onaliyun.com,2026-11-24T00:00:00Z,-,FALSE,N/A,N/A,N/A,FALSE,TRUE,TRUE,2026-11-24T00:00:00Z,-,FALSE,N/A,N/A,N/A"
        );
        assert_eq!(rows[2], alice);
        assert!(rows.iter().all(|row| row.split(',').count() == 16));
        assert_eq!((rows.len(), more.as_str()), (4, "false"));

        let mut token = String::new();
        let mut paged = Vec::new();
        loop {
            let (content, more, next) = page(&bench, &[("MaxItems", "1"), ("NextToken", &token)]);
            paged.extend(content.lines().skip(1).map(str::to_owned));
            token = next;
            if more == "false" {
                break;
            }
        }
        assert_eq!(paged, rows[1..]);
    }
}

#[test]
fn a_report_is_made_anew_after_four_hours() {
    let bench = Bench::memory();
    let generated = || {
        bench.done(&bench.console, Ims, "GenerateCredentialReport", &[]);
        bench.done(&bench.console, Ims, "GetCredentialReport", &[])["GeneratedTime"].clone()
    };
    assert_eq!(generated(), "2026-11-24T00:00:00Z");
    bench.turn(TimeDelta::minutes(239));
    assert_eq!(generated(), "2026-11-24T00:00:00Z");
    bench.turn(TimeDelta::minutes(1));
    assert_eq!(generated(), "2026-11-24T04:00:00Z");
}

#[test]
fn network_policies_are_checked_and_kept() {
    let good = r#"{"Version":1,"Status":"Active","Statements":[{"Type":"ClassicWhiteList","IPList":["10.0.0.0/8","::1"]},{"Type":"VPCWhiteList","Value":"AllowAllVPC","IPList":[]}]}"#;
    let classic = r#"{"Type":"ClassicWhiteList","IPList":[]}"#;
    let bad = [
        "x".to_owned(),
        good.replace(":1,", ":2,"),
        good.replace("Active", "active"),
        good.replace("/8", "/33"),
        good.replace("::1", "localhost"),
        good.replace("AllowAllVPC", ""),
        format!(r#"{{"Version":1,"Status":"Active","Statements":[{classic},{classic}]}}"#),
        r#"{"Version":1,"Status":"Active","Statements":null}"#.to_owned(),
    ];
    for bench in benches() {
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
        let id = bench.new_pair("alice").0;
        let name = format!("alice@{ACCOUNT}.onaliyun.com");
        let pair = [
            ("UserPrincipalName", name.as_str()),
            ("UserAccessKeyId", id.as_str()),
        ];
        let get = || {
            bench.done(&bench.console, Ims, "GetAccessKeyPolicy", &pair)["AccessKeyPolicy"].clone()
        };
        assert_eq!(
            get(),
            r#"{"Version":1,"Status":"Inactive","Statements":[]}"#
        );
        let set = |policy| {
            let all = [pair[0], pair[1], ("AccessKeyPolicy", policy)];
            bench.outcome(&bench.console, Ims, "SetAccessKeyPolicy", &all)
        };
        assert_eq!(set(good), (200, String::new()));
        for policy in &bad {
            assert_eq!(
                set(policy),
                (400, "InvalidParameter.AccessKeyPolicy".into()),
                "{policy}"
            );
        }
        assert_eq!(get(), good);
        bench.done(
            &bench.console,
            Ims,
            "SetAccessKeyPolicyForAccount",
            &[("AccessKeyPolicy", good)],
        );
        let common = bench.done(&bench.console, Ims, "GetAccessKeyPolicyForAccount", &[]);
        assert_eq!(common["AccessKeyPolicy"], good);
    }
}

#[test]
fn preferences_of_ims_have_the_idle_days() {
    let bench = Bench::memory();
    bench.walk(
        &bench.console,
        &[
            "Ims SetSecurityPreference MaxIdleDaysForAccessKeys=91 => 400 InvalidParameter.MaxIdleDaysForAccessKeys",
            "Ims SetSecurityPreference MaxIdleDaysForAccessKeys=90&AllowUserToManageAccessKeys=true => 200",
        ],
    );
    let told = bench.done(&bench.console, Ims, "GetSecurityPreference", &[]);
    assert_eq!(
        told["SecurityPreference"]["MaxIdleDays"]["MaxIdleDaysForAccessKeys"],
        90
    );
    assert_eq!(
        told["SecurityPreference"]["AccessKeyPreference"]["AllowUserToManageAccessKeys"],
        true
    );
}
