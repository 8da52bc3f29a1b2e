//! Which cell of a line is what, by the names in the header.

use super::Row;
use super::records::Record;
use crate::core::{account::Owner, name::UserName};
use crate::import::pair;

/// Where the columns are.
pub(super) struct Columns {
    count: usize,
    id: usize,
    secret: usize,
    owner: Option<usize>,
}

impl Columns {
    /// Errors: which column is missing, or is there twice.
    pub(super) fn find(header: &Record) -> Result<Self, String> {
        let one = |known: &[&str], title: &str| {
            let mut found = (0..header.width()).filter(|at| {
                let name = header.text(*at).unwrap_or_default();
                known.iter().any(|known| plain(name).eq(known.chars()))
            });
            match (found.next(), found.next()) {
                (_, Some(_)) => Err(format!("there are two columns `{title}`")),
                (at, None) => Ok(at),
            }
        };
        let required = |known: &[&str], title: &str| {
            one(known, title)?.ok_or_else(|| format!("there is no column `{title}`"))
        };
        Ok(Self {
            id: required(&["accesskeyid", "accesskey", "keyid"], "AccessKey ID")?,
            secret: required(
                &["accesskeysecret", "secret", "secretaccesskey"],
                "AccessKey Secret",
            )?,
            // A column `User` or `Owner` may name anybody, such as a team: no claim about RAM.
            owner: one(&["ramuser"], "RAM User")?,
            count: header.count(),
        })
    }

    pub(super) fn row(&self, record: &Record) -> Result<Row, String> {
        if record.too_long {
            return Err("it is longer than a pair can be".to_owned());
        }
        let width = record.width();
        // Empty cells at the end are left out by some programs, and added by others.
        if width > self.count || record.count() <= self.id.max(self.secret) {
            let cells = if width == 1 { "cell" } else { "cells" };
            return Err(format!(
                "it has {width} {cells}, and the header has {}",
                self.count
            ));
        }
        let text = |at| {
            record
                .text(at)
                .ok_or_else(|| "a cell is no UTF-8".to_owned())
        };
        let (id, secret) = (text(self.id)?, text(self.secret)?);
        if looks_like_id(secret) && !looks_like_id(id) {
            return Err("the columns look swapped".to_owned());
        }
        let (id, secret) = pair::parse(id, secret)?;
        let claimed = self.owner.filter(|at| *at < record.count());
        Ok(Row {
            line: record.line,
            id,
            secret,
            owner: claimed.map(|at| text(at).and_then(owner)).transpose()?,
        })
    }
}

/// Whether it begins as every AccessKey ID does that the cloud makes today: what does not may be a secret in the wrong column.
pub(crate) fn looks_like_id(cell: &str) -> bool {
    cell.starts_with("LTAI")
}

/// An owner cell: a RAM user's name, with the prefix that keeps a spreadsheet from taking it for a formula, or its logon name.
fn owner(cell: &str) -> Result<Owner, String> {
    let name = cell.strip_prefix('\'').unwrap_or(cell);
    let name = name.split_once('@').map_or(name, |(name, _)| name);
    if name.is_empty() {
        return Ok(Owner::Account);
    }
    UserName::parse(name)
        .map(Owner::RamUser)
        .map_err(|error| error.to_string())
}

/// A column's name without case, blanks, `-` and `_`. Not in a text of its own: any line is asked whether it is a header, and has secrets.
fn plain(name: &str) -> impl Iterator<Item = char> {
    let kept = name
        .chars()
        .filter(|char| !char.is_whitespace() && !"-_".contains(*char));
    kept.map(|char| char.to_ascii_lowercase())
}
