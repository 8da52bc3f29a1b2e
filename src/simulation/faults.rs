//! The ways in which a network call goes wrong, and a list that lags.

use crate::cloud::transport::{Request, Response, Undelivered};
use crate::core::time::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    NotSent,
    RequestLost,
    AnswerLost,
    Timeout,
    CutInBody,
    ExecutedLate,
    ErrorBefore,
    ErrorAfter,
    Throttled,
    Forbidden,
    LimitExceeded,
    InvalidTimestamp,
    NonceUsed,
    Truncated,
    FieldMissing,
    TooLarge,
    /// An answer that is a refusal by its status and nothing that the API says, whatever became of the request.
    NoApiError,
    /// The answer to a create names a pair that was there before; any other is cut.
    NamesAnother,
    /// The cloud's clock is said to be far from what it is.
    DateOff,
    /// A list shows what was a moment ago; any other call does not yet know the pair that signs it.
    Lagging,
}

impl Fault {
    pub(super) const ALL: [Self; 20] = [
        Self::NotSent,
        Self::RequestLost,
        Self::AnswerLost,
        Self::Timeout,
        Self::CutInBody,
        Self::ExecutedLate,
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::Throttled,
        Self::Forbidden,
        Self::LimitExceeded,
        Self::InvalidTimestamp,
        Self::NonceUsed,
        Self::Truncated,
        Self::FieldMissing,
        Self::TooLarge,
        Self::NoApiError,
        Self::NamesAnother,
        Self::DateOff,
        Self::Lagging,
    ];

    /// Whether the request is executed before the answer goes wrong.
    pub(super) fn executes(self) -> bool {
        matches!(
            self,
            Self::AnswerLost
                | Self::CutInBody
                | Self::ErrorAfter
                | Self::NonceUsed
                | Self::Truncated
                | Self::FieldMissing
                | Self::TooLarge
                | Self::NamesAnother
        )
    }

    /// Whether nobody can tell by the answer what became of the request.
    pub(super) fn leaves_unknown(self) -> bool {
        !matches!(
            self,
            Self::NotSent
                | Self::Throttled
                | Self::Forbidden
                | Self::LimitExceeded
                | Self::InvalidTimestamp
                | Self::DateOff
                | Self::Lagging
        )
    }

    /// What the client gets. `answer` is what the cloud answered, if it did.
    pub(super) fn answer(
        self,
        answer: Option<&Response>,
        now: Timestamp,
    ) -> Result<Response, Undelivered> {
        let error = |status, code: &str| {
            let body = format!("{{\"Code\":\"{code}\",\"Message\":\"simulated\"}}");
            Ok(response(status, body.into_bytes(), now))
        };
        let lost = |why: &str| Err(Undelivered::NoAnswer(why.to_owned()));
        match self {
            Self::NotSent => Err(Undelivered::NotSent("no route".to_owned())),
            Self::RequestLost | Self::AnswerLost | Self::ExecutedLate => lost("connection reset"),
            Self::Timeout => lost("timed out"),
            Self::CutInBody => lost("cut in the body"),
            Self::TooLarge => lost("the answer is too long"),
            Self::ErrorBefore => Ok(response(502, b"<html>bad gateway</html>".to_vec(), now)),
            Self::ErrorAfter => error(500, "InternalError"),
            Self::Throttled => error(429, "Throttling.User"),
            Self::Forbidden => error(403, "NoPermission"),
            Self::LimitExceeded => error(409, "LimitExceeded.User.AccessKey"),
            Self::InvalidTimestamp => error(400, "InvalidTimeStamp.Expired"),
            Self::NonceUsed => error(400, "SignatureNonceUsed"),
            Self::Lagging => error(404, "InvalidAccessKeyId.NotFound"),
            Self::NoApiError => Ok(response(403, b"<html>blocked</html>".to_vec(), now)),
            Self::Truncated | Self::NamesAnother | Self::DateOff => {
                let body = answer.map(|answer| answer.body.as_slice());
                let body = body.unwrap_or_default();
                Ok(response(200, body[..body.len() * 3 / 4].to_vec(), now))
            }
            Self::FieldMissing => Ok(response(200, b"{\"RequestId\":\"R\"}".to_vec(), now)),
        }
    }
}

pub(super) fn response(status: u16, body: Vec<u8>, now: Timestamp) -> Response {
    Response {
        status,
        headers: Vec::new(),
        body,
        date: Some(now),
    }
}

/// The action that a request asks for.
pub(super) fn action(request: &Request) -> &str {
    request.header("x-acs-action").unwrap_or_default()
}

pub(super) fn parameter<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    let found = request.query.iter().find(|(key, _)| key == name);
    found.map(|(_, value)| value.as_str())
}
