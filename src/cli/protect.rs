//! `akm store protect`

use super::{context::Context, ui};
use crate::cli::failure::Failure;
use crate::core::time::{self, Span, Timestamp};
use crate::metadata::config::Config;
use crate::ops::{self};
use crate::store::StoreKind;
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// Put the identity of the `age` store under a passphrase, or under another one
///
/// A passphrase is one line of 1 to 1024 bytes of UTF-8. It is taken as it is typed, blanks included, and akm cannot recover it. Where the
/// identity is under a passphrase already, `--for` alone changes how long it stays unlocked; the passphrase stays.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm store protect --for 15m" => "ask for a passphrase, twice, unless there is one; once it is given, ask again after 15 minutes",
    "AKM_PASSPHRASE_FILE=passphrase akm store protect" => "from a script: the file's first line",
])]
pub(crate) struct Protect {
    /// Once the passphrase was given, keep the identity unlocked in the kernel's keyring for that long; 0s ends it
    #[arg(long = "for", value_name = "SPAN")]
    keep_for: Option<Span>,
    /// Take the new passphrase from the first line of this private file
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
    /// Write the identity without a passphrase again
    #[arg(long, conflicts_with_all = ["keep_for", "new_passphrase_file"])]
    remove: bool,
}

impl Protect {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let was_protected = context.is_protected()?;
        let keeps = was_protected && self.keep_for.is_some() && self.new_passphrase_file.is_none();
        if keeps && self.keep_for == Some(Span::ZERO) {
            // Whoever may use the identity may lock it: no passphrase is asked for.
            context.lock_identity()?;
            let span = self.settle(context)?;
            let done = "Passphrase unchanged. It is asked for each time.";
            return self.tell(context, done, (span, None));
        }
        let identity = context.protection()?;
        let done = if self.remove {
            identity.remove()?;
            "Passphrase removed."
        } else if keeps {
            "Passphrase unchanged."
        } else {
            let file = self.new_passphrase_file.as_deref();
            identity.protect(&context.passphrases.new_passphrase(file, !was_protected)?)?;
            "Passphrase set."
        };
        let span = self.settle(context)?;
        let until = identity.keep(&context.unlock, span)?;
        self.tell(context, done, (span, until))
    }

    /// Writes down how long an identity is kept unlocked, and gives that back.
    fn settle(&self, context: &Context) -> Result<Option<Span>, Failure> {
        let _lock = ops::session::lock(&context.home, "home", &*context.clock, &context.ui)?;
        let mut config = Config::load(&context.home)?;
        let before = config.unlock_for;
        let wanted = if self.remove {
            None
        } else {
            self.keep_for.or(before)
        };
        config.unlock_for = wanted.filter(|span| *span != Span::ZERO);
        if config.unlock_for != before {
            config.save(&context.home)?;
        }
        Ok(config.unlock_for)
    }

    fn tell(
        &self,
        context: &Context,
        done: &str,
        (span, until): (Option<Span>, Option<Timestamp>),
    ) -> Result<(), Failure> {
        let kept = span.zip(until).map_or(String::new(), |(span, until)| {
            format!(
                " Unlocked until {}, and for {span} after each time it is given.",
                time::format(until)
            )
        });
        context.ui.result(&format!("{done}{kept}"));
        if !context.ui.json() {
            return Ok(());
        }
        ui::print_json(&View {
            protected: !self.remove,
            store: StoreKind::Age,
            unlock_for: span,
            unlocked_until: until.map(time::format),
        })
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View {
    protected: bool,
    store: StoreKind,
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    unlock_for: Option<Span>,
    unlocked_until: Option<String>,
}
