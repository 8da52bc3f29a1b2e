//! `akm log`

use super::{
    context::Context,
    escape::escape,
    selector::OwnerArgs,
    table::{self, Cell, Column, Look, Need, Tone},
    ui::{self, Output},
};
use crate::cli::failure::Failure;
use crate::core::{
    account::{AccountId, Owner},
    time::{self, Span, Timestamp},
};
use crate::metadata::log::{self, Effect, Entry, Line};
use crate::sys::pager;
use clap::Args;
use std::collections::VecDeque;
use std::io::{self, IsTerminal};

/// Show what akm did: when, with which pair, signed by whom
///
/// This is akm's own record on this machine, oldest first: what was done, and what may have been where an answer was lost. It has no
/// secrets.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm log" => "all that was done in the account; on a terminal the last 1000 actions",
    "akm log --since 7d -n 20" => "the last 20 of this week, the newest last",
    "akm log --ram-user alice --json" => "what was done to one RAM user's pairs, an object a line",
])]
pub(crate) struct Log {
    #[command(flatten)]
    owner: OwnerArgs,
    /// Only what was done in the last while, as 7d
    #[arg(long, value_name = "TIME")]
    since: Option<Span>,
    /// Only the last N actions
    #[arg(short, value_name = "N")]
    number: Option<usize>,
}

/// Rows of a table, which is measured before its first line is printed.
const ROWS: usize = 1000;

/// Returns the columns. That all was done is the rule: only where an outcome is another one must that column be seen.
fn columns(all_done: bool) -> [Column; 6] {
    let outcome = if all_done {
        Need::Extra(2)
    } else {
        Need::Whole
    };
    [
        Column("TIME", Need::Extra(1)),
        Column("ACTION", Need::Whole),
        Column("OUTCOME", outcome),
        Column("ACCESSKEY ID", Need::Whole),
        Column("OWNER", Need::Whole),
        Column("SIGNED BY", Need::Extra(3)),
    ]
}

impl Log {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let owner = self.owner.owner()?;
        let account = context.account()?.map(|account| account.id);
        context.note_missing_home();
        let look = Look::of_output(context.clock.now());
        let shown = match (context.ui.output, look.is_terminal()) {
            (None, true) => Output::Table,
            (None, false) => Output::Plain,
            (Some(output), _) => output,
        };
        let lines = Wanted {
            account,
            owner,
            since: self.since.map(|span| context.clock.now() - span.delta()),
            context,
        }
        .lines()?;
        if shown == Output::Table {
            return tabled(lines, self.number, &look, context);
        }
        let lines: Box<dyn Iterator<Item = _>> = match self.number {
            Some(number) => Box::new(last(lines, number)?.0.into_iter().map(Ok)),
            None => Box::new(lines),
        };
        match shown {
            Output::Json => one_by_one(lines, |line| {
                serde_json::to_string(line).unwrap_or_default()
            }),
            _ => one_by_one(lines, |line| plain(line).join("  ")),
        }
    }
}

/// Whose actions are shown.
struct Wanted<'a> {
    /// `None` while nothing was ever done here.
    account: Option<AccountId>,
    owner: Option<Owner>,
    since: Option<Timestamp>,
    context: &'a Context,
}

impl<'a> Wanted<'a> {
    fn lines(self) -> Result<impl Iterator<Item = Result<Line, Failure>> + 'a, Failure> {
        let read = log::read(&self.context.home)?;
        Ok(read.filter_map(move |entry| match entry {
            Ok(Entry::Line(line)) => self.wants(&line).then_some(Ok(*line)),
            Ok(Entry::Torn(number)) => {
                self.context.ui.warning("damaged-line", &format!(
                    "line {number} of `log.jsonl` was not written whole; it is left out and left there"
                ));
                None
            }
            Err(error) => Some(Err(error.into())),
        }))
    }

    fn wants(&self, line: &Line) -> bool {
        let owner = self.owner.as_ref();
        self.account.as_ref() == Some(&line.account_id)
            && owner.is_none_or(|owner| *owner == line.owner())
            && self.since.is_none_or(|since| line.time >= since)
    }
}

/// Printed in pieces: a record may be longer than memory is wide.
const PIECE: usize = 64 << 10;

fn one_by_one(
    lines: impl Iterator<Item = Result<Line, Failure>>,
    form: impl Fn(&Line) -> String,
) -> Result<(), Failure> {
    let mut text = String::new();
    for line in lines {
        let line = line.inspect_err(|_| drop(ui::print(text.as_bytes())))?;
        text += &form(&line);
        text.push('\n');
        if text.len() > PIECE {
            ui::print(text.as_bytes())?;
            text.clear();
        }
    }
    ui::print(text.as_bytes())
}

/// The last lines, so many of them, and how many were before these.
fn last(
    lines: impl Iterator<Item = Result<Line, Failure>>,
    number: usize,
) -> Result<(VecDeque<Line>, usize), Failure> {
    let (mut last, mut left_out) = (VecDeque::new(), 0);
    for line in lines {
        last.push_back(line?);
        if last.len() > number {
            last.pop_front();
            left_out += 1;
        }
    }
    Ok((last, left_out))
}

fn tabled(
    lines: impl Iterator<Item = Result<Line, Failure>>,
    number: Option<usize>,
    look: &Look,
    context: &Context,
) -> Result<(), Failure> {
    let (last, left_out) = last(lines, number.unwrap_or(ROWS))?;
    if left_out > 0 && number.is_none() {
        let text =
            format!("{left_out} earlier actions are not shown; `akm log -o plain` shows all");
        context.ui.note("more", &text);
    }
    let rows: Vec<_> = last.iter().map(|line| cells(line, look)).collect();
    let columns = columns(last.iter().all(|line| line.outcome == Effect::Done));
    page(&table::render(&columns, &rows, look))
}

fn words(line: &Line) -> [String; 6] {
    let owner = match line.owner() {
        Owner::Account => "(account)".to_owned(),
        Owner::RamUser(name) => name.to_string(),
    };
    let id = line.access_key_id.as_ref();
    [
        time::format(line.time),
        line.action.clone(),
        line.outcome.as_str().to_owned(),
        id.map_or_else(|| "-".to_owned(), ToString::to_string),
        owner,
        line.signer.clone().unwrap_or_else(|| "-".to_owned()),
    ]
}

fn plain(line: &Line) -> [String; 6] {
    words(line).map(|word| escape(&word))
}

fn cells(line: &Line, look: &Look) -> Vec<Cell> {
    let [at, action, outcome, id, owner, signer] = words(line);
    let tone = match line.outcome {
        Effect::Done => Tone::Plain,
        Effect::Unknown => Tone::Bad,
    };
    vec![
        Cell::new(look.time(&at), Tone::Plain),
        Cell::new(action, Tone::Plain),
        Cell::new(outcome, tone),
        Cell::new(id, Tone::Plain),
        Cell::new(owner, Tone::Plain),
        Cell::new(signer, Tone::Faint),
    ]
}

/// A long text, to standard output; on a terminal a page at a time, where a pager is there.
fn page(text: &str) -> Result<(), Failure> {
    let is_plain = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if is_plain || !io::stdout().is_terminal() || pager::text(text.as_bytes()).is_err() {
        return ui::print(text.as_bytes());
    }
    Ok(())
}
