//! What is said on standard error: sentences for a person, in the forms of the interface, or one JSON object a line for a script.

use super::{Ui, say, say_json};
use crate::cli::failure::Failure;
use crate::cli::{error, error_object, escape::escape, words};
use crate::ops::{Tell, remark::Remark};
use serde::Serialize;
use std::borrow::Cow;
use std::sync::PoisonError;

/// A line for a script, but for a failure's.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub(in crate::cli) enum Line<'a> {
    Note {
        #[cfg_attr(test, schemars(schema_with = "crate::cli::schema::words::remark_code"))]
        code: &'a str,
        message: Cow<'a, str>,
    },
    Warning {
        #[cfg_attr(test, schemars(schema_with = "crate::cli::schema::words::remark_code"))]
        code: &'a str,
        message: Cow<'a, str>,
    },
    Call {
        action: &'a str,
        outcome: &'a str,
        service: &'a str,
    },
}

impl Ui {
    /// What was done: a full sentence. A script has the data instead.
    pub(crate) fn result(&self, sentence: &str) {
        self.sentence("", sentence);
    }

    /// The command that comes next.
    pub(crate) fn next(&self, command: &str) {
        self.sentence("next: ", command);
    }

    /// A command that may be wanted.
    pub(crate) fn hint(&self, text: &str) {
        self.sentence("hint: ", text);
    }

    /// What nobody asked for, and a person must know; left out under `--quiet`. Scripts know it by its code.
    pub(crate) fn note(&self, code: &str, text: &str) {
        if !self.quiet {
            self.remark("note", text, |message| Line::Note { code, message });
        }
    }

    /// It worked, and something is or will be wrong.
    pub(crate) fn warning(&self, code: &str, text: &str) {
        self.remark("warning", text, |message| Line::Warning { code, message });
    }

    /// A call to the cloud, and what came of it. Two calls that look alike are two lines.
    pub(crate) fn call(&self, service: &str, action: &str, outcome: &str) {
        if self.is_silent {
            return;
        }
        if self.json() {
            return say_json(&Line::Call {
                action,
                outcome,
                service,
            });
        }
        self.say("call: ", &format!("{service} {action}: {outcome}"));
    }

    /// One of several failures: the last one ends the command.
    pub(crate) fn failure(&self, failure: &Failure) {
        if self.json() {
            return say_json(&error_object::Object::new(failure));
        }
        say(&error::text(failure));
    }

    fn was_said(&self, text: &str) -> bool {
        let said = self.said.as_ref();
        let said = said.map(|said| said.lock().unwrap_or_else(PoisonError::into_inner));
        said.is_some_and(|mut said| !said.insert(text.to_owned()))
    }

    fn sentence(&self, begins: &str, text: &str) {
        if !self.quiet && !self.json() && !self.is_silent {
            self.say(begins, text);
        }
    }

    fn remark<'a>(
        &'a self,
        form: &str,
        text: &'a str,
        line: impl FnOnce(Cow<'a, str>) -> Line<'a>,
    ) {
        if self.is_silent || self.was_said(text) {
            return;
        }
        if self.json() {
            return say_json(&line(self.advice.in_profile(text)));
        }
        self.say(&format!("{form}: "), text);
    }

    fn say(&self, begins: &str, text: &str) {
        say(&format!(
            "{begins}{}\n",
            escape(&self.advice.in_profile(text))
        ));
    }
}

impl Tell for Ui {
    fn note(&self, remark: Remark) {
        Self::note(self, words::code(&remark), &words::remark(&remark));
    }

    fn warn(&self, remark: Remark) {
        Self::warning(self, words::code(&remark), &words::remark(&remark));
    }

    fn detail(&self, remark: Remark) {
        if self.verbose {
            Tell::note(self, remark);
        }
    }
}
