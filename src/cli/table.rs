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

    /// A past time: how long ago that is, or the time itself.
    pub(crate) fn time(&self, text: &str) -> String {
        match time::parse(text) {
            Ok(at) if self.terminal => words(self.now - at),
            _ => text.to_owned(),
        }
    }

    /// What is to be done to an old pair, and when: `old, delete after 2026-…`, `delete in 2 days`, `delete: now due`.
    pub(crate) fn due(&self, what: &str, text: &str) -> String {
        match time::parse(text) {
            Ok(at) if at <= self.now => format!("{what}: now due"),
            Ok(at) if self.terminal => format!("{what} in {}", words(at - self.now)),
            _ => format!("old, {what} after {text}"),
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
            Tone::Good => cell.fg(GREEN),
            Tone::Warn => cell.fg(ORANGE),
            Tone::Bad => cell.fg(RED),
        }
    }
}

/// Fixed colours, not the terminal's own: each can be read on white and on black, which many a terminal's yellow and green cannot.
const GREEN: Color = Color::AnsiValue(28);
const ORANGE: Color = Color::AnsiValue(130);
const RED: Color = Color::AnsiValue(160);

/// The widest that a middle column gets on a terminal, in characters; the first, an id that people copy, is kept up to that.
const WIDEST: u16 = 24;
/// What a middle column keeps, and the last one, when there is too little room: `disable in 59 days` is told.
const LEAST: u16 = 10;
const LEAST_LAST: u16 = 18;
/// Blanks between columns.
const GAP: u16 = 2;

/// Rows under their header. On a terminal a row is one line, and columns give way to each other.
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
    let mut widths = table.column_max_content_widths();
    if let Some(room) = table.width().filter(|_| look.terminal) {
        squeeze(&mut widths, room);
    }
    for (column, width) in table.column_iter_mut().zip(widths) {
        column.set_padding((0, GAP));
        if look.terminal {
            column.set_constraint(ColumnConstraint::Absolute(Width::Fixed(width + GAP)));
        }
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

/// Makes columns as narrow as the room wants: first the last one, then the widest of the others, then what is left of the last.
fn squeeze(widths: &mut [u16], room: u16) {
    let gaps = GAP * u16::try_from(widths.len()).unwrap_or(0);
    let Some((last, others)) = widths.split_last_mut() else {
        return;
    };
    for middle in others.iter_mut().skip(1) {
        *middle = WIDEST.min(*middle);
    }
    let over = |last: u16, others: &[u16]| {
        let all = others
            .iter()
            .fold(last, |sum, width| sum.saturating_add(*width));
        all.saturating_add(gaps).saturating_sub(room)
    };
    *last -= over(*last, others).min(last.saturating_sub(LEAST_LAST));
    while over(*last, others) > 0 {
        let spare =
            |(at, width): (usize, &u16)| width.saturating_sub(if at == 0 { WIDEST } else { LEAST });
        let widest = others.iter().enumerate().filter(|both| spare(*both) > 0);
        let Some((at, _)) = widest.max_by_key(|(_, width)| **width) else {
            break;
        };
        others[at] -= 1;
    }
    *last -= over(*last, others).min(last.saturating_sub(1));
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
mod tests {
    use super::*;

    #[test]
    fn columns_give_way() {
        for (before, room, after) in [
            (&[24, 5, 8, 6, 9][..], 80, &[24, 5, 8, 6, 9][..]),
            (&[24, 5, 8, 6, 90], 80, &[24, 5, 8, 6, 27]),
            (&[24, 64, 8, 9, 90], 80, &[24, 11, 8, 9, 18]),
            (&[24, 64, 8, 9, 7], 200, &[24, 24, 8, 9, 7]),
            (&[64, 18, 20, 24, 7], 120, &[41, 18, 20, 24, 7]),
            (&[24, 10, 10, 90], 40, &[24, 10, 10, 1]),
            (&[24, 10], 5, &[24, 1]),
        ] {
            let mut widths = before.to_vec();
            squeeze(&mut widths, room);
            assert_eq!(widths, after, "{before:?} in {room}");
        }
    }

    #[test]
    fn spans_in_words() {
        for (seconds, expected) in [
            (0, "0 s"),
            (59, "59 s"),
            (60, "1 min"),
            (3599, "59 min"),
            (3600, "1 h"),
            (86400, "24 h"),
            (2 * 86400 - 1, "47 h"),
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
