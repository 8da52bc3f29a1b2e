//! `akm export`

use super::{
    candidates,
    context::Context,
    csv_target::{self, CsvTarget},
    selector,
    ui::{self, Output},
};
use crate::cli::failure::Failure;
use crate::export::Row;
use crate::ops::{
    Kind,
    credentials::Selector,
    export::{self, Which},
    unreadable,
};
use clap::Args;
use std::path::{Path, PathBuf};

/// Write saved pairs as the console's CSV
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
#[command(after_long_help = examples![
    "akm export --ram-user alice --csv alice.csv" => "a RAM user's current pair, to a new file",
    "akm export LTAI5tAbCdEfGhIjKlMnOp --csv -" => "a pair by its id, to standard output",
    "akm export --all --with-owner --csv all.csv" => "every pair whose secret is saved here, with its owner in a third column",
])]
pub(crate) struct Export {
    /// AccessKey IDs, or RAM users' names for their current pairs
    #[arg(value_name = "SELECTOR", add = candidates::pairs_and_users(), conflicts_with = "all")]
    selectors: Vec<String>,
    /// The current pair of the RAM user NAME
    #[arg(short = 'u', long, value_name = "NAME", add = candidates::ram_users(), conflicts_with_all = ["selectors", "account", "all"])]
    ram_user: Option<String>,
    /// The account's own current pair
    #[arg(long, conflicts_with_all = ["selectors", "all"])]
    account: bool,
    /// Every pair whose secret is saved here
    #[arg(long)]
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
        let form = context.ui.output.filter(|form| *form != Output::Csv);
        csv_target::check_alone(Some(&self.csv), form, None)?;
        let target = CsvTarget::reserve(Some(&self.csv), self.force).map_err(|failure| {
            match failure.kind {
                Kind::FileExists if can_be_replaced(&self.csv) => {
                    failure.hint("`--force` replaces it")
                }
                _ => failure,
            }
        })?;
        let reading = context
            .reading_aloud()
            .map_err(|failure| match failure.kind {
                Kind::NoSuchPair => {
                    Failure::new(Kind::SecretMissing, "akm has saved no secret yet")
                        .hint("`akm create` makes a pair")
                }
                _ => failure,
            })?;
        let pairs = export::export(&reading.account, &which, reading.profile.as_deref())?;
        let rows: Vec<Row> = pairs
            .iter()
            .map(|pair| Row {
                id: &pair.id,
                secret: &pair.secret,
                owner: &pair.owner,
            })
            .collect();
        target.write(&rows, self.with_owner)?;
        if self.csv != Path::new("-") {
            context.ui.result(&format!(
                "{} in {}.",
                match rows.len() {
                    1 => "1 pair with its secret is".to_owned(),
                    count => format!("{count} pairs with their secrets are"),
                },
                self.csv.display()
            ));
        }
        if context.ui.json() {
            let ids: Vec<&str> = pairs.iter().map(|pair| pair.id.as_str()).collect();
            ui::print_json(&Ids {
                access_key_ids: ids,
            })?;
        }
        if !self.all {
            return Ok(());
        }
        let known = reading.account.inventory.all()?;
        Ok(unreadable(known.unreadable, &context.ui)?)
    }

    fn which(&self) -> Result<Which, Failure> {
        if self.all {
            return Ok(Which::All);
        }
        if let Some(owner) = selector::owner(self.ram_user.as_ref(), self.account)? {
            return Ok(Which::Selected(vec![Selector::CurrentOf(owner)]));
        }
        if self.selectors.is_empty() {
            let hint = "name AccessKey IDs or RAM users, or add `--account` or `--all`";
            return Err(Failure::new(Kind::Usage, "no pair was named").hint(hint));
        }
        let selected = self.selectors.iter().map(|text| selector::selector(text));
        Ok(Which::Selected(selected.collect::<Result<_, _>>()?))
    }
}

#[derive(serde::Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Ids<'a> {
    access_key_ids: Vec<&'a str>,
}

/// Whether `--force` would replace what is there: it does that to a file or a link, to nothing else.
fn can_be_replaced(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|about| about.is_file() || about.is_symlink())
}
