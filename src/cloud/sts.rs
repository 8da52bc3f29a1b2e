//! STS 2015-04-01: who a pair is.

use super::{Call, Client, Error, SMALL, transport::Service, wire};
use crate::core::{account::AccountId, account::Owner, name::UserName};

/// Whose pair signed (`GetCallerIdentity`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) account_id: AccountId,
    pub(crate) arn: String,
    /// `Account`, `RAMUser` or `AssumedRoleUser`.
    pub(crate) identity_type: String,
    pub(crate) user_id: Option<String>,
}

impl Caller {
    /// The owner that the caller is; `None` for a role.
    pub(crate) fn owner(&self) -> Option<Owner> {
        let (_, last) = self.arn.rsplit_once(':')?;
        match (self.identity_type.as_str(), last.strip_prefix("user/")) {
            ("Account", _) => Some(Owner::Account),
            ("RAMUser", Some(name)) => UserName::parse(name).ok().map(Owner::RamUser),
            _ => None,
        }
    }
}

impl Call<'_> {
    pub(crate) fn caller_identity() -> Self {
        Self {
            service: Service::Sts,
            action: "GetCallerIdentity",
            parameters: Vec::new(),
        }
    }
}

impl Client {
    /// Whose pair this client signs with. Needs no permission.
    pub(crate) fn caller_identity(&self) -> Result<Caller, Error> {
        let call = Call::caller_identity();
        let body: wire::GetCallerIdentity = self.make(&call, SMALL)?;
        Ok(Caller {
            account_id: AccountId::parse(&body.account_id)
                .map_err(|_| Error::bad_answer(call.action))?,
            arn: body.arn,
            identity_type: body.identity_type,
            user_id: body.user_id,
        })
    }
}
