//! A failure as a script reads it.

use super::error;
use crate::cli::failure::Failure;
use serde::Serialize;

/// For a script: one object on one line.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct Object<'a> {
    error: View<'a>,
}

/// A failure for a script.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct View<'a> {
    cause: Option<&'a str>,
    #[cfg_attr(test, schemars(schema_with = "crate::cli::schema::words::error_code"))]
    code: &'static str,
    exit: u8,
    hint: Option<&'a str>,
    message: &'a str,
    request_id: Option<&'a str>,
}

impl<'a> Object<'a> {
    pub(crate) fn new(failure: &'a Failure) -> Self {
        let error = View::new(failure);
        Self { error }
    }
}

impl<'a> View<'a> {
    pub(crate) fn new(failure: &'a Failure) -> Self {
        let (code, exit) = error::code(failure.kind);
        Self {
            cause: failure.cause.as_deref(),
            code,
            exit,
            hint: failure.hint.as_deref(),
            message: &failure.message,
            request_id: failure.request_id.as_deref(),
        }
    }
}
