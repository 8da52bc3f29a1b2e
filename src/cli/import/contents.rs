//! The whole of a file that somebody else wrote, in memory that is wiped.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use zeroize::Zeroizing;

/// Reads a file, or standard input for `-`, whoever owns it: each pair in it is checked with the cloud. Its size is known before it
/// is read, so that no copy is left by growing. Errors: as the system gives them; `InvalidData` where it is longer than `longest` bytes.
pub(crate) fn contents(path: &Path, longest: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let too_long = || invalid(format!("it is longer than {longest} bytes"));
    let (mut input, room): (Box<dyn Read>, u64) = if path == Path::new("-") {
        (Box::new(io::stdin().lock()), longest)
    } else {
        let file = File::open(path)?;
        let about = file.metadata()?;
        let room = if about.is_file() {
            about.len()
        } else {
            longest
        };
        (Box::new(file), room)
    };
    if room > longest {
        return Err(too_long());
    }
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(room).unwrap_or(0) + 1));
    input.by_ref().take(room + 1).read_to_end(&mut content)?;
    if content.len() as u64 > room {
        return Err(too_long());
    }
    Ok(content)
}

/// Like [`contents`], for a file whose path nobody typed: a pipe there, which could wait for ever, is `InvalidData`.
pub(crate) fn contents_of_regular(path: &Path, longest: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(invalid("it is not a regular file".to_owned()));
    }
    contents(path, longest)
}

fn invalid(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
