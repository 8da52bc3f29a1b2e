//! Who calls: the owner of the pair that signed (STS `GetCallerIdentity`).

use super::holder::Holder;
use super::roles::{ROLE, role_id};
use super::{Answer, Call, Caller};
use crate::cloud::transport::Service;
use crate::core::access_key::{AccessKeyId, Status};
use crate::core::account::Owner;
use crate::core::time::Timestamp;
use crate::sandbox::Session;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::Pair;
use chrono::TimeDelta;
use serde_json::json;

/// The pair that signed a request, and whether the signature holds.
pub(crate) struct Signer {
    pub(crate) owner: Owner,
    pub(crate) id: AccessKeyId,
    pub(crate) proof: Result<(), Refusal>,
}

impl Signer {
    /// The pair's owner as the caller, after noting the use of the pair. In this order: `InvalidAccessKeyId.NotFound` for a
    /// pair that is not there or in the recycle bin, `InvalidAccessKeyId.Inactive`, what the proof says.
    pub(crate) fn admit(
        self,
        records: &mut dyn Session,
        service: Service,
        now: Timestamp,
    ) -> Result<Caller, Refusal> {
        let holder = Holder::read(records, &self.owner, now)?;
        let mut holder = holder.ok_or_else(unknown_pair)?;
        let pair = holder.pairs_mut().live_pair(self.id.as_str());
        let pair = pair.ok_or_else(unknown_pair)?;
        if pair.status == Status::Inactive {
            let message = "Specified access key is disabled.";
            return Err(Refusal::new(400, "InvalidAccessKeyId.Inactive", message));
        }
        self.proof?;
        if note_use(pair, service, now) && records.can_be_written() {
            holder.save(records)?;
        }
        Ok(holder.caller())
    }
}

pub(crate) fn unknown_pair() -> Refusal {
    let message = "Specified access key is not found.";
    Refusal::new(404, "InvalidAccessKeyId.NotFound", message)
}

/// Notes when and for what the pair signed, once an hour: RAM's own figure lags by hours, and a write a request is too many.
fn note_use(pair: &mut Pair, service: Service, now: Timestamp) -> bool {
    let recent = |used: Timestamp| (now - used).abs() < TimeDelta::hours(1);
    if pair.last_used_at.is_some_and(recent) {
        return false;
    }
    pair.last_used_at = Some(now);
    pair.last_used_service = format!("{service:?}");
    true
}

/// `GetCallerIdentity`.
pub(super) fn caller(call: &mut Call<'_>) -> Answer {
    let account = call.records.account()?.account_id;
    Ok(match &call.caller {
        Caller::Account => json!({
            "AccountId": account,
            "IdentityType": "Account",
            "PrincipalId": account,
            "Arn": format!("acs:ram::{account}:root"),
        }),
        Caller::RamUser { name, user_id, .. } => json!({
            "AccountId": account,
            "IdentityType": "RAMUser",
            "PrincipalId": user_id,
            "UserId": user_id,
            "Arn": format!("acs:ram::{account}:user/{name}"),
        }),
        // The form of this ARN is assumed: no document shows it.
        Caller::AssumedRole { session, .. } => json!({
            "AccountId": account,
            "IdentityType": "AssumedRoleUser",
            "PrincipalId": format!("{}:{session}", role_id(&account)),
            "RoleId": role_id(&account),
            "Arn": format!("acs:ram::{account}:assumed-role/{ROLE}/{session}"),
        }),
    })
}
