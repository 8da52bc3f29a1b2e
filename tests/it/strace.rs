//! akm under `strace`: which calls it makes, and one of them made to fail or to be its last.

use crate::env::{Env, Ran};
use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::process::Command;

/// A call by its name and its number among those of that name.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) name: String,
    pub(crate) number: usize,
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

/// Every call that a run makes, in order. The run itself must end with `code`.
#[track_caller]
pub(crate) fn calls(env: &Env, args: &[&str], code: i32) -> Vec<Call> {
    let ran = Ran::from(strace(env, &[], args).output().unwrap());
    assert_eq!(ran.code, code, "{}", ran.stderr);
    let (mut counted, mut calls) = (HashMap::new(), Vec::new());
    for line in std::fs::read_to_string(env.path("trace")).unwrap().lines() {
        let call = line.split_once(' ').unwrap().1.trim_start();
        let Some((name, _)) = call.split_once('(') else {
            continue;
        };
        if name.starts_with(['+', '-']) {
            continue;
        }
        let number = counted.entry(name.to_owned()).or_insert(0);
        *number += 1;
        calls.push(Call {
            name: name.to_owned(),
            number: *number,
            line: call.to_owned(),
        });
    }
    calls
}

/// Kills a run when it is about to make the call.
#[track_caller]
pub(crate) fn killed(env: &Env, call: &Call, args: &[&str]) {
    let inject = format!("inject={}:signal=KILL:when={}", call.name, call.number);
    let trace = format!("trace={}", call.name);
    let output = strace(env, &["-e", &trace, "-e", &inject], args)
        .output()
        .unwrap();
    let by = output.status.signal();
    assert_eq!(
        by,
        Some(9),
        "{call}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::remove_file(env.path("trace")).unwrap();
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
