//! An owner's AccessKey pairs: a RAM user's through RAM, the account's own through IMS, where an absent principal name means
//! the caller itself.

use super::{Client, Error, LIST, SMALL, Signed, transport::Service, wire};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    secret::Secret,
    time::{self, Timestamp},
};

/// A pair just made, with the secret that is told this once.
#[derive(Debug)]
pub(crate) struct NewPair {
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    pub(crate) created_at: Option<Timestamp>,
}

impl Client {
    /// The owner's pairs, oldest first.
    pub(crate) fn pairs(&self, owner: &Owner) -> Result<Vec<AccessKey>, Error> {
        const ACTION: &str = "ListAccessKeys";
        let (service, query) = addressed(owner, &[]);
        let body: wire::ListAccessKeys = self.call(service, ACTION, &query, LIST)?;
        let keys: Result<Vec<AccessKey>, _> = body
            .access_keys
            .access_key
            .into_iter()
            .map(AccessKey::try_from)
            .collect();
        let mut keys = keys.map_err(|_| Error::bad_answer(ACTION))?;
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }

    /// The signed request for a new pair, so that a journal can know it before it is sent.
    pub(crate) fn prepare_pair(&self, owner: &Owner) -> Result<Signed, Error> {
        let (service, query) = addressed(owner, &[]);
        let mut signed = self.sign(service, "CreateAccessKey", &query)?;
        signed.fresh = true;
        Ok(signed)
    }

    /// Sends that request, once.
    pub(crate) fn create_pair(&self, signed: &Signed) -> Result<NewPair, Error> {
        let body: wire::CreateAccessKey = self.send(signed, SMALL)?;
        let key = body.access_key;
        let id = AccessKeyId::parse(&key.access_key_id);
        let secret = Secret::new(key.access_key_secret);
        match (id, secret) {
            (Ok(id), Ok(secret)) => {
                let created_at = key.create_date.and_then(|date| time::parse(&date).ok());
                Ok(NewPair {
                    id,
                    secret,
                    created_at,
                })
            }
            _ => Err(Error::bad_answer(signed.action)),
        }
    }

    pub(crate) fn set_status(
        &self,
        owner: &Owner,
        id: &AccessKeyId,
        status: Status,
    ) -> Result<(), Error> {
        let (service, query) = addressed(
            owner,
            &[
                ("UserAccessKeyId", id.as_str()),
                ("Status", status.as_str()),
            ],
        );
        self.call(service, "UpdateAccessKey", &query, SMALL)
            .map(|_: wire::Done| ())
    }

    pub(crate) fn delete_pair(&self, owner: &Owner, id: &AccessKeyId) -> Result<(), Error> {
        let (service, query) = addressed(owner, &[("UserAccessKeyId", id.as_str())]);
        self.call(service, "DeleteAccessKey", &query, SMALL)
            .map(|_: wire::Done| ())
    }

    /// When the pair last signed, as far as the cloud knows: it lags by hours. `None` for never.
    pub(crate) fn last_used(
        &self,
        owner: &Owner,
        id: &AccessKeyId,
    ) -> Result<Option<Timestamp>, Error> {
        let (service, query) = addressed(owner, &[("UserAccessKeyId", id.as_str())]);
        let body: wire::GetAccessKeyLastUsed =
            self.call(service, "GetAccessKeyLastUsed", &query, SMALL)?;
        Ok(body.time())
    }
}

fn addressed<'a>(
    owner: &'a Owner,
    query: &[(&'a str, &'a str)],
) -> (Service, Vec<(&'a str, &'a str)>) {
    match owner {
        Owner::Account => (Service::Ims, query.to_vec()),
        Owner::RamUser(name) => {
            let mut query = query.to_vec();
            query.push(("UserName", name.as_str()));
            (Service::Ram, query)
        }
    }
}
