//! In place of the desktop's clipboard, where akm was built without the feature `desktop`: there never is one.

use super::Mark;
use crate::core::secret::Secret;
use std::ffi::OsString;
use std::process::ExitCode;
use std::time::Duration;

pub(crate) enum Display {}

impl Display {
    pub(super) fn reach(_: impl Fn(&str) -> Option<OsString>) -> Result<Self, &'static str> {
        Err("this akm was built without the desktop's clipboard")
    }

    pub(super) fn put(&self, _: &Secret, _: Mark, _: Duration) -> anyhow::Result<()> {
        match *self {}
    }
}

pub(crate) enum Order {}

impl Order {
    pub(crate) fn read(_: &[OsString]) -> Option<Self> {
        None
    }

    pub(crate) fn run(&self) -> ExitCode {
        match *self {}
    }
}
