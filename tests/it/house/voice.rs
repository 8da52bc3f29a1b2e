//! Every text that the program can say, as its source has it, against the rules of speech that a machine can check.

use super::source;
use crate::support::command_tree::all_commands;
use crate::support::env::Env;

/// Words whose everyday sense is another one, each with what is said instead.
const BANNED: [(&str, &str); 15] = [
    ("held", "saved"),
    ("hold", "have, keep"),
    ("holds", "has, keeps"),
    ("told", "said"),
    ("word", "option, argument"),
    ("rests", "is saved"),
    ("mend", "fix"),
    ("lift", "remove"),
    ("lifted", "removed"),
    ("meant", "selected"),
    ("stands", "is"),
    ("all the same", "anyway"),
    ("is open", "is unfinished"),
    ("go on", "continue"),
    ("goes on", "continues"),
];

struct Text {
    file: String,
    /// What the literal is given to: the code before it, without blanks and `&format!(`.
    taker: String,
    said: String,
}

impl Text {
    fn is_taken_by(&self, takers: &[&str]) -> bool {
        takers.iter().any(|taker| self.taker.ends_with(taker))
    }
}

/// The program's code without comments and tests of its own.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

/// The texts between double quotes, each with what comes before it.
fn literals(file: &str, code: &str) -> Vec<Text> {
    let (mut found, mut begin, mut at) = (Vec::new(), None, 0);
    while at < code.len() {
        match (code.as_bytes()[at], begin) {
            (b'\\', Some(_)) => at += 1,
            (b'\'', None) if code[at..].starts_with("'\"'") => at += 2,
            (b'"', None) => begin = Some(at),
            (b'"', Some(start)) => {
                found.push(text(file, &code[..start], &code[start + 1..at]));
                begin = None;
            }
            _ => (),
        }
        at += 1;
    }
    found
}

fn text(file: &str, before: &str, said: &str) -> Text {
    let from = before.len().saturating_sub(200);
    let from = (from..=before.len())
        .find(|at| before.is_char_boundary(*at))
        .unwrap();
    let taker: String = before[from..].split_whitespace().collect();
    let taker = taker.strip_suffix("format!(").unwrap_or(&taker);
    let taker = taker.strip_suffix('&').unwrap_or(taker);
    let mut lines = said.split("\\\n");
    let first = lines.next().unwrap_or_default().to_owned();
    Text {
        file: file.to_owned(),
        taker: taker.to_owned(),
        said: lines.fold(first, |whole, line| whole + line.trim_start()),
    }
}

/// Every text of several words in the rooms whose texts a person can see.
fn all() -> Vec<Text> {
    let unseen = [
        "sandbox/",
        "exhaustive/",
        "simulation/",
        "together/",
        "main.rs",
    ];
    let files = source::texts().into_iter();
    let files = files.filter(|(file, _)| !unseen.iter().any(|room| file.starts_with(room)));
    let files = files.filter(|(file, _)| !file.ends_with("tests.rs"));
    let texts = files.flat_map(|(file, text)| literals(&file, &code(&text)));
    texts
        .filter(|text| text.said.trim().contains(' '))
        .collect()
}

fn banned_in(said: &str) -> Option<&'static (&'static str, &'static str)> {
    let plain = said
        .split('{')
        .map(|part| part.split_once('}').map_or(part, |(_, rest)| rest));
    let plain: String = plain.collect::<Vec<_>>().join("{}");
    let is_letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || "-_".contains(c));
    BANNED.iter().find(|(word, _)| {
        plain.match_indices(word).any(|(at, _)| {
            !is_letter(plain[..at].chars().next_back())
                && !is_letter(plain[at + word.len()..].chars().next())
        })
    })
}

/// Fails with all that is wrong.
fn none_of(wrong: impl Iterator<Item = String>) {
    let wrong: Vec<String> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn at_least(count: usize, texts: Vec<Text>) -> Vec<Text> {
    assert!(
        texts.len() >= count,
        "only {} texts were found",
        texts.len()
    );
    texts
}

#[test]
fn no_text_has_a_word_whose_everyday_sense_is_another() {
    none_of(at_least(900, all()).iter().filter_map(|text| {
        let (word, better) = banned_in(&text.said)?;
        Some(format!(
            "{}: not {word}, but {better}: {}",
            text.file, text.said
        ))
    }));
}

#[test]
fn no_help_has_a_word_whose_everyday_sense_is_another() {
    let env = Env::new();
    none_of(all_commands().iter().flat_map(|words| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let help = env.akm(&[&words[..], &["--help"]].concat()).stdout;
        let lines = help.lines().filter(|line| banned_in(line).is_some());
        let lines = lines.map(|line| format!("{}: {line}", words.join(" ")));
        lines.collect::<Vec<_>>()
    }));
}

/// A result: a capital letter, and a full stop.
#[test]
fn each_result_is_a_sentence() {
    let results = all()
        .into_iter()
        .filter(|text| text.is_taken_by(&["result("]));
    none_of(at_least(25, results.collect()).iter().filter_map(|text| {
        let begin = |c: char| c.is_uppercase() || c.is_ascii_digit() || c == '{';
        let is_sentence = text.said.starts_with(begin) && text.said.ends_with(['.', '}']);
        (!is_sentence).then(|| format!("{}: {}", text.file, text.said))
    }));
}

/// An error: no capital letter but a name's, and no full stop.
#[test]
fn each_error_begins_small_and_has_no_full_stop() {
    let takers = [
        "Text::new(",
        "Failure::new(Kind::Usage,",
        "Failure::new(Kind::Failed,",
        "Failure::new(Kind::Refused,",
    ];
    let names = ["AccessKey", "RAM ", "JSON", "Ctrl-C", "Alibaba"];
    // `inquire` has a `Text` of its own, for a question.
    let errors = all()
        .into_iter()
        .filter(|text| text.is_taken_by(&takers) && text.file != "cli/owner_prompt.rs");
    none_of(at_least(80, errors.collect()).iter().filter_map(|text| {
        let is_name = names.iter().any(|name| text.said.starts_with(name));
        let begins_small = is_name || !text.said.starts_with(char::is_uppercase);
        let is_right = begins_small && !text.said.ends_with('.');
        (!is_right).then(|| format!("{}: {}", text.file, text.said))
    }));
}
