//! akm under `strace`: which calls it makes, and one of them made to fail or to be its last.

use crate::support::env::{Env, Ran};
use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// A call by its name and its number among those of that name, in its thread: `strace` counts them so.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) number: usize,
    /// Whether the thread that the program begins with makes it.
    pub(crate) first_thread: bool,
    /// The call as `strace` prints it.
    pub(crate) line: String,
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}: {}", self.name, self.number, self.line)
    }
}

fn strace(env: &Env, options: &[&str], args: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command
        .args(["-f", "-o"])
        .arg(env.path("trace"))
        .args(options);
    command.arg("--").arg(env!("CARGO_BIN_EXE_akm")).args(args);
    env.dress(&mut command);
    command
}

/// Says at how many points a run was struck.
#[expect(
    clippy::print_stdout,
    reason = "a figure for whoever runs it with --nocapture"
)]
pub(crate) fn count(what: &str, points: usize, args: &[&str]) {
    println!("points: {points} {what}: akm {}", args.join(" "));
}

/// Every call that a run makes, in order. The run itself must end with `code`.
#[track_caller]
pub(crate) fn calls(env: &Env, args: &[&str], code: i32) -> Vec<Call> {
    let ran = Ran::from(strace(env, &[], args).output().unwrap());
    assert_eq!(ran.code, code, "{}", ran.stderr);
    parsed(&std::fs::read_to_string(env.path("trace")).unwrap())
}

fn parsed(trace: &str) -> Vec<Call> {
    let (mut counted, mut unfinished) = (HashMap::new(), HashMap::new());
    let (mut calls, mut first) = (Vec::<Call>::new(), None);
    for line in trace.lines() {
        let (thread, told) = line.split_once(' ').unwrap();
        let first_thread = *first.get_or_insert(thread) == thread;
        let told = told.trim_start();
        // Another thread's call stands between a call and its end.
        if let Some((_, end)) = told.split_once(" resumed>") {
            let at: usize = unfinished.remove(thread).unwrap();
            calls[at].line.push_str(end);
            continue;
        }
        let Some((name, _)) = told.split_once('(') else {
            continue;
        };
        if name.starts_with(['+', '-']) {
            continue;
        }
        let told = told.strip_suffix(" <unfinished ...>").map_or(told, |told| {
            unfinished.insert(thread, calls.len());
            told
        });
        let number = counted.entry((thread, name)).or_insert(0);
        *number += 1;
        calls.push(Call {
            name: name.to_owned(),
            number: *number,
            first_thread,
            line: told.to_owned(),
        });
    }
    calls
}

/// Kills a run when it is about to make the call.
#[track_caller]
pub(crate) fn killed(env: &Env, call: &Call, args: &[&str]) {
    assert!(kills(env, call, args), "{call} was not made");
}

/// [`killed`]; gives back whether the run made the call.
pub(crate) fn kills(env: &Env, call: &Call, args: &[&str]) -> bool {
    let inject = format!("inject={}:signal=KILL:when={}", call.name, call.number);
    let trace = format!("trace={}", call.name);
    let mut command = strace(env, &["-e", &trace, "-e", &inject], args);
    let status = command.output().unwrap().status;
    std::fs::remove_file(env.path("trace")).unwrap();
    status.signal() == Some(9)
}

/// Runs with a fault: `what` is as in `strace -e inject=`, for instance `fsync:error=EIO:when=3+`.
pub(crate) fn faulty(env: &Env, what: &[String], args: &[&str]) -> Ran {
    let names: Vec<&str> = what
        .iter()
        .map(|one| one.split(':').next().unwrap())
        .collect();
    let mut options = vec!["-e".to_owned(), format!("trace={}", names.join(","))];
    for one in what {
        options.extend(["-e".to_owned(), format!("inject={one}")]);
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let ran = Ran::from(strace(env, &options, args).output().unwrap());
    std::fs::remove_file(env.path("trace")).unwrap();
    ran
}
