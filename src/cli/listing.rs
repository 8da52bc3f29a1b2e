//! What is listed by name: a table, the names alone, CSV, or one object.

use super::{
    csv_output,
    table::{self, Column},
    ui::{self, Output},
};
use crate::cli::failure::Failure;
use serde::Serialize;

pub(super) trait Listed: Serialize {
    /// What `--json` calls them all.
    const WORD: &'static str;
    /// The fields that the CSV has.
    const COLUMNS: &'static [&'static str];
    /// The heads of the table.
    const HEADER: &'static [Column];

    fn name(&self) -> &str;
    /// One for each head.
    fn cells(&self) -> Vec<String>;
}

/// Prints them in that form, a table if none was asked for.
pub(super) fn print<T: Listed>(rows: &[T], output: Option<Output>) -> Result<(), Failure> {
    match output.unwrap_or(Output::Table) {
        Output::Json => ui::print_json(&serde_json::json!({ T::WORD: rows })),
        Output::Plain => {
            let names = rows.iter().flat_map(|row| [row.name(), "\n"]);
            ui::print(names.collect::<String>().as_bytes())
        }
        Output::Csv => csv_output::print(T::COLUMNS, rows),
        Output::Table => ui::print(table(rows).as_bytes()),
    }
}

pub(super) fn table<T: Listed>(rows: &[T]) -> String {
    table::plain(T::HEADER, &rows.iter().map(T::cells).collect::<Vec<_>>())
}
