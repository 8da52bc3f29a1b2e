//! The dialog with which the console ends when a pair is made: save its CSV, copy, show once, done.

use super::{
    context::{self, Context},
    copy,
    csv_target::CsvTarget,
    hand_out::warn_of_scrollback,
    picker, ui,
};
use crate::cli::failure::Failure;
use crate::core::{account::Owner, name::UserName, secret::Secret};
use crate::export::Row;
use crate::metadata::log::Action;
use crate::ops::{
    Account, Kind,
    credentials::{Chosen, Selector},
    hand_out,
};
use std::fmt;
use std::io::{self, IsTerminal};
use std::path::Path;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Choice {
    Csv,
    Copy,
    Show,
    Done,
}

impl Choice {
    /// What can be chosen. A secret is shown on a terminal alone: a file that standard output goes to may be read by others.
    fn all() -> Vec<Self> {
        let show = io::stdout().is_terminal().then_some(Self::Show);
        let before = [Self::Csv, Self::Copy].into_iter().chain(show);
        before.chain([Self::Done]).collect()
    }

    /// What a person types for it where the terminal shows no list.
    fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Copy => "copy",
            Self::Show => "show",
            Self::Done => "done",
        }
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Csv => "Save CSV…",
            Self::Copy => "Copy",
            Self::Show => "Show once",
            Self::Done => "Done",
        })
    }
}

/// Asks what to do with the secret of a new pair, until there is nothing more to do. What fails is said, and another way may be chosen.
/// `Interrupted` after Ctrl-C: the pair and its saved secret stay.
pub(crate) fn ask(context: &Context, account: &Account, new: &Chosen) -> Result<(), Failure> {
    loop {
        let done = match choice(new)? {
            Choice::Csv => save(context, account, new),
            Choice::Copy => copied(context, account, new),
            Choice::Show => shown(context, account, new),
            Choice::Done => return Ok(()),
        };
        if let Err(failure) = done {
            context.ui.warning("not-handed-out", &failure.whole());
            if let Some(hint) = &failure.hint {
                context.ui.hint(hint);
            }
        }
    }
}

/// Done is selected at first: an Enter too many hands nothing out.
fn choice(new: &Chosen) -> Result<Choice, Failure> {
    let all = Choice::all();
    if picker::is_dumb() {
        return in_a_line(&all);
    }
    let last = all.len() - 1;
    match picker::pick("What do you want to do with the secret?", all, last) {
        Err(failure) if failure.kind == Kind::Cancelled => Ok(Choice::Done),
        Err(failure) => Err(Failure {
            message: format!(
                "AccessKey {} stays, and its secret is saved",
                new.pair.access_key_id
            ),
            ..failure
        }),
        chosen => chosen,
    }
}

/// Nothing typed, and the end of input, are Done.
fn in_a_line(all: &[Choice]) -> Result<Choice, Failure> {
    let words: Vec<&str> = all.iter().map(|choice| choice.word()).collect();
    let prompt = format!(
        "What do you want to do with the secret? {}: ",
        words.join(", ")
    );
    loop {
        let line = ui::line(&prompt)?.unwrap_or_default();
        let typed = line.trim();
        let mut found = all
            .iter()
            .filter(|choice| choice.word().eq_ignore_ascii_case(typed));
        match found.next() {
            Some(choice) => return Ok(*choice),
            None if typed.is_empty() => return Ok(Choice::Done),
            None => (),
        }
    }
}

/// Reads the secret, and writes into the log how it is handed out.
fn secret(account: &Account, new: &Chosen, action: Action) -> Result<Secret, Failure> {
    let selector = Selector::Id(new.pair.access_key_id.clone());
    let (_, secret) = hand_out::secret(account, &selector, new.clone(), action)?;
    Ok(secret)
}

/// Asks for a new file until one can be written; `Ok` at the end of input.
fn save(context: &Context, account: &Account, new: &Chosen) -> Result<(), Failure> {
    let name = new.owner.ram_user().map_or("account", UserName::as_str);
    let usual = format!("{name}.csv");
    while let Some(line) = ui::line(&format!("Save the CSV as [{usual}]: "))? {
        let path = if line.is_empty() { &usual } else { &line };
        if path == "-" {
            context.ui.warning(
                "not-handed-out",
                "`-` is standard output, and a file is asked for here",
            );
            continue;
        }
        match CsvTarget::reserve(Some(Path::new(path)), false) {
            Err(failure) => context.ui.warning("not-handed-out", &failure.whole()),
            Ok(file) => {
                let secret = secret(account, new, Action::Export)?;
                let (id, owner): (_, &Owner) = (&new.pair.access_key_id, &new.owner);
                file.write(
                    &[Row {
                        id,
                        secret: &secret,
                        owner,
                    }],
                    false,
                )?;
                context.ui.result(&format!("Saved the pair in {path}."));
                return Ok(());
            }
        }
    }
    Ok(())
}

fn copied(context: &Context, account: &Account, new: &Chosen) -> Result<(), Failure> {
    let mut clipboard = context::clipboard()?;
    let secret = secret(account, new, Action::Copy)?;
    let id = &new.pair.access_key_id;
    copy::put_secret(context, &mut clipboard, &secret, id, copy::usual()).map(|_| ())
}

fn shown(context: &Context, account: &Account, new: &Chosen) -> Result<(), Failure> {
    let secret = secret(account, new, Action::ShowSecret)?;
    ui::print(secret.expose().as_bytes())?;
    ui::print(b"\n")?;
    warn_of_scrollback(context);
    Ok(())
}
