//! An operation that failed: of what kind, so that a script can act; what went wrong, with what is known of it; and what can be done next.
//! The sentences are made by `cli`.

mod client_file;
mod create;
mod half;
mod import;
mod pair;
mod restore;
mod rotation;
mod secret;
mod signer;
mod user;

pub(crate) use client_file::ClientFile;
pub(crate) use create::Create;
pub(crate) use half::{Half, LeakLeft, PairsLeft};
pub(crate) use import::Import;
pub(crate) use pair::{Anyway, Crowd, FirstToGo, Pair, Shown, TwoPairs};
pub(crate) use restore::{Dismissal, Restore};
pub(crate) use rotation::{NoRoom, Room, Rotation, Stopped, Waits};
pub(crate) use secret::Secret;
pub(crate) use signer::Signer;
pub(crate) use user::User;

use super::{Kind, advice::Advice};
use crate::cloud::{self, Fault as F};
use crate::core::{Invalid, access_key::AccessKeyId, place::StoreKind, role::RoleArn};
use crate::{metadata, store};

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

#[derive(Debug)]
pub(crate) enum Problem {
    /// A value breaks its rule.
    Invalid(Invalid),
    /// A file of akm's does not serve.
    File(metadata::Error),
    /// A secret store does not serve; of which kind it is, where that says what can be done.
    Store(Option<StoreKind>, store::Error),
    /// The store does not take a secret that is new: another one may.
    StoreForNew(store::Error),
    Cloud(Box<cloud::Error>),
    /// The system has no random bytes, as it says.
    NoRandom(String),
    /// Another akm holds a lock.
    Busy,
    /// The cloud gave a session of a role that is over already.
    SessionExpired,
    /// The pair gets no session of the role.
    NoSession(AccessKeyId, RoleArn, Box<Failure>),
    /// Something was begun and did not come to its end.
    HalfDone(Half, Box<Failure>),
    ClientFile(ClientFile),
    Create(Create),
    Dismissal(Dismissal),
    Import(Import),
    Pair(Pair),
    Restore(Restore),
    Rotation(Rotation),
    Secret(Secret),
    Signer(Signer),
    User(User),
}

impl Problem {
    /// Returns the case that a script acts on.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Invalid(_) => Kind::BadName,
            Self::File(_) | Self::NoRandom(_) | Self::SessionExpired => Kind::Failed,
            Self::Store(_, error) | Self::StoreForNew(error) => of_store(error),
            Self::Cloud(error) => of_fault(error.fault),
            Self::Busy => Kind::Busy,
            Self::NoSession(.., why) => why.kind,
            Self::HalfDone(left, _) => left.kind(),
            Self::ClientFile(problem) => problem.kind(),
            Self::Create(problem) => problem.kind(),
            Self::Dismissal(problem) => problem.kind(),
            Self::Import(problem) => problem.kind(),
            Self::Pair(problem) => problem.kind(),
            Self::Restore(problem) => problem.kind(),
            Self::Rotation(problem) => problem.kind(),
            Self::Secret(problem) => problem.kind(),
            Self::Signer(problem) => problem.kind(),
            Self::User(problem) => problem.kind(),
        }
    }

    /// Returns by which id the cloud knows the call that failed.
    pub(crate) fn request_id(&self) -> Option<&str> {
        match self {
            Self::Cloud(error) => error.request_id.as_deref(),
            Self::NoSession(.., why) | Self::HalfDone(_, why) => why.problem.request_id(),
            _ => None,
        }
    }
}

fn of_store(error: &store::Error) -> Kind {
    use store::Error as E;
    match error {
        E::Absent(_) => Kind::StoreAbsent,
        E::Locked(_) => Kind::StoreLocked,
        E::Protected(_) => Kind::PassphraseNeeded,
        E::NoPassphrase(_) => Kind::Usage,
        E::Unreadable(_) => Kind::SecretUnreadable,
        E::Distrusted(..) => Kind::SecretDistrusted,
        E::Failed(_) | E::Incapable(_) | E::Unknown(_) => Kind::StoreFailed,
    }
}

fn of_fault(fault: F) -> Kind {
    match fault {
        F::PairLimit => Kind::TwoPairs,
        F::OtherLimit => Kind::Limit,
        F::NoSuchUser => Kind::NoSuchUser,
        F::NoSuchPair => Kind::NoSuchPair,
        F::NoSuchEntity => Kind::NoSuchEntity,
        F::Exists => Kind::Exists,
        F::Conflict => Kind::Conflict,
        F::BadParameter => Kind::BadName,
        F::Denied | F::LeakProtected | F::NetworkDenied | F::NotActivated => Kind::Denied,
        F::UnknownSigner | F::DisabledSigner | F::BadSignature | F::BadToken => {
            Kind::BadCredentials
        }
        F::Throttled
        | F::Unavailable
        | F::NotSent
        | F::NoAnswer
        | F::NonceUsed
        | F::Untrusted
        | F::ProxyRefused => Kind::Unavailable,
        F::NoSuchOperation | F::Skew | F::ClockOff | F::SandboxBroken | F::BadAnswer | F::Other => {
            Kind::Failed
        }
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<metadata::Error> for Problem {
    fn from(error: metadata::Error) -> Self {
        Self::File(error)
    }
}

impl From<store::Error> for Problem {
    fn from(error: store::Error) -> Self {
        Self::Store(None, error)
    }
}

impl From<cloud::Error> for Problem {
    fn from(error: cloud::Error) -> Self {
        Self::Cloud(Box::new(error))
    }
}

/// Makes each room's problems problems.
macro_rules! rooms {
    ($($room:ident),*) => {
        $(impl From<$room> for Problem {
            fn from(problem: $room) -> Self {
                Self::$room(problem)
            }
        })*
    };
}
rooms!(
    ClientFile, Create, Dismissal, Import, Pair, Restore, Rotation, Secret, Signer, User
);
