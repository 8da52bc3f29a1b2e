//! What a session may do that `--policy` narrows, tried by the official SDK for Python: the sandbox judges the policy as the cloud does.

use crate::commands::clients::{python, sdk};
use crate::support::served::Served;
use crate::support::truth;

const POLICY: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:ListUsers","Resource":"*"}]}"#;

/// What the SDK is allowed by a session that this command hands out with these options.
#[track_caller]
fn tried(served: &Served, command: &str, options: &[&str]) -> String {
    let python = sdk("../.venv/bin/python");
    let (python, program) = (python.to_str().unwrap(), sdk("narrowed.py"));
    let role = served.serving.field("role_arn");
    let begin = [command, "--self", "--role-arn", role];
    let end = [
        "--",
        python,
        "-B",
        program.to_str().unwrap(),
        served.serving.address(),
        "alice",
    ];
    let ran = served.env.akm(&[&begin, options, &end].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.stdout
}

#[test]
fn a_session_that_a_policy_narrows_is_refused_what_the_policy_does_not_allow() {
    if python().is_none() {
        return;
    }
    let served = Served::start();
    std::fs::write(served.env.path("policy.json"), POLICY).unwrap();
    let narrowed = "ListUsers allowed\nGetUser NoPermission\nCreateAccessKey NoPermission\n";
    for command in ["exec", "serve"] {
        let said = tried(&served, command, &["--policy", "policy.json"]);
        assert_eq!(said, narrowed, "{command}");
    }
    assert_eq!(truth::live_of(&served.env, "alice").len(), 0);
    // The role itself may do all three, and its session is another one than the narrowed.
    let whole = "ListUsers allowed\nGetUser allowed\nCreateAccessKey allowed\n";
    assert_eq!(tried(&served, "exec", &[]), whole);
    assert_eq!(truth::live_of(&served.env, "alice").len(), 1);
}
