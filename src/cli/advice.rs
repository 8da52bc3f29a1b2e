//! Command lines that akm advises, in hints and in what it says: made to act in the account of the command that advises them.
//!
//! The texts name no profile. This is the one place that adds it.

use crate::cli::failure::Failure;
use crate::core::name::ProfileName;
use crate::metadata::{Home, config::Config};
use std::borrow::Cow;
use std::fmt;

/// Commands that act in an account. The others act on this install and need no profile.
const OF_AN_ACCOUNT: [&str; 26] = [
    "create",
    "list",
    "show",
    "show-id",
    "rotate",
    "leak",
    "rollback",
    "disable",
    "enable",
    "delete",
    "restore",
    "comment",
    "export",
    "import",
    "copy",
    "exec",
    "env",
    "read",
    "credential-process",
    "serve",
    "verify",
    "connect",
    "user",
    "key-policy",
    "recover",
    "log",
];

/// The profile that was named, if one was, and the home that knows the default one.
#[derive(Clone, Default)]
pub(crate) struct ProfileOption(Option<(ProfileName, Home)>);

impl ProfileOption {
    pub(crate) fn new(named: Option<&ProfileName>, home: &Home) -> Self {
        Self(named.map(|name| (name.clone(), home.clone())))
    }

    /// Returns the text with the profile's option in each command line of it that acts in an account and names no profile itself. The
    /// text stays as it is where no profile was named, or the default one.
    pub(crate) fn in_profile<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some((name, home)) = &self.0 else {
            return text.into();
        };
        let places: Vec<usize> = commands(text).collect();
        if places.is_empty() || is_default(name, home) {
            return text.into();
        }
        let option = option("-p", "--profile", name.as_str()).join(" ");
        let (mut whole, mut from) = (String::new(), 0);
        for place in places {
            whole.push_str(&text[from..place]);
            whole.push_str(&option);
            whole.push(' ');
            from = place;
        }
        (whole + &text[from..]).into()
    }

    /// Returns the failure with the profile's option in the command lines of its hint.
    pub(crate) fn in_hint(&self, failure: Failure) -> Failure {
        let hint = failure.hint.as_deref();
        let hint = hint.map(|hint| self.in_profile(hint).into_owned());
        Failure { hint, ..failure }
    }
}

/// It is part of what a person wants to hear, which is shown whole.
impl fmt::Debug for ProfileOption {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.debug_tuple("ProfileOption")
            .field(&self.0.as_ref().map(|(name, _)| name))
            .finish()
    }
}

/// An option with its value; in one word where the value looks like an option itself.
pub(super) fn option(short: &str, long: &str, value: &str) -> Vec<String> {
    if value.starts_with('-') {
        return vec![format!("{long}={value}")];
    }
    vec![short.to_owned(), value.to_owned()]
}

/// A configuration that cannot be read has no default: the option is right with any.
fn is_default(name: &ProfileName, home: &Home) -> bool {
    let config = Config::load(home).ok();
    config.is_some_and(|config| config.default_profile().as_ref() == Some(name))
}

/// Where the names of commands begin that follow `akm` and act in an account.
fn commands(text: &str) -> impl Iterator<Item = usize> {
    let found = text.match_indices("akm ").filter(|(at, _)| {
        let before = text[..*at].chars().next_back();
        before.is_none_or(|before| before == ' ' || before == '`')
    });
    let places = found.map(|(at, found)| at + found.len());
    places.filter(|at| {
        let name = text[*at..].split([' ', '`', ',', ';', ':']).next();
        name.is_some_and(|name| OF_AN_ACCOUNT.contains(&name))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command_line::Cli;
    use clap::CommandFactory;

    #[test]
    fn every_command_but_those_of_this_install_acts_in_an_account() {
        let of_this_install = ["profile", "store", "sandbox", "completions", "man", "help"];
        let tree = Cli::command();
        let all = tree.get_subcommands().map(clap::Command::get_name);
        let of_an_account: Vec<&str> = all.filter(|it| !of_this_install.contains(it)).collect();
        // `serve` is not built without the feature of that name.
        let named = OF_AN_ACCOUNT
            .iter()
            .filter(|it| cfg!(feature = "server") || **it != "serve");
        assert_eq!(named.copied().collect::<Vec<_>>(), of_an_account);
    }

    fn advised(text: &str) -> String {
        let nowhere = std::path::PathBuf::from("/nowhere");
        let home = Home {
            disk: std::sync::Arc::new(crate::sys::fs::LocalDisk),
            config: nowhere.clone(),
            data: nowhere,
        };
        let name = ProfileName::parse("prod").unwrap();
        ProfileOption::new(Some(&name), &home)
            .in_profile(text)
            .into_owned()
    }

    #[test]
    fn each_command_of_an_account_gets_the_profile() {
        for (text, expected) in [
            ("akm verify X", "akm -p prod verify X"),
            (
                "`akm enable X`, then `akm rotate --self`; or akm list",
                "`akm -p prod enable X`, then `akm -p prod rotate --self`; or akm -p prod list",
            ),
            ("`A=b akm import x`", "`A=b akm -p prod import x`"),
            ("`akm recover` does it", "`akm -p prod recover` does it"),
            ("for it: akm invent X", "for it: akm invent X"),
            ("`akm -p dev disable X`", "`akm -p dev disable X`"),
            (
                "`akm profile list` shows them",
                "`akm profile list` shows them",
            ),
            (
                "akm is too old, and so is `akm`",
                "akm is too old, and so is `akm`",
            ),
            ("/usr/bin/akm list", "/usr/bin/akm list"),
            (
                "export ALIBABA_CLOUD_PROFILE=akm",
                "export ALIBABA_CLOUD_PROFILE=akm",
            ),
        ] {
            assert_eq!(advised(text), expected);
            assert_eq!(ProfileOption::default().in_profile(text), text);
        }
    }
}
