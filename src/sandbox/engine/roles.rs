//! The one role there is: `AssumeRole` (STS).
//!
//! Every account here has the role [`ROLE`]. It trusts the account's RAM users, may all that `AliyunRAMFullAccess` allows, and
//! its sessions last up to 12 hours.

use super::session_policy::SessionPolicy;
use super::{Answer, Call, Caller};
use crate::core::account::AccountId;
use crate::core::time::format;
use crate::sandbox::identifiers::{new_session_id, secret_of};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::tokens::Grant;
use chrono::TimeDelta;
use serde_json::json;

pub(crate) const ROLE: &str = "sandbox-role";
/// Seconds: the shortest, the usual and this role's longest session.
const SHORTEST: i64 = 900;
const USUAL: i64 = 3600;
const LONGEST: i64 = 43_200;
/// Bytes of `ExternalId`.
const LONGEST_EXTERNAL_ID: usize = 1224;

/// The role's name in requests.
pub(crate) fn role_arn(account: &AccountId) -> String {
    format!("acs:ram::{account}:role/{ROLE}")
}

/// The role's id: 18 digits, as users' are.
pub(super) fn role_id(account: &AccountId) -> String {
    format!("3{:0>17}", account.as_str())
}

/// `NoPermission` for the account itself and for another session; `InvalidParameter.RoleArn`, `.RoleSessionName`,
/// `.DurationSeconds`, `.ExternalId`, `.PolicySize`, `.PolicyGrammar`; `EntityNotExist.Role`.
pub(super) fn assume(call: &mut Call<'_>) -> Answer {
    if matches!(call.caller, Caller::Account) {
        let message = "Roles may not be assumed by root accounts.";
        return Err(Refusal::no_permission(message));
    }
    let account = call.records.account()?.account_id;
    check_role(call.required("RoleArn")?, &account)?;
    let session = session_name(call.required("RoleSessionName")?)?.to_owned();
    let seconds = duration(call.given("DurationSeconds"))?;
    let policy = call.given("Policy");
    policy.map(SessionPolicy::parse).transpose()?;
    check_external_id(call.raw("ExternalId"))?;
    let until = call.now + TimeDelta::seconds(seconds);
    let grant = Grant {
        id: new_session_id()?,
        role: ROLE.to_owned(),
        session,
        until: until.timestamp(),
        policy: policy.map(str::to_owned),
    };
    Ok(json!({
        "AssumedRoleUser": {
            "Arn": format!("{}/{}", role_arn(&account), grant.session),
            "AssumedRoleId": format!("{}:{}", role_id(&account), grant.session),
        },
        "Credentials": {
            "AccessKeyId": grant.id,
            "AccessKeySecret": secret_of(call.seed, &grant.id)?.expose(),
            "SecurityToken": grant.token(call.seed)?,
            "Expiration": format(until),
        },
    }))
}

/// `acs:ram::<account id>:role/<name>`; the names of roles do not tell cases apart.
fn check_role(arn: &str, account: &AccountId) -> Result<(), Refusal> {
    let parts = arn
        .strip_prefix("acs:ram::")
        .and_then(|it| it.split_once(":role/"));
    let parts = parts.filter(|(id, name)| AccountId::parse(id).is_ok() && !name.is_empty());
    let (id, name) = parts.ok_or_else(|| Refusal::invalid("RoleArn", ""))?;
    if id != account.as_str() {
        let message = "You are not authorized to do this action. You should be authorized by RAM.";
        return Err(Refusal::no_permission(message));
    }
    if !name.eq_ignore_ascii_case(ROLE) {
        let message = format!("The specified role not exists : {name}.");
        return Err(Refusal::new(404, "EntityNotExist.Role", message));
    }
    Ok(())
}

/// 2 to 64 letters, digits and `.@-_`.
fn session_name(name: &str) -> Result<&str, Refusal> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b".@-_".contains(&byte);
    if (2..=64).contains(&name.len()) && name.bytes().all(known) {
        return Ok(name);
    }
    Err(Refusal::invalid("RoleSessionName", ""))
}

fn duration(given: Option<&str>) -> Result<i64, Refusal> {
    match given.map(str::parse) {
        None => Ok(USUAL),
        Some(Ok(seconds)) if (SHORTEST..=LONGEST).contains(&seconds) => Ok(seconds),
        Some(_) => Err(Refusal::invalid("DurationSeconds", "")),
    }
}

/// 2 to 1224 of `\w+=,.@:/-`; the role asks for none.
fn check_external_id(id: Option<&str>) -> Result<(), Refusal> {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte);
    let sound = |id: &str| (2..=LONGEST_EXTERNAL_ID).contains(&id.len()) && id.bytes().all(known);
    match id {
        Some(id) if !id.is_empty() && !sound(id) => Err(Refusal::invalid("ExternalId", "")),
        _ => Ok(()),
    }
}
