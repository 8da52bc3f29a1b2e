//! The credential report: `GenerateCredentialReport`, `GetCredentialReport` (IMS), as CSV in base64.
//!
//! Assumed, since no document tells: the header is on every page, and a report asked for before one was generated does not
//! exist. A new one is made every four hours at most ("Get a credential report"); its rows are told as they are now.

use super::users::USERS;
use super::{Answer, Call};
use crate::core::access_key::Status;
use crate::core::time::{Timestamp, format};
use crate::sandbox::refusal::Refusal;
use crate::sandbox::state::Pairs;
use base64::prelude::{BASE64_STANDARD, Engine};
use chrono::TimeDelta;
use serde_json::json;

const HEADER: &str = "user,user_creation_time,user_last_logon,password_exist,password_active,\
    password_last_changed,password_next_rotation,mfa_active,\
    access_key_1_exist,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used,\
    access_key_2_exist,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used\n";
/// Nobody here logs on with a password: last logon, exist, active, changed, next rotation, MFA.
const NO_PASSWORD: &str = "-,FALSE,N/A,N/A,N/A,FALSE";
/// Rows of a page: the account's and 3 500 users'.
const MOST_ROWS: usize = 3501;

pub(super) fn generate(call: &mut Call<'_>) -> Answer {
    let mut account = call.records.account()?;
    let recent = |made: Timestamp| call.now - made < TimeDelta::hours(4);
    if !account.report_generated_at.is_some_and(recent) {
        account.report_generated_at = Some(call.now);
        call.records.put_account(&account)?;
    }
    Ok(json!({ "State": "COMPLETED" }))
}

/// In the order of users' names, the account first; `NextToken` is the last name of the page before. `IsTruncated` is a text.
pub(super) fn get(call: &mut Call<'_>) -> Answer {
    let count = page_length(call)?;
    let account = call.records.account()?;
    let made = account.report_generated_at.ok_or_else(|| {
        let message = "The credential report does not exist.";
        Refusal::new(404, "EntityNotExist.CredentialReport", message)
    })?;
    let after = call.given("NextToken");
    let mut content = HEADER.to_owned();
    if after.is_none() {
        content += &row("<root>", account.created_at, &account.access_keys);
    }
    let room = count - usize::from(after.is_none());
    let users = call
        .records
        .users_after(after.unwrap_or_default(), USERS + 1)?;
    for user in users.iter().take(room) {
        let name = format!("{}@{}", user.name, account.default_domain);
        content += &row(&name, user.created_at, &user.access_keys);
    }
    let more = users.len() > room;
    let mut answer = json!({
        "Content": BASE64_STANDARD.encode(content),
        "GeneratedTime": format(made),
        "IsTruncated": more.to_string(),
    });
    if more {
        // A page of the account alone ends before every name.
        let last = room.checked_sub(1).and_then(|last| users.get(last));
        answer["NextToken"] = json!(last.map_or_else(|| "!".to_owned(), |user| user.name.key()));
    }
    Ok(answer)
}

fn page_length(call: &Call<'_>) -> Result<usize, Refusal> {
    match call.given("MaxItems").map(str::parse) {
        None => Ok(MOST_ROWS),
        Some(Ok(count)) if (1..=MOST_ROWS).contains(&count) => Ok(count),
        Some(_) => Err(Refusal::invalid("MaxItems", "")),
    }
}

fn row(user: &str, created_at: Timestamp, pairs: &Pairs) -> String {
    let mut row = format!("{user},{},{NO_PASSWORD}", format(created_at));
    let mut pairs = pairs.live();
    for _ in 0..2 {
        row += &pairs.next().map_or_else(
            || ",FALSE,N/A,N/A,N/A".to_owned(),
            |pair| {
                let active = if pair.status == Status::Active {
                    "TRUE"
                } else {
                    "FALSE"
                };
                let last = pair.last_used_at.map_or_else(|| "-".to_owned(), format);
                format!(",TRUE,{active},{},{last}", format(pair.updated_at))
            },
        );
    }
    row + "\n"
}
