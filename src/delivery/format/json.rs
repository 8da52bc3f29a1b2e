//! JSON: one object, a member for each variable.

use super::super::environment::Assignment;
use super::push_escaped;

/// Appends the object and a line's end.
///
/// It is written here, so that no buffer of a library keeps a copy. Only `"` and `\` need an escape: the caller has
/// refused control characters (RFC 8259, section 7).
pub(super) fn write(text: &mut String, set: &[Assignment]) {
    text.push('{');
    for (position, (name, value)) in set.iter().enumerate() {
        let separator = if position == 0 { "\"" } else { ",\"" };
        text.extend([separator, name, "\":\""]);
        push_escaped(text, value, |c| match c {
            '"' => Some("\\\""),
            '\\' => Some("\\\\"),
            _ => None,
        });
        text.push('"');
    }
    text.push_str("}\n");
}
