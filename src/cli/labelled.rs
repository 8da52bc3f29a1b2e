//! One thing as a person reads it: a line for each of its values, a label before each.

use super::escape::escape;

/// Returns the lines, escaped.
pub(super) fn lines<T: AsRef<str>>(rows: impl IntoIterator<Item = (&'static str, T)>) -> String {
    let line = |(label, value): (&str, T)| format!("{label:<16}{}\n", escape(value.as_ref()));
    rows.into_iter().map(line).collect()
}
