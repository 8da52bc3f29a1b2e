//! The clients of `clients` with the official SDKs for Java: `tests/run --all` builds them and runs these.

use crate::clients::{self, Client, sdk};
use crate::clients_rotation::{Source, rotate_beside};
use crate::env::all;

/// Java takes the home folder from the system, unless it is given one.
pub(crate) fn java() -> Option<Client> {
    let (jar, libraries) = (sdk("java/target/client.jar"), "java/target/dependency/*");
    let path = format!("{}:{}", jar.display(), sdk(libraries).display());
    let line = format!("exec java -Duser.home=\"$HOME\" -cp '{path}' Client \"$@\"");
    all().then(|| Client::new("java", &jar, &["sh", "-c", &line, "java"]))?
}

#[test]
fn java_signs_with_the_pair_of_exec() {
    clients::signs_with_the_pair_of_exec(java());
}

#[test]
fn java_signs_with_the_session_of_serve() {
    clients::signs_with_the_session_of_serve(java());
}

/// By the two sources that every version of its credentials library has.
#[test]
fn a_rotation_with_overlap_fails_no_call_of_java_clients() {
    if let Some(java) = java() {
        rotate_beside(&[java], &[(Source::Exec, 5), (Source::Uri, 5)]);
    }
}
