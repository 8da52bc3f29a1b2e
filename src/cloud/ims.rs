//! IMS 2019-08-15: which user a pair belongs to, how many pairs there may be, and the recycle bin.

use super::{Call, Client, Error, LIST, SMALL, User, transport::Service, wire};
use crate::core::{access_key::AccessKeyId, account::Owner, time, time::Timestamp};

/// A pair in the recycle bin.
#[derive(Debug, Clone)]
pub(crate) struct Recycled {
    pub(crate) user_id: Option<String>,
    /// When the cloud forgets it for good.
    pub(crate) until: Option<Timestamp>,
}

/// What the account has decided about pairs (`GetSecurityPreference`).
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Preference {
    /// Whether RAM users may make and delete their own pairs.
    pub(crate) users_manage_own_pairs: bool,
    /// After how many days without use the cloud disables a RAM user's pair.
    pub(crate) idle_days: Option<u32>,
}

impl From<wire::RecycledKey> for Recycled {
    fn from(key: wire::RecycledKey) -> Self {
        let until = key.delete_date.and_then(|date| time::parse(&date).ok());
        Self {
            user_id: key.user_id,
            until,
        }
    }
}

impl<'a> Call<'a> {
    pub(crate) fn recycled_pair(id: &'a AccessKeyId) -> Self {
        Self {
            service: Service::Ims,
            action: "GetAccessKeyInfoInRecycleBin",
            parameters: vec![("UserAccessKeyId", id.as_str())],
        }
    }

    pub(crate) fn quota() -> Self {
        Self {
            service: Service::Ims,
            action: "GetAccountSummary",
            parameters: Vec::new(),
        }
    }
}

impl Client {
    /// The RAM user that a pair belongs to. `Fault::NoSuchPair` for an unknown id and for the account's own pair.
    pub(crate) fn user_of(&self, id: &AccessKeyId) -> Result<User, Error> {
        const ACTION: &str = "GetUser";
        let body: wire::GetUser = self.call(
            Service::Ims,
            ACTION,
            &[("UserAccessKeyId", id.as_str())],
            SMALL,
        )?;
        User::from_body(ACTION, body.user)
    }

    /// How many pairs the owner may have (`GetAccountSummary`); `None` when the summary does not say.
    pub(crate) fn quota(&self, owner: &Owner) -> Result<Option<usize>, Error> {
        let body: wire::GetAccountSummary = self.make(&Call::quota(), SMALL)?;
        Ok(match owner {
            Owner::Account => body.summary_map.account_access_keys_per_account_quota,
            Owner::RamUser(_) => body.summary_map.access_keys_per_user_quota,
        })
    }

    /// What the account has decided about pairs.
    #[cfg_attr(not(test), expect(dead_code, reason = "`audit` is to read it"))]
    pub(crate) fn security_preference(&self) -> Result<Preference, Error> {
        let body: wire::GetSecurityPreference =
            self.call(Service::Ims, "GetSecurityPreference", &[], SMALL)?;
        let told = body.security_preference;
        Ok(Preference {
            users_manage_own_pairs: told.access_key_preference.allow_user_to_manage_access_keys,
            idle_days: told
                .max_idle_days
                .and_then(|days| days.max_idle_days_for_access_keys),
        })
    }

    /// The domain of RAM users' logon names, `<alias or account id>.onaliyun.com`.
    pub(crate) fn default_domain(&self) -> Result<String, Error> {
        let body: wire::GetDefaultDomain =
            self.call(Service::Ims, "GetDefaultDomain", &[], SMALL)?;
        Ok(body.default_domain_name)
    }

    /// The RAM user of that id. `Fault::NoSuchUser` when there is none.
    pub(crate) fn user_by_id(&self, user_id: &str) -> Result<User, Error> {
        const ACTION: &str = "GetUser";
        let body: wire::GetUser = self.call(Service::Ims, ACTION, &[("UserId", user_id)], SMALL)?;
        User::from_body(ACTION, body.user)
    }

    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "no command lists the recycle bin")
    )]
    /// A user's pairs in the recycle bin.
    pub(crate) fn recycled(&self, user_id: &str) -> Result<Vec<Recycled>, Error> {
        let body: wire::ListRecycled = self.call(
            Service::Ims,
            "ListAccessKeysInRecycleBin",
            &[("UserId", user_id)],
            LIST,
        )?;
        Ok(body
            .access_keys
            .access_key
            .into_iter()
            .map(Recycled::from)
            .collect())
    }

    /// One pair in the recycle bin. `Fault::NoSuchPair` when it is not there.
    pub(crate) fn recycled_pair(&self, id: &AccessKeyId) -> Result<Recycled, Error> {
        let body: wire::GetRecycled = self.make(&Call::recycled_pair(id), SMALL)?;
        Ok(body.access_key.into())
    }

    /// Brings a pair back; it is Active at once. `Fault::PairLimit` when its owner has two others. Not made again where the answer was
    /// lost: the second answer would be that the bin has no such pair.
    pub(crate) fn restore(&self, id: &AccessKeyId, user_id: &str) -> Result<(), Error> {
        let query = [("UserAccessKeyId", id.as_str()), ("UserId", user_id)];
        self.call_until_taken(
            Service::Ims,
            "RestoreAccessKeyFromRecycleBin",
            &query,
            SMALL,
        )
        .map(|_: wire::Done| ())
    }

    /// Takes a pair out of the recycle bin for good.
    pub(crate) fn purge(&self, id: &AccessKeyId, user_id: &str) -> Result<(), Error> {
        let query = [("UserAccessKeyId", id.as_str()), ("UserId", user_id)];
        self.call(Service::Ims, "DeleteAccessKeyInRecycleBin", &query, SMALL)
            .map(|_: wire::Done| ())
    }
}
