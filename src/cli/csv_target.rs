//! Where a CSV of pairs is written.

use super::ui::{self, Output};
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

/// `Usage` where a CSV on standard output is to share it with a form of output, or with what that option prints.
pub(crate) fn check_alone(
    csv: Option<&Path>,
    form: Option<Output>,
    prints: Option<String>,
) -> Result<(), Failure> {
    let form = form.map(|form| format!("-o {form}"));
    let Some(other) = prints.or(form).filter(|_| csv == Some(Path::new("-"))) else {
        return Ok(());
    };
    let message = format!("`--csv -` makes the CSV all that is printed: `{other}` has no place");
    Err(Failure::new(Kind::Usage, message)
        .hint("`--csv FILE` writes it to a file; or leave the other out"))
}

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
