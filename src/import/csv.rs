//! Reading a CSV of pairs: the console's, ours, and those that people made in a spreadsheet.
//!
//! Columns are found by their names, whatever their order, case and blanks; a byte order mark, CRLF, quotes, semicolons and
//! tabs are taken. Everything that is wrong is told by its line, and one wrong line refuses the whole file.

use super::pair::{SESSION, is_of_session};
use crate::core::{access_key::AccessKeyId, account::Owner, name::UserName, secret::Secret};
use csv_core::{ReadRecordResult, ReaderBuilder};
use std::collections::HashSet;
use zeroize::Zeroizing;

/// The longest file taken, in bytes.
pub(crate) const LONGEST: u64 = 16 << 20;
/// The longest line that can be a pair, in bytes.
const LONGEST_LINE: usize = 16 << 10;

/// One pair as a file has it.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) line: u64,
    pub(crate) id: AccessKeyId,
    pub(crate) secret: Secret,
    /// What an owner column says, if there is one; an empty cell is the account itself.
    pub(crate) owner: Option<Owner>,
}

/// Reads the whole file. Errors: what is wrong, line by line, in words that repeat nothing of the file.
pub(crate) fn read(content: &[u8]) -> Result<Vec<Row>, Vec<String>> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
        return Err(vec![
            "the file is UTF-16: save it as CSV in UTF-8".to_owned(),
        ]);
    }
    let mut records = Records::new(content);
    let header = records
        .next()
        .ok_or_else(|| vec!["the file is empty".to_owned()])?;
    let columns = Columns::find(&header).map_err(|why| vec![why])?;
    let (mut rows, mut wrong, mut known) = (Vec::new(), Vec::new(), HashSet::new());
    while let Some(record) = records.next() {
        if record.is_empty() {
            continue;
        }
        match columns.row(&record) {
            Ok(row) if !known.insert(row.id.clone()) => {
                wrong.push(format!(
                    "line {}: the same AccessKey ID as on a line before",
                    row.line
                ));
            }
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

/// Where the columns are.
struct Columns {
    count: usize,
    id: usize,
    secret: usize,
    owner: Option<usize>,
}

impl Columns {
    fn find(header: &Record) -> Result<Self, String> {
        let names: Vec<String> = (0..header.count())
            .map(|at| plain(header.cell(at)))
            .collect();
        let at = |known: &[&str]| {
            let mut found = names
                .iter()
                .enumerate()
                .filter(|(_, name)| known.contains(&name.as_str()));
            (found.next().map(|(at, _)| at), found.next().is_some())
        };
        let one = |known: &[&str], title: &str| match at(known) {
            (_, true) => Err(format!("line 1: there are two columns `{title}`")),
            (None, _) => Err(format!("line 1: there is no column `{title}`")),
            (Some(at), false) => Ok(at),
        };
        Ok(Self {
            count: names.len(),
            id: one(&["accesskeyid", "accesskey", "keyid"], "AccessKey ID")?,
            secret: one(
                &["accesskeysecret", "secret", "secretaccesskey"],
                "AccessKey Secret",
            )?,
            owner: at(&["ramuser", "username", "user", "owner"]).0,
        })
    }

    fn row(&self, record: &Record) -> Result<Row, String> {
        if record.too_long {
            return Err("it is longer than a pair can be".to_owned());
        }
        if record.count() != self.count {
            return Err(format!(
                "it has {} cells, and the header has {}",
                record.count(),
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
        if is_of_session(id) {
            return Err(SESSION.to_owned());
        }
        let id = AccessKeyId::parse(id).map_err(|error| error.to_string())?;
        let secret = Zeroizing::new(secret.to_owned());
        let secret = Secret::new(secret).map_err(|error| error.to_string())?;
        let owner = self.owner.map(|at| text(at).and_then(owner)).transpose()?;
        Ok(Row {
            line: record.line,
            id,
            secret,
            owner,
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

/// A column's name without case, blanks, `-` and `_`.
fn plain(name: &[u8]) -> String {
    let kept = name.iter().filter(|byte| !b" \t-_".contains(byte));
    kept.map(|byte| byte.to_ascii_lowercase() as char).collect()
}

/// The cells of one line. Wiped when dropped.
struct Record {
    line: u64,
    cells: Zeroizing<Vec<u8>>,
    ends: Vec<usize>,
    /// More than a pair can be: the cells are not there.
    too_long: bool,
}

impl Record {
    fn count(&self) -> usize {
        self.ends.len()
    }

    fn cell(&self, at: usize) -> &[u8] {
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        self.cells[start..self.ends[at]].trim_ascii()
    }

    fn text(&self, at: usize) -> Option<&str> {
        std::str::from_utf8(self.cell(at)).ok()
    }

    fn is_empty(&self) -> bool {
        !self.too_long && (0..self.count()).all(|at| self.cell(at).is_empty())
    }
}

struct Records<'a> {
    reader: csv_core::Reader,
    rest: &'a [u8],
    line: u64,
}

impl<'a> Records<'a> {
    fn new(content: &'a [u8]) -> Self {
        let header = content
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap_or_default();
        let has = |byte| header.contains(&byte);
        let delimiter = match (has(b','), has(b';'), has(b'\t')) {
            (true, _, _) | (false, false, false) => b',',
            (false, true, _) => b';',
            (false, false, true) => b'\t',
        };
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            rest: content,
            line: 1,
        }
    }

    fn next(&mut self) -> Option<Record> {
        let blank = self
            .rest
            .iter()
            .take_while(|byte| {
                b"
"
                .contains(byte)
            })
            .count();
        let line = self.line + lines(&self.rest[..blank]);
        let mut cells = Zeroizing::new(vec![0; self.rest.len().min(LONGEST_LINE)]);
        let mut ends = vec![0; 64];
        let (mut filled, mut ended, mut too_long) = (0, 0, false);
        loop {
            let (result, read, wrote, more) =
                self.reader
                    .read_record(self.rest, &mut cells[filled..], &mut ends[ended..]);
            self.line += lines(&self.rest[..read]);
            (self.rest, filled, ended) = (&self.rest[read..], filled + wrote, ended + more);
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
                ReadRecordResult::InputEmpty => (),
                // Its rest is passed over.
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (filled, ended, too_long) = (0, 0, true);
                }
            }
        }
        ends.truncate(if too_long { 0 } else { ended });
        Some(Record {
            line,
            cells,
            ends,
            too_long,
        })
    }
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.split(|byte| *byte == b'\n').skip(1).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(text: &str) -> Vec<(u64, String, String, Option<Owner>)> {
        let rows = read(text.as_bytes()).unwrap();
        let told = |row: Row| {
            (
                row.line,
                row.id.to_string(),
                row.secret.expose().to_owned(),
                row.owner,
            )
        };
        rows.into_iter().map(told).collect()
    }

    fn bad(text: &str) -> String {
        read(text.as_bytes()).unwrap_err().join("; ")
    }

    fn pair(line: u64, id: &str, secret: &str) -> (u64, String, String, Option<Owner>) {
        (line, id.to_owned(), secret.to_owned(), None)
    }

    #[test]
    fn the_consoles_file_and_its_variants() {
        let expected = [pair(2, "LTAI1", "s3"), pair(3, "LTAI2", "s4")];
        for text in [
            "AccessKey ID,AccessKey Secret\nLTAI1,s3\nLTAI2,s4\n",
            "\u{feff}AccessKey ID,AccessKey Secret\r\nLTAI1,s3\r\nLTAI2,s4",
            "\"access_key_secret\",\"AccessKeyId\"\n\"s3\",\"LTAI1\"\n s4 , LTAI2 \n",
            "AccessKeyId;AccessKeySecret\nLTAI1;s3\nLTAI2;s4\n",
            "AccessKey ID\tStatus\tAccessKey Secret\nLTAI1\tActive\ts3\nLTAI2\tActive\ts4\n",
        ] {
            assert_eq!(good(text), expected, "{text}");
        }
    }

    #[test]
    fn empty_lines_and_owners() {
        let rows = good(
            "AccessKey ID,AccessKey Secret,RAM User\n\n,,\nLTAI1,s3,alice\nLTAI2,s4,\nLTAI3,s5,'-x\n",
        );
        let owners: Vec<_> = rows.iter().map(|row| (row.0, row.3.clone())).collect();
        let named = |name: &str| Some(Owner::RamUser(UserName::parse(name).unwrap()));
        assert_eq!(
            owners,
            [
                (4, named("alice")),
                (5, Some(Owner::Account)),
                (6, named("-x"))
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_told_by_its_line_and_never_repeated() {
        assert_eq!(bad(""), "the file is empty");
        assert_eq!(
            bad("AccessKey ID,AccessKey Secret\n"),
            "the file has no pairs"
        );
        assert_eq!(
            bad("id,what\n"),
            "line 1: there is no column `AccessKey ID`"
        );
        assert_eq!(
            bad("AccessKey ID,AccessKeyId,secret\n"),
            "line 1: there are two columns `AccessKey ID`"
        );
        let wrong = bad(
            "AccessKey ID,AccessKey Secret\nLTAI1,\n=cmd(),s3cr3t\nLTAI1,s3\nLTAI1,s3\nLTAI2\nLTAI3,s 3\nSTS.N,s3cr3t\n",
        );
        for part in [
            "line 2: not a valid secret: it has 0 bytes",
            "line 3: not a valid AccessKey ID",
            "line 5: the same AccessKey ID as on a line before",
            "line 6: it has 1 cells, and the header has 2",
            "line 7: not a valid secret",
            "line 8: it is a session, which ends",
        ] {
            assert!(wrong.contains(part), "{part}: {wrong}");
        }
        assert!(
            !wrong.contains("cmd") && !wrong.contains("s3cr3t"),
            "{wrong}"
        );
        assert!(read(b"\xff\xfea\0").unwrap_err()[0].contains("UTF-16"));
    }

    #[test]
    fn swapped_columns_are_told_and_never_repeated() {
        let header = "AccessKey ID,AccessKey Secret\n";
        assert_eq!(
            bad(&format!("{header}s3cr3t,LTAI1\n")),
            "line 2: the columns look swapped"
        );
        assert_eq!(
            good(&format!("{header}LTAI1,LTAI2\nold1,s4\n")),
            [pair(2, "LTAI1", "LTAI2"), pair(3, "old1", "s4")]
        );
    }

    #[test]
    fn a_quoted_cell_may_span_lines_and_a_huge_one_is_refused() {
        assert_eq!(
            good("AccessKey ID,note,AccessKey Secret\nLTAI1,\"a\nb\",s3\nLTAI2,x,s4\n")[1].0,
            4
        );
        let huge = format!(
            "AccessKey ID,AccessKey Secret\nLTAI1,{}\n",
            "x".repeat(200_000)
        );
        assert!(bad(&huge).starts_with("line 2: "), "{}", bad(&huge));
        let wide = format!("AccessKey ID,AccessKey Secret\nLTAI1{}\n", ",x".repeat(200));
        assert!(bad(&wide).starts_with("line 2: "));
    }

    #[test]
    fn many_wrong_lines_are_counted() {
        let text = format!("AccessKey ID,AccessKey Secret\n{}", "=,=\n".repeat(10_000));
        let wrong = read(text.as_bytes()).unwrap_err();
        assert_eq!(
            (wrong.len(), wrong[20].as_str()),
            (21, "and 9980 more lines")
        );
    }
}
