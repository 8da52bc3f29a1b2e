//! How a command's examples are written: beside its arguments, once, for `--help`, `akm help` and the man pages.

/// Command lines, each with what it does in a remark before it, as a shell takes them. Every line is run by `tests/it/house/help.rs`;
/// `LTAI5tAbCdEfGhIjKlMnOp` stands for a pair that is there.
macro_rules! examples {
    ($($line:literal => $what:literal),+ $(,)?) => {
        concat!("Examples:", $("\n  # ", $what, "\n  ", $line),+)
    };
}
