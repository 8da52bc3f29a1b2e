//! Many runs at once.

use crate::support::env::{Env, Ran};
use std::process::{Child, Stdio};

pub(crate) fn start(env: &Env, args: &[&str]) -> Child {
    let mut command = env.command(args);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

pub(crate) fn ends(children: Vec<Child>) -> Vec<Ran> {
    let ended = children
        .into_iter()
        .map(|child| child.wait_with_output().unwrap());
    ended.map(Ran::from).collect()
}

/// A small generator, so that every run of the test does the same.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn throw(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }
}
