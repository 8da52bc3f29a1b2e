//! RAM's rules, asked through the gateway with signed requests, over both kinds of records.

mod pairs;
mod permissions;
mod recycle_bin;
mod reports;
mod roles;
mod users;

use crate::cloud::transport::Service::{self, Ims, Ram, Sts};
use crate::sandbox::testing::{ACCOUNT, Bench, benches};
use serde_json::Value;

/// Every operation there is.
pub(crate) const ALL: [(Service, &str); 42] = [
    (Ram, "CreateAccessKey"),
    (Ram, "ListAccessKeys"),
    (Ram, "UpdateAccessKey"),
    (Ram, "DeleteAccessKey"),
    (Ram, "GetAccessKeyLastUsed"),
    (Ram, "CreateUser"),
    (Ram, "GetUser"),
    (Ram, "ListUsers"),
    (Ram, "UpdateUser"),
    (Ram, "DeleteUser"),
    (Ram, "AttachPolicyToUser"),
    (Ram, "DetachPolicyFromUser"),
    (Ram, "ListPoliciesForUser"),
    (Ram, "ListGroupsForUser"),
    (Ram, "GetAccountAlias"),
    (Ram, "GetSecurityPreference"),
    (Ram, "SetSecurityPreference"),
    (Ims, "CreateAccessKey"),
    (Ims, "ListAccessKeys"),
    (Ims, "UpdateAccessKey"),
    (Ims, "DeleteAccessKey"),
    (Ims, "GetAccessKeyLastUsed"),
    (Ims, "CreateUser"),
    (Ims, "GetUser"),
    (Ims, "ListUsers"),
    (Ims, "DeleteUser"),
    (Ims, "GetDefaultDomain"),
    (Ims, "GetAccountSummary"),
    (Ims, "ListAccessKeysInRecycleBin"),
    (Ims, "GetAccessKeyInfoInRecycleBin"),
    (Ims, "RestoreAccessKeyFromRecycleBin"),
    (Ims, "DeleteAccessKeyInRecycleBin"),
    (Ims, "GetSecurityPreference"),
    (Ims, "SetSecurityPreference"),
    (Ims, "GetAccessKeyPolicy"),
    (Ims, "SetAccessKeyPolicy"),
    (Ims, "GetAccessKeyPolicyForAccount"),
    (Ims, "SetAccessKeyPolicyForAccount"),
    (Ims, "GenerateCredentialReport"),
    (Ims, "GetCredentialReport"),
    (Sts, "AssumeRole"),
    (Sts, "GetCallerIdentity"),
];

#[test]
fn every_operation_is_found_and_others_are_not() {
    let bench = Bench::memory();
    for (service, action) in ALL {
        let code = bench.outcome(&bench.console, service, action, &[]).1;
        assert_ne!(code, "InvalidAction.NotFound", "{action}");
    }
    for (service, action) in [
        (Ram, "GetCallerIdentity"),
        (Sts, "CreateUser"),
        (Ims, "UpdateUser"),
    ] {
        let outcome = bench.outcome(&bench.console, service, action, &[]);
        assert_eq!(outcome, (404, "InvalidAction.NotFound".into()), "{action}");
    }
}

#[test]
fn the_account_tells_of_itself() {
    for bench in benches() {
        bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "alice")]);
        let call = |service, action| bench.done(&bench.console, service, action, &[]);
        assert_eq!(call(Ram, "GetAccountAlias")["AccountAlias"], ACCOUNT);
        let domain = format!("{ACCOUNT}.onaliyun.com");
        assert_eq!(call(Ims, "GetDefaultDomain")["DefaultDomainName"], domain);
        let preference = call(Ram, "GetSecurityPreference");
        let allow = &preference["SecurityPreference"]["AccessKeyPreference"];
        assert_eq!(allow["AllowUserToManageAccessKeys"], false);
        let summary = &call(Ims, "GetAccountSummary")["SummaryMap"];
        assert_eq!(summary["AccessKeysPerUserQuota"], 2);
        assert_eq!(summary["Users"], 1);
        assert_eq!(summary["UsersQuota"], 5000);
    }
}

/// The AccessKey IDs in a list of pairs.
fn ids(list: &Value) -> Vec<String> {
    let pairs = list["AccessKeys"]["AccessKey"].as_array().unwrap();
    let id = |pair: &Value| pair["AccessKeyId"].as_str().unwrap().to_owned();
    pairs.iter().map(id).collect()
}
