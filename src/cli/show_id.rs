//! `akm show-id`

use super::{
    context::Context,
    selector::{OwnerArgs, nothing_known},
    ui,
};
use crate::cli::failure::Failure;
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::ops::credentials;
use clap::Args;
use serde::Serialize;

/// Print the AccessKey ID of an owner's current pair
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm show-id --ram-user alice" => "the current pair: the newest Active one whose secret is saved here",
    "akm show-id --ram-user alice --all" => "all of them, oldest first",
])]
pub(crate) struct ShowId {
    #[command(flatten)]
    owner: OwnerArgs,
    /// All of the owner's pairs, one a line, oldest first
    #[arg(long)]
    all: bool,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Ids<'a> {
    access_key_ids: Vec<&'a str>,
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
            vec![credentials::current(&record)?.access_key_id.as_str()]
        };
        self.warn_of_none(context, &record);
        if context.ui.json() {
            return ui::print_json(&Ids {
                access_key_ids: ids,
            });
        }
        ui::print(format!("{}\n", ids.join("\n")).as_bytes())
    }

    /// Says where an id is printed that nothing can be done with here.
    fn warn_of_none(&self, context: &Context, record: &OwnerRecord) {
        let (has_any, what) = if self.all {
            (record.live().any(PairRecord::is_held), "")
        } else {
            (!record.current_and_next().is_empty(), "Active ")
        };
        if !has_any {
            context.ui.warning(
                "secret-missing",
                &format!(
                    "akm has the secret of no {what}AccessKey pair of {}",
                    record.owner()
                ),
            );
        }
    }
}
