//! Tables: on a terminal as wide as it is, with ages in words and colour by meaning; elsewhere plain columns and exact times.

mod layout;

use super::escape::escape;
use crate::core::time::{self, Timestamp};
use crate::sys::terminal;
use chrono::TimeDelta;
pub(crate) use layout::Need;
use layout::{GAP, Wanted};
use std::borrow::Cow;
use std::env;
use std::io::{self, IsTerminal};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Where a table goes and when it is read.
pub(crate) struct Look {
    pub(crate) now: Timestamp,
    terminal: bool,
    /// The terminal's columns, where it says how many.
    room: Option<usize>,
    colour: bool,
}

impl Look {
    /// As standard output is. `NO_COLOR` and `CLICOLOR_FORCE` are honoured.
    pub(crate) fn of_output(now: Timestamp) -> Self {
        let set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        let terminal = io::stdout().is_terminal();
        let forced = set("CLICOLOR_FORCE")
            && env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            now,
            terminal,
            room: terminal.then(|| terminal::width(io::stdout())).flatten(),
            colour: !set("NO_COLOR") && (forced || (terminal && !dumb)),
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// A past time: how long ago that is, or the time itself.
    pub(crate) fn time(&self, text: &str) -> String {
        match time::parse(text) {
            Ok(at) if self.terminal => words(self.now - at),
            _ => text.to_owned(),
        }
    }

    /// What can be done to an old pair, and from when on; nobody does it by himself. `can be deleted in 2 days`, `can be deleted now`,
    /// `can be deleted after 2026-…`.
    pub(crate) fn due(&self, what: &str, text: &str) -> String {
        match time::parse(text) {
            Ok(at) if at <= self.now => format!("can be {what} now"),
            Ok(at) if self.terminal => format!("can be {what} in {}", words(at - self.now)),
            _ => format!("can be {what} after {text}"),
        }
    }
}

/// What a cell means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Plain,
    Faint,
    Good,
    Warn,
    Bad,
}

/// A column's head, and what becomes of the column where there is too little room.
#[derive(Clone, Copy)]
pub(crate) struct Column(pub(crate) &'static str, pub(crate) Need);

/// A cell's text, escaped, and its meaning.
pub(crate) struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    pub(crate) fn new(text: impl AsRef<str>, tone: Tone) -> Self {
        Self {
            text: escape(text.as_ref()),
            tone,
        }
    }

    /// The colours are fixed ones, not the terminal's own: each can be read on white and on black, which many a terminal's yellow and
    /// green cannot.
    fn painted(&self, text: &str, colour: bool) -> String {
        let code = match self.tone {
            _ if !colour => return text.to_owned(),
            Tone::Plain => return text.to_owned(),
            Tone::Faint => "2",
            Tone::Good => "38;5;28",
            Tone::Warn => "38;5;130",
            Tone::Bad => "38;5;160",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    fn says_nothing(&self) -> bool {
        matches!(self.text.as_str(), "" | "-")
    }
}

/// Returns the rows under their heads. On a terminal a row is one line as long as what must be seen of it fits, else a block of lines;
/// columns that say nothing are left out there.
pub(crate) fn render(columns: &[Column], rows: &[Vec<Cell>], look: &Look) -> String {
    if look.terminal && rows.is_empty() {
        return String::new();
    }
    let wanted = wanted(columns, rows, look);
    let shown = match look.room {
        Some(room) => layout::fit(wanted, room),
        None => Some(wanted.iter().map(|(at, _, width)| (*at, *width)).collect()),
    };
    match shown {
        Some(shown) => lines(columns, rows, &shown, look),
        None => blocks(columns, rows, look),
    }
}

fn wanted(columns: &[Column], rows: &[Vec<Cell>], look: &Look) -> Vec<Wanted> {
    let columns = columns.iter().enumerate();
    let telling = columns.filter(|(at, Column(_, need))| {
        let is_extra = matches!(need, Need::Extra(_));
        !(look.terminal && is_extra && rows.iter().all(|row| row[*at].says_nothing()))
    });
    telling
        .map(|(at, Column(title, need))| {
            let cells = rows.iter().map(|row| row[at].text.width());
            (at, *need, cells.fold(title.width(), usize::max))
        })
        .collect()
}

fn lines(columns: &[Column], rows: &[Vec<Cell>], shown: &[(usize, usize)], look: &Look) -> String {
    let heads: Vec<Cell> = columns
        .iter()
        .map(|column| Cell::new(column.0, Tone::Plain))
        .collect();
    let line = |row: &[Cell]| {
        let cells = shown.iter().map(|(at, width)| {
            let text = cut(&row[*at].text, *width);
            let blanks = " ".repeat(width - text.width() + GAP);
            row[*at].painted(&text, look.colour) + &blanks
        });
        cells.collect::<String>().trim_end().to_owned() + "\n"
    };
    let rows = rows.iter().map(|row| line(row));
    std::iter::once(line(&heads)).chain(rows).collect()
}

/// A line for each cell that says something, and a blank line between rows.
fn blocks(columns: &[Column], rows: &[Vec<Cell>], look: &Look) -> String {
    let heads = columns.iter().map(|column| column.0.width());
    let width = heads.max().unwrap_or_default() + GAP;
    let line = |(column, cell): (&Column, &Cell)| {
        let blanks = " ".repeat(width - column.0.width());
        [
            column.0,
            &blanks,
            &cell.painted(&cell.text, look.colour),
            "\n",
        ]
        .concat()
    };
    let block = |row: &Vec<Cell>| {
        let cells = columns.iter().zip(row);
        let telling = cells.filter(|(_, cell)| !cell.says_nothing());
        telling.map(line).collect::<String>()
    };
    rows.iter().map(block).collect::<Vec<_>>().join("\n")
}

/// Returns the text in at most so many columns of the terminal.
fn cut(text: &str, width: usize) -> Cow<'_, str> {
    const MARK: &str = "...";
    if text.width() <= width {
        return text.into();
    }
    let mut left = width.saturating_sub(MARK.len());
    let kept = text.chars().take_while(|letter| {
        let fits = letter.width().unwrap_or_default() <= left;
        left -= letter.width().unwrap_or_default().min(left);
        fits
    });
    (kept.collect::<String>() + MARK).into()
}

/// Renders cells without meanings to standard output's look.
pub(crate) fn plain(columns: &[Column], rows: &[Vec<String>]) -> String {
    let look = Look::of_output(Timestamp::default());
    let cells = |row: &Vec<String>| {
        let cells = row.iter().map(|text| Cell::new(text, Tone::Plain));
        cells.collect()
    };
    let rows: Vec<Vec<Cell>> = rows.iter().map(cells).collect();
    render(columns, &rows, &look)
}

/// A span in its largest unit: `3 months`, `2 days`, `1 h`, `5 s`.
fn words(span: TimeDelta) -> String {
    let days = span.num_days();
    // Below two of a unit the next smaller one tells more.
    let units = [(365, " years"), (30, " months")];
    let fits = units.iter().find(|(size, _)| days >= size * 2);
    fits.map_or_else(
        || time::in_days(span),
        |(size, unit)| format!("{}{unit}", days / size),
    )
}

#[cfg(test)]
mod tests;
