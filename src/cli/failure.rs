//! A failure as it is said: what, because of what, and what to run next.

use crate::ops::Kind;

/// What went wrong, for a person. Texts from the cloud in it are foreign: [`super::error`] escapes them.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: Kind,
    pub(crate) message: String,
    pub(crate) cause: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl Failure {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            cause: None,
            hint: None,
            request_id: None,
        }
    }

    #[expect(
        clippy::needless_pass_by_value,
        reason = "an error or a text, as it comes"
    )]
    pub(crate) fn because(mut self, cause: impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Returns the failure with a message before its own, which becomes part of the cause.
    pub(crate) fn behind(self, message: impl Into<String>) -> Self {
        let cause = Some(self.whole());
        Self {
            message: message.into(),
            cause,
            ..self
        }
    }

    /// Returns the message and, where there is one, the cause.
    pub(crate) fn whole(&self) -> String {
        match &self.cause {
            Some(cause) => format!("{}: {cause}", self.message),
            None => self.message.clone(),
        }
    }

    /// Returns the cause; where there is none, the message.
    pub(crate) fn why(self) -> String {
        self.cause.unwrap_or(self.message)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

impl From<&Failure> for Kind {
    fn from(failure: &Failure) -> Self {
        failure.kind
    }
}
