//! AccessKey pairs: `CreateAccessKey`, `ListAccessKeys`, `UpdateAccessKey`, `DeleteAccessKey`, `GetAccessKeyLastUsed`; RAM's for
//! a named user, IMS's for the account's own as well.

use super::{Answer, Call};
use crate::core::access_key::Status;
use crate::core::time::format;
use crate::sandbox::identifiers::{new_access_key_id, secret_of};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::Pair;
use serde_json::{Value, json};

/// `LimitExceeded.User.AccessKey` when the owner has as many as it may; those in the recycle bin do not count.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let owner = call.target()?;
    let mut holder = call.holder(&owner)?;
    if holder.pairs().live().count() >= call.records.account()?.quota() {
        return Err(Refusal::too_many_pairs());
    }
    let pair = Pair::new(new_access_key_id(&holder.key())?, call.now);
    let secret = secret_of(call.seed, pair.id.as_str())?;
    let mut shown = shown(&pair);
    shown["AccessKeySecret"] = json!(secret.expose());
    holder.pairs_mut().add(pair);
    holder.save(call.records)?;
    Ok(json!({ "AccessKey": shown }))
}

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let owner = call.target()?;
    let holder = call.holder(&owner)?;
    let with_update = |pair: &Pair| {
        let mut shown = shown(pair);
        if call.is_ims() {
            shown["UpdateDate"] = json!(format(pair.updated_at));
        }
        shown
    };
    let pairs: Vec<Value> = holder.pairs().live().map(with_update).collect();
    Ok(json!({ "AccessKeys": { "AccessKey": pairs } }))
}

/// `InvalidParameter.Status` for another word than `Active` and `Inactive` (the code is assumed: RAM's is not published).
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let status = match call.required("Status")? {
        "Active" => Status::Active,
        "Inactive" => Status::Inactive,
        _ => return Err(Refusal::invalid("Status", "")),
    };
    let id = call.required("UserAccessKeyId")?;
    let owner = call.target()?;
    let mut holder = call.holder(&owner)?;
    let pair = holder.pairs_mut().live_pair(id);
    let pair = pair.ok_or_else(Refusal::no_pair)?;
    pair.status = status;
    pair.updated_at = call.now;
    holder.save(call.records)?;
    Ok(json!({}))
}

/// Moves the pair to the recycle bin, Active or not. (Documented for RAM users' pairs; assumed for the account's own.)
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let id = call.required("UserAccessKeyId")?;
    let owner = call.target()?;
    let mut holder = call.holder(&owner)?;
    if !holder.pairs_mut().recycle(id, call.now) {
        return Err(Refusal::no_pair());
    }
    holder.save(call.records)?;
    Ok(json!({}))
}

/// An empty date for a pair that never signed (assumed: no document shows that case). IMS adds the service.
pub(super) fn last_used(call: &mut Call<'_>) -> Answer {
    let id = call.required("UserAccessKeyId")?;
    let owner = call.target()?;
    let mut holder = call.holder(&owner)?;
    let pair = holder.pairs_mut().live_pair(id);
    let pair = pair.ok_or_else(Refusal::no_pair)?;
    let mut used = json!({ "LastUsedDate": pair.last_used_at.map(format).unwrap_or_default() });
    if call.is_ims() {
        used["ServiceName"] = json!(pair.last_used_service);
    }
    Ok(json!({ "AccessKeyLastUsed": used }))
}

fn shown(pair: &Pair) -> Value {
    json!({
        "AccessKeyId": pair.id,
        "Status": pair.status,
        "CreateDate": format(pair.created_at),
    })
}
