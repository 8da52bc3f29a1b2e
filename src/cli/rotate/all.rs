//! `akm rotate --all`

use super::{plan, told};
use crate::cli::failure::Failure;
use crate::cli::{
    context::Context,
    error,
    ui::{self, Ui},
    words,
};
use crate::core::{account::Owner, glob::Glob, name::UserName, time::Span};
use crate::metadata::inventory::PairRecord;
use crate::ops::{
    self, Account, Kind, Session,
    rotate::{
        Standing, Wish,
        all::{self, Chosen, Filter},
        plan::Asked,
    },
    unreadable,
};
use clap::Args;
use serde_json::json;
use std::collections::BTreeSet;

/// Many RAM users at once.
#[derive(Debug, Args)]
pub(super) struct FleetArgs {
    /// Every RAM user whose current pair akm holds, a line each as it is done: name, tab, AccessKey ID. Never the account itself
    #[arg(long, conflicts_with_all = ["name", "ram_user", "account", "replace", "leaked", "rollback"])]
    pub(super) all: bool,
    /// Only where the current pair was made longer ago than this, as 90d; with `--all`, also what is due of open rotations
    #[arg(long, value_name = "AGE", conflicts_with_all = ["leaked", "rollback"])]
    pub(super) older_than: Option<Span>,
    /// With `--all`, only RAM users whose name fits: `*` stands for any characters, `?` for one
    #[arg(long = "match", value_name = "GLOB", requires = "all", conflicts_with_all = ["name", "ram_user", "account", "own"])]
    matching: Option<Glob>,
    /// With `--all`, how many are rotated at a time
    #[arg(long, value_name = "N", requires = "all", conflicts_with_all = ["name", "ram_user", "account", "own"], default_value_t = 4, value_parser = clap::value_parser!(u8).range(1..=64))]
    max_parallel: u8,
}

impl FleetArgs {
    /// Rotates them, or shows what would be done.
    pub(super) fn run(&self, context: &Context, asked: &Asked, dry: bool) -> Result<(), Failure> {
        let Asked::Rotate(wish) = asked else {
            return Err(Failure::new(Kind::Usage, "`--all` takes no single pair"));
        };
        if context.account()?.is_none() {
            return none(&context.ui, None);
        }
        let session = if dry {
            context.open()?
        } else {
            context.changing()?
        };
        let (chosen, damaged) = all::choose(&session, &self.filter(wish))?;
        if all::leaves_out_the_account(&session)? {
            context.ui.note(
                "account-not-selected",
                "the account's own pair is not among them: `akm rotate --account`",
            );
        }
        if chosen.is_empty() {
            none(&context.ui, Some(&session))?;
            return Ok(unreadable(damaged, &context.ui)?);
        }
        if dry {
            planned(context, &session, &chosen, wish)?;
            return Ok(unreadable(damaged, &context.ui)?);
        }
        let names_spans = wish.said.overlap.is_some() || wish.said.grace.is_some();
        if names_spans && chosen.iter().any(|one| one.rotates) {
            context.ui.warning(
                "spans-kept",
                "unfinished rotations keep the overlap and grace that they began with",
            );
        }
        if !wish.finish_only {
            let count = counted(chosen.len());
            let place = words::place(&session);
            let question = format!("rotate the pairs of {count} in {place}?");
            context.ui.insist(&question)?;
        }
        let ui = &context.ui;
        let begun = begun(&chosen, wish);
        let lacks = |standing: &Standing, owner: &Owner| {
            told::is_without_new_pair(standing) && begun.contains(&owner.key())
        };
        let rows = all::all(
            &session,
            chosen,
            wish,
            self.max_parallel.into(),
            |owner, done| {
                let lacks = done.as_ref().is_ok_and(|standing| lacks(standing, owner));
                let told = tell(ui, &session, owner, done);
                (told, lacks.then(|| owner.clone()))
            },
        );
        let (told, without): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        warn_of_no_new_pairs(ui, &without.into_iter().flatten().collect::<Vec<_>>());
        let damaged = unreadable(damaged, ui);
        ended(&told)?;
        Ok(damaged?)
    }

    fn filter(&self, wish: &Wish) -> Filter {
        Filter {
            matching: self.matching.clone(),
            older_than: self.older_than,
            open_only: wish.finish_only,
        }
    }
}

/// Says that nobody was selected, and among how many.
fn none(ui: &Ui, account: Option<&Account>) -> Result<(), Failure> {
    let records = account.map(|account| account.inventory.all()).transpose()?;
    let records = records.map(|owners| owners.records).unwrap_or_default();
    let saved = records.iter().filter(|record| {
        let current = record.current().is_some_and(PairRecord::is_held);
        current && record.ram_user.is_some()
    });
    let saved = match saved.count() {
        1 => "1 has a pair saved here".to_owned(),
        count => format!("{count} have a pair saved here"),
    };
    ui.result(&format!("No RAM user matches: {saved}."));
    Ok(())
}

/// Returns the owners for whom a new pair is wanted, by their keys: not those whose pair is young, of whom only what is due is done.
fn begun(chosen: &[Chosen], wish: &Wish) -> BTreeSet<String> {
    let wanted = chosen.iter().filter(|one| !one.wish(wish).finish_only);
    wanted.map(|one| one.owner.key()).collect()
}

/// How many RAM users a warning names.
const NAMED: usize = 5;

/// Says for whom an earlier rotation was gone on with and no new pair was made: run once a month, a rotation would else happen every
/// second month.
fn warn_of_no_new_pairs(to: &Ui, owners: &[Owner]) {
    let names = owners.iter().filter_map(Owner::ram_user);
    let mut names: Vec<&str> = names.map(UserName::as_str).collect();
    names.sort_unstable();
    let more = names.len().saturating_sub(NAMED);
    names.truncate(NAMED);
    let rest = match more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let whose = match owners.len() {
        0 => return,
        1 => "whose earlier rotation is not finished",
        _ => "whose earlier rotations are not finished",
    };
    let (count, names) = (counted(owners.len()), names.join(", "));
    to.warning(
        "no-new-pair",
        &format!("no new pair was made for {count} {whose}: {names}{rest}"),
    );
}

fn counted(count: usize) -> String {
    match count {
        1 => "1 RAM user".to_owned(),
        count => format!("{count} RAM users"),
    }
}

/// The row of one owner; a failure is said, and under `--json` a row as well.
fn tell(
    ui: &Ui,
    session: &Session,
    owner: &Owner,
    done: Result<Standing, ops::Failure>,
) -> Result<(), Kind> {
    let printed = done.map_err(Failure::from).and_then(|standing| {
        if ui.json() {
            return told::print(ui, session, owner, &standing);
        }
        let name = owner.ram_user().map_or("", UserName::as_str);
        ui::print(format!("{name}\t{}\n", standing.new.access_key_id).as_bytes())
    });
    printed.map_err(|failure| failed(ui, owner, "was not rotated", failure))
}

fn failed(ui: &Ui, owner: &Owner, what: &str, failure: Failure) -> Kind {
    let mut failure = ui.advice.in_hint(failure);
    let name = owner.ram_user().map(UserName::as_str);
    if ui.json() {
        let row = json!({"owner": owner.kind(), "ram_user": name, "error": error::value(&failure)});
        let _ = ui::print_json(&row);
    }
    failure.message = format!("{owner} {what}: {}", failure.message);
    ui.failure(&failure);
    failure.kind
}

/// All failures of one exit code give that one, else it is 1.
fn ended(told: &[Result<(), Kind>]) -> Result<(), Failure> {
    let kinds: Vec<Kind> = told.iter().filter_map(|told| told.err()).collect();
    let Some(first) = kinds.first() else {
        return Ok(());
    };
    let exit = |kind: &Kind| error::code(*kind).1;
    let alike = kinds.iter().all(|kind| exit(kind) == exit(first));
    let message = format!("{} of {} failed", kinds.len(), counted(told.len()));
    let hint = "see each error above; `akm rotate --ram-user NAME` tries one again";
    Err(Failure::new(if alike { *first } else { Kind::Failed }, message).hint(hint))
}

fn planned(
    context: &Context,
    session: &Session,
    chosen: &[Chosen],
    wish: &Wish,
) -> Result<(), Failure> {
    plan::note(&context.ui);
    let told: Vec<_> = chosen
        .iter()
        .map(|one| {
            let asked = Asked::Rotate(one.wish(wish));
            let done = plan::show(context, session, &one.owner, &asked, true);
            done.map_err(|failure| failed(&context.ui, &one.owner, "would not be rotated", failure))
        })
        .collect();
    ended(&told)
}
