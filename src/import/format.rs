//! Which format a file of pairs has.

use super::object::without_mark;
use super::pair::FoundPair;
use super::place::Place;
use super::{csv, json};
use std::path::Path;

/// A format that `akm import FILE` reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Csv,
    Json,
}

impl Format {
    /// Tells the format by the first character that is no blank; the file's name says nothing.
    pub(crate) fn of(content: &[u8]) -> Self {
        match without_mark(content).trim_ascii_start().first() {
            Some(b'{' | b'[') => Self::Json,
            _ => Self::Csv,
        }
    }

    /// Reads every pair of a file that has this format. `file` is its name in the places, `-` for standard input. Errors: what is
    /// wrong, row by row, in words that repeat nothing of the file.
    pub(crate) fn read(self, file: &Path, content: &[u8]) -> Result<Vec<FoundPair>, Vec<String>> {
        if self == Self::Json {
            return json::read(file, content);
        }
        let found = |row: csv::Row| {
            let (file, line) = (file.to_owned(), row.line);
            let pair = FoundPair::new((row.id, row.secret), Place::Line { file, line });
            FoundPair {
                owner: row.owner,
                ..pair
            }
        };
        Ok(csv::read(content)?.into_iter().map(found).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides_the_format() {
        for (content, format) in [
            ("\u{feff}\r\n\t {\"AccessKeyId\"", Format::Json),
            ("[{}]", Format::Json),
            ("AccessKey ID,AccessKey Secret\n{,[\n", Format::Csv),
            ("\u{feff}\"{\"", Format::Csv),
            ("", Format::Csv),
        ] {
            assert_eq!(Format::of(content.as_bytes()), format, "{content}");
        }
    }
}
