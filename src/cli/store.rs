//! `akm store status`, and the commands under `akm store`.

use super::{
    context::Context,
    protect::Protect,
    store_move::{MoveArgs, Use},
    table::{self, Column, Need},
    ui,
};
use crate::cli::failure::Failure;
use crate::core::time::{self, Span};
use crate::metadata::{Home, inventory::Inventory};
use crate::ops::Stores;
use crate::store::{Recipient, State, StoreKind};
use clap::Subcommand;
use serde::Serialize;
use serde_json::json;

/// Manage the secret store
#[derive(Debug, Subcommand)]
#[command(after_long_help = examples![
    "akm store status" => "which store is used, and whether it can be opened",
])]
pub(crate) enum Store {
    /// Show where secrets are saved and whether they can be had; changes nothing, asks nobody
    #[command(after_long_help = examples![
        "akm store status" => "which store is used, and whether it can be opened",
        "AKM_STORE=age akm store status" => "the same, as if new secrets went to `age`",
    ])]
    Status,
    Protect(Protect),
    Use(Use),
    Move(MoveArgs),
}

impl Store {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Status => status(context),
            Self::Protect(args) => args.run(context),
            Self::Use(args) => args.run(context),
            Self::Move(args) => args.run(context),
        }
    }
}

/// All stores that are in use.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Stated {
    store: Option<StoreKind>,
    stores: Vec<Row>,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    unlock_for: Option<Span>,
}

/// One store, as it is just now.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Row {
    kind: StoreKind,
    /// New secrets go here.
    chosen: bool,
    #[cfg_attr(test, schemars(extend("enum" = ["unused", "open", "unlocked", "protected", "locked", "absent", "failed"])))]
    state: &'static str,
    cause: Option<String>,
    unlocked_until: Option<String>,
    recipient: Option<Recipient>,
    /// Secrets of pairs that metadata says rest here.
    secrets: usize,
}

fn status(context: &Context) -> Result<(), Failure> {
    let (config, stores) = context.stores_unasked()?;
    let chosen = context.chosen(&config);
    let mut rows = Vec::new();
    for kind in [StoreKind::Keyring, StoreKind::Age] {
        let recipient = config.recipients.of(kind);
        if recipient.is_some() || chosen == Some(kind) {
            let secrets = secrets_in(&context.home, kind)?;
            rows.push(row(kind, chosen == Some(kind), &stores, recipient, secrets));
        }
    }
    if context.ui.json() {
        return ui::print_json(&json!(Stated {
            store: chosen,
            stores: rows,
            unlock_for: config.unlock_for,
        }));
    }
    if rows.is_empty() {
        context.ui.note(
            "no-store",
            "no store is chosen yet: the first secret that has to be kept chooses one",
        );
    }
    let cells: Vec<Vec<String>> = rows.into_iter().map(Row::cells).collect();
    ui::print(table::plain(&HEADER, &cells).as_bytes())
}

const HEADER: [Column; 5] = [
    Column("STORE", Need::Whole),
    Column("STATE", Need::Text),
    Column("SECRETS", Need::Extra(1)),
    Column("RECIPIENT", Need::Extra(2)),
    Column("", Need::Whole),
];

fn row(
    kind: StoreKind,
    chosen: bool,
    stores: &dyn Stores,
    recipient: Option<&Recipient>,
    secrets: usize,
) -> Row {
    let state = recipient.map(|recipient| {
        let store = stores.open(kind);
        store.map_or_else(State::from, |store| store.state(recipient))
    });
    let (state, cause, until) = match state {
        None => ("unused", None, None),
        Some(State::Open) => ("open", None, None),
        Some(State::Unlocked(until)) => ("unlocked", None, Some(time::format(until))),
        Some(State::Protected) => ("protected", None, None),
        Some(State::Locked(why)) => ("locked", Some(why), None),
        Some(State::Absent(why)) => ("absent", Some(why), None),
        Some(State::Failed(why)) => ("failed", Some(why), None),
    };
    Row {
        kind,
        chosen,
        state,
        cause,
        unlocked_until: until,
        recipient: recipient.cloned(),
        secrets,
    }
}

impl Row {
    fn cells(self) -> Vec<String> {
        let state = match (self.cause, self.unlocked_until) {
            (Some(cause), _) => format!("{}: {cause}", self.state),
            (None, Some(until)) => format!("{} until {until}", self.state),
            (None, None) => self.state.to_owned(),
        };
        let recipient = self
            .recipient
            .map_or_else(|| "-".to_owned(), |it| it.to_string());
        let mark = if self.chosen {
            "new secrets go here"
        } else {
            ""
        };
        vec![
            self.kind.to_string(),
            state,
            self.secrets.to_string(),
            recipient,
            mark.to_owned(),
        ]
    }
}

fn secrets_in(home: &Home, kind: StoreKind) -> Result<usize, Failure> {
    let mut count = 0;
    for account in Inventory::accounts(home)? {
        for record in Inventory::new(home.clone(), account).all()?.records {
            let pairs = record.access_keys.iter();
            count += pairs.filter(|pair| pair.secret_store == Some(kind)).count();
        }
    }
    Ok(count)
}
