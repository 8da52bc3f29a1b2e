//! `akm list`

mod due;
mod marks;
mod nothing;
mod output;
mod row;

pub(super) use marks::Marks;
pub(super) use row::Row;

use super::{
    context::Context,
    progress::Progress,
    selector::{OwnerArgs, nothing_known},
    table::Look,
    ui,
};
use crate::cli::failure::Failure;
use crate::core::{
    account::Owner,
    time::{self, Span, Timestamp},
};
use crate::metadata::inventory::{OwnerRecord, Owners, PairRecord};
use crate::ops::{Account, Session, refresh, unreadable};
use clap::Args;
use nothing::Looked;
use serde::Serialize;
use ui::{Output, Ui};

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
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View<'a> {
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
                None => refresh_all(&session, &context.ui)?,
            }
        }
        let known = context.account()?;
        let Owners {
            records,
            unreadable: damaged,
        } = records(known.as_ref(), owner.as_ref(), self.refresh)?;
        context.note_missing_home();
        let marks = Marks::read(context, known.as_ref(), owner.as_ref())?;
        let since = self.older_than.map(|age| context.clock.now() - age.delta());
        let rows = records
            .iter()
            .flat_map(|record| record.live().map(move |pair| (record, pair)));
        let rows = rows.filter(|(_, pair)| self.wants(pair, since));
        let view = View {
            access_keys: rows
                .map(|(record, pair)| Row::new(record, pair, &marks))
                .collect(),
            refreshed_at: records
                .iter()
                .filter_map(|record| record.refreshed_at)
                .min()
                .map(time::format),
        };
        let look = Look::of_output(context.clock.now());
        output::print(&view, context.ui.output.unwrap_or(Output::Table), &look)?;
        if view.access_keys.is_empty() {
            let looked = Looked {
                account: known.as_ref(),
                owner: owner.as_ref(),
                refreshed: self.refresh,
                left_out: records.iter().flat_map(OwnerRecord::live).count(),
            };
            nothing::say(context, &looked);
        }
        if context.ui.output.is_none() {
            due::say(context, &records);
        }
        Ok(unreadable(damaged, &context.ui)?)
    }

    fn wants(&self, pair: &PairRecord, since: Option<Timestamp>) -> bool {
        let status = pair.status.as_str();
        let wanted = self.status.as_ref();
        wanted.is_none_or(|wanted| wanted.eq_ignore_ascii_case(status))
            && since.is_none_or(|since| pair.created_at < since)
    }
}

fn refresh_all(session: &Session, ui: &Ui) -> Result<(), Failure> {
    let progress = Progress::new(!ui.quiet && !ui.json());
    let asks = |number: usize, all: usize| {
        progress.show(|| format!("Asking about RAM user {number} of {all}…"));
    };
    Ok(refresh::all(session, asks)?)
}

/// `NoSuchPair` for a RAM user of whom nothing is known, unless the cloud was just asked: the name may be misspelt.
fn records(
    known: Option<&Account>,
    owner: Option<&Owner>,
    refreshed: bool,
) -> Result<Owners, Failure> {
    let Some(owner) = owner else {
        return Ok(known.map_or_else(|| Ok(Owners::default()), |it| it.inventory.all())?);
    };
    let record = known
        .map(|it| it.inventory.load(owner))
        .transpose()?
        .flatten();
    if record.is_none() && !refreshed && owner.ram_user().is_some() {
        return Err(nothing_known(owner));
    }
    Ok(Owners {
        records: record.into_iter().collect(),
        unreadable: Vec::new(),
    })
}
