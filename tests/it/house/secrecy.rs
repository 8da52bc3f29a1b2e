//! No secret leaves but where it was asked for: every command, success and failure, and every file, searched in every guise.

use crate::support::env::{Env, Ran};
use crate::support::guises::{guises, holds};
use base64::prelude::{BASE64_STANDARD_NO_PAD, Engine};
use std::fmt::Write;

/// Everything said and written in a scenario.
struct Heard {
    env: Env,
    said: Vec<(String, Vec<u8>)>,
}

impl Heard {
    fn akm(&mut self, args: &[&str]) -> Ran {
        let args = [args, &["-v"]].concat();
        let ran = self.env.akm(&args);
        let whole = format!("{}\n{}", ran.stdout, ran.stderr).into_bytes();
        self.said.push((args.join(" "), whole));
        self.keep_files(&args.join(" "));
        ran
    }

    /// For a command that was asked for a secret on standard output: standard error must be clean all the same.
    fn asked(&mut self, args: &[&str]) -> Ran {
        let ran = self.env.akm(&[args, &["-v"]].concat());
        self.said
            .push((args.join(" "), ran.stderr.clone().into_bytes()));
        ran
    }

    /// As they are at this moment: journals come and go.
    fn keep_files(&mut self, when: &str) {
        for (path, content) in self.env.files() {
            let what = format!("{} after {when}", path.display());
            self.said.push((what, content));
        }
    }
}

fn id(ran: &Ran) -> String {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout.lines().next().unwrap().to_owned()
}

/// Runs every command, well and badly; gives back all secrets that there were.
fn everything(heard: &mut Heard) -> Vec<String> {
    let mut secrets = Vec::new();
    let alice = id(&heard.akm(&["create", "--ram-user", "alice"]));
    heard.akm(&[
        "create",
        "--ram-user",
        "bob",
        "--csv",
        "bob.csv",
        "--comment",
        "c",
    ]);
    heard.akm(&["create", "--ram-user", "bob", "--csv", "bob.csv"]);
    heard.akm(&["create", "--account", "-y", "--json"]);
    heard.akm(&["create", "--account"]);
    let shown = heard.asked(&["create", "--ram-user", "carol", "--show-secret"]);
    secrets.extend(shown.stdout.lines().nth(1).map(str::to_owned));
    heard.asked(&["create", "--ram-user", "carol", "--csv", "-"]);
    heard.akm(&["create", "--ram-user", "carol", "--show-secret"]);
    heard.akm(&["export", "--ram-user", "alice", "--csv", "a.csv", "--json"]);
    let new = id(&heard.akm(&["rotate", "--ram-user", "alice", "--json", "--overlap", "0s"]));
    assert!(new.contains(&alice));
    heard.akm(&["rotate", "--ram-user", "alice"]);
    let rotated = id(&heard.akm(&["rotate", "--ram-user", "bob"]));
    heard.akm(&["rotate", "--ram-user", "carol"]);
    heard.akm(&["rotate", "--ram-user", "bob", "--finish"]);
    // What hands out prints the secret, or gives it to a child, and says it nowhere else.
    for command in [
        &["read", "carol"][..],
        &["env", "carol"],
        &["env", "carol", "--format", "json"],
        &["credential-process", "carol"],
        &["exec", "carol", "--", "true"],
        &["exec", "carol", "--", "no-such-program"],
    ] {
        heard.asked(command);
        heard.keep_files(&command.join(" "));
    }
    let all = heard.asked(&["export", "--all", "--csv", "-"]);
    let rows = all.stdout.lines().skip(1);
    secrets.extend(
        rows.filter_map(|row| row.split_once(','))
            .map(|(_, secret)| secret.to_owned()),
    );
    assert!(secrets.len() >= 8, "{secrets:?}");
    // One row is right, the other has a secret that is not its pair's.
    let csv = std::fs::read_to_string(heard.env.path("bob.csv")).unwrap();
    let wrong = csv.replace(&secrets[1], &secrets[0]);
    std::fs::write(
        heard.env.path("wrong.csv"),
        format!("{csv}LTAI1,{}\n{wrong}", secrets[0]),
    )
    .unwrap();
    for command in [
        &["list", "--refresh"][..],
        &["import", "bob.csv"],
        &["import", "wrong.csv", "--json"],
        &["list", "--json"],
        &["show-id", "--ram-user", "bob", "--all"],
        &["show", "bob"],
        &["show", "bob", "--json"],
        &["comment", &rotated, "a remark"],
        &["verify", "--ram-user", "bob"],
        &["verify", "--self", "--json"],
        &["disable", &rotated],
        &["verify", &rotated],
        &["enable", &rotated],
        &["disable", &rotated, "--force", "--json"],
        &["delete", &rotated],
        &["delete", &rotated, "-y", "--json"],
        &["restore", &rotated, "--json"],
        &["restore", &rotated],
        &["user", "create", "dave"],
        &["user", "list"],
        &["user", "show", "bob", "--json"],
        &["user", "delete", "bob", "-y"],
        &["user", "delete", "dave", "-y"],
        &["store", "status"],
        &["recover"],
        &["recover", "--list"],
        &["recover", "--dismiss", &rotated],
        &["help", "exit-codes"],
        &["delete", &rotated, "-y", "--purge"],
    ] {
        heard.akm(command);
    }
    secrets
}

/// A cloud that takes no signature, a store that is damaged, a journal that is.
fn badly(heard: &mut Heard) {
    let alice = heard.env.record_of("alice");
    let text = std::fs::read_to_string(&alice).unwrap();
    std::fs::write(&alice, "x").unwrap();
    heard.akm(&["list"]);
    heard.akm(&["rotate", "--ram-user", "alice"]);
    std::fs::write(&alice, text).unwrap();
    let journal = heard.env.journal_of("alice");
    let bytes = std::fs::read(&journal).unwrap();
    std::fs::write(&journal, &bytes[..bytes.len() / 8]).unwrap();
    heard.akm(&["recover", "--json"]);
    std::fs::write(&journal, bytes).unwrap();
    let seed = format!("secrets/akm-sandbox-{}.age", heard.env.account());
    let seed = heard.env.home().join(seed);
    let held = heard.env.home().join("secrets");
    let other = std::fs::read_dir(&held)
        .unwrap()
        .flatten()
        .map(|entry| entry.path());
    let other = other
        .filter(|path| path.to_string_lossy().contains("LTAI"))
        .min()
        .unwrap();
    let kept = std::fs::read(&seed).unwrap();
    // Another secret in the place of the seed: every signature is wrong.
    std::fs::copy(other, &seed).unwrap();
    for command in [
        &["create", "--ram-user", "alice"][..],
        &["rotate", "--ram-user", "alice"],
        &["verify", "--self"],
        &["verify", "--ram-user", "alice", "--json"],
        &["list", "--refresh"],
    ] {
        heard.akm(command);
    }
    std::fs::write(&seed, kept).unwrap();
    let identity = held.join("identity.txt");
    std::fs::rename(&identity, held.join("aside")).unwrap();
    heard.akm(&["create", "--ram-user", "alice"]);
    std::fs::rename(held.join("aside"), &identity).unwrap();
}

#[test]
fn no_secret_is_said_or_written_but_where_it_was_asked_for() {
    let mut heard = Heard {
        env: Env::new().without_overlap(),
        said: Vec::new(),
    };
    let mut secrets = everything(&mut heard);
    let identity = std::fs::read_to_string(heard.env.home().join("secrets/identity.txt")).unwrap();
    let seed_file = "akm-sandbox-".to_owned() + &heard.env.account();
    badly(&mut heard);
    heard.akm(&["sandbox", "reset", "-y"]);
    let key = identity
        .lines()
        .find(|line| line.starts_with("AGE-SECRET-KEY-1"))
        .unwrap();
    secrets.sort();
    secrets.dedup();
    let needles: Vec<_> = secrets.iter().flat_map(|secret| guises(secret)).collect();
    let mut read = std::collections::HashSet::new();
    let mut found = String::new();
    for (what, content) in &heard.said {
        if !read.insert(content) {
            continue;
        }
        let its_own = what.contains("secrets/identity.txt") || what.contains("secrets/aside");
        let key_leaks = !its_own && guises(key).iter().any(|guise| holds(content, guise));
        if key_leaks || needles.iter().any(|needle| holds(content, needle)) {
            let _ = writeln!(found, "{what}");
        }
    }
    assert_eq!(found, "");
    assert!(heard.said.iter().any(|(what, _)| what.contains(&seed_file)));
    assert!(
        heard
            .said
            .iter()
            .any(|(what, _)| what.contains(".journal after rotate"))
    );
}

/// A child that gets a role's session has the pair's secret nowhere: not in its environment, its arguments, or those of its parent.
#[cfg(feature = "server")]
#[test]
fn a_session_keeps_the_secret_of_the_pair_from_whoever_gets_it() {
    let served = crate::support::served::Served::start();
    let secret = served.serving.field("access_key_secret");
    let role = served.serving.field("role_arn");
    let look = "env; cat /proc/self/environ /proc/self/cmdline /proc/$PPID/cmdline /proc/$PPID/environ; ls -l /proc/self/fd";
    let role = ["--self", "--role-arn", role, "-v"];
    for (command, behind, gets) in [
        (&["credential-process"][..], &[][..], "STS."),
        (&["env"], &[], "STS."),
        (&["exec"], &["--", "sh", "-c", look], "STS."),
        (
            &["serve"],
            &["--", "sh", "-c", look],
            "ALIBABA_CLOUD_CREDENTIALS_URI=http://",
        ),
        (&["connect", "aliyun-cli"], &[], ""),
    ] {
        let ran = served.env.akm(&[command, &role, behind].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        assert!(ran.stdout.contains(gets), "{}", command[0]);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        let files = served.env.all_files();
        for guise in guises(secret) {
            assert!(!holds(said.as_bytes(), &guise), "{}", command[0]);
            let file = files.iter().find(|(_, content)| holds(content, &guise));
            assert!(
                file.is_none(),
                "{}: {:?}",
                command[0],
                file.map(|(path, _)| path)
            );
        }
    }
}

/// Runs a command; the secret may be on its standard output, as that is its purpose, and is nowhere else: not on standard error, and in
/// no file of akm's or of the user's.
#[track_caller]
fn says_it_on_standard_output_alone(env: &Env, secret: &str, args: &[&str], purpose: bool) {
    let ran = env.akm(&[&args[..1], &["-v"], &args[1..]].concat());
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    assert_eq!(ran.stdout.contains(secret), purpose, "{args:?}");
    for guise in guises(secret) {
        assert!(!holds(ran.stderr.as_bytes(), &guise), "{args:?}");
        assert!(purpose || !holds(ran.stdout.as_bytes(), &guise), "{args:?}");
        let files = env.all_files().into_iter();
        let found: Vec<_> = files.filter(|(_, text)| holds(text, &guise)).collect();
        let paths: Vec<_> = found.iter().map(|(path, _)| path).collect();
        assert!(paths.is_empty(), "{args:?}: {paths:?}");
    }
}

#[test]
fn a_pair_itself_leaves_by_standard_output_or_the_environment_of_a_command_alone() {
    use std::os::unix::fs::PermissionsExt;
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    for (args, purpose) in [
        (&["read", "alice"][..], true),
        (&["env", "alice"], true),
        (&["credential-process", "alice", "--static"], true),
        (&["exec", "alice", "--", "printenv"], true),
        (&["exec", "alice", "--", "cat", "/proc/self/cmdline"], false),
        (&["connect", "aliyun-cli", "alice", "--static"], false),
    ] {
        says_it_on_standard_output_alone(&env, &secret, args, purpose);
    }
    let file = env.path(".aliyun/config.json");
    let profile = serde_json::json!({
        "name": "prod", "mode": "AK", "access_key_id": id, "access_key_secret": secret, "region_id": "cn-hangzhou",
    });
    let config = serde_json::json!({"current": "prod", "profiles": [profile]});
    std::fs::write(&file, config.to_string()).unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    let scrub = ["import", "--from", "aliyun-cli", "--scrub", "--static"];
    says_it_on_standard_output_alone(&env, &secret, &scrub, false);
}

#[test]
fn the_search_finds_each_guise() {
    let secret = "UsdZDqP4XePME4smwEKBAFEs3dnKgx";
    let all = guises(secret);
    let seen = |text: &[u8]| all.iter().any(|guise| holds(text, guise));
    assert!(seen(format!("x{secret}y").as_bytes()));
    for before in ["", "a", "ab", "abc"] {
        let text = BASE64_STANDARD_NO_PAD.encode(format!("{before}{secret}and more"));
        assert!(seen(text.as_bytes()), "{before}");
    }
    assert!(seen(format!("{:?}", secret.as_bytes()).as_bytes()));
    let utf16: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(seen(&utf16));
    assert!(!seen(b"UsdZDqP4XePME4smwEKBAFEs3dnKg"));
}
