//! The command line: parses, asks, prints, chooses adapters, picks the exit code. One file a leaf command.

#[macro_use]
mod examples;

mod advice;
mod candidates;
mod client_command;
mod command_groups;
mod command_line;
mod command_tree;
mod comment;
mod complete;
mod completions;
mod connect;
mod context;
mod copy;
mod create;
mod credential_process;
mod csv_output;
mod csv_target;
mod env;
mod error;
mod error_object;
mod escape;
mod exec;
mod export;
mod failure;
mod global;
mod hand_out;
mod help;
mod import;
mod key_policy;
mod key_policy_set;
mod labelled;
mod leak;
mod list;
mod listing;
mod log;
mod man;
mod output_formats;
mod owner_prompt;
mod pair;
mod passphrase;
mod picker;
mod profile;
mod profile_add;
mod profile_edit;
mod profile_remove;
mod progress;
mod protect;
mod proxy_option;
mod question;
mod read;
mod recover;
mod rollback;
mod rotate;
mod sandbox;
#[cfg(feature = "server")]
mod sandbox_serve;
mod schema;
mod secret_menu;
mod selector;
#[cfg(feature = "server")]
mod serve;
mod show;
mod show_id;
mod signer;
mod spelling;
mod status;
mod store;
mod store_move;
mod table;
mod trace_transport;
mod ui;
mod user;
mod user_rows;
mod verify;
mod words;
mod wrap;

use crate::cli::failure::Failure;
use crate::ops::Kind;
use clap::{CommandFactory, FromArgMatches, error::ErrorKind};
use command_line::Cli;
use context::{Context, Environment, in_no_home};
use std::ffi::OsString;
use std::process::ExitCode;
use ui::Ui;

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
        done.map_err(|failure| spelling::hinted(failure, &args, Cli::command)),
        json,
    )
}

/// The parsed command line. The tree of commands is not taken apart afterwards: that costs a tenth of a short command's time, and
/// the process ends soon.
fn parsed(args: &[OsString]) -> Result<Cli, clap::Error> {
    if let Some(cli) = command_tree::parsed(args) {
        return Ok(cli);
    }
    let mut tree = command_line::tree();
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
        ui::say_json(&error_object::Object::new(failure));
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
    ui::say(&format!("error: {}\n\n{}\n", lines(message), lines(rest)));
    ExitCode::from(2)
}
