//! `akm list`

use super::{context::Context, selector::OwnerArgs, ui};
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    time::{self, Span, Timestamp},
};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use crate::ops::{Account, Failure, Kind, refresh};
use clap::Args;
use serde::Serialize;
use ui::Output;

/// Show the AccessKey pairs that akm knows of
#[derive(Debug, Args)]
#[command(after_help = examples![
    "akm list" => "all pairs, from what this machine knows",
    "akm list --ram-user alice --refresh" => "one RAM user's, after asking the cloud",
    "akm list --status active --older-than 90d --json" => "what is due for rotation, for a script",
])]
pub(crate) struct List {
    #[command(flatten)]
    owner: OwnerArgs,
    /// Only pairs of this status
    #[arg(long, value_name = "STATUS", value_parser = ["active", "inactive"])]
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

#[derive(Serialize)]
struct Row<'a> {
    access_key_id: &'a str,
    owner: &'static str,
    ram_user: Option<&'a str>,
    account_id: &'a str,
    profile: &'a str,
    status: &'static str,
    created_at: String,
    last_used_at: Option<String>,
    comment: Option<&'a str>,
    secret: &'static str,
    secret_store: Option<&'static str>,
    suspect: bool,
    disable_after: Option<String>,
    delete_after: Option<String>,
}

impl List {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let owner = self.owner.owner()?;
        if self.refresh {
            let session = context.session()?;
            match &owner {
                Some(owner) => refresh::locked(&session, owner).map(drop)?,
                None => refresh::all(&session)?,
            }
        }
        let known = context.account()?;
        let records = known
            .as_ref()
            .map_or_else(|| Ok(Vec::new()), |known| records(known, owner.as_ref()))?;
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
                .map(|(record, pair)| Row::new(record, pair, &suspects))
                .collect(),
            refreshed_at: records
                .iter()
                .filter_map(|record| record.refreshed_at)
                .min()
                .map(time::format),
        };
        print(&view, context.ui.output.unwrap_or(Output::Table))
    }

    fn wants(&self, pair: &PairRecord, since: Option<Timestamp>) -> bool {
        let status = match self.status.as_deref() {
            Some("active") => pair.status == Status::Active,
            Some(_) => pair.status == Status::Inactive,
            None => true,
        };
        status && since.is_none_or(|since| pair.created_at < since)
    }
}

fn records(known: &Account, owner: Option<&Owner>) -> Result<Vec<OwnerRecord>, Failure> {
    match owner {
        Some(owner) => Ok(known.inventory.load(owner)?.into_iter().collect()),
        None => Ok(known.inventory.all()?),
    }
}

impl<'a> Row<'a> {
    fn new(record: &'a OwnerRecord, pair: &'a PairRecord, suspects: &[AccessKeyId]) -> Self {
        Self {
            access_key_id: pair.access_key_id.as_str(),
            owner: if record.ram_user.is_some() {
                "ram-user"
            } else {
                "account"
            },
            ram_user: record
                .ram_user
                .as_ref()
                .map(super::super::core::name::UserName::as_str),
            account_id: record.account_id.as_str(),
            profile: record.profile.as_str(),
            status: pair.status.as_str(),
            created_at: time::format(pair.created_at),
            last_used_at: pair.last_used_at.map(time::format),
            comment: pair.comment.as_deref(),
            secret: if pair.secret_store.is_some() {
                "stored"
            } else {
                "missing"
            },
            secret_store: pair
                .secret_store
                .map(super::super::core::place::StoreKind::as_str),
            suspect: suspects.contains(&pair.access_key_id),
            disable_after: pair.disable_after.map(time::format),
            delete_after: pair.delete_after.map(time::format),
        }
    }

    fn cells(&self) -> Vec<String> {
        let owner = self.ram_user.unwrap_or("(account)");
        let note = match (self.suspect, &self.disable_after, &self.delete_after) {
            (true, _, _) => "suspect".to_owned(),
            (_, Some(at), _) => format!("disabled after {at}"),
            (_, _, Some(at)) => format!("deleted after {at}"),
            _ => self.comment.unwrap_or_default().to_owned(),
        };
        let used = self.last_used_at.clone().unwrap_or_else(|| "-".to_owned());
        let secret = self.secret_store.unwrap_or("missing");
        [
            self.access_key_id,
            owner,
            self.status,
            &self.created_at,
            &used,
            secret,
            &note,
        ]
        .map(str::to_owned)
        .into()
    }
}

const HEADER: [&str; 7] = [
    "ACCESSKEY ID",
    "OWNER",
    "STATUS",
    "CREATED",
    "LAST USED",
    "SECRET",
    "NOTE",
];

fn print(view: &View, output: Output) -> Result<(), Failure> {
    match output {
        Output::Json => ui::print_json(view),
        Output::Table => {
            let rows: Vec<Vec<String>> = view.access_keys.iter().map(Row::cells).collect();
            ui::print(ui::table(&HEADER, &rows).as_bytes())
        }
        Output::Plain => {
            let lines: String = view
                .access_keys
                .iter()
                .flat_map(|row| [row.access_key_id, "\n"])
                .collect();
            ui::print(lines.as_bytes())
        }
        Output::Csv => Err(Failure::new(Kind::Usage, "`list` prints no CSV")
            .hint("`akm export --all --csv FILE` writes secrets; `-o json` lists")),
    }
}
