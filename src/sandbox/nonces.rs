//! The signature nonces seen lately, so that no request is taken twice.

use crate::core::time::Timestamp;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

/// A request dated 15 minutes ahead stays valid for 30: a nonce is remembered for at least that long.
const REMEMBERED: TimeDelta = TimeDelta::minutes(30);
/// Under a heavier load the oldest are forgotten early: memory is bounded, at about 40 MB a generation.
const MOST: usize = 1 << 20;

/// Two generations: the present one becomes the past one when it is full or old, and the past one is forgotten.
#[derive(Default)]
pub(super) struct Nonces(Mutex<Generations>);

#[derive(Default)]
struct Generations {
    present: HashSet<[u8; 16]>,
    past: HashSet<[u8; 16]>,
    since: Option<Timestamp>,
}

impl Nonces {
    /// Notes that the pair used the nonce; false if it had done so before.
    pub(super) fn note(&self, access_key_id: &str, nonce: &str, now: Timestamp) -> bool {
        let mark = mark(access_key_id, nonce);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let since = *seen.since.get_or_insert(now);
        if seen.present.len() >= MOST || now - since > REMEMBERED {
            seen.past = std::mem::take(&mut seen.present);
            seen.since = Some(now);
        }
        !seen.past.contains(&mark) && seen.present.insert(mark)
    }
}

fn mark(access_key_id: &str, nonce: &str) -> [u8; 16] {
    let hash = Sha256::new()
        .chain_update(access_key_id)
        .chain_update("\n")
        .chain_update(nonce);
    let mut mark = [0; 16];
    mark.copy_from_slice(&hash.finalize()[..16]);
    mark
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_remembered_for_half_an_hour_and_forgotten_after_an_hour() {
        let nonces = Nonces::default();
        let start = crate::core::time::parse("2026-11-24T00:00:00Z").unwrap();
        let note = |id, minute| nonces.note(id, "n", start + TimeDelta::minutes(minute));
        assert!(nonces.note("z", "first", start));
        assert!(note("a", 29));
        assert!(!note("a", 59), "in the past generation");
        assert!(note("b", 59));
        assert!(note("a", 95));
    }
}
