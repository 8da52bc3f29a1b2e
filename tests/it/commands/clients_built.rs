//! The clients of `clients` with the official SDKs for Go and Java, which `tests/run --all` builds. It leaves out what it cannot build by
//! the beginnings of these tests' names.

use crate::commands::clients::{self, Client, sdk};
use crate::commands::clients_rotation::{ALL, Source, rotate_beside};
use crate::support::env::{all, left_out};

fn go() -> Option<Client> {
    let program = sdk("go/bin/client");
    all().then(|| Client::new("go", &program, &[program.to_str().unwrap()]))?
}

/// Java takes the home folder from the system, unless it is given one.
fn java() -> Option<Client> {
    let (jar, libraries) = (sdk("java/target/client.jar"), "java/target/dependency/*");
    let path = format!("{}:{}", jar.display(), sdk(libraries).display());
    let line = format!("exec java -Duser.home=\"$HOME\" -cp '{path}' Client \"$@\"");
    all().then(|| Client::new("java", &jar, &["sh", "-c", &line, "java"]))?
}

/// The client for Java, where its credentials library has the mode `External`: from 1.0.4 on.
fn java_with_external() -> Option<Client> {
    let old = sdk("java/target/dependency/credentials-java-1.0.3.jar");
    if all() && old.exists() {
        left_out("credentials-java 1.0.3 has no mode External, and the registry gave no newer one");
        return None;
    }
    java()
}

/// A way to the credentials, tried with a client.
type Way = fn(Option<Client>);

/// The two that every version of each library has.
const VARIABLES: [Way; 2] = [
    clients::signs_with_the_pair_of_exec,
    clients::signs_with_the_session_of_serve,
];

/// By a profile of mode `External`.
const PROFILES: [Way; 2] = [
    clients::signs_with_the_pair_of_a_profile,
    clients::signs_with_the_session_of_a_profile,
];

fn sign(client: fn() -> Option<Client>, ways: &[Way]) {
    if client().is_none() {
        return;
    }
    for way in ways {
        way(client());
    }
}

#[test]
fn clients_go_sign_with_what_each_command_gives() {
    sign(go, &VARIABLES);
    sign(go, &PROFILES);
}

#[test]
fn clients_java_sign_with_what_exec_and_serve_give() {
    sign(java, &VARIABLES);
}

#[test]
fn clients_java_external_sign_with_what_a_profile_gives() {
    sign(java_with_external, &PROFILES);
}

#[test]
fn clients_go_fail_no_call_in_a_rotation_with_overlap() {
    if let Some(go) = go() {
        rotate_beside(&[go], &ALL);
    }
}

#[test]
fn clients_java_fail_no_call_in_a_rotation_with_overlap() {
    if let Some(java) = java() {
        rotate_beside(&[java], &[(Source::Exec, 5), (Source::Uri, 5)]);
    }
}
