//! `akm rotate --all`

use super::{
    plan,
    summary::{Summary, counted, warn_of_no_new_pairs},
    told,
};
use crate::cli::failure::Failure;
use crate::cli::{
    context::Context,
    error, error_object,
    ui::{self, Ui},
    words,
};
use crate::core::{account::Owner, glob::Glob, name::UserName, time::Span};
use crate::metadata::inventory::PairRecord;
use crate::ops::{
    self, Account, Kind, Session,
    rotate::{
        Action, Standing, Wish,
        all::{self, Chosen, Filter, Selection},
        plan::Asked,
    },
    unreadable,
};
use crate::sys::signals;
use clap::Args;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::SeqCst},
};

/// Many RAM users at once.
#[derive(Debug, Args)]
pub(super) struct FleetArgs {
    /// Every RAM user whose current pair has its secret saved here, a line each as it is done: name, tab, AccessKey ID. Never the account itself
    #[arg(long, conflicts_with_all = ["name", "ram_user", "account", "replace", "leaked", "rollback"])]
    pub(super) all: bool,
    /// Only where the current pair was made longer ago than this, as 90d; with `--all`, also what is due of open rotations
    #[arg(long, value_name = "AGE", conflicts_with_all = ["leaked", "rollback"])]
    pub(super) older_than: Option<Span>,
    /// With `--all`, only RAM users whose name fits: `*` is any characters, `?` is one
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
        let selection = all::choose(&session, &self.filter(wish))?;
        let summary = Summary::new(&selection);
        let Selection {
            chosen,
            unreadable: damaged,
            ..
        } = selection;
        if all::leaves_out_the_account(&session)? {
            context.ui.note(
                "account-not-selected",
                "the account's own pair is not among them: `akm rotate --account`",
            );
        }
        if chosen.is_empty() {
            if summary.passed_over() == 0 {
                none(&context.ui, Some(&session))?;
            } else {
                let place = words::place(&session);
                context.ui.result(&summary.sentence(&place));
            }
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
        let gone = self.go(&context.ui, &session, chosen, wish, summary);
        let damaged = unreadable(damaged, &context.ui);
        gone?;
        Ok(damaged?)
    }

    /// Rotates them until Ctrl-C: then those in progress come to their end, and no further one is begun.
    fn go(
        &self,
        ui: &Ui,
        session: &Session,
        chosen: Vec<Chosen>,
        wish: &Wish,
        mut summary: Summary,
    ) -> Result<(), Failure> {
        let begun = begun(&chosen, wish);
        let lacks = |standing: &Standing, owner: &Owner| {
            told::is_without_new_pair(standing) && begun.contains(&owner.key())
        };
        let selected = chosen.len();
        let (caught, is_interrupted) = catch_interrupt(ui);
        let rows = all::all(
            session,
            chosen,
            wish,
            self.max_parallel.into(),
            || !is_interrupted.load(SeqCst),
            |owner, done| {
                let lacks = done.as_ref().is_ok_and(|standing| lacks(standing, owner));
                let told = tell(ui, session, owner, done);
                (told, lacks.then(|| owner.clone()))
            },
        );
        drop(caught);
        let (told, without): (Vec<_>, Vec<_>) = rows.into_iter().flatten().unzip();
        warn_of_no_new_pairs(ui, &without.into_iter().flatten().collect::<Vec<_>>());
        for done in &told {
            summary.count(*done);
        }
        ui.result(&summary.sentence(&words::place(session)));
        if told.len() < selected {
            return Err(interrupted(
                selected - told.len() + summary.failed,
                selected,
            ));
        }
        ended(&told)
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

/// From now on Ctrl-C raises the flag, and a second one ends akm.
fn catch_interrupt(ui: &Ui) -> (signals::Caught, Arc<AtomicBool>) {
    let is_interrupted = Arc::new(AtomicBool::new(false));
    let (flag, ui) = (is_interrupted.clone(), ui.clone());
    let caught = signals::catch(move || {
        flag.store(true, SeqCst);
        ui.note(
            "interrupted",
            "no further RAM user is begun; press Ctrl-C again to end at once",
        );
    });
    (caught, is_interrupted)
}

fn interrupted(unfinished: usize, selected: usize) -> Failure {
    let selected = counted(selected);
    let verb = if unfinished == 1 { "is" } else { "are" };
    let message = format!("interrupted: {unfinished} of {selected} {verb} unfinished");
    Failure::new(Kind::Interrupted, message).hint("the same command again finishes them")
}

/// The row of one owner; a failure is said, and under `--json` a row as well.
fn tell(
    ui: &Ui,
    session: &Session,
    owner: &Owner,
    done: Result<Standing, ops::Failure>,
) -> Result<Action, Kind> {
    let printed = done.map_err(Failure::from).and_then(|standing| {
        if ui.json() {
            told::print(ui, session, owner, &standing)?;
        } else {
            let name = owner.ram_user().map_or("", UserName::as_str);
            let row = format!("{name}\t{}\n", standing.new.access_key_id);
            ui::print(row.as_bytes())?;
        }
        Ok(standing.action)
    });
    printed.map_err(|failure| failed(ui, owner, "was not rotated", failure))
}

/// The row of an owner whose rotation failed.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::cli) struct FailedRow<'a> {
    error: error_object::View<'a>,
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: &'a str,
    ram_user: Option<&'a str>,
}

fn failed(ui: &Ui, owner: &Owner, what: &str, failure: Failure) -> Kind {
    let mut failure = ui.advice.in_hint(failure);
    let name = owner.ram_user().map(UserName::as_str);
    if ui.json() {
        let _ = ui::print_json(&FailedRow {
            error: error_object::View::new(&failure),
            owner: owner.kind(),
            ram_user: name,
        });
    }
    failure.message = format!("{owner} {what}: {}", failure.message);
    ui.failure(&failure);
    failure.kind
}

/// All failures of one exit code give that one, else it is 1.
fn ended<T>(told: &[Result<T, Kind>]) -> Result<(), Failure> {
    let kinds: Vec<Kind> = told
        .iter()
        .filter_map(|told| told.as_ref().err().copied())
        .collect();
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
