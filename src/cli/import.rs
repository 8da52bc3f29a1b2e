//! `akm import`

use super::{context::Context, ui};
use crate::import;
use crate::ops::{self, Failure, Kind, Tell};
use clap::Args;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Take over pairs with their secrets from a CSV: the console's, akm's, or a spreadsheet's
#[derive(Debug, Args)]
#[command(after_help = examples![
    "akm import AccessKey.csv" => "the file that the console let you download",
    "akm import - < AccessKey.csv" => "from standard input, as from another program",
])]
pub(crate) struct Import {
    /// The file, or `-` for standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Import {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let name = self.file.display();
        let text = contents(&self.file, import::LONGEST).map_err(|error| {
            Failure::new(Kind::Failed, format!("`{name}` cannot be read")).because(error)
        })?;
        let rows = import::read(&text).map_err(|wrong| {
            Failure::new(Kind::BadFile, format!("`{name}` is no CSV of pairs"))
                .because(wrong.join("; "))
                .hint(
                    "nothing was imported; the console's header is `AccessKey ID,AccessKey Secret`",
                )
        })?;
        drop(text);
        let session = context.changing()?;
        let imported = ops::import::import(&session, rows)?;
        context.ui.note(&format!(
            "{} pairs imported, {} were held already",
            imported.new, imported.held
        ));
        if self.file != Path::new("-") && imported.new > 0 {
            context.ui.note(&format!(
                "`{name}` still holds the secrets in clear: delete it when you need it no more"
            ));
        }
        if context.ui.json() {
            return ui::print_json(
                &serde_json::json!({ "imported": imported.new, "already_held": imported.held }),
            );
        }
        Ok(())
    }
}

/// The whole file, in a buffer that is wiped; its size is known before it is read, so that no copy is left by growing.
pub(super) fn contents(path: &Path, longest: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let too_long = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("it is longer than {longest} bytes"),
        )
    };
    let (mut input, room): (Box<dyn Read>, u64) = if path == Path::new("-") {
        (Box::new(io::stdin().lock()), longest)
    } else {
        let file = File::open(path)?;
        let about = file.metadata()?;
        let room = if about.is_file() {
            about.len()
        } else {
            longest
        };
        (Box::new(file), room)
    };
    if room > longest {
        return Err(too_long());
    }
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(room).unwrap_or(0) + 1));
    input.by_ref().take(room + 1).read_to_end(&mut content)?;
    if content.len() as u64 > room {
        return Err(too_long());
    }
    Ok(content)
}
