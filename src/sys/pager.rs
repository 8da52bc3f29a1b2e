//! Programs that show a long text on the terminal, a page at a time.

use std::env;
use std::io::{self, ErrorKind, Write};
use std::process::{Command, Stdio};

/// Shows a man page by the system's `man`. An error where there is none, or it fails.
pub(crate) fn man(page: &[u8]) -> io::Result<()> {
    feed(Command::new("man").args(["-l", "-"]), page)
}

/// Shows a text by `$PAGER`, else by `less`, which leaves at once where the text fits the screen. An error where there is neither.
pub(crate) fn text(text: &[u8]) -> io::Result<()> {
    let pager = env::var("PAGER").unwrap_or_else(|_| "less".to_owned());
    let mut shell = Command::new("sh");
    // The shell reads the words of the variable, as for git; the text itself is no part of a command.
    shell.args(["-c", &pager]);
    if env::var_os("LESS").is_none() {
        shell.env("LESS", "FRX");
    }
    feed(&mut shell, text)
}

fn feed(program: &mut Command, text: &[u8]) -> io::Result<()> {
    for (name, _) in env::vars_os() {
        // What opens akm's own store is for akm alone.
        if name.to_string_lossy().starts_with("AKM_PASSPHRASE") {
            program.env_remove(name);
        }
    }
    let mut program = program.stdin(Stdio::piped()).spawn()?;
    if let Some(mut input) = program.stdin.take() {
        // Whoever leaves early has seen enough.
        let fed = input.write_all(text);
        fed.or_else(|error| match error.kind() {
            ErrorKind::BrokenPipe => Ok(()),
            _ => Err(error),
        })?;
    }
    match program.wait()? {
        status if status.success() => Ok(()),
        status => Err(io::Error::other(format!("it ended with {status}"))),
    }
}
