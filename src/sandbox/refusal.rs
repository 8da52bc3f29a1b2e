//! Why a request is not done, in the cloud's codes, statuses and words.

use super::Error;
use crate::core::Invalid;
use serde_json::Value;
use std::borrow::Cow;

#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: Cow<'static, str>,
    pub(super) message: String,
    /// `AccessDeniedDetail`, of a missing permission only.
    pub(super) denied: Option<Value>,
    /// `x-acs-retry-after` in milliseconds, of a throttled request only.
    pub(super) retry_after: Option<u64>,
}

impl Refusal {
    pub(super) fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self {
            status,
            code: code.into(),
            message: message.into(),
            denied: None,
            retry_after: None,
        }
    }

    pub(super) fn missing(parameter: &str) -> Self {
        let message = format!(
            "The input parameter {parameter} that is mandatory for processing this request is not supplied."
        );
        Self::new(400, "MissingParameter", message)
    }

    /// `aspect` is empty, or what is wrong, as `.Length`.
    pub(super) fn invalid(parameter: &str, aspect: &str) -> Self {
        Self::new(
            400,
            format!("InvalidParameter.{parameter}{aspect}"),
            format!("The parameter {parameter} is invalid."),
        )
    }

    pub(super) fn no_user() -> Self {
        Self::new(404, "EntityNotExist.User", "The user does not exist.")
    }

    pub(super) fn no_pair() -> Self {
        let message = "The user access key does not exist.";
        Self::new(404, "EntityNotExist.User.AccessKey", message)
    }

    pub(super) fn too_many_pairs() -> Self {
        Self::new(
            409,
            "LimitExceeded.User.AccessKey",
            "The access key count of the user access keys beyond the current limits.",
        )
    }

    /// HTTP 400, as the SDKs' own fixtures have it; `retry_after` is what the SDKs take for milliseconds.
    pub(super) fn throttled(retry_after: Option<u64>) -> Self {
        let message = "Request was denied due to user flow control.";
        Self {
            retry_after,
            ..Self::new(400, "Throttling.User", message)
        }
    }

    pub(super) fn no_permission(message: &str) -> Self {
        Self::new(403, "NoPermission", message)
    }

    fn internal(code: &'static str, why: &dyn std::fmt::Display) -> Self {
        let message =
            format!("The request processing has failed due to some unknown error: {why}.");
        Self::new(500, code, message)
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Busy => Self::new(
                503,
                "ServiceUnavailable",
                "The request has failed due to a temporary failure of the server: the sandbox is in use.",
            ),
            // A code below the cloud's own: to try again is no use.
            Error::Unusable(why) => Self::internal("InternalError.Records", &why),
        }
    }
}

impl From<Invalid> for Refusal {
    fn from(error: Invalid) -> Self {
        Self::internal("InternalError", &error)
    }
}

impl From<anyhow::Error> for Refusal {
    fn from(error: anyhow::Error) -> Self {
        Self::internal("InternalError", &error)
    }
}
