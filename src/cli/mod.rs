//! The command line: parses, asks, prints, chooses adapters, picks the exit code. One file a leaf command.

#[macro_use]
mod examples;

mod advice;
mod alone;
mod client_command;
mod complete;
mod completions;
mod connect;
mod context;
mod copy;
mod create;
mod credential_process;
mod csv_target;
mod env;
mod error;
mod escape;
mod exec;
mod export;
mod failure;
mod forms;
mod hand_out;
mod help;
mod import;
mod key_policy;
mod key_policy_set;
mod leak;
mod list;
mod listing;
mod log;
mod man;
mod note;
mod pair;
mod passphrase;
mod profile;
mod profile_add;
mod profile_remove;
mod protect;
mod question;
mod read;
mod recover;
mod rollback;
mod rotate;
mod sandbox;
#[cfg(feature = "server")]
mod sandbox_serve;
mod selector;
#[cfg(feature = "server")]
mod serve;
mod sheet;
mod show_id;
mod signer;
mod spelling;
mod status;
mod store;
mod table;
mod traced;
mod ui;
mod user;
mod verify;
mod words;
mod wrap;

use crate::cli::failure::Failure;
use crate::ops::Kind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, error::ErrorKind};
use context::{Context, Environment, in_no_home};
use std::ffi::OsString;
use std::process::ExitCode;
use ui::{Output, Ui};

/// Create, keep, rotate and hand out Alibaba Cloud AccessKey pairs
#[derive(Debug, Parser)]
#[command(
    name = "akm",
    version,
    disable_help_subcommand = true,
    propagate_version = true,
    after_help = examples![
        "akm create --ram-user alice" => "make an AccessKey pair for a RAM user and hold its secret",
        "akm list" => "show what is held",
        "akm rotate --ram-user alice" => "replace the pair, and retire the old one",
    ]
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
struct Global {
    /// The account to work in [env: AKM_PROFILE]
    #[arg(short, long, global = true, value_name = "NAME", add = complete::profiles())]
    profile: Option<String>,
    /// How data is printed
    #[arg(short, long, global = true, value_name = "FORM")]
    output: Option<Output>,
    /// Short for `-o json`
    #[arg(long, global = true, conflicts_with = "output")]
    json: bool,
    /// Answer routine questions with yes; never a destructive choice
    #[arg(short, long, global = true)]
    yes: bool,
    /// Never ask: fail at once with exit 9 [env: AKM_NO_INPUT=1]
    #[arg(long, global = true)]
    no_input: bool,
    /// Say less on standard error
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more on standard error: each call to the cloud
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

impl Global {
    fn output(&self) -> Option<Output> {
        if self.json {
            Some(Output::Json)
        } else {
            self.output
        }
    }

    fn json(&self) -> bool {
        self.output() == Some(Output::Json)
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(create::Create),
    List(list::List),
    ShowId(show_id::ShowId),
    Rotate(rotate::Rotate),
    Leak(leak::Leak),
    Rollback(rollback::Rollback),
    Disable(status::Disable),
    Enable(status::Enable),
    Delete(pair::Delete),
    Restore(status::Restore),
    Export(export::Export),
    Import(import::Import),
    Copy(copy::Copy),
    Exec(exec::Exec),
    Env(env::Env),
    Read(read::Read),
    CredentialProcess(credential_process::CredentialProcess),
    #[cfg(feature = "server")]
    Serve(serve::Serve),
    Verify(verify::Verify),
    #[command(subcommand)]
    Connect(connect::Connect),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Profile(profile::Profile),
    #[command(subcommand)]
    KeyPolicy(key_policy::Policy),
    #[command(subcommand)]
    Store(store::Store),
    Recover(recover::Recover),
    Log(log::Log),
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
    Completions(completions::Completions),
    Man(man::Man),
    Help(help::Help),
}

impl Command {
    fn run(self, context: Context) -> Result<ExitCode, Failure> {
        match self {
            Self::Exec(args) => args.run(&context),
            Self::CredentialProcess(args) => args.run(context).map(|()| ExitCode::SUCCESS),
            #[cfg(feature = "server")]
            Self::Serve(args) => args.run(context),
            other => other.finish(&context).map(|()| ExitCode::SUCCESS),
        }
    }

    fn finish(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(args) => args.run(context),
            Self::List(args) => args.run(context),
            Self::ShowId(args) => args.run(context),
            Self::Rotate(args) => args.run(context),
            Self::Leak(args) => args.run(context),
            Self::Rollback(args) => args.run(context),
            Self::Disable(args) => args.run(context),
            Self::Enable(args) => args.run(context),
            Self::Delete(args) => args.run(context),
            Self::Restore(args) => args.run(context),
            Self::Export(args) => args.run(context),
            Self::Import(args) => args.run(context),
            Self::Copy(args) => args.run(context),
            Self::Env(args) => args.run(context),
            Self::Read(args) => args.run(context),
            Self::Verify(args) => args.run(context),
            Self::Connect(args) => args.run(context),
            Self::User(args) => args.run(context),
            Self::Profile(args) => args.run(context),
            Self::KeyPolicy(args) => args.run(context),
            Self::Store(args) => args.run(context),
            Self::Recover(args) => args.run(context),
            Self::Log(args) => args.run(context),
            Self::Sandbox(args) => args.run(context),
            Self::Exec(_) | Self::CredentialProcess(_) => Ok(()),
            #[cfg(feature = "server")]
            Self::Serve(_) => Ok(()),
            Self::Completions(_) | Self::Man(_) | Self::Help(_) => {
                self.explain(&context.ui).unwrap_or(Ok(()))
            }
        }
    }

    /// Whether nobody is ever asked by it, terminal or not.
    fn never_asks(&self) -> bool {
        matches!(self, Self::CredentialProcess(_))
    }

    /// What is told of the command line itself, whatever the account; `None` for all else.
    fn explain(&self, ui: &Ui) -> Option<Result<(), Failure>> {
        match self {
            Self::Completions(args) => Some(args.run()),
            Self::Man(args) => Some(args.run(ui)),
            Self::Help(args) => Some(args.run()),
            _ => None,
        }
    }
}

/// Runs one command line and gives back its exit code.
pub(crate) fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    if let Some(code) = complete::answered(&args) {
        return code;
    }
    let cli = match parsed(&args) {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, wants_json(&args)),
    };
    let environment = Environment::read();
    let forbidden = environment.no_input || cli.command.never_asks();
    let ui = Ui::new(&cli.global, forbidden);
    let json = cli.global.json();
    let formed = cli.command.check_form(ui.output);
    let done = formed.and_then(|()| match cli.command.explain(&ui) {
        Some(explained) => explained.map(|()| ExitCode::SUCCESS),
        None => Context::new(&cli.global, environment, ui).and_then(|context| {
            let (advice, home) = (context.ui.advice.clone(), context.home.clone());
            let done = cli.command.run(context);
            done.map_err(|failure| advice.in_hint(in_no_home(failure, &home)))
        }),
    });
    ended(
        done.map_err(|failure| spelling::hinted(failure, &args)),
        json,
    )
}

/// The parsed command line. The tree of commands is not taken apart afterwards: that costs a tenth of a short command's time, and
/// the process ends soon.
fn parsed(args: &[OsString]) -> Result<Cli, clap::Error> {
    if let Some(cli) = alone::parsed(args) {
        return Ok(cli);
    }
    let mut tree = Cli::command();
    let matches = tree.try_get_matches_from_mut(args);
    let cli = matches.and_then(|matches| {
        Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut tree))
    });
    std::mem::forget(tree);
    cli
}

fn ended(done: Result<ExitCode, Failure>, json: bool) -> ExitCode {
    done.unwrap_or_else(|failure| failed(&failure, json))
}

/// Whether a command line that cannot be parsed asks for JSON all the same.
fn wants_json(args: &[OsString]) -> bool {
    let is = |arg: &OsString, text: &str| arg == text;
    args.iter().any(|arg| {
        ["--json", "-ojson", "-o=json", "--output=json"]
            .iter()
            .any(|form| is(arg, form))
    }) || args
        .windows(2)
        .any(|two| (is(&two[0], "-o") || is(&two[0], "--output")) && is(&two[1], "json"))
}

fn failed(failure: &Failure, json: bool) -> ExitCode {
    if json {
        ui::say_as_is(&error::object(failure));
    } else {
        ui::say(&error::text(failure));
    }
    ExitCode::from(error::code(failure.kind).1)
}

/// Help and version are data; all else is wrong usage, said as akm says things.
fn not_parsed(error: &clap::Error, json: bool) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return ended(ui::print_text(&text).map(|()| ExitCode::SUCCESS), json);
    }
    let bare = error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if bare && json {
        return failed(&Failure::new(Kind::Usage, "no command was named"), json);
    }
    if bare {
        ui::say(&text);
        return ExitCode::from(2);
    }
    let (message, rest) = text.split_once("\n\n").unwrap_or((&text, ""));
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let words: Vec<&str> = message.split_whitespace().collect();
    if json {
        let mut failure = Failure::new(Kind::Usage, words.join(" "));
        failure.hint = rest
            .lines()
            .find_map(|line| line.trim().strip_prefix("tip: "))
            .map(str::to_owned);
        return failed(&failure, json);
    }
    // A word of the command line may come from elsewhere: it is repeated, and must not be obeyed by the terminal.
    let lines = |text: &str| {
        text.lines()
            .map(escape::escape)
            .collect::<Vec<_>>()
            .join("\n")
    };
    ui::say(&format!("akm: {}\n\n{}\n", lines(message), lines(rest)));
    ExitCode::from(2)
}
