//! The clipboard of a terminal: the escape sequence OSC 52 (xterm, "Operating System Commands"), which travels over SSH.

use crate::core::secret::Secret;
use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::ffi::OsString;
use std::fs::File;
use std::io::Write;
use std::process::{Command, Stdio};
use zeroize::Zeroizing;

/// The terminal of this process, whatever its standard streams are.
pub(crate) struct Terminal(File);

/// Why a terminal takes no text over.
pub(crate) enum Missing {
    /// There is no terminal at the other end of SSH.
    Terminal,
    /// The terminal shows what it is sent, since it knows no escape sequences.
    Sequences,
    /// It is `tmux`, whose option `set-clipboard` has this value: it drops the text.
    Tmux(String),
}

impl Terminal {
    pub(super) fn reach(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, Missing> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if set("SSH_CONNECTION").or_else(|| set("SSH_TTY")).is_none() {
            return Err(Missing::Terminal);
        }
        let terminal = File::options().write(true).open("/dev/tty");
        let terminal = terminal.map_err(|_| Missing::Terminal)?;
        if set("TERM").is_some_and(|kind| kind == "dumb") {
            return Err(Missing::Sequences);
        }
        match set("TMUX").and_then(|server| tmux_option(server, set("PATH"))) {
            Some(value) if value != "on" => Err(Missing::Tmux(value)),
            _ => Ok(Self(terminal)),
        }
    }

    /// Asks the terminal to take the text over. It answers nothing, and some refuse.
    pub(super) fn put(&mut self, text: &Secret) -> anyhow::Result<()> {
        let sequence = sequence(text);
        let written = self
            .0
            .write_all(sequence.as_bytes())
            .and_then(|()| self.0.flush());
        written.context("the terminal could not be written to")
    }
}

/// Returns the value of `set-clipboard`; `None` where `tmux` does not say. It gets nothing of the environment but what it needs.
fn tmux_option(server: OsString, path: Option<OsString>) -> Option<String> {
    let mut command = Command::new("tmux");
    command
        .args(["show-options", "-sv", "set-clipboard"])
        .env_clear()
        .env("TMUX", server)
        .envs(path.map(|path| ("PATH", path)))
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    let output = command.output().ok()?;
    let value = String::from_utf8(output.stdout).ok()?;
    let value = value.trim();
    (output.status.success() && !value.is_empty()).then(|| value.to_owned())
}

/// In one piece, so that nothing gets between.
fn sequence(text: &Secret) -> Zeroizing<String> {
    let (start, end) = ("\u{1b}]52;c;", "\u{7}");
    let text = text.expose();
    let mut sequence = Zeroizing::new(String::with_capacity(
        start.len() + text.len().div_ceil(3) * 4 + end.len(),
    ));
    sequence.push_str(start);
    STANDARD.encode_string(text, &mut sequence);
    sequence.push_str(end);
    sequence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_what_xterm_documents() {
        let text = Secret::new("a-secret".to_owned()).unwrap();
        assert_eq!(sequence(&text).as_str(), "\u{1b}]52;c;YS1zZWNyZXQ=\u{7}");
    }
}
