//! What goes into the planner besides the state, and what comes out of it.

use crate::core::{access_key::AccessKeyId, time::Timestamp};

/// What a run is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// Go on with what is unfinished.
    Continue,
    /// Make a pair beside what is there.
    Create,
    /// Make a pair in the place of the only one.
    Rotate,
    /// Delete the outgoing pair before its grace is over.
    EndGrace,
}

/// One step of a run. All but the last five ask the cloud or a store for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Disable(AccessKeyId),
    Enable(AccessKeyId),
    Delete(AccessKeyId),
    /// Forget the secret of a leaked pair: first in metadata, then in the store.
    DropSecret(AccessKeyId),
    /// Ask for the status that a pair being restored is to have: the answer says whether it is back.
    ResumeRestore(AccessKeyId),
    /// List the owner's pairs and read their secrets.
    Look,
    /// Make a pair.
    Request,
    /// The request will not be executed any more, and a list shows what it did.
    Conclude,
    /// Put the sealed secret into the store and claim it in metadata.
    Store(AccessKeyId),
    /// Sign a question with the pair itself, not before this time.
    Verify(AccessKeyId, Option<Timestamp>),
    /// Hand out this pair from now on.
    Deliver(AccessKeyId),
    /// All that leaked is gone, and what waits keeps the journal: metadata remembers the leak.
    EndLeak(AccessKeyId),
    /// The outgoing pair is gone.
    EndReplacement,
    /// Somebody enabled the outgoing pair again: leave both.
    Undone,
    /// Remove the journal.
    Close,
    Wait(Wait),
    Stop(Stop),
    Done,
}

/// What a run leaves to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wait {
    /// A create may yet be executed, or a list may yet lack what it made, until this time.
    Expiry(Timestamp),
    /// A restore may yet be executed until this time.
    Restore(Timestamp),
    /// The outgoing pair stays Active until this time.
    Overlap(Timestamp),
    /// The outgoing pair stays Inactive until this time.
    Grace(Timestamp),
    /// The incoming pair is listed as Active and does not work yet.
    Lag,
    /// A later run is to read back a secret that this one put into a store that cannot sync.
    Proof,
}

/// Why a run cannot go on without a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    NewGone,
    NewInactive,
    /// The store has no secret of the incoming pair that can be read.
    NotHeld,
    /// The store has another secret in the place of the incoming pair's.
    WrongSecret,
    /// A pair leaked, nothing can stand in for it, and the owner has as many pairs as it may.
    NoRoom,
    TwoPairs,
    NoPair,
}
