//! Whether standard output leads anywhere.

/// Whether the program was started with standard output closed. Rust's runtime then opens `/dev/null` in its place, for reading
/// and writing; a shell's `>/dev/null` is for writing alone, and somebody's wish.
#[cfg(unix)]
pub(crate) fn is_closed() -> bool {
    use rustix::fs::{FileType, OFlags, fcntl_getfl, fstat, stat};
    let out = std::io::stdout();
    let (Ok(about), Ok(flags)) = (fstat(&out), fcntl_getfl(&out)) else {
        return true;
    };
    FileType::from_raw_mode(about.st_mode) == FileType::CharacterDevice
        && flags.contains(OFlags::RDWR)
        && stat("/dev/null").is_ok_and(|null| null.st_rdev == about.st_rdev)
}

#[cfg(not(unix))]
pub(crate) fn is_closed() -> bool {
    false
}
