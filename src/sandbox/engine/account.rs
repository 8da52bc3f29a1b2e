//! The account itself: `GetAccountAlias`, `GetSecurityPreference`, `SetSecurityPreference` (RAM, IMS),
//! `GetDefaultDomain`, `GetAccountSummary` (IMS).

use super::network_policy::{ADDRESSES, STATEMENTS};
use super::users::USERS;
use super::{Answer, Call};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::Account;
use serde_json::{Value, json};

const ALLOW: &str = "AllowUserToManageAccessKeys";
const IDLE: &str = "MaxIdleDaysForAccessKeys";
const USUAL_IDLE_DAYS: u16 = 730;

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
    Ok(preference_of(call, &account))
}

/// Knows `AllowUserToManageAccessKeys`, and IMS's `MaxIdleDaysForAccessKeys` (90, 180, 365 or 730).
pub(super) fn set_preference(call: &mut Call<'_>) -> Answer {
    let mut account = call.records.account()?;
    if let Some(allow) = read::<bool>(call, ALLOW)? {
        account.allow_user_to_manage_access_keys = allow;
    }
    if call.is_ims()
        && let Some(days) = read::<u16>(call, IDLE)?
    {
        if ![90, 180, 365, 730].contains(&days) {
            return Err(Refusal::invalid(IDLE, ""));
        }
        account.max_idle_days_for_access_keys = Some(days);
    }
    call.records.put_account(&account)?;
    Ok(preference_of(call, &account))
}

fn read<T: std::str::FromStr>(
    call: &Call<'_>,
    parameter: &'static str,
) -> Result<Option<T>, Refusal> {
    let read = call.given(parameter).map(str::parse).transpose();
    read.map_err(|_| Refusal::invalid(parameter, ""))
}

/// The quotas, and how much of them is used.
pub(super) fn summary(call: &mut Call<'_>) -> Answer {
    let quota = call.records.account()?.quota();
    Ok(json!({ "SummaryMap": {
        "AccessKeysPerUserQuota": quota,
        "AccountAccessKeysPerAccountQuota": quota,
        "Users": call.records.count_users()?,
        "UsersQuota": USERS,
        "ConditionsPerAKPolicyQuota": STATEMENTS,
        "IPItemsPerAKPolicyQuota": ADDRESSES,
    } }))
}

fn preference_of(call: &Call<'_>, account: &Account) -> Value {
    let mut preference = json!({
        "AccessKeyPreference": { ALLOW: account.allow_user_to_manage_access_keys },
    });
    if call.is_ims() {
        let days = account.max_idle_days_for_access_keys;
        preference["MaxIdleDays"] = json!({ IDLE: days.unwrap_or(USUAL_IDLE_DAYS) });
    }
    json!({ "SecurityPreference": preference })
}
