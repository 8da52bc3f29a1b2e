//! `akm recover`

use super::{complete, context::Context, selector::key_id, table, ui};
use crate::core::time;
use crate::ops::{Failure, Tell, recover};
use clap::Args;
use serde_json::json;
use ui::Output;

/// Finish what an interrupted command left, or show it
#[derive(Debug, Args)]
#[command(after_help = examples![
    "akm recover --list" => "what is open",
    "akm recover" => "finish what can be finished now",
])]
pub(crate) struct Recover {
    /// Show what is open and touch nothing
    #[arg(long, conflicts_with = "dismiss")]
    list: bool,
    /// Take a suspect as known; or forget a rotation whose new pair is gone, or that a leaked pair is to be replaced
    #[arg(long, value_name = "KEY_ID", add = complete::open_pairs())]
    dismiss: Option<String>,
}

impl Recover {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        if self.list {
            return list(context);
        }
        if context.sandbox()?.is_none() {
            context.ui.note("nothing is open");
            return Ok(());
        }
        let session = context.changing()?;
        if let Some(id) = &self.dismiss {
            return recover::dismiss(&session, &key_id(id)?);
        }
        let left = recover::all(&session)?;
        let count = left.len();
        let Some((_, first)) = left.into_iter().next() else {
            context
                .ui
                .note("nothing is left that could be finished now");
            return Ok(());
        };
        if count > 1 {
            context
                .ui
                .warn(&format!("{count} owners are left; this is the first"));
        }
        Err(first)
    }
}

const HEADER: [&str; 4] = ["WHAT", "OWNER", "ACCESSKEY ID", "NOT BEFORE"];

fn list(context: &Context) -> Result<(), Failure> {
    let open = context
        .account()?
        .map_or_else(|| Ok(Vec::new()), |known| recover::list(&known.journal))?;
    let due = |open: &recover::Open| open.due.map(time::format);
    if context.ui.output == Some(Output::Json) {
        let rows: Vec<_> = open
            .iter()
            .map(|open| {
                json!({
                    "what": open.what,
                    "owner": open.owner.kind(),
                    "ram_user": open.owner.ram_user(),
                    "access_key_id": open.id,
                    "not_before": due(open),
                })
            })
            .collect();
        return ui::print_json(&json!({ "open": rows }));
    }
    let rows: Vec<Vec<String>> = open
        .iter()
        .map(|open| {
            let owner = open
                .owner
                .ram_user()
                .map_or("(account)", |name| name.as_str())
                .to_owned();
            let id = open.id.as_ref().map_or("-", |id| id.as_str()).to_owned();
            vec![
                open.what.to_owned(),
                owner,
                id,
                due(open).unwrap_or_else(|| "-".to_owned()),
            ]
        })
        .collect();
    ui::print(table::plain(&HEADER, &rows).as_bytes())
}
