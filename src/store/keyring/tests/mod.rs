//! The keyring against a real `gnome-keyring`, and against all that answers wrongly or not at all.

mod desktop;

use super::super::contract::{are_here, check, held, name, secret};
use super::super::{Error, SecretStore, canary, sealed_canary};
use super::{Dialog, KeyringStore};
use desktop::{Desktop, SECRETS, SHORT, Script, Scripted, keyring};
use std::os::unix::net::UnixListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const TOOLS: [&str; 3] = ["dbus-daemon", "gnome-keyring-daemon", "secret-tool"];

/// Runs all three calls and gives their errors: get, put, delete.
fn errors(store: &KeyringStore, of: &str) -> [Error; 3] {
    [
        store.get(&name(of)).unwrap_err(),
        store.put(&name(of), &secret("marker")).unwrap_err(),
        store.delete(&name(of)).unwrap_err(),
    ]
}

/// Far above what the calls of a test may take, far below a hang.
fn within_a_few_seconds<T>(what: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = what();
    assert!(
        start.elapsed() < Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
    result
}

/// A dialog that may show, and how often it was announced.
fn announced() -> (Dialog, Arc<AtomicU32>) {
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    let say = move || {
        counted.fetch_add(1, Ordering::Relaxed);
    };
    (Dialog::Announced(Box::new(say)), count)
}

#[test]
fn keeps_the_contract() {
    if !are_here(&TOOLS) {
        return;
    }
    let desktop = Desktop::unlocked();
    let store = desktop.keyring(Dialog::Never);
    let recipient = store.create_identity().unwrap();
    assert_ne!(recipient, store.create_identity().unwrap());
    check(&store, &recipient);
    assert!(!store.durable());
}

#[test]
fn secret_tool_and_ours_read_each_other() {
    if !are_here(&TOOLS) {
        return;
    }
    let desktop = Desktop::unlocked();
    let store = desktop.keyring(Dialog::Never);
    let attributes = ["service", "akm", "username", "LTAI1"];
    store.put(&name("LTAI1"), &secret("ours")).unwrap();
    let lookup = [&["lookup"], &attributes[..]].concat();
    assert_eq!(desktop.secret_tool(&lookup, ""), "ours");
    let label = desktop.secret_tool(&[&["search"], &attributes[..]].concat(), "");
    assert!(label.contains("label = akm LTAI1"), "{label}");
    let replace = [&["store", "--label", "theirs"], &attributes[..]].concat();
    desktop.secret_tool(&replace, "theirs");
    assert_eq!(held(&store, "LTAI1").as_deref(), Some("theirs"));
    store.put(&name("LTAI1"), &secret("again")).unwrap();
    assert_eq!(desktop.secret_tool(&lookup, ""), "again");
    desktop.secret_tool(&replace, "no secret: é");
    assert!(matches!(
        store.get(&name("LTAI1")),
        Err(Error::Unreadable(_))
    ));
}

#[test]
fn two_items_of_one_name_are_unreadable() {
    if !are_here(&TOOLS) {
        return;
    }
    let desktop = Desktop::unlocked();
    let store = desktop.keyring(Dialog::Never);
    store.put(&name("LTAI1"), &secret("ours")).unwrap();
    let other = [
        "store",
        "--label=x",
        "service",
        "akm",
        "username",
        "LTAI1",
        "more",
        "1",
    ];
    desktop.secret_tool(&other, "theirs");
    for error in errors(&store, "LTAI1") {
        assert!(matches!(error, Error::Unreadable(_)), "{error}");
    }
}

#[test]
fn a_locked_keyring_is_locked_and_not_empty() {
    if !are_here(&TOOLS) {
        return;
    }
    let desktop = Desktop::unlocked();
    let store = desktop.keyring(Dialog::Never);
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    desktop.lock();
    for of in ["LTAI1", "LTAI2"] {
        for error in within_a_few_seconds(|| errors(&store, of)) {
            assert!(matches!(error, Error::Locked(_)), "{of}: {error}");
        }
    }
    let error = canary(&store, "0123456789abcdef").unwrap_err();
    assert!(matches!(error, Error::Locked(_)), "{error}");
}

#[test]
fn a_dialog_that_cannot_show_leaves_it_locked() {
    if !are_here(&TOOLS) {
        return;
    }
    let desktop = Desktop::unlocked();
    let (dialog, count) = announced();
    let store = desktop.keyring(dialog);
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    assert_eq!(count.load(Ordering::Relaxed), 0);
    desktop.lock();
    for error in within_a_few_seconds(|| errors(&store, "LTAI1")) {
        assert!(matches!(error, Error::Locked(_)), "{error}");
    }
    assert_eq!(count.load(Ordering::Relaxed), 3);
}

#[test]
fn a_dialog_that_nobody_answers_ends() {
    if !are_here(&TOOLS) {
        return;
    }
    let desktop = Desktop::unlocked();
    desktop.lock();
    let _mute = Scripted::on(
        &desktop,
        "org.gnome.keyring.SystemPrompter",
        Script::default(),
    );
    let (dialog, count) = announced();
    let store = keyring(&desktop.address(), dialog, SHORT, SHORT);
    let error = within_a_few_seconds(|| store.get(&name("LTAI1")).unwrap_err());
    assert!(matches!(error, Error::Locked(_)), "{error}");
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn a_dialog_that_is_agreed_to_opens_and_one_that_is_not_does_not() {
    if !are_here(&TOOLS) {
        return;
    }
    let script = Script {
        answers: &[
            "ReadAlias",
            "OpenSession",
            "SearchItems",
            "Unlock",
            "Prompt",
            "GetSecret",
        ],
        locked: true,
        agrees: true,
    };
    let desktop = Desktop::new();
    let (dialog, count) = announced();
    let store = desktop.keyring(dialog);
    let refusing = Scripted::on(
        &desktop,
        SECRETS,
        Script {
            agrees: false,
            ..script
        },
    );
    let error = store.get(&name("LTAI1")).unwrap_err();
    assert!(matches!(error, Error::Locked(_)), "{error}");
    drop(refusing);
    let _agreeing = Scripted::on(&desktop, SECRETS, script);
    assert_eq!(held(&store, "LTAI1").as_deref(), Some("marker"));
    assert_eq!(held(&store, "LTAI1").as_deref(), Some("marker"));
    assert_eq!(count.load(Ordering::Relaxed), 2);
}

#[test]
fn a_change_without_an_answer_is_unknown_and_a_look_without_one_failed() {
    if !are_here(&TOOLS) {
        return;
    }
    let desktop = Desktop::new();
    let answers = &["ReadAlias", "OpenSession", "SearchItems"];
    let _half = Scripted::on(
        &desktop,
        SECRETS,
        Script {
            answers,
            ..Script::default()
        },
    );
    let store = keyring(&desktop.address(), Dialog::Never, SHORT, SHORT);
    let [get, put, delete] = within_a_few_seconds(|| errors(&store, "LTAI1"));
    assert!(matches!(get, Error::Failed(_)), "{get}");
    assert!(matches!(put, Error::Unknown(_)), "{put}");
    assert!(matches!(delete, Error::Unknown(_)), "{delete}");
}

#[test]
fn no_service_a_mute_one_and_no_collection_are_absent() {
    if !are_here(&TOOLS) {
        return;
    }
    let desktop = Desktop::new();
    let store = keyring(&desktop.address(), Dialog::Never, SHORT, SHORT);
    all_absent(&store);
    let _mute = Scripted::on(&desktop, SECRETS, Script::default());
    all_absent(&store);
    let desktop = Desktop::with_keyring();
    all_absent(&desktop.keyring(Dialog::Never));
}

#[test]
fn no_bus_and_a_mute_one_are_absent() {
    all_absent(&KeyringStore::new(no_variable, Dialog::Never));
    let socket = std::env::temp_dir().join(format!("akm-mute-{}", std::process::id()));
    let _ = std::fs::remove_file(&socket);
    let address = format!("unix:path={}", socket.display());
    let store = || keyring(&address, Dialog::Never, SHORT, SHORT);
    all_absent(&store());
    // Accepts, by its backlog, and never says a word.
    let mute = UnixListener::bind(&socket).unwrap();
    all_absent(&store());
    drop(mute);
    std::fs::remove_file(&socket).unwrap();
}

/// Names a bus that is not there, so that a test on a desktop does not find the real one.
fn no_variable(name: &str) -> Option<std::ffi::OsString> {
    (name == "DBUS_SESSION_BUS_ADDRESS").then(|| "autolaunch:".into())
}

fn all_absent(store: &KeyringStore) {
    let errors = within_a_few_seconds(|| errors(store, "LTAI1"));
    for error in errors {
        assert!(matches!(error, Error::Absent(_)), "{error}");
    }
    let recipient = super::super::contract::stranger();
    let error = sealed_canary(store, &recipient, "0123456789abcdef").unwrap_err();
    assert!(matches!(error, Error::Absent(_)), "{error}");
}
