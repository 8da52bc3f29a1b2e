//! The account itself: `GetAccountAlias`, `GetSecurityPreference`, `SetSecurityPreference` (RAM), `GetDefaultDomain`,
//! `GetAccountSummary` (IMS).

use super::users::USERS;
use super::{Answer, Call};
use crate::core::policy::PAIRS_PER_OWNER;
use crate::sandbox::refusal::Refusal;
use serde_json::{Value, json};

/// The first label of the default domain: the account's id, as nobody has set an alias.
pub(super) fn alias(call: &mut Call<'_>) -> Answer {
    let domain = call.records.account()?.default_domain;
    let alias = domain.split('.').next().unwrap_or_default();
    Ok(json!({ "AccountAlias": alias }))
}

pub(super) fn default_domain(call: &mut Call<'_>) -> Answer {
    Ok(json!({ "DefaultDomainName": call.records.account()?.default_domain }))
}

pub(super) fn preference(call: &mut Call<'_>) -> Answer {
    let account = call.records.account()?;
    Ok(preference_of(account.allow_user_to_manage_access_keys))
}

/// Knows `AllowUserToManageAccessKeys` only.
pub(super) fn set_preference(call: &mut Call<'_>) -> Answer {
    let parameter = "AllowUserToManageAccessKeys";
    let allow = match call.given(parameter).map(str::parse) {
        None => return preference(call),
        Some(Ok(allow)) => allow,
        Some(Err(_)) => return Err(Refusal::invalid(parameter, "")),
    };
    let mut account = call.records.account()?;
    account.allow_user_to_manage_access_keys = allow;
    call.records.put_account(&account)?;
    Ok(preference_of(allow))
}

/// The quotas, and how much of them is used.
pub(super) fn summary(call: &mut Call<'_>) -> Answer {
    Ok(json!({ "SummaryMap": {
        "AccessKeysPerUserQuota": PAIRS_PER_OWNER,
        "AccountAccessKeysPerAccountQuota": PAIRS_PER_OWNER,
        "Users": call.records.count_users()?,
        "UsersQuota": USERS,
    } }))
}

fn preference_of(allow: bool) -> Value {
    json!({ "SecurityPreference": { "AccessKeyPreference": { "AllowUserToManageAccessKeys": allow } } })
}
