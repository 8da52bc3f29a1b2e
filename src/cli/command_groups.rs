//! The commands as `akm help` lists them: by what a person wants.

use clap::Command;
use std::fmt::Write;

type Group = (&'static str, &'static [&'static str]);
const GROUPS: [Group; 5] = [
    (
        "Pairs",
        &[
            "create", "list", "show", "show-id", "rotate", "rollback", "leak", "disable", "enable",
            "delete", "restore", "comment", "recover",
        ],
    ),
    (
        "Use a pair",
        &[
            "exec",
            "env",
            "read",
            "copy",
            "credential-process",
            "serve",
            "connect",
            "verify",
        ],
    ),
    ("Move secrets", &["export", "import"]),
    ("Accounts", &["user", "profile", "key-policy"]),
    (
        "This machine",
        &["store", "log", "sandbox", "completions", "man", "help"],
    ),
];

/// Returns the tree; its help lists the commands in groups.
pub(super) fn grouped(tree: Command) -> Command {
    let mut listed = String::new();
    for (heading, names) in GROUPS {
        let _ = writeln!(listed, "{heading}:");
        // What a build leaves out is not listed.
        for command in names.iter().filter_map(|name| tree.find_subcommand(name)) {
            let about = command.get_about().map(ToString::to_string);
            let about = about.unwrap_or_default();
            let _ = writeln!(listed, "  {:<20}{about}", command.get_name());
        }
        listed.push('\n');
    }
    tree.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{listed}Options:\n{{options}}{{after-help}}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command_line::Cli;
    use clap::CommandFactory;

    #[test]
    fn every_command_is_in_one_group() {
        let tree = Cli::command();
        let mut all: Vec<&str> = tree.get_subcommands().map(Command::get_name).collect();
        let listed = GROUPS.iter().flat_map(|(_, names)| names.iter().copied());
        // `serve` is not built without the feature of that name.
        let is_built = |name: &&str| cfg!(feature = "server") || *name != "serve";
        let mut listed: Vec<&str> = listed.filter(is_built).collect();
        all.sort_unstable();
        listed.sort_unstable();
        assert_eq!(listed, all);
    }
}
