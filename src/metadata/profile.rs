//! How an account in the cloud is reached: what `config.toml` says of a profile. The secret rests in the secret store.

use crate::core::access_key::AccessKeyId;
use crate::core::account::AccountId;
use crate::core::endpoint::Endpoint;
use crate::core::place::StoreKind;
use crate::core::proxy::Setting;
use crate::core::region::RegionId;
use crate::core::role::{ExternalId, RoleArn, SessionName};
use crate::core::time::Span;
use serde::{Deserialize, Serialize};

/// One account in the cloud, and the pair that akm signs with there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Profile {
    /// Whose pairs this profile is about; every changing command asks whether its signer still belongs to it.
    pub(crate) account_id: AccountId,
    /// The ARN that signed when the profile was added.
    pub(crate) identity: String,
    /// The domain of RAM users' logon names, where the signer may know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default_domain: Option<String>,
    pub(crate) access_key_id: AccessKeyId,
    /// Where the secret of that pair rests, under its id.
    pub(crate) secret_store: StoreKind,
    /// The store that the secret was moved out of, until that store has forgotten it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) moved_from: Option<StoreKind>,
    /// Whether `create` makes a RAM user that is missing, unasked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) create_missing_users: bool,
    /// A cloud that is not Alibaba's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) endpoint: Option<Endpoint>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proxy: Option<Setting>,
    /// The store that has the proxy's user and password, where it asks for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proxy_login: Option<StoreKind>,
    /// The region that whoever gets a pair works in, unless it has one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<RegionId>,
    /// The least time between the two proofs that a new pair works: before it is handed out, and before the old pair is disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verify_pause: Option<Span>,
    /// The role that the pair assumes for every command.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<Role>,
}

/// A role to assume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Role {
    pub(crate) arn: RoleArn,
    /// What the account's records call what akm does.
    pub(crate) session_name: SessionName,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) external_id: Option<ExternalId>,
}
