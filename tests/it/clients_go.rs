//! The clients of `clients` with the official SDKs for Go: `tests/run --all` builds them and runs these.

use crate::clients::{self, Client, sdk};
use crate::clients_rotation::{ALL, rotate_beside};
use crate::env::all;

fn go() -> Option<Client> {
    let program = sdk("go/bin/client");
    all().then(|| Client::new("go", &program, &[program.to_str().unwrap()]))?
}

#[test]
fn go_signs_with_the_pair_of_exec() {
    clients::signs_with_the_pair_of_exec(go());
}

#[test]
fn go_signs_with_the_pair_of_a_profile() {
    clients::signs_with_the_pair_of_a_profile(go());
}

#[test]
fn go_signs_with_the_session_of_a_profile() {
    clients::signs_with_the_session_of_a_profile(go());
}

#[test]
fn go_signs_with_the_session_of_serve() {
    clients::signs_with_the_session_of_serve(go());
}

#[test]
fn a_rotation_with_overlap_fails_no_call_of_go_clients() {
    if let Some(go) = go() {
        rotate_beside(&[go], &ALL);
    }
}
