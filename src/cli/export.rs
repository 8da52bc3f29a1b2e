//! `akm export`

use super::{
    complete,
    context::Context,
    create::CsvTarget,
    selector::{OwnerArgs, key_id},
    ui,
};
use crate::export::Row;
use crate::metadata::inventory::{PairRecord, Way};
use crate::ops::{
    Failure, Kind, Tell,
    export::{self, Which},
};
use clap::Args;
use std::path::{Path, PathBuf};

/// Write held pairs as the console's CSV
#[derive(Debug, Args)]
#[command(after_help = examples![
    "akm export --ram-user alice --csv alice.csv" => "a RAM user's current pair, to a new file",
    "akm export LTAI5tAbCdEfGhIjKlMnOp --csv -" => "a pair by its id, to standard output",
    "akm export --all --with-owner --csv all.csv" => "every pair whose secret is held, with its owner in a third column",
])]
pub(crate) struct Export {
    /// AccessKey IDs
    #[arg(value_name = "KEY_ID", add = complete::pairs(PairRecord::is_held), conflicts_with_all = ["all", "ram_user", "account"])]
    ids: Vec<String>,
    #[command(flatten)]
    owner: OwnerArgs,
    /// Every pair whose secret is held
    #[arg(long, conflicts_with_all = ["ram_user", "account"])]
    all: bool,
    /// The new file, or `-` for standard output
    #[arg(long, value_name = "FILE")]
    csv: PathBuf,
    /// Add a third column, `RAM User`
    #[arg(long)]
    with_owner: bool,
    /// Replace the file if it exists
    #[arg(long)]
    force: bool,
}

impl Export {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let which = self.which()?;
        let target = CsvTarget::reserve(Some(&self.csv), self.force).map_err(|failure| {
            match failure.kind {
                Kind::FileExists if can_be_replaced(&self.csv) => {
                    failure.hint("`--force` replaces it")
                }
                _ => failure,
            }
        })?;
        let account = context.account()?.ok_or_else(|| {
            Failure::new(Kind::SecretMissing, "akm holds no secret yet")
                .hint("`akm create` makes a pair")
        })?;
        let pairs = export::export(&account, &which, Way::Csv)?;
        let rows: Vec<Row> = pairs
            .iter()
            .map(|pair| Row {
                id: &pair.id,
                secret: &pair.secret,
                owner: &pair.owner,
            })
            .collect();
        target.write(&rows, self.with_owner)?;
        let to_output = self.csv == Path::new("-");
        if !to_output {
            context.ui.note(&format!(
                "{} in `{}`",
                match rows.len() {
                    1 => "1 pair with its secret is".to_owned(),
                    count => format!("{count} pairs with their secrets are"),
                },
                self.csv.display()
            ));
        }
        if context.ui.json() && !to_output {
            let ids: Vec<&str> = pairs.iter().map(|pair| pair.id.as_str()).collect();
            return ui::print_json(&serde_json::json!({ "access_key_ids": ids }));
        }
        Ok(())
    }

    fn which(&self) -> Result<Which, Failure> {
        if self.all {
            return Ok(Which::All);
        }
        if let Some(owner) = self.owner.owner()? {
            return Ok(Which::CurrentOf(owner));
        }
        if self.ids.is_empty() {
            let hint = "name AccessKey IDs, `--ram-user NAME`, `--account` or `--all`";
            return Err(Failure::new(Kind::Usage, "no pair was named").hint(hint));
        }
        Ok(Which::Ids(
            self.ids
                .iter()
                .map(|id| key_id(id))
                .collect::<Result<_, _>>()?,
        ))
    }
}

/// Whether `--force` would replace what is there: it does that to a file or a link, to nothing else.
fn can_be_replaced(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|about| about.is_file() || about.is_symlink())
}
