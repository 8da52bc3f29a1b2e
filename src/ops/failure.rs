//! An operation that failed: of what kind, so that a script can act; what, because of what, and what to run next.

use crate::{
    core::{Invalid, place::StoreKind},
    delivery::process_command::joined,
    metadata, store,
    sys::fs::{Distrust, kubernetes_volume},
};
use std::path::Path;

/// The cases that a caller tells apart. The exit code of each is the business of `cli`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Failed,
    Usage,
    NoSuchUser,
    NoSuchPair,
    NoSuchEntity,
    NoSuchProfile,
    TwoPairs,
    ActivePair,
    LastActivePair,
    SigningPair,
    BadName,
    BadFile,
    Refused,
    Exists,
    FileExists,
    Conflict,
    Limit,
    StoreAbsent,
    StoreLocked,
    /// A passphrase is needed, and nobody gives it.
    PassphraseNeeded,
    SecretMissing,
    SecretUnreadable,
    /// The secret's file is there, and akm does not trust it as it is.
    SecretDistrusted,
    StoreFailed,
    Denied,
    BadCredentials,
    OtherAccount,
    Unavailable,
    Undecided,
    Busy,
    HalfDone,
    NeedsAnswer,
    /// The program of `exec` or `serve` is not there.
    NoSuchProgram,
    /// It is there and cannot be executed.
    NotExecutable,
}

/// What went wrong, for a person. Texts from the cloud in it are foreign: `cli` escapes them.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) cause: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            cause: None,
            hint: None,
            request_id: None,
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "an error or a text, as it comes"
    )]
    pub(crate) fn because(mut self, cause: impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What a store of that kind answered: an `age` store is not unlocked or started, its identity is a file.
    pub(crate) fn of_store(kind: StoreKind, error: store::Error) -> Self {
        const IDENTITY: &str = "bring the identity's file back from a backup: nothing else opens what was sealed for it";
        let failure = Self::from(error);
        match (kind, failure.kind) {
            (StoreKind::Age, Kind::StoreAbsent | Kind::SecretUnreadable) => failure.hint(IDENTITY),
            _ => failure,
        }
    }

    /// Puts a message before this failure's own, which becomes the cause. Kind, hint and request id stay.
    pub(crate) fn behind(self, message: impl Into<String>) -> Self {
        let cause = match self.cause {
            Some(cause) => format!("{}: {cause}", self.message),
            None => self.message,
        };
        Self {
            message: message.into(),
            cause: Some(cause),
            ..self
        }
    }

    /// The same trouble, seen after the first step that cannot be taken back: what is open is recorded.
    pub(crate) fn half_done(self, message: impl Into<String>) -> Self {
        let failure = self.behind(message);
        let hint = failure.hint;
        Self {
            kind: Kind::HalfDone,
            hint: hint.or_else(|| Some("`akm recover` finishes it".to_owned())),
            ..failure
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<&Failure> for Kind {
    fn from(failure: &Failure) -> Self {
        failure.kind
    }
}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Self::new(Kind::BadName, format!("this is no valid {}", invalid.what)).because(invalid.why)
    }
}

impl From<metadata::Error> for Failure {
    fn from(error: metadata::Error) -> Self {
        let text = error.to_string();
        match error {
            metadata::Error::Io(path, error) => {
                let failure = Self::new(Kind::Failed, "a file of akm's could not be used");
                let failure = failure.because(text);
                match Distrust::of(&error) {
                    Some(why) => failure.hint(trusting(&path, why)),
                    None => failure,
                }
            }
            metadata::Error::Newer(_) => {
                Self::new(Kind::Failed, text).hint("the file is left as it is: update akm")
            }
            metadata::Error::Miswritten(..) => {
                Self::new(Kind::Failed, text).hint("nothing was changed: write it anew there")
            }
            metadata::Error::Damaged(..) => Self::new(Kind::Failed, text)
                .hint("the file is left as it is: look at it, or restore it from a backup"),
        }
    }
}

/// Says of each record that could not be read, and fails with the first: the others were not stopped by it.
pub(crate) fn unreadable(
    errors: Vec<metadata::Error>,
    tell: &dyn super::Tell,
) -> Result<(), Failure> {
    let mut failures = errors.into_iter().map(Failure::from);
    let Some(first) = failures.next() else {
        return Ok(());
    };
    for other in failures {
        let cause = other
            .cause
            .map_or_else(String::new, |cause| format!(": {cause}"));
        tell.warn(&format!("{}{cause}", other.message));
    }
    Err(first)
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        use store::Error as E;
        const OTHER: &str =
            "unlock or start it; `AKM_STORE=age` stores new secrets in encrypted files instead";
        match error {
            E::Absent(why) => Self::new(Kind::StoreAbsent, "the secret store is not there")
                .because(why)
                .hint(OTHER),
            E::Locked(why) => Self::new(Kind::StoreLocked, "the secret store is locked")
                .because(why)
                .hint(OTHER),
            E::Protected(why) => Self::new(Kind::PassphraseNeeded, "the secret store is locked")
                .because(why)
                .hint("set `AKM_PASSPHRASE_FILE` to a private file with the passphrase, or run akm on a terminal"),
            E::NoPassphrase(why) => {
                Self::new(Kind::Usage, "the passphrase cannot be taken").because(why)
            }
            E::Unreadable(why) => Self::new(
                Kind::SecretUnreadable,
                "the secret store cannot give the secret back",
            )
            .because(why),
            E::Distrusted(path, why) => Self::new(
                Kind::SecretDistrusted,
                "the secret store cannot give the secret back",
            )
            .because(format!("`{}`: {why}", path.display()))
            .hint(trusting(&path, why)),
            E::Failed(why) => Self::new(Kind::StoreFailed, "the secret store failed").because(why),
            E::Unknown(why) => Self::new(Kind::StoreFailed, "the secret store did not answer")
                .because(why)
                .hint(OTHER),
        }
    }
}

/// Returns what a person does so that akm trusts the file.
fn trusting(path: &Path, why: Distrust) -> String {
    match why {
        Distrust::Exposed => {
            let file = joined(&[path.display().to_string()]);
            format!("if you trust what is in it: chmod 600 {file}")
        }
        Distrust::Link => copying(path)
            .unwrap_or_else(|| "put the file itself in the place of the link".to_owned()),
    }
}

/// Returns how a Kubernetes volume is copied to a private folder, which akm takes; `None` where the file is in no such volume.
pub(crate) fn copying(path: &Path) -> Option<String> {
    let volume = joined(&[kubernetes_volume(path)?.display().to_string()]);
    Some(format!(
        "this is a Kubernetes volume; copy it first: (umask 077; cp -RL {volume} \"$HOME/akm\"), then AKM_HOME=\"$HOME/akm\""
    ))
}
