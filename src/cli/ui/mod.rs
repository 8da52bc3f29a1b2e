//! Talking: data to standard output, everything said to a person to standard error, questions on a terminal.

mod speech;

#[cfg(test)]
pub(in crate::cli) use speech::Line;

use super::{
    advice::ProfileOption,
    escape::{self, escape},
    global::Global,
    progress,
    wrap::wrap,
};
use crate::cli::failure::Failure;
use crate::ops::Kind;
use crate::sys::{output, terminal};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;
use std::io::{self, BufRead, IsTerminal, Write};
use std::sync::{Arc, Mutex};

/// How data is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Output {
    Table,
    Json,
    Csv,
    Plain,
}

impl fmt::Display for Output {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(match self {
            Self::Table => "table",
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Plain => "plain",
        })
    }
}

/// What a person allowed and wants to hear.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Ui {
    pub(crate) output: Option<Output>,
    pub(crate) quiet: bool,
    pub(crate) verbose: bool,
    /// Makes the command lines that are said act in this command's account.
    pub(crate) advice: ProfileOption,
    yes: bool,
    may_ask: bool,
    is_silent: bool,
    /// What was said, where nothing is to be said twice.
    said: Option<Arc<Mutex<BTreeSet<String>>>>,
}

impl Ui {
    pub(crate) fn new(global: &Global, environment_forbids: bool) -> Self {
        let may_ask = !global.no_input
            && !environment_forbids
            && io::stdin().is_terminal()
            && io::stderr().is_terminal();
        Self {
            output: global.output(),
            quiet: global.quiet,
            verbose: global.verbose > 0,
            advice: ProfileOption::default(),
            yes: global.yes,
            may_ask,
            is_silent: false,
            said: None,
        }
    }

    /// One whose command lines act in that account.
    pub(crate) fn advising(self, advice: ProfileOption) -> Self {
        Self { advice, ..self }
    }

    /// One that says each note and warning once.
    pub(crate) fn once(self) -> Self {
        Self {
            said: Some(Arc::default()),
            ..self
        }
    }

    /// One that asks nobody and says nothing: another program has the terminal by now.
    #[cfg(feature = "server")]
    pub(crate) fn silent(self) -> Self {
        Self {
            may_ask: false,
            is_silent: true,
            ..self
        }
    }

    pub(crate) fn json(&self) -> bool {
        self.output == Some(Output::Json)
    }

    pub(crate) fn may_ask(&self) -> bool {
        self.may_ask
    }

    /// A routine question, which `--yes` answers too: `NeedsAnswer` where nobody may be asked, `Cancelled` where the answer is not yes.
    /// Nothing was changed then.
    pub(crate) fn insist(&self, question: &str) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !self.may_ask {
            return Err(Failure::new(Kind::NeedsAnswer, question.to_owned())
                .because("there is nobody to ask")
                .hint("add `--yes`"));
        }
        let answer = typed(&format!("{} [y/N] ", escape(question)))?;
        match answer.trim().to_ascii_lowercase().as_str() {
            "y" | "yes" => Ok(()),
            _ => Err(Failure::new(Kind::Cancelled, "nothing was changed")
                .because("the answer was not yes")),
        }
    }

    /// Like [`Ui::insist`], for a question that costs something to put into words.
    pub(crate) fn insist_on(&self, question: impl FnOnce() -> String) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        self.insist(&question())
    }

    /// Whether routine questions are answered with yes.
    pub(crate) fn agrees(&self) -> bool {
        self.yes
    }
}

/// A line that a person types, without its end; `None` at the end of input. Asked only where [`Ui::may_ask`].
pub(crate) fn line(prompt: &str) -> Result<Option<String>, Failure> {
    let line = typed(&escape(prompt))?;
    Ok((!line.is_empty()).then(|| line.trim_end().to_owned()))
}

/// Asks, and returns the line with its end. What was typed before the question answers nothing. The terminal itself edits the line:
/// backspace, Ctrl-U and Ctrl-W work as in any program that reads lines.
fn typed(prompt: &str) -> Result<String, Failure> {
    terminal::forget_typed();
    say(prompt);
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| Failure::new(Kind::Failed, "no answer could be read").because(error))?;
    Ok(line)
}

/// To standard error, on a terminal in lines that fit it.
pub(crate) fn say(text: &str) {
    match terminal::width(io::stderr()) {
        Some(width) => say_as_is(&wrap(text, width)),
        None => say_as_is(text),
    }
}

/// To standard error; nobody is left to hear that this failed.
pub(crate) fn say_as_is(text: &str) {
    let mut out = io::stderr().lock();
    progress::erase(&mut out);
    let _ = out.write_all(text.as_bytes());
}

/// One JSON object and a line's end, to standard error.
pub(crate) fn say_json<T: Serialize>(value: &T) {
    let text = serde_json::to_string(value).unwrap_or_default();
    say_as_is(&format!("{}\n", escape::in_json(text)));
}

/// Help, to standard output, on a terminal in lines that fit it.
pub(crate) fn print_text(text: &str) -> Result<(), Failure> {
    match terminal::width(io::stdout()) {
        Some(width) => print(wrap(text, width).as_bytes()),
        None => print(text.as_bytes()),
    }
}

/// For what is printed once and exists nowhere else: `Failed` where standard output is closed, before anything is made for it.
pub(crate) fn check_open() -> Result<(), Failure> {
    if output::is_closed() {
        return Err(Failure::new(
            Kind::Failed,
            "standard output is closed: what is to be printed would be lost",
        ));
    }
    Ok(())
}

/// To standard output. A reader that went away is no failure; a full disk is.
pub(crate) fn print(text: &[u8]) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Kind::Failed, "standard output could not be written").because(error))
        }
        _ => Ok(()),
    }
}

/// One JSON value and a line's end.
pub(crate) fn print_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    let text = serde_json::to_string(value)
        .map_err(|error| Failure::new(Kind::Failed, "no JSON could be made").because(error))?;
    let mut text = escape::in_json(text);
    text.push('\n');
    print(text.as_bytes())
}
