//! A hermetic home for one test, and akm run in it: nothing of the machine's own environment reaches the program.

use crate::support::{advice, json_lines};
use std::ffi::OsStr;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// What every change in the sandbox says where the sandbox was not named.
pub(crate) const SANDBOX: &str = "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n";
/// The same under `--json`.
pub(crate) const SANDBOX_JSON: &str = "{\"warning\":{\"code\":\"sandbox\",\"message\":\"this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\"}}\n";

/// A folder of this test's own, removed at its end; under it `home` is `AKM_HOME`.
pub(crate) struct Env {
    root: PathBuf,
    variables: Vec<(String, String)>,
    /// Whether the command lines that akm advises here are followed, in copies of the home.
    follows_advice: bool,
}

impl Env {
    /// An empty home whose secrets go to `age` files.
    pub(crate) fn new() -> Self {
        Self::bare().with("AKM_STORE", "age")
    }

    /// Like [`Env::new`], in memory where the system has a place for that: for hundreds of homes, whose syncs a disk would wait for.
    pub(crate) fn light() -> Self {
        let memory = Path::new("/dev/shm");
        let there = memory.is_dir();
        let folder = if there {
            memory.to_owned()
        } else {
            std::env::temp_dir()
        };
        let mut light = Self::below(&folder).with("AKM_STORE", "age");
        light.follows_advice = false;
        light
    }

    /// An empty home, the store left to akm's choice; no bus, not even the one of whoever runs the tests.
    pub(crate) fn bare() -> Self {
        Self::below(&std::env::temp_dir())
    }

    fn below(folder: &Path) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let root = folder.join(format!("akm-it-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        std::fs::create_dir_all(&root).unwrap();
        let variables = Vec::new();
        let follows_advice = true;
        let env = Self {
            root,
            variables,
            follows_advice,
        };
        env.with("DBUS_SESSION_BUS_ADDRESS", "disabled:")
    }

    /// The same home, where a rotation disables the old pair at once.
    pub(crate) fn without_overlap(self) -> Self {
        use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
        let mut folder = std::fs::DirBuilder::new();
        folder.mode(0o700).create(self.home()).unwrap();
        let mut file = std::fs::OpenOptions::new();
        let file = file.write(true).create_new(true).mode(0o600);
        let mut file = file.open(self.home().join("config.toml")).unwrap();
        file.write_all(b"version = 2\n[policy]\noverlap = \"0s\"\n")
            .unwrap();
        self
    }

    /// The same home with a variable set for every command.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(known, _)| known != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path in the test's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// The command, to be run as the test likes.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_akm"));
        command.args(args);
        self.dress(&mut command);
        command
    }

    /// Gives any command this test's environment and folder.
    pub(crate) fn dress(&self, command: &mut Command) {
        command
            .env_clear()
            .current_dir(&self.root)
            .stdin(Stdio::null());
        command
            .env("AKM_HOME", self.home())
            .env("HOME", &self.root)
            .env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
    }

    /// Lets a shell find `akm`.
    pub(crate) fn with_akm(command: &mut Command) {
        let akm = Path::new(env!("CARGO_BIN_EXE_akm")).parent().unwrap();
        let path = format!("{}:/usr/local/bin:/usr/bin:/bin", akm.display());
        command.env("PATH", path);
    }

    /// Another test's folder with a copy of this home.
    pub(crate) fn copied(&self) -> Self {
        let copy = Self::new();
        let mut command = Command::new("cp");
        command.arg("-a").arg(self.home()).arg(copy.home());
        assert!(command.status().unwrap().success());
        copy
    }

    /// The same home, for many akm at once: a copy that is taken meanwhile is of no moment.
    #[cfg(feature = "server")]
    pub(crate) fn for_many(mut self) -> Self {
        self.follows_advice = false;
        self
    }

    /// A copy of the home for what is only tried out.
    pub(crate) fn bystander(&self) -> Self {
        let mut copy = self.copied();
        copy.variables.clone_from(&self.variables);
        copy.follows_advice = false;
        copy
    }

    /// Whether a profile leads to a server of the tests, which a copy of the home leads to as well.
    pub(crate) fn leads_to_a_server(&self) -> bool {
        let config = std::fs::read_to_string(self.home().join("config.toml"));
        config.is_ok_and(|text| text.contains("endpoint = "))
    }

    /// Runs akm to its end.
    #[track_caller]
    pub(crate) fn akm<S: AsRef<OsStr>>(&self, args: &[S]) -> Ran {
        let ran = Ran::from(self.command(args).output().unwrap());
        let args: Vec<_> = args
            .iter()
            .map(|it| it.as_ref().to_string_lossy())
            .collect();
        json_lines::check(&args.iter().map(AsRef::as_ref).collect::<Vec<_>>(), &ran);
        if self.follows_advice && self.home().is_dir() {
            advice::follow(self, &args.join(" "), &ran);
        }
        ran
    }

    /// Runs akm with a text on standard input.
    pub(crate) fn akm_fed<S: AsRef<OsStr>>(&self, args: &[S], input: &str) -> Ran {
        let mut command = self.command(args);
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // What is refused at once reads nothing, and may be gone by now.
        let fed = child.stdin.take().unwrap().write_all(input.as_bytes());
        let gone = |error: &std::io::Error| error.kind() == ErrorKind::BrokenPipe;
        assert!(fed.as_ref().err().is_none_or(gone), "{fed:?}");
        Ran::from(child.wait_with_output().unwrap())
    }

    /// Makes a pair for a RAM user and gives back its id.
    pub(crate) fn create(&self, user: &str) -> String {
        let ran = self.akm(&["create", "--ram-user", user]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        ran.stdout.trim().to_owned()
    }

    /// The rows of `list --json`.
    pub(crate) fn pairs(&self) -> Vec<serde_json::Value> {
        let list: serde_json::Value =
            serde_json::from_str(&self.akm(&["list", "--json"]).stdout).unwrap();
        list["access_keys"].as_array().unwrap().clone()
    }

    /// Makes a pair and gives back its id and its secret.
    pub(crate) fn create_shown(&self, user: &str) -> (String, String) {
        let ran = self.akm(&["create", "--ram-user", user, "--show-secret"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let (id, secret) = ran.stdout.trim().split_once('\n').unwrap();
        (id.to_owned(), secret.to_owned())
    }

    /// What the store holds, as `export --all` gives it: id and secret.
    pub(crate) fn secrets(&self) -> Vec<(String, String)> {
        let ran = self.akm(&["export", "--all", "--csv", "-"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let rows = ran.stdout.lines().skip(1);
        rows.map(|row| row.split_once(',').unwrap())
            .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
            .collect()
    }

    /// As if somebody had deleted it from the `age` store.
    pub(crate) fn lose_secret(&self, id: &str) {
        std::fs::remove_file(self.home().join(format!("secrets/{id}.age"))).unwrap();
    }

    /// The sandbox's account id.
    pub(crate) fn account(&self) -> String {
        let text = std::fs::read_to_string(self.home().join("sandbox/account.toml")).unwrap();
        let line = text.lines().find(|line| line.starts_with("account_id"));
        line.unwrap().split('"').nth(1).unwrap().to_owned()
    }

    /// The file that tells what is known of a RAM user's pairs.
    pub(crate) fn record_of(&self, user: &str) -> PathBuf {
        let name = format!("user-{user}.toml");
        self.home().join("accounts").join(self.account()).join(name)
    }

    /// The journal of a RAM user's open work.
    pub(crate) fn journal_of(&self, user: &str) -> PathBuf {
        let name = format!("user-{user}.journal");
        self.home().join("journal").join(self.account()).join(name)
    }

    /// As if akm had been killed when it had written that to alice's journal, and nothing more.
    pub(crate) fn cut_after(&self, record: &str) {
        let file = self.journal_of("alice");
        let text = std::fs::read_to_string(&file).unwrap();
        let end = text.find(&format!("\"{record}\"")).unwrap();
        let end = end + text[end..].find('\n').unwrap() + 1;
        std::fs::write(&file, &text[..end]).unwrap();
    }

    /// Lets days pass for a RAM user's open rotation: each step was done so much earlier.
    pub(crate) fn days_pass_for(&self, user: &str, days: i64) {
        self.time_passes_for(user, chrono::TimeDelta::days(days));
    }

    /// Lets time pass for a RAM user's open work: its request was signed, and each step done, so much earlier.
    pub(crate) fn time_passes_for(&self, user: &str, span: chrono::TimeDelta) {
        let path = self.journal_of(user);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().filter(|line| !line.is_empty());
        let earlier: String = lines.map(|line| record_earlier(line, span)).collect();
        let room = "\n".repeat(text.len().saturating_sub(earlier.len()));
        std::fs::write(&path, earlier + &room).unwrap();
    }

    /// What the cloud, here the sandbox's own file, says of a RAM user.
    pub(crate) fn cloud_of(&self, user: &str) -> PathBuf {
        self.home().join(format!("sandbox/users/{user}.toml"))
    }

    /// Lets every owner have so many pairs in the cloud.
    pub(crate) fn allow_pairs(&self, count: usize) {
        let file = self.home().join("sandbox/account.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        let quota = format!("access_keys_per_user_quota = {count}\ndefault_domain");
        std::fs::write(&file, text.replacen("default_domain", &quota, 1)).unwrap();
    }

    /// [`Env::files`] but for locks, which every command may leave.
    pub(crate) fn kept(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let lock = |path: &Path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name == "lock" || name.ends_with(".lock")
        };
        let mut files = self.files();
        files.retain(|(path, _)| !lock(path));
        files
    }

    /// Runs a command that must fail with that code and change no file.
    #[track_caller]
    pub(crate) fn refused<S: AsRef<OsStr>>(&self, args: &[S], code: i32) -> Ran {
        let before = self.kept();
        let ran = self.akm(args);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (code, ""),
            "{}",
            ran.stderr
        );
        assert_eq!(names(&self.kept()), names(&before));
        assert!(self.kept() == before, "a file was changed: {}", ran.stderr);
        ran
    }

    /// Every file below the test's home, as path and content.
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.home(), &mut files);
        files.sort();
        files
    }

    /// [`Env::files`] of the whole folder, where a user's own files are too.
    pub(crate) fn all_files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        collect(&self.root, &mut files);
        files
    }
}

impl Drop for Env {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

/// Changes a file of akm's in place, as an editor would.
#[track_caller]
pub(crate) fn edit(path: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from} is not in {text}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

/// A line of a journal with the time of what it tells moved back, and its checksum made anew.
fn record_earlier(line: &str, span: chrono::TimeDelta) -> String {
    let (_, json) = line.split_once(' ').unwrap();
    let mut record: serde_json::Value = serde_json::from_str(json).unwrap();
    for pointer in [
        "/requested/signed_at",
        "/created/created_at",
        "/delivered/at",
        "/disabled/at",
        "/restored/at",
        "/restoring/asked_at",
    ] {
        if let Some(at) = record.pointer_mut(pointer) {
            let time: chrono::DateTime<chrono::Utc> = at.as_str().unwrap().parse().unwrap();
            let earlier = time - span;
            *at = earlier
                .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
                .into();
        }
    }
    journal_line(&record.to_string())
}

/// A record as a journal has it.
pub(crate) fn journal_line(json: &str) -> String {
    use sha2::{Digest, Sha256};
    let sum = Sha256::digest(json.as_bytes());
    let sum = u64::from_be_bytes(sum[..8].try_into().unwrap());
    format!("{sum:016x} {json}\n")
}

fn names(files: &[(PathBuf, Vec<u8>)]) -> Vec<&Path> {
    files.iter().map(|(path, _)| path.as_path()).collect()
}

fn collect(folder: &Path, files: &mut Vec<(PathBuf, Vec<u8>)>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if let Ok(content) = std::fs::read(&path) {
            files.push((path, content));
        }
    }
}

/// What a command said, whole.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Compares all three exactly, after what differs from run to run is named: `<ID1>`, `<ID2>` for the sandbox's AccessKey IDs in
    /// the order they first appear in `ids`, `<ACCOUNT>`, `<USER>`, `<REQUEST>`, `<RECIPIENT>`, `<TIME>`, `<DAY>`.
    #[track_caller]
    pub(crate) fn said(&self, ids: &[&str], code: i32, stdout: &str, stderr: &str) -> &Self {
        let told = format!(
            "exit {}\n{}---\n{}",
            self.code,
            named(&self.stdout, ids),
            named(&self.stderr, ids)
        );
        let expected = format!("exit {code}\n{stdout}---\n{stderr}");
        assert_eq!(told, expected);
        self
    }

    /// The `error` object that `--json` puts on the last line of standard error.
    pub(crate) fn error(&self) -> serde_json::Value {
        let last = self.stderr.lines().last().unwrap_or_default();
        let object: serde_json::Value = serde_json::from_str(last).unwrap();
        object["error"].clone()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

/// Names what differs from run to run.
pub(crate) fn named(text: &str, ids: &[&str]) -> String {
    let mut text = text.to_owned();
    for (index, id) in ids.iter().enumerate() {
        text = text.replace(id, &format!("<ID{}>", index + 1));
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        if let Some((kind, length)) = changing(rest) {
            out.push_str(kind);
            rest = &rest[length..];
        } else {
            let next = rest.chars().next().unwrap();
            out.push(next);
            rest = &rest[next.len_utf8()..];
        }
    }
    out
}

fn changing(text: &str) -> Option<(&'static str, usize)> {
    let bytes = text.as_bytes();
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    match digits {
        16 => return Some(("<ACCOUNT>", 16)),
        18 => return Some(("<USER>", 18)),
        _ => (),
    }
    if text.starts_with("age1") && bytes.len() >= 62 {
        return Some(("<RECIPIENT>", 62));
    }
    let request = b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
    let upper_hex = |byte: &u8| byte.is_ascii_digit() || (b'A'..=b'F').contains(byte);
    let shaped = |(byte, shape): (&u8, &u8)| {
        if *shape == b'-' {
            byte == shape
        } else {
            upper_hex(byte)
        }
    };
    if bytes.len() >= request.len() && bytes.iter().zip(request).all(shaped) {
        return Some(("<REQUEST>", request.len()));
    }
    let shape = b"dddd-dd-ddTdd:dd:ddZ";
    let time = bytes.len() >= shape.len()
        && bytes.iter().zip(shape).all(|(byte, shape)| {
            if *shape == b'd' {
                byte.is_ascii_digit()
            } else {
                byte == shape
            }
        });
    if time {
        return Some(("<TIME>", shape.len()));
    }
    if let Some(length) = day(text) {
        return Some(("<DAY>", length));
    }
    (text.starts_with("LTAI5tSANDBOX") && bytes.len() >= 24).then_some(("<ID>", 24))
}

/// The length of a day as a person reads it: `Dec 2`, `Dec 2, 2027` or `Dec 2, 14:05 UTC`.
fn day(text: &str) -> Option<usize> {
    let months = [
        "Jan ", "Feb ", "Mar ", "Apr ", "May ", "Jun ", "Jul ", "Aug ", "Sep ", "Oct ", "Nov ",
        "Dec ",
    ];
    months.iter().find(|month| text.starts_with(**month))?;
    let digits = |from: usize| text[from..].bytes().take_while(u8::is_ascii_digit).count();
    let day = digits(4);
    let end = 4 + day;
    let rest = &text[end..];
    let year = rest.starts_with(", 2") && digits(end + 2) == 4;
    let hour = rest.get(4..5) == Some(":") && rest.get(7..11) == Some(" UTC");
    (day > 0).then_some(
        end + if year {
            6
        } else if hour {
            11
        } else {
            0
        },
    )
}

/// Says aloud that a test cannot run here for want of a tool. Where everything is meant to be installed, that is a failure.
pub(crate) fn have(tool: &str) -> bool {
    let found =
        std::env::split_paths("/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .any(|folder| folder.join(tool).is_file());
    if !found {
        skipped(&format!("`{tool}` is not on this machine"));
    }
    found
}

/// Whether this run is of everything (`tests/run --all`): other tool chains have built their programs then. Says aloud where it is not.
#[cfg(feature = "server")]
pub(crate) fn all() -> bool {
    let all = std::env::var_os("AKM_TESTS_ALL").is_some();
    if !all {
        left_out("another tool chain is needed, which `tests/run --all` uses");
    }
    all
}

/// Says aloud why a test does not run. Where everything is meant to be installed, that is a failure.
pub(crate) fn skipped(why: &str) {
    assert!(
        std::env::var_os("AKM_TESTS_REQUIRED").is_none(),
        "{why}, and this run requires it"
    );
    left_out(why);
}

/// Says aloud why a test does not run, which is no failure anywhere: nothing that `tests/run` installs would change it.
pub(crate) fn left_out(why: &str) {
    let mut out = std::io::stderr();
    let test = std::thread::current();
    let _ = writeln!(out, "skipped: {why}: {}", test.name().unwrap_or("?"));
}
