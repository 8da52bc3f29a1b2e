//! Where passphrases come from: a file or a variable that a person set, or the person, on the terminal.

use super::ui::Ui;
use crate::cli::failure::Failure;
use crate::core::passphrase::{LONGEST, Passphrase};
use crate::ops::Kind;
use crate::store::{self, Passphrases};
use crate::sys::{first_line, terminal};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

const FILE: &str = "AKM_PASSPHRASE_FILE";
const VARIABLE: &str = "AKM_PASSPHRASE";
/// What may be a passphrase: [`Passphrase::new`] says so.
const RULE: &str =
    "a passphrase is one line of 1 to 1024 bytes, blanks included; akm cannot recover it";
/// How often a person is asked.
const TRIES: u8 = 3;

/// What the environment says of the passphrase. The file is named before the variable: it is the better place.
#[derive(Clone)]
pub(crate) struct Given {
    file: Option<PathBuf>,
    text: Option<Passphrase>,
}

impl Given {
    /// `Usage` when either variable is set and empty, or the passphrase is none.
    pub(crate) fn new(file: Option<OsString>, text: Option<OsString>) -> Result<Self, Failure> {
        if file.as_ref().is_some_and(|file| file.is_empty()) {
            return Err(Failure::new(Kind::Usage, format!("`{FILE}` is empty")));
        }
        let text = text.map(|text| Passphrase::from_bytes(text.as_encoded_bytes()));
        let text = text.transpose().map_err(|error| {
            Failure::new(Kind::Usage, format!("`{VARIABLE}` is no passphrase")).because(error.why)
        })?;
        let file = file.map(PathBuf::from);
        Ok(Self { file, text })
    }

    fn read(&self) -> Option<Result<Passphrase, store::Error>> {
        match &self.file {
            Some(file) => Some(from_file(file).map_err(|why| {
                store::Error::NoPassphrase(format!("`{FILE}` names `{}`: {why}", file.display()))
            })),
            None => self.text.clone().map(Ok),
        }
    }
}

fn from_file(path: &Path) -> Result<Passphrase, String> {
    let line = first_line::of(path, LONGEST).map_err(|error| error.to_string())?;
    Passphrase::from_bytes(&line).map_err(|error| error.why)
}

/// The passphrase that is given, else the person's. A pipe is read once.
pub(crate) struct Source {
    given: Given,
    read: OnceLock<Passphrase>,
    ui: Ui,
    /// Nobody is asked any more.
    is_silent: AtomicBool,
}

impl Source {
    pub(crate) fn new(given: Given, ui: Ui) -> Self {
        let read = OnceLock::new();
        Self {
            given,
            read,
            ui,
            is_silent: AtomicBool::new(false),
        }
    }

    /// Asks nobody from now on: another program has the terminal.
    #[cfg(feature = "server")]
    pub(crate) fn ask_no_more(&self) {
        self.is_silent.store(true, Ordering::Relaxed);
    }

    /// The passphrase that is given, if one is.
    fn given(&self) -> Option<Result<Passphrase, store::Error>> {
        if let Some(passphrase) = self.read.get() {
            return Some(Ok(passphrase.clone()));
        }
        let found = self.given.read()?;
        if let Ok(passphrase) = &found {
            let _ = self.read.set(passphrase.clone());
        }
        Some(found)
    }

    fn ask(&self, again: bool) -> Result<Passphrase, store::Error> {
        let none = |why: &str| Err(store::Error::Protected(why.to_owned()));
        if !self.ui.may_ask() || self.is_silent.load(Ordering::Relaxed) {
            return none("a passphrase protects it, and there is nobody to ask");
        }
        if again {
            self.ui
                .warning("wrong-passphrase", "the passphrase is wrong");
        }
        match hidden("Passphrase of the secret store: ") {
            Ok(Some(passphrase)) => Ok(passphrase),
            Ok(None) => none("no passphrase was given"),
            Err(failure) => none(&failure.cause.unwrap_or(failure.message)),
        }
    }

    /// A new passphrase: from the file named for it; else, where `first`, the one that is given; else asked twice. Errors: `Usage`
    /// for a file that does not serve, `NeedsAnswer` with nobody to ask, `Failed` when the person does not settle on one.
    pub(crate) fn new_passphrase(
        &self,
        file: Option<&Path>,
        first: bool,
    ) -> Result<Passphrase, Failure> {
        if let Some(file) = file {
            return from_file(file).map_err(|why| {
                Failure::new(
                    Kind::Usage,
                    format!("`{}` gives no passphrase", file.display()),
                )
                .because(why)
            });
        }
        if let Some(given) = self.given().filter(|_| first) {
            return Ok(given?);
        }
        if !self.ui.may_ask() {
            return Err(needs_answer(first));
        }
        self.ui.note("passphrase-rule", RULE);
        (0..TRIES)
            .find_map(|_| self.ask_twice().transpose())
            .unwrap_or_else(|| Err(unsettled()))
    }

    /// `None` when the two are not the same, or empty: that was said.
    fn ask_twice(&self) -> Result<Option<Passphrase>, Failure> {
        let Some(one) = hidden("New passphrase: ")? else {
            return Err(unsettled());
        };
        let two = hidden("The same passphrase again: ")?;
        if two.is_some_and(|two| two.reveal() == one.reveal()) {
            return Ok(Some(one));
        }
        self.ui
            .warning("passphrases-differ", "the two passphrases differ");
        Ok(None)
    }
}

impl Passphrases for Source {
    fn tries(&self) -> u8 {
        if self.given().is_some() { 1 } else { TRIES }
    }

    fn passphrase(&self, again: bool) -> Result<Passphrase, store::Error> {
        self.given().unwrap_or_else(|| self.ask(again))
    }

    fn not_kept(&self, why: &str) {
        self.ui.note(
            "kernel-keyring",
            &format!(
                "the kernel keyring cannot be used: {why}; the passphrase is needed each time"
            ),
        );
    }
}

/// `None` at the end of input, and for an empty line.
fn hidden(prompt: &str) -> Result<Option<Passphrase>, Failure> {
    let failed =
        |why: String| Failure::new(Kind::Failed, "no passphrase could be read").because(why);
    let line = terminal::hidden_line(prompt, LONGEST).map_err(|error| failed(error.to_string()))?;
    match line {
        Some(line) if !line.is_empty() => Passphrase::from_bytes(&line)
            .map(Some)
            .map_err(|error| failed(error.why)),
        _ => Ok(None),
    }
}

fn needs_answer(first: bool) -> Failure {
    let hint = if first {
        "set `AKM_PASSPHRASE_FILE`, or add `--new-passphrase-file FILE`"
    } else {
        "add `--new-passphrase-file FILE`"
    };
    Failure::new(Kind::NeedsAnswer, "a new passphrase is needed")
        .because("there is nobody to ask")
        .hint(hint)
}

fn unsettled() -> Failure {
    Failure::new(Kind::Failed, "nothing was changed").because("no new passphrase was given")
}
