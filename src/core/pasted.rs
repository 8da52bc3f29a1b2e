//! Text as a person pastes it: unseen characters around it are no part of it, and one inside it is named.

/// Returns the text without the blanks, line ends, byte order marks and zero-width spaces around it.
pub(crate) fn trimmed(text: &str) -> &str {
    text.trim_matches(|char: char| char.is_whitespace() || "\u{feff}\u{200b}".contains(char))
}

/// Names the first character that does not belong in the text, by its place: ``character 5 is `=` ``. `None` where all belong.
pub(crate) fn first_wrong(text: &str, belongs: impl Fn(char) -> bool) -> Option<String> {
    let (at, wrong) = (1..)
        .zip(text.chars())
        .find(|(_, char): &(usize, char)| !belongs(*char))?;
    Some(match wrong {
        ' ' => format!("character {at} is a blank"),
        seen if seen.is_ascii_graphic() => format!("character {at} is `{seen}`"),
        // By its number: a person does not see it, or takes it for another.
        unseen => format!("character {at} is U+{:04X}", u32::from(unseen)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unseen_around_a_text_is_no_part_of_it() {
        for around in [
            "",
            " ",
            "\t",
            "\r\n",
            "\u{a0}",
            "\u{feff}",
            "\u{200b}",
            "\u{3000} ",
        ] {
            assert_eq!(
                trimmed(&format!("{around}a b{around}")),
                "a b",
                "{around:?}"
            );
        }
        assert_eq!(trimmed(" \r"), "");
    }

    #[test]
    fn the_first_character_that_does_not_belong_is_named() {
        let named = |text: &str| first_wrong(text, |char| char.is_ascii_alphanumeric());
        for (text, name) in [
            ("a b", "character 2 is a blank"),
            ("=b", "character 1 is `=`"),
            ("éb=", "character 1 is U+00E9"),
            ("ab\u{a0}c", "character 3 is U+00A0"),
            ("a\r", "character 2 is U+000D"),
        ] {
            assert_eq!(named(text).as_deref(), Some(name));
        }
        assert_eq!(named("ab"), None);
    }
}
