//! What of the disk may be trusted: ours, and out of the reach of others.

use std::fmt;
use std::fs::File;
use std::io;
use std::path::Path;

/// Why a file that is there is not used, where a person can change that. It is the inside of an `io::Error` of kind `InvalidData`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Distrust {
    /// Others may read or write it.
    Exposed,
    /// It is a symbolic link: who can change the link chooses the file.
    Link,
}

impl Distrust {
    /// Returns what is inside of the error, if it is this.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }

    fn error(self) -> io::Error {
        io::Error::new(io::ErrorKind::InvalidData, self)
    }
}

impl fmt::Display for Distrust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exposed => "others may read or write it; `chmod 600` it once you trust it",
            Self::Link => "it is a symbolic link, and akm follows none",
        })
    }
}

impl std::error::Error for Distrust {}

/// Returns the error, or that the path is a link, which is why the system refused to open it.
pub(in crate::sys) fn unless_link(path: &Path, error: io::Error) -> io::Error {
    if error.kind() != io::ErrorKind::NotFound && path.is_symlink() {
        return Distrust::Link.error();
    }
    error
}

/// Returns the Kubernetes volume that the file is in, or the folder that is one: Kubernetes makes every name in it a link by way of
/// `..data`.
pub(crate) fn kubernetes_volume(path: &Path) -> Option<&Path> {
    path.ancestors()
        .find(|folder| folder.join("..data").is_symlink())
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

/// The file's length, where it may be trusted.
pub(in crate::sys) fn trusted(file: &File, limit: u64) -> io::Result<u64> {
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
            return Err(Distrust::Exposed.error());
        }
    }
    Ok(about.len())
}

pub(super) fn untrusted(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}
