//! The calls to the cloud that a command makes, or plans.

use crate::support::env::{Env, Ran};

/// Service and action of each call, in their order.
pub(crate) fn calls(env: &Env, args: &[&str]) -> Vec<String> {
    let ran = env.akm(&[args, &["-v"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let lines = ran.stderr.lines();
    let lines = lines.filter_map(|line| line.strip_prefix("call: "));
    lines
        .map(|line| line.split_once(": ").unwrap().0.to_owned())
        .collect()
}

/// Service and action of each call that a dry run printed under `-v`, below what they are for.
pub(crate) fn words(dry: &Ran) -> Vec<String> {
    let words = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let lines = dry.stdout.lines();
    let calls = lines.filter_map(|line| line.strip_prefix("  "));
    calls.map(words).collect()
}

/// The same of each call that a command made, run with `-v`.
pub(crate) fn called(ran: &Ran) -> Vec<String> {
    let lines = ran.stderr.lines();
    let called = lines.filter_map(|line| line.strip_prefix("call: "));
    called
        .map(|line| line.split_once(": ").unwrap().0.to_owned())
        .collect()
}
