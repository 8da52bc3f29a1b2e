//! The forms in which a secret may show.

use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD, Engine};

/// A text in the guises that a program may give it by accident.
pub(crate) fn guises(secret: &str) -> Vec<Vec<u8>> {
    let bytes = secret.as_bytes();
    let each = |form: fn(&u8) -> String, between: &str| {
        let parts: Vec<String> = bytes.iter().map(form).collect();
        parts.join(between).into_bytes()
    };
    let mut guises = vec![
        bytes.to_vec(),
        secret.to_ascii_lowercase().into_bytes(),
        each(|byte| format!("{byte:02x}"), ""),
        each(|byte| format!("{byte:02X}"), ""),
        each(|byte| format!("{byte:02x}"), " "),
        each(|byte| format!("%{byte:02X}"), ""),
        each(|byte| format!("\\x{byte:02x}"), ""),
        each(u8::to_string, ","),
        each(u8::to_string, ", "),
        secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        secret.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        bytes.iter().rev().copied().collect(),
    ];
    guises.extend(base64_inside(bytes));
    guises
}

/// Base64 of a text that begins anywhere in a longer one: for each of the three places the characters that depend on it alone.
pub(crate) fn base64_inside(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for before in 0..3 {
        let longer = [&b"\0\0"[..before], bytes].concat();
        let first = (before * 8).div_ceil(6);
        let last = longer.len() * 8 / 6;
        for text in [
            BASE64_STANDARD_NO_PAD.encode(&longer),
            BASE64_URL_SAFE_NO_PAD.encode(&longer),
        ] {
            found.push(text.as_bytes()[first..last].to_vec());
        }
    }
    found
}

pub(crate) fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    // The first byte is looked for by itself: most places fail there.
    let (first, rest) = needle.split_first().unwrap();
    let mut from = haystack;
    while let Some(at) = from.iter().position(|byte| byte == first) {
        from = &from[at + 1..];
        if from.starts_with(rest) {
            return true;
        }
    }
    false
}
