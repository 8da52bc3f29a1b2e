//! The list of pairs as it is printed.

use super::View;
use crate::cli::{
    csv_output,
    failure::Failure,
    table::{self, Column, Look, Need},
    ui::{self, Output},
};

const COLUMNS: [&str; 13] = [
    "access_key_id",
    "owner",
    "ram_user",
    "account_id",
    "profile",
    "status",
    "created_at",
    "last_used_at",
    "comment",
    "secret_store",
    "suspect",
    "disable_after",
    "delete_after",
];

/// The columns of the table.
fn columns(look: &Look) -> [Column; 7] {
    let created = if look.is_terminal() { "AGE" } else { "CREATED" };
    [
        Column("ACCESSKEY ID", Need::Whole),
        Column("OWNER", Need::Whole),
        Column("STATUS", Need::Extra(1)),
        Column(created, Need::Extra(2)),
        Column("LAST USED", Need::Extra(3)),
        Column("SECRET", Need::Extra(4)),
        Column("NOTE", Need::Text),
    ]
}

pub(super) fn print(view: &View, output: Output, look: &Look) -> Result<(), Failure> {
    match output {
        Output::Json => ui::print_json(view),
        Output::Table => {
            let rows: Vec<_> = view.access_keys.iter().map(|row| row.cells(look)).collect();
            ui::print(table::render(&columns(look), &rows, look).as_bytes())
        }
        Output::Plain => {
            let lines: String = view
                .access_keys
                .iter()
                .flat_map(|row| [row.access_key_id, "\n"])
                .collect();
            ui::print(lines.as_bytes())
        }
        Output::Csv => csv_output::print(&COLUMNS, &view.access_keys),
    }
}
