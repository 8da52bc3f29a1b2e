//! `akm help`

use super::{error, schema, spelling, ui};
use crate::cli::failure::Failure;
use crate::ops::Kind;
use clap::{Args, Command};

/// Explain a command or a topic
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm help" => "all commands and topics",
    "akm help user create" => "one command, as its `--help` does",
    "akm help exit-codes" => "what each exit code means",
    "akm help json --schema user list" => "the JSON Schema of what `akm user list --json` prints",
])]
pub(crate) struct Help {
    /// The command's words, or a topic
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
    /// With the topic `json`: the JSON Schema of what that command prints with --json
    #[arg(long, value_name = "COMMAND", num_args = 1.., requires = "topic")]
    schema: Vec<String>,
}

/// The variables that akm looks at.
pub(crate) const ENVIRONMENT: &str = "\
AKM_HOME        one folder for everything akm writes (default: the platform's folders for configuration and data)
AKM_PROFILE     the account to work in, as `--profile`
AKM_STORE       the secret store for what is stored from now on: `keyring` or `age`
AKM_NO_INPUT=1  never ask: fail at once with exit 9, as `--no-input`
AKM_PASSPHRASE_FILE, AKM_PASSPHRASE
                unlocks an `age` identity that `akm store protect` protected
HTTPS_PROXY, ALL_PROXY, NO_PROXY
                the proxy to the cloud and the hosts reached without one, as
                curl reads them (lower case first); `--proxy` of a profile wins
NO_COLOR, CLICOLOR_FORCE
                no colour, or colour even where there is no terminal
";

/// The keys of `config.toml`.
pub(crate) const CONFIG: &str = "\
`config.toml` lies in AKM_HOME. Commands write it, and leave your comments;
[policy] is for you to write.

version               the file's version
store                 the secret store for what is stored from now on
unlock_for            how long a passphrase stays in the kernel's keyring
default_profile       the profile that is used when none is named
sandbox_is_only_named whether the sandbox acts only when it is named
[policy]
  overlap             how long a rotation's old pair stays Active, as 2d
  grace               how long it then stays Inactive before it may be deleted
  max_age             from which age on a pair that is handed out is a warning
[recipients]          the public keys of the identities that seal secrets
  age, keyring
[profiles.NAME]
  account_id, identity, default_domain
                      the account, and who signs, as the cloud named them
  access_key_id       the pair that akm signs with
  secret_store        the store that has its secret
  moved_from          the store that may have it, too, while `store move` is unfinished
  create_missing_users  whether `create` makes a RAM user that is missing
  endpoint, proxy     another cloud; the way to it (`none`: by no proxy)
  proxy_login         the store that has the proxy's user and password
  region              the region of whoever gets a pair
  verify_pause        the least time between the two proofs that a new pair
                      works, before its old pair is disabled: 2s if absent
  [profiles.NAME.role]
    arn, session_name, external_id
                      the role that the pair assumes for every command
";

/// What is explained beside the commands: name, what it is about, text.
type Topic = (&'static str, &'static str, &'static str);
const TOPICS: [Topic; 10] = [
    (
        "rotation",
        "What a rotation does, and when",
        include_str!("topics/rotation.txt"),
    ),
    (
        "recovery",
        "What is unfinished, and what finishes it",
        include_str!("topics/recovery.txt"),
    ),
    (
        "permissions",
        "The RAM policy that akm needs, to copy",
        include_str!("topics/permissions.txt"),
    ),
    (
        "cron",
        "Rotate by cron or by a systemd timer",
        include_str!("topics/cron.txt"),
    ),
    (
        "policy",
        "Rules for every account: overlap, grace, age",
        include_str!("topics/policy.txt"),
    ),
    ("config", "The keys of config.toml", CONFIG),
    (
        "files",
        "What akm writes, where, and how it is protected",
        include_str!("topics/files.txt"),
    ),
    (
        "environment",
        "The variables that akm looks at",
        ENVIRONMENT,
    ),
    (
        "json",
        "The words that scripts meet in --json",
        include_str!("topics/json.txt"),
    ),
    ("exit-codes", "What each exit code means", error::EXIT_CODES),
];

impl Help {
    /// Prints what the topic's text or a command of the tree says.
    pub(crate) fn run(&self, tree: Command) -> Result<(), Failure> {
        if !self.schema.is_empty() {
            return self.print_schema();
        }
        if let [word] = &self.topic[..]
            && let Some((_, _, text)) = TOPICS.iter().find(|(name, ..)| name == word)
        {
            return ui::print_text(text);
        }
        let mut text = explained(&self.topic, tree)?;
        if self.topic.is_empty() {
            text.push_str("\nTopics, for `akm help TOPIC`:\n");
            text.extend(TOPICS.map(|(name, about, _)| format!("  {name:<13}{about}\n")));
        }
        ui::print_text(&text)
    }

    fn print_schema(&self) -> Result<(), Failure> {
        if self.topic != ["json"] {
            let message = "`--schema` is for the topic `json`";
            return Err(Failure::new(Kind::Usage, message).hint("akm help json --schema COMMAND"));
        }
        schema::print(&self.schema)
    }
}

/// What the command's `--help` says.
fn explained(words: &[String], tree: Command) -> Result<String, Failure> {
    let mut found = &tree;
    for word in words {
        let inner = found.find_subcommand(word);
        found = inner.ok_or_else(|| unknown(word, found))?;
    }
    let line = ["akm"].into_iter().chain(words.iter().map(String::as_str));
    match tree.try_get_matches_from(line.chain(["--help"])) {
        Err(help) => Ok(help.render().to_string()),
        Ok(_) => Ok(String::new()),
    }
}

pub(super) fn unknown(word: &str, among: &Command) -> Failure {
    let names = among
        .get_subcommands()
        .map(|command| command.get_name().to_owned());
    let topics = TOPICS.map(|(name, ..)| name.to_owned());
    let hint = match spelling::nearest(word, names.chain(topics)) {
        Some(name) => format!("did you mean `{name}`?"),
        None => "`akm help` lists the commands".to_owned(),
    };
    Failure::new(Kind::Usage, format!("there is no help topic `{word}`")).hint(hint)
}

/// Returns what can be asked for, and what it is about.
pub(crate) fn topics(tree: &Command) -> Vec<(String, String)> {
    let commands = tree.get_subcommands().map(|command| {
        let about = command.get_about().map(ToString::to_string);
        (command.get_name().to_owned(), about.unwrap_or_default())
    });
    let topics = TOPICS.map(|(name, about, _)| (name.to_owned(), about.to_owned()));
    commands.chain(topics).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command_line::Cli;
    use clap::CommandFactory;

    fn walk(command: &Command, seen: &mut Vec<String>) {
        let name = command.get_display_name().unwrap_or_default().to_owned();
        assert!(
            command.get_about().is_some(),
            "{name} does not say what it is about"
        );
        let examples = command.get_after_long_help().map(ToString::to_string);
        let examples = examples.unwrap_or_default();
        assert!(
            examples.starts_with("Examples:\n"),
            "{name} has no examples"
        );
        for argument in command.get_arguments() {
            let id = argument.get_id();
            assert!(argument.get_help().is_some(), "{name}: `{id}` has no help");
        }
        seen.push(name);
        command
            .get_subcommands()
            .for_each(|inner| walk(inner, seen));
    }

    #[test]
    fn every_command_and_option_is_explained() {
        let mut tree = Cli::command();
        tree.clone().debug_assert();
        tree.build();
        let mut seen = Vec::new();
        walk(&tree, &mut seen);
        assert!(seen.contains(&"akm-user-create".to_owned()), "{seen:?}");
    }

    #[test]
    fn every_key_of_the_configuration_is_explained() {
        let sources = [
            include_str!("../metadata/config/mod.rs"),
            include_str!("../metadata/profile.rs"),
            include_str!("../core/policy.rs"),
        ];
        let lines = sources.iter().flat_map(|source| source.lines());
        let fields = lines.filter_map(|line| line.strip_prefix("    pub(crate) "));
        let names = fields.filter_map(|field| field.strip_suffix(',')?.split_once(": "));
        let names: Vec<&str> = names.map(|(name, _)| name).collect();
        assert!(names.len() > 15, "{names:?}");
        for name in names {
            assert!(CONFIG.contains(name), "{name}");
        }
    }
}
