//! The options that every command has.

use super::ui::Output;
use clap::Args;

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
pub(crate) struct Global {
    /// The account to work in [env: AKM_PROFILE]
    #[arg(short, long, global = true, value_name = "NAME")]
    pub(super) profile: Option<String>,
    /// How data is printed
    #[arg(short, long, global = true, value_name = "FORM")]
    pub(super) output: Option<Output>,
    /// Short for `-o json`
    #[arg(long, global = true, conflicts_with = "output")]
    pub(super) json: bool,
    /// Answer routine questions with yes; never a destructive choice
    #[arg(short, long, global = true)]
    pub(super) yes: bool,
    /// Never ask: fail at once with exit 9 [env: AKM_NO_INPUT=1]
    #[arg(long, global = true)]
    pub(super) no_input: bool,
    /// Say less on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(super) quiet: bool,
    /// Say more on standard error: each call to the cloud
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
}

impl Global {
    pub(super) fn output(&self) -> Option<Output> {
        if self.json {
            Some(Output::Json)
        } else {
            self.output
        }
    }

    pub(super) fn json(&self) -> bool {
        self.output() == Some(Output::Json)
    }
}
