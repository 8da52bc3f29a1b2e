//! What a signature covers, and what it should be.

use crate::cloud::signature::{
    Scope, V3, V4, content_hash, string_to_sign, v1, v1_string_to_sign, v3, v4,
};
use crate::cloud::transport::Request;
use crate::core::secret::Secret;
use chrono::NaiveDate;

pub(super) enum Scheme<'r> {
    /// Over all parameters and the method.
    V1(&'r str),
    Headers(Headers<'r>),
}

/// V3, and V4 where there is a scope: over the method, the query, and headers, of which one is the hash of the body.
pub(super) struct Headers<'r> {
    pub(super) request: &'r Request,
    /// The lower-case names of the signed headers, in the client's order.
    pub(super) signed: Vec<String>,
    pub(super) scope: Option<Scope>,
}

impl Scheme<'_> {
    /// Returns what the owner of the secret would have signed this with.
    pub(super) fn signature(&self, parameters: &[(String, String)], secret: &Secret) -> String {
        match self {
            Self::V1(method) => v1(method, parameters, secret),
            Self::Headers(headers) => match &headers.scope {
                None => v3(headers.request, &headers.names(), secret),
                Some(scope) => v4(headers.request, &headers.names(), scope, secret),
            },
        }
    }

    /// Returns what a refusal repeats, so that a client can compare it with its own.
    pub(super) fn string_to_sign(&self, parameters: &[(String, String)]) -> String {
        match self {
            Self::V1(method) => v1_string_to_sign(method, parameters),
            Self::Headers(headers) => {
                let algorithm = headers.scope.as_ref().map_or(V3, |_| V4);
                string_to_sign(algorithm, headers.request, &headers.names())
            }
        }
    }

    /// Whether the body is the one that the signature covers. V1 covers a form's parameters, and no other body is read.
    pub(super) fn covers_body(&self) -> bool {
        match self {
            Self::V1(_) => true,
            Self::Headers(headers) => {
                let hash = content_hash(&headers.request.body);
                headers.request.header("x-acs-content-sha256") == Some(&hash)
            }
        }
    }

    /// Whether the signature may be of that day, in UTC: the key of V4 is for one day.
    pub(super) fn is_for(&self, day: NaiveDate) -> bool {
        match self {
            Self::Headers(Headers {
                scope: Some(scope), ..
            }) => scope.date == day.format("%Y%m%d").to_string(),
            _ => true,
        }
    }
}

impl Headers<'_> {
    fn names(&self) -> Vec<&str> {
        self.signed.iter().map(String::as_str).collect()
    }
}
