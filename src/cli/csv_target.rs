//! Where a CSV of pairs is written.

use super::ui;
use crate::cli::failure::Failure;
use crate::export::{self, Row};
use crate::ops::Kind;
use crate::sys::new_file::NewFile;
use std::io;
use std::path::{Path, PathBuf};

/// Where a CSV goes: nowhere, standard output, or a file whose place is kept before the work begins.
pub(crate) enum CsvTarget {
    None,
    Output,
    File(PathBuf, NewFile),
}

/// Room that is kept on the disk for a CSV.
const ROOM: u64 = 64 << 10;

impl CsvTarget {
    /// `FileExists` unless `force`; `Failed` when standard output is closed, or the folder is not there or the disk is full.
    pub(crate) fn reserve(path: Option<&Path>, force: bool) -> Result<Self, Failure> {
        let Some(path) = path else {
            return Ok(Self::None);
        };
        if path == Path::new("-") {
            return ui::check_open().map(|()| Self::Output);
        }
        let reserved = NewFile::reserve(path, ROOM, force);
        let file = reserved.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => Failure::new(
                Kind::FileExists,
                format!("`{}` exists already", path.display()),
            )
            .hint("name a new file"),
            _ => Failure::new(
                Kind::Failed,
                format!("`{}` cannot be written", path.display()),
            )
            .because(error),
        })?;
        Ok(Self::File(path.to_owned(), file))
    }

    pub(crate) fn write(self, rows: &[Row], with_owner: bool) -> Result<(), Failure> {
        let text = export::csv(rows, with_owner);
        match self {
            Self::None => Ok(()),
            Self::Output => ui::print(&text),
            Self::File(path, file) => file.commit(&text).map_err(|error| {
                let message = format!("`{}` could not be written", path.display());
                Failure::new(
                    if error.kind() == io::ErrorKind::AlreadyExists {
                        Kind::FileExists
                    } else {
                        Kind::Failed
                    },
                    message,
                )
                .because(error)
            }),
        }
    }
}
