use super::*;
use crate::sys::new_folder::NewFolder;

fn folder() -> NewFolder {
    let folder = NewFolder::new();
    create_folder(&folder).unwrap();
    folder
}

#[cfg(unix)]
#[test]
fn files_are_private_whole_and_replaced() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.join("a.toml");
    LocalDisk.replace(&path, b"one").unwrap();
    LocalDisk
        .replace_open(&path, b"two......")
        .unwrap()
        .write_at(3, b"!")
        .unwrap();
    assert_eq!(LocalDisk.read(&path, 100).unwrap().unwrap(), b"two!.....");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    assert_eq!(LocalDisk.names(&folder).unwrap(), ["a.toml"]);
    assert!(LocalDisk.remove(&path).unwrap());
    assert!(!LocalDisk.remove(&path).unwrap());
    assert!(LocalDisk.read(&path, 100).unwrap().is_none());
}

#[cfg(unix)]
#[test]
fn nothing_foreign_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.join("a.toml");
    LocalDisk.replace(&path, b"12345").unwrap();
    assert_eq!(
        LocalDisk.read(&path, 4).unwrap_err().kind(),
        io::ErrorKind::InvalidData
    );
    std::os::unix::fs::symlink(&path, folder.join("link")).unwrap();
    assert!(LocalDisk.read(&folder.join("link"), 100).is_err());
    assert_eq!(
        LocalDisk.read(&folder, 100).unwrap_err().kind(),
        io::ErrorKind::InvalidData
    );
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o640)).unwrap();
    assert_eq!(
        LocalDisk.read(&path, 100).unwrap_err().kind(),
        io::ErrorKind::InvalidData
    );
}

#[test]
fn a_lock_is_held_by_one() {
    let folder = folder();
    let path = folder.join("a.lock");
    let held = LocalDisk.try_lock(&path).unwrap();
    assert!(held.is_some());
    assert!(LocalDisk.try_lock(&path).unwrap().is_none());
    assert!(LocalDisk.try_share(&path).unwrap().is_none());
    drop(held);
    let share = LocalDisk.try_share(&path).unwrap();
    assert!(share.is_some() && LocalDisk.try_share(&path).unwrap().is_some());
    assert!(LocalDisk.try_lock(&path).unwrap().is_none());
    drop(share);
    assert!(LocalDisk.try_lock(&path).unwrap().is_some());
}
