//! A power cut shows what a kill cannot: that names, too, are on the disk. The simulation takes for granted that its disk sees to
//! that; here it is seen to, call by call.

use crate::support::env::{Env, have};
use crate::support::strace::{self, Call};

/// A name that came, went, or is about to be relied on, and the folder that it is in.
struct Name<'a> {
    at: usize,
    call: &'a Call,
    folder: &'a str,
}

fn named(call: &Call) -> Option<(&str, &str)> {
    let path = call.line.split('"').rev().nth(1)?;
    path.rsplit_once('/')
}

/// What nobody relies on after a power cut: unfinished files, locks, the secret that tries a store, and what lies in a folder that goes
/// as a whole.
fn is_passing(folder: &str, file: &str) -> bool {
    let ending = file.rsplit_once('.').map_or(file, |(_, ending)| ending);
    let is_canary = file.starts_with("akm-canary-");
    folder.is_empty() || is_canary || ["tmp", "lock"].contains(&ending)
}

/// Each change of a name, and each file that is opened to go on with what an earlier run wrote.
fn names(calls: &[Call], mut logged: bool) -> Vec<Name<'_>> {
    let relies = |call: &Call| match call.name.as_str() {
        "mkdir" | "rename" | "unlink" | "linkat" | "unlinkat" => true,
        "openat" => call.line.contains(".journal\", O_RDWR|O_NONBLOCK"),
        _ => false,
    };
    // A file that grows is there from its first line on.
    let mut grows = |call: &Call| {
        let first = call.line.contains("O_APPEND") && !logged;
        logged |= first;
        first
    };
    let calls = calls.iter().enumerate();
    let made = calls.filter(|(_, call)| !call.line.contains(" = -1 "));
    let made = made.filter(|(_, call)| relies(call) || grows(call));
    let names = made.filter_map(|(at, call)| {
        let (folder, file) = named(call)?;
        (!is_passing(folder, file)).then_some(Name { at, call, folder })
    });
    names.collect()
}

/// Whether something else is begun here, of which another process or the next run may see the effect.
fn begins(call: &Call) -> bool {
    let answers = call.name == "write" && call.line.starts_with("write(1,");
    let makes = call.line.contains("O_EXCL") || call.line.contains("O_TMPFILE");
    let changes = ["mkdir", "rename", "unlink", "linkat", "pwrite64"].contains(&call.name.as_str());
    answers || makes || changes && !call.line.contains(" = -1 ")
}

/// Whether the folder is synced before anything else is begun.
fn is_synced(calls: &[Call], name: &Name) -> bool {
    let folder = format!("\"{}\", O_RDONLY|O_CLOEXEC", name.folder);
    let after = &calls[name.at + 1..];
    let until = after.iter().position(begins).unwrap_or(after.len());
    let mut pairs = after[..until].windows(2);
    pairs.any(|two| two[0].line.contains(&folder) && two[1].name == "fsync")
}

/// Whether the content is there before the name: a file that is given its name, or is gone on with.
fn has_content(calls: &[Call], name: &Name) -> bool {
    let syncs = |call: &Call| ["fsync", "fdatasync"].contains(&call.name.as_str());
    match name.call.name.as_str() {
        "rename" | "linkat" => calls[name.at - 4..name.at].iter().any(syncs),
        "openat" => {
            let (_, file) = name.call.line.rsplit_once(" = ").unwrap();
            let file = format!("({file})");
            let mut after = calls[name.at..].iter().take_while(|call| !begins(call));
            after.any(|call| syncs(call) && call.line.contains(&file))
        }
        _ => true,
    }
}

const KINDS: [&str; 6] = ["mkdir", "rename", "linkat", "unlink", "unlinkat", "openat"];

/// Runs it and looks at each name; gives back how many calls of each kind made, took or relied on one.
fn durable(env: &Env, args: &[&str]) -> [usize; 6] {
    let logged = env.home().join("log.jsonl").exists();
    let calls = strace::calls(env, args, 0);
    let names = names(&calls, logged);
    for name in &names {
        assert!(is_synced(&calls, name), "{args:?}: {}", name.call);
        assert!(has_content(&calls, name), "{args:?}: {}", name.call);
    }
    KINDS.map(|kind| names.iter().filter(|name| name.call.name == kind).count())
}

#[test]
fn names_are_made_durable_in_time() {
    if !have("strace") {
        return;
    }
    let env = Env::light();
    let csv = env.path("new.csv");
    let csv = csv.to_str().unwrap();
    let alice = ["--ram-user", "alice"];
    for (args, least) in [
        (
            &["create", alice[0], alice[1], "--csv", csv][..],
            [10, 9, 1, 1, 0, 1],
        ),
        (
            &["export", "--all", "--csv", csv, "--force"],
            [0, 1, 0, 0, 0, 0],
        ),
        (
            &["rotate", alice[0], alice[1], "--overlap", "0s"],
            [0, 4, 0, 0, 0, 0],
        ),
        (
            &["rotate", alice[0], alice[1], "--finish"],
            [0, 0, 0, 0, 0, 1],
        ),
        (&["sandbox", "reset", "-y"], [0, 0, 0, 2, 3, 0]),
    ] {
        let counts = durable(&env, args);
        let enough = counts
            .iter()
            .zip(least)
            .all(|(count, least)| *count >= least);
        assert!(enough, "{args:?}: {counts:?} of {KINDS:?}");
    }
}
