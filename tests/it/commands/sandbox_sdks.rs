//! The official SDKs, unmodified, against the server. `tests/run` installs them.

use crate::support::env::{Env, skipped};
use crate::support::serving::Serving;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn tests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests")
}

/// Runs a driver with the server's line on standard input; it must end well and say nothing.
fn drive(runtime: &Path, installed: &Path, driver: &str, options: &[&str]) {
    if !installed.exists() {
        return skipped(&format!(
            "`{}` is not installed (`tests/run` does it)",
            installed.display()
        ));
    }
    let env = Env::new();
    let serving = Serving::start(&env, options);
    let mut command = Command::new(runtime);
    env.dress(&mut command);
    command.arg(tests().join("sdk").join(driver));
    // What was compiled stays out of the repository.
    command.env("PYTHONDONTWRITEBYTECODE", "1");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), serving.line.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{driver}: {said}");
    assert!(output.stdout.is_empty(), "{driver}");
}

fn python(driver: &str, options: &[&str]) {
    let python = tests().join(".venv/bin/python");
    drive(&python, &python, driver, options);
}

fn node(driver: &str, options: &[&str]) {
    let modules = tests().join("sdk/node_modules");
    drive(Path::new("node"), &modules, driver, options);
}

#[test]
fn python_sdks() {
    python("drive.py", &["--control"]);
}

#[test]
fn python_sdks_over_files() {
    python("drive.py", &["--control", "--persist"]);
}

#[test]
fn node_sdks() {
    node("drive.js", &["--control"]);
}

#[test]
fn python_sdks_that_sign_by_v4_are_served() {
    python("v4.py", &[]);
}

#[test]
fn node_sdks_that_sign_by_v4_are_served() {
    node("v4.js", &[]);
}

#[test]
fn the_wire_is_read_as_every_sdk_writes_it_and_tampering_is_refused() {
    python("wire.py", &[]);
}

#[test]
fn throttling_propagation_and_requests_that_are_executed_late() {
    python(
        "weather.py",
        &["--control", "--rate", "5", "--propagation", "800ms"],
    );
}

/// A pair that akm made works in an SDK, and one that an SDK made works in akm.
#[test]
fn pairs_go_both_ways() {
    let python = tests().join(".venv/bin/python");
    if !python.exists() {
        return skipped(&format!(
            "`{}` is not installed (`tests/run` does it)",
            python.display()
        ));
    }
    let env = Env::new();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let made = env.akm(&[
        "create",
        "--ram-user",
        "alice",
        "--create-user",
        "--show-secret",
    ]);
    let (id, secret) = made.stdout.trim().split_once('\n').unwrap();
    let given = serde_json::json!({
        "endpoint": serving.field("endpoint"), "ram_user": "alice", "access_key_id": id, "access_key_secret": secret,
        "administrator": [serving.field("access_key_id"), serving.field("access_key_secret")],
    });
    let mut command = Command::new(&python);
    env.dress(&mut command);
    command
        .arg(tests().join("sdk/interop.py"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    std::io::Write::write_all(
        &mut child.stdin.take().unwrap(),
        given.to_string().as_bytes(),
    )
    .unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let csv = String::from_utf8(output.stdout).unwrap();
    let imported = env.akm_fed(&["import", "-"], &csv);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    let theirs = csv.lines().nth(1).unwrap().split(',').next().unwrap();
    let verified = env.akm(&["verify", theirs]);
    assert!(
        verified.stdout.ends_with(":user/alice\n"),
        "{}",
        verified.stderr
    );
    assert_eq!(env.akm(&["disable", theirs]).code, 0);
    assert_eq!(env.akm(&["delete", theirs, "-y"]).code, 0);
}
