//! IMS: from which networks a pair may be used.

use super::{Client, Error, SMALL, transport::Service, wire};
use crate::core::{access_key::AccessKeyId, account::Owner, key_policy::KeyPolicy};

impl Client {
    /// The pair's own policy, as JSON, foreign: an Inactive one without statements where none was set.
    pub(crate) fn key_policy(&self, owner: &Owner, id: &AccessKeyId) -> Result<String, Error> {
        let principal = self.principal(owner)?;
        let query = addressed(principal.as_deref(), id);
        let body: wire::AccessKeyPolicy =
            self.call(Service::Ims, "GetAccessKeyPolicy", &query, SMALL)?;
        Ok(body.access_key_policy)
    }

    /// It takes some minutes until it holds everywhere.
    pub(crate) fn set_key_policy(
        &self,
        owner: &Owner,
        id: &AccessKeyId,
        policy: &KeyPolicy,
    ) -> Result<(), Error> {
        const ACTION: &str = "SetAccessKeyPolicy";
        let text = serde_json::to_string(policy);
        let text = text.map_err(|error| Error::not_sent(ACTION, error.to_string()))?;
        let principal = self.principal(owner)?;
        let mut query = addressed(principal.as_deref(), id);
        query.push(("AccessKeyPolicy", &text));
        self.call(Service::Ims, ACTION, &query, SMALL)
            .map(|_: wire::Done| ())
    }

    /// A RAM user's logon name; `None` for the account itself, which IMS takes for the caller.
    fn principal(&self, owner: &Owner) -> Result<Option<String>, Error> {
        match owner {
            Owner::Account => Ok(None),
            Owner::RamUser(name) => Ok(Some(format!("{name}@{}", self.default_domain()?))),
        }
    }
}

fn addressed<'a>(principal: Option<&'a str>, id: &'a AccessKeyId) -> Vec<(&'a str, &'a str)> {
    let mut query = vec![("UserAccessKeyId", id.as_str())];
    query.extend(principal.map(|name| ("UserPrincipalName", name)));
    query
}
