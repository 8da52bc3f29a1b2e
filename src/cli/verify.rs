//! `akm verify`

use super::{context::Context, selector::PairArgs, ui};
use crate::cli::failure::Failure;
use crate::cloud::Credentials;
use crate::ops::verify;
use clap::Args;
use serde::Serialize;

/// Ask the cloud whose pair it is, signing with the pair itself
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm verify --ram-user alice" => "does the current pair work, and whose is it",
    "akm verify LTAI5tAbCdEfGhIjKlMnOp" => "a pair by its id",
    "akm verify --self" => "what the profile signs with",
])]
pub(crate) struct Verify {
    #[command(flatten)]
    pair: PairArgs,
}

/// Whose pair it is.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View<'a> {
    account_id: &'a str,
    arn: &'a str,
    identity_type: &'a str,
    user_id: Option<&'a str>,
}

impl Verify {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let caller = if self.pair.own {
            verify::signer(&context.session()?)?
        } else {
            let reading = context.reading_aloud()?;
            let chosen = reading.choose(&self.pair.selected()?)?;
            let credentials = Credentials {
                id: chosen.pair.access_key_id.to_string(),
                secret: reading.account.secret(&chosen.pair)?,
                token: None,
            };
            verify::signer_of(&context.client_as(&reading, credentials)?)?
        };
        if context.ui.json() {
            return ui::print_json(&View {
                account_id: caller.account_id.as_str(),
                arn: &caller.arn,
                identity_type: &caller.identity_type,
                user_id: caller.user_id.as_deref(),
            });
        }
        ui::print(format!("{}\n", super::escape::escape(&caller.arn)).as_bytes())
    }
}
