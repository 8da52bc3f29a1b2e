//! The rules of the `aliyun` CLI on what akm writes for it, as a reader of `config.json` that follows them (`config/profile.go` of
//! 3.4.11): the profile that counts, what a mode needs, and what is done with the command's output.

use crate::support::env::Env;
use serde_json::{Map, Value, json};
use std::process::Command;

/// The credentials that the CLI would sign with: the id, and whether a token belongs to it.
type Signs = (String, bool);

/// The first profile name that the environment gives, else the file's current one.
fn current<'a>(config: &'a Value, environment: &'a [(&str, &str)]) -> &'a str {
    let names = [
        "ALIBABACLOUD_PROFILE",
        "ALIBABA_CLOUD_PROFILE",
        "ALICLOUD_PROFILE",
    ];
    let given = |name| environment.iter().find(|(known, _)| *known == name);
    let given = names.into_iter().find_map(given).map(|(_, value)| *value);
    given.unwrap_or_else(|| config["current"].as_str().unwrap())
}

fn filled<'a>(profile: &'a Map<String, Value>, field: &str) -> Option<&'a str> {
    profile.get(field)?.as_str().filter(|text| !text.is_empty())
}

/// What the CLI makes of a profile. An `External` one runs its command, and what that prints goes into the profile, which is then
/// looked at again: one that is still `External` would run for ever.
fn signs(env: &Env, profile: &Map<String, Value>) -> Result<Signs, String> {
    let needs = |field| filled(profile, field).ok_or(format!("{field} is empty"));
    needs("region_id")?;
    match needs("mode")? {
        "AK" => {
            needs("access_key_secret")?;
            Ok((needs("access_key_id")?.to_owned(), false))
        }
        "StsToken" => {
            needs("access_key_secret")?;
            needs("sts_token")?;
            Ok((needs("access_key_id")?.to_owned(), true))
        }
        "External" => {
            let printed = run(env, needs("process_command")?)?;
            let mut profile = profile.clone();
            profile.extend(printed);
            if filled(&profile, "mode") == Some("External") {
                return Err("runs for ever".to_owned());
            }
            signs(env, &profile)
        }
        mode => Err(format!("{mode} is not for here")),
    }
}

/// The command's words are split at blanks; there is no shell.
fn run(env: &Env, line: &str) -> Result<Map<String, Value>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let mut command = Command::new(words[0]);
    env.dress(&mut command);
    let output = command.args(&words[1..]).env_remove("AKM_HOME").output();
    let output = output.unwrap();
    if !output.status.success() {
        return Err(String::from_utf8(output.stderr).unwrap());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

fn config(env: &Env) -> Value {
    let text = std::fs::read_to_string(env.path(".aliyun/config.json"));
    serde_json::from_str(&text.unwrap()).unwrap()
}

fn profile(config: &Value, name: &str) -> Map<String, Value> {
    let profiles = config["profiles"].as_array().unwrap();
    let found = profiles.iter().find(|profile| profile["name"] == name);
    found.unwrap().as_object().unwrap().clone()
}

/// The reader can tell what would not work: it is no test of akm without that.
#[test]
fn the_reader_of_config_json_refuses_what_the_cli_refuses() {
    let env = Env::new();
    let bad = [
        (
            json!({"mode": "AK", "access_key_id": "LTAI5tX", "access_key_secret": "s"}),
            "region_id is empty",
        ),
        (json!({"region_id": "cn-hangzhou"}), "mode is empty"),
        (
            json!({"region_id": "cn-hangzhou", "mode": "ak"}),
            "ak is not for here",
        ),
        (
            json!({"region_id": "cn-hangzhou", "mode": "AK", "access_key_id": "LTAI5tX"}),
            "access_key_secret is empty",
        ),
        (
            json!({"region_id": "cn-hangzhou", "mode": "External"}),
            "process_command is empty",
        ),
        (
            json!({"region_id": "cn-hangzhou", "mode": "External", "process_command": "echo {\"access_key_id\":\"LTAI5tX\"}"}),
            "runs for ever",
        ),
    ];
    for (profile, why) in bad {
        let refused = signs(&env, profile.as_object().unwrap());
        assert_eq!(refused, Err(why.to_owned()), "{profile}");
    }
}

#[test]
fn the_cli_would_sign_with_the_pair_of_the_profile_that_counts() {
    let env = Env::new();
    let alice = env.create("alice");
    let bob = env.create("bob");
    for args in [
        &["alice", "--static"][..],
        &["bob", "--static", "--as", "bob"],
    ] {
        let ran = env.akm(&[&["connect", "aliyun-cli"], args].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
    }
    let config = config(&env);
    let table: [(&[(&str, &str)], &str); 4] = [
        (&[], &alice),
        (&[("ALIBABA_CLOUD_PROFILE", "bob")], &bob),
        (
            &[
                ("ALIBABA_CLOUD_PROFILE", "akm"),
                ("ALIBABACLOUD_PROFILE", "bob"),
            ],
            &bob,
        ),
        (
            &[
                ("ALICLOUD_PROFILE", "bob"),
                ("ALIBABA_CLOUD_PROFILE", "akm"),
            ],
            &alice,
        ),
    ];
    for (environment, id) in table {
        let name = current(&config, environment);
        let signer = signs(&env, &profile(&config, name));
        assert_eq!(signer, Ok((id.to_owned(), false)), "{environment:?}");
    }
}

#[test]
fn the_cli_would_sign_with_a_session_of_the_role() {
    let env = Env::new();
    let serving = crate::support::serving::Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let role = serving.field("role_arn");
    let ran = env.akm(&["connect", "aliyun-cli", "--self", "--role-arn", role]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let session = crate::commands::clients::session(&env, role);
    let config = config(&env);
    let signer = signs(&env, &profile(&config, current(&config, &[])));
    assert_eq!(signer, Ok((session, true)));
}
