//! The clipboard of a terminal: the escape sequence OSC 52 (xterm, "Operating System Commands"), which travels over SSH.

use crate::core::secret::Secret;
use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::fs::File;
use std::io::{self, Write};
use zeroize::Zeroizing;

/// The terminal of this process, whatever its standard streams are.
pub(crate) struct Terminal(File);

impl Terminal {
    /// Fails where there is none.
    pub(super) fn open() -> io::Result<Self> {
        File::options().write(true).open("/dev/tty").map(Self)
    }

    /// Asks the terminal to take the text over. It answers nothing: some refuse, and tmux wants `set-clipboard on`.
    pub(super) fn put(&mut self, text: &Secret) -> anyhow::Result<()> {
        let sequence = sequence(text);
        let written = self
            .0
            .write_all(sequence.as_bytes())
            .and_then(|()| self.0.flush());
        written.context("the terminal could not be written to")
    }
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
