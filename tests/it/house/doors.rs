//! Where a secret leaves its type: every place in the source, counted, each with its reason.

use crate::house::source;

/// File, how often it looks at a secret's text, and why it may.
const DOORS: [(&str, usize, &str); 26] = [
    ("cli/create.rs", 3, "`--show-secret` prints it"),
    (
        "cli/credential_process.rs",
        2,
        "the object that SDKs and the aliyun CLI ask for",
    ),
    ("cli/read.rs", 1, "it prints the secret"),
    (
        "cli/sandbox_serve.rs",
        1,
        "the line that says where it serves, and whose pair",
    ),
    ("cli/secret_menu.rs", 1, "it shows the secret once"),
    (
        "cli/signer.rs",
        1,
        "a copy for the client that asks whose the pair is before the store holds it",
    ),
    (
        "cloud/mod.rs",
        1,
        "the security token is a header of the request",
    ),
    ("cloud/signature.rs", 2, "it signs: ACS3 and RPC"),
    (
        "cloud/signature/v4.rs",
        1,
        "the signing key of ACS4 is derived from it",
    ),
    (
        "core/proxy.rs",
        1,
        "user and password go to the proxy that asks for them",
    ),
    (
        "delivery/credentials_uri.rs",
        2,
        "who asks at the credentials URI gets a session and its token",
    ),
    (
        "delivery/environment.rs",
        2,
        "the child's environment has the pair, or a session and its token",
    ),
    ("export.rs", 1, "the CSV has it in its second column"),
    (
        "metadata/session_cache.rs",
        3,
        "the text of a session, which is sealed; and read once it is unsealed",
    ),
    (
        "ops/import.rs",
        1,
        "a copy for the signer that asks whose the pair is",
    ),
    (
        "sandbox/engine/pairs.rs",
        1,
        "CreateAccessKey answers with it once",
    ),
    (
        "sandbox/engine/roles.rs",
        1,
        "AssumeRole answers with it once",
    ),
    (
        "sandbox/identifiers.rs",
        1,
        "the seed is the key of what secrets are derived by",
    ),
    ("store/age/mod.rs", 1, "the identity's file is written"),
    (
        "store/age/unlock.rs",
        1,
        "the unlocked identity rests in the kernel's keyring",
    ),
    ("store/identity.rs", 1, "it is sealed"),
    (
        "store/keyring/mod.rs",
        1,
        "the identity is read from the keyring",
    ),
    (
        "store/keyring/native.rs",
        1,
        "the system's keyring takes it",
    ),
    (
        "store/keyring/secret_service.rs",
        1,
        "the session's keyring takes it",
    ),
    (
        "sys/clipboard/holder.rs",
        3,
        "the child that holds the clipboard gets it, offers it, compares it",
    ),
    (
        "sys/clipboard/terminal.rs",
        1,
        "the terminal is asked to take it",
    ),
];

#[test]
fn a_secret_is_looked_at_in_these_places_only() {
    let places = source::all()
        .into_iter()
        .map(|source| {
            let count =
                source.count(&[".", "expose", "("]) + source.count(&["Secret", "::", "expose"]);
            (source.file, count)
        })
        .filter(|(_, count)| *count > 0);
    let places: Vec<(String, usize)> = places.collect();
    let expected = DOORS.map(|(file, count, _)| (file.to_owned(), count));
    assert_eq!(places, expected, "a new place needs its reason here");
}
