//! What is handed out to those who sign: an AccessKey pair, or the session of a role.

use super::{secret::Secret, time::Timestamp};

/// A pair as it is, or a role's session.
pub(crate) struct Credentials {
    /// An AccessKey ID; a session's begins with `STS.`.
    pub(crate) id: String,
    pub(crate) secret: Secret,
    /// Absent of a pair that is handed out as it is.
    pub(crate) session: Option<StsSession>,
}

/// What a role's session has beside id and secret.
pub(crate) struct StsSession {
    pub(crate) token: Secret,
    /// The cloud takes it until then.
    pub(crate) until: Timestamp,
}
