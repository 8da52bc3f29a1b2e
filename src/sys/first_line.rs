//! The first line of a file that a person keeps a passphrase in, or of a pipe that brings one.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// The first line without its end; reads no more than `limit` bytes of it. A regular file must be this user's or root's, and
/// nobody else may read or write it. Symbolic links are followed: `/dev/fd/3` is one. Errors: the system's, and `InvalidData` for
/// a file that others may read, that is of another kind, or whose line is too long.
pub(crate) fn of(path: &Path, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    private(&file)?;
    first_line(file, limit)
}

/// The first line of standard input, likewise; what it is connected to is whoever ran akm's business.
pub(crate) fn of_stdin(limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    #[cfg(unix)]
    let input = File::from(std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?);
    #[cfg(not(unix))]
    let input = io::stdin().lock();
    first_line(input, limit)
}

fn first_line(mut file: impl Read, limit: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    // One byte at a time: what follows the line in a pipe is somebody else's.
    let mut line = Zeroizing::new(Vec::with_capacity(limit + 1));
    let mut byte = Zeroizing::new([0]);
    while line.len() <= limit && file.read(byte.as_mut())? == 1 && byte[0] != b'\n' {
        line.push(byte[0]);
    }
    if line.len() > limit {
        return Err(wrong("its first line is too long"));
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

#[cfg(unix)]
fn private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::{FileTypeExt, MetadataExt};
    let about = file.metadata()?;
    let kind = about.file_type();
    if kind.is_fifo() || kind.is_socket() || kind.is_char_device() {
        return Ok(());
    }
    if !kind.is_file() {
        return Err(wrong("it is neither a file nor a pipe"));
    }
    if about.uid() != rustix::process::geteuid().as_raw() && about.uid() != 0 {
        return Err(wrong("it belongs to another user"));
    }
    if about.mode() & 0o077 != 0 {
        return Err(wrong("others may read or write it; `chmod 600` it"));
    }
    Ok(())
}

#[cfg(not(unix))]
fn private(_: &File) -> io::Result<()> {
    Ok(())
}

fn wrong(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why.to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn read(content: &str, mode: u32) -> io::Result<String> {
        let path = std::env::temp_dir().join(format!("akm-line-{}", std::process::id()));
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
        let line = of(&path, 10);
        std::fs::remove_file(&path).unwrap();
        line.map(|line| String::from_utf8(line.to_vec()).unwrap())
    }

    #[test]
    fn reads_one_line_of_a_private_file() {
        for (content, line) in [
            ("one\ntwo\n", "one"),
            ("one", "one"),
            (" a b \r\n", " a b "),
            ("", ""),
            ("\nx", ""),
            ("0123456789\n", "0123456789"),
        ] {
            assert_eq!(read(content, 0o600).unwrap(), line);
        }
        assert_eq!(read("one", 0o400).unwrap(), "one");
        for (content, mode) in [
            ("one", 0o640),
            ("one", 0o604),
            ("one", 0o620),
            ("0123456789a\n", 0o600),
        ] {
            assert_eq!(
                read(content, mode).unwrap_err().kind(),
                io::ErrorKind::InvalidData
            );
        }
        assert!(of(&std::env::temp_dir(), 10).is_err());
        assert_eq!(
            of(Path::new("/nowhere/at/all"), 10).unwrap_err().kind(),
            io::ErrorKind::NotFound
        );
    }
}
