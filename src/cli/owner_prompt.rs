//! The note that the console shows before it makes a pair: who is it for? Asked on a terminal, where no owner was named.

use super::{context::Context, ui::line, words::place};
use crate::cli::failure::Failure;
use crate::core::{account::Owner, name::UserName};
use crate::ops::{self, Kind, Session, create};
use inquire::ui::{Attributes, RenderConfig, StyleSheet};
use inquire::validator::Validation;
use inquire::{InquireError, Select, Text, set_global_render_config};

const USER: &str = "a RAM user's: it can do what that user may (advised)";
const ACCOUNT: &str = "the account's own: it opens everything the account has";
const NEW: &str = "a new RAM user…";
/// Lines of a list that are shown at once.
const PAGE: usize = 12;

/// `Usage` where no owner was named and nobody may be asked.
pub(crate) fn may_ask(context: &Context) -> Result<(), Failure> {
    if context.ui.may_ask() {
        return Ok(());
    }
    Err(Failure::new(Kind::Usage, "no owner was named")
        .hint("add `--ram-user NAME` or `--account`"))
}

/// Asks whose pair is wanted; makes the RAM user if a new one is.
pub(crate) fn ask(context: &Context, session: &Session) -> Result<Owner, Failure> {
    context.ui.note(
        "advice",
        "an AccessKey pair is a user name and a password for programs; \
         give each program a RAM user of its own, with the permissions that it needs",
    );
    if super::context::variable("TERM").is_some_and(|terminal| terminal == "dumb") {
        return in_a_line(context, session);
    }
    set_global_render_config(look());
    match answered(Select::new("Who is this AccessKey for?", vec![USER, ACCOUNT]).prompt())? {
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
    match line("who is this AccessKey for? A RAM user's name (advised), or --account: ")?.trim() {
        "" => answered(Err(InquireError::OperationCanceled)),
        "--account" => account(context, session),
        name => Ok(Owner::RamUser(UserName::parse(name)?)),
    }
}

/// Bold, and no colour: what the crate has by default cannot be read on white.
fn look() -> RenderConfig<'static> {
    let bold = StyleSheet::new().with_attr(Attributes::BOLD);
    RenderConfig::empty()
        .with_selected_option(Some(bold))
        .with_answer(bold)
}

/// One of the account's RAM users, or a new one.
fn pick(context: &Context, session: &Session) -> Result<UserName, Failure> {
    let users = session.cloud.users()?;
    if users.is_empty() {
        return new_user(context, session);
    }
    let names = users.iter().map(|user| user.name.as_str());
    let choices: Vec<&str> = std::iter::once(NEW).chain(names).collect();
    match answered(
        Select::new("Which RAM user?", choices)
            .with_page_size(PAGE)
            .prompt(),
    )? {
        NEW => new_user(context, session),
        name => Ok(UserName::parse(name)?),
    }
}

fn new_user(context: &Context, session: &Session) -> Result<UserName, Failure> {
    let valid = |text: &str| {
        Ok(match UserName::parse(text) {
            Ok(_) => Validation::Valid,
            Err(error) => Validation::Invalid(error.why.into()),
        })
    };
    let name = answered(
        Text::new("The new RAM user's name:")
            .with_validator(valid)
            .prompt(),
    )?;
    let name = UserName::parse(&name)?;
    if ops::user::ensure(session, &name)? {
        super::create::made_user(context, session, &name);
    }
    Ok(name)
}

const UNANSWERED: &str = "the question was not answered";

/// A question that is not answered ends the command: nothing was changed.
pub(crate) fn answered<T>(answer: Result<T, InquireError>) -> Result<T, Failure> {
    answer.map_err(|error| {
        let (kind, why) = match error {
            InquireError::OperationCanceled => (Kind::Cancelled, UNANSWERED.to_owned()),
            InquireError::OperationInterrupted => (Kind::Interrupted, UNANSWERED.to_owned()),
            error => (Kind::Failed, error.to_string()),
        };
        Failure::new(kind, "nothing was changed").because(why)
    })
}
