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
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm store protect --for 15m" => "ask for a passphrase, twice; once it was given later, ask again after 15 minutes",
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
        let identity = context.protection()?;
        if self.remove {
            identity.remove()?;
        } else {
            let file = self.new_passphrase_file.as_deref();
            identity.protect(&context.passphrases.new_passphrase(file, !was_protected)?)?;
        }
        let span = self.settle(context)?;
        let until = identity.keep(&context.unlock, span)?;
        self.tell(context, span, until)
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
        span: Option<Span>,
        until: Option<Timestamp>,
    ) -> Result<(), Failure> {
        let done = if self.remove {
            "Passphrase removed."
        } else {
            "Passphrase set."
        };
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
