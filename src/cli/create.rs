//! `akm create`

use super::{
    comment,
    context::{self, Context},
    copy,
    csv_target::{self, CsvTarget},
    owner_prompt,
    pair::PairView,
    secret_menu,
    selector::OwnerArgs,
    spelling, ui, user, words,
};
use crate::cli::failure::Failure;
use crate::core::{account::Owner, name::UserName, secret::Secret};
use crate::export::Row;
use crate::metadata::inventory::PairRecord;
use crate::metadata::log::Action;
use crate::ops::{self, Kind, Session, advice::Advice, create, credentials::Chosen};
use crate::sys::clipboard::Clipboard;
use clap::Args;
use std::path::{Path, PathBuf};

/// Make an AccessKey pair and save its secret
///
/// Without an owner, on a terminal, akm asks who the pair is for, and ends as the console does: save a CSV, copy, show once, done. Where
/// `--csv`, `--copy` or `--show-secret` says it already, nothing more is asked. Esc is the same as Done; after Ctrl-C akm ends
/// with 130. Either way the pair stays, and its secret is saved.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm create --ram-user alice" => "a pair for a RAM user; its AccessKey ID is printed, its secret saved",
    "akm create --ram-user alice --csv alice.csv" => "and the console's CSV beside it",
    "akm create --ram-user ci --create-user --comment 'build server' --json" => "for a new RAM user, from a script",
])]
pub(crate) struct Create {
    #[command(flatten)]
    owner: OwnerArgs,
    /// Make the RAM user too, where there is none
    #[arg(long, requires = "ram_user", conflicts_with = "account")]
    create_user: bool,
    /// Write the console's CSV to a new file, or to standard output with `-`
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Put the secret on the clipboard, for 45 seconds
    #[arg(long)]
    copy: bool,
    /// Print the secret on a second line
    #[arg(long)]
    show_secret: bool,
    /// A remark to keep with the pair
    #[arg(long, value_name = "TEXT")]
    comment: Option<String>,
}

impl Create {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        self.checked(context)?;
        if self.show_secret {
            ui::check_open()?;
        }
        let named = self.owner.owner()?;
        if named.is_none() {
            owner_prompt::may_ask(context)?;
        }
        let file = CsvTarget::reserve(self.csv.as_deref(), false)?;
        let clipboard = self.copy.then(context::clipboard).transpose()?;
        if named == Some(Owner::Account) {
            let place = refuse_account(context)?;
            owner_prompt::warn_of_account(context, &place)?;
        }
        let session = context.changing()?;
        let offers = named.is_none() && self.hand_outs().is_empty() && !context.ui.json();
        let owner = named.map_or_else(|| owner_prompt::ask(context, &session), Ok)?;
        let created = self.create(context, &session, &owner)?;
        let pair = &created.pair;
        say(context, &session, &owner, pair);
        let left = self.hand_out(context, &session, &owner, pair, file, clipboard);
        let new = Chosen {
            pair: pair.clone(),
            owner,
            role: None,
        };
        left.and(created.handed_out().map_err(Failure::from))?;
        if offers {
            secret_menu::ask(context, &session, &new)?;
        }
        Ok(())
    }

    fn checked(&self, context: &Context) -> Result<(), Failure> {
        let shown = self.show_secret.then(|| "--show-secret".to_owned());
        csv_target::check_alone(self.csv.as_deref(), context.ui.output, shown)?;
        self.comment.as_deref().map_or(Ok(()), comment::check)
    }

    fn prints_csv(&self) -> bool {
        self.csv.as_deref() == Some(Path::new("-"))
    }

    fn hand_outs(&self) -> Vec<Action> {
        let csv = self.csv.as_ref().map(|_| Action::Export);
        csv.into_iter()
            .chain(self.copy.then_some(Action::Copy))
            .chain(self.show_secret.then_some(Action::ShowSecret))
            .collect()
    }

    /// A missing RAM user is made where that was asked for, or the profile says so, or the person agrees.
    fn create<'a>(
        &self,
        context: &Context,
        session: &'a Session,
        owner: &Owner,
    ) -> Result<create::Created<'a>, Failure> {
        match (create::create(session, owner, self.wish()), owner) {
            (Err(failure), Owner::RamUser(name)) if failure.kind == Kind::NoSuchUser => {
                self.make_user(context, session, name)?;
                Ok(create::create(session, owner, self.wish())?)
            }
            (done, _) => Ok(done?),
        }
    }

    fn wish(&self) -> create::Wish {
        create::Wish {
            comment: self.comment.as_deref().and_then(comment::kept),
            hand_outs: self.hand_outs(),
        }
    }

    fn make_user(
        &self,
        context: &Context,
        session: &Session,
        name: &UserName,
    ) -> Result<(), Failure> {
        if !self.create_user && !context.makes_missing_users()? {
            agreed(context, session, name)?;
        }
        if ops::user::ensure(session, name)? {
            user::made(context, session, name);
        }
        Ok(())
    }

    fn hand_out(
        &self,
        context: &Context,
        session: &Session,
        owner: &Owner,
        pair: &PairRecord,
        file: CsvTarget,
        clipboard: Option<Clipboard>,
    ) -> Result<(), Failure> {
        let advice = words::advice(&Advice::Export(pair.access_key_id.clone()));
        let held = |failure: Failure| failure.hint(&advice);
        let leaves = !self.hand_outs().is_empty();
        let secret = if leaves {
            let secret = session.secret(pair);
            Some(secret.map_err(|failure| held(failure.into()))?)
        } else {
            None
        };
        let row = secret.as_ref().map(|secret| Row {
            id: &pair.access_key_id,
            secret,
            owner,
        });
        let written = row
            .map_or(Ok(()), |row| file.write(&[row], false))
            .map_err(held);
        if !self.prints_csv() {
            let shown = if self.show_secret {
                secret.as_ref()
            } else {
                None
            };
            print(context, session, owner, pair, shown).map_err(held)?;
        }
        written.and(copied(context, pair, secret.as_ref(), clipboard))
    }
}

/// To the clipboard, if that was asked for.
fn copied(
    context: &Context,
    pair: &PairRecord,
    secret: Option<&Secret>,
    clipboard: Option<Clipboard>,
) -> Result<(), Failure> {
    let (Some(mut clipboard), Some(secret)) = (clipboard, secret) else {
        return Ok(());
    };
    let id = &pair.access_key_id;
    copy::put_secret(context, &mut clipboard, secret, id, copy::usual())
        .map(|_| ())
        .map_err(|failure| failure.hint(format!("the pair is saved: `akm copy {id}` tries again")))
}

/// Asks whether a RAM user that is missing is to be made: the name may be misspelt. `NoSuchUser` where nobody may be asked.
fn agreed(context: &Context, session: &Session, name: &UserName) -> Result<(), Failure> {
    if !context.ui.may_ask() {
        return Err(Failure::from(ops::user::missing(name)).hint("`--create-user` makes it"));
    }
    let near = spelling::user_like(&session.inventory, name.as_str());
    let meant = near.map(|near| format!(" Did you mean `{near}`?"));
    let (meant, place) = (meant.unwrap_or_default(), words::place(session));
    context.ui.insist(&format!(
        "there is no RAM user `{name}` in {place}.{meant} Create `{name}`?"
    ))
}

/// Says what was made, where its secret is, and how the pair is used.
fn say(context: &Context, session: &Session, owner: &Owner, pair: &PairRecord) {
    let saved = pair.secret_store.map(words::kept_in);
    let saved = saved.map(|place| format!(" Secret saved in {place}."));
    let saved = saved.unwrap_or_default();
    context.ui.result(&format!(
        "Created AccessKey {} for {} in {}.{saved}",
        pair.access_key_id,
        words::whose(owner),
        words::place(session)
    ));
    let owner = words::argument(owner);
    context.ui.next(&format!("akm exec {owner} -- COMMAND"));
}

fn print(
    context: &Context,
    session: &Session,
    owner: &Owner,
    pair: &PairRecord,
    secret: Option<&Secret>,
) -> Result<(), Failure> {
    if context.ui.json() {
        let mut view = PairView::new(session, owner, pair);
        view.access_key_secret = secret.map(Secret::expose);
        return ui::print_json(&view);
    }
    let mut text = zeroize::Zeroizing::new(format!("{}\n", pair.access_key_id));
    if let Some(secret) = secret {
        text.reserve_exact(secret.expose().len() + 1);
        text.push_str(secret.expose());
        text.push('\n');
    }
    ui::print(text.as_bytes())
}

/// Refuses what is refused before a person is asked. Nothing is, of a sandbox that was never used; opening it would make it.
/// Returns the place for the question.
fn refuse_account(context: &Context) -> Result<String, Failure> {
    let Some(account) = context.known()? else {
        return Ok("the sandbox".to_owned());
    };
    create::check(&context.open()?, &Owner::Account)?;
    Ok(words::place(&account))
}
