//! `akm rollback`

use super::{context::Context, rotate::told, selector::OwnerArgs};
use crate::cli::failure::Failure;
use crate::core::account::Owner;
use crate::ops::rotate;
use clap::Args;

/// Put the old pair of an unfinished rotation back into use, and take the new one out of it
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm rollback alice" => "something still needs the old pair: it is enabled, verified and handed out, then the new one is disabled",
])]
pub(crate) struct Rollback {
    #[command(flatten)]
    owner: OwnerArgs,
    /// The owner of the pair that the profile signs with
    #[arg(long = "self", conflicts_with_all = ["name", "ram_user", "account"])]
    own: bool,
}

impl Rollback {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let owner = self.selected(context)?;
        let session = context.changing()?;
        let standing = rotate::roll_back(&session, &owner)?;
        told::say(&context.ui, &session, &owner, &standing);
        told::print(&context.ui, &session, &owner, &standing)
    }

    fn selected(&self, context: &Context) -> Result<Owner, Failure> {
        if self.own {
            return super::rotate::owner_of_signer(context);
        }
        self.owner.required()
    }
}
