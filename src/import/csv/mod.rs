//! Reading a CSV of pairs: the console's, ours, and those that people made in a spreadsheet.
//!
//! Columns are found by their names, whatever their order, case and blanks; a byte order mark, CRLF, quotes, semicolons and
//! tabs are taken. Everything that is wrong is named by its line, and one wrong line refuses the whole file.

mod columns;
mod records;

pub(crate) use columns::looks_like_id;

use crate::core::{access_key::AccessKeyId, account::Owner, secret::Secret};
use columns::Columns;
use records::{Record, Records};

/// The longest file taken, in bytes.
pub(crate) const LONGEST: u64 = 16 << 20;
/// What separates cells, as spreadsheets write it.
const DELIMITERS: &[u8] = b",;\t|";

/// One pair as a file has it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    /// What a column `RAM User` says, if there is one; an empty cell is the account itself.
    pub(crate) owner: Option<Owner>,
}

/// Reads the whole file, which is UTF-8. Errors: what is wrong, line by line, in words that repeat nothing of the file.
pub(crate) fn read(content: &[u8]) -> Result<Vec<Row>, Vec<String>> {
    let (mut columns, records) = header(content).map_err(|why| vec![why])?;
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for record in records {
        if record.is_empty() {
            continue;
        }
        // Files that were put together have a header each.
        if let Ok(next) = Columns::find(&record) {
            columns = next;
            continue;
        }
        match columns.row(&record) {
            Ok(row) => rows.push(row),
            Err(why) => wrong.push(format!("line {}: {why}", record.line)),
        }
    }
    match (wrong.is_empty(), rows.is_empty()) {
        (true, false) => Ok(rows),
        (true, true) => Err(vec!["the file has no pairs".to_owned()]),
        (false, _) => Err(super::shortened(wrong, "lines")),
    }
}

/// Finds the columns, and the records below them: under the first delimiter that gives both columns. Where none does, the one that
/// gives most cells says what is missing.
fn header(content: &[u8]) -> Result<(Columns, Records<'_>), String> {
    let mut widest: (usize, Option<String>) = (0, None);
    for delimiter in DELIMITERS {
        let mut records = Records::new(content, *delimiter);
        let Some(header) = records.by_ref().find(|record| !is_before_header(record)) else {
            continue;
        };
        match Columns::find(&header) {
            Ok(columns) => return Ok((columns, records)),
            Err(why) if widest.0 < header.width().max(1) => {
                widest = (
                    header.width().max(1),
                    Some(format!("line {}: {why}", header.line)),
                );
            }
            Err(_) => (),
        }
    }
    Err(widest.1.unwrap_or_else(|| "the file is empty".to_owned()))
}

/// Blank lines, and the line `sep=;` by which a spreadsheet is told the delimiter.
fn is_before_header(record: &Record) -> bool {
    let first = record.text(0).unwrap_or_default();
    let is_directive = first.len() <= 5 && first.to_ascii_lowercase().starts_with("sep=");
    record.is_empty() || record.width() == 1 && is_directive
}

#[cfg(test)]
mod tests;
