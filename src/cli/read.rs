//! `akm read`

use super::{context::Context, hand_out, selector::PairArgs, ui};
use crate::cli::failure::Failure;
use crate::delivery::format::{self, Format};
use crate::metadata::log::Action;
use crate::ops::{self};
use clap::{Args, ValueEnum};
use zeroize::Zeroizing;

/// Print the secret of a pair, or its AccessKey ID
///
/// For a program that takes a secret from standard input or from a file. `akm copy` puts it on the clipboard and shows nothing.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm read alice" => "the secret of alice's current pair, and a line's end",
    "akm read alice --field id" => "its AccessKey ID",
    "akm read LTAI5tAbCdEfGhIjKlMnOp | wc -c" => "straight to a program",
])]
pub(crate) struct Read {
    #[command(flatten)]
    pair: PairArgs,
    /// What is printed
    #[arg(long, value_name = "FIELD", default_value = "secret")]
    field: Field,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Field {
    /// The AccessKey secret
    Secret,
    /// The AccessKey ID
    Id,
}

impl Read {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        ui::check_open()?;
        let reading = context.reading()?;
        let selector = self.pair.selected()?;
        let chosen = reading.choose(&selector)?;
        let json = context.ui.json();
        if self.field == Field::Id {
            let chosen = ops::hand_out::pair(&reading.account, &selector, chosen);
            let id = chosen.pair.access_key_id.as_str();
            return ui::print(written("access_key_id", id, json)?.as_bytes());
        }
        hand_out::warn_of_inactive(context, &chosen);
        let account = &reading.account;
        let (_, secret) = ops::hand_out::secret(account, &selector, chosen, Action::Read)?;
        let text = written("access_key_secret", secret.expose(), json)?;
        ui::print(text.as_bytes())?;
        hand_out::warn_of_scrollback(context);
        Ok(())
    }
}

/// Returns the value and a line's end, or a JSON object of this one member.
fn written(name: &'static str, value: &str, json: bool) -> Result<Zeroizing<String>, Failure> {
    if json {
        return Ok(format::write(Format::Json, &[(name, value)], &[])?);
    }
    // A text that grew would leave a part of the secret behind.
    let mut text = Zeroizing::new(String::with_capacity(value.len() + 1));
    text.extend([value, "\n"]);
    Ok(text)
}
