//! The note that the console shows before it makes a pair: who is it for? Asked on a terminal, where no owner was named.

use super::{context::Context, picker, ui, user, user_rows::UserRow, words::place};
use crate::cli::failure::Failure;
use crate::core::{account::Owner, name::UserName};
use crate::ops::{self, Kind, Session, create};

const USER: &str = "a RAM user's: it can do what that user may (advised)";
const ACCOUNT: &str = "the account's own: it opens everything the account has";

/// `Usage` where no owner was named and nobody may be asked.
pub(crate) fn may_ask(context: &Context) -> Result<(), Failure> {
    if context.ui.may_ask() {
        return Ok(());
    }
    Err(Failure::new(Kind::Usage, "no owner was named")
        .hint("add `--ram-user NAME` or `--account`"))
}

/// Asks whose pair is wanted; makes the RAM user if a new one is. The row that is selected at first leads to another question, and an
/// empty name leaves: whoever types nothing but Enter makes nothing.
pub(crate) fn ask(context: &Context, session: &Session) -> Result<Owner, Failure> {
    context.ui.note(
        "advice",
        "an AccessKey pair is a user name and a password for programs; \
         give each program a RAM user of its own, with the permissions that it needs",
    );
    if picker::is_dumb() {
        return in_a_line(context, session);
    }
    match picker::pick("Who is this AccessKey for?", vec![USER, ACCOUNT], 0)? {
        ACCOUNT => account(context, session),
        _ => pick(context, session).map(Owner::RamUser),
    }
}

/// The account's own pair. What is refused is refused before the question.
fn account(context: &Context, session: &Session) -> Result<Owner, Failure> {
    create::check(session, &Owner::Account)?;
    warn_of_account(context, &place(session)).map(|()| Owner::Account)
}

/// The account's own pair wants a yes of its own, however it was asked for.
pub(crate) fn warn_of_account(context: &Context, place: &str) -> Result<(), Failure> {
    context.ui.warning(
        "account-pair",
        "the account's own pair opens everything the account has; a RAM user's pair is advised",
    );
    let question = format!("create an AccessKey for the account itself in {place}?");
    context.ui.insist(&question)
}

/// Asks without moves on the screen, which a terminal of the kind `dumb` would show as garbage.
fn in_a_line(context: &Context, session: &Session) -> Result<Owner, Failure> {
    let prompt = "who is this AccessKey for? A RAM user's name (advised), or --account: ";
    match ui::line(prompt)?.unwrap_or_default().trim() {
        "" => Err(unanswered()),
        "--account" => account(context, session),
        name => Ok(Owner::RamUser(UserName::parse(name)?)),
    }
}

/// One of the account's RAM users, or a new one. Where the signer may not list them, the name is typed.
fn pick(context: &Context, session: &Session) -> Result<UserName, Failure> {
    let users = match session.cloud.users().map_err(Failure::from) {
        Err(failure) if failure.kind == Kind::Denied => {
            let why = "the RAM users cannot be listed: these credentials may not do that";
            context.ui.note("users-not-listed", why);
            return name("The RAM user's name: ");
        }
        users => users?,
    };
    if users.is_empty() {
        return new_user(context, session);
    }
    match picker::search(
        "Which RAM user?",
        UserRow::all(session, users)?,
        UserRow::name,
    )? {
        UserRow::New => new_user(context, session),
        UserRow::Known { name, .. } => Ok(name),
    }
}

fn new_user(context: &Context, session: &Session) -> Result<UserName, Failure> {
    let name = name("The new RAM user's name: ")?;
    if ops::user::ensure(session, &name)? {
        user::made(context, session, &name);
    }
    Ok(name)
}

/// Asks until the name is one that a RAM user can have, or nothing is typed.
fn name(prompt: &str) -> Result<UserName, Failure> {
    loop {
        let line = ui::line(prompt)?.unwrap_or_default();
        match UserName::parse(line.trim()) {
            _ if line.trim().is_empty() => return Err(unanswered()),
            Ok(name) => return Ok(name),
            Err(error) => ui::say(&format!("{}\n", error.why)),
        }
    }
}

/// A question that is not answered ends the command.
fn unanswered() -> Failure {
    Failure::new(Kind::Cancelled, "nothing was changed").because("the question was not answered")
}
