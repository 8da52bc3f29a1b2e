//! Every call of akm on a socket made to fail, once or from then on: never a panic, never a success that is none, nothing lost, and
//! what is told is what is known.

use crate::support::env::{Env, Ran, have};
use crate::support::kill_served::{after_got, broken, recovered, resolved, settled};
use crate::support::served::Served;
use crate::support::strace::count;
use crate::support::strace::{self, Call};
use crate::support::strikes;
use crate::support::truth;
use std::path::PathBuf;

/// What each call is made to fail with.
const FAULTS: [(&str, &[&str]); 4] = [
    ("socket", &["EMFILE"]),
    (
        "connect",
        &["ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT", "ECONNRESET"],
    ),
    ("sendto", &["ECONNRESET", "EPIPE", "ETIMEDOUT"]),
    ("recvfrom", &["ECONNRESET", "ETIMEDOUT"]),
];

/// How akm says them.
const TOLD: [(&str, &[&str]); 6] = [
    ("EMFILE", &["Too many open files"]),
    ("ECONNREFUSED", &["the connection was refused"]),
    ("ENETUNREACH", &["the network is unreachable"]),
    ("ECONNRESET", &["the connection was cut"]),
    ("EPIPE", &["the connection was closed"]),
    (
        "ETIMEDOUT",
        &[
            "did not take the connection in time",
            "the connection was given up",
        ],
    ),
];

/// A command, and what its requests are, by their numbers.
struct Course<'a> {
    args: &'a [&'a str],
    /// The one that makes a pair, over a connection of its own.
    making: usize,
    /// From this one on, something is begun.
    begun: usize,
    /// From this one on, all is done.
    done: usize,
}

const NONE: usize = usize::MAX;

impl<'a> Course<'a> {
    fn plain(args: &'a [&'a str]) -> Self {
        Self {
            args,
            making: NONE,
            begun: NONE,
            done: NONE,
        }
    }
}

/// A connection that was used is looked at before it is used again.
fn peeks(call: &Call) -> bool {
    call.name == "recvfrom" && call.line.contains("EAGAIN")
}

impl Course<'_> {
    /// The exit code that tells what is known. What may be done again is done until it is done. A pair that may have been made is not
    /// made again; where not a byte was sent, it is known not to be.
    fn expected(&self, calls: &[Call], at: usize, lasting: bool) -> i32 {
        let fails = |(_, call): &(usize, &Call)| call.name == calls[at].name && !peeks(call);
        let first = calls.iter().enumerate().skip(at).find(fails);
        let Some((first, call)) = first.filter(|(first, _)| lasting || *first == at) else {
            return 0;
        };
        let sent = calls[..first].iter().filter(|call| call.name == "sendto");
        let unsent = call.name != "recvfrom";
        let request = sent.count() + usize::from(unsent);
        let connects = ["socket", "connect"].contains(&&*call.name);
        match request {
            request if request == self.making => 7 + i32::from(!connects),
            _ if !lasting => 0,
            request if request >= self.done => 0,
            request => 7 + i32::from(request >= self.begun),
        }
    }

    /// Runs the command once for every socket call, error and extent of it, in the same home, and hands over what came of it.
    fn each(&self, served: &mut Served, at_least: usize, look: impl Fn(&Env, &Ran, &str)) {
        let begin = served.keep();
        let calls = strace::calls(&served.env, self.args, 0);
        let mut number = 0;
        for (at, call) in calls.iter().enumerate() {
            for (error, lasting) in faults(call) {
                served.put_back(&begin);
                let (ran, point) = self.under(served, call, error, lasting);
                assert_eq!(
                    ran.code,
                    self.expected(&calls, at, lasting),
                    "{point}: {ran:?}"
                );
                said(&ran, error, &point);
                look(&served.env, &ran, &point);
                number += 1;
            }
        }
        assert!(number >= at_least, "only {number} points");
        count("errors, served", number, self.args);
    }

    fn under(&self, served: &mut Served, call: &Call, error: &str, lasting: bool) -> (Ran, String) {
        let extent = if lasting { "+" } else { "" };
        let what = format!("{}:error={error}:when={}{extent}", call.name, call.number);
        let point = format!("`akm {}` with {what}: {}", self.args.join(" "), call.line);
        // Nobody waits for the next try.
        let faults = [what, "clock_nanosleep:retval=0".to_owned()];
        let ran = strace::faulty(&served.env, &faults, self.args);
        // The server may still be at work on what it was asked.
        if call.name == "recvfrom" {
            served.restart();
        }
        (ran, point)
    }
}

/// Each error of that call, once and from then on.
fn faults(call: &Call) -> impl Iterator<Item = (&'static str, bool)> {
    let faults = FAULTS.iter().find(|(name, _)| *name == call.name);
    let errors = faults.map_or(&[] as &[&str], |(_, errors)| errors);
    let few = if peeks(call) { 1 } else { errors.len() };
    let errors = errors[..few.min(errors.len())].iter();
    errors.flat_map(|error| [(*error, false), (*error, true)])
}

/// What failed and what to run next; no trace of a defect.
fn said(ran: &Ran, error: &str, point: &str) {
    assert!(!ran.stderr.contains("defect"), "{point}: {ran:?}");
    let (_, words) = TOLD.iter().find(|(name, _)| *name == error).unwrap();
    let named = words.iter().any(|words| ran.stderr.contains(words));
    let hint = ran.stderr.lines().last().unwrap().starts_with("hint: ");
    assert!(ran.code == 0 || (named && hint), "{point}: {ran:?}");
}

/// The home's files but locks, the log, and the cloud's own.
fn files(env: &Env) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = env.kept();
    let log = env.home().join("log.jsonl");
    files.retain(|(path, _)| *path != log && !path.starts_with(env.home().join("sandbox")));
    // Where the profile leads changes with the server.
    files.retain(|(path, _)| !path.ends_with("config.toml"));
    files
}

/// With the network back: what was called done is done, what is not known is recorded, and nothing is left of what was not begun.
fn a_create(env: &Env, ran: &Ran, args: &[&str], before: &[(PathBuf, Vec<u8>)], point: &str) {
    let made = truth::live_of(env, "alice").len() - 1;
    match ran.code {
        0 => assert_eq!(settled(env, 2, point).open, [""; 0], "{point}"),
        7 => assert!(files(env) == before && made == 0, "{point}: {ran:?}"),
        _ => {
            let open = opened(env);
            let of_create = ["create-unanswered", "secret-unproven"];
            assert!(of_create.contains(&open.as_str()), "{point}: {open}");
            let unknown = open == "create-unanswered";
            let told = ran
                .stderr
                .lines()
                .last()
                .unwrap()
                .contains("`akm recover` after");
            assert_eq!(told, unknown, "{point}: {ran:?}");
            let early = env.akm(&["recover"]);
            assert_eq!(early.code, 7 * i32::from(unknown), "{point}: {early:?}");
        }
    }
    let state = recovered(env, args, point);
    assert!(ran.code != 0 || state.suspects.is_empty(), "{point}");
    resolved(env, &state, point);
}

/// What `recover --list` shows of alice.
fn opened(env: &Env) -> String {
    let listed = env.akm(&["recover", "--list", "--json"]).json();
    let rows = listed["open"].as_array().unwrap();
    let row = rows.iter().find(|row| row["what"] != "suspect").unwrap();
    row["what"].as_str().unwrap().to_owned()
}

#[test]
fn creating() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    served.env.create("alice");
    let course = Course {
        args: &["create", "--ram-user", "alice"],
        making: 3,
        begun: 3,
        done: NONE,
    };
    let before = files(&served.env);
    course.each(&mut served, 50, |env, ran, point| {
        a_create(env, ran, course.args, &before, point);
        let made = truth::live_of(env, "alice").len();
        settled(env, made, point);
    });
}

/// The errors of files and memory too, where a create whose answer nobody has may yet be executed.
#[test]
fn creating_where_files_fail() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    served.env.create("alice");
    let args = ["create", "--ram-user", "alice"];
    let begin = served.keep();
    let calls = strace::calls(&served.env, &args, 0);
    let (course, mut number) = (Course::plain(&args), 0);
    let mut calls = strikes::begun(&calls).to_vec();
    calls.retain(|call| call.first_thread);
    for strikes::Strike {
        call,
        error,
        lasting,
    } in strikes::strikes(&calls, false)
    {
        served.put_back(&begin);
        let (ran, point) = course.under(&mut served, call, error, lasting);
        let known = [0, 1, 4, 5, 6, 7, 8].contains(&ran.code);
        assert!(known && !ran.stderr.contains("defect"), "{point}: {ran:?}");
        let state = recovered(&served.env, &args, &point);
        assert!(ran.code != 0 || state.suspects.is_empty(), "{point}");
        resolved(&served.env, &state, &point);
        let made = truth::live_of(&served.env, "alice").len();
        settled(&served.env, made, &point);
        assert!(ran.code != 0 || made == 2, "{point}: {ran:?}");
        number += 1;
    }
    assert!(number >= 100 / strikes::share(), "only {number} points");
}

#[test]
fn rotating() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    let old = served.env.create("alice");
    let course = Course {
        args: &["rotate", "--ram-user", "alice", "--delete-old"],
        making: 3,
        begun: 3,
        done: NONE,
    };
    let before = files(&served.env);
    course.each(&mut served, 110, |env, ran, point| {
        truth::one_works_for(env, "alice", point);
        if ran.code == 7 {
            assert!(files(env) == before, "{point}: {ran:?}");
        }
        let live = truth::live_of(env, "alice");
        let there = live.iter().any(|pair| pair.id == old);
        let claims = ran.stderr.contains("both pairs are there");
        assert!(!claims || (there && live.len() == 2), "{point}: {ran:?}");
        let state = recovered(env, course.args, point);
        resolved(env, &state, point);
        let again = env.akm(course.args);
        assert_eq!(again.code, 0, "{point}: {}", again.stderr);
        settled(env, 1, point);
    });
}

#[test]
fn deleting() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    let (id, _) = (served.env.create("alice"), served.env.create("alice"));
    let course = Course {
        args: &["delete", &id, "--force", "-y"],
        making: NONE,
        begun: 7,
        done: 9,
    };
    course.each(&mut served, 100, |env, ran, point| {
        let there = |env: &Env| {
            truth::live_of(env, "alice")
                .iter()
                .any(|pair| pair.id == id)
        };
        assert!(ran.code != 0 || !there(env), "{point}");
        assert!(!ran.stderr.contains("for good"), "{point}: {ran:?}");
        let again = env.akm(course.args);
        let code = if ran.code == 0 { 3 } else { 0 };
        assert_eq!(again.code, code, "{point}: {}", again.stderr);
        settled(env, 1, point);
        assert!(truth::rests(env, &id), "{point}: the bin's secret is lost");
    });
}

#[test]
fn importing() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    let file = served.lose_the_secret_of("alice");
    let args = ["import", &file];
    let course = Course::plain(&args);
    let before = files(&served.env);
    course.each(&mut served, 40, |env, ran, point| {
        assert!(ran.code == 0 || files(env) == before, "{point}: {ran:?}");
        assert_eq!(env.akm(course.args).code, 0, "{point}");
        settled(env, 1, point);
    });
}

#[test]
fn recovering() {
    if !have("strace") {
        return;
    }
    let mut served = Served::start();
    served.env.create("alice");
    let args = ["rotate", "--ram-user", "alice", "--delete-old"];
    broken(&mut served, &args, after_got);
    let course = Course {
        args: &["recover"],
        making: NONE,
        begun: 2,
        done: NONE,
    };
    course.each(&mut served, 90, |env, ran, point| {
        truth::one_works_for(env, "alice", point);
        let open = env.journal_of("alice").exists();
        assert_eq!(ran.code != 0, open, "{point}: {ran:?}");
        assert_eq!(env.akm(&["recover"]).code, 0, "{point}");
        settled(env, 1, point);
    });
}
