//! The Linux kernel's keyring of this user: a secret that rests in the kernel's memory for a given time, never on a disk, and
//! is there for this user's processes alone, in every session. `keyctl show @u` lists it.

#[cfg(target_os = "linux")]
pub(crate) use linux::{find, forget, keep};
#[cfg(not(target_os = "linux"))]
pub(crate) use none::{find, forget, keep};

#[cfg(target_os = "linux")]
mod linux {
    use linux_keyutils::{
        Key, KeyError, KeyPermissionsBuilder, KeyRing, KeyRingIdentifier, Permission,
    };
    use std::io;
    use zeroize::Zeroizing;

    /// No secret that is kept here is longer.
    const LONGEST: usize = 1024;

    /// Keeps `content` under `name` for some seconds, in place of what was there.
    pub(crate) fn keep(name: &str, content: &[u8], seconds: u32) -> io::Result<()> {
        // Made in a keyring that ends with this process: killed before the time limit is on it, it leaves nothing behind.
        let process = ring(KeyRingIdentifier::Process)?;
        let key = process.add_key(name, content).map_err(refused)?;
        let linked = limit(key, seconds).and_then(|()| {
            ring(KeyRingIdentifier::User)?
                .link_key(key)
                .map_err(refused)
        });
        let _ = process.unlink_key(key);
        linked
    }

    /// What is kept under `name`; `None` when nothing is, or its time is over.
    pub(crate) fn find(name: &str) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        let Some(key) = search(name)? else {
            return Ok(None);
        };
        let mut room = Zeroizing::new(vec![0; LONGEST]);
        let length = key.read(&mut *room).map_err(refused)?;
        room.truncate(length);
        Ok(Some(room))
    }

    /// Forgets what is kept under `name`; true if something was.
    pub(crate) fn forget(name: &str) -> io::Result<bool> {
        // A keyring that cannot be used keeps nothing for this process.
        match search(name) {
            Ok(Some(key)) => key.invalidate().map_err(refused).map(|()| true),
            _ => Ok(false),
        }
    }

    /// Whoever is this user may read it: cron has another session keyring than the terminal.
    fn limit(key: Key, seconds: u32) -> io::Result<()> {
        let permissions = KeyPermissionsBuilder::builder()
            .posessor(Permission::ALL)
            .user(Permission::VIEW | Permission::READ | Permission::SEARCH)
            .build();
        key.set_perms(permissions).map_err(refused)?;
        key.set_timeout(seconds as usize).map_err(refused)
    }

    fn search(name: &str) -> io::Result<Option<Key>> {
        match ring(KeyRingIdentifier::User)?.search(name) {
            Ok(key) => Ok(Some(key)),
            Err(KeyError::KeyDoesNotExist | KeyError::KeyExpired | KeyError::KeyRevoked) => {
                Ok(None)
            }
            Err(error) => Err(refused(error)),
        }
    }

    fn ring(which: KeyRingIdentifier) -> io::Result<KeyRing> {
        KeyRing::from_special_id(which, true).map_err(refused)
    }

    fn refused(error: KeyError) -> io::Error {
        let why = match error {
            KeyError::PermissionDenied | KeyError::AccessDenied => {
                "the system does not permit it".to_owned()
            }
            KeyError::QuotaExceeded => "this user has as many keys in it as it may".to_owned(),
            other => format!("{other:?}"),
        };
        io::Error::other(why)
    }
}

#[cfg(not(target_os = "linux"))]
mod none {
    use std::io;
    use zeroize::Zeroizing;

    pub(crate) fn keep(_: &str, _: &[u8], _: u32) -> io::Result<()> {
        Err(io::Error::other("this system has none"))
    }

    pub(crate) fn find(_: &str) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
        Ok(None)
    }

    pub(crate) fn forget(_: &str) -> io::Result<bool> {
        Ok(false)
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::io::Write;
    use std::time::Duration;

    #[test]
    fn keeps_replaces_and_forgets_in_time() {
        let name = format!("akm-test-{}", std::process::id());
        if let Err(error) = keep(&name, b"first", 60) {
            let line = format!("skipped: the kernel keyring cannot be used here: {error}\n");
            return std::io::stderr().write_all(line.as_bytes()).unwrap();
        }
        assert_eq!(**find(&name).unwrap().unwrap(), b"first"[..]);
        keep(&name, b"second", 1).unwrap();
        assert_eq!(**find(&name).unwrap().unwrap(), b"second"[..]);
        std::thread::sleep(Duration::from_millis(2100));
        assert!(find(&name).unwrap().is_none());
        keep(&name, b"third", 60).unwrap();
        assert!(forget(&name).unwrap());
        assert!(find(&name).unwrap().is_none());
        assert!(!forget(&name).unwrap());
    }
}
