//! The `aliyun` CLI on what akm writes for it, where one is on this machine.

use crate::support::env::{Env, Ran, left_out};
use crate::support::serving::Serving;
use std::path::Path;
use std::process::Command;

/// Arguments of the CLI that reach a server of the sandbox.
fn identity(endpoint: &str) -> [&str; 5] {
    [
        "sts",
        "GetCallerIdentity",
        "--endpoint",
        endpoint,
        "--insecure",
    ]
}

#[test]
fn the_cli_itself_signs_with_what_exec_and_its_profile_give() {
    if !Path::new("/usr/local/bin/aliyun").exists() && !Path::new("/usr/bin/aliyun").exists() {
        return left_out("`aliyun` is not on this machine: `clients_aliyun` follows its rules");
    }
    let env = Env::new();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    assert_eq!(env.akm(&["user", "create", "alice"]).code, 0);
    env.create("alice");
    let arn = format!("acs:ram::{}:user/alice", serving.field("account_id"));
    let call = identity(serving.address());
    let exec = env.akm(&[&["exec", "alice", "--", "aliyun"], &call[..]].concat());
    assert_eq!(exec.json()["Arn"], arn.as_str(), "{}", exec.stderr);
    let connect = env.akm(&["connect", "aliyun-cli", "alice", "--static"]);
    assert_eq!(connect.code, 0, "{}", connect.stderr);
    let mut aliyun = Command::new("aliyun");
    env.dress(&mut aliyun);
    let ran = Ran::from(aliyun.args(call).output().unwrap());
    assert_eq!(ran.json()["Arn"], arn.as_str(), "{}", ran.stderr);
}
