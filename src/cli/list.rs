//! `akm list`

mod due;
mod nothing;
mod output;

use super::{
    context::Context,
    selector::{OwnerArgs, nothing_known},
    table::{Cell, Look, Tone},
    ui,
};
use crate::cli::failure::Failure;
use crate::core::{
    access_key::{AccessKeyId, Status},
    account::Owner,
    time::{self, Span, Timestamp},
};
use crate::metadata::inventory::{OwnerRecord, Owners, PairRecord};
use crate::ops::{Account, refresh, unreadable};
use chrono::TimeDelta;
use clap::Args;
use nothing::Looked;
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
    leaked: bool,
    /// What `--ram-user` and `--account` mean; a script asks `show-id`.
    #[serde(skip)]
    current: bool,
    disable_after: Option<String>,
    delete_after: Option<String>,
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
        let Owners {
            records,
            unreadable: damaged,
        } = records(known.as_ref(), owner.as_ref(), self.refresh)?;
        context.note_missing_home();
        let suspects = known.as_ref().map(|known| known.journal.suspects());
        let suspects = suspects.transpose()?.unwrap_or_default();
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
        let status = match self.status.as_deref() {
            Some("active") => pair.status == Status::Active,
            Some(_) => pair.status == Status::Inactive,
            None => true,
        };
        status && since.is_none_or(|since| pair.created_at < since)
    }
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
            leaked: pair.leaked,
            current: record
                .current()
                .is_some_and(|current| current.access_key_id == pair.access_key_id),
            disable_after: pair.disable_after.map(time::format),
            delete_after: pair.delete_after.map(time::format),
        }
    }

    /// A line of the table: on a terminal ages in words and colours, elsewhere the times themselves.
    fn cells(&self, look: &Look) -> Vec<Cell> {
        let owner = self.ram_user.unwrap_or("(account)");
        let old = self
            .since(look)
            .is_some_and(|age| age > TimeDelta::days(90));
        let status = if self.status == "Active" {
            Tone::Plain
        } else {
            Tone::Faint
        };
        // On a terminal the remark says where a secret is missing, and `--json` where the others are.
        let secret = match self.secret_store {
            _ if look.is_terminal() => Cell::new("", Tone::Plain),
            Some(store) => Cell::new(store, Tone::Plain),
            None => Cell::new("missing", Tone::Bad),
        };
        let (note, tone) = self.note(look);
        vec![
            Cell::new(self.access_key_id, status),
            Cell::new(owner, Tone::Plain),
            Cell::new(self.status, status),
            Cell::new(
                look.time(&self.created_at),
                if old { Tone::Warn } else { Tone::Plain },
            ),
            Cell::new(
                self.last_used_at
                    .as_ref()
                    .map_or("-".to_owned(), |at| look.time(at)),
                Tone::Plain,
            ),
            secret,
            Cell::new(note, tone),
        ]
    }

    fn since(&self, look: &Look) -> Option<TimeDelta> {
        Some(look.now - time::parse(&self.created_at).ok()?)
    }

    /// What a person should see at a glance: the current pair, an old one and when it is due, a suspect, a pair that leaked, a secret
    /// that is not held; then the remark.
    fn note(&self, look: &Look) -> (String, Tone) {
        let (word, tone) = match (self.suspect, &self.disable_after, &self.delete_after) {
            (true, _, _) => ("suspect".to_owned(), Tone::Bad),
            _ if self.leaked => ("leaked".to_owned(), Tone::Bad),
            (_, Some(at), _) => (look.due("disabled", at), Tone::Warn),
            (_, _, Some(at)) => (look.due("deleted", at), Tone::Warn),
            _ if look.is_terminal() && self.secret_store.is_none() => {
                ("secret not held".to_owned(), Tone::Bad)
            }
            _ if self.current => ("current".to_owned(), Tone::Good),
            _ => (String::new(), Tone::Plain),
        };
        match self.comment {
            Some(comment) if word.is_empty() => (comment.to_owned(), tone),
            Some(comment) => (format!("{word}; {comment}"), tone),
            None => (word, tone),
        }
    }
}
