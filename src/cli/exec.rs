//! `akm exec`

use super::{
    context::Context,
    hand_out::{Door, HandedOut, SessionArgs},
    selector::PairArgs,
};
use crate::cli::failure::Failure;
use crate::delivery::environment::{self, Assignment};
use crate::metadata::log::Action;
use crate::ops::{Kind, role_session::Freshness};
use crate::sys::exec::{self, Environment, Interpreter};
use clap::Args;
use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, IsTerminal};
use std::process::ExitCode;

/// Set for the program, so that a shell in a shell of akm's is seen.
pub(crate) const MARK: &str = "AKM_EXEC";
/// What opens akm's own store is for akm alone.
pub(crate) const OWN: [&str; 2] = ["AKM_PASSPHRASE", "AKM_PASSPHRASE_FILE"];

/// Run a command with the current pair in its environment
///
/// The command replaces akm: its signals, its descriptors and its exit status are its own. The pair is set under the names that the SDKs,
/// the aliyun CLI, Terraform and ossutil read, and what could win over it is unset. Without a command, on a terminal, your shell is
/// started. The command keeps the pair that it was started with: a rotation leaves the old one Active for the overlap.
///
/// It works where AKM_HOME is a read-only mount. A Kubernetes Secret volume is made of links, which akm refuses: copy it to a private
/// folder first.
#[derive(Debug, Args)]
#[command(after_long_help = examples![
    "akm exec alice -- aliyun ram ListUsers" => "one command with alice's current pair",
    "akm exec alice -- terraform plan" => "Terraform reads the same names",
    "akm exec alice --role-arn acs:ram::1234567890123456:role/deploy -- ./deploy" => "with a session of a role",
    "akm exec alice" => "your shell, until you leave it",
])]
pub(crate) struct Exec {
    #[command(flatten)]
    pair: PairArgs,
    #[command(flatten)]
    session: SessionArgs,
    /// Pass on only PATH, HOME, USER, SHELL, TERM, TZ, LANG, LC_* and the pair
    #[arg(long)]
    clean_env: bool,
    /// The command and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<OsString>,
}

impl Exec {
    pub(crate) fn run(&self, context: &Context) -> Result<ExitCode, Failure> {
        let command = self.command()?;
        let door = Door {
            action: Action::Exec,
            fresh: Freshness::Whole,
        };
        let handed = self.session.hand_out(context, &self.pair, door)?;
        if self.command.is_empty() {
            context.ui.note(
                "shell",
                &format!(
                    "this shell has the pair {} of {}; leave it with `exit`",
                    handed.chosen.pair.access_key_id, handed.chosen.owner
                ),
            );
        }
        self.start(&command, &handed)
    }

    /// The command, or the user's shell on a terminal.
    fn command(&self) -> Result<Vec<OsString>, Failure> {
        if !self.command.is_empty() {
            return Ok(self.command.clone());
        }
        let usage = |why: &str| Failure::new(Kind::Usage, "no command was named").because(why);
        if !io::stdin().is_terminal() {
            return Err(usage("a shell needs a terminal").hint("add `-- COMMAND`"));
        }
        if env::var_os(MARK).is_some() {
            let why = "this is a shell of akm's already";
            return Err(usage(why).hint("leave it with `exit` first, or add `-- COMMAND`"));
        }
        let shell = env::var_os("SHELL").filter(|shell| !shell.is_empty());
        Ok(vec![shell.unwrap_or_else(|| OsString::from("/bin/sh"))])
    }

    fn start(&self, words: &[OsString], handed: &HandedOut) -> Result<ExitCode, Failure> {
        let set = environment::assignments(&handed.credentials, region(handed));
        let mut unset = environment::stale(&set);
        unset.extend(OWN);
        let environment = Environment {
            set: with_mark(&set, handed.chosen.pair.access_key_id.as_str()),
            unset,
            only: self.clean_env.then_some(is_plain),
        };
        let command = exec::command(words, &environment);
        let command = command.ok_or_else(|| Failure::new(Kind::Usage, "no command was named"))?;
        exec::become_it(command).map_err(|error| not_started(&words[0], &error))
    }
}

fn with_mark<'a>(set: &[Assignment<'a>], mark: &'a str) -> Vec<(&'a str, &'a OsStr)> {
    let marked = [(MARK, mark)];
    let all = set.iter().copied().chain(marked);
    all.map(|(name, value)| (name, OsStr::new(value))).collect()
}

/// The profile's region, where the caller has none.
pub(crate) fn region(handed: &HandedOut) -> Option<&str> {
    handed.region.as_deref().filter(|_| !has_region())
}

/// Whether the caller chose a region.
pub(crate) fn has_region() -> bool {
    let chosen = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    environment::region_names().any(chosen)
}

fn is_plain(name: &str) -> bool {
    ["PATH", "HOME", "USER", "SHELL", "TERM", "TZ", "LANG"].contains(&name)
        || name.starts_with("LC_")
}

/// Why a program was not started: 127 where it is not there, 126 where it cannot be executed.
pub(crate) fn not_started(program: &OsStr, error: &io::Error) -> Failure {
    let interpreter = exec::interpreter(program);
    let program = program.to_string_lossy();
    if error.kind() == io::ErrorKind::NotFound {
        if let Some(interpreter) = interpreter {
            return no_interpreter(&program, &interpreter);
        }
        let message = format!("there is no program `{program}`");
        return Failure::new(Kind::NoSuchProgram, message).hint("look at its name and at PATH");
    }
    let message = format!("`{program}` cannot be executed");
    let failure = Failure::new(Kind::NotExecutable, message).because(error);
    if error.kind() == io::ErrorKind::ArgumentListTooLong {
        return failure.hint("the environment and the arguments are too large for this system");
    }
    failure
}

fn no_interpreter(program: &str, interpreter: &Interpreter) -> Failure {
    let (why, hint) = match interpreter {
        Interpreter::Named(name) => (
            format!("its interpreter `{name}` is not there"),
            "look at its first line",
        ),
        Interpreter::Unknown => (
            "what it needs to be loaded is not there".to_owned(),
            "look whether it was built for this system",
        ),
    };
    let message = format!("`{program}` cannot be executed");
    Failure::new(Kind::NotExecutable, message)
        .because(why)
        .hint(hint)
}
