//! `akm help`

use super::{Cli, recover::exit_codes, ui};
use crate::ops::{Failure, Kind};
use clap::{Args, CommandFactory};

/// Explain a command, or `exit-codes`
#[derive(Debug, Args)]
pub(crate) struct Help {
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
}

impl Help {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        if self.topic == ["exit-codes"] {
            return ui::print(exit_codes().as_bytes());
        }
        let mut command = Cli::command();
        command.build();
        let mut found = &mut command;
        for word in &self.topic {
            found = found.find_subcommand_mut(word).ok_or_else(|| {
                Failure::new(Kind::Usage, format!("there is no help on `{word}`"))
                    .hint("`akm help` lists the commands")
            })?;
        }
        ui::print(found.render_long_help().to_string().as_bytes())
    }
}
