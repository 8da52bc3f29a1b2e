//! What every store must do, whatever it is made of: run against each of them by its own tests.

use super::identity::seal;
use super::{Error, Recipient, SecretName, SecretStore, canary, sealed_canary};
use crate::core::secret::Secret;
use std::io::Write;

/// The whole contract, on an empty store that keeps the identity of `recipient`.
pub(super) fn check(store: &dyn SecretStore, recipient: &Recipient) {
    keeps_replaces_and_forgets(store);
    keeps_names_apart(store);
    gives_back_every_character(store);
    opens_what_was_sealed(store, recipient);
    refuses_what_was_sealed_for_another(store);
    refuses_what_is_damaged(store, recipient);
    canary(store, "0123456789abcdef").unwrap();
    sealed_canary(store, recipient, "0123456789abcdef").unwrap();
}

pub(super) fn name(text: &str) -> SecretName {
    SecretName(text.to_owned())
}

pub(super) fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned()).unwrap()
}

/// What the store holds under a name, in clear.
pub(super) fn held(store: &dyn SecretStore, of: &str) -> Option<String> {
    let before = store.holds(&name(of)).unwrap();
    let found = store.get(&name(of)).unwrap();
    let after = store.holds(&name(of)).unwrap();
    assert_eq!([before, after], [found.is_some(); 2]);
    found.map(|secret| secret.expose().to_owned())
}

/// Whether all these programs are here. Says which is not, past the test's captured output, and fails where they are
/// required: a machine without them shows less, and should not look as if it showed all.
pub(super) fn are_here(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_here =
        |program: &&&str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let Some(missing) = programs.iter().find(|program| !is_here(program)) else {
        return true;
    };
    let required = std::env::var_os("AKM_TESTS_REQUIRED").is_some_and(|value| value == "1");
    assert!(!required, "`{missing}` is required and missing");
    let line = format!("skipped: a test of the secret stores needs `{missing}`\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
    false
}

fn keeps_replaces_and_forgets(store: &dyn SecretStore) {
    assert_eq!(held(store, "LTAI1"), None);
    assert!(!store.delete(&name("LTAI1")).unwrap());
    assert_eq!(held(store, "LTAI1"), None);
    for text in ["first", "second", "second"] {
        store.put(&name("LTAI1"), &secret(text)).unwrap();
        assert_eq!(held(store, "LTAI1").as_deref(), Some(text));
    }
    assert!(store.delete(&name("LTAI1")).unwrap());
    assert_eq!(held(store, "LTAI1"), None);
    assert!(!store.delete(&name("LTAI1")).unwrap());
}

fn keeps_names_apart(store: &dyn SecretStore) {
    let names = ["LTAI1", "LTAI12", "LTAI1.age", "akm-sandbox-1"];
    for of in names {
        store.put(&name(of), &secret(of)).unwrap();
    }
    assert!(store.delete(&name("LTAI1")).unwrap());
    assert_eq!(held(store, "LTAI1"), None);
    for of in &names[1..] {
        assert_eq!(held(store, of).as_deref(), Some(*of));
        assert!(store.delete(&name(of)).unwrap());
    }
}

fn gives_back_every_character(store: &dyn SecretStore) {
    let all: String = ('!'..='~').collect();
    for text in [
        all.clone(),
        "x".to_owned(),
        "%s'\"`$\\".to_owned(),
        all.repeat(87),
    ] {
        store.put(&name("LTAI1"), &secret(&text)).unwrap();
        assert_eq!(held(store, "LTAI1"), Some(text));
    }
    assert!(store.delete(&name("LTAI1")).unwrap());
}

fn opens_what_was_sealed(store: &dyn SecretStore, recipient: &Recipient) {
    let sealed = seal(recipient, &secret("marker")).unwrap();
    assert!(!sealed.windows(6).any(|bytes| bytes == b"marker"));
    assert_eq!(store.open(recipient, &sealed).unwrap().expose(), "marker");
    assert_ne!(sealed, seal(recipient, &secret("marker")).unwrap());
}

/// A recipient whose identity nobody has.
pub(super) fn stranger() -> Recipient {
    super::identity::Identity::new().recipient().unwrap()
}

fn refuses_what_was_sealed_for_another(store: &dyn SecretStore) {
    let other = stranger();
    let sealed = seal(&other, &secret("marker")).unwrap();
    let error = store.open(&other, &sealed).unwrap_err();
    assert!(
        matches!(error, Error::Absent(_) | Error::Unreadable(_)),
        "{error}"
    );
    assert!(sealed_canary(store, &other, "0123456789abcdef").is_err());
    let no_key = Recipient::parse("age1aaaa").unwrap();
    assert!(matches!(
        seal(&no_key, &secret("marker")),
        Err(Error::Failed(_))
    ));
}

/// Every byte changed, every length cut.
fn refuses_what_is_damaged(store: &dyn SecretStore, recipient: &Recipient) {
    let identity = super::identity::Identity::new();
    let sealed = seal(&identity.recipient().unwrap(), &secret("marker")).unwrap();
    for at in 0..sealed.len() {
        let mut changed = sealed.clone();
        changed[at] ^= 1;
        assert!(
            matches!(identity.open(&changed), Err(Error::Unreadable(_))),
            "changed at {at}"
        );
        assert!(
            matches!(identity.open(&sealed[..at]), Err(Error::Unreadable(_))),
            "cut at {at}"
        );
    }
    let mut sealed = seal(recipient, &secret("marker")).unwrap();
    sealed.pop();
    assert!(matches!(
        store.open(recipient, &sealed),
        Err(Error::Unreadable(_))
    ));
    assert!(matches!(
        store.open(recipient, b""),
        Err(Error::Unreadable(_))
    ));
}

/// A store in memory, with the faults that only a canary finds.
#[derive(Default)]
struct Faulty {
    held: std::sync::Mutex<Vec<(SecretName, String)>>,
    swaps: bool,
    loses: bool,
    remembers: bool,
}

impl SecretStore for Faulty {
    fn put(&self, name: &SecretName, secret: &Secret) -> Result<(), Error> {
        if !self.loses {
            let text = if self.swaps { "other" } else { secret.expose() };
            self.held
                .lock()
                .unwrap()
                .push((name.clone(), text.to_owned()));
        }
        Ok(())
    }

    fn get(&self, name: &SecretName) -> Result<Option<Secret>, Error> {
        let held = self.held.lock().unwrap();
        let found = held.iter().find(|(known, _)| known == name);
        Ok(found.map(|(_, text)| secret(text)))
    }

    fn delete(&self, name: &SecretName) -> Result<bool, Error> {
        let mut held = self.held.lock().unwrap();
        let before = held.len();
        held.retain(|(known, _)| self.remembers || known != name);
        Ok(self.remembers || held.len() < before)
    }

    fn durable(&self) -> bool {
        false
    }

    fn open(&self, _: &Recipient, _: &[u8]) -> Result<Secret, Error> {
        Ok(secret("other"))
    }
}

#[test]
fn a_canary_finds_faults_and_leaves_nothing() {
    let tried = |store: &Faulty| canary(store, "0123456789abcdef");
    let left = |store: &Faulty| store.held.lock().unwrap().len();
    let whole = Faulty::default();
    tried(&whole).unwrap();
    assert_eq!(left(&whole), 0);
    let (swaps, loses, remembers) = (true, true, true);
    for (faulty, leaves) in [
        (
            Faulty {
                swaps,
                ..Faulty::default()
            },
            0,
        ),
        (
            Faulty {
                loses,
                ..Faulty::default()
            },
            0,
        ),
        (
            Faulty {
                remembers,
                ..Faulty::default()
            },
            1,
        ),
    ] {
        assert!(matches!(tried(&faulty), Err(Error::Failed(_))));
        assert_eq!(left(&faulty), leaves);
    }
    let sealed = sealed_canary(&whole, &stranger(), "0123456789abcdef");
    assert!(matches!(sealed, Err(Error::Unreadable(_))));
    assert!(matches!(canary(&whole, "no secret"), Err(Error::Failed(_))));
}
