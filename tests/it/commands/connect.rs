//! `akm connect aliyun-cli`

use crate::support::env::{Env, Ran, edit, have, named};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// One of another account, which nobody here may assume.
const ROLE: &str = "acs:ram::1234567890123456:role/deploy";

/// As the CLI writes it: two profiles, the second is the current one.
const FILE: &str = "{\n\t\"current\": \"prod\",\n\t\"profiles\": [\n\t\t{\n\t\t\t\"name\": \"default\",\n\t\t\t\"mode\": \"AK\",\n\t\t\t\"access_key_id\": \"LTAI5tDEFAULT\",\n\
                    \t\t\t\"access_key_secret\": \"marker-one\",\n\t\t\t\"region_id\": \"cn-beijing\",\n\t\t\t\"odd\": [1.50, \"\\u00e9\"]\n\t\t},\n\t\t{\n\t\t\t\"name\": \"prod\",\n\
                    \t\t\t\"mode\": \"StsToken\",\n\t\t\t\"sts_token\": \"marker-two\",\n\t\t\t\"oauth_refresh_token\": \"marker-three\"\n\t\t}\n\t],\n\t\"meta_path\": \"\"\n}";

fn file(env: &Env) -> PathBuf {
    env.path(".aliyun/config.json")
}

fn backup(env: &Env) -> PathBuf {
    env.path(".aliyun/config.json.akm-backup")
}

/// A home with a pair of alice's, who may assume the sandbox's role.
fn with_alice() -> Env {
    let env = Env::new();
    env.create("alice");
    let cloud = env.cloud_of("alice");
    std::fs::write(&cloud, "assumes_roles = true\n".to_owned() + &text(&cloud)).unwrap();
    env
}

fn role(env: &Env) -> String {
    format!("acs:ram::{}:role/sandbox-role", env.account())
}

/// A home with a pair of alice's, and this file of the CLI.
fn with_file(content: &str) -> Env {
    let env = with_alice();
    std::fs::create_dir(env.path(".aliyun")).unwrap();
    std::fs::write(file(&env), content).unwrap();
    mode(&file(&env), 0o600);
    env
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

fn mode_of(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap()
}

fn connect(env: &Env) -> [String; 5] {
    let role = role(env);
    ["connect", "aliyun-cli", "alice", "--role-arn", &role].map(str::to_owned)
}

#[track_caller]
fn connected(env: &Env) -> Ran {
    let ran = env.akm(&connect(env));
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    ran
}

fn command(env: &Env, arguments: &str) -> String {
    let (home, akm) = (env.home(), env!("CARGO_BIN_EXE_akm"));
    format!("env AKM_HOME={} {akm} {arguments}", home.display())
}

/// What the CLI's own rules say of a profile: a region, the mode to the letter, a command (its `Validate`; the SDKs ask for the mode to
/// the letter).
fn check_valid(profile: &serde_json::Value) {
    assert_eq!(profile["mode"], "External");
    for field in ["name", "process_command", "region_id"] {
        assert!(!profile[field].as_str().unwrap().is_empty(), "{field}");
    }
    for (field, _) in profile.as_object().unwrap() {
        assert!(
            !field.contains("secret") && !field.contains("token"),
            "{field}"
        );
    }
}

fn profiles(env: &Env) -> Vec<serde_json::Value> {
    let file: serde_json::Value = serde_json::from_str(&text(&file(env))).unwrap();
    file["profiles"].as_array().unwrap().clone()
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = names
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn connect_makes_a_private_file_whose_profile_runs_akm() {
    let env = with_alice();
    let root = env.path("").display().to_string();
    let ran = connected(&env);
    let said = named(&ran.stderr.replace(root.trim_end_matches('/'), "ROOT"), &[]);
    assert_eq!(
        said,
        "The profile akm in ROOT/.aliyun/config.json now gets its credentials from akm: account <ACCOUNT> (profile sandbox).\n\
         next: export ALIBABA_CLOUD_PROFILE=akm\n\
         warning: this is the sandbox, account <ACCOUNT> on this machine: no cloud accepts its credentials\n"
    );
    let command = command(
        &env,
        &format!(
            "-p sandbox credential-process -u alice --role-arn {}",
            role(&env)
        ),
    );
    let expected = format!(
        "{{\n\t\"current\": \"akm\",\n\t\"profiles\": [\n\t\t{{\n\t\t\t\"name\": \"akm\",\n\t\t\t\"mode\": \"External\",\n\
         \t\t\t\"process_command\": \"{command}\",\n\t\t\t\"region_id\": \"cn-hangzhou\"\n\t\t}}\n\t]\n}}"
    );
    assert_eq!(text(&file(&env)), expected);
    check_valid(&profiles(&env)[0]);
    assert_eq!(
        (mode_of(&file(&env)), mode_of(&env.path(".aliyun"))),
        (0o600, 0o700)
    );
    assert_eq!(names_in(&env.path(".aliyun")), ["config.json"]);
}

#[test]
fn the_command_that_connect_writes_prints_the_pair() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    let ran = env.akm(&["connect", "aliyun-cli", "-u", "alice", "--static", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let answer = ran.json();
    assert_eq!(answer["file"], *file(&env).to_str().unwrap());
    assert_eq!(answer["profile"], "akm");
    assert_eq!(
        answer["process_command"],
        profiles(&env)[0]["process_command"]
    );
    // As a client runs it: no shell, nothing of this test's environment.
    let line = answer["process_command"].as_str().unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let mut client = Command::new(words[0]);
    client
        .args(&words[1..])
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("AKM_STORE", "age")
        .current_dir("/");
    let ran = Ran::from(client.output().unwrap());
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let printed = ran.json();
    assert_eq!(printed["mode"], "AK");
    assert_eq!(
        (&printed["access_key_id"], &printed["access_key_secret"]),
        (&id.into(), &secret.into())
    );
}

#[test]
fn a_role_that_the_pair_may_not_assume_is_not_connected() {
    let env = with_file(FILE);
    let bob = env.create("bob");
    let (good, untrusted) = (role(&env), role(&env) + "-2");
    for (who, role, code, cause) in [
        ("bob", good.as_str(), 6, "may not `sts:AssumeRole`"),
        ("alice", &untrusted, 3, "AssumeRole: EntityNotExist.Role"),
        ("alice", ROLE, 6, "AssumeRole: NoPermission"),
    ] {
        let ran = env.akm(&["connect", "aliyun-cli", who, "--role-arn", role]);
        assert_eq!(
            (ran.code, ran.stdout.as_str()),
            (code, ""),
            "{}",
            ran.stderr
        );
        let message = format!("gets no session of the role `{role}`: ");
        let said = [message.as_str(), cause, "\nhint: "];
        assert!(
            said.iter().all(|text| ran.stderr.contains(text)),
            "{}",
            ran.stderr
        );
        assert_eq!(text(&file(&env)), FILE);
    }
    // The pair itself is given out without one.
    let ran = env.akm(&["connect", "aliyun-cli", &bob, "--static"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(names_in(&env.path(".aliyun")).len(), 2);
}

#[test]
fn connect_keeps_every_other_byte_the_mode_and_the_current_profile() {
    let env = with_file(FILE);
    mode(&file(&env), 0o640);
    connected(&env);
    let command = command(
        &env,
        &format!(
            "-p sandbox credential-process -u alice --role-arn {}",
            role(&env)
        ),
    );
    let new = format!(
        ",\n\t\t{{\n\t\t\t\"name\": \"akm\",\n\t\t\t\"mode\": \"External\",\n\t\t\t\"process_command\": \"{command}\",\n\t\t\t\"region_id\": \"cn-hangzhou\"\n\t\t}}"
    );
    let end = FILE.find("\n\t],").unwrap();
    assert_eq!(
        text(&file(&env)),
        format!("{}{new}{}", &FILE[..end], &FILE[end..])
    );
    check_valid(&profiles(&env)[2]);
    assert_eq!(mode_of(&file(&env)), 0o640);
    // No secret is in the copy, and all else is.
    let copy = ["one", "two", "three"]
        .iter()
        .fold(FILE.to_owned(), |text, marker| {
            text.replace(&format!("marker-{marker}"), "")
        });
    assert_eq!(text(&backup(&env)), copy);
    assert_eq!(mode_of(&backup(&env)), 0o600);
    assert_eq!(
        names_in(&env.path(".aliyun")),
        ["config.json", "config.json.akm-backup"]
    );
}

#[test]
fn connect_twice_changes_nothing() {
    let env = with_file(FILE);
    connected(&env);
    let (before, kept) = (text(&file(&env)), text(&backup(&env)));
    let written = file(&env).metadata().unwrap().modified().unwrap();
    let ran = connected(&env);
    assert!(
        ran.stderr.contains("gets its credentials from akm already"),
        "{}",
        ran.stderr
    );
    assert_eq!((text(&file(&env)), text(&backup(&env))), (before, kept));
    assert_eq!(file(&env).metadata().unwrap().modified().unwrap(), written);
}

#[test]
fn connect_takes_out_what_clients_wrote_back() {
    let env = with_file(FILE);
    connected(&env);
    let clean = text(&file(&env));
    // Java loses the region, all add what they were given.
    edit(
        &file(&env),
        ",\n\t\t\t\"region_id\": \"cn-hangzhou\"",
        ",\"access_key_id\": \"STS.X\", \"access_key_secret\": \"marker-x\", \"sts_token\": \"marker-y\", \"sts_expiration\": 1",
    );
    connected(&env);
    assert_eq!(text(&file(&env)), clean, "its own layout");
    assert!(!text(&backup(&env)).contains("marker"));
}

#[test]
fn a_secret_that_akm_has_not_saved_is_not_overwritten() {
    let env = with_file(FILE);
    let at = |name| {
        let ran = env.akm(&["connect", "aliyun-cli", "alice", "--static", "--as", name]);
        assert_eq!(text(&file(&env)), FILE);
        assert_eq!(names_in(&env.path(".aliyun")), ["config.json"]);
        (
            ran.code,
            ran.stderr.replace(env.path("").to_str().unwrap(), "ROOT/"),
        )
    };
    let refused = |name, hint| {
        let text = format!(
            "error: the profile `{name}` in `ROOT/.aliyun/config.json` has a secret that akm has not saved\nhint: {hint}\n"
        );
        (4, text)
    };
    let saves = "`ALIBABACLOUD_PROFILE=default akm import --from aliyun-cli` saves it first; `--as NAME` writes another profile";
    assert_eq!(at("default"), refused("default", saves));
    assert_eq!(
        at("prod"),
        refused("prod", "`--as NAME` writes another profile")
    );
}

#[test]
fn a_pair_that_akm_has_saved_is_replaced_and_another_secret_of_its_is_not() {
    let env = with_file("");
    let (id, secret) = env.create_shown("bob");
    let with = |secret: &str| {
        FILE.replace("LTAI5tDEFAULT", &id)
            .replace("marker-one", secret)
    };
    let args = [
        "connect",
        "aliyun-cli",
        "alice",
        "--static",
        "--as",
        "default",
    ];
    std::fs::write(file(&env), with("marker-one")).unwrap();
    assert_eq!(env.akm(&args).code, 4);
    assert_eq!(text(&file(&env)), with("marker-one"));
    std::fs::write(file(&env), with(&secret)).unwrap();
    let ran = env.akm(&args);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains(
            "warning: the SDKs write the pair that they are given back into this file in clear"
        ),
        "{}",
        ran.stderr
    );
    let all = profiles(&env);
    assert_eq!((all.len(), &all[0]["region_id"]), (2, &"cn-beijing".into()));
    check_valid(&all[0]);
    for path in [file(&env), backup(&env)] {
        assert!(!text(&path).contains(&secret), "{}", path.display());
    }
    assert!(text(&backup(&env)).contains(&id));
}

#[test]
fn a_link_is_followed_and_stays() {
    let env = with_file(FILE);
    let real = env.path("real.json");
    std::fs::rename(file(&env), &real).unwrap();
    symlink("../real.json", file(&env)).unwrap();
    connected(&env);
    assert!(file(&env).is_symlink() && !real.is_symlink());
    assert_eq!(profiles(&env).len(), 3);
    assert_eq!(
        names_in(&env.path(".aliyun")),
        ["config.json", "config.json.akm-backup"]
    );
}

/// Fails, says why, and leaves every file as it is.
#[track_caller]
fn untouched(env: &Env, why: &str) {
    let before = (
        names_in(&env.path(".aliyun")),
        std::fs::read(file(env)).ok(),
    );
    let ran = env.akm(&connect(env));
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert_eq!(
        ran.stderr.replace(env.path("").to_str().unwrap(), "ROOT/"),
        format!("error: `ROOT/.aliyun/config.json` {why}\n")
    );
    assert_eq!(
        (
            names_in(&env.path(".aliyun")),
            std::fs::read(file(env)).ok()
        ),
        before
    );
}

#[test]
fn a_file_that_is_no_configuration_is_refused() {
    for (content, why) in [
        ("[]", "it is JSON, but not an object"),
        (&FILE[..FILE.len() - 40], "it ends in the middle of a value"),
        ("", "it is empty"),
        (
            "{\"current\": \"a\",\n\"current\": \"marker\"}",
            "line 2 has a name that its object has already",
        ),
        (
            "{\"profiles\": [{\"name\": \"akm\"}, {\"name\": \"akm\"}]}",
            "two of its profiles have this name",
        ),
        ("{marker}", "line 1 is not JSON"),
    ] {
        untouched(
            &with_file(content),
            &format!("is not a configuration of the `aliyun` CLI: {why}"),
        );
    }
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(1 << 20));
    untouched(
        &with_file(&long),
        "cannot be changed: it is longer than 1048576 bytes",
    );
}

#[test]
fn links_that_lead_nowhere_and_what_is_no_file_are_refused() {
    let env = with_file("");
    std::fs::remove_file(file(&env)).unwrap();
    symlink("other.json", file(&env)).unwrap();
    untouched(
        &env,
        "cannot be changed: it is a link to a file that does not exist",
    );
    symlink("config.json", env.path(".aliyun/other.json")).unwrap();
    untouched(
        &env,
        "cannot be changed: Too many levels of symbolic links (os error 40)",
    );
    std::fs::remove_file(file(&env)).unwrap();
    std::fs::create_dir(file(&env)).unwrap();
    untouched(&env, "cannot be changed: it is not a regular file");
    if have("mkfifo") {
        std::fs::remove_dir(file(&env)).unwrap();
        assert!(
            Command::new("mkfifo")
                .arg(file(&env))
                .status()
                .unwrap()
                .success()
        );
        let ran = env.akm(&connect(&env));
        assert!(
            ran.stderr.contains("it is not a regular file"),
            "{}",
            ran.stderr
        );
    }
}

#[test]
fn what_is_read_only_is_refused() {
    let env = with_file(FILE);
    mode(&file(&env), 0o444);
    untouched(
        &env,
        "cannot be changed: it is read-only; `chmod u+w` lets akm change it",
    );
    mode(&file(&env), 0o600);
    mode(&env.path(".aliyun"), 0o500);
    untouched(
        &env,
        "cannot be changed: its folder is read-only; `chmod u+w` lets akm change it",
    );
    mode(&env.path(".aliyun"), 0o700);
    connected(&env);
}

#[test]
fn somebody_elses_file_is_refused() {
    if !rustix::process::geteuid().is_root() {
        return crate::support::env::skipped("only root gives files away");
    }
    let env = with_file(FILE);
    chown(file(&env), Some(65534), None).unwrap();
    untouched(&env, "cannot be changed: it belongs to another user");
    // The group is kept, for it is who the mode is about.
    chown(file(&env), Some(0), Some(65534)).unwrap();
    mode(&file(&env), 0o640);
    connected(&env);
    let about = file(&env).metadata().unwrap();
    assert_eq!(std::os::unix::fs::MetadataExt::gid(&about), 65534);
    // Where that cannot be, nothing is written.
    let env = with_file(FILE);
    chown(env.path(""), Some(65534), Some(65534)).unwrap();
    assert!(
        Command::new("chown")
            .arg("-R")
            .arg("65534:65534")
            .arg(env.path(""))
            .status()
            .unwrap()
            .success()
    );
    chown(file(&env), Some(65534), Some(0)).unwrap();
    let mut nobody = env.command(&connect(&env));
    nobody.uid(65534).gid(65534);
    let ran = Ran::from(nobody.output().unwrap());
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert!(
        ran.stderr
            .ends_with("Operation not permitted (os error 1)\n"),
        "{}",
        ran.stderr
    );
    assert_eq!(text(&file(&env)), FILE);
}

#[test]
fn a_pair_without_a_secret_or_without_a_record_touches_no_file() {
    let env = Env::new();
    let args = |who| ["connect", "aliyun-cli", who, "--static"];
    assert_eq!(env.akm(&args("alice")).code, 3);
    let id = env.create("alice");
    assert_eq!(env.akm(&args("bob")).code, 3);
    assert_eq!(
        env.akm(&["connect", "aliyun-cli", "--self", "--static"])
            .code,
        3
    );
    env.lose_secret(&id);
    for who in ["alice", id.as_str()] {
        assert_eq!(env.akm(&args(who)).code, 5, "{who}");
    }
    assert!(!env.path(".aliyun").exists());
}

#[test]
fn one_of_a_role_and_the_pair_itself_is_chosen() {
    let env = Env::new();
    env.create("alice");
    for args in [
        &["connect", "aliyun-cli", "alice"][..],
        &[
            "connect",
            "aliyun-cli",
            "alice",
            "--static",
            "--role-arn",
            ROLE,
        ],
        &["connect", "aliyun-cli", "--static"],
        &["connect", "aliyun-cli", "alice", "--role-arn", "deploy"],
        &["connect", "aliyun-cli", "alice", "--static", "--as", "a b"],
        &["connect"],
    ] {
        assert_eq!(env.akm(args).code, 2, "{args:?}");
    }
    assert!(!env.path(".aliyun").exists());
}

/// Runs akm from a folder with blanks and quotes in its name, its home in another; gives back the command as Python splits it.
#[test]
fn paths_with_blanks_and_quotes_survive_posix_splitting() {
    if !have("python3") {
        return;
    }
    let env = Env::new();
    let (folder, home) = (env.path("it's \"a b\" $X\\"), env.path("my home"));
    std::fs::create_dir(&folder).unwrap();
    let akm = folder.join("akm");
    // Copied by another process: a file that this one has open for writing may be inherited by a child of another test, and then
    // cannot be executed.
    let mut copy = Command::new("cp");
    copy.arg(env!("CARGO_BIN_EXE_akm")).arg(&akm);
    assert!(copy.status().unwrap().success());
    let run = |args: &[&str]| {
        let mut command = Command::new(&akm);
        env.dress(&mut command);
        Ran::from(command.env("AKM_HOME", &home).args(args).output().unwrap())
    };
    assert_eq!(run(&["create", "--ram-user=-al", "--create-user"]).code, 0);
    let ran = run(&[
        "connect",
        "aliyun-cli",
        "--ram-user=-al",
        "--static",
        "--as",
        "odd",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("the command needs quotes"),
        "{}",
        ran.stderr
    );
    let mut python = Command::new("python3");
    env.dress(&mut python);
    let script = "import json,shlex,sys; print(json.dumps(shlex.split(json.load(open(sys.argv[1]))['profiles'][0]['process_command'])))";
    let split = Ran::from(
        python
            .args(["-c", script])
            .arg(file(&env))
            .output()
            .unwrap(),
    );
    assert_eq!(split.code, 0, "{}", split.stderr);
    let words: Vec<String> = serde_json::from_str(&split.stdout).unwrap();
    let expected = [
        "env",
        &format!("AKM_HOME={}", home.display()),
        akm.to_str().unwrap(),
        "-p",
        "sandbox",
        "credential-process",
        "--ram-user=-al",
        "--static",
    ];
    assert_eq!(words, expected);
    let mut client = Command::new(&words[0]);
    client
        .args(&words[1..])
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    assert_eq!(Ran::from(client.output().unwrap()).code, 0);
}

#[test]
fn the_region_of_the_profile_is_written() {
    let env = with_file(FILE);
    let current = env.pairs()[0]["access_key_id"].as_str().unwrap().to_owned();
    let config = env.home().join("config.toml");
    let account = env.account();
    let prod = format!(
        "[profiles.prod]\naccount_id = \"{account}\"\nidentity = \"acs:ram::{account}:root\"\naccess_key_id = \"{current}\"\nsecret_store = \"age\"\nregion = \"cn-shanghai\"\n"
    );
    std::fs::write(&config, text(&config) + &prod).unwrap();
    let ran = env.akm(&[
        "-p",
        "prod",
        "connect",
        "aliyun-cli",
        "--self",
        "--static",
        "-q",
    ]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("sandbox"), "{}", ran.stderr);
    let profile = &profiles(&env)[2];
    assert_eq!(profile["region_id"], "cn-shanghai");
    assert_eq!(
        profile["process_command"],
        command(&env, "-p prod credential-process --self --static")
    );
    // Without one, the one that is there stays.
    edit(&config, "region = \"cn-shanghai\"\n", "");
    assert_eq!(
        env.akm(&[
            "-p",
            "prod",
            "connect",
            "aliyun-cli",
            &current,
            "--static",
            "-q"
        ])
        .code,
        0
    );
    let profile = &profiles(&env)[2];
    assert_eq!(profile["region_id"], "cn-shanghai");
    assert_eq!(
        profile["process_command"],
        command(
            &env,
            &format!("-p prod credential-process {current} --static")
        )
    );
}
