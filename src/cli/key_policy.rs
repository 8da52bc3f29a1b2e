//! `akm key-policy show`, and the commands under `akm key-policy`.

use super::{
    candidates,
    context::Context,
    key_policy_set::Set,
    selector::key_id,
    table::{self, Column, Need},
    ui,
};
use crate::cli::failure::Failure;
use crate::core::key_policy::{KeyPolicy, Statement};
use crate::metadata::inventory::PairRecord;
use crate::ops::{self, Kind};
use clap::{Args, Subcommand};

/// Show and set from which networks an AccessKey pair may be used
#[derive(Debug, Subcommand)]
#[command(after_long_help = examples![
    "akm key-policy show LTAI5tAbCdEfGhIjKlMnOp" => "from where it may be used",
    "akm key-policy set LTAI5tAbCdEfGhIjKlMnOp --allow 203.0.113.0/24 --yes" => "from there alone",
])]
pub(crate) enum Policy {
    Show(Show),
    Set(Set),
}

impl Policy {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Show(args) => args.run(context),
            Self::Set(args) => args.run(context),
        }
    }
}

/// Show from which networks an AccessKey pair may be used
///
/// This is the pair's own policy. Where there is none, or it is Inactive, the account's policy applies. Sessions of roles are not
/// bound by either.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm key-policy show LTAI5tAbCdEfGhIjKlMnOp" => "a table",
    "akm key-policy show LTAI5tAbCdEfGhIjKlMnOp --json" => "the policy itself, for `set --file`",
])]
pub(crate) struct Show {
    /// The pair's AccessKey ID
    #[arg(value_name = "KEY_ID", add = candidates::pairs(PairRecord::is_live))]
    id: String,
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let id = key_id(&self.id)?;
        let session = context.session()?;
        let text = ops::key_policy::show(&session, &id)?;
        if context.ui.json() {
            let policy: serde_json::Value = serde_json::from_str(&text).map_err(unknown)?;
            return ui::print_json(&policy);
        }
        let policy: KeyPolicy = serde_json::from_str(&text)
            .map_err(|error| unknown(error).hint("`--json` shows it as it is"))?;
        ui::print(table::plain(&HEADER, &rows(&policy)).as_bytes())
    }
}

const HEADER: [Column; 3] = [
    Column("STATUS", Need::Whole),
    Column("FROM", Need::Whole),
    Column("NETWORK", Need::Whole),
];

/// A row a network, so that none is cut off on a terminal; one without, where there is none.
fn rows(policy: &KeyPolicy) -> Vec<Vec<String>> {
    let row = |from: &str, network: &str| {
        let status = policy.status.as_str().to_owned();
        vec![status, from.to_owned(), network.to_owned()]
    };
    let mut rows = Vec::new();
    for statement in &policy.statements {
        let from = match statement {
            Statement::Internet { .. } => "internet",
            Statement::Vpc { vpc, .. } => vpc,
        };
        rows.extend(
            statement
                .networks()
                .iter()
                .map(|network| row(from, network)),
        );
    }
    if rows.is_empty() {
        rows.push(row("-", "-"));
    }
    rows
}

fn unknown(error: serde_json::Error) -> Failure {
    Failure::new(
        Kind::Failed,
        "the cloud's policy is of a form that akm does not know",
    )
    .because(error)
}
