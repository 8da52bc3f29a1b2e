//! `akm disable`, `akm enable`, `akm restore`

use super::{candidates, context::Context, pair::PairView, selector::key_id, ui, words};
use crate::cli::failure::Failure;
use crate::core::access_key::Status;
use crate::metadata::inventory::PairRecord;
use crate::ops::{Session, restore, retire};
use clap::Args;

/// Make an AccessKey pair Inactive; `akm enable` undoes it
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm disable LTAI5tAbCdEfGhIjKlMnOp" => "nothing is lost: `akm enable` makes it Active again",
    "akm disable LTAI5tAbCdEfGhIjKlMnOp --force" => "even if it is its owner's last Active pair",
])]
pub(crate) struct Disable {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID", add = candidates::pairs(|pair| pair.is(Status::Active)))]
    id: String,
    /// Disable it even if it is its owner's last Active pair
    #[arg(long)]
    force: bool,
}

impl Disable {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let session = context.changing()?;
        show(
            context,
            &session,
            &retire::disable(&session, &id, self.force)?,
        )
    }
}

/// Make an AccessKey pair Active
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm enable LTAI5tAbCdEfGhIjKlMnOp" => "take a `disable` back, or the end of a rotation",
])]
pub(crate) struct Enable {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID", add = candidates::pairs(|pair| pair.is(Status::Inactive)))]
    id: String,
    /// Enable it even if it leaked
    #[arg(long)]
    force: bool,
}

impl Enable {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let session = context.changing()?;
        show(
            context,
            &session,
            &retire::enable(&session, &id, self.force)?,
        )
    }
}

/// Bring a deleted AccessKey pair back from the cloud's recycle bin, Inactive
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm restore LTAI5tAbCdEfGhIjKlMnOp" => "back, Inactive, with the secret that is saved",
    "akm restore LTAI5tAbCdEfGhIjKlMnOp --active" => "back and in use at once",
])]
pub(crate) struct Restore {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID", add = candidates::pairs(PairRecord::is_deleted))]
    id: String,
    /// Leave it Active, as the cloud returns it
    #[arg(long)]
    active: bool,
    /// Restore it even if it leaked
    #[arg(long)]
    force: bool,
}

impl Restore {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let session = context.changing()?;
        let pair = restore::restore(
            &session,
            &id,
            restore::Wanted {
                active: self.active,
                force: self.force,
            },
        )?;
        if pair.secret_store.is_none() {
            context.ui.warning(
                "secret-missing",
                &format!("akm does not have the secret of `{id}`"),
            );
        }
        show(context, &session, &pair)
    }
}

fn show(context: &Context, session: &Session, pair: &PairRecord) -> Result<(), Failure> {
    let owner = session.owner_of(&pair.access_key_id)?;
    context.ui.result(&format!(
        "AccessKey {} of {} in {} is {}.",
        pair.access_key_id,
        words::whose(&owner),
        words::place(session),
        pair.status
    ));
    if context.ui.json() {
        return ui::print_json(&PairView::new(session, &owner, pair));
    }
    Ok(())
}
