//! A file for somebody else, such as a CSV: new, mode 0600 from its first byte, whole or absent, and sure of its space before
//! the work that fills it begins.

use super::fs::sync_folder;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A place kept for a file that does not exist yet. Dropped without [`NewFile::commit`], it leaves nothing behind. A kill while the
/// file takes the place of another, or anywhere where the system has no unnamed files, can leave it under its hidden name,
/// `.FILE.akm.tmp` in the same folder, mode 0600: the next [`NewFile::reserve`] of the same path removes that.
pub(crate) struct NewFile {
    file: File,
    path: PathBuf,
    folder: PathBuf,
    replace: bool,
    /// The name it has, where it needs one, until it has its own.
    hidden: PathBuf,
    /// Where the system has unnamed files: it has no name at all until it is whole.
    unnamed: bool,
}

impl NewFile {
    /// Keeps a place of `room` bytes. Errors: `AlreadyExists` unless `replace`, `NotFound` when the folder is not there,
    /// `IsADirectory` when the path names one, whatever the disk says when it is full.
    pub(crate) fn reserve(path: &Path, room: u64, replace: bool) -> io::Result<Self> {
        if path.as_os_str().as_encoded_bytes().ends_with(b"/") {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        match path.symlink_metadata() {
            Ok(about) if replace && (about.is_file() || about.is_symlink()) => (),
            Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) => (),
        }
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(".akm.tmp");
        let hidden = folder.join(hidden);
        remove_leftover(&hidden)?;
        let (file, unnamed) = match unnamed(&folder) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(error),
            Err(_) => (private().create_new(true).open(&hidden)?, false),
        };
        let new = Self {
            file,
            path: path.to_owned(),
            folder,
            replace,
            hidden,
            unnamed,
        };
        new.make_room(room)?;
        Ok(new)
    }

    fn make_room(&self, room: u64) -> io::Result<()> {
        #[cfg(unix)]
        self.file
            .set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
        // No room at all is an error for `fallocate`.
        #[cfg(target_os = "linux")]
        match rustix::fs::fallocate(
            &self.file,
            rustix::fs::FallocateFlags::empty(),
            0,
            room.max(1),
        ) {
            Err(rustix::io::Errno::OPNOTSUPP) | Ok(()) => (),
            Err(error) => return Err(error.into()),
        }
        let _ = room;
        Ok(())
    }

    /// Gives the file the permissions and the group of the one that it replaces, instead of mode 0600. Errors as the system has them: a
    /// group that this user may not give is one.
    pub(crate) fn copy_mode(&self, about: &std::fs::Metadata) -> io::Result<()> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};
            // The group first: with its bits, another group would see the file.
            if self.file.metadata()?.gid() != about.gid() {
                fchown(&self.file, None, Some(about.gid()))?;
            }
            let mode = PermissionsExt::from_mode(about.mode() & 0o777);
            self.file.set_permissions(mode)?;
        }
        let _ = about;
        Ok(())
    }

    /// Fills the file and gives it its name. Durable on return.
    pub(crate) fn commit(mut self, content: &[u8]) -> io::Result<()> {
        self.file.write_all(content)?;
        self.file.set_len(content.len() as u64)?;
        self.file.sync_all()?;
        self.give_name()?;
        sync_folder(&self.folder)
    }

    fn give_name(&self) -> io::Result<()> {
        match (self.unnamed, self.replace) {
            (true, false) => link_unnamed(&self.file, &self.path),
            (false, false) => std::fs::hard_link(&self.hidden, &self.path),
            (false, true) => std::fs::rename(&self.hidden, &self.path),
            (true, true) => {
                remove_leftover(&self.hidden)?;
                link_unnamed(&self.file, &self.hidden)?;
                std::fs::rename(&self.hidden, &self.path)
                    .inspect_err(|_| drop(std::fs::remove_file(&self.hidden)))
            }
        }
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        if !self.unnamed {
            let _ = std::fs::remove_file(&self.hidden);
        }
    }
}

/// Removes what a kill left under the hidden name, if it is a file of ours; what is not, stays and is in the way.
fn remove_leftover(hidden: &Path) -> io::Result<()> {
    match hidden.symlink_metadata() {
        Ok(about) if about.is_file() && is_ours(&about) => std::fs::remove_file(hidden),
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn is_ours(about: &std::fs::Metadata) -> bool {
    std::os::unix::fs::MetadataExt::uid(about) == rustix::process::geteuid().as_raw()
}

#[cfg(not(unix))]
fn is_ours(_: &std::fs::Metadata) -> bool {
    true
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> io::Result<File> {
    let mut options = private();
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::TMPFILE.bits().cast_signed(),
    );
    options.open(folder)
}

#[cfg(not(target_os = "linux"))]
fn unnamed(_: &Path) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(target_os = "linux")]
fn link_unnamed(file: &File, to: &Path) -> io::Result<()> {
    use rustix::fs::{AtFlags, CWD};
    use std::os::fd::AsRawFd;
    let from = format!("/proc/self/fd/{}", file.as_raw_fd());
    Ok(rustix::fs::linkat(
        CWD,
        from,
        CWD,
        to,
        AtFlags::SYMLINK_FOLLOW,
    )?)
}

#[cfg(not(target_os = "linux"))]
fn link_unnamed(_: &File, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
