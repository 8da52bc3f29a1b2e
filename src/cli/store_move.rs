//! `akm store use`, `akm store move`

use super::{
    context::Context,
    table::{self, Column, Need},
    ui::{self, Ui},
};
use crate::cli::failure::Failure;
use crate::core::{account::Owner, name::UserName};
use crate::metadata::config::Config;
use crate::ops::{
    Kind,
    move_secrets::{Move, Moved, Row, State},
    unreadable,
};
use crate::store::StoreKind;
use clap::Args;
use serde::Serialize;

/// Save new secrets in another store from now on
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm store use age" => "in encrypted files; secrets that are saved elsewhere stay there",
])]
pub(crate) struct Use {
    /// `keyring` or `age`
    #[arg(value_name = "STORE")]
    store: StoreKind,
}

impl Use {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        context.use_store(self.store)?;
        let place = place(self.store);
        context
            .ui
            .result(&format!("New secrets are saved in {place}."));
        context
            .ui
            .next(&format!("akm store move --to {}", self.store));
        if context.ui.json() {
            return ui::print_json(&Used { store: self.store });
        }
        Ok(())
    }
}

/// Move all saved secrets into another store, and save new ones there
///
/// Each secret is copied, read back and compared; then akm writes down where it is; then the old store forgets it. If the command is
/// cut short, run it again. A move into a keyring is run twice: the second run finds that the keyring has kept the secrets.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm store move --to age --dry-run" => "show what would be moved",
    "akm store move --to age" => "out of the desktop's keyring, so that cron needs no desktop",
])]
pub(crate) struct MoveArgs {
    /// `keyring` or `age`
    #[arg(long, value_name = "STORE")]
    to: StoreKind,
    /// Show what would be moved, and change nothing
    #[arg(long)]
    dry_run: bool,
}

impl MoveArgs {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let config = if self.dry_run {
            Config::load(&context.home)?
        } else {
            context.use_store(self.to)?
        };
        let stores = context.stores_of(config);
        let moved = Move {
            home: &context.home,
            stores: &stores,
            clock: &*context.clock,
            tell: &context.ui,
            to: self.to,
            is_dry: self.dry_run,
        }
        .run()?;
        print(&context.ui, &moved)?;
        self.say(&context.ui, &moved);
        unreadable(moved.unreadable, &context.ui)?;
        self.check_all(&moved.rows)
    }

    fn say(&self, to: &Ui, moved: &Moved) {
        let count = |state| moved.rows.iter().filter(|row| row.state == state).count();
        let (done, missing) = (count(State::Moved), count(State::Missing));
        let place = place(self.to);
        match (done, self.dry_run) {
            (0, _) => to.result(&format!("No secret had to be moved to {place}.")),
            (1, false) => to.result(&format!("1 secret was moved to {place}.")),
            (_, false) => to.result(&format!("{done} secrets were moved to {place}.")),
            (1, true) => to.result(&format!("1 secret would be moved to {place}.")),
            (_, true) => to.result(&format!("{done} secrets would be moved to {place}.")),
        }
        let left = |row: &Row| row.from == StoreKind::Keyring && row.state == State::Moved;
        if moved.rows.iter().any(left) {
            let finds = if self.dry_run { "would find" } else { "finds" };
            to.warning(
                "other-home",
                &format!(
                    "a copy of this AKM_HOME that uses this keyring, too, {finds} these secrets there no more"
                ),
            );
        }
        if moved.is_kept_twice {
            to.note("run-again", "the old store keeps them, too, until you run this again: the keyring then has to give them back");
            to.next(&format!("akm store move --to {}", self.to));
        }
        if missing > 0 {
            to.warning(
                "secret-missing",
                &format!("the old store does not have {missing} of them: see the table"),
            );
        }
    }

    /// `HalfDone` where unfinished work keeps a secret where it is.
    fn check_all(&self, rows: &[Row]) -> Result<(), Failure> {
        let Some(row) = rows.iter().find(|row| row.state == State::Unfinished) else {
            return Ok(());
        };
        let message = format!(
            "unfinished work of {} needs its secrets where they are",
            row.owner
        );
        let hint = format!(
            "`akm recover --list` shows it; when that is done: `akm store move --to {}`",
            self.to
        );
        Err(Failure::new(Kind::HalfDone, message).hint(hint))
    }
}

fn place(kind: StoreKind) -> &'static str {
    match kind {
        StoreKind::Age => "encrypted files",
        StoreKind::Keyring => "the OS keyring",
    }
}

const HEADER: [Column; 5] = [
    Column("ACCESSKEY ID", Need::Whole),
    Column("OWNER", Need::Whole),
    Column("ACCOUNT", Need::Extra(1)),
    Column("FROM", Need::Extra(2)),
    Column("STATE", Need::Whole),
];

fn print(to: &Ui, moved: &Moved) -> Result<(), Failure> {
    if to.json() {
        let secrets = moved.rows.iter().map(Secret::new).collect();
        return ui::print_json(&View { secrets });
    }
    if moved.rows.is_empty() {
        return Ok(());
    }
    let cells = |row: &Row| {
        let owner = match &row.owner {
            Owner::Account => "(account)".to_owned(),
            Owner::RamUser(name) => name.to_string(),
        };
        vec![
            row.id.to_string(),
            owner,
            row.account.to_string(),
            row.from.to_string(),
            row.state.as_str().to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = moved.rows.iter().map(cells).collect();
    ui::print(table::plain(&HEADER, &rows).as_bytes())
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Used {
    store: StoreKind,
}

/// What became of each secret.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View<'a> {
    secrets: Vec<Secret<'a>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Secret<'a> {
    access_key_id: &'a str,
    account_id: &'a str,
    from: StoreKind,
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: &'static str,
    ram_user: Option<&'a UserName>,
    #[cfg_attr(test, schemars(with = "State"))]
    state: &'static str,
}

impl<'a> Secret<'a> {
    fn new(row: &'a Row) -> Self {
        Self {
            access_key_id: row.id.as_str(),
            account_id: row.account.as_str(),
            from: row.from,
            owner: row.owner.kind(),
            ram_user: row.owner.ram_user(),
            state: row.state.as_str(),
        }
    }
}
