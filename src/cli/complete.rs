//! The answer to a shell that completes a command line: commands and options out of the tree that parses them; `candidates` has what
//! is offered for an argument.

use super::{candidates, command_line::Cli, command_tree, completions::VARIABLE, help};
use clap::{Command, CommandFactory};
use clap_complete::env::{Bash, CompleteEnv, Elvish, Fish, Powershell, Shells, Zsh};
use std::env;
use std::ffi::{OsStr, OsString};
use std::process::ExitCode;

const SHELLS: Shells<'static> = Shells(&[&Bash, &Zsh, &Fish, &Powershell, &Elvish]);

/// The answer to a shell that asks for completion; `None` when none does, at the price of one look at the environment.
pub(crate) fn answered(args: &[OsString]) -> Option<ExitCode> {
    env::var_os(VARIABLE)?;
    // As every script of ours asks; anything else is a command that a completer happens to run.
    args.get(1).filter(|word| *word == "--")?;
    let folder = env::current_dir().ok();
    let line = args;
    let args = args.iter().enumerate().map(|(at, word)| {
        if names_profile(args, at) {
            OsStr::new("_")
        } else {
            word
        }
    });
    let asked = CompleteEnv::with_factory(|| tree(line))
        .var(VARIABLE)
        .bin("akm")
        .shells(SHELLS)
        .try_complete(args, folder.as_deref());
    match asked {
        Ok(true) => Some(ExitCode::SUCCESS),
        Ok(false) => None,
        Err(_) => Some(ExitCode::FAILURE),
    }
}

/// The tree of the line's command alone, where that word stands first and is done: all of them cost more than the rest of the answer.
fn tree(line: &[OsString]) -> Command {
    let alone = match line {
        [_, _, _, name, _, ..] => name.to_str().and_then(command_tree::tree),
        _ => None,
    };
    alone
        .unwrap_or_else(with_topics)
        .mut_arg("profile", |profile| profile.add(candidates::profiles()))
}

/// The whole tree. What `help` explains are its own commands, so `help` itself cannot name them.
fn with_topics() -> Command {
    let topics = help::topics(&Cli::command());
    Cli::command().mut_subcommand("help", |help| {
        help.mut_arg("topic", |topic| topic.add(candidates::of("Topics", topics)))
    })
}

/// Whether the word is a profile's name before the one that is completed: clap's completion would take the profile `sandbox` for the
/// command of that name.
fn names_profile(args: &[OsString], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| args.get(before));
    at + 1 < args.len() && before.is_some_and(|word| word == "-p" || word == "--profile")
}
