//! The bytes of a journal: one record a line, `<checksum> <JSON>`, then blank lines up to a fixed size, so that the next
//! record needs no new space on the disk.

use crate::sys::random::hex;
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

/// The size that a journal begins with: room for the records of a whole rotation.
pub(super) const ROOM: usize = 8192;

/// What a journal's bytes hold.
pub(super) struct Read<T> {
    pub(super) records: Vec<T>,
    /// Where the next record goes.
    pub(super) end: usize,
    /// Bytes behind the last record that are none: a write that did not come through.
    pub(super) torn: Option<Vec<u8>>,
}

/// Why bytes are no journal.
pub(super) enum Wrong {
    /// A record that cannot be read has whole ones behind it, or there is none at all.
    Damaged(usize),
    /// A whole record that this akm does not know.
    Unknown(usize),
}

pub(super) fn line<T: Serialize>(record: &T) -> Result<Vec<u8>, serde_json::Error> {
    let json = serde_json::to_string(record)?;
    Ok(format!("{} {json}\n", checksum(json.as_bytes())).into_bytes())
}

/// The first record and its room.
#[cfg(test)]
pub(super) fn begin<T: Serialize>(record: &T) -> Result<(Vec<u8>, usize), serde_json::Error> {
    let mut bytes = line(record)?;
    let end = bytes.len();
    bytes.resize(bytes.len().max(ROOM), b'\n');
    Ok((bytes, end))
}

pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<Read<T>, Wrong> {
    let (mut records, mut end, mut bad) = (Vec::new(), 0, None);
    let (mut at, mut number) = (0, 0);
    // The room behind the last record is thousands of blank lines.
    let used = (trimmed(bytes).len() + 1).min(bytes.len());
    for piece in bytes[..used].split_inclusive(|byte| *byte == b'\n') {
        let start = at;
        at += piece.len();
        number += 1;
        let line = piece.strip_suffix(b"\n").unwrap_or(piece);
        if line.iter().all(|byte| *byte == 0) {
            continue;
        }
        match (whole(line), bad) {
            (Some(json), None) => {
                records.push(serde_json::from_slice(json).map_err(|_| Wrong::Unknown(number))?);
                end = at;
            }
            (Some(_), Some((_, line))) => return Err(Wrong::Damaged(line)),
            (None, None) => bad = Some((start, number)),
            (None, Some(_)) => (),
        }
    }
    if records.is_empty() {
        return Err(Wrong::Damaged(1));
    }
    Ok(Read {
        records,
        end,
        torn: bad.map(|(start, _)| trimmed(&bytes[start..]).to_vec()),
    })
}

fn whole(line: &[u8]) -> Option<&[u8]> {
    let (sum, rest) = line.split_at_checked(16)?;
    let json = rest.strip_prefix(b" ")?;
    (checksum(json).as_bytes() == sum).then_some(json)
}

fn checksum(json: &[u8]) -> String {
    hex(&Sha256::digest(json)[..8])
}

fn trimmed(bytes: &[u8]) -> &[u8] {
    let end = bytes
        .iter()
        .rposition(|byte| *byte != b'\n')
        .map_or(0, |last| last + 1);
    &bytes[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn journal(records: &[&str]) -> Vec<u8> {
        let (mut bytes, mut end) = begin(&records[0]).ok().unwrap();
        for record in &records[1..] {
            let line = line(record).unwrap();
            bytes[end..end + line.len()].copy_from_slice(&line);
            end += line.len();
        }
        bytes
    }

    #[test]
    fn every_torn_last_record_counts_as_not_written() {
        let (one, two) = (journal(&["one"]), journal(&["one", "two"]));
        let end = read::<String>(&one).ok().unwrap().end;
        let last = line(&"two").unwrap().len();
        for kept in 0..last {
            let mut bytes = one.clone();
            bytes[end..end + kept].copy_from_slice(&two[end..end + kept]);
            let read = read::<String>(&bytes).ok().unwrap();
            // Only the line's end may be missing: then the record is whole.
            let expected: &[&str] = if kept == last - 1 {
                &["one", "two"]
            } else {
                &["one"]
            };
            assert_eq!(read.records, expected, "{kept} bytes");
            assert_eq!(
                read.torn.is_some(),
                kept > 0 && kept < last - 1,
                "{kept} bytes"
            );
        }
    }

    #[test]
    fn damage_before_a_whole_record_is_no_tear() {
        let mut bytes = journal(&["one", "two", "three"]);
        let second = line(&"one").unwrap().len();
        bytes[second] ^= 1;
        assert!(matches!(read::<String>(&bytes), Err(Wrong::Damaged(2))));
        bytes[0] ^= 1;
        assert!(read::<String>(&bytes).is_err());
        assert!(read::<String>(&[b'\n'; 100]).is_err());
    }

    #[test]
    fn a_journal_keeps_its_room() {
        assert_eq!(journal(&["one", "two"]).len(), ROOM);
    }
}
