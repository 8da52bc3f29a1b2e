//! A rotation with overlap beside programs that sign all the time, in an account where a new pair is unknown at first: no call fails.

use crate::commands::clients::{Client, node, python, session};
use crate::support::env::Env;
use crate::support::serving::Serving;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The longest wait for what loaded machines do late.
const LONGEST: Duration = Duration::from_secs(200);
/// So many calls of each client are waited for before the rotation, and after it: a second or more, and one new start of the client.
const CALLS: usize = 15;

/// How a client gets its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The pair, by `akm exec`.
    Exec,
    /// The pair, by a profile of mode `External`, asked for at each call.
    Pair,
    /// The role's session, by a profile of mode `External`.
    Session,
    /// The role's session, by `akm serve`.
    Uri,
}

/// Ten clients in five processes, twice: a process for each line, with so many clients in it.
pub(crate) const ALL: [(Source, usize); 5] = [
    (Source::Exec, 4),
    (Source::Uri, 3),
    (Source::Session, 1),
    (Source::Session, 1),
    (Source::Pair, 1),
];

/// A process that signs in several threads, each a client of its own: its name, its number of threads, and what it printed.
struct Signer {
    source: Source,
    name: String,
    threads: usize,
    child: Child,
    out: PathBuf,
}

impl Signer {
    /// What each thread printed, in order: the id that signed, or why a call failed.
    fn calls(&self) -> BTreeMap<String, Vec<String>> {
        let text = std::fs::read_to_string(&self.out).unwrap();
        let mut calls = BTreeMap::<_, Vec<String>>::new();
        for line in text
            .split_inclusive('\n')
            .filter(|line| line.ends_with('\n'))
        {
            let (thread, said) = line.trim_end().split_once(' ').unwrap();
            calls
                .entry(thread.to_owned())
                .or_default()
                .push(said.to_owned());
        }
        calls
    }

    /// The number of calls of the thread that made the fewest.
    fn fewest(&self) -> usize {
        let calls = self.calls();
        let fewest = calls.values().map(Vec::len).min();
        fewest.filter(|_| calls.len() == self.threads).unwrap_or(0)
    }
}

impl Drop for Signer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A served account, a profile that signs with its administrator's pair, and the signers of that pair.
struct Fleet {
    signers: Vec<Signer>,
    env: Env,
    serving: Serving,
}

impl Fleet {
    fn start() -> Self {
        let env = Env::light();
        let serving = Serving::start(&env, &["--propagation", "3s"]);
        let id = serving.field("access_key_id");
        let add = ["profile", "add", "dev", "--access-key-id", id];
        let add = [&add[..], &["--endpoint", serving.field("endpoint")]].concat();
        let added = env.akm_fed(&add, serving.field("access_key_secret"));
        assert_eq!(added.code, 0, "{}", added.stderr);
        let signers = Vec::new();
        Self {
            signers,
            env,
            serving,
        }
    }

    fn stop(&self) -> PathBuf {
        self.env.path("stop")
    }

    /// Starts a process with so many clients in it. Its home is its own: Node writes `config.json` in place, beside its readers.
    fn sign(&mut self, client: &Client, source: Source, threads: usize) {
        let name = format!("{}-{source:?}-{}", client.name, self.signers.len());
        let home = self.env.path(&name);
        std::fs::create_dir(&home).unwrap();
        let (stop, count) = (self.stop(), threads.to_string());
        let loop_ = [
            self.serving.address(),
            "loop",
            stop.to_str().unwrap(),
            &count,
        ];
        let line = client.line(&loop_);
        let role = self.serving.field("role_arn");
        let of_role = ["--self", "--role-arn", role];
        let mut command = match source {
            Source::Exec => self
                .env
                .command(&[&["exec", "--self", "--"], &line[..]].concat()),
            Source::Uri => {
                let serve = [&["serve"], &of_role[..], &["--"], &line].concat();
                self.env.command(&serve)
            }
            Source::Pair | Source::Session => {
                let how = if source == Source::Pair {
                    &["--self", "--static"]
                } else {
                    &of_role[..]
                };
                let connect = [&["connect", "aliyun-cli"], how].concat();
                let mut connect = self.env.command(&connect);
                assert!(
                    connect
                        .env("HOME", &home)
                        .output()
                        .unwrap()
                        .status
                        .success()
                );
                let mut command = Command::new(line[0]);
                self.env.dress(&mut command);
                command.args(&line[1..]).env("ALIBABA_CLOUD_PROFILE", "akm");
                command
            }
        };
        let out = home.join("calls");
        let file = File::create(&out).unwrap();
        let child = command
            .env("HOME", &home)
            .stdout(file)
            .stderr(Stdio::null());
        let child = child.spawn().unwrap();
        self.signers.push(Signer {
            source,
            name,
            threads,
            child,
            out,
        });
    }

    /// Waits until each client has made [`CALLS`] calls more than it had.
    #[track_caller]
    fn calls_of_each(&self) {
        let before: Vec<usize> = self.signers.iter().map(Signer::fewest).collect();
        let end = Instant::now() + LONGEST;
        for (signer, before) in self.signers.iter().zip(before) {
            while signer.fewest() < before + CALLS {
                let calls = signer.calls();
                assert!(
                    Instant::now() < end,
                    "{} is too slow: {calls:?}",
                    signer.name
                );
                std::thread::sleep(Duration::from_millis(100));
            }
        }
    }

    /// Lets all clients end by themselves.
    fn end(&mut self) {
        File::create(self.stop()).unwrap();
        let end = Instant::now() + LONGEST;
        for signer in &mut self.signers {
            let status = loop {
                if let Some(status) = signer.child.try_wait().unwrap() {
                    break status;
                }
                assert!(Instant::now() < end, "{} does not end", signer.name);
                std::thread::sleep(Duration::from_millis(50));
            };
            assert!(status.success(), "{}: {status}", signer.name);
        }
    }

    /// Each client of that source signed with these ids, one after the other, and with nothing else; no call failed.
    #[track_caller]
    fn signed_with(&self, source: Source, ids: &[&str]) {
        for signer in self.signers.iter().filter(|it| it.source == source) {
            for (thread, mut seen) in signer.calls() {
                seen.dedup();
                assert_eq!(seen, ids, "{} {thread}", signer.name);
            }
        }
    }
}

/// Clients that sign ten calls a second each, before, during and after a rotation of the pair. The processes are started twice, of one
/// client after the other.
pub(crate) fn rotate_beside(clients: &[Client], processes: &[(Source, usize)]) {
    // One fleet at a time is load enough.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let mut fleet = Fleet::start();
    let role = fleet.serving.field("role_arn").to_owned();
    let old = fleet.serving.field("access_key_id").to_owned();
    let first = session(&fleet.env, &role);
    for client in clients.iter().cycle().take(2) {
        for (source, threads) in processes {
            fleet.sign(client, *source, *threads);
        }
    }
    fleet.calls_of_each();
    let rotated = fleet.env.akm(&["rotate", "--self", "-y"]);
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);
    let new = rotated.stdout.trim();
    let second = session(&fleet.env, &role);
    fleet.calls_of_each();
    fleet.end();
    assert!(old != new && first != second);
    // A child keeps what it was started with, and a served session is renewed when it runs short: the overlap is for them.
    fleet.signed_with(Source::Exec, &[&old]);
    fleet.signed_with(Source::Uri, &[&first]);
    fleet.signed_with(Source::Session, &[&first, &second]);
    fleet.signed_with(Source::Pair, &[&old, new]);
    let pairs = fleet.env.pairs();
    let active = |id: &str| {
        pairs
            .iter()
            .any(|pair| pair["access_key_id"] == id && pair["status"] == "Active")
    };
    assert!(active(&old) && active(new), "{pairs:?}");
    served_anew(&mut fleet, &clients[0], &second);
}

/// Who is served from now on gets a session of the new pair.
fn served_anew(fleet: &mut Fleet, client: &Client, session: &str) {
    let line = client.line(&[fleet.serving.address()]);
    let role = fleet.serving.field("role_arn");
    let serve = [&["serve", "--self", "--role-arn", role, "--"], &line[..]].concat();
    let ran = fleet.env.akm(&serve);
    assert_eq!(ran.stdout.lines().next(), Some(session), "{}", ran.stderr);
}

#[test]
fn a_rotation_with_overlap_fails_no_call_of_python_and_node_clients() {
    if let (Some(python), Some(node)) = (python(), node()) {
        rotate_beside(&[python, node], &ALL);
    }
}
