//! What the sandbox remembers of its account, its RAM users and their AccessKey pairs.

use crate::core::access_key::{AccessKeyId, Status};
use crate::core::account::AccountId;
use crate::core::name::UserName;
use crate::core::policy::PAIRS_PER_OWNER;
use crate::core::time::{self, Timestamp};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// The most pairs that one owner has in the recycle bin; a fourth pushes out the oldest ("Delete an AccessKey pair of a RAM
/// user").
const RECYCLED_PAIRS: usize = 3;

/// The account: one record.
#[expect(clippy::struct_field_names, reason = "`account_id` is the API's word")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Account {
    pub(crate) account_id: AccountId,
    pub(crate) default_domain: String,
    #[serde(with = "time::text")]
    pub(crate) created_at: Timestamp,
    /// Which secret store keeps the seed; empty where none does.
    pub(crate) secret_store: String,
    /// Whether RAM users may manage their own pairs (`SetSecurityPreference`; false unless set).
    #[serde(default)]
    pub(crate) allow_user_to_manage_access_keys: bool,
    /// After how many days without use pairs are to be disabled (`SetSecurityPreference`); kept and told, not acted upon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) max_idle_days_for_access_keys: Option<u16>,
    /// How many pairs an owner may have, where that is not what is usual.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) access_keys_per_user_quota: Option<usize>,
    /// The network policy of pairs without their own, as it was set; empty where none was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) access_key_policy: String,
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) report_generated_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub(crate) access_keys: Pairs,
}

impl Account {
    /// An account without pairs, whose users log on at `<account_id>.onaliyun.com`.
    pub(crate) fn new(
        account_id: AccountId,
        created_at: Timestamp,
        secret_store: impl Into<String>,
    ) -> Self {
        Self {
            default_domain: format!("{account_id}.onaliyun.com"),
            account_id,
            created_at,
            secret_store: secret_store.into(),
            allow_user_to_manage_access_keys: false,
            max_idle_days_for_access_keys: None,
            access_keys_per_user_quota: None,
            access_key_policy: String::new(),
            report_generated_at: None,
            access_keys: Pairs::default(),
        }
    }

    /// How many pairs an owner may have.
    pub(crate) fn quota(&self) -> usize {
        self.access_keys_per_user_quota.unwrap_or(PAIRS_PER_OWNER)
    }
}

/// A RAM user: one record each.
#[expect(clippy::struct_field_names, reason = "`user_id` is the API's word")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct User {
    pub(crate) name: UserName,
    pub(crate) user_id: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) display_name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) comments: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) email: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) mobile_phone: String,
    #[serde(with = "time::text")]
    pub(crate) created_at: Timestamp,
    #[serde(with = "time::text")]
    pub(crate) updated_at: Timestamp,
    /// Whether `AliyunRAMFullAccess` is attached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) administrator: bool,
    /// Whether `AliyunSTSAssumeRoleAccess` is attached.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) assumes_roles: bool,
    /// The key that a rename is moving this record to: see `folder`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) renaming_to: Option<String>,
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    pub(crate) access_keys: Pairs,
}

impl User {
    /// A user without texts, permissions or pairs.
    pub(crate) fn new(name: UserName, user_id: String, now: Timestamp) -> Self {
        Self {
            name,
            user_id,
            display_name: String::new(),
            comments: String::new(),
            email: String::new(),
            mobile_phone: String::new(),
            created_at: now,
            updated_at: now,
            administrator: false,
            assumes_roles: false,
            renaming_to: None,
            access_keys: Pairs::default(),
        }
    }
}

/// One pair, without its secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pair {
    pub(crate) id: AccessKeyId,
    pub(crate) status: Status,
    #[serde(with = "time::text")]
    pub(crate) created_at: Timestamp,
    #[serde(with = "time::text")]
    pub(crate) updated_at: Timestamp,
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) last_used_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) last_used_service: String,
    /// The pair's own network policy, as it was set; empty where none was.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) policy: String,
    /// Since when the pair is in the recycle bin; a live pair has none.
    #[serde(
        with = "time::text_option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub(crate) recycled_at: Option<Timestamp>,
}

impl Pair {
    pub(crate) fn new(id: AccessKeyId, now: Timestamp) -> Self {
        Self {
            id,
            status: Status::Active,
            created_at: now,
            updated_at: now,
            last_used_at: None,
            last_used_service: String::new(),
            policy: String::new(),
            recycled_at: None,
        }
    }

    pub(crate) fn is_live(&self) -> bool {
        self.recycled_at.is_none()
    }

    /// When the recycle bin lets go of the pair: 30 days after it came in.
    pub(crate) fn purge_at(&self) -> Option<Timestamp> {
        self.recycled_at?.checked_add_signed(TimeDelta::days(30))
    }
}

/// All pairs of one owner: live ones in the order of creation or restoration, recycled ones in the order of deletion.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Pairs(Vec<Pair>);

impl Pairs {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Pair> {
        self.0.iter()
    }

    pub(crate) fn live(&self) -> impl Iterator<Item = &Pair> {
        self.0.iter().filter(|pair| pair.is_live())
    }

    pub(crate) fn recycled(&self) -> impl Iterator<Item = &Pair> {
        self.0.iter().filter(|pair| !pair.is_live())
    }

    pub(crate) fn live_pair(&mut self, id: &str) -> Option<&mut Pair> {
        self.0
            .iter_mut()
            .find(|pair| pair.is_live() && pair.id.as_str() == id)
    }

    pub(crate) fn add(&mut self, pair: Pair) {
        self.0.push(pair);
    }

    /// Moves a live pair to the recycle bin; false if there is none of that id.
    pub(crate) fn recycle(&mut self, id: &str, now: Timestamp) -> bool {
        let Some(mut pair) = self.take(id, true) else {
            return false;
        };
        pair.recycled_at = Some(now);
        self.0.push(pair);
        if self.recycled().count() > RECYCLED_PAIRS
            && let Some(oldest) = self.0.iter().position(|pair| !pair.is_live())
        {
            self.0.remove(oldest);
        }
        true
    }

    /// Takes a pair out of the recycle bin.
    pub(crate) fn take_recycled(&mut self, id: &str) -> Option<Pair> {
        self.take(id, false)
    }

    /// Forgets what has been in the recycle bin for its time.
    pub(crate) fn forget_expired(&mut self, now: Timestamp) {
        self.0
            .retain(|pair| pair.purge_at().is_none_or(|end| now < end));
    }

    fn take(&mut self, id: &str, live: bool) -> Option<Pair> {
        let place = self
            .0
            .iter()
            .position(|pair| pair.is_live() == live && pair.id.as_str() == id)?;
        Some(self.0.remove(place))
    }
}
