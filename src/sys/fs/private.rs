//! Files of mode 0600 from their first byte, whatever the umask, and never through a link.

#[cfg(unix)]
use super::incapable::failing;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A new file of mode 0600 that nobody else can have prepared: fails where the name is taken, but for our own unfinished one.
pub(super) fn create_private(path: &Path) -> io::Result<File> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    let file = private_mode(&mut options).open(path)?;
    #[cfg(unix)]
    make_private(&file)?;
    Ok(file)
}

/// Where a file is written until it is whole: one name a file, so that a crash leaves at most one behind.
pub(super) fn unfinished(path: &Path) -> io::Result<PathBuf> {
    let name = path.file_name().and_then(|name| name.to_str());
    let name =
        name.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the path names no file"))?;
    Ok(path.with_file_name(format!(".{name}.tmp")))
}

pub(super) fn is_unfinished(name: &str) -> bool {
    name.strip_prefix('.')
        .is_some_and(|rest| rest.strip_suffix(".tmp").is_some())
}

/// A file that an odd umask made unreadable for us would not open a second time.
pub(in crate::sys) fn whatever_the_umask(file: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if file.metadata()?.mode() & 0o777 != 0o600 {
            make_private(file)?;
        }
    }
    let _ = file;
    Ok(())
}

#[cfg(unix)]
fn make_private(file: &File) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .map_err(failing("its permissions cannot be set"))
}

pub(in crate::sys) fn private_mode(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

pub(in crate::sys) fn not_following(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        options,
        (rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK)
            .bits()
            .cast_signed(),
    );
    options
}
