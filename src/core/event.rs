//! What happened to an owner's pairs, as its journal records it.

use super::{
    access_key::AccessKeyId,
    open_work::{Made, Request, Restoring, Spans},
    time::Timestamp,
};

/// One event of an owner's journal. Those that a person causes are durable before the cloud is asked for anything; so is `Requested`,
/// and `Created` is the first act after the answer. The others are durable with the next sync: where one is lost, its step is taken again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A person says that others may have this pair. Ends the replacement that it is part of.
    Leaked(AccessKeyId),
    /// A person wants nothing more done about this pair. Ends the replacement that it is part of.
    Withdrawn(AccessKeyId),
    /// A person wants the outgoing pair back in use.
    RolledBack,
    /// A person changes the times of the replacement, or of the one that a request is for.
    Spans(Spans),
    /// A person wants a pair back from the recycle bin. Ends the replacement that it is part of.
    Restoring(AccessKeyId, Restoring),
    /// A create is signed and about to be sent.
    Requested(Request),
    /// The cloud answered with a pair, or a look found the one that the request had made.
    Created(AccessKeyId, Made),
    /// Whoever gets the pair through akm gets this one.
    Delivered(AccessKeyId, Timestamp),
    /// The outgoing pair is Inactive.
    Disabled(AccessKeyId, Timestamp),
    /// The request made nothing that is not recorded, and never will.
    Concluded,
    /// The pair is back since then, or, without a time, will not come back any more.
    Restored(AccessKeyId, Option<Timestamp>),
    /// The replacement is over.
    Ended,
    /// The pair is gone for good, and its sealed secret with it.
    Forgotten(AccessKeyId),
}
