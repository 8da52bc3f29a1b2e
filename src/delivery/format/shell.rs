//! sh, bash, dash, zsh and ksh: `eval "$(akm env …)"`.

use super::super::environment::Assignment;
use super::push_escaped;

/// Appends one `unset` for all of `unset`, and an `export` for each variable.
///
/// Between single quotes a shell takes every character as it is (POSIX, XCU 2.2.2); a single quote ends them, stands
/// escaped, and opens them again. So no two quotes ever follow each other inside, which zsh's RC_QUOTES would read as one.
pub(super) fn write(text: &mut String, set: &[Assignment], unset: &[&str]) {
    if !unset.is_empty() {
        text.push_str("unset");
        for name in unset {
            text.extend([" ", name]);
        }
        text.push('\n');
    }
    for (name, value) in set {
        text.extend(["export ", name, "='"]);
        push_escaped(text, value, |c| (c == '\'').then_some(r"'\''"));
        text.push_str("'\n");
    }
}
