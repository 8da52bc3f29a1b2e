//! The text that clients split into a program and its arguments, such as `process_command` of the `aliyun` CLI.
//!
//! No client uses a shell. Python, Go and the CLI since 3.4.9 split as POSIX does, with quotes; Java, Node.js and older CLIs split at
//! blanks and take a quote for a character of the argument. So quotes are written only where an argument needs them.

use crate::sys::program;
use std::path::Path;
use std::str::Chars;

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

/// Tells whether the command runs `akm credential-process`, with whatever options: a program named akm by whatever path, or the program
/// that runs now, whatever its file is named.
pub(crate) fn is_akm(command: &str) -> bool {
    is_akm_or(command, program::path().ok().as_deref())
}

fn is_akm_or(command: &str, running: Option<&Path>) -> bool {
    let named = command
        .split_whitespace()
        .map(|word| word.trim_matches(['\'', '"']).to_owned());
    let is_named = |word: &String| {
        let name = word.rsplit(['/', '\\']).next();
        matches!(name, Some("akm" | "akm.exe"))
    };
    let is_running = |word: &String| running.is_some_and(|path| path == Path::new(word));
    runs_credential_process(named, is_named)
        || words(command).is_some_and(|words| runs_credential_process(words, is_running))
}

fn runs_credential_process(
    words: impl IntoIterator<Item = String>,
    is_program: impl Fn(&String) -> bool,
) -> bool {
    let mut words = words.into_iter();
    words.any(|word| is_program(&word)) && words.any(|word| word == "credential-process")
}

/// Returns the program and its arguments, split as POSIX does it. `None` where a quote or a backslash is left open.
pub(crate) fn words(command: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = command.chars();
    while let Some(character) = characters.next() {
        match character {
            ' ' | '\t' | '\n' => words.extend(word.take()),
            '\'' | '"' => quoted_part(&mut characters, character, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(characters.next()?),
            other => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    Some(words)
}

/// Reads up to the quote that closes. Between double quotes a backslash is one, unless a sign follows that would mean more than itself.
fn quoted_part(characters: &mut Chars, quote: char, word: &mut String) -> Option<()> {
    loop {
        match characters.next()? {
            character if character == quote => return Some(()),
            '\\' if quote == '"' => {
                let next = characters.next()?;
                if !"$`\"\\\n".contains(next) {
                    word.push('\\');
                }
                word.push(next);
            }
            character => word.push(character),
        }
    }
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

    #[test]
    fn the_running_program_is_akm_whatever_its_file_is_named() {
        for (command, known) in [
            ("/opt/akm-1.2 -p prod credential-process -u alice", true),
            ("env AKM_HOME=/x /opt/akm-1.2 credential-process", true),
            ("/opt/akm-1.3 credential-process", false),
            ("akm-1.2 credential-process", false),
            ("/opt/akm-1.2 list", false),
        ] {
            let running = Path::new("/opt/akm-1.2");
            assert_eq!(is_akm_or(command, Some(running)), known, "{command}");
            assert!(!is_akm_or(command, None), "{command}");
        }
        let odd = "/my dir/it's 1.2";
        let command = joined(&[odd.to_owned(), "credential-process".to_owned()]);
        assert!(is_akm_or(&command, Some(Path::new(odd))));
    }

    #[test]
    fn a_command_is_split_as_posix_does_it() {
        let split = |command| words(command).map(|words| words.join("|"));
        for (command, expected) in [
            ("a  b\tc", Some("a|b|c")),
            ("'a b'c \"d e\"", Some("a bc|d e")),
            (r#"a\ b "\$\x\"" '\'"#, Some(r#"a b|$\x"|\"#)),
            ("'' a", Some("|a")),
            ("", Some("")),
            ("'a", None),
            ("\"a\\", None),
            ("a\\", None),
        ] {
            assert_eq!(split(command).as_deref(), expected, "{command}");
        }
        for word in ["a b", "it's", "\\", "$\"`", "é", ""] {
            assert_eq!(words(&quoted(word)), Some(vec![word.to_owned()]));
        }
    }
}
