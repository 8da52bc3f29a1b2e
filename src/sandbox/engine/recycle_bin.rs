//! Deleted pairs, for 30 days: `ListAccessKeysInRecycleBin`, `GetAccessKeyInfoInRecycleBin`, `RestoreAccessKeyFromRecycleBin`,
//! `DeleteAccessKeyInRecycleBin` (IMS).
//!
//! Assumed, since no document tells: the account's own pairs are recycled like a user's, under the account's id as `UserId`;
//! recycled pairs of a deleted user are gone with it; a pair is not restored beside two others.

use super::holder::Holder;
use super::{Answer, Call, Caller};
use crate::core::access_key::Status;
use crate::core::account::Owner;
use crate::core::time::format;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::Pair;
use serde_json::{Value, json};

pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let holder = holder_by_id(call)?;
    let pairs: Vec<Value> = holder.pairs().recycled().map(shown).collect();
    Ok(json!({ "AccessKeys": { "AccessKey": pairs } }))
}

/// The one call that finds a pair's owner by the AccessKey ID alone.
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let id = call.required("UserAccessKeyId")?;
    let owner = call.records.owner_of(id)?.ok_or_else(Refusal::no_pair)?;
    let holder = call.holder(&owner)?;
    let pair = holder
        .pairs()
        .recycled()
        .find(|pair| pair.id.as_str() == id);
    let mut shown = shown(pair.ok_or_else(Refusal::no_pair)?);
    shown["UserId"] = json!(holder.id());
    shown["UserRecycled"] = json!(false);
    shown["UserPrincipalName"] = match &holder {
        Holder::Account(_) => json!(""),
        Holder::User(user) => {
            json!(format!(
                "{}@{}",
                user.name,
                call.records.account()?.default_domain
            ))
        }
    };
    Ok(json!({ "AccessKey": shown }))
}

/// The pair is Active at once. `LimitExceeded.User.AccessKey` when its owner has two others by now.
pub(super) fn restore(call: &mut Call<'_>) -> Answer {
    let id = call.required("UserAccessKeyId")?;
    let mut holder = holder_by_id(call)?;
    let pair = holder.pairs_mut().take_recycled(id);
    let mut pair = pair.ok_or_else(Refusal::no_pair)?;
    if holder.pairs().live().count() >= call.records.account()?.quota() {
        return Err(Refusal::too_many_pairs());
    }
    pair.recycled_at = None;
    pair.status = Status::Active;
    pair.updated_at = call.now;
    holder.pairs_mut().add(pair);
    holder.save(call.records)?;
    Ok(json!({}))
}

/// For good.
pub(super) fn purge(call: &mut Call<'_>) -> Answer {
    let id = call.required("UserAccessKeyId")?;
    let mut holder = holder_by_id(call)?;
    let purged = holder.pairs_mut().take_recycled(id);
    purged.ok_or_else(Refusal::no_pair)?;
    holder.save(call.records)?;
    Ok(json!({}))
}

/// The owner that `UserId` names. A RAM user may leave it out and means itself; the account must not (IMS,
/// `DeleteAccessKeyInRecycleBin`).
fn holder_by_id(call: &mut Call<'_>) -> Result<Holder, Refusal> {
    let owner = match (call.given("UserId"), &call.caller) {
        (None, Caller::RamUser { name, .. }) => Owner::RamUser(name.clone()),
        (None, Caller::Account | Caller::AssumedRole { .. }) => {
            return Err(Refusal::missing("UserId"));
        }
        (Some(id), _) if id == call.records.account()?.account_id.as_str() => Owner::Account,
        (Some(id), _) => {
            let user = call.records.user_by_id(id)?;
            Owner::RamUser(user.ok_or_else(Refusal::no_user)?.name)
        }
    };
    call.holder(&owner)
}

fn shown(pair: &Pair) -> Value {
    json!({
        "AccessKeyId": pair.id,
        "CreateDate": format(pair.created_at),
        "RecycleDate": pair.recycled_at.map(format),
        "DeleteDate": pair.purge_at().map(format),
    })
}
