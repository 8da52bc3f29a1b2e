//! RAM's rules: what each operation demands, changes and answers.

mod account;
mod call;
mod holder;
mod identity;
mod network_policy;
mod pairs;
mod policies;
mod recycle_bin;
mod report;
mod roles;
mod session_policy;
#[cfg(test)]
pub(super) mod tests;
mod users;

pub(super) use call::{Call, Caller};
pub(super) use identity::{Signer, unknown_pair};
#[cfg(feature = "server")]
pub(super) use roles::role_arn;

use super::refusal::Refusal;
use crate::cloud::transport::Service::{self, Ims, Ram, Sts};
use serde_json::Value;

/// What an operation answers, but for `RequestId`.
type Answer = Result<Value, Refusal>;
type Act = fn(&mut Call<'_>) -> Answer;

/// Whom an operation is open to, besides the account and administrators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Everybody,
    /// A RAM user on its own pairs, where the account's preference allows it.
    OwnPairs,
    /// A RAM user that has `AliyunSTSAssumeRoleAccess`. (Administrators here have it, so that one user is enough.)
    Assumers,
    Administrators,
}

/// One operation of one service.
pub(super) struct Operation<'r> {
    pub(super) service: Service,
    pub(super) action: &'r str,
    scope: Scope,
    act: Act,
}

impl<'r> Operation<'r> {
    /// The operation of that name: RAM and IMS share names, so the API version decides. `InvalidVersion`,
    /// `InvalidAction.NotFound`.
    pub(super) fn find(version: &str, action: &'r str) -> Result<Self, Refusal> {
        let service = [Ram, Ims, Sts]
            .into_iter()
            .find(|service| service.version() == version);
        let service = service.ok_or_else(|| {
            let message = "Specified parameter Version is not valid.";
            Refusal::new(400, "InvalidVersion", message)
        })?;
        let (scope, act) = rules(service, action).ok_or_else(|| {
            let message = "Specified api is not found, please check your url and method.";
            Refusal::new(404, "InvalidAction.NotFound", message)
        })?;
        Ok(Self {
            service,
            action,
            scope,
            act,
        })
    }
}

/// All that the sandbox can do.
fn rules(service: Service, action: &str) -> Option<(Scope, Act)> {
    use Scope::{Administrators, Assumers, Everybody, OwnPairs};
    Some(match (service, action) {
        (Ram | Ims, "CreateAccessKey") => (OwnPairs, pairs::create),
        (Ram | Ims, "ListAccessKeys") => (OwnPairs, pairs::list),
        (Ram | Ims, "UpdateAccessKey") => (OwnPairs, pairs::update),
        (Ram | Ims, "DeleteAccessKey") => (OwnPairs, pairs::delete),
        // Not among what the official policy for self-service allows.
        (Ram | Ims, "GetAccessKeyLastUsed") => (Administrators, pairs::last_used),
        (Ram | Ims, "CreateUser") => (Administrators, users::create),
        (Ram | Ims, "GetUser") => (Administrators, users::get),
        (Ram | Ims, "ListUsers") => (Administrators, users::list),
        (Ram | Ims, "DeleteUser") => (Administrators, users::delete),
        (Ram, "UpdateUser") => (Administrators, users::update),
        (Ram, "AttachPolicyToUser") => (Administrators, policies::attach),
        (Ram, "DetachPolicyFromUser") => (Administrators, policies::detach),
        (Ram, "ListPoliciesForUser") => (Administrators, policies::list),
        (Ram, "ListGroupsForUser") => (Administrators, policies::groups),
        (Ram, "GetAccountAlias") => (Administrators, account::alias),
        (Ram | Ims, "GetSecurityPreference") => (Administrators, account::preference),
        (Ram | Ims, "SetSecurityPreference") => (Administrators, account::set_preference),
        (Ims, "GetDefaultDomain") => (Administrators, account::default_domain),
        (Ims, "GetAccountSummary") => (Administrators, account::summary),
        (Ims, "ListAccessKeysInRecycleBin") => (Administrators, recycle_bin::list),
        (Ims, "GetAccessKeyInfoInRecycleBin") => (Administrators, recycle_bin::get),
        (Ims, "RestoreAccessKeyFromRecycleBin") => (Administrators, recycle_bin::restore),
        (Ims, "DeleteAccessKeyInRecycleBin") => (Administrators, recycle_bin::purge),
        (Ims, "GetAccessKeyPolicy") => (Administrators, network_policy::get),
        (Ims, "SetAccessKeyPolicy") => (Administrators, network_policy::set),
        (Ims, "GetAccessKeyPolicyForAccount") => (Administrators, network_policy::get_common),
        (Ims, "SetAccessKeyPolicyForAccount") => (Administrators, network_policy::set_common),
        (Ims, "GenerateCredentialReport") => (Administrators, report::generate),
        (Ims, "GetCredentialReport") => (Administrators, report::get),
        (Sts, "AssumeRole") => (Assumers, roles::assume),
        (Sts, "GetCallerIdentity") => (Everybody, identity::caller),
        _ => return None,
    })
}
