//! Foreign text made harmless before a terminal sees it: whatever came from the cloud, a file or another tool.

use std::fmt::Write;

/// Control characters (C0, C1, DEL), bidirectional marks and zero-width characters become `\u{…}`; all else stays.
pub(crate) fn escape(text: &str) -> String {
    text.chars()
        .fold(String::with_capacity(text.len()), |mut out, c| {
            if is_harmful(c) {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(c));
            } else {
                out.push(c);
            }
            out
        })
}

/// JSON with the same characters as its own escapes, which mean the same to a parser.
pub(crate) fn in_json(text: String) -> String {
    if !text.contains(is_harmful) {
        return text;
    }
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        if is_harmful(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(safe, "\\u{unit:04x}");
            }
        } else {
            safe.push(c);
        }
    }
    safe
}

fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::{escape, in_json};

    #[test]
    fn json_means_the_same_and_shows_nothing_harmful() {
        let text = "a\u{202e}b\u{9b}\u{e0041}\"\n é";
        let json = serde_json::to_string(text).unwrap();
        let safe = in_json(json);
        assert_eq!(safe, r#""a\u202eb\u009b\udb40\udc41\"\n é""#);
        assert_eq!(serde_json::from_str::<String>(&safe).unwrap(), text);
    }

    #[test]
    fn nothing_reaches_a_terminal_that_it_would_obey() {
        assert_eq!(escape("a\u{1b}[31mb\r\n"), "a\\u{1b}[31mb\\u{d}\\u{a}");
        assert_eq!(
            escape("\u{9b}0m\u{7f}\u{202e}\u{200b}\u{feff}"),
            "\\u{9b}0m\\u{7f}\\u{202e}\\u{200b}\\u{feff}"
        );
        assert_eq!(escape("plain é 漢"), "plain é 漢");
    }
}
