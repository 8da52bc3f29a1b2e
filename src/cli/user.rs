//! `akm user create|list|show|delete`

use super::{
    candidates,
    context::Context,
    listing::{self, Listed},
    table::{Column, Need},
    ui, words,
};
use crate::cli::failure::Failure;
use crate::cloud;
use crate::core::{
    access_key::{AccessKey, AccessKeyId, Status},
    account::Owner,
    name::UserName,
    time,
};
use crate::ops::{self, Account, Kind};
use clap::Subcommand;
use serde::Serialize;
use std::fmt::Write;

/// Manage RAM users
#[derive(Debug, Subcommand)]
#[command(after_long_help = examples![
    "akm user create bob" => "a RAM user without a pair; `akm create --ram-user bob` then makes one",
    "akm user list" => "as the cloud has them",
])]
pub(crate) enum User {
    /// Make a RAM user
    #[command(after_long_help = examples![
        "akm user create bob" => "a RAM user without a pair",
        "akm user create ci --display-name 'Build server' --comment 'owned by platform'" => "with what the console shows",
    ])]
    Create {
        /// The name: 1 to 64 letters, digits, `.`, `-` and `_`
        name: String,
        /// The name shown in the console [default: the name]
        #[arg(long, value_name = "TEXT")]
        display_name: Option<String>,
        /// A remark kept by the cloud
        #[arg(long, value_name = "TEXT", default_value = "")]
        comment: String,
    },
    /// Show the account's RAM users
    #[command(after_long_help = examples![
        "akm user list" => "a table",
        "akm user list -o plain" => "the names alone, one a line",
    ])]
    List,
    /// Show one RAM user and its pairs, as the cloud has them
    #[command(after_long_help = examples!["akm user show alice" => "with the status and age of its pairs"])]
    Show {
        /// The RAM user
        #[arg(add = candidates::ram_users())]
        name: String,
    },
    /// Delete a RAM user that has no AccessKey pairs
    #[command(after_long_help = examples!["akm user delete dave --yes" => "a RAM user whose pairs are deleted"])]
    Delete {
        /// The RAM user
        #[arg(add = candidates::ram_users())]
        name: String,
    },
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View<'a> {
    name: &'a str,
    user_id: &'a str,
    display_name: &'a str,
    comment: &'a str,
    created_at: Option<String>,
}

impl<'a> View<'a> {
    fn new(user: &'a cloud::User) -> Self {
        Self {
            name: user.name.as_str(),
            user_id: &user.user_id,
            display_name: &user.display_name,
            comment: &user.comments,
            created_at: user.created_at.map(time::format),
        }
    }
}

/// A RAM user and its pairs.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct WithPairs<'a> {
    access_keys: Vec<Pair<'a>>,
    #[serde(flatten)]
    user: View<'a>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Pair<'a> {
    access_key_id: &'a AccessKeyId,
    created_at: String,
    status: Status,
}

impl<'a> Pair<'a> {
    fn new(key: &'a AccessKey) -> Self {
        Self {
            access_key_id: &key.id,
            created_at: time::format(key.created_at),
            status: key.status,
        }
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Deleted<'a> {
    name: &'a str,
}

impl Listed for View<'_> {
    const WORD: &'static str = "users";
    const COLUMNS: &'static [&'static str] =
        &["name", "user_id", "created_at", "display_name", "comment"];
    const HEADER: &'static [Column] = &[
        Column("NAME", Need::Whole),
        Column("USER ID", Need::Extra(2)),
        Column("CREATED", Need::Extra(1)),
        Column("DISPLAY NAME", Need::Text),
        Column("COMMENT", Need::Text),
    ];

    fn name(&self) -> &str {
        self.name
    }

    fn cells(&self) -> Vec<String> {
        let created = self.created_at.clone().unwrap_or_default();
        vec![
            self.name.to_owned(),
            self.user_id.to_owned(),
            created,
            self.display_name.to_owned(),
            self.comment.to_owned(),
        ]
    }
}

impl User {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create {
                name,
                display_name,
                comment,
            } => create(context, name, display_name.as_deref(), comment),
            Self::List => list(context),
            Self::Show { name } => show(context, name),
            Self::Delete { name } => delete(context, name),
        }
    }
}

fn create(
    context: &Context,
    name: &str,
    display_name: Option<&str>,
    comment: &str,
) -> Result<(), Failure> {
    let name = UserName::parse(name)?;
    let session = context.changing()?;
    let user = ops::user::create(
        &session,
        &name,
        display_name.unwrap_or(name.as_str()),
        comment,
    )?;
    made(context, &session, &user.name);
    if context.ui.json() {
        return ui::print_json(&View::new(&user));
    }
    ui::print(format!("{}\n", user.name).as_bytes())
}

/// Says that a RAM user was made, and that it may do nothing yet.
pub(super) fn made(context: &Context, account: &Account, name: &UserName) {
    let place = words::place(account);
    context
        .ui
        .result(&format!("Created RAM user {name} in {place}."));
    context
        .ui
        .note("no-policy", &words::may_do_nothing(account, name));
}

fn list(context: &Context) -> Result<(), Failure> {
    let session = context.session()?;
    session.check_account()?;
    let users = session.cloud.users()?;
    let views: Vec<View> = users.iter().map(View::new).collect();
    listing::print(&views, context.ui.output)
}

fn show(context: &Context, name: &str) -> Result<(), Failure> {
    let name = UserName::parse(name)?;
    let session = context.session()?;
    session.check_account()?;
    let user = session.cloud.user(&name)?;
    let pairs = session.cloud.pairs(&Owner::RamUser(name))?;
    let view = View::new(&user);
    if context.ui.json() {
        let access_keys = pairs.iter().map(Pair::new).collect();
        let user = view;
        return ui::print_json(&serde_json::json!(WithPairs { access_keys, user }));
    }
    let mut text = listing::table(std::slice::from_ref(&view));
    for key in &pairs {
        let created = time::format(key.created_at);
        let _ = writeln!(text, "{}  {}  {created}", key.id, key.status);
    }
    ui::print(text.as_bytes())
}

fn delete(context: &Context, name: &str) -> Result<(), Failure> {
    let name = UserName::parse(name)?;
    let session = context.changing()?;
    ops::user::check_deletable(&session, &name).map_err(|failure| {
        let is_missing = failure.kind == Kind::NoSuchUser;
        let failure = Failure::from(failure);
        if is_missing {
            return failure.hint("`akm user list` shows the ones there are");
        }
        failure
    })?;
    let place = words::place(&session);
    let question = format!("delete RAM user {name} in {place}?");
    context.ui.insist(&question)?;
    ops::user::delete(&session, &name)?;
    context
        .ui
        .result(&format!("Deleted RAM user {name} in {place}."));
    if context.ui.json() {
        return ui::print_json(&Deleted {
            name: name.as_str(),
        });
    }
    Ok(())
}
