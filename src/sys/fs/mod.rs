//! Files that are ours alone: folders 0700, files 0600 from their first byte, whole or absent, durable when said so.

mod folder;
mod incapable;
mod private;
mod trust;

pub(crate) use folder::{create_folder, remove_folder, sync_folder};
pub(crate) use incapable::Incapable;
pub(crate) use trust::{Distrust, check_ours, kubernetes_volume};

pub(in crate::sys) use folder::parent;
pub(in crate::sys) use incapable::failing;
pub(in crate::sys) use private::{not_following, private_mode, whatever_the_umask};
pub(in crate::sys) use trust::{trusted, unless_link};

use private::{create_private, is_unfinished, unfinished};
use std::any::Any;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::Path;
use trust::untrusted;

/// The file operations that crash safety rests on, apart from the machine so that a test can lose or tear them.
/// Every error is `io::Error` as the system gave it, or one of kind `InvalidData` for a file that may not be trusted.
pub(crate) trait Disk: Send + Sync {
    /// The whole file, or `None` where there is none. `InvalidData` when it is no regular file of ours, others may
    /// read or write it, or it is longer than `limit` bytes.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>>;

    /// Puts the whole content in place at once, replacing what was there. Durable on return.
    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Like [`Disk::replace`], for what is removed at once: a power cut may leave it or not.
    fn replace_unsynced(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.replace(path, content)
    }

    /// Like [`Disk::remove`], of what [`Disk::replace_unsynced`] put there.
    fn remove_unsynced(&self, path: &Path) -> io::Result<bool> {
        self.remove(path)
    }

    /// Like [`Disk::replace`], and keeps the new file open so that writing to it later needs nothing but the write.
    fn replace_open(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn OpenFile>>;

    /// Opens an existing file for [`OpenFile::write_at`], after making its present content and its name durable.
    fn reopen(&self, path: &Path) -> io::Result<Box<dyn OpenFile>>;

    /// Adds whole lines in one write, to a new file where there is none; a last line that is torn is marked. Durable on return.
    fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()>;

    /// Like [`Disk::append`], and waits for no disk: a power cut may take the lines.
    fn append_unsynced(&self, path: &Path, lines: &[u8]) -> io::Result<()> {
        self.append(path, lines)
    }

    /// Removes a file; true if there was one. Durable on return.
    fn remove(&self, path: &Path) -> io::Result<bool>;

    /// Whether [`Disk::replace`] could put a file there: creates its folder where that is missing, and nothing that stays.
    fn check_writable(&self, path: &Path) -> io::Result<()>;

    /// The names of the files in a folder, sorted; empty where there is no folder. Leaves out names that begin with a dot
    /// and end in `.tmp`, which are unfinished writes.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Tells whether a folder is there as akm makes it, or not yet: a link leads to files that are not akm's.
    fn is_own_folder(&self, _folder: &Path) -> bool {
        true
    }

    /// Takes the lock that a file stands for, or `None` while another holds it. Held until the value is dropped, or the
    /// process ends. The file stays: removing it would let two hold the lock.
    fn try_lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>>;

    /// The same, shared with all who take it by this: `None` while one has it for himself.
    fn try_share(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        self.try_lock(path)
    }
}

/// Puts a whole new file in the place of the one that was there.
fn put(path: &Path, content: &[u8], sync: impl Fn(&File) -> io::Result<()>) -> io::Result<File> {
    create_folder(parent(path)?)?;
    let unfinished = unfinished(path)?;
    let mut file = create_private(&unfinished)?;
    let written = file.write_all(content).and_then(|()| sync(&file));
    if let Err(error) = written.and_then(|()| std::fs::rename(&unfinished, path)) {
        let _ = std::fs::remove_file(&unfinished);
        return Err(error);
    }
    Ok(file)
}

const NOT_SYNCED: &str = "it cannot be synced to the disk";

/// Makes what is in a file durable.
pub(in crate::sys) fn sync_data(file: &File) -> io::Result<()> {
    file.sync_data().map_err(failing(NOT_SYNCED))
}

/// Removes a file; true if there was one.
fn removed(path: &Path) -> io::Result<bool> {
    match std::fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// A file open for writing at a place.
pub(crate) trait OpenFile: Send {
    /// Writes all of `content` at `offset`. Durable on return.
    fn write_at(&mut self, offset: u64, content: &[u8]) -> io::Result<()>;
}

/// This machine's disk.
pub(crate) struct LocalDisk;

impl Disk for LocalDisk {
    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let mut options = OpenOptions::new();
        options.read(true);
        let file = match not_following(&mut options).open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unless_link(path, error)),
        };
        // Sized at once: a buffer that grows leaves copies of a secret behind.
        let length = trusted(&file, limit)?;
        let mut content = Vec::with_capacity(usize::try_from(length).unwrap_or(0) + 1);
        file.take(limit + 1).read_to_end(&mut content)?;
        if content.len() as u64 > limit {
            return Err(untrusted(&format!("it is longer than {limit} bytes")));
        }
        Ok(Some(content))
    }

    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        self.replace_open(path, content).map(drop)
    }

    fn replace_open(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn OpenFile>> {
        let file = put(path, content, sync_data)?;
        sync_folder(parent(path)?)?;
        Ok(Box::new(LocalFile(file)))
    }

    fn replace_unsynced(&self, path: &Path, content: &[u8]) -> io::Result<()> {
        put(path, content, |_| Ok(())).map(drop)
    }

    fn remove_unsynced(&self, path: &Path) -> io::Result<bool> {
        removed(path)
    }

    fn reopen(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let file = not_following(&mut options).open(path);
        let file = file.map_err(|error| unless_link(path, error))?;
        trusted(&file, u64::MAX)?;
        file.sync_all().map_err(failing(NOT_SYNCED))?;
        sync_folder(parent(path)?)?;
        Ok(Box::new(LocalFile(file)))
    }

    fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()> {
        super::append_file::append(path, lines)
    }

    fn append_unsynced(&self, path: &Path, lines: &[u8]) -> io::Result<()> {
        super::append_file::append_unsynced(path, lines).map(drop)
    }

    fn remove(&self, path: &Path) -> io::Result<bool> {
        let was_there = removed(path)?;
        if was_there {
            sync_folder(parent(path)?)?;
        }
        Ok(was_there)
    }

    fn check_writable(&self, path: &Path) -> io::Result<()> {
        create_folder(parent(path)?)?;
        let unfinished = unfinished(path)?;
        let mut file = create_private(&unfinished)?;
        let written = file.write_all(&[b'#'; 4096]);
        std::fs::remove_file(&unfinished)?;
        written
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let name = entry?.file_name().to_string_lossy().into_owned();
            if !is_unfinished(&name) {
                names.push(name);
            }
        }
        names.sort_unstable();
        Ok(names)
    }

    fn is_own_folder(&self, folder: &Path) -> bool {
        match std::fs::symlink_metadata(folder) {
            Ok(about) => about.is_dir(),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    fn try_lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        lock(path, File::try_lock)
    }

    fn try_share(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        lock(path, File::try_lock_shared)
    }
}

/// What stands for a lock where nothing can be written, as on a read-only mount: nobody has to be kept out there.
pub(crate) struct ReadOnly;

fn lock(
    path: &Path,
    take: impl FnOnce(&File) -> Result<(), TryLockError>,
) -> io::Result<Option<Box<dyn Any + Send>>> {
    let file = match lock_file(path) {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => {
            return Ok(Some(Box::new(ReadOnly)));
        }
        file => file?,
    };
    let locked = take(&file);
    held(file, locked)
}

fn lock_file(path: &Path) -> io::Result<File> {
    create_folder(parent(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = private_mode(not_following(&mut options)).open(path);
    let file = file.map_err(|error| unless_link(path, error))?;
    whatever_the_umask(&file)?;
    Ok(file)
}

fn held(file: File, locked: Result<(), TryLockError>) -> io::Result<Option<Box<dyn Any + Send>>> {
    match locked {
        Ok(()) => Ok(Some(Box::new(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(failing("it cannot be locked")(error)),
    }
}

struct LocalFile(File);

impl OpenFile for LocalFile {
    fn write_at(&mut self, offset: u64, content: &[u8]) -> io::Result<()> {
        #[cfg(unix)]
        std::os::unix::fs::FileExt::write_all_at(&self.0, content, offset)?;
        #[cfg(not(unix))]
        {
            io::Seek::seek(&mut self.0, io::SeekFrom::Start(offset))?;
            self.0.write_all(content)?;
        }
        sync_data(&self.0)
    }
}

#[cfg(test)]
mod tests;
