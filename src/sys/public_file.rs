//! A file for everybody to read, such as a man page: mode 0644, whole or as it was before.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Puts the content in place at once, replacing a file or a link of that name. Its folder is made where it is missing. Errors as
/// the system gives them.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let folder = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
    std::fs::create_dir_all(folder)?;
    let mut hidden = std::ffi::OsString::from(".");
    hidden.push(name);
    hidden.push(format!(".{}.tmp", std::process::id()));
    let hidden = folder.join(hidden);
    let written = fill(&hidden, content).and_then(|()| std::fs::rename(&hidden, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&hidden);
    }
    written
}

fn fill(path: &Path, content: &[u8]) -> io::Result<()> {
    // New, so that nobody's link is followed.
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    readable(&file)?;
    file.write_all(content)?;
    file.sync_data()
}

/// Whatever the umask says: a page that only root can read is none.
#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &File) -> io::Result<()> {
    Ok(())
}
