//! Writes environment variables for one reader each: how a value is quoted is that reader's rule.

mod dotenv;
mod fish;
mod json;
mod powershell;
mod shell;
mod systemd;
#[cfg(test)]
mod tests;

use super::environment::Assignment;
use crate::core::Invalid;
use zeroize::Zeroizing;

/// Who reads what is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// `docker run --env-file`, and other readers of `NAME=value` without quotes.
    Dotenv,
    /// `eval` of sh, bash, dash, zsh and ksh.
    Shell,
    /// `source` of fish.
    Fish,
    /// `Invoke-Expression` of PowerShell.
    Powershell,
    /// `EnvironmentFile=` of a systemd unit.
    Systemd,
    /// One JSON object.
    Json,
}

/// Returns the text that sets `set` and, where the reader is a shell, first unsets `unset`. It ends with a line's end.
///
/// [`Invalid`] where a value has a control character: a line break would end the value in most of these formats, and begin
/// a line of its own. The error names the variable, never the value.
pub(crate) fn write(
    format: Format,
    set: &[Assignment],
    unset: &[&str],
) -> Result<Zeroizing<String>, Invalid> {
    for (name, value) in set {
        if value.contains(char::is_control) {
            let why = format!("`{name}` would have a control character");
            return Err(Invalid::new("environment variable", why));
        }
    }
    // A text that grew would leave a copy of its first part behind, which nobody wipes.
    let mut text = Zeroizing::new(String::with_capacity(room(set, unset)));
    match format {
        Format::Dotenv => dotenv::write(&mut text, set),
        Format::Shell => shell::write(&mut text, set, unset),
        Format::Fish => fish::write(&mut text, set, unset),
        Format::Powershell => powershell::write(&mut text, set, unset),
        Format::Systemd => systemd::write(&mut text, set),
        Format::Json => json::write(&mut text, set),
    }
    Ok(text)
}

/// Returns how many bytes any format needs at most.
fn room(set: &[Assignment], unset: &[&str]) -> usize {
    // The shell's `'\''` is the longest escape of one byte; PowerShell has 16 bytes around an assignment.
    let set = set
        .iter()
        .map(|(name, value)| name.len() + 4 * value.len() + 32);
    // Fish names a variable three times, among 40 further bytes.
    let unset = unset.iter().map(|name| 3 * name.len() + 64);
    16 + set.chain(unset).sum::<usize>()
}

/// Appends `value`, each character as `escape` writes it, or as it is where that returns nothing.
fn push_escaped(text: &mut String, value: &str, escape: impl Fn(char) -> Option<&'static str>) {
    for character in value.chars() {
        match escape(character) {
            Some(escaped) => text.push_str(escaped),
            None => text.push(character),
        }
    }
}
