//! Words and forms that are no types of their own where they are printed.

#![expect(dead_code, reason = "only their schemas are read")]

use crate::cli::{pair::PairView, rotate::told};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

/// What is unfinished.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(in crate::cli) enum What {
    CreateUnanswered,
    Rotation,
    Rollback,
    Leak,
    Restore,
    SecretUnproven,
    Suspect,
}

/// How far the rotation, rollback or leak of an owner has come.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub(in crate::cli) enum OwnerState {
    None,
    Unfinished,
    Overlap,
    Grace,
    RolledBack,
    Leaked,
}

/// What `recover` finished.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(in crate::cli) enum Recovered {
    Rotated(told::View<'static>),
    Pair(PairView<'static>),
}

/// The codes of errors, as the topic `json` lists them.
pub(in crate::cli) fn error_code(_: &mut SchemaGenerator) -> Schema {
    let lines = part("code of an error, by its exit status:\n").lines();
    let codes = lines.map(|line| line.trim_start_matches(|c: char| c.is_ascii_digit()));
    let codes = codes.flat_map(codes_of).collect::<Vec<_>>();
    json_schema!({ "type": "string", "enum": codes })
}

/// The codes of notes and warnings, as the topic `json` lists them.
pub(in crate::cli) fn remark_code(_: &mut SchemaGenerator) -> Schema {
    let codes: Vec<&str> = codes_of(part("code of a note or a warning:\n")).collect();
    json_schema!({ "type": "string", "enum": codes })
}

/// The topic's text behind a heading, up to an empty line.
fn part(heading: &str) -> &'static str {
    let (_, text) = include_str!("../topics/json.txt")
        .split_once(heading)
        .unwrap();
    text.split("\n\n").next().unwrap()
}

fn codes_of(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split([',', ' ', '\n']);
    words.filter(|word| !word.is_empty())
}
