//! Files that are ours alone: folders 0700, files 0600 from their first byte, whole or absent, durable when said so.

use std::any::Any;
use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// The file operations that crash safety rests on, apart from the machine so that a test can lose or tear them.
/// Every error is `io::Error` as the system gave it, or one of kind `InvalidData` for a file that may not be trusted.
pub(crate) trait Disk: Send + Sync {
    /// The whole file, or `None` where there is none. `InvalidData` when it is no regular file of ours, others may
    /// read or write it, or it is longer than `limit` bytes.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>>;

    /// Puts the whole content in place at once, replacing what was there. Durable on return.
    fn replace(&self, path: &Path, content: &[u8]) -> io::Result<()>;

    /// Like [`Disk::replace`], and keeps the new file open so that writing to it later needs nothing but the write.
    fn replace_open(&self, path: &Path, content: &[u8]) -> io::Result<Box<dyn OpenFile>>;

    /// Opens an existing file for [`OpenFile::write_at`], after making its present content and its name durable.
    fn reopen(&self, path: &Path) -> io::Result<Box<dyn OpenFile>>;

    /// Adds whole lines in one write, to a new file where there is none; a last line that is torn is marked. Durable on return.
    fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()>;

    /// Removes a file; true if there was one. Durable on return.
    fn remove(&self, path: &Path) -> io::Result<bool>;

    /// Whether [`Disk::replace`] could put a file there: creates its folder where that is missing, and nothing that stays.
    fn check_writable(&self, path: &Path) -> io::Result<()>;

    /// The names of the files in a folder, sorted; empty where there is no folder. Leaves out names that begin with a dot
    /// and end in `.tmp`, which are unfinished writes.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Takes the lock that a file stands for, or `None` while another holds it. Held until the value is dropped, or the
    /// process ends. The file stays: removing it would let two hold the lock.
    fn try_lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>>;

    /// The same, shared with all who take it by this: `None` while one has it for himself.
    fn try_share(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        self.try_lock(path)
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
            Err(error) => return Err(error),
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
        let folder = parent(path)?;
        create_folder(folder)?;
        let unfinished = unfinished(path)?;
        let mut file = create_private(&unfinished)?;
        let written = file.write_all(content).and_then(|()| file.sync_data());
        if let Err(error) = written.and_then(|()| std::fs::rename(&unfinished, path)) {
            let _ = std::fs::remove_file(&unfinished);
            return Err(error);
        }
        sync_folder(folder)?;
        Ok(Box::new(LocalFile(file)))
    }

    fn reopen(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(true);
        let file = not_following(&mut options).open(path)?;
        trusted(&file, u64::MAX)?;
        file.sync_all()?;
        sync_folder(parent(path)?)?;
        Ok(Box::new(LocalFile(file)))
    }

    fn append(&self, path: &Path, lines: &[u8]) -> io::Result<()> {
        super::append_file::append(path, lines)
    }

    fn remove(&self, path: &Path) -> io::Result<bool> {
        match std::fs::remove_file(path) {
            Ok(()) => sync_folder(parent(path)?).map(|()| true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
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

    fn try_lock(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        let file = lock_file(path)?;
        let locked = file.try_lock();
        held(file, locked)
    }

    fn try_share(&self, path: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        let file = lock_file(path)?;
        let locked = file.try_lock_shared();
        held(file, locked)
    }
}

fn lock_file(path: &Path) -> io::Result<File> {
    create_folder(parent(path)?)?;
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    let file = private_mode(not_following(&mut options)).open(path)?;
    whatever_the_umask(&file)?;
    Ok(file)
}

fn held(file: File, locked: Result<(), TryLockError>) -> io::Result<Option<Box<dyn Any + Send>>> {
    match locked {
        Ok(()) => Ok(Some(Box::new(file))),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(error),
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
        self.0.sync_data()
    }
}

/// Creates a folder and its parents with mode 0700 where they are missing, each durable before the next: a file is no safer than
/// the names of all the folders above it.
pub(crate) fn create_folder(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let above = parent(folder)?;
    create_folder(above)?;
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        // Another akm may have been quicker.
        Err(error) if !folder.is_dir() => return Err(error),
        Err(_) => (),
        Ok(()) => private_folder(folder)?,
    }
    sync_folder(above)
}

/// Mode 0700 whatever the umask is.
fn private_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    let _ = folder;
    Ok(())
}

/// Whether a folder may hold secrets: it is not there yet, or it is ours and nobody else can put files into it or take them out.
/// `InvalidData` where it is not so.
pub(crate) fn check_ours(folder: &Path) -> io::Result<()> {
    let about = match std::fs::metadata(folder) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    if !about.is_dir() {
        return Err(untrusted("it is not a folder"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if about.uid() != rustix::process::geteuid().as_raw() {
            return Err(untrusted("it belongs to another user"));
        }
        if about.mode() & 0o022 != 0 {
            return Err(untrusted(
                "others may write in it; `chmod 700` it once you trust it",
            ));
        }
    }
    Ok(())
}

/// A file that an odd umask made unreadable for us would not open a second time.
pub(super) fn whatever_the_umask(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, PermissionsExt};
        if file.metadata()?.mode() & 0o777 != 0o600 {
            file.set_permissions(PermissionsExt::from_mode(0o600))?;
        }
    }
    let _ = file;
    Ok(())
}

/// Removes a folder of ours with all that is in it; no error where there is none. Durable on return.
pub(crate) fn remove_folder(folder: &Path) -> io::Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    folder
        .parent()
        .filter(|parent| parent.exists())
        .map_or(Ok(()), sync_folder)
}

/// Makes names that were added to or removed from a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// A new file of mode 0600 that nobody else can have prepared: fails where the name is taken, but for our own unfinished one.
fn create_private(path: &Path) -> io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    let file = private_mode(&mut options).open(path)?;
    #[cfg(unix)]
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))?;
    Ok(file)
}

/// Where a file is written until it is whole: one name a file, so that a crash leaves at most one behind.
fn unfinished(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name =
        name.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    Ok(path.with_file_name(format!(".{name}.tmp")))
}

fn is_unfinished(name: &str) -> bool {
    name.strip_prefix('.')
        .is_some_and(|rest| rest.strip_suffix(".tmp").is_some())
}

pub(super) fn parent(path: &Path) -> io::Result<&Path> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Ok(Path::new(".")),
        Some(folder) => Ok(folder),
        None => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path names no file",
        )),
    }
}

pub(super) fn private_mode(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

pub(super) fn not_following(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK)
            .bits()
            .cast_signed(),
    );
    options
}

/// The file's length, where it may be trusted.
pub(super) fn trusted(file: &File, limit: u64) -> io::Result<u64> {
    let about = file.metadata()?;
    if !about.is_file() {
        return Err(untrusted("it is not a regular file"));
    }
    if about.len() > limit {
        return Err(untrusted(&format!("it is longer than {limit} bytes")));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if about.uid() != rustix::process::geteuid().as_raw() {
            return Err(untrusted("it belongs to another user"));
        }
        if about.mode() & 0o077 != 0 {
            return Err(untrusted(
                "others may read or write it; `chmod 600` it once you trust it",
            ));
        }
    }
    Ok(about.len())
}

fn untrusted(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("akm-fs-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        create_folder(&folder).unwrap();
        folder
    }

    #[cfg(unix)]
    #[test]
    fn files_are_private_whole_and_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let path = folder("replace").join("a.toml");
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
        assert_eq!(LocalDisk.names(path.parent().unwrap()).unwrap(), ["a.toml"]);
        assert!(LocalDisk.remove(&path).unwrap());
        assert!(!LocalDisk.remove(&path).unwrap());
        assert!(LocalDisk.read(&path, 100).unwrap().is_none());
    }

    #[cfg(unix)]
    #[test]
    fn nothing_foreign_is_read() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("foreign");
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
        let path = folder("lock").join("a.lock");
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
}
