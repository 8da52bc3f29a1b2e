//! What must hold of a home whatever was done to it: the cloud's truth, metadata, store and journal compared.

use crate::support::env::Env;
use base64::prelude::{BASE64_STANDARD, Engine};
use serde_json::Value;
use std::collections::BTreeSet;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Mutex;

/// A live pair of the sandbox, read from its own files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Live {
    pub(crate) id: String,
    pub(crate) active: bool,
}

/// A home as the checker found it.
#[derive(Debug)]
pub(crate) struct State {
    /// The sandbox's live pairs.
    pub(crate) live: Vec<Live>,
    /// The rows of `list --json`.
    pub(crate) rows: Vec<Value>,
    /// The ids that `recover --list` calls suspects.
    pub(crate) suspects: Vec<String>,
    /// What else `recover --list` shows, in its own words.
    pub(crate) open: Vec<String>,
}

/// The sandbox's live pairs, whoever owns them.
pub(crate) fn live(env: &Env) -> Vec<Live> {
    let folder = env.home().join("sandbox");
    let mut files = vec![folder.join("account.toml")];
    if let Ok(users) = std::fs::read_dir(folder.join("users")) {
        files.extend(users.map(|entry| entry.unwrap().path()));
    }
    let mut live: Vec<Live> = files.iter().flat_map(|file| pairs_in(file)).collect();
    live.sort();
    live
}

fn pairs_in(file: &Path) -> Vec<Live> {
    if file.extension().is_none_or(|ending| ending != "toml") || !file.exists() {
        return Vec::new();
    }
    access_keys(file)
        .into_iter()
        .filter(|pair| !pair.contains_key("recycled_at"))
        .map(|pair| Live {
            id: pair["id"].as_str().unwrap().to_owned(),
            active: pair["status"].as_str() == Some("Active"),
        })
        .collect()
}

fn access_keys(file: &Path) -> Vec<toml::Table> {
    let text = std::fs::read_to_string(file).unwrap();
    let table: toml::Table = toml::from_str(&text).unwrap();
    let pairs = table.get("access_keys").and_then(|pairs| pairs.as_array());
    let pairs = pairs.into_iter().flatten();
    pairs.map(|pair| pair.as_table().unwrap().clone()).collect()
}

/// Whether the store has a file for the pair.
pub(crate) fn rests(env: &Env, id: &str) -> bool {
    env.home().join(format!("secrets/{id}.age")).is_file()
}

/// The same of one RAM user.
pub(crate) fn live_of(env: &Env, user: &str) -> Vec<Live> {
    pairs_in(&env.cloud_of(user))
}

/// What the recycle bin has of the user's pairs.
#[cfg(feature = "server")]
pub(crate) fn recycled_of(env: &Env, user: &str) -> Vec<String> {
    let pairs = access_keys(&env.cloud_of(user)).into_iter();
    let recycled = pairs.filter(|pair| pair.contains_key("recycled_at"));
    recycled
        .map(|pair| pair["id"].as_str().unwrap().to_owned())
        .collect()
}

/// An Active pair whose secret is held: what a rotation never takes away.
#[track_caller]
pub(crate) fn one_works(env: &Env, point: &str) {
    one_of_works(env, &live(env), point);
}

/// The same of one RAM user, where others have pairs too.
#[cfg(feature = "server")]
#[track_caller]
pub(crate) fn one_works_for(env: &Env, user: &str, point: &str) {
    one_of_works(env, &live_of(env, user), point);
}

#[track_caller]
fn one_of_works(env: &Env, live: &[Live], point: &str) {
    let works = live.iter().any(|pair| pair.active && rests(env, &pair.id));
    assert!(works, "{point}: no Active pair is held");
}

/// What is unfinished where nothing is due.
pub(crate) const RESTING: [&str; 2] = ["rotation (grace)", "rollback (grace)"];

/// The invariants. `point` says what was done to the home.
#[track_caller]
pub(crate) fn check(env: &Env, point: &str) -> State {
    check_but(env, None, point)
}

/// The same where the secret of `lost` was not held when the test began.
#[track_caller]
pub(crate) fn check_but(env: &Env, lost: Option<&str>, point: &str) -> State {
    let state = said(env, lost, point, |pair| works_still(env, pair, point));
    claims_are_true(env, point);
    nothing_in_clear(env, &secrets(env, &state, point), point);
    if env.home().exists() {
        private(&env.home(), point);
    }
    state
}

/// Those of them that hold whatever the secret store is: each pair of the cloud is held and works, or is said aloud.
#[cfg(feature = "server")]
#[track_caller]
pub(crate) fn accounted(env: &Env, point: &str) -> State {
    said(env, None, point, |pair| works(env, pair, point))
}

#[track_caller]
fn said(env: &Env, unheld: Option<&str>, point: &str, works: impl Fn(&Live)) -> State {
    let list = env.akm(&["list", "--json"]);
    assert_eq!(list.code, 0, "{point}: {}", list.stderr);
    let rows = list.json()["access_keys"].as_array().unwrap().clone();
    let listed = env.akm(&["recover", "--list", "--json"]);
    assert_eq!(listed.code, 0, "{point}: {}", listed.stderr);
    let (suspects, open) = shown(&listed.json());
    let state = State {
        live: live(env),
        rows,
        suspects,
        open,
    };
    for pair in &state.live {
        if state.holds(pair, unheld, &list.stderr, point) {
            works(pair);
        }
    }
    state
}

fn shown(listed: &Value) -> (Vec<String>, Vec<String>) {
    let (mut suspects, mut open) = (Vec::new(), Vec::new());
    for entry in listed["open"].as_array().unwrap() {
        match entry["what"].as_str().unwrap() {
            "suspect" => suspects.push(entry["access_key_id"].as_str().unwrap().to_owned()),
            what => {
                let stage = entry["state"].as_str().map(|stage| format!(" ({stage})"));
                open.push(format!("{what}{}", stage.unwrap_or_default()));
            }
        }
    }
    (suspects, open)
}

/// The cloud knows the pair by its secret, if it is Active.
#[track_caller]
fn works(env: &Env, pair: &Live, point: &str) {
    let verified = env.akm(&["verify", &pair.id]);
    let expected = if pair.active { 0 } else { 6 };
    assert_eq!(verified.code, expected, "{point}: {}", verified.stderr);
}

/// The same where secrets rest in files: for the same pair, status and secret, the cloud is asked once.
#[track_caller]
fn works_still(env: &Env, pair: &Live, point: &str) {
    static KNOWN: Mutex<BTreeSet<(Live, String)>> = Mutex::new(BTreeSet::new());
    let known = (pair.clone(), secret(env, &pair.id, point));
    if !KNOWN.lock().unwrap().contains(&known) {
        works(env, pair, point);
        KNOWN.lock().unwrap().insert(known);
    }
}

/// What `age` makes of the pair's file.
#[track_caller]
fn secret(env: &Env, id: &str, point: &str) -> String {
    let folder = env.home().join("secrets");
    let text = std::fs::read_to_string(folder.join("identity.txt")).unwrap();
    let line = text.lines().find(|line| line.starts_with("AGE-")).unwrap();
    let identity: age::x25519::Identity = line.parse().unwrap();
    let sealed = std::fs::read(folder.join(format!("{id}.age")));
    let sealed = sealed.unwrap_or_else(|error| panic!("{point}: the secret of {id}: {error}"));
    let opened = age::decrypt(&identity, &sealed);
    let opened = opened.unwrap_or_else(|error| panic!("{point}: the secret of {id}: {error}"));
    String::from_utf8(opened).unwrap()
}

/// Whether metadata knows the pair, be it deleted or a suspect.
pub(crate) fn known(env: &Env, id: &str) -> bool {
    let ours = ["accounts", "journal"].map(|folder| env.home().join(folder));
    let files = env.files().into_iter();
    files
        .filter(|(path, _)| ours.iter().any(|folder| path.starts_with(folder)))
        .any(|(_, content)| String::from_utf8_lossy(&content).contains(id))
}

/// Metadata claims no secret that the store lacks, of deleted pairs neither.
#[track_caller]
fn claims_are_true(env: &Env, point: &str) {
    for (path, _) in env.files() {
        let metadata = path
            .strip_prefix(env.home())
            .unwrap()
            .starts_with("accounts");
        if !metadata || path.extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        for pair in access_keys(&path) {
            let id = pair["access_key_id"].as_str().unwrap();
            let claimed = pair.contains_key("secret_store");
            assert!(!claimed || rests(env, id), "{point}: the store lacks {id}");
        }
    }
}

/// The secrets of all rows that say `stored`.
#[track_caller]
fn secrets(env: &Env, state: &State, point: &str) -> Vec<String> {
    let stored = state.rows.iter().filter(|row| row["secret"] == "stored");
    stored
        .map(|row| secret(env, row["access_key_id"].as_str().unwrap(), point))
        .collect()
}

/// No file of the home holds one of these secrets, raw or in base64.
#[track_caller]
pub(crate) fn nothing_in_clear(env: &Env, secrets: &[String], point: &str) {
    for (path, content) in env.files() {
        for secret in secrets {
            let base64 = BASE64_STANDARD.encode(secret);
            for form in [secret.as_str(), base64.trim_end_matches('=')] {
                let found = content
                    .windows(form.len())
                    .any(|window| window == form.as_bytes());
                assert!(!found, "{point}: {} holds a secret", path.display());
            }
        }
    }
}

/// Folders 0700, files 0600, no symlinks.
#[track_caller]
pub(crate) fn private(path: &Path, point: &str) {
    let about = path.symlink_metadata().unwrap();
    let expected = if about.is_dir() { 0o40700 } else { 0o100_600 };
    let mode = about.permissions().mode();
    assert_eq!(mode, expected, "{point}: {}: {mode:o}", path.display());
    if about.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            private(&entry.unwrap().path(), point);
        }
    }
}

impl State {
    /// Whether the pair's secret is said to be held; if not, it is said aloud that the pair is a suspect, or it was lost before.
    #[track_caller]
    fn holds(&self, pair: &Live, lost: Option<&str>, aloud: &str, point: &str) -> bool {
        let mut rows = self.rows.iter();
        let row = rows.find(|row| row["access_key_id"] == *pair.id);
        let suspect = self.suspects.contains(&pair.id);
        let says = |held: &str| row.is_some_and(|row| row["secret"] == held);
        if says("stored") {
            assert!(!suspect, "{point}: held and a suspect");
            return true;
        }
        let before = lost == Some(&*pair.id) && says("missing");
        let told = (suspect && aloud.contains(&pair.id)) || before;
        assert!(told, "{point}: nobody speaks of {pair:?}: {self:?}");
        false
    }

    /// Nothing is half done and nobody is under suspicion: metadata shows what the cloud has, and holds all of it.
    #[track_caller]
    pub(crate) fn settled(&self, pairs: usize, point: &str) -> &Self {
        self.agreed(point);
        assert_eq!(self.suspects, [""; 0], "{point}");
        assert_eq!(self.live.len(), pairs, "{point}: {self:?}");
        assert!(
            self.rows.iter().all(|row| row["secret"] == "stored"),
            "{point}: {self:?}"
        );
        self
    }

    /// Metadata shows what the cloud has, with the same status, but for suspects.
    #[track_caller]
    pub(crate) fn agreed(&self, point: &str) -> &Self {
        let mut rows: Vec<Live> = self
            .rows
            .iter()
            .map(|row| Live {
                id: row["access_key_id"].as_str().unwrap().to_owned(),
                active: row["status"] == "Active",
            })
            .collect();
        rows.sort();
        let listed = |pair: &&Live| rows.contains(pair) || !self.suspects.contains(&pair.id);
        let live: Vec<Live> = self.live.iter().filter(listed).cloned().collect();
        assert_eq!(rows, live, "{point}");
        self
    }
}

/// Another home with the same content and modes.
pub(crate) fn copied(env: &Env) -> Env {
    let copy = Env::light();
    if env.home().exists() {
        copy_folder(&env.home(), &copy.home());
    }
    copy
}

pub(crate) fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, from.metadata().unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (from, name) = (entry.as_ref().unwrap().path(), entry.unwrap().file_name());
        if from.is_dir() {
            copy_folder(&from, &to.join(name));
        } else {
            std::fs::copy(&from, to.join(name)).unwrap();
        }
    }
}
