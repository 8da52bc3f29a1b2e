//! A file of ours that grows line by line: what is in it is never changed, and a line is written at once.

use super::fs::{
    create_folder, not_following, parent, private_mode, sync_data, sync_folder, trusted,
    unless_link, whatever_the_umask,
};
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// Ends a line that was not written whole, so that the next one stands alone.
pub(crate) const TORN: &str = " #torn";

/// Adds whole lines in one write, after whatever another process adds meanwhile. Durable on return. Where the last line is torn, as a
/// power cut or a full disk leaves it, it is marked first. Errors as [`super::fs::Disk`] has them.
pub(super) fn append(path: &Path, lines: &[u8]) -> io::Result<()> {
    let (file, is_new) = append_unsynced(path, lines)?;
    sync_data(&file)?;
    if is_new {
        sync_folder(parent(path)?)?;
    }
    Ok(())
}

/// Does the same and waits for no disk. Gives back the file, and whether it was empty before.
pub(super) fn append_unsynced(path: &Path, lines: &[u8]) -> io::Result<(File, bool)> {
    create_folder(parent(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    let file = private_mode(not_following(&mut options)).open(path);
    let mut file = file.map_err(|error| unless_link(path, error))?;
    if file.metadata()?.len() == 0 {
        whatever_the_umask(&file)?;
    }
    let length = trusted(&file, u64::MAX)?;
    let mut content = Vec::new();
    if is_torn(&mut file, length)? {
        content.extend(format!("{TORN}\n").bytes());
    }
    content.extend(lines);
    if file.write(&content)? < content.len() {
        return Err(io::ErrorKind::WriteZero.into());
    }
    Ok((file, length == 0))
}

fn is_torn(file: &mut File, length: u64) -> io::Result<bool> {
    let Some(last) = length.checked_sub(1) else {
        return Ok(false);
    };
    let mut byte = [0];
    file.seek(SeekFrom::Start(last))?;
    file.read_exact(&mut byte)?;
    Ok(byte != *b"\n")
}

/// The file for reading from its beginning, or `None` where there is none. `InvalidData` where it may not be trusted.
pub(crate) fn open(path: &Path) -> io::Result<Option<File>> {
    let mut options = OpenOptions::new();
    options.read(true);
    match not_following(&mut options).open(path) {
        Ok(file) => trusted(&file, u64::MAX).map(|_| Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::new_folder::NewFolder;

    #[cfg(unix)]
    #[test]
    fn lines_are_added_and_a_torn_one_is_marked() {
        use std::os::unix::fs::PermissionsExt;
        let folder = NewFolder::new();
        let path = folder.join("log");
        assert!(open(&path).unwrap().is_none());
        append(&path, b"one\n").unwrap();
        append(&path, b"two\nthree").unwrap();
        append(&path, b"four\n").unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert_eq!(text, "one\ntwo\nthree #torn\nfour\n");
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        assert!(append(&path, b"five\n").is_err() && open(&path).is_err());
    }
}
