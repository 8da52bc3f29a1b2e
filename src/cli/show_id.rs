//! `akm show-id`

use super::{
    context::Context,
    selector::{OwnerArgs, nothing_known},
    ui,
};
use crate::ops::{Failure, Tell, credentials};
use clap::Args;
use serde_json::json;

/// Print the AccessKey ID of an owner's current pair
#[derive(Debug, Args)]
#[command(after_help = examples![
    "akm show-id --ram-user alice" => "the current pair: the newest Active one whose secret is held",
    "akm show-id --ram-user alice --all" => "all of them, oldest first",
])]
pub(crate) struct ShowId {
    #[command(flatten)]
    owner: OwnerArgs,
    /// All of the owner's pairs, one a line, oldest first
    #[arg(long)]
    all: bool,
}

impl ShowId {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let owner = self.owner.required()?;
        let record = context
            .account()?
            .map(|known| known.inventory.load(&owner))
            .transpose()?
            .flatten();
        let record = record
            .filter(|record| record.live().next().is_some())
            .ok_or_else(|| nothing_known(&owner))?;
        let ids: Vec<&str> = if self.all {
            record
                .live()
                .map(|pair| pair.access_key_id.as_str())
                .collect()
        } else {
            let pair = credentials::current(&record)?;
            if pair.secret_store.is_none() {
                context.ui.warn(&format!(
                    "the secret of `{}` is not held",
                    pair.access_key_id
                ));
            }
            vec![pair.access_key_id.as_str()]
        };
        if context.ui.json() {
            return ui::print_json(&json!({ "access_key_ids": ids }));
        }
        ui::print(format!("{}\n", ids.join("\n")).as_bytes())
    }
}
