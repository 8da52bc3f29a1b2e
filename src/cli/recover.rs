//! `akm recover`

use super::{
    candidates,
    context::Context,
    pair::PairView,
    rotate::told,
    selector::key_id,
    table::{self, Column, Need},
    ui::{self, Ui},
};
use crate::cli::failure::Failure;
use crate::core::{access_key::AccessKeyId, account::Owner, name::UserName, time};
use crate::ops::{
    Account, Session,
    recover::{self, Dismissed, Ended},
    rotate::{Standing, State},
};
use clap::Args;
use serde::Serialize;
use serde_json::{Value, json};

/// Finish what an interrupted command left, or show it
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm recover --list" => "what is unfinished",
    "akm recover" => "finish what can be finished now",
])]
pub(crate) struct Recover {
    /// Show what is unfinished and touch nothing
    #[arg(long, conflicts_with = "dismiss")]
    list: bool,
    /// Take a suspect as known; or forget a rotation whose new pair is gone, a restore whose pair is nowhere, or that a leaked pair is to
    /// be replaced
    #[arg(long, value_name = "KEY_ID", add = candidates::open_pairs())]
    dismiss: Option<String>,
}

impl Recover {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        if self.list {
            return list(context);
        }
        if context.known()?.is_none() {
            if let Some(id) = &self.dismiss {
                return Err(recover::nothing_such(&key_id(id)?).into());
            }
            context.ui.result("Nothing is unfinished.");
            return self.show(context, &[]);
        }
        let session = context.changing()?;
        if let Some(id) = &self.dismiss {
            let dismissed = recover::dismiss(&session, &key_id(id)?)?;
            context.ui.result(&match dismissed {
                Dismissed::Suspect => format!("{id} is no suspect any more."),
                Dismissed::Rotation => format!("The rotation to {id} is forgotten."),
                Dismissed::Restore => format!("The restore of {id} is forgotten."),
                Dismissed::Leak => format!("No pair will be made in the place of {id}."),
            });
            return self.show(context, &[]);
        }
        let (mut recovered, mut waiting) = (Vec::new(), 0);
        let left = recover::each(&session, |owner, ended| match ended {
            Ended::Nothing => (),
            Ended::Waits => waiting += 1,
            Ended::Pair(pair) => {
                let id = &pair.access_key_id;
                context.ui.result(&format!(
                    "Finished: AccessKey pair {id} of {owner} is saved."
                ));
                recovered.push(json!(PairView::new(&session, owner, &pair)));
            }
            Ended::Rotated(standing) => {
                rotated(&context.ui, &session, owner, &standing);
                recovered.push(json!(told::View::new(&session, owner, &standing)));
            }
        })?;
        wait(&context.ui, waiting);
        if left.is_empty() {
            context
                .ui
                .result("Nothing is left that could be finished now.");
        }
        self.show(context, &recovered)?;
        ended(
            &context.ui,
            left.into_iter().map(|(_, failure)| failure.into()),
        )
    }

    pub(crate) fn is_list(&self) -> bool {
        self.list
    }

    /// What was done and what is open still, for a script.
    fn show(&self, context: &Context, recovered: &[Value]) -> Result<(), Failure> {
        if !context.ui.json() {
            return Ok(());
        }
        let (open, _) = open(context.known()?)?;
        ui::print_json(&Answer {
            dismissed: self.dismiss.as_deref(),
            open: rows(&open),
            recovered,
        })
    }
}

/// What was done and what is open still.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Answer<'a> {
    dismissed: Option<&'a str>,
    open: Vec<Row<'a>>,
    #[cfg_attr(test, schemars(with = "Vec<crate::cli::schema::words::Recovered>"))]
    recovered: &'a [Value],
}

/// What is open.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct List<'a> {
    open: Vec<Row<'a>>,
}

/// One thing that is open.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct Row<'a> {
    access_key_id: Option<&'a AccessKeyId>,
    not_before: Option<String>,
    #[cfg_attr(test, schemars(with = "crate::core::account::OwnerKind"))]
    owner: &'static str,
    ram_user: Option<&'a UserName>,
    #[cfg_attr(test, schemars(with = "Option<recover::Stage>"))]
    state: Option<&'static str>,
    #[cfg_attr(test, schemars(with = "crate::cli::schema::words::What"))]
    what: &'static str,
}

/// What a rotation came to; a rollback is told by its old pair.
fn rotated(to: &Ui, session: &Session, owner: &Owner, standing: &Standing) {
    if !matches!(standing.state, State::Undone | State::RolledBack) {
        to.result(&format!(
            "Rotated: AccessKey pair {} of {owner} is in use.",
            standing.new.access_key_id
        ));
    }
    told::say(to, session, owner, standing);
}

fn wait(to: &Ui, waiting: usize) {
    let what = match waiting {
        0 => return,
        1 => "1 rotation is not due yet".to_owned(),
        count => format!("{count} rotations are not due yet"),
    };
    to.note(
        "not-due",
        &format!(
            "{what}: `akm recover --list` shows when, and `akm rotate --all --finish` continues then"
        ),
    );
}

/// The first tells how it ended; the others are said before it.
fn ended(to: &Ui, failures: impl IntoIterator<Item = Failure>) -> Result<(), Failure> {
    let mut failures = failures.into_iter();
    let Some(first) = failures.next() else {
        return Ok(());
    };
    for other in failures {
        to.failure(&to.advice.in_hint(other));
    }
    Err(first)
}

fn open(known: Option<Account>) -> Result<(Vec<recover::Open>, Vec<Failure>), Failure> {
    let Some(known) = known else {
        return Ok((Vec::new(), Vec::new()));
    };
    let (open, unreadable) = recover::list(&known.journal)?;
    Ok((open, unreadable.into_iter().map(Failure::from).collect()))
}

/// What is open, for a script.
pub(super) fn rows(open: &[recover::Open]) -> Vec<Row<'_>> {
    open.iter().map(Row::new).collect()
}

impl<'a> Row<'a> {
    fn new(open: &'a recover::Open) -> Self {
        Self {
            access_key_id: open.id.as_ref(),
            not_before: due(open),
            owner: open.owner.kind(),
            ram_user: open.owner.ram_user(),
            state: open.what.stage(),
            what: open.what.as_str(),
        }
    }
}

fn due(open: &recover::Open) -> Option<String> {
    open.due.map(time::format)
}

/// For a person, as `rotation (grace)`.
fn what(what: recover::What) -> String {
    let stage = what.stage().map(|stage| format!(" ({stage})"));
    what.as_str().to_owned() + &stage.unwrap_or_default()
}

const HEADER: [Column; 4] = [
    Column("WHAT", Need::Whole),
    Column("OWNER", Need::Whole),
    Column("ACCESSKEY ID", Need::Whole),
    Column("NOT BEFORE", Need::Extra(1)),
];

fn list(context: &Context) -> Result<(), Failure> {
    let (open, unreadable) = open(context.account()?)?;
    context.note_missing_home();
    if context.ui.json() {
        ui::print_json(&List { open: rows(&open) })?;
        return ended(&context.ui, unreadable);
    }
    let rows: Vec<Vec<String>> = open
        .iter()
        .map(|open| {
            let owner = open
                .owner
                .ram_user()
                .map_or("(account)", |name| name.as_str())
                .to_owned();
            let id = open.id.as_ref().map_or("-", |id| id.as_str()).to_owned();
            vec![
                what(open.what),
                owner,
                id,
                due(open).unwrap_or_else(|| "-".to_owned()),
            ]
        })
        .collect();
    ui::print(table::plain(&HEADER, &rows).as_bytes())?;
    ended(&context.ui, unreadable)
}
