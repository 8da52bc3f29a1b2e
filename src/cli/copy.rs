//! `akm copy`

use super::{
    context::{self, Context},
    selector::PairArgs,
    ui,
};
use crate::cli::failure::Failure;
use crate::core::{Invalid, access_key::AccessKeyId, secret::Secret, time::Span};
use crate::metadata::log::Action;
use crate::ops::{Kind, hand_out};
use crate::sys::clipboard::{Clipboard, Mark};
use clap::Args;
use serde::Serialize;
use std::time::Duration;

/// Put a pair's secret on the clipboard, and clear it after a while
///
/// The secret is marked, so that a clipboard history that heeds this leaves it out, and it is cleared only if nothing else was
/// copied meanwhile. Over SSH, where no display is, the terminal is asked (OSC 52): what that takes is not cleared.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm copy --ram-user alice" => "the secret of the current pair, for 45 seconds",
    "akm copy LTAI5tAbCdEfGhIjKlMnOp --clear-after 10s" => "of this pair, for 10 seconds",
    "akm copy --ram-user alice --id" => "the AccessKey ID",
])]
pub(crate) struct Copy {
    #[command(flatten)]
    pair: PairArgs,
    /// Copy the AccessKey ID instead of the secret
    #[arg(long = "id")]
    only_id: bool,
    /// When the clipboard is cleared, from 1s to 1d
    #[arg(long, value_name = "SPAN", default_value = "45s", value_parser = clear_after)]
    clear_after: Span,
}

impl Copy {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let reading = context.reading_aloud()?;
        let selector = self.pair.selected()?;
        let chosen = reading.choose(&selector)?;
        let mut clipboard = context::clipboard()?;
        let account = &reading.account;
        let (id, cleared) = if self.only_id {
            let id = hand_out::pair(account, &selector, chosen)
                .pair
                .access_key_id;
            let text = Secret::new(id.to_string())?;
            let what = format!("the AccessKey ID `{id}`");
            let cleared = put(
                context,
                &mut clipboard,
                &text,
                Mark::Plain,
                self.clear_after,
                &what,
            )?;
            (id, cleared)
        } else {
            let (chosen, text) = hand_out::secret(account, &selector, chosen, Action::Copy)?;
            let id = chosen.pair.access_key_id;
            let cleared = put_secret(context, &mut clipboard, &text, &id, self.clear_after)?;
            (id, cleared)
        };
        if context.ui.json() {
            return ui::print_json(&View {
                access_key_id: id,
                clear_after_seconds: cleared.map(|after| after.as_secs()),
                copied: if self.only_id { "id" } else { "secret" },
            });
        }
        Ok(())
    }
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View {
    access_key_id: AccessKeyId,
    clear_after_seconds: Option<u64>,
    #[cfg_attr(test, schemars(extend("enum" = ["id", "secret"])))]
    copied: &'static str,
}

/// The time that `create --copy` leaves, and `copy` unless told otherwise.
pub(crate) fn usual() -> Span {
    Span::seconds(45)
}

/// A secret that nobody clears is what this command is there to avoid: so 0 is refused, and more than a day.
fn clear_after(text: &str) -> Result<Span, Invalid> {
    let span = Span::parse(text)?;
    if span < Span::seconds(1) || span > Span::days(1) {
        return Err(Invalid::new("time to clear after", "1s to 1d is expected"));
    }
    Ok(span)
}

/// Puts the secret of a pair on the clipboard and says so. Gives back after what time it is cleared, if it is.
pub(crate) fn put_secret(
    context: &Context,
    clipboard: &mut Clipboard,
    secret: &Secret,
    id: &AccessKeyId,
    clear_after: Span,
) -> Result<Option<Duration>, Failure> {
    let what = format!("the secret of `{id}`");
    put(context, clipboard, secret, Mark::Secret, clear_after, &what)
}

fn put(
    context: &Context,
    clipboard: &mut Clipboard,
    text: &Secret,
    mark: Mark,
    clear_after: Span,
    what: &str,
) -> Result<Option<Duration>, Failure> {
    let put = clipboard.put(text, mark, clear_after.duration());
    let cleared = put.map_err(|error| {
        Failure::new(Kind::Failed, format!("{what} could not be copied"))
            .because(format!("{error:#}"))
    })?;
    context.ui.note("clipboard", &match cleared {
        Some(_) => format!("{what} is on the clipboard; it is cleared in {clear_after}, unless something else is copied before"),
        None => format!("{what} was sent to the terminal for its clipboard (OSC 52), which akm can neither check nor clear"),
    });
    Ok(cleared)
}
