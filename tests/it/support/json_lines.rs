//! What akm says under `--json`: one JSON object a line on standard error, too.

use crate::support::env::Ran;

const KINDS: [&str; 5] = ["note", "warning", "call", "progress", "error"];

/// Fails where a line of standard error is no object of one of the kinds. Of `exec` and `serve` it is their child's as well.
#[track_caller]
pub(crate) fn check(args: &[&str], ran: &Ran) {
    let own = args.iter().position(|word| *word == "--");
    let own = &args[..own.unwrap_or(args.len())];
    let is_json = own.contains(&"--json") || own.windows(2).any(|two| two == ["-o", "json"]);
    if !is_json || own.iter().any(|word| ["exec", "serve"].contains(word)) {
        return;
    }
    for line in ran.stderr.lines() {
        let object: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|_| panic!("{args:?}: no JSON: {line}"));
        let object = object.as_object().unwrap();
        let kind = object.keys().next().map(String::as_str).unwrap_or_default();
        assert!(
            object.len() == 1 && KINDS.contains(&kind),
            "{args:?}: {line}"
        );
        let message = &object[kind]["message"];
        assert!(message.is_string() || kind == "call", "{args:?}: {line}");
    }
}
