//! STS 2015-04-01: who a pair is, and the sessions of roles.

use super::{Call, Client, Credentials, Error, SMALL, transport::Service, wire};
use crate::core::{
    access_key::AccessKeyId,
    account::{AccountId, Owner},
    name::UserName,
    role::{ExternalId, RoleArn, SessionName},
    secret::Secret,
    time::{self, Span, Timestamp},
};

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

/// The session of a role that is asked for (`AssumeRole`).
#[derive(Debug)]
pub(crate) struct Assume<'a> {
    pub(crate) role: &'a RoleArn,
    pub(crate) session: &'a SessionName,
    /// 15 minutes up to what the role allows; the cloud's default is an hour.
    pub(crate) duration: Option<Span>,
    pub(crate) external_id: Option<&'a ExternalId>,
    /// A policy, as JSON, that narrows what the role may.
    pub(crate) policy: Option<&'a str>,
}

/// A role's session: what it signs with, as whom, and until when.
#[derive(Debug)]
pub(crate) struct Assumed {
    pub(crate) credentials: Credentials,
    #[cfg_attr(not(test), expect(dead_code, reason = "no command says it yet"))]
    pub(crate) arn: String,
    pub(crate) until: Timestamp,
}

impl Assumed {
    fn from_body(body: wire::AssumeRole) -> Option<Self> {
        let given = body.credentials;
        Some(Self {
            credentials: Credentials {
                id: AccessKeyId::parse(&given.access_key_id).ok()?.to_string(),
                secret: Secret::new(given.access_key_secret).ok()?,
                token: Some(Secret::new(given.security_token).ok()?),
            },
            arn: body.assumed_role_user.arn,
            until: time::parse(&given.expiration).ok()?,
        })
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
    /// Opens a session of a role; one more does no harm, so a call without an answer is made again. `Fault::Denied` when the signer
    /// may not, or is the account itself; `Fault::NoSuchEntity` when there is no such role; `Fault::BadParameter` when the session is
    /// to last longer than the role allows.
    pub(crate) fn assume_role(&self, wanted: &Assume<'_>) -> Result<Assumed, Error> {
        const ACTION: &str = "AssumeRole";
        let seconds = wanted
            .duration
            .map(|span| span.delta().num_seconds().to_string());
        let mut query = vec![
            ("RoleArn", wanted.role.as_str()),
            ("RoleSessionName", wanted.session.as_str()),
        ];
        query.extend(seconds.as_deref().map(|text| ("DurationSeconds", text)));
        query.extend(wanted.external_id.map(|id| ("ExternalId", id.as_str())));
        query.extend(wanted.policy.map(|policy| ("Policy", policy)));
        let body = self.call(Service::Sts, ACTION, &query, SMALL)?;
        Assumed::from_body(body).ok_or_else(|| Error::bad_answer(ACTION))
    }

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
