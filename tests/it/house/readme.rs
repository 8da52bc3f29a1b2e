//! The README's tour, run and compared line by line.

use crate::support::command_tree::all_commands;
use crate::support::env::{Env, named};
use std::process::Command;

fn readme() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap()
}

#[test]
fn the_tour_is_true() {
    let readme = readme();
    let (_, tour) = readme.split_once("```console\n").unwrap();
    let (tour, _) = tour.split_once("```").unwrap();
    let env = Env::bare();
    let mut shown: Vec<String> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    let mut steps = 0;
    for step in tour.split("$ ").filter(|step| !step.is_empty()) {
        let (command, expected) = step.split_once('\n').unwrap();
        let real = translated(command, &shown, &seen);
        let told = shell(&env, &real);
        remember(&mut shown, expected);
        remember(&mut seen, &told);
        assert_eq!(
            shown.len(),
            seen.len(),
            "{command}: other AccessKey IDs than the README has"
        );
        assert_eq!(
            without(&told, &seen),
            without(expected, &shown),
            "after `{command}`"
        );
        steps += 1;
    }
    assert!(steps > 5);
}

fn without(text: &str, ids: &[String]) -> String {
    named(text, &ids.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The README's ids stand for this run's, in the order of their first appearance.
fn translated(command: &str, shown: &[String], seen: &[String]) -> String {
    shown
        .iter()
        .zip(seen)
        .fold(command.to_owned(), |command, (shown, seen)| {
            command.replace(shown, seen)
        })
}

fn remember(ids: &mut Vec<String>, text: &str) {
    for (at, _) in text.match_indices("LTAI5tSANDBOX") {
        let id = text[at..].chars().take(24).collect::<String>();
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
}

/// Standard error first, as a terminal shows it when the data comes last.
fn shell(env: &Env, line: &str) -> String {
    let mut command = Command::new("bash");
    command.arg("-c").arg(line);
    env.dress(&mut command);
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_akm"))
        .parent()
        .unwrap();
    command.env("PATH", format!("{}:/usr/bin:/bin", folder.display()));
    let output = command.output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let said = said + &String::from_utf8(output.stdout).unwrap();
    said.replace(
        &env.home().display().to_string(),
        "/home/me/.local/share/akm",
    )
}

#[test]
fn it_is_read_in_a_few_minutes() {
    assert!(readme().len() <= 10_000, "{}", readme().len());
}

#[test]
fn its_policy_is_the_one_that_the_help_prints() {
    let readme = readme();
    let (_, policy) = readme.split_once("```json\n").unwrap();
    let (policy, _) = policy.split_once("```").unwrap();
    let topic = Env::bare().akm(&["help", "permissions"]).stdout;
    assert!(topic.contains(policy), "{topic}");
}

/// What it says of akm's own commands can be typed: each command line is parsed.
#[test]
fn every_command_of_it_is_known() {
    let readme = readme();
    let code = readme.split('`').skip(1).step_by(2);
    let lines = code
        .flat_map(|code| code.split(['\n', ';', '|']))
        .map(str::trim);
    let lines = lines.filter_map(|line| line.strip_prefix("akm ").or(line.strip_prefix("$ akm ")));
    let known = all_commands();
    let names: Vec<&str> = lines.filter_map(|line| line.split(' ').next()).collect();
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        assert!(
            known
                .iter()
                .any(|words| words.first().is_some_and(|it| it == name)),
            "{name}"
        );
    }
}
