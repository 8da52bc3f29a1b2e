//! Files in UTF-16, as Excel's "Unicode text" and the redirection of Windows PowerShell write them.

use zeroize::Zeroizing;

/// Returns the content in UTF-8: anew if it is UTF-16, by its byte order mark or, since no text begins with NUL, by a first character
/// that is half NUL; else as it is. What is no character becomes U+FFFD, which no id and no secret has.
pub(crate) fn in_utf8(content: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    match content[..] {
        [0xff, 0xfe, ..] => decoded(&content[2..], u16::from_le_bytes),
        [0xfe, 0xff, ..] => decoded(&content[2..], u16::from_be_bytes),
        [1..=u8::MAX, 0, ..] => decoded(&content, u16::from_le_bytes),
        [0, 1..=u8::MAX, ..] => decoded(&content, u16::from_be_bytes),
        _ => content,
    }
}

fn decoded(content: &[u8], unit: impl Fn([u8; 2]) -> u16) -> Zeroizing<Vec<u8>> {
    // Two bytes become at most three: the text never grows into another place, which would not be wiped.
    let mut text = Zeroizing::new(Vec::with_capacity(content.len() / 2 * 3 + 3));
    let (units, odd) = content.as_chunks();
    let chars = char::decode_utf16(units.iter().map(|pair| unit(*pair)))
        .map(|char| char.unwrap_or(char::REPLACEMENT_CHARACTER))
        .chain(odd.first().map(|_| char::REPLACEMENT_CHARACTER));
    for char in chars {
        text.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str, unit: impl Fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn utf_16_of_both_orders_is_read_with_and_without_its_mark() {
        let text = "AccessKey ID,名\n\u{1f511}";
        for (text, mark) in [(text.to_owned(), ""), (format!("\u{feff}{text}"), "mark")] {
            for content in [
                bytes(&text, u16::to_le_bytes),
                bytes(&text, u16::to_be_bytes),
            ] {
                let read = in_utf8(content.into());
                let read = std::str::from_utf8(&read).unwrap();
                assert_eq!(read, text.trim_start_matches('\u{feff}'), "{mark}");
            }
        }
    }

    #[test]
    fn what_is_no_utf_16_stays_as_it_is() {
        for content in [&b""[..], b"a", b"\xef\xbb\xbfid", b"id\0", b"\0\0a"] {
            assert_eq!(in_utf8(content.to_vec().into())[..], *content);
        }
    }

    #[test]
    fn half_a_character_is_none_that_a_pair_may_have() {
        for content in [&b"\xff\xfea\0b"[..], b"\xff\xfea\0\0\xd8"] {
            assert_eq!(
                in_utf8(content.to_vec().into())[..],
                *"a\u{fffd}".as_bytes()
            );
        }
    }
}
