//! Disks that cannot do what akm's files need: network shares without locks, disks of Windows, FUSE, read-only containers.

use std::fmt;
use std::io;

/// What the disk does not do. It is the inside of an `io::Error`, whose kind is that of the system's.
#[derive(Debug)]
pub(crate) struct Incapable {
    what: String,
    error: io::Error,
}

impl Incapable {
    /// Tells whether another disk would help.
    pub(crate) fn is(error: &io::Error) -> bool {
        let said = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<Self>());
        said.is_some() || error.kind() == io::ErrorKind::ReadOnlyFilesystem
    }
}

impl fmt::Display for Incapable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.error)
    }
}

impl std::error::Error for Incapable {}

/// Says what failed where the error is about the disk, and not about the moment, such as one that is full.
pub(in crate::sys) fn failing<'a>(
    what: impl fmt::Display + 'a,
) -> impl FnOnce(io::Error) -> io::Error + 'a {
    move |error| {
        if !is_about_the_disk(&error) {
            return error;
        }
        let what = what.to_string();
        io::Error::new(error.kind(), Incapable { what, error })
    }
}

fn is_about_the_disk(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    #[cfg(unix)]
    if error.raw_os_error() == Some(rustix::io::Errno::NOLCK.raw_os_error()) {
        return true;
    }
    matches!(
        error.kind(),
        K::PermissionDenied
            | K::ReadOnlyFilesystem
            | K::Unsupported
            | K::InvalidInput
            | K::NotADirectory
    )
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn what_failed_is_said_of_a_disk_that_cannot_do_it() {
        for errno in [
            Errno::NOLCK,
            Errno::INVAL,
            Errno::PERM,
            Errno::ACCESS,
            Errno::ROFS,
            Errno::OPNOTSUPP,
            Errno::NOSYS,
            Errno::NOTDIR,
        ] {
            let error = io::Error::from(errno);
            let (kind, text) = (error.kind(), error.to_string());
            let said = failing("it cannot be locked")(error);
            assert_eq!(said.to_string(), format!("it cannot be locked: {text}"));
            assert!(said.kind() == kind && Incapable::is(&said), "{text}");
        }
        for errno in [Errno::NOSPC, Errno::IO, Errno::NOENT, Errno::MFILE] {
            let said = failing("it cannot be locked")(errno.into());
            assert_eq!(said.raw_os_error(), Some(errno.raw_os_error()));
            assert!(!Incapable::is(&said));
        }
    }
}
