//! The JSON of RAM, IMS and STS, apart from the types that the rest of akm uses. Fields that akm does not need are ignored.

use crate::core::{
    Invalid,
    access_key::{AccessKey, AccessKeyId, Status},
    time::{self, Timestamp},
};
use serde::Deserialize;
use serde_json::Value;
use zeroize::Zeroizing;

/// `CreateAccessKey`.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateAccessKey {
    pub(super) access_key: CreatedKey,
}

impl CreatedKey {
    pub(super) fn created_at(&self) -> Option<Timestamp> {
        time::parse(self.create_date.as_str()?).ok()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreatedKey {
    pub(super) access_key_id: String,
    pub(super) access_key_secret: Zeroizing<String>,
    /// Whatever it is: the secret beside it is told this once.
    #[serde(default)]
    create_date: Value,
}

/// `ListAccessKeys` of RAM and IMS.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListAccessKeys {
    pub(super) access_keys: AccessKeys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessKeys {
    #[serde(default)]
    pub(super) access_key: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Key {
    access_key_id: String,
    status: String,
    create_date: String,
}

impl TryFrom<Key> for AccessKey {
    type Error = Invalid;

    fn try_from(key: Key) -> Result<Self, Invalid> {
        let status = match key.status.as_str() {
            "Active" => Status::Active,
            "Inactive" => Status::Inactive,
            _ => return Err(Invalid::new("status", "`Active` or `Inactive` is expected")),
        };
        let id = AccessKeyId::parse(&key.access_key_id)?;
        Ok(Self {
            id,
            status,
            created_at: time::parse(&key.create_date)?,
        })
    }
}

/// `GetAccessKeyLastUsed`. What it holds for a pair never used is not documented: anything that is no time counts as never.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetAccessKeyLastUsed {
    #[serde(default)]
    pub(super) access_key_last_used: Option<LastUsed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LastUsed {
    #[serde(default)]
    last_used_date: Option<String>,
}

impl GetAccessKeyLastUsed {
    pub(super) fn time(self) -> Option<Timestamp> {
        time::parse(&self.access_key_last_used?.last_used_date?).ok()
    }
}

/// A user as RAM or IMS shows it; RAM fills `UserName`, an IMS list the principal name alone.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct UserBody {
    #[serde(default)]
    pub(super) user_id: Option<String>,
    #[serde(default)]
    pub(super) user_name: Option<String>,
    #[serde(default)]
    pub(super) display_name: Option<String>,
    #[serde(default)]
    pub(super) comments: Option<String>,
    #[serde(default)]
    pub(super) create_date: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetUser {
    pub(super) user: UserBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListUsers {
    pub(super) users: Users,
    #[serde(default)]
    pub(super) is_truncated: bool,
    #[serde(default)]
    pub(super) marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Users {
    #[serde(default)]
    pub(super) user: Vec<UserBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetCallerIdentity {
    pub(super) account_id: String,
    pub(super) arn: String,
    pub(super) identity_type: String,
    #[serde(default)]
    pub(super) user_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumeRole {
    pub(super) assumed_role_user: AssumedRoleUser,
    pub(super) credentials: SessionCredentials,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumedRoleUser {
    pub(super) arn: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SessionCredentials {
    pub(super) access_key_id: String,
    pub(super) access_key_secret: Zeroizing<String>,
    pub(super) security_token: Zeroizing<String>,
    pub(super) expiration: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetDefaultDomain {
    pub(super) default_domain_name: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessKeyPolicy {
    pub(super) access_key_policy: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GenerateCredentialReport {
    pub(super) state: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetCredentialReport {
    pub(super) content: String,
    pub(super) generated_time: String,
    /// `true` or `false`, as a text.
    pub(super) is_truncated: String,
    #[serde(default)]
    pub(super) next_token: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetSecurityPreference {
    pub(super) security_preference: SecurityPreference,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SecurityPreference {
    pub(super) access_key_preference: AccessKeyPreference,
    #[serde(default)]
    pub(super) max_idle_days: Option<MaxIdleDays>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessKeyPreference {
    pub(super) allow_user_to_manage_access_keys: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct MaxIdleDays {
    #[serde(default)]
    pub(super) max_idle_days_for_access_keys: Option<u32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetAccountSummary {
    pub(super) summary_map: SummaryMap,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct SummaryMap {
    #[serde(default)]
    pub(super) access_keys_per_user_quota: Option<usize>,
    #[serde(default)]
    pub(super) account_access_keys_per_account_quota: Option<usize>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListRecycled {
    pub(super) access_keys: RecycledKeys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RecycledKeys {
    #[serde(default)]
    pub(super) access_key: Vec<RecycledKey>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct GetRecycled {
    pub(super) access_key: RecycledKey,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct RecycledKey {
    #[serde(default)]
    pub(super) user_id: Option<String>,
    #[serde(default)]
    pub(super) delete_date: Option<String>,
}

/// Any answer of which only the success counts.
#[derive(Deserialize)]
pub(super) struct Done {}
