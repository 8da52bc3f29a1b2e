//! Java clients by a profile of mode `External`, which `credentials-java` has from 1.0.4 on.

use crate::clients::{self, Client, sdk};
use crate::clients_java::java;
use crate::env::{all, left_out};

/// The client for Java, where its credentials library has the mode `External`.
fn java_with_external() -> Option<Client> {
    let old = sdk("java/target/dependency/credentials-java-1.0.3.jar");
    if all() && old.exists() {
        left_out("credentials-java 1.0.3 has no mode External, and the registry gave no newer one");
        return None;
    }
    java()
}

#[test]
fn java_signs_with_the_pair_of_a_profile() {
    clients::signs_with_the_pair_of_a_profile(java_with_external());
}

#[test]
fn java_signs_with_the_session_of_a_profile() {
    clients::signs_with_the_session_of_a_profile(java_with_external());
}
