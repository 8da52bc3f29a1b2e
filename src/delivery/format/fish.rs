//! fish: `akm env … --format fish | source`.

use super::super::environment::Assignment;
use super::push_escaped;

/// Appends lines that erase each of `unset`, lines that set each variable, and `true`.
///
/// Variables that fish inherited are global. A universal variable is saved on disk for all of the user's shells, so it is
/// not erased but shadowed in this one: by an empty exported value, since fish exports a universal variable even where a
/// global one that is not exported has its name (seen with 3.6). Every known reader skips an empty value but
/// aliyun-python-sdk-core, which then signs with an empty pair and is refused.
///
/// Between single quotes fish takes all but `\'` and `\\` as it is (fish language, "Quotes"). `true` is there because
/// erasing what does not exist fails, and `set` passes an earlier status through.
pub(super) fn write(text: &mut String, set: &[Assignment], unset: &[&str]) {
    for name in unset {
        text.extend(["set -eg ", name, "; set -qU ", name]);
        text.extend(["; and set -gx ", name, " ''\n"]);
    }
    for (name, value) in set {
        text.extend(["set -gx ", name, " '"]);
        push_escaped(text, value, |c| match c {
            '\'' => Some(r"\'"),
            '\\' => Some(r"\\"),
            _ => None,
        });
        text.push_str("'\n");
    }
    text.push_str("true\n");
}
