//! The SDKs' credentials file, an INI file: one section taken out of it, every other byte kept.
//!
//! Sections, keys and comments are read as `import` reads them.

use super::aliyun_config::is_secret;
use crate::core::secret::Secret;
use zeroize::Zeroizing;

/// The mark that some editors put before the text. It stays where it is.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// Returns the text without the sections of this name: each from its header to its last line that is neither blank nor a comment. The
/// comments behind that may be the next section's.
pub(crate) fn without_section(text: &str, section: &str) -> Zeroizing<String> {
    // Sized at once: a text that grows leaves copies of the file's secrets behind.
    let mut left = Zeroizing::new(String::with_capacity(text.len()));
    let (mark, text) = split_mark(text);
    left.push_str(mark);
    let (mut inside, mut undecided) = (false, 0);
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let end = start + line.len();
        if let Some(name) = header(line) {
            if inside {
                left.push_str(&text[undecided..start]);
            }
            inside = name == section;
        }
        if !inside {
            left.push_str(line);
        } else if !is_blank_or_comment(line) {
            undecided = end;
        }
        start = end;
    }
    if inside {
        left.push_str(&text[undecided..]);
    }
    left
}

/// Tells whether a section has a value named like a secret, in a comment too, that is not `secret`: it would be lost with the section.
pub(crate) fn has_other_secrets(text: &str, section: &str, secret: &Secret) -> bool {
    let mut inside = false;
    text.lines().any(|line| {
        if let Some(name) = header(line) {
            inside = name == section;
            return false;
        }
        let end = harmless(line, secret);
        let value = line[end..].trim();
        inside && end > 0 && !value.is_empty() && !secret.is_in(value)
    })
}

/// Returns the text without the values of keys that are named like secrets, in comments too, and without every line that has
/// `secret` or may continue such a value.
pub(crate) fn without_secrets(text: &str, secret: &Secret) -> Zeroizing<String> {
    let mut left = Zeroizing::new(String::with_capacity(text.len()));
    let (mark, text) = split_mark(text);
    left.push_str(mark);
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        left.push_str(&content[..harmless(content, secret)]);
        left.push_str(&line[content.len()..]);
    }
    left
}

/// Returns how many bytes of a line come before what may be secret.
fn harmless(line: &str, secret: &Secret) -> usize {
    let setting = line.trim_start_matches(|sign: char| sign.is_whitespace() || "#;".contains(sign));
    let before = line.len() - setting.len();
    let harmless = match setting.find(['=', ':']) {
        Some(at) if is_secret(setting[..at].trim()) => before + at + 1,
        None if !is_blank_or_comment(line) && header(line).is_none() => 0,
        _ => line.len(),
    };
    if secret.is_in(&line[..harmless]) {
        return 0;
    }
    harmless
}

fn split_mark(text: &str) -> (&str, &str) {
    let at = if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    };
    text.split_at(at)
}

fn header(line: &str) -> Option<&str> {
    let (name, _) = line.trim().strip_prefix('[')?.split_once(']')?;
    Some(name.trim())
}

fn is_blank_or_comment(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with(['#', ';'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_secrets_of_a_section_are_seen() {
        let secret = Secret::new("imported".to_owned()).unwrap();
        let has =
            |lines: &str| has_other_secrets(&format!("[b]\nx = 1\n[a]\n{lines}"), "a", &secret);
        assert!(!has(
            "access_key_id = LTAI\naccess_key_secret = imported\nsts_token =\n"
        ));
        assert!(!has(
            "# a remark\naccess_key_secret=imported\n[c]\nprivate_key = other\n"
        ));
        for other in [
            "# access_key_secret = other\n",
            "private_key = other\naccess_key_secret = imported",
            "; sts_token: other",
        ] {
            assert!(has(other), "{other}");
        }
    }

    #[test]
    fn a_section_goes_and_every_other_byte_stays() {
        for (text, left) in [
            ("[a]\nk = 1\n", ""),
            (
                "[a]\nk = 1\n\n# of b\n[b]\nk = 2\n",
                "\n# of b\n[b]\nk = 2\n",
            ),
            ("# top\r\n[ a ]\r\nk = 1\r\n[b]\r\n", "# top\r\n[b]\r\n"),
            ("[b]\nx\n[a]\nk = 1\n  more\n; end", "[b]\nx\n; end"),
            ("[a]\n# inside\nk = 1\n[b]\n[a]\nk = 2\n[c]", "[b]\n[c]"),
            ("\u{feff}[a]\nk = 1\n[b]\n", "\u{feff}[b]\n"),
            ("[a] # note\n[b]\nk = [a]\n", "[b]\nk = [a]\n"),
            ("[A]\nk = 1\n", "[A]\nk = 1\n"),
            ("", ""),
        ] {
            assert_eq!(without_section(text, "a").as_str(), left, "{text:?}");
        }
    }

    #[test]
    fn no_secret_is_in_the_copy_and_all_else_is() {
        let secret = Secret::new("marker".to_owned()).unwrap();
        for (text, left) in [
            ("access_key_id = X\n", "access_key_id = X\n"),
            ("Access_Key_Secret: m # c\r\n", "Access_Key_Secret:\r\n"),
            ("  # access_key_secret = m\n", "  # access_key_secret =\n"),
            ("security_token=m", "security_token="),
            ("note = a marker\n[x]\n", "\n[x]\n"),
            ("# marker = 1\ntoken = marker", "\ntoken ="),
            ("[x]\nk = 1\n  more\n; end", "[x]\nk = 1\n\n; end"),
            ("\u{feff}private_key = m", "\u{feff}private_key ="),
        ] {
            assert_eq!(without_secrets(text, &secret).as_str(), left, "{text:?}");
        }
    }
}
