//! A file of this user's that other programs read and write, too, such as another tool's configuration: read whole, replaced at once.

use super::fs::{create_folder, not_following, parent};
use super::new_file::NewFile;
use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A file as it was read.
pub(crate) struct SharedFile {
    /// Where the file itself is, behind all links.
    path: PathBuf,
    about: Metadata,
    limit: u64,
    content: Zeroizing<Vec<u8>>,
}

impl SharedFile {
    /// Reads the file, through links, as its own programs do. `None` where there is none. Errors: the system's, a loop of links among
    /// them, and `InvalidData` for a link to nothing, what is no regular file, belongs to another user, is longer than `limit` bytes,
    /// or may not be written by its mode or that of its folder; `ResourceBusy` for one that changes meanwhile.
    pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Option<Self>> {
        let real = match std::fs::canonicalize(path) {
            Ok(real) => real,
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Err(_) if path.is_symlink() => {
                return Err(wrong("it is a link to a file that does not exist"));
            }
            Err(_) => return Ok(None),
        };
        let mut options = OpenOptions::new();
        options.read(true);
        let file = not_following(&mut options).open(&real)?;
        let about = file.metadata()?;
        check(&about, limit)?;
        check_folder(parent(&real)?)?;
        Ok(Some(Self {
            content: whole(file, &about)?,
            path: real,
            about,
            limit,
        }))
    }

    pub(crate) fn content(&self) -> &[u8] {
        &self.content
    }

    /// Where the file itself is, behind all links.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Tells whether the file has another name, a hard link: that one keeps the content that is replaced here.
    pub(crate) fn has_other_names(&self) -> bool {
        #[cfg(unix)]
        let names = std::os::unix::fs::MetadataExt::nlink(&self.about);
        #[cfg(not(unix))]
        let names = 1;
        names > 1
    }

    /// Returns the files that programs left beside this one when they ended while they wrote it: `.NAME.tmp-…` of the `aliyun` CLI,
    /// `NAME.tmp-…` of the libraries for Go and Python. What cannot be read is left out.
    pub(crate) fn leftovers(&self) -> Vec<Self> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let begin = format!("{name}.tmp-");
        let folder = parent(&self.path).and_then(std::fs::read_dir);
        let entries = folder.into_iter().flatten().flatten();
        let left = entries.filter(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.strip_prefix('.').unwrap_or(&name).starts_with(&begin)
        });
        left.filter_map(|entry| Self::read(&entry.path(), self.limit).ok().flatten())
            .collect()
    }

    /// Puts the content in the place of the file's at once, with the file's mode and group. Durable on return. Errors: the system's,
    /// and `ResourceBusy` when another program changed the file since it was read: then nothing was written.
    pub(crate) fn replace(&self, content: &[u8]) -> io::Result<()> {
        let new = NewFile::reserve(&self.path, content.len() as u64, true)?;
        new.copy_mode(&self.about)?;
        let now = Self::read(&self.path, self.limit)?;
        if now.is_none_or(|now| now.content != self.content) {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        new.commit(content)
    }
}

/// Makes a file that does not exist yet, of mode 0600, in a folder that is made with mode 0700 where it is missing. Durable on
/// return. `AlreadyExists` where there is one by now.
pub(crate) fn create(path: &Path, content: &[u8]) -> io::Result<()> {
    create_folder(parent(path)?)?;
    NewFile::reserve(path, content.len() as u64, false)?.commit(content)
}

/// `ResourceBusy` where its length changes meanwhile.
fn whole(file: File, about: &Metadata) -> io::Result<Zeroizing<Vec<u8>>> {
    // Sized at once: a buffer that grows leaves copies of a secret behind.
    let room = usize::try_from(about.len()).unwrap_or(0) + 1;
    let mut content = Zeroizing::new(Vec::with_capacity(room));
    file.take(about.len() + 1).read_to_end(&mut content)?;
    if content.len() as u64 != about.len() {
        return Err(io::ErrorKind::ResourceBusy.into());
    }
    Ok(content)
}

fn check(about: &Metadata, limit: u64) -> io::Result<()> {
    if !about.is_file() {
        return Err(wrong("it is not a regular file"));
    }
    if about.len() > limit {
        return Err(wrong(&format!("it is longer than {limit} bytes")));
    }
    #[cfg(not(unix))]
    if about.permissions().readonly() {
        return Err(wrong("it is read-only"));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if about.uid() != rustix::process::geteuid().as_raw() {
            return Err(wrong("it belongs to another user"));
        }
        if about.mode() & 0o200 == 0 {
            return Err(wrong("it is read-only; `chmod u+w` lets akm change it"));
        }
    }
    Ok(())
}

/// Root may write in a folder whatever its mode says; who took that bit away did not want it.
fn check_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::mode(&folder.metadata()?) & 0o200 == 0 {
        return Err(wrong(
            "its folder is read-only; `chmod u+w` lets akm change it",
        ));
    }
    let _ = folder;
    Ok(())
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}
