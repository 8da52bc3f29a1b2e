//! What akm says under `--json`: one JSON object a line, on standard error, too; each is what its schema says.

use crate::support::{env::Ran, schema};
use serde_json::Value;

/// Fails where a line of standard error, or of standard output of a command that ends well, is not what its schema says. Of `exec` and
/// `serve` it is their child's as well.
#[track_caller]
pub(crate) fn check(args: &[&str], ran: &Ran) {
    let own = args.iter().position(|word| *word == "--");
    let own = &args[..own.unwrap_or(args.len())];
    let is_json = own.contains(&"--json") || own.windows(2).any(|two| two == ["-o", "json"]);
    if !is_json || own.iter().any(|word| ["exec", "serve"].contains(word)) {
        return;
    }
    fits("standard-error", &ran.stderr);
    let is_help = own
        .iter()
        .any(|word| ["--help", "-h", "--version", "-V"].contains(word));
    if ran.code == 0 && !is_help {
        fits(&command(own), &ran.stdout);
    }
}

/// The command's words: the first ones that a schema has the name of.
#[track_caller]
fn command(args: &[&str]) -> String {
    let pairs = args.windows(2).map(|two| two.join(" "));
    let mut names = pairs.chain(args.iter().map(ToString::to_string));
    let found = names.find(|name| schema::of(name).is_some());
    found.unwrap_or_else(|| panic!("{args:?}: no schema"))
}

#[track_caller]
fn fits(name: &str, lines: &str) {
    if lines.is_empty() {
        return;
    }
    let schema = schema::of(name).unwrap();
    for line in lines.lines() {
        let value: Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{name}: no JSON: {line}"));
        if let Err(why) = schema::check(&schema, &schema, &value) {
            panic!("{name}: {line}: {why}");
        }
    }
}

#[test]
#[should_panic(expected = "`more` is not in the schema")]
fn a_member_that_a_schema_does_not_know_is_caught() {
    fits("show-id", "{\"access_key_ids\":[\"LTAI1\"],\"more\":1}\n");
}

#[test]
#[should_panic(expected = "is not: required")]
fn a_member_that_is_missing_is_caught() {
    fits("show-id", "{}\n");
}

#[test]
#[should_panic(expected = "is not: anyOf")]
fn a_code_that_a_schema_does_not_know_is_caught() {
    fits(
        "standard-error",
        "{\"note\":{\"code\":\"strange\",\"message\":\"\"}}\n",
    );
}
