//! The store of files by itself, and with the real `age` on either side.

use super::super::contract::{are_here, check, held, name, secret, stranger};
use super::*;
use crate::sys::fs::LocalDisk;
use std::process::{Command, Stdio};

/// A folder of the test's own, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(of: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("akm-age-{}-{of}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        Self(folder)
    }

    fn store(&self, recipient: &Recipient) -> AgeStore {
        AgeStore::at(Arc::new(LocalDisk), self.0.clone(), recipient.clone())
    }

    fn with_identity(of: &str) -> (Self, AgeStore, Recipient) {
        let folder = Self::new(of);
        let recipient = AgeStore::create_identity(&LocalDisk, &folder.0).unwrap();
        let store = folder.store(&recipient);
        (folder, store, recipient)
    }

    fn write(&self, file: &str, content: &[u8]) {
        LocalDisk.replace(&self.0.join(file), content).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn output(program: &str, arguments: &[&str], folder: &Folder) -> Vec<u8> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(&folder.0);
    let output = command.stdin(Stdio::null()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program} {arguments:?}: {said}");
    output.stdout
}

#[test]
fn keeps_the_contract() {
    let (_folder, store, recipient) = Folder::with_identity("contract");
    check(&store, &recipient);
    assert!(store.durable());
}

#[test]
fn reading_creates_nothing() {
    let folder = Folder::new("reading");
    let store = folder.store(&stranger());
    assert_eq!(held(&store, "LTAI1"), None);
    assert!(!store.delete(&name("LTAI1")).unwrap());
    let absent = AgeStore::recipient_of(&LocalDisk, &folder.0);
    assert!(matches!(absent, Err(Error::Absent(_))));
    assert!(!folder.0.exists());
}

#[test]
fn an_identity_is_made_once_and_never_overwritten() {
    let (folder, _, recipient) = Folder::with_identity("once");
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
    let folder = Folder::new("many");
    let made = std::thread::scope(|scope| {
        let one = || AgeStore::create_identity(&LocalDisk, &folder.0).ok();
        let all: Vec<_> = (0..8).map(|_| scope.spawn(one)).collect();
        all.into_iter()
            .filter_map(|one| one.join().unwrap())
            .collect::<Vec<_>>()
    });
    assert_eq!(
        made,
        [AgeStore::recipient_of(&LocalDisk, &folder.0).unwrap()]
    );
}

#[test]
fn what_it_cannot_read_is_no_missing_secret() {
    let (folder, store, recipient) = Folder::with_identity("unreadable");
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
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
    assert!(matches!(
        store.open(&recipient, &whole),
        Err(Error::Absent(_))
    ));
    AgeStore::create_identity(&LocalDisk, &folder.0).unwrap();
    assert!(matches!(
        store.get(&name("LTAI1")),
        Err(Error::Unreadable(_))
    ));
    assert!(matches!(
        store.open(&recipient, &whole),
        Err(Error::Unreadable(_))
    ));
}

#[test]
fn an_identity_under_a_passphrase_is_locked() {
    let (folder, store, _) = Folder::with_identity("passphrase");
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    for start in PROTECTED {
        folder.write(IDENTITY, start);
        assert!(matches!(store.get(&name("LTAI1")), Err(Error::Locked(_))));
    }
    store.put(&name("LTAI2"), &secret("marker")).unwrap();
    folder.write(IDENTITY, b"# no key here\n");
    assert!(matches!(
        store.get(&name("LTAI1")),
        Err(Error::Unreadable(_))
    ));
}

#[cfg(unix)]
#[test]
fn files_are_private() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, store, _) = Folder::with_identity("private");
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    for (file, mode) in [("", 0o700), (IDENTITY, 0o600), ("LTAI1.age", 0o600)] {
        let about = std::fs::metadata(folder.0.join(file)).unwrap();
        assert_eq!(about.permissions().mode() & 0o777, mode, "{file}");
    }
    let open_to_all = PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(folder.0.join(IDENTITY), open_to_all).unwrap();
    assert!(matches!(
        store.get(&name("LTAI1")),
        Err(Error::Unreadable(_))
    ));
}

#[test]
fn the_real_age_reads_ours() {
    if !are_here(&["age", "age-keygen"]) {
        return;
    }
    let (folder, store, recipient) = Folder::with_identity("theirs");
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
    let folder = Folder::new("from-theirs");
    folder.write("plain", b"marker");
    folder.write("blanks", b"mark er\n");
    folder.write(IDENTITY, &output("age-keygen", &[], &folder));
    let recipient = AgeStore::recipient_of(&LocalDisk, &folder.0).unwrap();
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
