//! The kinds of failure that a script tells apart.

/// The cases that a caller tells apart. The exit code of each is the business of `cli`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Failed,
    Usage,
    NoSuchUser,
    NoSuchPair,
    /// The owner is there, and has no pair.
    NoPairYet,
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
    /// A question was answered with no.
    Cancelled,
    /// A question was left with Ctrl-C.
    Interrupted,
    /// The program of `exec` or `serve` is not there.
    NoSuchProgram,
    /// It is there and cannot be executed.
    NotExecutable,
}
