//! An operation that failed: of what kind, so that a script can act; what, because of what, and what to run next.

use crate::{
    cloud,
    core::{Invalid, place::StoreKind},
    metadata, store,
};

/// The cases that a caller tells apart. The exit code of each is the business of `cli`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Failed,
    Usage,
    NoSuchUser,
    NoSuchPair,
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
    SecretMissing,
    SecretUnreadable,
    StoreFailed,
    Denied,
    BadCredentials,
    OtherAccount,
    Unavailable,
    Undecided,
    Busy,
    HalfDone,
    NeedsAnswer,
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

    /// The same trouble, seen after the first step that cannot be taken back: what is open is recorded.
    pub(crate) fn half_done(self, message: impl Into<String>) -> Self {
        let cause = self.cause.map_or(self.message.clone(), |cause| {
            format!("{}: {cause}", self.message)
        });
        let hint = self
            .hint
            .unwrap_or_else(|| "`akm recover` finishes it".to_owned());
        Self {
            kind: Kind::HalfDone,
            message: message.into(),
            cause: Some(cause),
            hint: Some(hint),
            ..self
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<Invalid> for Failure {
    fn from(invalid: Invalid) -> Self {
        Self::new(Kind::BadName, format!("this is no valid {}", invalid.what)).because(invalid.why)
    }
}

impl From<metadata::Error> for Failure {
    fn from(error: metadata::Error) -> Self {
        let text = error.to_string();
        match error {
            metadata::Error::Io(..) => {
                Self::new(Kind::Failed, "a file of akm's could not be used").because(text)
            }
            metadata::Error::Newer(_) => {
                Self::new(Kind::Failed, text).hint("update akm; nothing was changed")
            }
            metadata::Error::Damaged(..) => Self::new(Kind::Failed, text)
                .hint("nothing was changed: look at the file, or restore it from a backup"),
        }
    }
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
            E::Protected(why) => Self::new(Kind::StoreLocked, "the secret store is locked")
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
            E::Failed(why) => Self::new(Kind::StoreFailed, "the secret store failed").because(why),
            E::Unknown(why) => Self::new(Kind::StoreFailed, "the secret store did not answer")
                .because(why)
                .hint(OTHER),
        }
    }
}

impl From<cloud::Error> for Failure {
    fn from(error: cloud::Error) -> Self {
        let (kind, message, hint) = told(&error);
        let mut failure = Self::new(kind, message).because(&error);
        failure.hint = hint.map(str::to_owned);
        if let Some((action, principal)) = &error.denied {
            failure.hint = Some(format!("have `{action}` allowed to `{principal}`"));
        }
        failure.request_id = error.request_id;
        failure
    }
}

fn told(error: &cloud::Error) -> (Kind, &'static str, Option<&'static str>) {
    use cloud::Fault as F;
    match error.fault {
        F::PairLimit => (
            Kind::TwoPairs,
            "the owner has as many AccessKey pairs as it may",
            Some("`akm list --refresh` shows them"),
        ),
        F::OtherLimit => (Kind::Limit, "a limit of the account is reached", None),
        F::NoSuchUser => (
            Kind::NoSuchUser,
            "there is no such RAM user",
            Some("`akm user list` shows them"),
        ),
        F::NoSuchPair => (
            Kind::NoSuchPair,
            "there is no such AccessKey pair",
            Some("`akm list --refresh` shows them"),
        ),
        F::NoSuchEntity => (
            Kind::NoSuchPair,
            "the cloud does not know what was asked for",
            None,
        ),
        F::Exists => (Kind::Exists, "it exists already", None),
        F::Conflict => (
            Kind::Conflict,
            "something still belongs to the RAM user",
            Some("delete that first: its AccessKey pairs, policies, groups"),
        ),
        F::BadParameter => (Kind::BadName, "the cloud does not take this value", None),
        F::Denied => (
            Kind::Denied,
            "the cloud does not allow this",
            Some("give the signing identity the RAM action that the cause names"),
        ),
        F::LeakProtected => (
            Kind::Denied,
            "the signing pair is under leak protection and may not call RAM",
            Some("sign with another identity, or retire the pair in the console"),
        ),
        F::UnknownSigner => (
            Kind::BadCredentials,
            "the cloud does not know the signing pair",
            Some("it may have been deleted; `akm list --refresh` shows the pairs there are"),
        ),
        F::DisabledSigner => (
            Kind::BadCredentials,
            "the signing pair is Inactive",
            Some("`akm enable` it with another identity"),
        ),
        F::NetworkDenied => (
            Kind::Denied,
            "the pair's network policy does not allow this address",
            None,
        ),
        F::BadSignature => (
            Kind::BadCredentials,
            "the cloud does not take the signature",
            Some("the secret held is not this pair's"),
        ),
        F::BadToken => (
            Kind::BadCredentials,
            "the cloud does not take the security token",
            None,
        ),
        F::Skew => (
            Kind::Failed,
            "this machine's clock differs from the cloud's",
            Some("set the clock and try again"),
        ),
        F::NotActivated => (
            Kind::Denied,
            "the account has not activated RAM",
            Some("activate it once in the console"),
        ),
        F::Throttled => (
            Kind::Unavailable,
            "the cloud asks for fewer calls",
            Some("try again in a moment"),
        ),
        F::Unavailable | F::NotSent | F::NoAnswer | F::NonceUsed => (
            Kind::Unavailable,
            "the cloud is not available just now",
            Some("try the same command again"),
        ),
        F::Untrusted => (
            Kind::Unavailable,
            "the other side could not show that it is the cloud",
            Some(
                "nothing was sent; look at the profile's endpoint and at this system's certificates",
            ),
        ),
        F::SandboxBroken => (
            Kind::Failed,
            "the sandbox cannot be used",
            Some("look at the file that the cause names, or restore it from a backup"),
        ),
        F::BadAnswer => (Kind::Failed, "the cloud's answer makes no sense", None),
        F::Other => (Kind::Failed, "the cloud refused", None),
    }
}
