//! An operation that failed: of what kind, so that a script can act; what went wrong; and what can be done next.

use super::{
    Tell,
    advice::Advice,
    problem::{Half, Problem},
    remark::Machine,
};
use crate::{core::place::StoreKind, metadata, store};

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

/// What went wrong, and what can be done about it.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    pub(crate) problem: Box<Problem>,
    /// In the order in which it is to be done. Empty where the problem says all that can be done.
    pub(crate) advice: Vec<Advice>,
}

impl Failure {
    pub(crate) fn of(problem: impl Into<Problem>) -> Self {
        let problem = problem.into();
        Self {
            kind: problem.kind(),
            problem: Box::new(problem),
            advice: Vec::new(),
        }
    }

    /// Returns the failure of a store of that kind, where the kind says what can be done.
    pub(crate) fn of_store(kind: StoreKind, error: store::Error) -> Self {
        Self::of(Problem::Store(Some(kind), error))
    }

    /// Returns the failure with this advice in the place of any other.
    pub(crate) fn advise(self, advice: impl Into<Vec<Advice>>) -> Self {
        Self {
            advice: advice.into(),
            ..self
        }
    }

    /// Returns the same trouble, seen after the first step that cannot be taken back: what is unfinished is recorded.
    pub(crate) fn half_done(self, left: Half) -> Self {
        Self::of(Problem::HalfDone(left, Box::new(self)))
    }
}

/// Every problem is a failure without advice of its own.
impl<P> From<P> for Failure
where
    Problem: From<P>,
{
    fn from(problem: P) -> Self {
        Self::of(problem)
    }
}

impl From<&Failure> for Kind {
    fn from(failure: &Failure) -> Self {
        failure.kind
    }
}

/// Says of each record that could not be read, and fails with the first: the others were not stopped by it.
pub(crate) fn unreadable(errors: Vec<metadata::Error>, tell: &dyn Tell) -> Result<(), Failure> {
    let mut errors = errors.into_iter();
    let Some(first) = errors.next() else {
        return Ok(());
    };
    for other in errors {
        tell.warn(Machine::Unreadable(other).into());
    }
    Err(first.into())
}
