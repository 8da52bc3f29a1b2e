//! Folders of mode 0700, and their names made durable.

use super::incapable::failing;
use std::fs::{DirBuilder, File};
use std::io;
use std::path::Path;

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
        Err(error) if !folder.is_dir() => {
            let what = format!("the folder `{}` cannot be created", folder.display());
            return Err(failing(what)(error));
        }
        Err(_) => (),
        Ok(()) => private_folder(folder)?,
    }
    sync_folder(above)
}

/// Mode 0700 whatever the umask is.
fn private_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(
        failing(format_args!(
            "the permissions of the folder `{}` cannot be set",
            folder.display()
        )),
    )?;
    let _ = folder;
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
    File::open(folder)?
        .sync_all()
        .map_err(failing(format_args!(
            "the folder `{}` cannot be synced to the disk",
            folder.display()
        )))?;
    Ok(())
}

pub(in crate::sys) fn parent(path: &Path) -> io::Result<&Path> {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => Ok(Path::new(".")),
        Some(folder) => Ok(folder),
        None => Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            "the path names no file",
        )),
    }
}
