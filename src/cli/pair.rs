//! `akm delete`, and how one pair is shown.

use super::{candidates, context::Context, question, selector::key_id, ui, words};
use crate::cli::failure::Failure;
use crate::core::{account::Owner, name::UserName, time};
use crate::metadata::inventory::PairRecord;
use crate::ops::{Account, retire};
use clap::Args;
use serde::Serialize;

/// One pair under `--json`, for `create`, `rotate`, `disable` and `enable`.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct PairView<'a> {
    access_key_id: &'a str,
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: &'a str,
    ram_user: Option<&'a str>,
    account_id: &'a str,
    profile: &'a str,
    #[cfg_attr(test, schemars(with = "crate::core::access_key::Status"))]
    status: &'a str,
    created_at: String,
    #[cfg_attr(test, schemars(with = "Option<crate::core::place::StoreKind>"))]
    secret_store: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_key_secret: Option<&'a str>,
}

impl<'a> PairView<'a> {
    pub(crate) fn new(account: &'a Account, owner: &'a Owner, pair: &'a PairRecord) -> Self {
        Self {
            access_key_id: pair.access_key_id.as_str(),
            owner: owner.kind(),
            ram_user: owner.ram_user().map(UserName::as_str),
            account_id: account.id.as_str(),
            profile: account.profile.as_str(),
            status: pair.status.as_str(),
            created_at: time::format(pair.created_at),
            secret_store: pair
                .secret_store
                .map(super::super::core::place::StoreKind::as_str),
            access_key_secret: None,
        }
    }
}

/// Delete an AccessKey pair
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm delete LTAI5tAbCdEfGhIjKlMnOp --yes" => "an Inactive pair; `akm restore` brings it back while the recycle bin keeps it",
    "akm delete LTAI5tAbCdEfGhIjKlMnOp --purge --yes" => "for good, and its secret with it",
])]
pub(crate) struct Delete {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID", add = candidates::pairs(PairRecord::is_live))]
    id: String,
    /// Delete it even while it is Active
    #[arg(long)]
    force: bool,
    /// Empty the recycle bin of it too, and forget its secret: nothing brings it back
    #[arg(long)]
    purge: bool,
}

/// A pair that was deleted.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Deleted<'a> {
    access_key_id: &'a str,
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: &'a str,
    ram_user: Option<&'a str>,
    restorable_until: Option<String>,
}

impl Delete {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let allowed = retire::Allowed {
            active: self.force,
            purge: self.purge,
        };
        let session = context.changing()?;
        let owner = retire::about_to_delete(&session, &id, allowed)?;
        let end = if self.purge { ", for good" } else { "" };
        let asked = || format!("delete {}{end}?", question::pair(&session, &owner, &id));
        context.ui.insist_on(asked)?;
        let deleted = retire::delete(&session, &id, allowed)?;
        let (whose, place) = (words::whose(&deleted.owner), words::place(&session));
        let kept = match deleted.restorable_until {
            Some(until) => format!(" The recycle bin keeps it until {}.", time::format(until)),
            None if self.purge => String::new(),
            None => " Until when the recycle bin keeps it is not known.".to_owned(),
        };
        context.ui.result(&format!(
            "Deleted AccessKey {id} of {whose} in {place}{end}.{kept}"
        ));
        if context.ui.json() {
            return ui::print_json(&Deleted {
                access_key_id: id.as_str(),
                owner: deleted.owner.kind(),
                ram_user: deleted.owner.ram_user().map(UserName::as_str),
                restorable_until: deleted.restorable_until.map(time::format),
            });
        }
        Ok(())
    }
}
