//! The lines of a CSV taken apart into cells, in memory that is wiped.

use crate::core::pasted::trimmed;
use csv_core::{ReadRecordResult, ReaderBuilder};
use zeroize::Zeroizing;

/// The longest line that can be a pair, in bytes.
const LONGEST_LINE: usize = 16 << 10;
/// The most cells of a line that can be a pair.
const MOST_CELLS: usize = 64;

/// The cells of one line. Wiped when dropped.
pub(super) struct Record {
    pub(super) line: u64,
    cells: Zeroizing<Vec<u8>>,
    ends: Vec<usize>,
    /// More than a pair can be: the cells are not there.
    pub(super) too_long: bool,
}

impl Record {
    pub(super) fn count(&self) -> usize {
        self.ends.len()
    }

    /// How many cells there are up to the last that is not empty.
    pub(super) fn width(&self) -> usize {
        let filled = |at: &usize| !self.text(*at).is_some_and(str::is_empty);
        (0..self.count()).rfind(filled).map_or(0, |at| at + 1)
    }

    /// The cell without the blanks around it; `None` where it is no UTF-8 or is not there.
    pub(super) fn text(&self, at: usize) -> Option<&str> {
        let end = *self.ends.get(at)?;
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        std::str::from_utf8(&self.cells[start..end])
            .ok()
            .map(trimmed)
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.too_long && self.width() == 0
    }
}

/// The records of a file under one delimiter.
pub(super) struct Records<'a> {
    reader: csv_core::Reader,
    content: &'a [u8],
    /// How much of the content was read.
    read: usize,
    /// The line at which the reading goes on.
    line: u64,
}

impl<'a> Records<'a> {
    pub(super) fn new(content: &'a [u8], delimiter: u8) -> Self {
        Self {
            reader: ReaderBuilder::new().delimiter(delimiter).build(),
            content,
            read: 0,
            line: 1,
        }
    }

    /// Moves on, and counts the lines that end on the way: with LF, CRLF or CR.
    fn pass(&mut self, length: usize) {
        let passed = self.read..self.read + length;
        let ends = |at: &usize| match self.content[*at] {
            b'\n' => true,
            b'\r' => self.content.get(at + 1) != Some(&b'\n'),
            _ => false,
        };
        self.line += passed.clone().filter(ends).count() as u64;
        self.read = passed.end;
    }
}

/// Returns the length of what is between two records: line ends, and the byte order marks of files that were put together.
fn between(content: &[u8]) -> usize {
    let mut at = 0;
    loop {
        at += match content[at..] {
            [b'\r' | b'\n', ..] => 1,
            [0xef, 0xbb, 0xbf, ..] => 3,
            _ => return at,
        };
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        self.pass(between(&self.content[self.read..]));
        let line = self.line;
        let room = (self.content.len() - self.read).min(LONGEST_LINE);
        let mut cells = Zeroizing::new(vec![0; room]);
        let mut ends = vec![0; MOST_CELLS];
        let (mut filled, mut ended, mut too_long) = (0, 0, false);
        loop {
            let rest = &self.content[self.read..];
            let (result, read, wrote, more) =
                self.reader
                    .read_record(rest, &mut cells[filled..], &mut ends[ended..]);
            self.pass(read);
            (filled, ended) = (filled + wrote, ended + more);
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
                ReadRecordResult::InputEmpty => (),
                // The remainder of the line is passed over.
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
