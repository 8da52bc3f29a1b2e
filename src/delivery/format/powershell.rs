//! PowerShell: `akm env … --format powershell | Invoke-Expression`.

use super::super::environment::Assignment;
use super::push_escaped;

/// Appends a statement a line, since PowerShell pipes a program's output line by line.
///
/// Between single quotes PowerShell takes every character as it is but a single quote, which is doubled
/// (`about_Quoting_Rules`). Its tokenizer takes four typographic quotes for a single quote, too, and of two in a row it
/// keeps the second (`IsSingleQuote` in `CharTraits.cs`).
pub(super) fn write(text: &mut String, set: &[Assignment], unset: &[&str]) {
    for name in unset {
        text.extend(["Remove-Item Env:", name, " -ErrorAction SilentlyContinue\n"]);
    }
    for (name, value) in set {
        text.extend(["$env:", name, " = '"]);
        push_escaped(text, value, doubled);
        text.push_str("'\n");
    }
}

fn doubled(character: char) -> Option<&'static str> {
    match character {
        '\'' => Some("''"),
        '\u{2018}' => Some("\u{2018}\u{2018}"),
        '\u{2019}' => Some("\u{2019}\u{2019}"),
        '\u{201a}' => Some("\u{201a}\u{201a}"),
        '\u{201b}' => Some("\u{201b}\u{201b}"),
        _ => None,
    }
}
