//! The two policies there are: `AttachPolicyToUser`, `DetachPolicyFromUser`, `ListPoliciesForUser`, `ListGroupsForUser` (RAM).

use super::{Answer, Call};
use crate::core::time::format;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::User;
use serde_json::json;

/// The policies' names and descriptions.
const ADMINISTRATOR: &str = "AliyunRAMFullAccess";
const ASSUMER: &str = "AliyunSTSAssumeRoleAccess";
const POLICIES: [(&str, &str); 2] = [
    (ADMINISTRATOR, "Provides full access to RAM."),
    (ASSUMER, "Provides access to assume roles through STS."),
];

/// `EntityNotExist.Policy` for another policy, `EntityAlreadyExists.User.Policy`.
pub(super) fn attach(call: &mut Call<'_>) -> Answer {
    if !set(call, true)? {
        let message = "The policy does already attach to the user.";
        return Err(Refusal::new(
            409,
            "EntityAlreadyExists.User.Policy",
            message,
        ));
    }
    Ok(json!({}))
}

/// `EntityNotExist.Policy` for another policy, `EntityNotExist.User.Policy`.
pub(super) fn detach(call: &mut Call<'_>) -> Answer {
    if !set(call, false)? {
        let message = "The policy does not attach to the user.";
        return Err(Refusal::new(404, "EntityNotExist.User.Policy", message));
    }
    Ok(json!({}))
}

/// `AttachDate` is the user's creation: the moment of attaching is not kept.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let name = call.subject()?;
    let mut user = call.user(&name)?;
    let attached = POLICIES.iter().filter(|(name, _)| *field(&mut user, name));
    let attached: Vec<_> = attached.collect();
    let shown = |(name, description): &(&str, &str)| {
        json!({
            "PolicyName": name,
            "PolicyType": "System",
            "Description": description,
            "DefaultVersion": "v1",
            "AttachDate": format(user.created_at),
        })
    };
    let policies: Vec<_> = attached.into_iter().map(shown).collect();
    Ok(json!({ "Policies": { "Policy": policies } }))
}

/// Always none.
pub(super) fn groups(call: &mut Call<'_>) -> Answer {
    let name = call.subject()?;
    call.user(&name)?;
    Ok(json!({ "Groups": { "Group": [] } }))
}

/// Whether that changed anything.
fn set(call: &mut Call<'_>, attached: bool) -> Result<bool, Refusal> {
    let kind = call.required("PolicyType")?;
    if !matches!(kind, "System" | "Custom") {
        return Err(Refusal::invalid("PolicyType", ""));
    }
    let policy = call.required("PolicyName")?;
    if kind != "System" || !POLICIES.iter().any(|(name, _)| *name == policy) {
        let message = "The policy does not exist.";
        return Err(Refusal::new(404, "EntityNotExist.Policy", message));
    }
    let name = call.subject()?;
    let mut user = call.user(&name)?;
    if std::mem::replace(field(&mut user, policy), attached) == attached {
        return Ok(false);
    }
    call.records.put_user(&user)?;
    Ok(true)
}

/// Where a user's record says that it has the policy.
fn field<'u>(user: &'u mut User, policy: &str) -> &'u mut bool {
    if policy == ASSUMER {
        &mut user.assumes_roles
    } else {
        &mut user.administrator
    }
}
