//! `akm leak`

use super::{
    candidates,
    context::Context,
    rotate::told,
    selector::{self, owner},
};
use crate::cli::failure::Failure;
use crate::core::{access_key::AccessKeyId, account::Owner};
use crate::ops::{Session, credentials::Selector, rotate};
use clap::Args;

/// Others may have this pair: disable it now, then replace and delete it
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm leak LTAI5tAbCdEfGhIjKlMnOp" => "disabled before anything else; another pair takes its place, and its secret is not kept",
    "akm leak alice" => "the only pair of that RAM user",
    "akm recover --dismiss LTAI5tAbCdEfGhIjKlMnOp" => "reported by mistake: nothing more is done about it",
])]
#[group(multiple = false, required = true)]
pub(crate) struct Leak {
    /// An AccessKey ID, or a RAM user's name for its only pair
    #[arg(value_name = "NAME|KEY_ID", add = candidates::pairs_and_users())]
    selector: Option<String>,
    /// The only pair of the RAM user NAME
    #[arg(short = 'u', long, value_name = "NAME", add = candidates::ram_users())]
    ram_user: Option<String>,
    /// The account's own only pair
    #[arg(long)]
    account: bool,
}

impl Leak {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let session = context.changing()?;
        let (owner, id) = self.selected(&session)?;
        let standing = rotate::leaked(&session, &owner, id.as_ref())?;
        told::say(&context.ui, &session, &owner, &standing);
        told::print(&context.ui, &session, &owner, &standing)
    }

    fn selected(&self, session: &Session) -> Result<(Owner, Option<AccessKeyId>), Failure> {
        let named = self
            .selector
            .as_deref()
            .map(selector::selector)
            .transpose()?;
        match named {
            Some(Selector::Id(id)) => Ok((session.owner_of(&id)?, Some(id))),
            Some(Selector::CurrentOf(owner)) => Ok((owner, None)),
            _ => {
                let owner = owner(self.ram_user.as_ref(), self.account)?;
                Ok((owner.unwrap_or(Owner::Account), None))
            }
        }
    }
}
