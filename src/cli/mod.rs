//! The command line: parses, asks, prints, chooses adapters, picks the exit code. One file a leaf command.

mod context;
mod create;
mod error;
mod escape;
mod export;
mod help;
mod import;
mod list;
mod note;
mod pair;
mod recover;
mod rotate;
mod sandbox;
#[cfg(feature = "sandbox-server")]
mod sandbox_serve;
mod selector;
mod show_id;
mod status;
mod store;
mod ui;
mod user;
mod verify;

use crate::ops::{Failure, Kind};
use clap::{Args, Parser, Subcommand};
use context::{Context, Environment};
use std::ffi::OsString;
use std::process::ExitCode;
use ui::{Output, Ui};

/// Create, keep, rotate and hand out Alibaba Cloud AccessKey pairs
#[derive(Debug, Parser)]
#[command(
    name = "akm",
    version,
    disable_help_subcommand = true,
    propagate_version = true
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of the command line"
)]
struct Global {
    /// The account to work in [env: AKM_PROFILE]
    #[arg(short, long, global = true, value_name = "NAME")]
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
    /// Say more on standard error
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
}

#[derive(Debug, Subcommand)]
enum Command {
    Create(create::Create),
    List(list::List),
    ShowId(show_id::ShowId),
    Rotate(rotate::Rotate),
    Disable(status::Disable),
    Enable(status::Enable),
    Delete(pair::Delete),
    Restore(status::Restore),
    Export(export::Export),
    Import(import::Import),
    Verify(verify::Verify),
    #[command(subcommand)]
    User(user::User),
    #[command(subcommand)]
    Store(store::Store),
    Recover(recover::Recover),
    #[command(subcommand)]
    Sandbox(sandbox::Sandbox),
    Help(help::Help),
}

impl Command {
    fn run(&self, context: &Context) -> Result<(), Failure> {
        match self {
            Self::Create(args) => args.run(context),
            Self::List(args) => args.run(context),
            Self::ShowId(args) => args.run(context),
            Self::Rotate(args) => args.run(context),
            Self::Disable(args) => args.run(context),
            Self::Enable(args) => args.run(context),
            Self::Delete(args) => args.run(context),
            Self::Restore(args) => args.run(context),
            Self::Export(args) => args.run(context),
            Self::Import(args) => args.run(context),
            Self::Verify(args) => args.run(context),
            Self::User(args) => args.run(context),
            Self::Store(args) => args.run(context),
            Self::Recover(args) => args.run(context),
            Self::Sandbox(args) => args.run(context),
            Self::Help(args) => args.run(),
        }
    }
}

/// Runs one command line and gives back its exit code.
pub(crate) fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args: Vec<OsString> = args.into_iter().collect();
    let cli = match Cli::try_parse_from(&args) {
        Ok(cli) => cli,
        Err(error) => return not_parsed(&error, args.iter().any(|arg| arg == "--json")),
    };
    let environment = Environment::read();
    let ui = Ui::new(&cli.global, environment.no_input);
    let json = ui.json();
    let done =
        Context::new(&cli.global, environment, ui).and_then(|context| cli.command.run(&context));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failed(&failure, json),
    }
}

fn failed(failure: &Failure, json: bool) -> ExitCode {
    ui::say(&if json {
        error::object(failure)
    } else {
        error::text(failure)
    });
    ExitCode::from(error::code(failure.kind).1)
}

/// Help and version are data; all else is wrong usage, said as akm says things.
fn not_parsed(error: &clap::Error, json: bool) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return ui::print(text.as_bytes())
            .map_or_else(|failure| failed(&failure, json), |()| ExitCode::SUCCESS);
    }
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    if json {
        return failed(
            &Failure::new(Kind::Usage, text.lines().next().unwrap_or_default()),
            json,
        );
    }
    ui::say(&format!("akm: {text}"));
    ExitCode::from(2)
}
