//! A folder for one test.

use super::random;
use std::ops::Deref;
use std::path::{Path, PathBuf};

/// One that is not there yet, and no longer when it is dropped.
pub(crate) struct NewFolder(PathBuf);

impl NewFolder {
    pub(crate) fn new() -> Self {
        let name = format!("akm-unit-{}", random::nonce().unwrap());
        Self(std::env::temp_dir().join(name))
    }
}

impl Deref for NewFolder {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl Drop for NewFolder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
