//! What of the disk may be trusted: ours, and out of the reach of others.

use std::fs::File;
use std::io;
use std::path::Path;

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
            return Err(untrusted(
                "others may read or write it; `chmod 600` it once you trust it",
            ));
        }
    }
    Ok(about.len())
}

pub(super) fn untrusted(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}
