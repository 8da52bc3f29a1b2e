//! The one policy there is: `AttachPolicyToUser`, `DetachPolicyFromUser`, `ListPoliciesForUser`, `ListGroupsForUser` (RAM).

use super::{Answer, Call};
use crate::core::time::format;
use crate::sandbox::refusal::Refusal;
use serde_json::json;

const ADMINISTRATOR: &str = "AliyunRAMFullAccess";

/// `EntityNotExist.Policy` for another policy, `EntityAlreadyExists.User.Policy`.
pub(super) fn attach(call: &mut Call<'_>) -> Answer {
    if !set_administrator(call, true)? {
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
    if !set_administrator(call, false)? {
        let message = "The policy does not attach to the user.";
        return Err(Refusal::new(404, "EntityNotExist.User.Policy", message));
    }
    Ok(json!({}))
}

/// `AttachDate` is the user's creation: the moment of attaching is not kept.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let name = call.subject()?;
    let user = call.user(&name)?;
    let policy = json!({
        "PolicyName": ADMINISTRATOR,
        "PolicyType": "System",
        "Description": "Provides full access to RAM.",
        "DefaultVersion": "v1",
        "AttachDate": format(user.created_at),
    });
    let policies: Vec<_> = user.administrator.then_some(policy).into_iter().collect();
    Ok(json!({ "Policies": { "Policy": policies } }))
}

/// Always none.
pub(super) fn groups(call: &mut Call<'_>) -> Answer {
    let name = call.subject()?;
    call.user(&name)?;
    Ok(json!({ "Groups": { "Group": [] } }))
}

/// Whether that changed anything.
fn set_administrator(call: &mut Call<'_>, administrator: bool) -> Result<bool, Refusal> {
    if !matches!(call.required("PolicyType")?, "System" | "Custom") {
        return Err(Refusal::invalid("PolicyType", ""));
    }
    let named = (call.required("PolicyType")?, call.required("PolicyName")?);
    if named != ("System", ADMINISTRATOR) {
        let message = "The policy does not exist.";
        return Err(Refusal::new(404, "EntityNotExist.Policy", message));
    }
    let name = call.subject()?;
    let mut user = call.user(&name)?;
    if user.administrator == administrator {
        return Ok(false);
    }
    user.administrator = administrator;
    call.records.put_user(&user)?;
    Ok(true)
}
