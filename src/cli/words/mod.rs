//! What `ops` reports, in words: the sentences, and the command lines that get a person on.

mod advice;
mod client_file;
mod cloud;
mod half;
mod import;
mod owner;
mod pair;
mod remark;
mod remark_code;
mod restore;
mod rotation;
mod secret;
mod store;
#[cfg(test)]
mod tests;
mod two_pairs;

pub(super) use advice::advice;
pub(super) use owner::{argument, may_do_nothing, place, whose};
pub(super) use remark::{in_place_of, remark};
pub(super) use remark_code::code;
pub(super) use store::{LOCAL_DISK, copying, kept_in};

use super::failure::Failure;
use crate::core::Invalid;
use crate::metadata;
use crate::ops::{
    self,
    problem::{Create, Problem, Signer, User},
};

/// What is said of a failure.
struct Text {
    message: String,
    cause: Option<String>,
    hint: Option<String>,
}

impl Text {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            cause: None,
            hint: None,
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "an error or a text, as it comes"
    )]
    fn because(mut self, cause: impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the message and, where there is one, the cause.
    fn whole(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.message),
            None => self.message.clone(),
        }
    }
}

/// What `ops` reports, and what it may report of the rooms below it.
impl<E> From<E> for Failure
where
    ops::Failure: From<E>,
{
    fn from(error: E) -> Self {
        let failure = ops::Failure::from(error);
        let Text {
            message,
            cause,
            hint,
        } = text(&failure);
        Self {
            kind: failure.kind,
            message,
            cause,
            hint,
            request_id: failure.problem.request_id().map(str::to_owned),
        }
    }
}

fn text(failure: &ops::Failure) -> Text {
    let text = problem(&failure.problem);
    if failure.advice.is_empty() {
        return text;
    }
    let said: Vec<String> = failure.advice.iter().map(advice).collect();
    text.hint(said.join("; "))
}

fn problem(problem: &Problem) -> Text {
    match problem {
        Problem::Invalid(invalid) => not_valid(invalid),
        Problem::File(error) => file(error),
        Problem::Store(kind, error) => store::problem(*kind, error),
        Problem::StoreForNew(error) => store::problem(None, error).hint(store::FOR_NEW),
        Problem::Cloud(error) => cloud::problem(error),
        Problem::NoRandom(why) => Text::new(why),
        Problem::Busy => {
            Text::new("another akm is at work on the same").hint("try the same command again")
        }
        Problem::SessionExpired => {
            Text::new("the cloud's answer has a session that has expired already")
                .hint("try again; if that lasts, look at this machine's clock")
        }
        Problem::NoSession(id, role, why) => {
            let why = text(why);
            let text = Text::new(format!("`{id}` gets no session of the role `{role}`"));
            Text {
                hint: why.hint.clone(),
                ..text.because(why.whole())
            }
        }
        Problem::HalfDone(left, why) => half::problem(left, &text(why)),
        Problem::ClientFile(problem) => client_file::problem(problem),
        Problem::Create(problem) => create(problem),
        Problem::Dismissal(problem) => restore::dismissal(problem),
        Problem::Import(problem) => import::problem(problem),
        Problem::Pair(problem) => pair::problem(problem),
        Problem::Restore(problem) => restore::problem(problem),
        Problem::Rotation(problem) => rotation::problem(problem),
        Problem::Secret(problem) => secret::problem(problem),
        Problem::Signer(problem) => signer(problem),
        Problem::User(problem) => user(problem),
    }
}

fn not_valid(invalid: &Invalid) -> Text {
    Text::new(format!("not a valid {}", invalid.what)).because(&invalid.why)
}

fn file(error: &metadata::Error) -> Text {
    use metadata::Error as E;
    let hint = match error {
        E::Io(path, io) => return store::unusable(path, io).because(error),
        E::Newer(_) => "the file is left as it is: update akm",
        E::Miswritten(..) => "nothing was changed; correct this line, or remove it",
        E::Damaged(..) => "the file is left as it is: look at it, or restore it from a backup",
    };
    Text::new(error.to_string()).hint(hint)
}

fn create(problem: &Create) -> Text {
    match problem {
        Create::NoneMade => Text::new("no pair was made"),
        Create::Failed => Text::new("the request failed"),
        Create::NoClock => Text::new("no answer of the cloud says what time it is there").hint(
            "let a proxy or gateway on the way leave the header `Date` as it is, then the same command again",
        ),
        Create::WrittenNowhere { id, why, sealed } => Text::new(format!(
            "AccessKey pair `{id}` was made and its secret could be written nowhere"
        ))
        .because(why_of(why))
        .hint(format!(
            "keep this line, it is the secret sealed to this install's `age` identity, in base64: {sealed}"
        )),
        Create::Stranger(arn) => Text::new("the new pair is somebody else's").because(arn),
    }
}

fn signer(problem: &Signer) -> Text {
    match problem {
        Signer::NotTheAccount(arn) => {
            Text::new("the account's own pairs are the account's alone to work on")
                .because(format!("akm signs as `{arn}`"))
                .hint("use a profile that signs with the account's own pair")
        }
        Signer::OtherAccount(signs, here) => Text::new(format!(
            "the signing pair belongs to account {signs}, not {here}"
        ))
        .hint("nothing was changed; look at `akm verify --self`"),
    }
}

fn user(problem: &User) -> Text {
    match problem {
        User::Exists(name, error) => {
            Text::new(format!("RAM user `{name}` exists already")).because(error)
        }
        User::Missing(name) => Text::new(format!("there is no RAM user `{name}`")),
        User::HasPairs(name, pairs) => {
            let pairs = pairs.iter();
            let ids: Vec<String> = pairs
                .clone()
                .map(|key| format!("`{}` {}", key.id, key.status))
                .collect();
            let deletions: Vec<String> = pairs
                .map(|key| format!("`akm delete {} --force`", key.id))
                .collect();
            Text::new(format!("RAM user `{name}` still has AccessKey pairs"))
                .because(ids.join(", "))
                .hint(format!("{} first", deletions.join(" and ")))
        }
    }
}

/// Returns the cause of a failure; where it has none, its message.
fn why_of(failure: &ops::Failure) -> String {
    let text = text(failure);
    text.cause.unwrap_or(text.message)
}
