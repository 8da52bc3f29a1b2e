//! Every command line that is advised is one that akm takes.

use crate::cli::command_line::Cli;
use clap::CommandFactory;
use std::fs;
use std::path::Path;

const ID: &str = "LTAI5tAbCdEfGhIjKlMnOp";
/// What stands in the place of a value, by its name in the text.
const VALUES: [(&str, &str); 10] = [
    ("{id}", ID),
    ("{new}", ID),
    ("{old}", ID),
    ("{selector}", "--ram-user alice"),
    ("{name}", "prod"),
    ("{with}", "prod"),
    ("{here}", "prod"),
    ("{profile}", "prod"),
    ("{force}", " --force"),
    ("{0}", "--ram-user alice"),
];

fn texts(folder: &Path, found: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            texts(&path, found);
        } else if !path.ends_with("tests.rs") {
            found.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}

/// What is in backquotes and begins with the program's name.
fn advised(texts: &str) -> Vec<String> {
    let code = texts
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let code: Vec<&str> = code.collect();
    let code = code.join("\n");
    let quoted = code.split('`').skip(1).step_by(2);
    let lines = quoted.filter(|text| text.starts_with("akm "));
    lines.map(str::to_owned).collect()
}

/// A text may name a command without what it is to work on: the CSV that is downloaded has no name yet.
const NAMED_ALONE: &str = "akm import";

fn is_taken(line: &str) -> bool {
    let words = line.split_whitespace();
    Cli::command().try_get_matches_from(words).is_ok()
}

#[test]
fn every_advised_command_line_is_taken() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/cli/words");
    let mut found = String::new();
    texts(&root, &mut found);
    let lines = advised(&found);
    assert!(lines.len() > 60, "{} were found", lines.len());
    for line in lines.into_iter().filter(|line| line != NAMED_ALONE) {
        let named = VALUES.iter().fold(line.clone(), |line, (name, value)| {
            line.replace(name, value)
        });
        // A value without a name is a pair or an owner.
        let mut tried = [ID, "--ram-user alice", "alice"]
            .iter()
            .map(|value| named.replace("{}", value));
        assert!(tried.any(|line| is_taken(&line)), "{line}");
    }
}
