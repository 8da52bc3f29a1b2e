//! `akm import --scrub`: the pair leaves the file that it was imported from, and the file's programs go on working.

use crate::commands::import::{SANDBOX, lost};
use crate::support::env::{Env, Ran, edit, have};
use crate::support::guises::{guises, holds};
use crate::support::kill_served::points;
use crate::support::served::Served;
use crate::support::strace;
use crate::support::truth::copy_folder;
use serde_json::{Value, json};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) const AK: [&str; 5] = ["import", "--from", "aliyun-cli", "--scrub", "--static"];
pub(crate) const INI: [&str; 4] = ["import", "--from", "credentials-file", "--scrub"];
pub(crate) const CONFIG: &str = ".aliyun/config.json";
pub(crate) const BACKUP: &str = ".aliyun/config.json.akm-backup";
pub(crate) const CREDENTIALS: &str = ".alibabacloud/credentials";

pub(crate) fn put(env: &Env, name: &str, text: &str) {
    let path = env.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(&path, text).unwrap();
    mode(&path, 0o600);
}

pub(crate) fn text(env: &Env, name: &str) -> String {
    std::fs::read_to_string(env.path(name)).unwrap()
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// A home that lost alice's pair: its id, its secret.
pub(crate) fn without_alice() -> (Env, String, String) {
    let (env, _, csv) = lost(&["alice"], false);
    let (id, secret) = csv.lines().nth(1).unwrap().split_once(',').unwrap();
    (env, id.to_owned(), secret.to_owned())
}

/// Two profiles with the pair, the first of which is the current one, and one with another pair.
pub(crate) fn config(id: &str, secret: &str) -> String {
    format!(
        "{{\n\t\"current\": \"prod\",\n\t\"profiles\": [\n\t\t{{\n\t\t\t\"name\": \"prod\",\n\t\t\t\"mode\": \"AK\",\n\
         \t\t\t\"access_key_id\": \"{id}\",\n\t\t\t\"access_key_secret\": \"{secret}\",\n\t\t\t\"region_id\": \"cn-beijing\"\n\t\t}},\n\
         \t\t{{\"name\": \"odd\", \"mode\": \"StsToken\", \"invented\": [\"{secret}\"], \"retry_count\": 1.50}},\n\
         \t\t{{\"name\": \"other\", \"mode\": \"AK\", \"access_key_id\": \"LTAI5tOTHER\", \"access_key_secret\": \"marker\"}}\n\
         \t],\n\t\"meta_path\": \"\"\n}}"
    )
}

pub(crate) fn section(name: &str, id: &str, secret: &str) -> String {
    format!("[{name}]\ntype = access_key\naccess_key_id = {id}\naccess_key_secret = {secret}\n")
}

/// What was said, with `ROOT` for the test's folder.
#[track_caller]
pub(crate) fn said(env: &Env, ran: &Ran, id: &str, code: i32, stderr: &str) {
    let folder = env.path("");
    let folder = folder.to_str().unwrap().trim_end_matches('/');
    let stderr = stderr.replace("ROOT/", &format!("{folder}/"));
    ran.said(&[id], code, "", &stderr);
}

/// The secret is in no file of the folder, in whatever guise.
#[track_caller]
pub(crate) fn clean(env: &Env, folder: &str, secret: &str) {
    for entry in std::fs::read_dir(env.path(folder)).unwrap() {
        let path = entry.unwrap().path();
        let content = std::fs::read(&path).unwrap();
        let found = guises(secret).iter().any(|guise| holds(&content, guise));
        assert!(!found, "{} has the secret", path.display());
    }
}

/// As a client does that was given the pair, or a person.
pub(crate) fn write_back(env: &Env, id: &str, secret: &str) {
    let back = format!(
        "\"mode\": \"External\", \"access_key_id\": \"{id}\", \"access_key_secret\": \"{secret}\""
    );
    edit(&env.path(CONFIG), "\"mode\": \"External\"", &back);
}

pub(crate) fn profile(env: &Env, name: &str) -> Value {
    let file: Value = serde_json::from_str(&text(env, CONFIG)).unwrap();
    let profiles = file["profiles"].as_array().unwrap();
    let found = profiles.iter().find(|profile| profile["name"] == name);
    found.unwrap().clone()
}

/// What a client gets that runs the profile's command, in an environment of its own.
#[track_caller]
pub(crate) fn given(env: &Env, name: &str) -> Value {
    let profile = profile(env, name);
    assert_eq!(profile["mode"], "External");
    let mut shell = Command::new("sh");
    shell
        .arg("-c")
        .arg(profile["process_command"].as_str().unwrap());
    shell.env_clear().env("PATH", "/usr/bin:/bin");
    shell.env("AKM_STORE", "age").current_dir("/");
    let ran = Ran::from(shell.output().unwrap());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.json()
}

#[test]
fn the_pair_leaves_every_profile_and_the_imported_one_gets_it_from_akm() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    said(
        &env,
        &env.akm(&AK),
        &id,
        0,
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): 1 pair imported.\n\
             note: `<ID1>` is from profile `prod` of `ROOT/.aliyun/config.json`\n\
             Removed the secret of <ID1> from ROOT/.aliyun/config.json. The profile prod now gets its credentials from akm: account <ACCOUNT> (profile sandbox).\n\
             warning: the profile odd had this pair too and has no credentials now\n\
             hint: to connect it, too: akm connect aliyun-cli -u alice --as odd --static\n\
             warning: the SDKs write the pair that they are given back into this file in clear; `--role-arn ARN` gives out sessions, which end\n\
             warning: this is the sandbox, account <ACCOUNT> on this machine: no cloud accepts its credentials\n\
             note: what the file was before, without its secrets, is in `ROOT/.aliyun/config.json.akm-backup`\n\
             note: `ROOT/.aliyun/config.json` still has secrets in clear text\n\
             next: akm verify <ID1>\n"
        ),
    );
    clean(&env, ".aliyun", &secret);
    // All else is as it was.
    let before = config(&id, "");
    let start = before.find("\t\t{\"name\": \"odd\"").unwrap();
    let after = text(&env, CONFIG);
    assert!(after.ends_with(&before[start..]), "{after}");
    assert!(
        after.starts_with(&before[..before.find("\"AK\"").unwrap()]),
        "{after}"
    );
    assert_eq!(profile(&env, "prod")["region_id"], "cn-beijing");
    assert_eq!(text(&env, BACKUP), before.replace("marker", ""));
    for name in [CONFIG, BACKUP] {
        let mode = env.path(name).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    let answer = given(&env, "prod");
    assert_eq!(
        (&answer["access_key_id"], &answer["access_key_secret"]),
        (&json!(id), &json!(secret))
    );
    assert_eq!(env.akm(&["verify", &id]).code, 0);
}

#[test]
fn once_scrubbed_there_is_nothing_to_scrub() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    let first = env.akm(&[&AK[..], &["--json"]].concat());
    let [file, backup] = [CONFIG, BACKUP].map(|name| env.path(name));
    let scrubbed = json!([{"access_key_id": id, "file": file, "backup": backup}]);
    let expected = json!({"imported": 1, "already_held": 0, "scrubbed": scrubbed});
    assert_eq!(
        (first.code, first.json()),
        (0, expected),
        "{}",
        first.stderr
    );
    let (written, kept) = (text(&env, CONFIG), text(&env, BACKUP));
    let already =
        "The profile prod in ROOT/.aliyun/config.json gets its credentials from akm already; ";
    said(
        &env,
        &env.akm(&AK),
        &id,
        0,
        &format!("{already}there is nothing to scrub.\n"),
    );
    assert_eq!(
        (text(&env, CONFIG), text(&env, BACKUP)),
        (written.clone(), kept)
    );
    // A client wrote back what it was given.
    write_back(&env, &id, &secret);
    said(
        &env,
        &env.akm(&AK),
        &id,
        0,
        &format!(
            "{already}what clients wrote into it is removed.\n\
             note: what the file was before, without its secrets, is in `ROOT/.aliyun/config.json.akm-backup`\n"
        ),
    );
    assert_eq!(text(&env, CONFIG), written);
    clean(&env, ".aliyun", &secret);
}

/// The served account's administrator may assume the role.
#[test]
fn profiles_with_a_role_get_sessions_of_it() {
    let served = Served::start();
    let (env, role) = (&served.env, served.serving.field("role_arn"));
    let (id, secret) = ["access_key_id", "access_key_secret"]
        .map(|field| served.serving.field(field).to_owned())
        .into();
    let pair = json!({"name": "base", "mode": "AK", "access_key_id": id, "access_key_secret": secret, "region_id": "cn-hangzhou"});
    let with = |name: &str, mode: &str| {
        let mut profile = pair.clone();
        profile["name"] = name.into();
        profile["mode"] = mode.into();
        profile["ram_role_arn"] = role.into();
        profile["ram_session_name"] = "me".into();
        profile
    };
    let mut chained = with("chained", "ChainableRamRoleArn");
    chained["access_key_id"] = "".into();
    chained["access_key_secret"] = "".into();
    chained["source_profile"] = "base".into();
    for (name, profiles, options) in [
        ("in-role", json!([with("in-role", "RamRoleArn")]), &[][..]),
        ("chained", json!([chained, pair]), &[]),
        ("base", json!([pair]), &["--role-arn", role]),
    ] {
        let file = json!({"current": name, "profiles": profiles});
        put(env, CONFIG, &format!("{file:#}"));
        let ran = env.akm(&[&AK[..4], options].concat());
        assert_eq!(ran.code, 0, "{name}: {}", ran.stderr);
        let warned = ran
            .stderr
            .contains("warning: the profile base had this pair too");
        assert_eq!(warned, name == "chained", "{}", ran.stderr);
        clean(env, ".aliyun", &secret);
        assert!(!text(env, CONFIG).contains(&id), "{name}");
        let command = profile(env, name)["process_command"].to_string();
        assert!(command.contains(&format!("--role-arn {role}")), "{command}");
        let answer = given(env, name);
        assert_eq!(answer["mode"], "StsToken", "{name}");
        assert!(
            answer["access_key_id"]
                .as_str()
                .unwrap()
                .starts_with("STS.")
        );
        assert_eq!(env.akm(&["read", &id]).stdout.trim(), secret);
    }
}

/// Runs a command that must fail before anything is saved or changed.
#[track_caller]
pub(crate) fn refused_at_once(env: &Env, args: &[&str], code: i32, stderr: &str) {
    let before = std::fs::read(env.path(CONFIG)).ok();
    let ran = env.akm(args);
    said(env, &ran, "no id", code, stderr);
    assert_eq!(std::fs::read(env.path(CONFIG)).ok(), before);
    assert!(!env.path(BACKUP).exists() && env.pairs().is_empty());
}

#[test]
fn without_a_role_a_choice_is_asked_for_before_anything_is_saved() {
    let (env, id, secret) = without_alice();
    let file = config(&id, &secret);
    put(&env, CONFIG, &file);
    refused_at_once(
        &env,
        &AK[..4],
        9,
        "error: nothing says which credentials the profile `prod` gets from akm: it signs with the pair itself; nothing was imported\n\
         hint: add `--role-arn ARN` for sessions of a role, or `--static` for the pair itself\n",
    );
    let role = "\"RamRoleArn\", \"ram_role_arn\": \"acs:ram::1:role/a\", \"external_id\": \"abc\"";
    put(&env, CONFIG, &file.replacen("\"AK\"", role, 1));
    refused_at_once(
        &env,
        &AK[..4],
        4,
        "error: the profile `prod` assumes its role with an external id: `akm credential-process` sends none; nothing was imported\n\
         hint: add `--role-arn ARN` for another role, or `--static` for the pair itself\n",
    );
}

#[test]
fn options_that_make_no_sense_together_are_wrong_usage() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    put(
        &env,
        "a.csv",
        &format!("AccessKey ID,AccessKey Secret\n{id},{secret}\n"),
    );
    let role = ["--role-arn", "acs:ram::1:role/a"];
    for args in [
        &["import", "a.csv", "--scrub"][..],
        &["import", "a.csv", "--scrub", "--static"],
        &["import", "--from", "aliyun-cli", "--static"],
        &["import", "--from", "aliyun-cli", role[0], role[1]],
        &[&AK[..], &role].concat(),
        &[
            "import",
            "--from",
            "aliyun-cli",
            "--scrub",
            "--role-arn",
            "x",
        ],
    ] {
        let ran = env.akm(args);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (2, ""),
            "{args:?}: {}",
            ran.stderr
        );
    }
    refused_at_once(
        &env,
        &["import", "--from", "environment", "--scrub"],
        2,
        "error: `--scrub` cannot change the environment\n\
         hint: import without `--scrub`, then unset these variables where they are set\n",
    );
    assert_eq!(text(&env, CONFIG), config(&id, &secret));
}

/// Runs a command that saves the pair and must fail then, with every file of the CLI as it was.
#[track_caller]
pub(crate) fn saved_and_untouched(env: &Env, id: &str, code: i32, why: &str) {
    saved_and_untouched_by(env, &AK, id, code, why);
}

#[track_caller]
pub(crate) fn saved_and_untouched_by(env: &Env, args: &[&str], id: &str, code: i32, why: &str) {
    let before = std::fs::read(env.path(CONFIG)).unwrap();
    let ran = env.akm(args);
    assert_eq!(
        (ran.code, ran.stdout.as_str()),
        (code, ""),
        "{}",
        ran.stderr
    );
    let (home, file) = (env.path(""), env.path(CONFIG));
    let end = ran.stderr[ran.stderr.find("error: the pair").unwrap()..].to_owned();
    let end = end.replace(home.to_str().unwrap(), "ROOT/");
    let end = without_request_id(&end);
    let file = file.strip_prefix(&home).unwrap().display();
    let expected =
        format!("error: the pair `{id}` is saved, and `ROOT/{file}` still has it: {why}\n");
    assert_eq!(end, expected);
    assert_eq!(std::fs::read(env.path(CONFIG)).unwrap(), before);
    assert_eq!(env.akm(&["read", id]).code, 0);
}

fn without_request_id(text: &str) -> String {
    let lines = text.split_inclusive('\n');
    lines
        .filter(|line| !line.starts_with("request id: "))
        .collect()
}

#[test]
fn a_file_that_cannot_be_changed_keeps_the_pair_which_is_saved() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    let cannot = "`ROOT/.aliyun/config.json` cannot be changed: ";
    mode(&env.path(CONFIG), 0o400);
    let read_only = "it is read-only; `chmod u+w` lets akm change it";
    saved_and_untouched(&env, &id, 1, &format!("{cannot}{read_only}"));
    mode(&env.path(CONFIG), 0o600);
    mode(&env.path(".aliyun"), 0o500);
    let read_only = "its folder is read-only; `chmod u+w` lets akm change it";
    saved_and_untouched(&env, &id, 1, &format!("{cannot}{read_only}"));
    mode(&env.path(".aliyun"), 0o700);
    // A backup that cannot be made.
    std::fs::create_dir(env.path(BACKUP)).unwrap();
    let ran = env.akm(&AK);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(text(&env, CONFIG), config(&id, &secret));
    std::fs::remove_dir(env.path(BACKUP)).unwrap();
    // What the reader takes and the editor does not.
    let twice = config(&id, &secret).replace("\"odd\"", "\"prod\"");
    put(&env, CONFIG, &twice);
    let bad = "`ROOT/.aliyun/config.json` is not a configuration of the `aliyun` CLI: two of its profiles have this name";
    saved_and_untouched(&env, &id, 1, bad);
    let others =
        config(&id, &secret).replacen("\"AK\"", "\"AK\", \"oauth_refresh_token\": \"marker\"", 1);
    put(&env, CONFIG, &others);
    let held = "the profile `prod` in `ROOT/.aliyun/config.json` has a secret that akm has not saved\n\
                hint: remove its other secrets, such as `sts_token`, then run the same command again";
    saved_and_untouched(&env, &id, 4, held);
    let longer = config(&id, &secret).replace(
        "\"meta_path\": \"\"",
        &format!("\"meta_path\": \"x{secret}\""),
    );
    put(&env, CONFIG, &longer);
    let inside = "a longer value in line 14 of `ROOT/.aliyun/config.json` contains the secret\n\
                  hint: remove it from that value, then run the same command again";
    saved_and_untouched(&env, &id, 4, inside);
}

#[test]
fn files_that_clients_left_are_named_where_they_have_the_secret() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    put(&env, ".aliyun/.config.json.tmp-1", &config(&id, &secret));
    put(
        &env,
        ".aliyun/config.json.tmp-2",
        &config(&id, &secret)[..200],
    );
    put(&env, ".aliyun/config.json.tmp-3", &config(&id, "marker"));
    let ran = env.akm(&AK);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let warned = |name: &str| {
        let path = env.path(".aliyun").join(name);
        let warning = format!(
            "warning: `{}` has the imported secret, too: another program left it when it was interrupted; delete this file\n",
            path.display()
        );
        ran.stderr.contains(&warning)
    };
    let names = [
        ".config.json.tmp-1",
        "config.json.tmp-2",
        "config.json.tmp-3",
    ];
    assert_eq!(names.map(warned), [true, true, false], "{}", ran.stderr);
    assert_eq!(
        text(&env, ".aliyun/.config.json.tmp-1"),
        config(&id, &secret)
    );
}

#[test]
fn links_are_followed_and_a_loop_of_them_is_refused() {
    let (env, id, secret) = without_alice();
    put(&env, "real.json", &config(&id, &secret));
    std::fs::create_dir(env.path(".aliyun")).unwrap();
    symlink("other.json", env.path(CONFIG)).unwrap();
    symlink("config.json", env.path(".aliyun/other.json")).unwrap();
    refused_at_once(
        &env,
        &AK,
        1,
        "error: `ROOT/.aliyun/config.json` cannot be read: Too many levels of symbolic links (os error 40)\n",
    );
    std::fs::remove_file(env.path(".aliyun/other.json")).unwrap();
    std::fs::remove_file(env.path(CONFIG)).unwrap();
    symlink("../real.json", env.path(CONFIG)).unwrap();
    let ran = env.akm(&AK);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(env.path(CONFIG).is_symlink() && !env.path("real.json").is_symlink());
    assert_eq!(given(&env, "prod")["access_key_id"], *id);
    clean(&env, ".aliyun", &secret);
}

/// The lock keeps akm between the saving and the change of the file.
#[test]
fn a_file_that_another_program_changes_meanwhile_is_left_as_it_is() {
    let (env, id, secret) = without_alice();
    put(&env, CONFIG, &config(&id, &secret));
    let lock = env.home().join("locks/aliyun-config.lock");
    std::fs::create_dir_all(lock.parent().unwrap()).unwrap();
    let lock = std::fs::OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(lock)
        .unwrap();
    mode(&env.home().join("locks/aliyun-config.lock"), 0o600);
    lock.lock().unwrap();
    let mut command = env.command(&AK);
    command.stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    let saved: PathBuf = env.home().join(format!("secrets/{id}.age"));
    for _ in 0..600 {
        if saved.exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let new = config("LTAI5tNEW", "another-secret");
    put(&env, CONFIG, &new);
    lock.unlock().unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!(ran.code, 7, "{}", ran.stderr);
    assert!(
        ran.stderr
            .ends_with("meanwhile\nhint: run the same command again\n"),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.contains("is saved, and `"), "{}", ran.stderr);
    assert_eq!(text(&env, CONFIG), new);
    assert_eq!(env.akm(&["read", &id]).stdout.trim(), secret);
}

#[test]
fn a_section_is_removed_once_the_sdks_get_its_pair_from_akm() {
    let (env, id, secret) = without_alice();
    let rest =
        "# mine\n[other]\ntype = access_key\naccess_key_id = X\naccess_key_secret = marker\n";
    let ini = format!("; top\r\n\n{}\n{rest}", section("default", &id, &secret));
    put(&env, CREDENTIALS, &ini);
    let from = "note: `<ID1>` is from section `default` of `ROOT/.alibabacloud/credentials`\n";
    let kept =
        "error: the pair `<ID1>` is saved, and `ROOT/.alibabacloud/credentials` still has it: ";
    let refused = format!(
        "{kept}the SDKs would have no pair any more: no profile of `~/.aliyun/config.json` gets it from akm\n\
         hint: `akm connect aliyun-cli -u alice"
    );
    let or = "first, or with `--role-arn ARN` in the place of `--static`\n";
    said(
        &env,
        &env.akm(&INI),
        &id,
        4,
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): 1 pair imported.\n{from}{refused} --static` {or}"
        ),
    );
    // A configuration whose current profile is another one.
    put(
        &env,
        CONFIG,
        "{\"current\": \"prod\", \"profiles\": [{\"name\": \"prod\", \"mode\": \"AK\"}]}",
    );
    let held = format!(
        "{SANDBOX}In the sandbox (account <ACCOUNT>): no pair imported: 1 pair was saved already.\n{from}"
    );
    said(
        &env,
        &env.akm(&INI),
        &id,
        4,
        &format!(
            "{held}{kept}the SDKs ask the profile `prod` of `~/.aliyun/config.json` first, and akm does not give them this pair there\n\
             hint: `akm connect aliyun-cli -u alice --as prod --static` first, or with `--role-arn ARN` in the place of `--static`; \
             the profile then gives this pair in the place of what it gives now\n"
        ),
    );
    assert_eq!(text(&env, CREDENTIALS), ini);
    let hint = [
        "connect",
        "aliyun-cli",
        "-u",
        "alice",
        "--as",
        "prod",
        "--static",
    ];
    assert_eq!(env.akm(&hint).code, 0);
    said(
        &env,
        &env.akm(&INI),
        &id,
        0,
        &format!(
            "{held}Removed the section default with the secret of <ID1> from ROOT/.alibabacloud/credentials. The SDKs get the pair from akm by ~/.aliyun/config.json: account <ACCOUNT> (profile sandbox).\n\
             note: what the file was before, without its secrets, is in `ROOT/.alibabacloud/credentials.akm-backup`\n\
             note: `ROOT/.alibabacloud/credentials` still has secrets in clear text\n\
             next: akm verify <ID1>\n"
        ),
    );
    assert_eq!(text(&env, CREDENTIALS), format!("; top\r\n\n\n{rest}"));
    clean(&env, ".alibabacloud", &secret);
    let copy = text(&env, ".alibabacloud/credentials.akm-backup");
    let blank = |text: &str, secret: &str| text.replace(&format!("secret = {secret}"), "secret =");
    assert_eq!(copy, blank(&blank(&ini, &secret), "marker"));
    assert_eq!(given(&env, "prod")["access_key_secret"], *secret);
    let again = env.akm(&INI);
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(
        again.stderr.contains("there is no section `default`"),
        "{}",
        again.stderr
    );
}

/// They would be lost with the section, and the copy of the file has no secrets.
#[test]
fn a_section_with_other_secrets_stays() {
    let (env, id, secret) = without_alice();
    assert_eq!(env.akm(&AK[..4]).code, 1, "there is no file yet");
    put(&env, CONFIG, &config(&id, &secret));
    assert_eq!(env.akm(&AK).code, 0);
    for other in ["private_key = only-here", "# access_key_secret = only-here"] {
        let ini = format!("{}{other}\n", section("default", &id, &secret));
        put(&env, CREDENTIALS, &ini);
        let ran = env.akm(&INI);
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(
            ran.stderr
                .contains("has other secrets: akm has not saved them"),
            "{}",
            ran.stderr
        );
        assert_eq!(text(&env, CREDENTIALS), ini);
    }
}

#[test]
fn a_section_stays_where_the_sdks_would_get_another_pair() {
    let (env, id, secret) = without_alice();
    put(&env, CREDENTIALS, &section("default", &id, &secret));
    let bob = env.create("bob");
    let refused = |env: &Env, variables: &[(&str, &str)], hint: &str| {
        let mut command = env.command(&INI);
        let ran = Ran::from(command.envs(variables.iter().copied()).output().unwrap());
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(ran.stderr.contains(hint), "{}", ran.stderr);
        assert_eq!(text(env, CREDENTIALS), section("default", &id, &secret));
    };
    assert_eq!(
        env.akm(&["connect", "aliyun-cli", &bob, "--static"]).code,
        0
    );
    refused(
        &env,
        &[],
        "hint: `akm connect aliyun-cli -u alice --as akm --static`",
    );
    assert_eq!(
        env.akm(&["connect", "aliyun-cli", "alice", "--static"])
            .code,
        0
    );
    // Another akm's command, and one that somebody changed.
    let written = text(&env, CONFIG);
    for (from, to) in [
        ("AKM_HOME=/", "AKM_HOME=/other/"),
        ("-u alice", "-u alice2"),
    ] {
        edit(&env.path(CONFIG), from, to);
        refused(
            &env,
            &[],
            "first, and akm does not give them this pair there",
        );
        put(&env, CONFIG, &written);
    }
    let disabled = [("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true")];
    refused(
        &env,
        &disabled,
        "hint: unset ALIBABA_CLOUD_CLI_PROFILE_DISABLED\n",
    );
    // The same secret in another section is named, and stays.
    let more = section("more", &id, &secret);
    put(
        &env,
        CREDENTIALS,
        &(section("default", &id, &secret) + &more),
    );
    let ran = env.akm(&INI);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let warning = format!(
        "warning: another part of `{}` still has the imported secret\n",
        env.path(CREDENTIALS).display()
    );
    assert!(ran.stderr.contains(&warning), "{}", ran.stderr);
    assert_eq!(text(&env, CREDENTIALS), more);
}

/// What a run is to take the pair out of, and a check of what it leaves.
struct Scene {
    args: &'static [&'static str],
    file: &'static str,
    content: String,
    config: String,
}

/// Killed before each system call that changes something: the secret is in the store or still in the file, and the same command
/// finishes the work.
fn killed_anywhere(env: &Env, (id, secret): (&str, &str), start: &Path, scene: &Scene) {
    let reset = || {
        for folder in ["home", ".aliyun", ".alibabacloud"] {
            let _ = std::fs::remove_dir_all(env.path(folder));
        }
        copy_folder(start, &env.home());
        put(env, CONFIG, &scene.config);
        put(env, scene.file, &scene.content);
    };
    reset();
    let points = points(env, scene.args);
    let after_all = text(env, scene.file);
    let mut after_saving = 0;
    for call in &points {
        reset();
        strace::killed(env, call, scene.args);
        let left = text(env, scene.file);
        assert!(
            left == scene.content || left == after_all,
            "killed at {call}: {left}"
        );
        let in_file = left.contains(secret);
        let in_store = env.akm(&["read", id]).stdout.trim() == secret;
        assert!(in_file || in_store, "killed at {call}: the secret is lost");
        after_saving += usize::from(in_store);
        let again = env.akm(scene.args);
        // Its section may have gone before.
        let done = again.code == 0 || again.code == 3 && !in_file;
        assert!(done, "killed at {call}: {}", again.stderr);
        for folder in [".aliyun", ".alibabacloud"] {
            if env.path(folder).exists() {
                clean(env, folder, secret);
            }
        }
        assert_eq!(given(env, "prod")["access_key_secret"], secret);
    }
    let all = points.len();
    assert!(
        all > 30 && after_saving > 10,
        "{all} points, {after_saving} after saving"
    );
}

#[test]
fn killed_while_it_scrubs_no_secret_is_lost() {
    if !have("strace") {
        return;
    }
    let (env, id, secret) = without_alice();
    let start = env.path("start");
    copy_folder(&env.home(), &start);
    let config = config(&id, &secret);
    put(&env, CONFIG, &config);
    assert_eq!(env.akm(&AK).code, 0);
    let connected = text(&env, CONFIG);
    let of_cli = Scene {
        args: &AK,
        file: CONFIG,
        content: config,
        config: String::new(),
    };
    let of_sdks = Scene {
        args: &INI,
        file: CREDENTIALS,
        content: section("default", &id, &secret),
        config: connected,
    };
    for scene in [of_cli, of_sdks] {
        killed_anywhere(&env, (&id, &secret), &start, &scene);
    }
}
