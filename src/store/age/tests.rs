//! The store of files by itself, and with the real `age` on either side.

mod protected;

use super::super::contract::{are_here, check, held, name, secret, stranger};
use super::super::{Passphrases, canary, identity};
use super::*;
use crate::core::passphrase::Passphrase;
use crate::sys::clock::SystemClock;
use crate::sys::fs::LocalDisk;
use crate::sys::new_folder::NewFolder;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text.to_owned()).unwrap()
}

/// Gives these passphrases one after the other, and counts how often it was asked.
struct Scripted(Vec<&'static str>, Arc<AtomicU8>);

impl Passphrases for Scripted {
    fn tries(&self) -> u8 {
        3
    }

    fn passphrase(&self, again: bool) -> Result<Passphrase, Error> {
        let asked = self.1.fetch_add(1, Ordering::Relaxed);
        assert_eq!(again, asked > 0);
        let given = self.0.get(usize::from(asked)).copied();
        given
            .map(passphrase)
            .ok_or_else(|| Error::Protected("nobody is there".to_owned()))
    }

    fn not_kept(&self, _: &str) {}
}

/// The counter tells how often somebody was asked.
fn unlocking(with: &[&'static str]) -> (Arc<Unlock>, Arc<AtomicU8>) {
    let asked = Arc::new(AtomicU8::new(0));
    let passphrases = Arc::new(Scripted(with.to_vec(), asked.clone()));
    (
        Arc::new(Unlock::new(passphrases, Arc::new(SystemClock))),
        asked,
    )
}

fn nobody() -> Arc<Unlock> {
    unlocking(&[]).0
}

struct Folder(NewFolder);

impl Folder {
    fn new() -> Self {
        Self(NewFolder::new())
    }

    fn store(&self, recipient: &Recipient) -> AgeStore {
        self.store_with(recipient, nobody())
    }

    fn store_with(&self, recipient: &Recipient, unlock: Arc<Unlock>) -> AgeStore {
        let disk = Arc::new(LocalDisk);
        AgeStore::at(disk, self.0.to_path_buf(), recipient.clone(), unlock, None)
    }

    fn protect(&self, recipient: &Recipient, with: &Unlock, new: &str) -> Result<(), Error> {
        Protection::open(&LocalDisk, &self.0, recipient, with)?.protect(&passphrase(new))
    }

    fn identity(&self) -> Vec<u8> {
        std::fs::read(self.0.join(IDENTITY)).unwrap()
    }

    fn with_identity() -> (Self, AgeStore, Recipient) {
        let folder = Self::new();
        let recipient = AgeStore::create_identity(&LocalDisk, &folder.0).unwrap();
        let store = folder.store(&recipient);
        (folder, store, recipient)
    }

    fn write(&self, file: &str, content: &[u8]) {
        LocalDisk.replace(&self.0.join(file), content).unwrap();
    }
}

fn output(program: &str, arguments: &[&str], folder: &Folder) -> Vec<u8> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&*folder.0);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    output.stdout
}

#[test]
fn keeps_the_contract() {
    let (_folder, store, recipient) = Folder::with_identity();
    check(&store, &recipient);
    assert!(store.durable());
}

#[test]
fn reading_creates_nothing() {
    let folder = Folder::new();
    let store = folder.store(&stranger());
    assert_eq!(held(&store, "LTAI1"), None);
    assert!(!store.delete(&name("LTAI1")).unwrap());
    let absent = AgeStore::recipient_of(&LocalDisk, &folder.0, &nobody());
    assert!(matches!(absent, Err(Error::Absent(_))));
    assert!(!folder.0.exists());
}

#[test]
fn an_identity_is_made_once_and_never_overwritten() {
    let (folder, _, recipient) = Folder::with_identity();
    for content in [None, Some(&b"damaged"[..]), Some(b"")] {
        if let Some(content) = content {
            folder.write(IDENTITY, content);
        }
        let before = std::fs::read(folder.0.join(IDENTITY)).unwrap();
        let again = AgeStore::create_identity(&LocalDisk, &folder.0);
        assert!(matches!(again, Err(Error::Failed(_))));
        assert_eq!(std::fs::read(folder.0.join(IDENTITY)).unwrap(), before);
    }
    assert_ne!(recipient, stranger());
}

#[test]
fn of_many_first_runs_one_makes_the_identity() {
    let folder = Folder::new();
    let made = std::thread::scope(|scope| {
        let one = || AgeStore::create_identity(&LocalDisk, &folder.0).ok();
        let all: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        all.into_iter()
            .filter_map(|one| one.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(
        made,
        [AgeStore::recipient_of(&LocalDisk, &folder.0, &nobody()).unwrap()]
    );
}

#[test]
fn what_it_cannot_read_is_no_missing_secret() {
    let (folder, store, recipient) = Folder::with_identity();
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    assert_eq!(held(&store, "LTAI1").as_deref(), Some("marker"));
    let whole = std::fs::read(folder.0.join("LTAI1.age")).unwrap();
    let sealed_elsewhere = seal(&stranger(), &secret("marker")).unwrap();
    for content in [
        &whole[..whole.len() - 1],
        b"",
        b"plain",
        &sealed_elsewhere,
        &vec![b'x'; 20_000],
    ] {
        folder.write("LTAI1.age", content);
        let found = store.holds(&name("LTAI1"));
        assert!(matches!(found, Err(Error::Unreadable(_))));
        let found = store.get(&name("LTAI1"));
        assert!(
            matches!(found, Err(Error::Unreadable(_))),
            "{} bytes",
            content.len()
        );
    }
    folder.write("LTAI1.age", &whole);
    std::fs::remove_file(folder.0.join(IDENTITY)).unwrap();
    assert!(matches!(store.get(&name("LTAI1")), Err(Error::Absent(_))));
    let found = store.holds(&name("LTAI1"));
    assert!(matches!(found, Err(Error::Absent(_))));
    assert!(matches!(
        store.open(&recipient, &whole),
        Err(Error::Absent(_))
    ));
    // Secrets are here: none is made anew beside them.
    assert!(matches!(
        AgeStore::create_identity(&LocalDisk, &folder.0),
        Err(Error::Absent(_))
    ));
    std::fs::remove_file(folder.0.join("LTAI1.age")).unwrap();
    AgeStore::create_identity(&LocalDisk, &folder.0).unwrap();
    folder.write("LTAI1.age", &whole);
    assert!(matches!(
        store.get(&name("LTAI1")),
        Err(Error::Unreadable(_))
    ));
    let found = store.holds(&name("LTAI1"));
    assert!(matches!(found, Err(Error::Unreadable(_))));
    let tried = canary(&store, "0123456789abcdef");
    assert!(matches!(tried, Err(Error::Unreadable(_))));
    assert!(matches!(
        store.open(&recipient, &whole),
        Err(Error::Unreadable(_))
    ));
}

#[cfg(unix)]
#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store, _) = Folder::with_identity();
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    for (file, mode) in [("", 0o700), (IDENTITY, 0o600), ("LTAI1.age", 0o600)] {
        let about = std::fs::metadata(folder.0.join(file)).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, mode, "{file}");
    }
    let open_to_all = PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(folder.0.join(IDENTITY), open_to_all).unwrap();
    assert!(matches!(
        store.get(&name("LTAI1")),
        Err(Error::Distrusted(..))
    ));
}

#[test]
fn the_real_age_reads_ours() {
    if !are_here(&["age", "age-keygen"]) {
        return;
    }
    let (folder, store, recipient) = Folder::with_identity();
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    let read = output("age", &["-d", "-i", IDENTITY, "LTAI1.age"], &folder);
    assert_eq!(read, b"marker");
    let public = output("age-keygen", &["-y", IDENTITY], &folder);
    assert_eq!(public, format!("{recipient}\n").as_bytes());
}

#[test]
fn ours_reads_what_the_real_age_wrote() {
    if !are_here(&["age", "age-keygen"]) {
        return;
    }
    let folder = Folder::new();
    folder.write("plain", b"marker");
    folder.write("blanks", b"mark er\n");
    folder.write(IDENTITY, &output("age-keygen", &[], &folder));
    let recipient = AgeStore::recipient_of(&LocalDisk, &folder.0, &nobody()).unwrap();
    for (name, from) in [("LTAI1.age", "plain"), ("LTAI2.age", "blanks")] {
        let to = ["-r", recipient.as_str(), "-r", stranger().as_str(), from].map(str::to_owned);
        let to = to.each_ref().map(String::as_str);
        folder.write(name, &output("age", &to, &folder));
    }
    let store = folder.store(&recipient);
    assert_eq!(held(&store, "LTAI1").as_deref(), Some("marker"));
    assert!(matches!(
        store.get(&name("LTAI2")),
        Err(Error::Unreadable(_))
    ));
}
