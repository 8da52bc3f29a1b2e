//! `akm show`

mod block;
mod unfinished;

use super::{
    candidates,
    context::Context,
    list::{Marks, Row},
    recover::{Row as Unfinished, rows},
    rotate::owner_of_signer,
    selector::{nothing_known, owner, selector},
    ui,
};
use crate::cli::failure::Failure;
use crate::core::{access_key::AccessKeyId, account::Owner, name::UserName, time};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::ops::{
    Account,
    credentials::{self, Selector},
    recover::{self, Open},
    session::no_such_pair,
};
use clap::Args;
use serde::Serialize;

/// Show all that akm knows of one AccessKey pair, or of one owner and its pairs
///
/// It is what this machine knows: no cloud is asked, and no secret store is opened. `akm list --refresh` asks the cloud.
#[derive(Debug, Args)]
#[group(multiple = false, required = true)]
#[command(after_long_help = examples![
    "akm show LTAI5tAbCdEfGhIjKlMnOp" => "one pair: whose it is, where its secret is, what is due",
    "akm show alice" => "a RAM user's pairs, and what is unfinished",
    "akm show alice --json" => "the rows of `akm list --json`, and what is unfinished",
])]
pub(crate) struct Show {
    /// An AccessKey ID, or a RAM user's name
    #[arg(value_name = "SELECTOR", add = candidates::pairs_or_users(PairRecord::is_live))]
    selector: Option<String>,
    /// The RAM user NAME
    #[arg(short = 'u', long, value_name = "NAME", add = candidates::ram_users())]
    ram_user: Option<String>,
    /// The account itself
    #[arg(long)]
    account: bool,
    /// The owner of the pair that the profile signs with
    #[arg(long = "self")]
    own: bool,
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let selected = self.selected(context)?;
        let account = context.account()?;
        let account = account.ok_or_else(|| match &selected {
            Selected::Pair(id) => no_such_pair(id).into(),
            Selected::Owner(owner) => nothing_known(owner),
        })?;
        match selected {
            Selected::Pair(id) => pair(context, &account, &id),
            Selected::Owner(owner) => all_of(context, &account, &owner),
        }
    }

    fn selected(&self, context: &Context) -> Result<Selected, Failure> {
        if self.own {
            return Ok(Selected::Owner(owner_of_signer(context)?));
        }
        let text = self.selector.as_deref();
        if let Some(Selector::Id(id)) = text.map(selector).transpose()? {
            return Ok(Selected::Pair(id));
        }
        let name = self.selector.as_ref().or(self.ram_user.as_ref());
        let named = owner(name, self.account)?;
        Ok(Selected::Owner(named.unwrap_or(Owner::Account)))
    }
}

enum Selected {
    Pair(AccessKeyId),
    Owner(Owner),
}

fn pair(context: &Context, account: &Account, id: &AccessKeyId) -> Result<(), Failure> {
    let record = account.inventory.owner_of(id)?;
    let record = record.ok_or_else(|| no_such_pair(id))?;
    let pair = credentials::alive(&record, id)?;
    let marks = Marks::read(context, Some(account), Some(&record.owner()))?;
    let row = Row::new(&record, pair, &marks);
    if context.ui.json() {
        return ui::print_json(&row);
    }
    ui::print_text(&block::of(context, account, &record, pair, &row))
}

/// `NoSuchPair` for an owner of whom no pair is known and nothing is unfinished.
fn all_of(context: &Context, account: &Account, owner: &Owner) -> Result<(), Failure> {
    let Some(record) = account.inventory.load(owner)? else {
        // An AccessKey ID of an old form reads like a name.
        return match credentials::odd_id(owner) {
            Some(id) if account.inventory.owner_of(&id)?.is_some() => pair(context, account, &id),
            _ => print(context, account, &account.record(owner)?),
        };
    };
    print(context, account, &record)
}

fn print(context: &Context, account: &Account, record: &OwnerRecord) -> Result<(), Failure> {
    let owner = record.owner();
    let open = recover::list_of(&account.journal, &owner)?;
    if open.is_empty() && record.live().next().is_none() {
        return Err(nothing_known(&owner));
    }
    let marks = Marks::read(context, Some(account), Some(&owner))?;
    let pairs = record
        .live()
        .map(|pair| (pair, Row::new(record, pair, &marks)));
    let pairs: Vec<(&PairRecord, Row)> = pairs.collect();
    if context.ui.json() {
        let access_keys = pairs.into_iter().map(|(_, row)| row).collect();
        return ui::print_json(&View::new(account, record, access_keys, &open));
    }
    let blocks = pairs.iter();
    let blocks = blocks.map(|(pair, row)| block::of(context, account, record, pair, row));
    let unfinished = unfinished::of(context, account, &owner, &open);
    let blocks: Vec<String> = blocks.chain(unfinished).collect();
    ui::print_text(&blocks.join("\n"))
}

/// An owner and its pairs, for a script.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View<'a> {
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: &'static str,
    ram_user: Option<&'a str>,
    account_id: &'a str,
    profile: &'a str,
    access_keys: Vec<Row<'a>>,
    unfinished: Vec<Unfinished<'a>>,
    refreshed_at: Option<String>,
}

impl<'a> View<'a> {
    fn new(
        account: &'a Account,
        record: &'a OwnerRecord,
        access_keys: Vec<Row<'a>>,
        open: &'a [Open],
    ) -> Self {
        Self {
            owner: record.owner().kind(),
            ram_user: record.ram_user.as_ref().map(UserName::as_str),
            account_id: account.id.as_str(),
            profile: account.profile.as_str(),
            access_keys,
            unfinished: rows(open),
            refreshed_at: record.refreshed_at.map(time::format),
        }
    }
}
