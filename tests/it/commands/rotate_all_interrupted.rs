//! Ctrl-C at `akm rotate --all`.

use crate::support::env::{Env, Ran};
use crate::support::serving::Serving;
use crate::support::truth;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

const USERS: [&str; 5] = ["alice", "bob", "carol", "dave", "eve"];
const NOTE: &str = "note: no further RAM user is begun; press Ctrl-C again to end at once\n";

/// The RAM users, each with a pair, behind a server that takes its time.
fn slow() -> (Env, Serving) {
    let env = Env::light();
    for user in USERS {
        env.create(user);
    }
    let serving = Serving::start(&env, &["--persist", "--latency", "200ms"]);
    serving.add_profile(&env, "dev");
    (env, serving)
}

/// One after the other.
const ROTATE: [&str; 5] = ["rotate", "--all", "-y", "--max-parallel", "1"];

struct Fleet {
    child: Child,
    out: BufReader<ChildStdout>,
    err: BufReader<ChildStderr>,
    rows: String,
    said: String,
}

impl Fleet {
    /// Returns once the first row is there, and the second RAM user is being rotated.
    fn start(env: &Env, more: &[&str]) -> Self {
        // Whoever runs the tests may have signals ignored.
        let mut command = Command::new("env");
        command.args(["--default-signal", env!("CARGO_BIN_EXE_akm")]);
        command.args(ROTATE).args(more);
        env.dress(&mut command);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let err = BufReader::new(child.stderr.take().unwrap());
        let mut rows = String::new();
        out.read_line(&mut rows).unwrap();
        let said = String::new();
        Self {
            child,
            out,
            err,
            rows,
            said,
        }
    }

    fn interrupt(&self) -> &Self {
        let kill = format!("kill -INT {}", self.child.id());
        let sent = Command::new("bash").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
        self
    }

    /// Waits until a line is said.
    fn hear(&mut self, line: &str) -> &Self {
        while !self.said.ends_with(line) {
            assert_ne!(self.err.read_line(&mut self.said).unwrap(), 0);
        }
        self
    }

    /// Rows, what was said, and how it ended: an exit code, or a signal's number and 128.
    fn end(mut self) -> Ran {
        self.out.read_to_string(&mut self.rows).unwrap();
        self.err.read_to_string(&mut self.said).unwrap();
        let status = self.child.wait().unwrap();
        Ran {
            code: status.code().unwrap_or_else(|| -status.signal().unwrap()),
            stdout: self.rows,
            stderr: self.said,
        }
    }
}

/// The same command rotates whoever is not rotated yet.
#[track_caller]
fn goes_on(env: &Env, point: &str) {
    let ran = env.akm(&ROTATE);
    assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    assert_eq!(ran.stdout.lines().count(), USERS.len(), "{point}");
    truth::check(env, point).settled(2 * USERS.len() + 1, point);
}

#[test]
fn ctrl_c_lets_the_rotation_in_progress_end_and_says_how_many_are_unfinished() {
    let (env, _serving) = slow();
    let fleet = Fleet::start(&env, &[]);
    fleet.interrupt();
    let ran = fleet.end();
    let rotated = ran.stdout.lines().count();
    assert!((1..5).contains(&rotated), "{ran:?}");
    let users = if rotated == 1 { "user" } else { "users" };
    let verb = if rotated == 4 { "is" } else { "are" };
    let end = format!(
        "{NOTE}Rotated {rotated} RAM {users} in dev (account {}), passed over 1 (1 signs for this profile).\n\
         error: interrupted: {} of 5 RAM users {verb} unfinished\n\
         hint: the same command again finishes them\n",
        env.account(),
        5 - rotated
    );
    assert!(ran.stderr.ends_with(&end), "{}", ran.stderr);
    assert_eq!(ran.code, 130);
    goes_on(&env, "interrupted");
}

#[test]
fn a_second_ctrl_c_ends_it_at_once_and_costs_no_secret() {
    let (env, _serving) = slow();
    let mut fleet = Fleet::start(&env, &[]);
    fleet.interrupt();
    fleet.hear(NOTE).interrupt();
    let ran = fleet.end();
    assert!(!ran.stderr.contains("Rotated"), "{}", ran.stderr);
    assert_eq!(ran.code, -2, "it ended by SIGINT");
    goes_on(&env, "interrupted twice");
}

#[test]
fn a_script_reads_of_an_interruption_in_one_error() {
    let (env, _serving) = slow();
    let fleet = Fleet::start(&env, &["--json"]);
    fleet.interrupt();
    let ran = fleet.end();
    assert_eq!(ran.code, 130, "{}", ran.stderr);
    let said = |begin: &str| ran.stderr.lines().any(|line| line.starts_with(begin));
    assert!(!said("note: ") && !said("Rotated"), "{}", ran.stderr);
    let error = ran.error();
    assert_eq!(
        (&error["code"], &error["exit"]),
        (&"interrupted".into(), &130.into())
    );
    for row in ran.stdout.lines() {
        let row: serde_json::Value = serde_json::from_str(row).unwrap();
        assert_eq!(row["action"], "created");
    }
}
