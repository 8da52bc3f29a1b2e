//! RAM users: `CreateUser`, `GetUser`, `ListUsers`, `UpdateUser`, `DeleteUser`, of RAM and of IMS.

use super::{Answer, Call};
use crate::core::account::Owner;
use crate::core::time::format;
use crate::sandbox::identifiers::new_user_id;
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::User;
use serde_json::{Value, json};

/// RAM users in one account (quota `UsersQuota`).
pub(super) const USERS: usize = 5000;
/// The longest comments, mail address and telephone number.
const LONGEST_TEXT: usize = 128;
const MOST_LISTED: usize = 1000;

/// `EntityAlreadyExists.User` for a name that is taken in any case of letters, `LimitExceeded.User`.
pub(super) fn create(call: &mut Call<'_>) -> Answer {
    let name = call.subject()?;
    if call.is_ims() {
        call.required("DisplayName")?;
    }
    let mut user = User::new(name, new_user_id()?, call.now);
    take_texts(call, "", &mut user)?;
    if call.records.user(&user.name.key())?.is_some() {
        return Err(taken());
    }
    if call.records.count_users()? >= USERS {
        let message = "The count of users beyond the current limits.";
        return Err(Refusal::new(409, "LimitExceeded.User", message));
    }
    call.records.put_user(&user)?;
    let mut shown = shown(call, &user)?;
    without(
        &mut shown,
        if call.is_ims() {
            "UserName"
        } else {
            "UpdateDate"
        },
    );
    Ok(json!({ "User": shown }))
}

/// RAM by `UserName`; IMS by exactly one of `UserPrincipalName`, `UserId` and `UserAccessKeyId`.
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let user = if call.is_ims() {
        one_of(call, &["UserPrincipalName", "UserId", "UserAccessKeyId"])?
    } else {
        let name = call.subject()?;
        call.user(&name)?
    };
    Ok(json!({ "User": shown(call, &user)? }))
}

/// In the order of lower-cased names; `Marker` is the last name of the page before. RAM gives 100, IMS 1000 unless asked.
pub(super) fn list(call: &mut Call<'_>) -> Answer {
    let usual = if call.is_ims() { MOST_LISTED } else { 100 };
    let count = match call.given("MaxItems").map(str::parse) {
        None => usual,
        Some(Ok(count)) if (1..=MOST_LISTED).contains(&count) => count,
        Some(_) => return Err(Refusal::invalid("MaxItems", "")),
    };
    let marker = call.given("Marker").unwrap_or_default();
    let mut users = call.records.users_after(marker, count + 1)?;
    let more = users.len() > count;
    users.truncate(count);
    let mut page = Vec::with_capacity(users.len());
    for user in &users {
        let mut shown = shown(call, user)?;
        if call.is_ims() {
            without(&mut shown, "UserName");
        }
        page.push(shown);
    }
    let mut answer = json!({ "Users": { "User": page }, "IsTruncated": more });
    if let Some(last) = users.last().filter(|_| more) {
        answer["Marker"] = json!(last.name.key());
    }
    Ok(answer)
}

/// Changes what is given; a new name must be free, but for the case of its letters.
pub(super) fn update(call: &mut Call<'_>) -> Answer {
    let name = call.subject()?;
    let mut user = call.user(&name)?;
    let old_key = name.key();
    if call.given("NewUserName").is_some() {
        user.name = call.user_name("NewUserName")?;
        if user.name.key() != old_key && call.records.user(&user.name.key())?.is_some() {
            return Err(taken());
        }
    }
    take_texts(call, "New", &mut user)?;
    user.updated_at = call.now;
    call.records.rename_user(&old_key, &user)?;
    Ok(json!({ "User": shown(call, &user)? }))
}

/// `DeleteConflict.User.AccessKey` while the user has pairs, `DeleteConflict.User.Policy` while it has a policy. Its
/// recycled pairs go with it (assumed: no document tells what becomes of them).
pub(super) fn delete(call: &mut Call<'_>) -> Answer {
    let user = if call.is_ims() {
        one_of(call, &["UserPrincipalName", "UserId"])?
    } else {
        let name = call.subject()?;
        call.user(&name)?
    };
    let blocked = if user.access_keys.live().next().is_some() {
        Some(("DeleteConflict.User.AccessKey", "access keys"))
    } else {
        let policy = ("DeleteConflict.User.Policy", "policies");
        (user.administrator || user.assumes_roles).then_some(policy)
    };
    if let Some((code, what)) = blocked {
        let message = format!("The user CAN NOT has any {what} while deleting the user.");
        return Err(Refusal::new(409, code, message));
    }
    call.records.remove_user(&user.name.key())?;
    Ok(json!({}))
}

/// The user that exactly one of the parameters names.
fn one_of(call: &mut Call<'_>, parameters: &[&'static str]) -> Result<User, Refusal> {
    let given = parameters.iter().filter_map(|parameter| {
        let value = call.given(parameter)?;
        Some((*parameter, value))
    });
    let given: Vec<_> = given.collect();
    let name = match given.as_slice() {
        [("UserId", id)] => call.records.user_by_id(id)?.map(|user| user.name),
        [("UserAccessKeyId", id)] => return owner_of_live(call, id),
        [_] => Some(call.subject()?),
        _ => return Err(Refusal::invalid(parameters[0], "")),
    };
    call.user(&name.ok_or_else(Refusal::no_user)?)
}

/// The RAM user that has that pair, and not in the recycle bin.
fn owner_of_live(call: &mut Call<'_>, id: &str) -> Result<User, Refusal> {
    let Some(Owner::RamUser(name)) = call.records.owner_of(id)? else {
        return Err(Refusal::no_pair());
    };
    let mut user = call.user(&name)?;
    if user.access_keys.live_pair(id).is_none() {
        return Err(Refusal::no_pair());
    }
    Ok(user)
}

/// Puts the texts that are given, their parameters' names beginning with `prefix`, into the record. A display name has up to
/// 128 characters in RAM and 24 in IMS, and no control characters.
fn take_texts(call: &Call<'_>, prefix: &str, user: &mut User) -> Result<(), Refusal> {
    let name_length = if call.is_ims() { 24 } else { 128 };
    let texts = [
        ("DisplayName", name_length, &mut user.display_name),
        ("Comments", LONGEST_TEXT, &mut user.comments),
        ("Email", LONGEST_TEXT, &mut user.email),
        ("MobilePhone", LONGEST_TEXT, &mut user.mobile_phone),
    ];
    for (parameter, longest, field) in texts {
        let name = format!("{prefix}{parameter}");
        let Some(text) = call.raw(&name) else {
            continue;
        };
        if text.chars().count() > longest {
            return Err(Refusal::invalid(&name, ".Length"));
        }
        if parameter != "Comments" && text.chars().any(char::is_control) {
            return Err(Refusal::invalid(&name, ".InvalidChars"));
        }
        text.clone_into(field);
    }
    Ok(())
}

fn taken() -> Refusal {
    let message = "The user does already EXIST.";
    Refusal::new(409, "EntityAlreadyExists.User", message)
}

fn shown(call: &mut Call<'_>, user: &User) -> Answer {
    let mut shown = json!({
        "UserId": user.user_id,
        "UserName": user.name,
        "DisplayName": user.display_name,
        "MobilePhone": user.mobile_phone,
        "Email": user.email,
        "Comments": user.comments,
        "CreateDate": format(user.created_at),
        "UpdateDate": format(user.updated_at),
    });
    if call.is_ims() {
        let domain = call.records.account()?.default_domain;
        shown["UserPrincipalName"] = json!(format!("{}@{domain}", user.name));
        shown["ProvisionType"] = json!("Manual");
        shown["Status"] = json!("active");
        shown["Tags"] = json!({ "Tag": [] });
    }
    Ok(shown)
}

fn without(shown: &mut Value, field: &str) {
    if let Some(fields) = shown.as_object_mut() {
        fields.remove(field);
    }
}
