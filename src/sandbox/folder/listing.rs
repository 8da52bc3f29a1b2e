//! The keys of all users as they were when last read, by the digest that an AccessKey ID tells.

use crate::sandbox::identifiers::{digest_in, owner_digest};
use std::collections::HashMap;

/// A guess to begin with: another process may have changed the folder since, so what it leads to is read, and what it misses is
/// looked for anew. Without it, every call by a RAM user's pair would read the names of all.
#[derive(Default)]
pub(super) struct Listing(HashMap<String, Vec<String>>);

impl Listing {
    pub(super) fn of(keys: Vec<String>) -> Self {
        let mut by_digest: HashMap<_, Vec<_>> = HashMap::with_capacity(keys.len());
        for key in keys {
            by_digest.entry(owner_digest(&key)).or_default().push(key);
        }
        Self(by_digest)
    }

    /// Who may own the AccessKey ID, unless renamed since it was made.
    pub(super) fn likely(&self, access_key_id: &str) -> Vec<String> {
        let keys = digest_in(access_key_id).and_then(|digest| self.0.get(digest));
        keys.cloned().unwrap_or_default()
    }

    pub(super) fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.0.values().flatten().cloned().collect();
        keys.sort_unstable();
        keys
    }
}
