//! Tables: on a terminal as wide as it is, with ages in words and colour by meaning; elsewhere plain columns and exact times.

use super::escape::escape;
use crate::core::time::{self, Timestamp};
use chrono::TimeDelta;
use comfy_table::{Attribute, Color, ColumnConstraint, ContentArrangement, Table, Width, presets};
use std::env;
use std::io::{self, IsTerminal};

/// Where a table goes and when it is read.
pub(crate) struct Look {
    pub(crate) now: Timestamp,
    terminal: bool,
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
            colour: !set("NO_COLOR") && (forced || (terminal && !dumb)),
        }
    }

    pub(crate) fn is_terminal(&self) -> bool {
        self.terminal
    }

    /// A past time.
    pub(crate) fn time(&self, text: &str) -> String {
        match time::parse(text) {
            Ok(at) if self.terminal => format!("{} ago", words(self.now - at)),
            _ => text.to_owned(),
        }
    }

    /// A time to come: `after …`, `in 2 days`, or `now due`.
    pub(crate) fn after(&self, text: &str) -> String {
        match time::parse(text) {
            Ok(at) if at <= self.now => "now due".to_owned(),
            Ok(at) if self.terminal => format!("in {}", words(at - self.now)),
            _ => format!("after {text}"),
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

    fn shown(self, colour: bool) -> comfy_table::Cell {
        let cell = comfy_table::Cell::new(self.text);
        match self.tone {
            _ if !colour => cell,
            Tone::Plain => cell,
            Tone::Faint => cell.add_attribute(Attribute::Dim),
            Tone::Good => cell.fg(Color::DarkGreen),
            Tone::Warn => cell.fg(Color::DarkYellow),
            Tone::Bad => cell.fg(Color::DarkRed),
        }
    }
}

/// The widest that a middle column gets on a terminal, in characters.
const WIDEST: u16 = 24;

/// Rows under their header. On a terminal a row is one line: the last column gives way, and the first, an id that people copy, never.
pub(crate) fn render(header: &[&str], rows: Vec<Vec<Cell>>, look: &Look) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_header(header);
    for row in rows {
        let mut row = comfy_table::Row::from(row.into_iter().map(|cell| cell.shown(look.colour)));
        if look.terminal {
            row.max_height(1);
        }
        table.add_row(row);
    }
    fit(&mut table, look);
    table
        .lines()
        .fold(String::new(), |text, line| text + line.trim_end() + "\n")
}

fn fit(table: &mut Table, look: &Look) {
    let last = table.column_count().saturating_sub(1);
    for (at, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        match at {
            0 => column.set_constraint(ColumnConstraint::ContentWidth),
            _ if look.terminal && at < last => {
                column.set_constraint(ColumnConstraint::UpperBoundary(Width::Fixed(WIDEST)))
            }
            _ => column,
        };
    }
    if look.terminal {
        table.set_content_arrangement(ContentArrangement::Dynamic);
    }
    if look.colour {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
}

/// The same without meanings.
pub(crate) fn plain(header: &[&str], rows: &[Vec<String>]) -> String {
    let look = Look::of_output(Timestamp::default());
    let cells = |row: &Vec<String>| {
        row.iter()
            .map(|text| Cell::new(text, Tone::Plain))
            .collect()
    };
    render(header, rows.iter().map(cells).collect(), &look)
}

/// A span in its largest unit: `3 months`, `2 days`, `1 hour`, `5 s`.
fn words(span: TimeDelta) -> String {
    let seconds = span.num_seconds().max(0);
    let units = [
        (365 * 86400, "year"),
        (30 * 86400, "month"),
        (86400, "day"),
        (3600, "hour"),
        (60, "minute"),
    ];
    for (size, unit) in units {
        // A year and a half is told in months, a day and a half in hours.
        if seconds >= 2 * size || (seconds >= size && matches!(unit, "hour" | "minute")) {
            let count = seconds / size;
            return format!("{count} {unit}{}", if count == 1 { "" } else { "s" });
        }
    }
    format!("{seconds} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_in_words() {
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 minute"),
            (3599, "59 minutes"),
            (3600, "1 hour"),
            (86400, "24 hours"),
            (2 * 86400 - 1, "47 hours"),
            (2 * 86400, "2 days"),
            (59 * 86400, "59 days"),
            (60 * 86400, "2 months"),
            (729 * 86400, "24 months"),
            (730 * 86400, "2 years"),
        ] {
            assert_eq!(words(TimeDelta::seconds(seconds)), expected);
        }
    }
}
