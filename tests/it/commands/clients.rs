//! The official SDKs, unmodified, as clients of what akm hands out: each finds its credentials by its own default chain, signs calls
//! to a served account, and the id that signed is compared. `tests/run` installs them.

use crate::support::env::{Env, Ran, skipped};
use crate::support::serving::Serving;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A program that signs calls with what its default chain finds, as `tests/sdk/client.py` describes.
pub(crate) struct Client {
    pub(crate) name: &'static str,
    words: Vec<String>,
}

impl Client {
    /// The program's name and arguments; `None`, said aloud, where `needs` is not there.
    pub(crate) fn new(name: &'static str, needs: &Path, words: &[&str]) -> Option<Self> {
        if !needs.exists() {
            let needs = needs.display();
            skipped(&format!("`{needs}` is not there (`tests/run` makes it)"));
            return None;
        }
        let words = words.iter().map(|word| (*word).to_owned()).collect();
        Some(Self { name, words })
    }

    /// The command line that signs at this address.
    pub(crate) fn line<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        let words = self.words.iter().map(String::as_str);
        words.chain(more.iter().copied()).collect()
    }
}

pub(crate) fn sdk(path: &str) -> PathBuf {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    tests.join("sdk").join(path)
}

pub(crate) fn python() -> Option<Client> {
    let (python, program) = (sdk("../.venv/bin/python"), sdk("client.py"));
    let words = [python.to_str().unwrap(), "-B", program.to_str().unwrap()];
    Client::new("python", &python, &words)
}

pub(crate) fn node() -> Option<Client> {
    let (modules, program) = (sdk("node_modules/installed"), sdk("client.js"));
    Client::new("node", &modules, &["node", program.to_str().unwrap()])
}

/// A served account with the RAM user alice, and with a user `decoy`, whose pair works and must sign nothing.
struct Cloud {
    env: Env,
    serving: Serving,
    alice: String,
    decoy: (String, String),
}

impl Cloud {
    fn start() -> Self {
        let env = Env::light();
        let serving = Serving::start(&env, &[]);
        serving.add_profile(&env, "dev");
        for user in ["alice", "decoy"] {
            assert_eq!(env.akm(&["user", "create", user]).code, 0);
        }
        let alice = env.create("alice");
        let decoy = env.create_shown("decoy");
        Self {
            env,
            serving,
            alice,
            decoy,
        }
    }

    fn role(&self) -> &str {
        self.serving.field("role_arn")
    }

    /// The session that akm keeps for the administrator's pair and the role: whoever asks gets this one.
    fn session(&self) -> String {
        session(&self.env, self.role())
    }

    /// The decoy's pair in every file that a default chain reads.
    fn set_decoys(&self) {
        let (id, secret) = &self.decoy;
        let profile = serde_json::json!({
            "name": "decoy", "mode": "AK", "access_key_id": id, "access_key_secret": secret, "region_id": "cn-hangzhou",
        });
        let config = serde_json::json!({"current": "decoy", "profiles": [profile]});
        let ini = format!(
            "[default]\nenable = true\ntype = access_key\naccess_key_id = {id}\naccess_key_secret = {secret}\n"
        );
        self.write(".aliyun/config.json", &config.to_string());
        for file in ["credentials", "credentials.ini", "elsewhere.ini"] {
            self.write(&format!(".alibabacloud/{file}"), &ini);
        }
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.env.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = std::fs::OpenOptions::new();
        let file = file.write(true).create_new(true).mode(0o600);
        std::io::Write::write_all(&mut file.open(path).unwrap(), content.as_bytes()).unwrap();
    }

    /// What a caller's environment may have left over: the decoy's pair, and what wins over a pair or spoils it.
    fn stale_variables(&self) -> Vec<(&str, String)> {
        let (id, secret) = &self.decoy;
        let file = self.env.path(".alibabacloud/elsewhere.ini");
        let with = |name, value: &str| (name, value.to_owned());
        vec![
            with("ALIBABA_CLOUD_ACCESS_KEY_ID", id),
            with("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret),
            with("ALIBABA_CLOUD_SECURITY_TOKEN", "stale"),
            with("ALIBABA_CLOUD_PROFILE", "decoy"),
            with("ALIBABA_CLOUD_CREDENTIALS_FILE", file.to_str().unwrap()),
            with("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:9/stale"),
            with("ALIBABA_CLOUD_ROLE_ARN", self.role()),
            with("ALIBABA_CLOUD_ROLE_SESSION_NAME", "stale"),
        ]
    }

    /// Runs an akm command with a client behind the dashes, from an environment and a home full of decoys.
    fn beside_decoys(&self, client: &Client, args: &[&str]) -> Ran {
        self.set_decoys();
        let args = [args, &["--"], &client.line(&[self.serving.address()])].concat();
        let mut command = self.env.command(&args);
        Ran::from(command.envs(self.stale_variables()).output().unwrap())
    }

    /// Connects `~/.aliyun/config.json` beside the decoy's profile, and runs a client with that profile.
    fn by_profile(&self, client: &Client, connect: &[&str]) -> Ran {
        self.set_decoys();
        let connected = self
            .env
            .akm(&[&["connect", "aliyun-cli"], connect].concat());
        assert_eq!(connected.code, 0, "{}", connected.stderr);
        let line = client.line(&[self.serving.address()]);
        let mut command = Command::new(line[0]);
        self.env.dress(&mut command);
        command
            .args(&line[1..])
            .env("ALIBABA_CLOUD_PROFILE", "akm")
            .env("ALIBABA_CLOUD_CREDENTIALS_URI", "http://127.0.0.1:9/stale");
        Ran::from(command.output().unwrap())
    }

    /// A RAM user's call is refused by RAM, whose answer proves the signature: alice has no policy.
    #[track_caller]
    fn alice_signed(&self, ran: &Ran) {
        let account = self.serving.field("account_id");
        let expected = format!(
            "{}\nacs:ram::{account}:user/alice\nNoPermission\n",
            self.alice
        );
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (0, expected.as_str()),
            "{}",
            ran.stderr
        );
    }

    /// The role's session signed, which may list the three users.
    #[track_caller]
    fn role_signed(&self, ran: &Ran, session: &str) {
        let account = self.serving.field("account_id");
        let arn = format!("acs:ram::{account}:assumed-role/sandbox-role/akm");
        let expected = format!("{session}\n{arn}\n3 users\n");
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (0, expected.as_str()),
            "{}",
            ran.stderr
        );
    }
}

/// Each decoy wins where akm has no say, so that it could win where akm has.
fn signs_with_a_decoy(client: Option<Client>) {
    let Some(client) = client else { return };
    let cloud = Cloud::start();
    cloud.set_decoys();
    let (id, secret) = &cloud.decoy;
    let file = cloud.env.path(".alibabacloud/elsewhere.ini");
    let file = ("ALIBABA_CLOUD_CREDENTIALS_FILE", file.to_str().unwrap());
    let no_config = ("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true");
    let pair = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", id.as_str()),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret.as_str()),
    ];
    for variables in [&pair[..], &[], &[no_config], &[no_config, file]] {
        let line = client.line(&[cloud.serving.address()]);
        let mut command = Command::new(line[0]);
        cloud.env.dress(&mut command);
        command.args(&line[1..]).envs(variables.iter().copied());
        let ran = Ran::from(command.output().unwrap());
        assert_eq!(
            ran.stdout.lines().next(),
            Some(id.as_str()),
            "{}",
            ran.stderr
        );
    }
}

/// The id of the session that akm keeps for the pair that the profile signs with, and the role.
pub(crate) fn session(env: &Env, role: &str) -> String {
    let ran = env.akm(&["credential-process", "--self", "--role-arn", role]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.json()["access_key_id"].as_str().unwrap().to_owned()
}

/// By its environment, `akm exec`, with the pair of alice.
pub(crate) fn signs_with_the_pair_of_exec(client: Option<Client>) {
    let Some(client) = client else { return };
    let cloud = Cloud::start();
    let ran = cloud.beside_decoys(&client, &["exec", "alice"]);
    cloud.alice_signed(&ran);
}

/// By a profile of mode `External` with the pair of alice.
pub(crate) fn signs_with_the_pair_of_a_profile(client: Option<Client>) {
    let Some(client) = client else { return };
    let cloud = Cloud::start();
    let ran = cloud.by_profile(&client, &["alice", "--static"]);
    cloud.alice_signed(&ran);
}

/// By a profile of mode `External` with a session of the role.
pub(crate) fn signs_with_the_session_of_a_profile(client: Option<Client>) {
    let Some(client) = client else { return };
    let cloud = Cloud::start();
    let ran = cloud.by_profile(&client, &["--self", "--role-arn", cloud.role()]);
    cloud.role_signed(&ran, &cloud.session());
}

/// By the credentials URI, the last link of every chain, `akm serve`.
pub(crate) fn signs_with_the_session_of_serve(client: Option<Client>) {
    let Some(client) = client else { return };
    let cloud = Cloud::start();
    let session = cloud.session();
    let ran = cloud.beside_decoys(&client, &["serve", "--self", "--role-arn", cloud.role()]);
    cloud.role_signed(&ran, &session);
}

#[test]
fn python_signs_with_a_decoy_where_akm_has_no_say() {
    signs_with_a_decoy(python());
}

#[test]
fn node_signs_with_a_decoy_where_akm_has_no_say() {
    signs_with_a_decoy(node());
}

#[test]
fn python_signs_with_the_pair_of_exec() {
    signs_with_the_pair_of_exec(python());
}

#[test]
fn python_signs_with_the_pair_of_a_profile() {
    signs_with_the_pair_of_a_profile(python());
}

#[test]
fn python_signs_with_the_session_of_a_profile() {
    signs_with_the_session_of_a_profile(python());
}

#[test]
fn python_signs_with_the_session_of_serve() {
    signs_with_the_session_of_serve(python());
}

#[test]
fn node_signs_with_the_pair_of_exec() {
    signs_with_the_pair_of_exec(node());
}

#[test]
fn node_signs_with_the_pair_of_a_profile() {
    signs_with_the_pair_of_a_profile(node());
}

#[test]
fn node_signs_with_the_session_of_a_profile() {
    signs_with_the_session_of_a_profile(node());
}

#[test]
fn node_signs_with_the_session_of_serve() {
    signs_with_the_session_of_serve(node());
}
