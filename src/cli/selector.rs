//! Selectors: an owner by its name, or a pair by its id or as an owner's current one.

use super::candidates;
use crate::cli::failure::Failure;
use crate::core::{access_key::AccessKeyId, account::Owner, name::UserName, pasted::trimmed};
use crate::ops::{Kind, credentials::Selector};
use clap::Args;

/// An owner of pairs.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct OwnerArgs {
    /// A RAM user of the account
    #[arg(value_name = "NAME", add = candidates::ram_users())]
    name: Option<String>,
    /// The RAM user NAME, as an option
    #[arg(short = 'u', long, value_name = "NAME", add = candidates::ram_users())]
    ram_user: Option<String>,
    /// The account itself
    #[arg(long)]
    account: bool,
}

impl OwnerArgs {
    /// Returns the owner that was named, if one was. `BadName` when no RAM user can have that name, `Usage` for an AccessKey ID.
    pub(crate) fn owner(&self) -> Result<Option<Owner>, Failure> {
        match &self.name {
            Some(text) if AccessKeyId::has_usual_form(text) => Err(not_a_name(text)),
            named => owner(named.as_ref().or(self.ram_user.as_ref()), self.account),
        }
    }

    pub(crate) fn is_named(&self) -> bool {
        self.name.is_some() || self.ram_user.is_some() || self.account
    }

    /// Returns the owner, which must be named.
    pub(crate) fn required(&self) -> Result<Owner, Failure> {
        self.owner()?.ok_or_else(|| {
            Failure::new(Kind::Usage, "no owner was named")
                .hint("add a RAM user's NAME, or `--account`")
        })
    }
}

/// A pair: by its id, or an owner's current one, or the one that akm signs with.
#[derive(Debug, Args)]
#[group(multiple = false, required = true)]
pub(crate) struct PairArgs {
    /// An AccessKey ID, or a RAM user's name for its current pair
    #[arg(value_name = "SELECTOR", add = candidates::pairs_and_users())]
    selector: Option<String>,
    /// The current pair of the RAM user NAME
    #[arg(short = 'u', long, value_name = "NAME", add = candidates::ram_users())]
    ram_user: Option<String>,
    /// The account's own current pair
    #[arg(long)]
    account: bool,
    /// What the profile signs with
    #[arg(long = "self")]
    pub(crate) own: bool,
}

impl PairArgs {
    /// Returns what was selected. `BadName` when no RAM user can have that name.
    pub(crate) fn selected(&self) -> Result<Selector, Failure> {
        if let Some(text) = &self.selector {
            return selector(text);
        }
        let owner = owner(self.ram_user.as_ref(), self.account)?;
        Ok(owner.map_or(Selector::Own, Selector::CurrentOf))
    }
}

/// Reads a positional selector: a text in the usual form of an AccessKey ID is one, any other is a RAM user's name.
pub(crate) fn selector(text: &str) -> Result<Selector, Failure> {
    if AccessKeyId::has_usual_form(text) {
        return Ok(Selector::Id(key_id(text)?));
    }
    Ok(Selector::CurrentOf(Owner::RamUser(UserName::parse(text)?)))
}

pub(crate) fn owner(name: Option<&String>, account: bool) -> Result<Option<Owner>, Failure> {
    match (name, account) {
        (Some(name), _) => Ok(Some(Owner::RamUser(UserName::parse(name)?))),
        (None, true) => Ok(Some(Owner::Account)),
        (None, false) => Ok(None),
    }
}

fn not_a_name(text: &str) -> Failure {
    let message = format!("`{text}` is an AccessKey ID, and a RAM user's name is expected");
    Failure::new(Kind::Usage, message).hint(format!(
        "name the RAM user; if one is called that: `-u {text}`"
    ))
}

/// An AccessKey ID from the command line, without the blanks around it: a script's variable may end in CR.
pub(crate) fn key_id(text: &str) -> Result<AccessKeyId, Failure> {
    Ok(AccessKeyId::parse(trimmed(text))?)
}

pub(crate) fn nothing_known(owner: &Owner) -> Failure {
    crate::ops::credentials::nothing_known(owner).into()
}
