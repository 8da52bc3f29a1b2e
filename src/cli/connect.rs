//! `akm connect`

use super::{advice::option, context::Context, hand_out::region, selector::PairArgs, ui};
use crate::cli::failure::Failure;
use crate::core::{account::Owner, name::ProfileName, role::RoleArn};
use crate::delivery::aliyun_config::External;
use crate::delivery::process_command;
use crate::metadata::profile::Role;
use crate::ops::connect::{self, Before};
use crate::ops::credentials::{self, Selector};
use crate::ops::{Account, Kind, role_trial};
use crate::sys::program;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::PathBuf;
use std::{env, fmt};

/// Let other programs get their credentials from akm
#[derive(Debug, Subcommand)]
#[command(after_long_help = examples![
    "akm connect aliyun-cli alice --role-arn acs:ram::1234567890123456:role/deploy" => "the `aliyun` CLI and the SDKs sign with sessions of this role",
])]
pub(crate) enum Connect {
    AliyunCli(AliyunCli),
}

impl Connect {
    pub(crate) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::AliyunCli(args) => args.run(context),
        }
    }
}

/// Write a profile of the `aliyun` CLI that gets its credentials from akm
///
/// The profile has the mode `External`: the `aliyun` CLI and the SDKs that read `~/.aliyun/config.json` run
/// `akm credential-process` whenever they need credentials. The file has no secret for that. Java's library before 1.0.4, Go's
/// before 1.4.10, Python's before 1.0.9 and the one of Node.js before 2.4.5 have no mode `External`.
///
/// With `--role-arn` they get sessions of a role, which end; the role is assumed once before the file is changed. With `--static` they
/// get the pair itself, and the SDKs write it back into `~/.aliyun/config.json` in clear.
///
/// All else in the file stays as it is, its current profile too. A copy of the file without its secrets is kept beside it as
/// `config.json.akm-backup`.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm connect aliyun-cli alice --role-arn acs:ram::1234567890123456:role/deploy" => "sessions of this role, in the profile `akm`",
    "akm connect aliyun-cli LTAI5tAbCdEfGhIjKlMnOp --static --as ci" => "the pair itself, in the profile `ci`",
])]
pub(crate) struct AliyunCli {
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    credentials: CredentialArgs,
    /// The profile to write in `~/.aliyun/config.json`
    #[arg(long = "as", value_name = "PROFILE", default_value = "akm")]
    name: ProfileName,
}

/// What was written where.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(super) struct View<'a> {
    file: &'a str,
    process_command: &'a str,
    profile: &'a str,
}

/// Which credentials the clients get.
#[derive(Debug, Args)]
#[group(multiple = false, required = true)]
struct CredentialArgs {
    /// Give out sessions of this role, which the pair assumes
    #[arg(long, value_name = "ARN")]
    role_arn: Option<RoleArn>,
    /// Give out the pair itself
    #[arg(long = "static")]
    fixed: bool,
}

/// What a client gets that runs akm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ClientCredentials {
    /// Sessions of this role.
    Sessions(RoleArn),
    /// The pair itself.
    Pair,
}

impl CredentialArgs {
    fn credentials(&self) -> ClientCredentials {
        let role = self.role_arn.clone();
        role.map_or(ClientCredentials::Pair, ClientCredentials::Sessions)
    }
}

impl ClientCredentials {
    /// The role, in which akm's sessions are called `akm`; `None` for the pair itself.
    pub(super) fn role(&self) -> Option<Role> {
        match self {
            Self::Sessions(arn) => Some(credentials::role(arn.clone())),
            Self::Pair => None,
        }
    }

    /// The option of `connect` and of `credential-process`.
    pub(super) fn written(&self) -> Vec<String> {
        match self {
            Self::Sessions(arn) => vec!["--role-arn".to_owned(), arn.to_string()],
            Self::Pair => vec!["--static".to_owned()],
        }
    }
}

impl fmt::Display for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Self::Sessions(arn) => write!(f, "sessions of the role `{arn}`"),
            Self::Pair => f.write_str("the pair itself"),
        }
    }
}

impl AliyunCli {
    /// `NoSuchPair` and `SecretMissing` where akm has no secret to give out, `Refused` for a pair that leaked, what `AssumeRole` says of
    /// a role that the pair may not assume; errors as [`connect::connect`] has them. The file is as it was then.
    fn run(&self, context: &Context) -> Result<(), Failure> {
        let reading = context.reading()?;
        let account = &reading.account;
        let mut chosen = reading.choose(&self.pair.selected()?)?;
        credentials::check_not_leaked(&chosen)?;
        // A client that runs akm later can do nothing about a secret that the store lacks.
        drop(account.secret(&chosen.pair)?);
        let file = file()?;
        let credentials = self.credentials.credentials();
        chosen.role = credentials.role().or(chosen.role);
        role_trial::check(account, &chosen, |pair| context.client_as(&reading, pair))?;
        let external = External {
            name: self.name.to_string(),
            process_command: command(account, &self.pair.selected()?, &credentials)?,
            region: region(&reading),
        };
        let before = connect::connect(account, &file, &external)?;
        self.say(context, account, &file.display().to_string(), &before);
        warn_of_dangers(context, account, &external, &credentials);
        if context.ui.json() {
            return ui::print_json(&View {
                file: &file.display().to_string(),
                process_command: &external.process_command,
                profile: &external.name,
            });
        }
        Ok(())
    }

    fn say(&self, context: &Context, account: &Account, file: &str, before: &Before) {
        let name = &self.name;
        let of = format!("account {} (profile {})", account.id, account.profile);
        let ui = &context.ui;
        ui.result(&match before {
            Before::Connected => {
                format!("The profile {name} in {file} gets its credentials from akm already: {of}.")
            }
            Before::Missing | Before::Kept(_) => {
                format!("The profile {name} in {file} now gets its credentials from akm: {of}.")
            }
        });
        if let Before::Kept(backup) = before {
            let backup = backup.display();
            ui.note(
                "backup",
                &format!("what the file was before, without its secrets, is in `{backup}`"),
            );
        }
        ui.next(&format!("export ALIBABA_CLOUD_PROFILE={name}"));
    }
}

/// Returns the command line that a client runs in whatever folder and with whatever variables. `Failed` where the path of akm or its
/// home cannot be written.
pub(super) fn command(
    account: &Account,
    selector: &Selector,
    credentials: &ClientCredentials,
) -> Result<String, Failure> {
    let mut words = Vec::new();
    if let Some(home) = env::var_os("AKM_HOME").filter(|home| !home.is_empty()) {
        let home = std::path::absolute(home).map_err(|error| no_command("AKM_HOME", error))?;
        words.extend([
            "env".to_owned(),
            format!("AKM_HOME={}", text("AKM_HOME", home)?),
        ]);
    }
    let akm = program::path().map_err(|error| no_command("the path of akm", error))?;
    if !akm.is_file() {
        let why = "it was replaced or removed while it runs";
        return Err(no_command("the path of akm", why));
    }
    words.push(text("the path of akm", akm)?);
    words.extend(option("-p", "--profile", account.profile.as_str()));
    words.push("credential-process".to_owned());
    words.extend(written(selector));
    words.extend(credentials.written());
    Ok(process_command::joined(&words))
}

/// Says what may go wrong with a profile that was written.
pub(super) fn warn_of_dangers(
    context: &Context,
    account: &Account,
    external: &External,
    credentials: &ClientCredentials,
) {
    if matches!(credentials, ClientCredentials::Pair) {
        context.ui.warning("clear-text", "the SDKs write the pair that they are given back into this file in clear; `--role-arn ARN` gives out sessions, which end",
        );
    }
    if account.profile.is_sandbox() {
        let id = &account.id;
        context.ui.warning("sandbox", &format!(
            "this is the sandbox, account {id} on this machine: no cloud accepts its credentials"
        ));
    }
    if !process_command::is_plain(&external.process_command) {
        context.ui.warning(
            "quotes",
            "the command needs quotes, which the SDKs of Java and Node.js do not understand: \
             they need paths of akm and of `AKM_HOME` without blanks and quotes",
        );
    }
}

/// The selector as a command line has it. A name is always an option: it may have the form of an AccessKey ID.
pub(super) fn written(selector: &Selector) -> Vec<String> {
    match selector {
        Selector::Id(id) => vec![id.to_string()],
        Selector::CurrentOf(Owner::RamUser(name)) => option("-u", "--ram-user", name.as_str()),
        Selector::CurrentOf(Owner::Account) => vec!["--account".to_owned()],
        Selector::Own => vec!["--self".to_owned()],
    }
}

fn file() -> Result<PathBuf, Failure> {
    let home = dirs::home_dir().ok_or_else(|| {
        Failure::new(Kind::Failed, "this system names no home folder").hint("set `HOME`")
    })?;
    Ok(home.join(".aliyun").join("config.json"))
}

fn text(what: &str, path: PathBuf) -> Result<String, Failure> {
    path.into_os_string()
        .into_string()
        .map_err(|_| no_command(what, "it is not UTF-8 text"))
}

fn no_command(what: &str, why: impl ToString) -> Failure {
    let message = format!("no command can be written for clients: {what}");
    Failure::new(Kind::Failed, message).because(why)
}
