//! `akm disable`, `akm enable`, `akm restore`

use super::{context::Context, pair::PairView, selector::key_id, ui};
use crate::metadata::inventory::PairRecord;
use crate::ops::{Failure, Session, Tell, retire};
use clap::Args;

/// Make an AccessKey pair Inactive; `akm enable` undoes it
#[derive(Debug, Args)]
pub(crate) struct Disable {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID")]
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
pub(crate) struct Enable {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID")]
    id: String,
}

impl Enable {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let session = context.changing()?;
        show(context, &session, &retire::enable(&session, &id)?)
    }
}

/// Bring a deleted AccessKey pair back from the cloud's recycle bin, Inactive
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID")]
    id: String,
    /// Leave it Active, as the cloud returns it
    #[arg(long)]
    active: bool,
}

impl Restore {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let session = context.changing()?;
        show(
            context,
            &session,
            &retire::restore(&session, &id, self.active)?,
        )
    }
}

fn show(context: &Context, session: &Session, pair: &PairRecord) -> Result<(), Failure> {
    let owner = session.owner_of(&pair.access_key_id)?;
    context.ui.note(&format!(
        "`{}` of {owner} is {}",
        pair.access_key_id, pair.status
    ));
    if context.ui.json() {
        return ui::print_json(&PairView::new(session, &owner, pair));
    }
    Ok(())
}
