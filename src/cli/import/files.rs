//! `akm import FILE…`

use super::{contents, unreadable};
use crate::cli::failure::Failure;
use crate::import::{Format, FoundPair, LONGEST, in_utf8, source_name};
use crate::ops::Kind;
use std::path::{Path, PathBuf};

/// Reads every file, before anything is done with the first. Errors name the file: `Failed` where it cannot be read, `BadFile` where
/// it is not a CSV or JSON file of pairs.
pub(super) fn read(files: &[PathBuf]) -> Result<Vec<FoundPair>, Failure> {
    let mut pairs = Vec::new();
    for file in files {
        pairs.extend(read_one(file)?);
    }
    Ok(pairs)
}

fn read_one(file: &Path) -> Result<Vec<FoundPair>, Failure> {
    let content = contents(file, LONGEST).map_err(|error| unreadable(file, &error))?;
    let content = in_utf8(content);
    let format = Format::of(&content);
    format.read(file, &content).map_err(|wrong| {
        let name = source_name(file);
        let (what, hint) = match format {
            Format::Csv => (
                "a CSV",
                "the console's header is `AccessKey ID,AccessKey Secret`",
            ),
            Format::Json => (
                "a JSON",
                "an object with `AccessKeyId` and `AccessKeySecret` is expected, or a list of them",
            ),
        };
        Failure::new(Kind::BadFile, format!("{name} is not {what} file of pairs"))
            .because(wrong.join("; "))
            .hint(format!("nothing was imported; {hint}"))
    })
}
