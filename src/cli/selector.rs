//! Which pair or owner is meant: a pair by its id, or an owner's current one.

use super::complete;
use crate::core::{access_key::AccessKeyId, account::Owner, name::UserName};
use crate::metadata::inventory::{Inventory, PairRecord};
use crate::ops::{self, Failure, Kind};
use clap::Args;

/// An owner of pairs.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct OwnerArgs {
    /// A RAM user of the account
    #[arg(long, value_name = "NAME", add = complete::ram_users())]
    ram_user: Option<String>,
    /// The account itself
    #[arg(long)]
    account: bool,
}

impl OwnerArgs {
    /// The owner that was named, if one was. `BadName` when no RAM user can have that name.
    pub(crate) fn owner(&self) -> Result<Option<Owner>, Failure> {
        match (&self.ram_user, self.account) {
            (Some(name), _) => Ok(Some(Owner::RamUser(UserName::parse(name)?))),
            (None, true) => Ok(Some(Owner::Account)),
            (None, false) => Ok(None),
        }
    }

    /// The owner, which must be named.
    pub(crate) fn required(&self) -> Result<Owner, Failure> {
        self.owner()?.ok_or_else(|| {
            Failure::new(Kind::Usage, "no owner was named")
                .hint("add `--ram-user NAME` or `--account`")
        })
    }
}

/// A pair: by its id, or an owner's current one, or the one that akm signs with.
#[derive(Debug, Args)]
#[group(multiple = false, required = true)]
pub(crate) struct PairArgs {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID", add = complete::pairs(PairRecord::is_held))]
    id: Option<String>,
    /// The current pair of a RAM user
    #[arg(long, value_name = "NAME", add = complete::ram_users())]
    ram_user: Option<String>,
    /// The account's own current pair
    #[arg(long)]
    account: bool,
    /// What the profile signs with
    #[arg(long = "self")]
    pub(crate) own: bool,
}

impl PairArgs {
    /// The pair as metadata knows it; `None` for `--self`.
    pub(crate) fn pair(&self, inventory: &Inventory) -> Result<Option<PairRecord>, Failure> {
        if self.own {
            return Ok(None);
        }
        if let Some(id) = &self.id {
            let id = key_id(id)?;
            let record = inventory
                .owner_of(&id)?
                .ok_or_else(|| ops::session::no_such_pair(&id))?;
            return ops::export::alive(&record, &id).cloned().map(Some);
        }
        let owner = OwnerArgs {
            ram_user: self.ram_user.clone(),
            account: self.account,
        }
        .required()?;
        let record = inventory
            .load(&owner)?
            .ok_or_else(|| nothing_known(&owner))?;
        Ok(Some(ops::export::current(&record)?.clone()))
    }
}

/// An AccessKey ID from the command line.
pub(crate) fn key_id(text: &str) -> Result<AccessKeyId, Failure> {
    Ok(AccessKeyId::parse(text)?)
}

pub(crate) fn nothing_known(owner: &Owner) -> Failure {
    Failure::new(
        Kind::NoSuchPair,
        format!("akm knows no AccessKey pair of {owner}"),
    )
    .hint(format!(
        "`akm create {0}` makes one; `akm list {0} --refresh` asks the cloud",
        owner.selector()
    ))
}
