//! `akm list`

mod row;

use super::{
    context::Context,
    csv_output,
    selector::OwnerArgs,
    table::{self, Cell, Look},
    ui,
};
use crate::cli::failure::Failure;
use crate::core::{
    access_key::AccessKeyId,
    account::Owner,
    time::{self, Span, Timestamp},
};
use crate::metadata::config::Config;
use crate::metadata::inventory::{Owners, PairRecord};
use crate::ops::{Account, refresh, unreadable};
use clap::Args;
use row::Row;
use serde::Serialize;
use ui::Output;

/// Show the AccessKey pairs that akm knows of
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm list" => "all pairs, from what this machine knows",
    "akm list --ram-user alice --refresh" => "one RAM user's, after asking the cloud",
    "akm list --status active --older-than 90d --json" => "what is due for rotation, for a script",
])]
pub(crate) struct List {
    #[command(flatten)]
    owner: OwnerArgs,
    /// Only pairs of this status
    #[arg(long, value_name = "STATUS", value_parser = ["active", "inactive"], ignore_case = true)]
    status: Option<String>,
    /// Only pairs made longer ago than this, as 90d
    #[arg(long, value_name = "AGE")]
    older_than: Option<Span>,
    /// Ask the cloud first
    #[arg(long)]
    refresh: bool,
}

#[derive(Serialize)]
struct View<'a> {
    access_keys: Vec<Row<'a>>,
    refreshed_at: Option<String>,
}

impl List {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let owner = self.owner.owner()?;
        if self.refresh {
            let session = context.open()?;
            match &owner {
                Some(owner) => refresh::one(&session, owner)?,
                None => refresh::all(&session)?,
            }
        }
        let known = context.account()?;
        let config = Config::load(&context.home)?;
        context.note_missing_home();
        let Owners {
            records,
            unreadable: damaged,
        } = known.as_ref().map_or_else(
            || Ok(Owners::default()),
            |known| records(known, owner.as_ref()),
        )?;
        let suspects = known.map_or_else(|| Ok(Vec::new()), |known| known.journal.suspects())?;
        let suspects: Vec<AccessKeyId> = suspects
            .into_iter()
            .map(|suspect| suspect.access_key_id)
            .collect();
        let since = self.older_than.map(|age| context.clock.now() - age.delta());
        let rows = records
            .iter()
            .flat_map(|record| record.live().map(move |pair| (record, pair)));
        let rows = rows.filter(|(_, pair)| self.wants(pair, since));
        let view = View {
            access_keys: rows
                .map(|(record, pair)| Row::new(record, pair, &suspects, &config))
                .collect(),
            refreshed_at: records
                .iter()
                .filter_map(|record| record.refreshed_at)
                .min()
                .map(time::format),
        };
        let look = Look::of_output(context.clock.now());
        print(&view, context.ui.output.unwrap_or(Output::Table), &look)?;
        Ok(unreadable(damaged, &context.ui)?)
    }

    fn wants(&self, pair: &PairRecord, since: Option<Timestamp>) -> bool {
        let status = pair.status.as_str();
        let wanted = self.status.as_ref();
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(status))
            && since.is_none_or(|since| pair.created_at < since)
    }
}

fn records(known: &Account, owner: Option<&Owner>) -> Result<Owners, Failure> {
    match owner {
        Some(owner) => Ok(Owners {
            records: known.inventory.load(owner)?.into_iter().collect(),
            unreadable: Vec::new(),
        }),
        None => Ok(known.inventory.all()?),
    }
}

const COLUMNS: [&str; 13] = [
    "access_key_id",
    "owner",
    "ram_user",
    "account_id",
    "profile",
    "status",
    "created_at",
    "last_used_at",
    "comment",
    "secret_store",
    "suspect",
    "disable_after",
    "delete_after",
];
const LAST_USED: usize = 4;
const SECRET: usize = 5;
const HEADER: [&str; 7] = [
    "ACCESSKEY ID",
    "OWNER",
    "STATUS",
    "CREATED",
    "LAST USED",
    "SECRET",
    "NOTE",
];
const TERMINAL_HEADER: [&str; 7] = [
    "ACCESSKEY ID",
    "OWNER",
    "STATUS",
    "AGE",
    "LAST USED",
    "SECRET",
    "NOTE",
];

fn print(view: &View, output: Output, look: &Look) -> Result<(), Failure> {
    match output {
        Output::Json => ui::print_json(view),
        Output::Table => {
            let rows = view.access_keys.iter().map(|row| row.cells(look)).collect();
            let kept = telling(view, look);
            let titles = if look.is_terminal() {
                TERMINAL_HEADER
            } else {
                HEADER
            };
            let header: Vec<&str> = kept.iter().map(|at| titles[*at]).collect();
            ui::print(table::render(&header, only(rows, &kept), look).as_bytes())
        }
        Output::Plain => {
            let lines: String = view
                .access_keys
                .iter()
                .flat_map(|row| [row.access_key_id, "\n"])
                .collect();
            ui::print(lines.as_bytes())
        }
        Output::Csv => csv_output::print(&COLUMNS, &view.access_keys),
    }
}

/// On a terminal the columns that say nothing are left out: no last use is known, or where the secrets are, which `--json` tells.
fn telling(view: &View, look: &Look) -> Vec<usize> {
    let used = view
        .access_keys
        .iter()
        .any(|row| row.last_used_at.is_some());
    let says = |at: &usize| !look.is_terminal() || *at != SECRET && (used || *at != LAST_USED);
    (0..HEADER.len()).filter(says).collect()
}

fn only(rows: Vec<Vec<Cell>>, kept: &[usize]) -> Vec<Vec<Cell>> {
    let of = |row: Vec<Cell>| {
        row.into_iter()
            .enumerate()
            .filter(|(at, _)| kept.contains(at))
            .map(|(_, cell)| cell)
            .collect()
    };
    rows.into_iter().map(of).collect()
}
