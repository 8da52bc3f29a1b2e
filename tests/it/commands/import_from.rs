//! `akm import --from`: the `aliyun` CLI, the SDKs' credentials files, the environment.

use crate::commands::import::{SANDBOX, lost, write};
use crate::support::env::{Env, Ran, have};
use serde_json::json;
use std::process::Command;

const ROLE: &str = "acs:ram::1:role/admin";

/// A home that lost its pairs, and where other programs are given them.
struct Machine {
    env: Env,
    ids: Vec<String>,
    secrets: Vec<String>,
    csv: String,
}

impl Machine {
    /// One pair for each user.
    fn new(users: &[&str]) -> Self {
        let (env, ids, csv) = lost(users, false);
        let secret = |row: &str| row.split_once(',').unwrap().1.to_owned();
        let secrets = csv.lines().skip(1).map(secret).collect();
        for folder in [".aliyun", ".alibabacloud"] {
            std::fs::create_dir(env.path(folder)).unwrap();
        }
        Self {
            env,
            ids,
            secrets,
            csv,
        }
    }

    /// A profile of the CLI with the pair of that number.
    fn profile(&self, name: &str, mode: &str, pair: usize) -> serde_json::Value {
        json!({
            "name": name, "mode": mode, "region_id": "cn-hangzhou", "retry_count": 0, "invented": [null],
            "access_key_id": self.ids[pair], "access_key_secret": self.secrets[pair],
            "ram_role_arn": ROLE, "ram_session_name": "me",
        })
    }

    fn section(&self, name: &str, kind: &str, pair: usize) -> String {
        let (id, secret) = (&self.ids[pair], &self.secrets[pair]);
        format!(
            "[{name}]\nenable = true\ntype = {kind}\naccess_key_id = {id}\naccess_key_secret = {secret}\nrole_arn = {ROLE}\n"
        )
    }

    fn import(&self, source: &str, variables: &[(&str, &str)]) -> Ran {
        let mut command = self.env.command(&["import", "--from", source]);
        let ran = Ran::from(command.envs(variables.iter().copied()).output().unwrap());
        for secret in &self.secrets {
            let printed = ran.stderr.contains(secret) || ran.stdout.contains(secret);
            assert!(!printed, "a secret was printed");
        }
        ran
    }

    /// Compares what was said; `~` is the test's folder.
    #[track_caller]
    fn said(&self, ran: &Ran, code: i32, stderr: &str) {
        let folder = self.env.path("");
        let folder = folder.to_str().unwrap().trim_end_matches('/');
        let ids: Vec<&str> = self.ids.iter().map(String::as_str).collect();
        let stderr = stderr.replace("~/", &format!("{folder}/"));
        ran.said(&ids, code, "", &stderr);
    }

    /// Imports what must be refused before anything is saved, and the file stays as it was.
    #[track_caller]
    fn refused(&self, source: &str, variables: &[(&str, &str)], code: i32, stderr: &str) {
        self.said(&self.import(source, variables), code, stderr);
        assert!(self.env.pairs().is_empty());
    }

    /// Every secret is saved again, as it was.
    #[track_caller]
    fn whole(&self) {
        let ran = self.env.akm(&["export", "--all", "--csv", "-"]);
        assert_eq!(ran.stdout, self.csv);
    }
}

#[test]
fn the_profile_that_aliyun_uses_is_imported() {
    let machine = Machine::new(&["alice", "bob", "carol", "dave"]);
    let config = json!({
        "current": "second", "meta_path": "", "plugin": {"x": 1},
        "profiles": [
            machine.profile("first", "AK", 0),
            null,
            {"name": "empty", "mode": null, "access_key_id": null},
            machine.profile("second", "RamRoleArn", 1),
            machine.profile("third", "ak", 2),
            machine.profile("base", "AK", 3),
            {"name": "chained", "mode": "ChainableRamRoleArn", "source_profile": "base", "ram_role_arn": ROLE},
        ],
    });
    let text = format!("\u{feff}{config:#}");
    write(&machine.env, ".aliyun/config.json", &text);
    let import = |variables: &[(&str, &str)], from: &str| {
        machine.said(
            &machine.import("aliyun-cli", variables),
            0,
            &format!(
                "{SANDBOX}In the sandbox (account <ACCOUNT>): 1 pair imported.\nnote: {from}\n\
                 note: `~/.aliyun/config.json` still has secrets in clear text\n"
            ),
        );
    };
    let role = format!("which assumes the role `{ROLE}`");
    import(
        &[],
        &format!("`<ID2>` is from profile `second` of `~/.aliyun/config.json`, {role}"),
    );
    let third = ("ALICLOUD_PROFILE", "third");
    import(
        &[third, ("ALIBABA_CLOUD_PROFILE", "")],
        "`<ID3>` is from profile `third` of `~/.aliyun/config.json`",
    );
    let first = ("ALIBABA_CLOUD_PROFILE", "first");
    import(
        &[third, first],
        "`<ID1>` is from profile `first` of `~/.aliyun/config.json`",
    );
    let chained = ("ALIBABACLOUD_PROFILE", "chained");
    import(
        &[third, first, chained],
        &format!(
            "`<ID4>` is from profile `base`, the source of profile `chained` of `~/.aliyun/config.json`, {role}"
        ),
    );
    machine.whole();
    let after = std::fs::read_to_string(machine.env.path(".aliyun/config.json")).unwrap();
    assert_eq!(after, text);
    let said = format!(
        "{SANDBOX}In the sandbox (account <ACCOUNT>): no pair imported: 1 pair was saved already.\n\
         note: `<ID1>` is from profile `first` of `~/.aliyun/config.json`\n\
         note: `~/.aliyun/config.json` still has secrets in clear text\n"
    );
    machine.said(&machine.import("aliyun-cli", &[first]), 0, &said);
}

#[test]
fn a_profile_without_a_pair_is_refused_with_a_way_out() {
    let machine = Machine::new(&["alice"]);
    let mut empty = machine.profile("empty", "AK", 0);
    empty["access_key_secret"] = "".into();
    let config = json!({
        "current": "sts",
        "profiles": [
            machine.profile("sts", "StsToken", 0),
            empty,
            machine.profile("odd name", "AK", 0),
            machine.profile("good", "AK", 0),
        ],
    });
    write(&machine.env, ".aliyun/config.json", &config.to_string());
    let hint =
        "hint: `ALIBABACLOUD_PROFILE=good akm import --from aliyun-cli` takes another profile\n";
    machine.refused(
        "aliyun-cli",
        &[],
        1,
        &format!(
            "error: profile `sts` of `~/.aliyun/config.json` has no pair to take: it is of the mode `StsToken`, \
             and signs with a session, which ends; import the pair that the session was taken with\n{hint}"
        ),
    );
    machine.refused(
        "aliyun-cli",
        &[("ALICLOUD_PROFILE", "empty")],
        1,
        &format!(
            "error: profile `empty` of `~/.aliyun/config.json` has no pair to take: the AccessKey secret is empty\n{hint}"
        ),
    );
    machine.refused(
        "aliyun-cli",
        &[("ALICLOUD_PROFILE", "ghost\u{1b}[31m")],
        3,
        "error: there is no profile `ghost\\u{1b}[31m` in `~/.aliyun/config.json`: `ALICLOUD_PROFILE` selects it, and \
         the file has the profiles `sts`, `empty`, `odd name`, `good`\n\
         hint: `ALIBABACLOUD_PROFILE=sts akm import --from aliyun-cli` takes another profile\n",
    );
    assert!(
        machine
            .env
            .files()
            .iter()
            .all(|(path, _)| !path.ends_with("journal"))
    );
}

#[test]
fn a_configuration_that_is_none_is_refused_and_left_as_it_is() {
    let machine = Machine::new(&["alice"]);
    let config = json!({"current": "a", "profiles": [machine.profile("a", "AK", 0)]});
    let whole = format!("{config:#}");
    let path = machine.env.path(".aliyun/config.json");
    for (text, why) in [
        (&whole[..whole.len() / 2], ": the JSON ends too early"),
        (
            &format!("[{whole}]"),
            "line 1, column 0: the value is not of the expected kind",
        ),
        ("", "line 1, column 0: the JSON ends too early"),
        ("mode = AK\n", "line 1, column 1: this is not JSON"),
    ] {
        std::fs::write(&path, text).unwrap();
        let ran = machine.import("aliyun-cli", &[]);
        assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
        assert!(ran.stderr.contains(why), "{}", ran.stderr);
        assert!(
            ran.stderr
                .contains("config.json` is not a configuration of the `aliyun` CLI: line ")
        );
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        assert!(machine.env.pairs().is_empty());
    }
}

/// Each source's file in a state in which it cannot be read.
#[test]
fn a_file_of_another_program_that_cannot_be_read_is_named() {
    let machine = Machine::new(&["alice"]);
    for (source, name) in [
        ("aliyun-cli", ".aliyun/config.json"),
        ("credentials-file", ".alibabacloud/credentials"),
    ] {
        let path = machine.env.path(name);
        let unreadable = |why: &str| {
            let said = format!("error: `~/{name}` cannot be read: {why}\n");
            machine.refused(source, &[], 1, &said);
        };
        std::os::unix::fs::symlink(&path, &path).unwrap();
        unreadable("Too many levels of symbolic links (os error 40)");
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        unreadable("it is not a regular file");
        std::fs::remove_dir(&path).unwrap();
        assert!(
            Command::new("mkfifo")
                .arg(&path)
                .status()
                .unwrap()
                .success()
        );
        unreadable("it is not a regular file");
        std::fs::remove_file(&path).unwrap();
        let large = std::fs::File::create(&path).unwrap();
        large.set_len(100 << 20).unwrap();
        unreadable("it is longer than 1048576 bytes");
        std::fs::remove_file(&path).unwrap();
    }
    machine.refused(
        "aliyun-cli",
        &[],
        1,
        "error: `~/.aliyun/config.json` cannot be read: No such file or directory (os error 2)\n",
    );
    machine.refused(
        "credentials-file",
        &[],
        1,
        "error: there is no credentials file: neither `~/.alibabacloud/credentials` nor `~/.alibabacloud/credentials.ini` exists\n\
         hint: set `ALIBABA_CLOUD_CREDENTIALS_FILE` to its path\n",
    );
}

/// Root reads everything, so akm runs here without that right.
#[test]
fn a_file_that_may_not_be_read_is_named_and_one_of_another_user_is_read() {
    if !have("setpriv") {
        return;
    }
    let machine = Machine::new(&["alice"]);
    let path = machine.env.path(".aliyun/config.json");
    let config = json!({"current": "a", "profiles": [machine.profile("a", "AK", 0)]});
    std::fs::write(&path, config.to_string()).unwrap();
    let import = |mode: u32| {
        let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
        std::fs::set_permissions(&path, mode).unwrap();
        let mut command = Command::new("setpriv");
        if rustix::process::geteuid().is_root() {
            command.args([
                "--bounding-set=-dac_override,-dac_read_search",
                "--inh-caps=-all",
            ]);
            std::os::unix::fs::chown(
                &path,
                Some(if mode_is_open(&path) { 65534 } else { 0 }),
                None,
            )
            .unwrap();
        }
        command.arg(env!("CARGO_BIN_EXE_akm"));
        command.args(["import", "--from", "aliyun-cli"]);
        machine.env.dress(&mut command);
        Ran::from(command.output().unwrap())
    };
    machine.said(
        &import(0),
        1,
        "error: `~/.aliyun/config.json` cannot be read: Permission denied (os error 13)\n",
    );
    let ran = import(0o644);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    machine.whole();
}

fn mode_is_open(path: &std::path::Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777 != 0
}

#[test]
fn both_default_credentials_files_are_read_and_the_same_pair_is_one() {
    let machine = Machine::new(&["alice", "bob", "carol"]);
    let both = machine.section("default", "access_key", 0);
    let python = both.clone() + &machine.section("ci", "ram_role_arn", 1);
    write(&machine.env, ".alibabacloud/credentials", &both);
    write(&machine.env, ".alibabacloud/credentials.ini", &python);
    let still = |names: &[&str]| -> String {
        let note = |name: &&str| format!("note: `~/{name}` still has secrets in clear text\n");
        names.iter().map(note).collect()
    };
    let (go, py) = (".alibabacloud/credentials", ".alibabacloud/credentials.ini");
    machine.said(
        &machine.import("credentials-file", &[]),
        0,
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): 1 pair imported.\n\
             note: `<ID1>` is from section `default` of `~/{go}` and section `default` of `~/{py}`\n{}",
            still(&[go, py])
        ),
    );
    // A section that one of them has.
    machine.said(
        &machine.import("credentials-file", &[("ALIBABA_CLOUD_PROFILE", "ci")]),
        0,
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): 1 pair imported.\n\
             note: `<ID2>` is from section `ci` of `~/{py}`, which assumes the role `{ROLE}`\n{}",
            still(&[py])
        ),
    );
    // A file that a variable names is read instead of both.
    let text = machine.section("default", "access_key", 2);
    write(&machine.env, "mine", &text);
    let mine = machine.env.path("mine");
    let named = ("ALIBABA_CLOUD_CREDENTIALS_FILE", mine.to_str().unwrap());
    machine.said(
        &machine.import("credentials-file", &[named]),
        0,
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): 1 pair imported.\nnote: `<ID3>` is from section `default` of `~/mine`\n{}",
            still(&["mine"])
        ),
    );
    machine.whole();
    assert_eq!(std::fs::read_to_string(mine).unwrap(), text);
}

#[test]
fn a_credentials_file_without_the_pair_is_refused() {
    let machine = Machine::new(&["alice", "bob"]);
    let write_both = |one: &str, other: &str| {
        write(&machine.env, ".alibabacloud/credentials", one);
        write(&machine.env, ".alibabacloud/credentials.ini", other);
    };
    let good = machine.section("default", "access_key", 0);
    let refused = |variables: &[(&str, &str)], code: i32, stderr: &str| {
        machine.refused("credentials-file", variables, code, stderr);
    };
    write_both(&good, &machine.section("default", "sts", 0));
    refused(
        &[],
        1,
        "error: section `default` of `~/.alibabacloud/credentials.ini` has no pair to take: it is of the type `sts`: \
         a session, which ends; import the pair that the session was taken with\n",
    );
    write_both(&good, "[default\n[default]\nhalf a line\n");
    refused(
        &[],
        1,
        "error: `~/.alibabacloud/credentials.ini` is not a credentials file of the SDKs: line 3: it is neither a section nor `key = value`\n",
    );
    write_both(
        &good,
        &good.replace(&machine.secrets[0], &machine.secrets[1]),
    );
    refused(
        &[],
        1,
        "error: the sources contradict each other: section `default` of `~/.alibabacloud/credentials` and section `default` of \
         `~/.alibabacloud/credentials.ini` have the same AccessKey ID with different secrets\n\
         hint: nothing was imported; keep the one that is right\n",
    );
    write_both(&good, &machine.section("ci", "access_key", 0));
    refused(
        &[("ALIBABA_CLOUD_PROFILE", "ghost")],
        3,
        "error: there is no section `ghost` in `~/.alibabacloud/credentials`: `ALIBABA_CLOUD_PROFILE` selects it, and \
         the file has the section `default`\n\
         hint: `ALIBABA_CLOUD_PROFILE=default akm import --from credentials-file` takes another section\n",
    );
    let absent = machine.env.path("absent");
    refused(
        &[("ALIBABA_CLOUD_CREDENTIALS_FILE", absent.to_str().unwrap())],
        1,
        "error: `~/absent` cannot be read: No such file or directory (os error 2)\n\
         hint: `ALIBABA_CLOUD_CREDENTIALS_FILE` names this file\n",
    );
    write(&machine.env, "config.json", "{\"current\": \"default\"}");
    let json = machine.env.path("config.json");
    refused(
        &[("ALIBABA_CLOUD_CREDENTIALS_FILE", json.to_str().unwrap())],
        1,
        "error: `~/config.json` is not a credentials file of the SDKs: it is JSON, and the SDKs read INI from it\n",
    );
    write_both(&machine.section("default", "access_key", 0), "");
    let wrong = good.replace(&machine.secrets[0], &machine.secrets[1]);
    write_both(&wrong, &wrong);
    refused(
        &[],
        6,
        &format!(
            "{SANDBOX}error: nothing was imported: section `default` of `~/.alibabacloud/credentials` and section `default` of \
             `~/.alibabacloud/credentials.ini`: the secret is not the one of `<ID1>`\n\
             hint: correct the pair there, then import again\n"
        ),
    );
}

#[test]
fn every_pair_of_the_environment_is_imported_once() {
    let machine = Machine::new(&["alice", "bob", "carol"]);
    let (ids, secrets) = (&machine.ids, &machine.secrets);
    let variables = [
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", ids[0].as_str()),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", &secrets[0]),
        ("ALIBABA_CLOUD_SECURITY_TOKEN", ""),
        ("ALICLOUD_ACCESS_KEY", &ids[1]),
        ("ALICLOUD_SECRET_KEY", &secrets[1]),
        ("OSS_ACCESS_KEY_ID", &ids[0]),
        ("OSS_ACCESS_KEY_SECRET", &secrets[0]),
        ("ALIYUN_ACCESS_KEY_ID", ""),
        ("ALIYUN_ACCESS_KEY_SECRET", ""),
        ("ACCESS_KEY_ID", &ids[2]),
        ("ACCESS_KEY_SECRET", &secrets[2]),
    ];
    machine.said(
        &machine.import("environment", &variables),
        0,
        &format!(
            "{SANDBOX}In the sandbox (account <ACCOUNT>): 3 pairs imported.\n\
             note: `<ID1>` is from `ALIBABA_CLOUD_ACCESS_KEY_ID` and `OSS_ACCESS_KEY_ID`\n\
             note: `<ID2>` is from `ALICLOUD_ACCESS_KEY`\n\
             note: `<ID3>` is from `ACCESS_KEY_ID`\n"
        ),
    );
    machine.whole();
}

#[test]
fn half_a_pair_and_a_session_in_the_environment_are_refused() {
    let machine = Machine::new(&["alice", "bob"]);
    let (ids, secrets) = (&machine.ids, &machine.secrets);
    let good = [
        ("ALICLOUD_ACCESS_KEY", ids[0].as_str()),
        ("ALICLOUD_SECRET_KEY", secrets[0].as_str()),
    ];
    let refused = |more: &[(&str, &str)], code: i32, stderr: &str| {
        machine.refused("environment", &[&good[..], more].concat(), code, stderr);
    };
    let hint = "hint: nothing was imported; unset or correct these variables, then import again\n";
    let wrong = |why: &str| format!("error: the environment cannot be imported: {why}\n{hint}");
    refused(
        &[
            ("OSS_ACCESS_KEY_ID", &ids[1]),
            ("OSS_ACCESS_KEY_SECRET", ""),
        ],
        2,
        &wrong("`OSS_ACCESS_KEY_ID` is set, and `OSS_ACCESS_KEY_SECRET` is not"),
    );
    refused(
        &[("ALICLOUD_SECURITY_TOKEN", secrets[1].as_str())],
        2,
        &wrong(
            "`ALICLOUD_ACCESS_KEY`: it is a session, which ends, and not an AccessKey pair: `ALICLOUD_SECURITY_TOKEN` is set",
        ),
    );
    refused(
        &[
            ("ACCESS_KEY_ID", "STS.Nabc"),
            ("ACCESS_KEY_SECRET", secrets[1].as_str()),
        ],
        2,
        &wrong(
            "`ACCESS_KEY_ID`: it is a session, which ends, and not an AccessKey pair: it begins with `STS.`",
        ),
    );
    refused(
        &[
            ("ACCESS_KEY_ID", &ids[0]),
            ("ACCESS_KEY_SECRET", secrets[1].as_str()),
        ],
        1,
        "error: the sources contradict each other: `ALICLOUD_ACCESS_KEY` and `ACCESS_KEY_ID` have the same AccessKey ID with different secrets\n\
         hint: nothing was imported; keep the one that is right\n",
    );
    machine.refused(
        "environment",
        &[],
        2,
        "error: the environment has no pair: neither `ALIBABA_CLOUD_ACCESS_KEY_ID` with `ALIBABA_CLOUD_ACCESS_KEY_SECRET` \
         nor another client's variables are set\n",
    );
}
