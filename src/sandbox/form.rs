//! Parameters as they stand in a query or a form body.

use crate::cloud::transport::Request;

/// Names and values of `a=b&c=d`, decoded: `+` and `%20` are blanks, a broken escape stands for itself.
pub(crate) fn decode(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|part| !part.is_empty())
        .map(|part| part.split_once('=').unwrap_or((part, "")))
        .map(|(name, value)| (decode_text(name), decode_text(value)))
        .collect()
}

/// The parameters in the body: none unless the request says that it is a form.
pub(super) fn of_body(request: &Request) -> Vec<(String, String)> {
    let form = request
        .header("content-type")
        .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if form {
        decode(&String::from_utf8_lossy(&request.body))
    } else {
        Vec::new()
    }
}

fn decode_text(text: &str) -> String {
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%').then(|| hex_byte(after)).flatten();
        decoded.push(match (first, escaped) {
            (_, Some(byte)) => byte,
            (b'+', _) => b' ',
            (byte, _) => *byte,
        });
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn hex_byte(text: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*text.get(at)?).to_digit(16);
    u8::try_from(digit(0)? * 16 + digit(1)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_sdks_send_and_survives_the_rest() {
        let expected = [
            ("a=b+c%20d", "a", "b c d"),
            ("a%2Ab=*~", "a*b", "*~"),
            ("a", "a", ""),
            ("=", "", ""),
            ("a=%", "a", "%"),
            ("a=%4", "a", "%4"),
            ("a=%zz%41", "a", "%zzA"),
            ("a=%E4%BD%A0&", "a", "你"),
            ("a=%ff", "a", "\u{fffd}"),
            ("a=é=b", "a", "é=b"),
        ];
        for (text, name, value) in expected {
            assert_eq!(
                decode(text),
                [(name.to_owned(), value.to_owned())],
                "{text}"
            );
        }
        assert!(decode("&&").is_empty());
    }
}
