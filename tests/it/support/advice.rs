//! Follows what akm advises: each command line is run in a copy of the home where it was advised, and must not be refused there.

use crate::support::env::{Env, Ran};

/// Wrong usage, or refused by a rule: such a command line should not have been advised.
const REFUSED: [i32; 2] = [2, 4];
/// What was advised is not there. To a question that may be the answer.
const NOT_FOUND: i32 = 3;

/// They wait for a person, serve until they are ended, or ask the cloud itself.
const LEFT_OUT: [&str; 5] = ["exec", "serve", "sandbox", "profile", "store"];

/// Runs every command line that was advised. Those that lead to a server are only parsed: what they change is not in the home.
#[track_caller]
pub(crate) fn follow(env: &Env, args: &str, ran: &Ran) {
    let is_served = env.leads_to_a_server();
    for sequence in sequences(&ran.stderr) {
        let mut copy = None;
        for line in sequence {
            let words: Vec<&str> = line.split(' ').skip(1).collect();
            if words.iter().any(|word| is_placeholder(word)) || LEFT_OUT.contains(&words[0]) {
                break;
            }
            let copy = copy.get_or_insert_with(|| env.bystander());
            let followed = if is_served {
                copy.command(&[&words[..], &["--help"]].concat()).output()
            } else {
                copy.command(&words).output()
            };
            let followed = Ran::from(followed.unwrap());
            let asks = words.contains(&"list");
            let is_refused =
                REFUSED.contains(&followed.code) || followed.code == NOT_FOUND && !asks;
            assert!(
                !is_refused,
                "`akm {args}` advised `{line}`, which is refused:\n{}\n{}",
                ran.stderr, followed.stderr
            );
        }
    }
}

fn is_placeholder(word: &str) -> bool {
    let is_name = |letter: char| letter.is_ascii_uppercase() || letter == '_';
    word.contains('…') || word.len() > 1 && word.chars().all(is_name)
}

/// Command lines by what a person does with them: alternatives are apart, and what is to be run one after the other is one sequence.
fn sequences(said: &str) -> Vec<Vec<String>> {
    let mut sequences: Vec<Vec<String>> = Vec::new();
    for line in said.lines().filter(|line| is_advice(line)) {
        let mut before = "";
        for (place, part) in line.split('`').enumerate() {
            let is_command = place % 2 == 1 && part.starts_with("akm ");
            match sequences.last_mut() {
                Some(last) if is_command && follows(before) => last.push(part.to_owned()),
                _ if is_command => sequences.push(vec![part.to_owned()]),
                _ => (),
            }
            before = part;
        }
        if let Some(at) = line.find(": akm ").filter(|_| !line.contains('`')) {
            sequences.push(vec![line[at + 2..].to_owned()]);
        }
    }
    sequences
}

/// Under `--json` a hint is a text of the error. What a dry run advises for after the command is not for before it.
fn is_advice(line: &str) -> bool {
    if line.starts_with("hint: after that") || line.contains("\"hint\":\"after that") {
        return false;
    }
    let starts = ["next: ", "hint: ", "{\"error\":"];
    starts.iter().any(|start| line.starts_with(start))
}

/// Whether the next command line is to be run after the one before.
fn follows(between: &str) -> bool {
    let words = ["then", "once nothing", "brings back"];
    words.iter().any(|word| between.contains(word)) || between.trim() == "and"
}
