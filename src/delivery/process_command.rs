//! The text that clients split into a program and its arguments, such as `process_command` of the `aliyun` CLI.
//!
//! No client uses a shell. Python, Go and the CLI since 3.4.9 split as POSIX does, with quotes; Java, Node.js and older CLIs split at
//! blanks and take a quote for a character of the argument. So quotes are written only where an argument needs them.

/// Returns the program and its arguments as one text. `words` are not empty.
pub(crate) fn joined(words: &[String]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    quoted.join(" ")
}

/// Tells whether every client splits this text right, those that know no quotes among them.
pub(crate) fn is_plain(command: &str) -> bool {
    command
        .chars()
        .all(|character| character == ' ' || is_safe(character))
}

/// Tells whether the command runs `akm credential-process`, by whatever path and with whatever options.
pub(crate) fn is_akm(command: &str) -> bool {
    let mut words = command
        .split_whitespace()
        .map(|word| word.trim_matches(['\'', '"']));
    words.any(|word| matches!(word.rsplit(['/', '\\']).next(), Some("akm" | "akm.exe")))
        && words.any(|word| word == "credential-process")
}

/// A word for a splitter that follows POSIX: between single quotes every character is itself.
fn quoted(word: &str) -> String {
    if !word.is_empty() && word.chars().all(is_safe) {
        return word.to_owned();
    }
    // A single quote cannot be between single quotes: double ones hold it.
    format!("'{}'", word.replace('\'', r#"'"'"'"#))
}

/// What no splitter treats in a special way.
fn is_safe(character: char) -> bool {
    character.is_ascii_alphanumeric() || "_@%+=:,./-".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_word_that_needs_quotes_has_them() {
        for (word, text) in [
            ("/usr/bin/akm", "/usr/bin/akm"),
            ("AKM_HOME=/a/b", "AKM_HOME=/a/b"),
            ("acs:ram::1:role/A.b-c_9", "acs:ram::1:role/A.b-c_9"),
            ("", "''"),
            ("/my dir/akm", "'/my dir/akm'"),
            ("a\"b", "'a\"b'"),
            ("$HOME", "'$HOME'"),
            ("a\\b", "'a\\b'"),
            ("a\tb", "'a\tb'"),
            ("é", "'é'"),
            ("it's", r#"'it'"'"'s'"#),
        ] {
            assert_eq!(quoted(word), text);
            assert_eq!(is_plain(text), word == text, "{text}");
        }
        assert_eq!(joined(&["a b".to_owned(), "c".to_owned()]), "'a b' c");
    }

    #[test]
    fn a_command_of_akms_is_known() {
        for (command, known) in [
            ("/usr/bin/akm -p prod credential-process -u alice", true),
            (
                "env AKM_HOME=/x '/my dir/akm' credential-process LTAI1",
                true,
            ),
            ("akm credential-process --self", true),
            ("akm list", false),
            ("credential-process akm", false),
            ("saml credential-process -p x", false),
            ("/usr/bin/takm credential-process", false),
            ("", false),
        ] {
            assert_eq!(is_akm(command), known, "{command}");
        }
    }
}
