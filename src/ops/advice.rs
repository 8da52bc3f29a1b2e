//! What a person can do next, where the problem alone does not say it.

use crate::core::{access_key::AccessKeyId, account::Owner, time::Timestamp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Advice {
    /// Set this machine's clock: nothing was changed.
    SetClock,
    /// Give the secret of this pair, and not another one.
    GiveSecretOf(AccessKeyId),
    /// Sign with another identity, or retire the pair in the console: the one with this id, or the one that leaked.
    UseConsole(Owner, Option<AccessKeyId>),
    /// Look what the RAM user is called by now, or give up what was to be done with the pair.
    FindUser(AccessKeyId, Purpose),
    /// Hand the pair out by `export`.
    Export(AccessKeyId),
    /// Look whether the pair that appeared is wanted.
    LookAtPair,
    RecoverAfter(Timestamp),
    /// Recover now: it finds out.
    Recover,
    /// Take the other secrets out of the profile.
    RemoveOtherSecrets,
}

/// What was to be done with a pair whose RAM user is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    RetireLeaked,
    Restore,
}
