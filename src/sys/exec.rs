//! Starting a program with credentials in its environment.

use super::harden;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// How the environment of a program differs from akm's own. Names and values are bytes: what is not UTF-8 passes unchanged.
pub(crate) struct Environment<'a> {
    pub(crate) set: Vec<(&'a str, &'a OsStr)>,
    pub(crate) unset: Vec<&'a str>,
    /// Of the caller's variables, only these are passed on; all of them where it is absent.
    pub(crate) only: Option<fn(&str) -> bool>,
}

/// Returns the command of a program and its arguments; `None` where no program is named.
pub(crate) fn command(words: &[OsString], environment: &Environment<'_>) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    command.args(arguments);
    if let Some(passes) = environment.only {
        command.env_clear();
        let passing = std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(passes));
        command.envs(passing);
    }
    for name in &environment.unset {
        command.env_remove(name);
    }
    command.envs(environment.set.iter().copied());
    Some(command)
}

/// Becomes the program: on Unix the process goes on as it, so that signals, descriptors and the exit status are its own. Comes back only
/// with the reason why it could not be started.
#[cfg(unix)]
pub(crate) fn become_it(mut command: Command) -> Result<ExitCode, io::Error> {
    use std::os::unix::process::CommandExt;
    Err(harden::with_the_callers_limits(|| command.exec()))
}

/// Runs the program to its end.
#[cfg(not(unix))]
pub(crate) fn become_it(mut command: Command) -> Result<ExitCode, io::Error> {
    let status = harden::with_the_callers_limits(|| command.status())?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}

/// What runs a program: the system says of a program whose interpreter is missing that the program is.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Interpreter {
    /// The first line of a script names it.
    Named(String),
    /// The program's own format does.
    Unknown,
}

/// Returns what runs the program, where the program is there; `None` where there is no such program, in PATH or by its path.
pub(crate) fn interpreter(program: &OsStr) -> Option<Interpreter> {
    let mut start = Vec::new();
    let file = File::open(found(program)?).ok();
    let read = file.map(|file| file.take(LONGEST_LINE).read_to_end(&mut start));
    let line = start.strip_prefix(b"#!").filter(|_| read.is_some());
    let words = line.and_then(|line| line.split(|byte| *byte == b'\n').next());
    let words = words.map(|words| String::from_utf8_lossy(words).into_owned());
    let name = words.and_then(|words| {
        let blank = |c: char| c == ' ' || c == '\t';
        words
            .split(blank)
            .find(|word| !word.is_empty())
            .map(str::to_owned)
    });
    Some(name.map_or(Interpreter::Unknown, Interpreter::Named))
}

/// How much of a script's first line Linux reads.
const LONGEST_LINE: u64 = 256;

fn found(program: &OsStr) -> Option<PathBuf> {
    let path = Path::new(program);
    if path.components().count() > 1 || path.is_absolute() {
        return path.is_file().then(|| path.to_owned());
    }
    let folders = std::env::var_os("PATH")?;
    let mut paths = std::env::split_paths(&folders).map(|folder| folder.join(path));
    paths.find(|path| path.is_file())
}
