//! An owner's AccessKey pairs: a RAM user's through RAM, the account's own through IMS, where an absent principal name means
//! the caller itself.

use super::{Client, Error, LIST, SMALL, Signed, transport::Service, wire};
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    secret::Secret,
    time::Timestamp,
};
use serde::de::DeserializeOwned;

/// A pair just made, with the secret that is told this once.
#[derive(Debug)]
pub(crate) struct NewPair {
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    pub(crate) created_at: Option<Timestamp>,
}

/// A call by its service, action and parameters: what is sent, and what a dry run shows.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    pub(crate) service: Service,
    pub(crate) action: &'static str,
    pub(crate) parameters: Vec<(&'static str, &'a str)>,
}

impl<'a> Call<'a> {
    /// A RAM user's pairs are RAM's, the account's own are IMS's.
    fn on_pairs(
        action: &'static str,
        owner: &'a Owner,
        parameters: &[(&'static str, &'a str)],
    ) -> Self {
        let mut parameters = parameters.to_vec();
        let service = match owner {
            Owner::Account => Service::Ims,
            Owner::RamUser(name) => {
                parameters.push(("UserName", name.as_str()));
                Service::Ram
            }
        };
        Self {
            service,
            action,
            parameters,
        }
    }

    pub(crate) fn list_pairs(owner: &'a Owner) -> Self {
        Self::on_pairs("ListAccessKeys", owner, &[])
    }

    pub(crate) fn create_pair(owner: &'a Owner) -> Self {
        Self::on_pairs("CreateAccessKey", owner, &[])
    }

    pub(crate) fn set_status(owner: &'a Owner, id: &'a AccessKeyId, status: Status) -> Self {
        let parameters = [
            ("UserAccessKeyId", id.as_str()),
            ("Status", status.as_str()),
        ];
        Self::on_pairs("UpdateAccessKey", owner, &parameters)
    }

    pub(crate) fn delete_pair(owner: &'a Owner, id: &'a AccessKeyId) -> Self {
        Self::on_pairs(
            "DeleteAccessKey",
            owner,
            &[("UserAccessKeyId", id.as_str())],
        )
    }
}

impl Client {
    pub(super) fn make<T: DeserializeOwned>(&self, call: &Call, limit: usize) -> Result<T, Error> {
        self.call(call.service, call.action, &call.parameters, limit)
    }

    /// The owner's pairs, oldest first.
    pub(crate) fn pairs(&self, owner: &Owner) -> Result<Vec<AccessKey>, Error> {
        let call = Call::list_pairs(owner);
        let body: wire::ListAccessKeys = self.make(&call, LIST)?;
        let keys: Result<Vec<AccessKey>, _> = body
            .access_keys
            .access_key
            .into_iter()
            .map(AccessKey::try_from)
            .collect();
        let mut keys = keys.map_err(|_| Error::bad_answer(call.action))?;
        keys.sort_by_key(|key| key.created_at);
        Ok(keys)
    }

    /// The signed request for a new pair, so that a journal can know it before it is sent.
    pub(crate) fn prepare_pair(&self, owner: &Owner) -> Result<Signed, Error> {
        let call = Call::create_pair(owner);
        let mut signed = self.sign(call.service, call.action, &call.parameters)?;
        signed.fresh = true;
        Ok(signed)
    }

    /// Sends that request, once.
    pub(crate) fn create_pair(&self, signed: &Signed) -> Result<NewPair, Error> {
        let body: wire::CreateAccessKey = self.send(signed, SMALL)?;
        let key = body.access_key;
        let (id, created_at) = (AccessKeyId::parse(&key.access_key_id), key.created_at());
        let secret = Secret::new(key.access_key_secret);
        match (id, secret) {
            (Ok(id), Ok(secret)) => Ok(NewPair {
                id,
                secret,
                created_at,
            }),
            _ => Err(Error::bad_answer(signed.action)),
        }
    }

    pub(crate) fn set_status(
        &self,
        owner: &Owner,
        id: &AccessKeyId,
        status: Status,
    ) -> Result<(), Error> {
        self.make(&Call::set_status(owner, id, status), SMALL)
            .map(|_: wire::Done| ())
    }

    pub(crate) fn delete_pair(&self, owner: &Owner, id: &AccessKeyId) -> Result<(), Error> {
        self.make(&Call::delete_pair(owner, id), SMALL)
            .map(|_: wire::Done| ())
    }

    /// When the pair last signed, as far as the cloud knows: it lags by hours. `None` for never.
    pub(crate) fn last_used(
        &self,
        owner: &Owner,
        id: &AccessKeyId,
    ) -> Result<Option<Timestamp>, Error> {
        let parameters = [("UserAccessKeyId", id.as_str())];
        let call = Call::on_pairs("GetAccessKeyLastUsed", owner, &parameters);
        let body: wire::GetAccessKeyLastUsed = self.make(&call, SMALL)?;
        Ok(body.time())
    }
}
