//! `akm store status`

use super::{context::Context, ui};
use crate::ops::{Failure, Stores};
use crate::store::{SecretName, StoreKind};
use clap::Subcommand;
use serde_json::json;

/// Look after the secret store
#[derive(Debug, Subcommand)]
#[command(after_help = examples!["akm store status" => "which store is used, and whether it can be opened"])]
pub(crate) enum Store {
    /// Show where secrets rest and whether they can be had; changes nothing
    #[command(after_help = examples![
        "akm store status" => "which store is used, and whether it can be opened",
        "AKM_STORE=age akm store status" => "the same, as if new secrets went to `age`",
    ])]
    Status,
}

impl Store {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Status => status(context),
        }
    }
}

fn status(context: &Context) -> Result<(), Failure> {
    let (config, stores) = context.stores()?;
    let chosen = context.chosen(&config);
    let mut rows = Vec::new();
    for kind in [StoreKind::Keyring, StoreKind::Age] {
        let Some(recipient) = config.recipients.of(kind) else {
            continue;
        };
        let answer = stores
            .open(kind)
            .and_then(|store| store.get(&SecretName::identity(recipient)).map(drop));
        let state = answer.map_or_else(|error| error.to_string(), |()| "open".to_owned());
        rows.push((kind, recipient, state));
    }
    if context.ui.json() {
        let stores: Vec<_> = rows
            .iter()
            .map(|(kind, recipient, state)| json!({ "kind": kind, "recipient": recipient, "state": state }))
            .collect();
        return ui::print_json(&json!({ "store": chosen, "stores": stores }));
    }
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|(kind, recipient, state)| {
            let mark = if Some(*kind) == chosen {
                "new secrets go here"
            } else {
                ""
            };
            vec![
                kind.to_string(),
                state.clone(),
                recipient.to_string(),
                mark.to_owned(),
            ]
        })
        .collect();
    ui::print(ui::table(&["STORE", "STATE", "RECIPIENT", ""], &cells).as_bytes())
}
