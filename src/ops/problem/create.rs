//! Making a pair.

use crate::core::access_key::AccessKeyId;
use crate::ops::{Failure, Kind};

#[derive(Debug)]
pub(crate) enum Create {
    /// The run ended and no pair was made.
    NoneMade,
    /// The request failed, and nothing says how.
    Failed,
    /// No answer of the cloud says what time it is there.
    NoClock,
    /// The pair was made, and its secret could be written nowhere: the sealed secret, in base64.
    WrittenNowhere {
        id: AccessKeyId,
        why: Box<Failure>,
        sealed: String,
    },
    /// The new pair answers as somebody else's, by this ARN.
    Stranger(String),
}

impl Create {
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::NoneMade | Self::Failed | Self::NoClock => Kind::Failed,
            Self::WrittenNowhere { .. } => Kind::HalfDone,
            Self::Stranger(_) => Kind::OtherAccount,
        }
    }
}
