//! `akm env`

use super::{
    context::Context,
    exec,
    hand_out::{self, Door, HandedOut, SessionArgs},
    selector::PairArgs,
    ui,
};
use crate::cli::failure::Failure;
use crate::delivery::{
    environment,
    format::{self, Format},
};
use crate::metadata::log::Action;
use crate::ops::{Kind, role_session::Freshness};
use clap::{Args, ValueEnum, builder::PossibleValue};
use zeroize::Zeroizing;

/// Print the current pair as environment variables
///
/// In sh, bash and zsh: `eval "$(akm env alice)"`. In fish: `akm env alice --format fish | source`. In PowerShell:
/// `akm env alice --format powershell | Invoke-Expression`. These forms also unset what could win over the pair.
///
/// `akm exec` does the same for one command, and nothing of it stays in your shell. A file that you write has the secret in clear: choose
/// its mode before (umask 077), and remember that a rotation does not change it.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "eval \"$(akm env alice)\"" => "until this shell ends",
    "eval \"$(akm env alice --role-arn acs:ram::1234567890123456:role/deploy)\"" => "a session of a role",
    "akm env alice --format dotenv > alice.env" => "for `docker run --env-file alice.env`",
])]
pub(crate) struct Env {
    #[command(flatten)]
    pair: PairArgs,
    /// Who reads it [default: shell]
    #[arg(long, value_name = "FORMAT")]
    format: Option<Format>,
    #[command(flatten)]
    session: SessionArgs,
}

impl Env {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        let format = self.format(context.ui.json())?;
        ui::check_open()?;
        let door = Door {
            action: Action::Env,
            fresh: Freshness::Whole,
        };
        let handed = self.session.hand_out(context, &self.pair, door)?;
        let text = written(format, &handed)?;
        ui::print(text.as_bytes())?;
        hand_out::warn_of_scrollback(context);
        Ok(())
    }

    /// `--json` is the format `json`, and no other one beside it.
    fn format(&self, json: bool) -> Result<Format, Failure> {
        match (self.format, json) {
            (Some(format), true) if format != Format::Json => {
                let message = "`--json` and `--format` name two formats";
                Err(Failure::new(Kind::Usage, message).hint("leave one of them out"))
            }
            (_, true) => Ok(Format::Json),
            (format, false) => Ok(format.unwrap_or(Format::Shell)),
        }
    }
}

fn written(format: Format, handed: &HandedOut) -> Result<Zeroizing<String>, Failure> {
    // A shell that runs this has its own region, perhaps. A file is read where nothing is known of that.
    let region = match format {
        Format::Shell | Format::Fish | Format::Powershell => exec::region(handed),
        Format::Dotenv | Format::Systemd | Format::Json => handed.region.as_deref(),
    };
    let set = environment::assignments(&handed.credentials, region);
    Ok(format::write(format, &set, &environment::stale(&set))?)
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        &[
            Self::Shell,
            Self::Fish,
            Self::Powershell,
            Self::Dotenv,
            Self::Systemd,
            Self::Json,
        ]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let (name, help) = match self {
            Self::Shell => ("shell", "`eval` of sh, bash, dash, zsh"),
            Self::Fish => ("fish", "`source` of fish"),
            Self::Powershell => ("powershell", "`Invoke-Expression` of PowerShell"),
            Self::Dotenv => (
                "dotenv",
                "`docker run --env-file`: no quotes, everything behind `=` is the value",
            ),
            Self::Systemd => ("systemd", "`EnvironmentFile=` of a systemd unit"),
            Self::Json => ("json", "one object"),
        };
        Some(PossibleValue::new(name).help(help))
    }
}
