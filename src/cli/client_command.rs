//! The command that a client's file has, read as the shell and akm would read it.

use super::connect::{ClientCredentials, written};
use super::{advice::option, credential_process::CredentialProcess, global::Global};
use crate::core::name::ProfileName;
use crate::delivery::process_command;
use crate::ops::credentials::Selector;
use clap::{Parser, Subcommand};
use std::env;

/// The part of akm's command line that a client's file may have.
#[derive(Parser)]
struct Line {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Only,
}

#[derive(Subcommand)]
enum Only {
    CredentialProcess(CredentialProcess),
}

/// A command line of `akm credential-process`.
pub(super) struct ClientCommand {
    /// The variables that it sets, as `AKM_HOME=/path`.
    variables: Vec<String>,
    profile: Option<ProfileName>,
    selector: Selector,
    credentials: Option<ClientCredentials>,
}

impl ClientCommand {
    /// Reads a command. `None` for one that is no command line of `akm credential-process`, whatever its program is named.
    pub(super) fn read(command: &str) -> Option<Self> {
        let words = process_command::words(command)?;
        let is_variable = |word: &&String| *word == "env" || word.contains('=');
        let before = words.iter().take_while(is_variable).count();
        let line = Line::try_parse_from(&words[before..]).ok()?;
        let Only::CredentialProcess(args) = line.command;
        let profile = line.global.profile.as_deref().map(ProfileName::parse);
        let variables = words[..before].iter().filter(|word| *word != "env");
        Some(Self {
            variables: variables.cloned().collect(),
            profile: profile.transpose().ok()?,
            selector: args.selected().ok()?,
            credentials: args.given(),
        })
    }

    /// Returns what the command gives; `None` where its options leave that to the profile of akm.
    pub(super) fn credentials(&self) -> Option<ClientCredentials> {
        self.credentials.clone()
    }

    /// Returns the command line that lets the profile `name` get these credentials of the same pair, in the same home and account of
    /// akm. `None` for a profile that `connect` does not write.
    pub(super) fn connect_line(&self, name: &str, wanted: &ClientCredentials) -> Option<String> {
        let name = ProfileName::parse(name).ok()?;
        let mut words = self.other_home();
        words.push("akm".to_owned());
        let profile = self.profile.iter();
        words.extend(profile.flat_map(|profile| option("-p", "--profile", profile.as_str())));
        words.extend(["connect", "aliyun-cli"].map(str::to_owned));
        words.extend(written(&self.selector));
        words.extend(option("--as", "--as", name.as_str()));
        words.extend(wanted.written());
        Some(process_command::joined(&words))
    }

    /// The variables with `env` before them, where they name another home than the one in use.
    fn other_home(&self) -> Vec<String> {
        let home = env::var("AKM_HOME").map(|home| format!("AKM_HOME={home}"));
        let is_same = self.variables.iter().all(|it| Ok(it) == home.as_ref());
        if is_same {
            return Vec::new();
        }
        let variables = self.variables.iter().cloned();
        std::iter::once("env".to_owned()).chain(variables).collect()
    }
}
