//! Which networks a pair may be used from: `GetAccessKeyPolicy`, `SetAccessKeyPolicy`, `GetAccessKeyPolicyForAccount`,
//! `SetAccessKeyPolicyForAccount` (IMS). The policies are checked, kept and told, not acted upon: all callers are on this machine.

use super::{Answer, Call};
use crate::sandbox::refusal::Refusal;
use serde::Deserialize;
use serde_json::{Value, json};
use std::net::IpAddr;

/// Statements in a policy, addresses in a statement (`ConditionsPerAKPolicyQuota`, `IPItemsPerAKPolicyQuota`).
pub(super) const STATEMENTS: usize = 8;
pub(super) const ADDRESSES: usize = 50;
const NONE: &str = r#"{"Version":1,"Status":"Inactive","Statements":[]}"#;

pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = call.required("UserAccessKeyId")?;
    let owner = call.target()?;
    let mut holder = call.holder(&owner)?;
    let pair = holder.pairs_mut().live_pair(id);
    Ok(shown(id, &pair.ok_or_else(Refusal::no_pair)?.policy))
}

/// `InvalidParameter.AccessKeyPolicy` (the code is assumed: IMS's is not published).
pub(super) fn set(call: &mut Call<'_>) -> Answer {
    let policy = checked(call.required("AccessKeyPolicy")?)?;
    let id = call.required("UserAccessKeyId")?;
    let owner = call.target()?;
    let mut holder = call.holder(&owner)?;
    let pair = holder.pairs_mut().live_pair(id);
    policy.clone_into(&mut pair.ok_or_else(Refusal::no_pair)?.policy);
    holder.save(call.records)?;
    Ok(shown(id, policy))
}

/// The account's, for pairs that have none of their own.
pub(super) fn get_common(call: &mut Call<'_>) -> Answer {
    let policy = call.records.account()?.access_key_policy;
    Ok(json!({ "AccessKeyPolicy": told(&policy) }))
}

pub(super) fn set_common(call: &mut Call<'_>) -> Answer {
    let policy = checked(call.required("AccessKeyPolicy")?)?;
    let mut account = call.records.account()?;
    policy.clone_into(&mut account.access_key_policy);
    call.records.put_account(&account)?;
    Ok(json!({ "AccessKeyPolicy": policy }))
}

fn shown(id: &str, policy: &str) -> Value {
    json!({ "AccessKeyId": id, "AccessKeyPolicy": told(policy) })
}

fn told(policy: &str) -> &str {
    if policy.is_empty() { NONE } else { policy }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Policy {
    version: u8,
    status: Status,
    statements: Vec<Statement>,
}

/// Read for the check of its words alone.
#[derive(Deserialize)]
enum Status {
    Active,
    Inactive,
}

/// `ClassicWhiteList`: addresses of the internet, once; `VPCWhiteList`: of one VPC or of `AllowAllVPC`.
#[derive(Deserialize)]
#[serde(tag = "Type", deny_unknown_fields)]
enum Statement {
    ClassicWhiteList {
        #[serde(rename = "IPList")]
        addresses: Vec<String>,
    },
    VPCWhiteList {
        #[serde(rename = "Value")]
        vpc: String,
        #[serde(rename = "IPList")]
        addresses: Vec<String>,
    },
}

fn checked(text: &str) -> Result<&str, Refusal> {
    let policy: Option<Policy> = serde_json::from_str(text).ok();
    if policy.is_some_and(|policy| policy.is_sound()) {
        return Ok(text);
    }
    Err(Refusal::invalid("AccessKeyPolicy", ""))
}

impl Policy {
    fn is_sound(&self) -> bool {
        let classic = |one: &&Statement| matches!(one, Statement::ClassicWhiteList { .. });
        self.version == 1
            && matches!(self.status, Status::Active | Status::Inactive)
            && self.statements.len() <= STATEMENTS
            && self.statements.iter().filter(classic).count() <= 1
            && self.statements.iter().all(Statement::is_sound)
    }
}

impl Statement {
    fn is_sound(&self) -> bool {
        let (addresses, named) = match self {
            Self::ClassicWhiteList { addresses } => (addresses, true),
            Self::VPCWhiteList { vpc, addresses } => (addresses, !vpc.is_empty()),
        };
        named && addresses.len() <= ADDRESSES && addresses.iter().all(|one| is_network(one))
    }
}

/// An address of either kind, or a network as `10.0.0.0/8`.
fn is_network(text: &str) -> bool {
    let (address, length) = text.split_once('/').unwrap_or((text, "0"));
    let longest = match address.parse() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    length.parse::<u8>().is_ok_and(|length| length <= longest)
}
