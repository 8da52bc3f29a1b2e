//! `akm completions`

use super::ui;
use crate::cli::failure::Failure;
use crate::ops::Kind;
use clap::{Args, ValueEnum};
use clap_complete::env::{Elvish, EnvCompleter, Fish, Powershell};

/// The variable by which a shell's script asks. It bears our name: under clap's own, `COMPLETE`, a completer of another program
/// that runs akm would get a script for an answer.
pub(crate) const VARIABLE: &str = "AKM_COMPLETE";

/// Print the script that makes a shell complete akm's commands, RAM users and AccessKey IDs
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "source <(akm completions bash)" => "in ~/.bashrc; in ~/.zshrc the same with `zsh`, after `compinit`",
    "akm completions zsh > ~/_akm" => "or as a file, into a folder of zsh's $fpath",
    "akm completions fish > ~/akm.fish" => "for fish, into ~/.config/fish/completions",
    "akm completions powershell > ~/akm.ps1" => "for PowerShell, and a line in $PROFILE that runs the file",
])]
pub(crate) struct Completions {
    /// The shell
    shell: Shell,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Shell {
    Bash,
    Zsh,
    Fish,
    Powershell,
    Elvish,
}

impl Completions {
    pub(crate) fn run(&self) -> Result<(), Failure> {
        match self.shell {
            // clap's own for these two lose `--name=value` and blanks in a file's name, and the first TAB of an autoloaded function.
            Shell::Bash => ui::print(include_bytes!("completion.bash")),
            Shell::Zsh => ui::print(include_bytes!("completion.zsh")),
            Shell::Fish => print(&Fish),
            Shell::Powershell => print(&Powershell),
            Shell::Elvish => print(&Elvish),
        }
    }
}

fn print(shell: &dyn EnvCompleter) -> Result<(), Failure> {
    let mut script = Vec::new();
    shell
        .write_registration(VARIABLE, "akm", "akm", "akm", &mut script)
        .map_err(|error| Failure::new(Kind::Failed, "no script could be made").because(error))?;
    ui::print(&script)
}
