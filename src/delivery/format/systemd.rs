//! systemd: the file that a unit's `EnvironmentFile=` names.

use super::super::environment::Assignment;
use super::push_escaped;

/// Appends a line for each variable, its value between double quotes.
///
/// There a backslash goes before `"`, `\`, `` ` `` and `$`, as in a shell's double quotes; no other character is special,
/// and nothing is expanded (systemd.exec(5), `EnvironmentFile=`).
pub(super) fn write(text: &mut String, set: &[Assignment]) {
    for (name, value) in set {
        text.extend([name, "=\""]);
        push_escaped(text, value, |c| match c {
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            '`' => Some("\\`"),
            '$' => Some("\\$"),
            _ => None,
        });
        text.push_str("\"\n");
    }
}
