//! The search: breadth first, so that the first violation comes with a shortest history.

use super::outcome::{Command, Ways};
use super::set::PAIRS;
use super::settle::Settling;
use super::starts::{self, Start};
use super::state::State;
use super::{Bounds, history, person, seen, steps, world};
use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// How much there was to check.
#[derive(Debug, Default)]
pub(super) struct Count {
    pub(super) states: usize,
    pub(super) transitions: usize,
}

/// Lives through all histories with one beginning. Returns the first violation, with its history, as an error.
pub(super) fn explore(bounds: &Bounds, start: Start) -> Result<Count, String> {
    let first = starts::begin(bounds, start);
    let mut search = Search {
        bounds,
        first,
        seen: Hashes::default(),
        settled: Hashes::default(),
        from: Vec::new(),
        transitions: 0,
    };
    search.seen.insert(hash(&first));
    search.from.push((u32::MAX, 0));
    let mut level = vec![first];
    while !level.is_empty() {
        level = search.one_step_more(&level)?;
    }
    Ok(Count {
        states: search.from.len(),
        transitions: search.transitions,
    })
}

struct Search<'a> {
    bounds: &'a Bounds,
    first: State,
    seen: Hashes,
    settled: Hashes,
    /// Of each state, in the order in which they were found: which one it came from, and by which of the ways on from there.
    from: Vec<(u32, u16)>,
    transitions: usize,
}

impl Search<'_> {
    fn one_step_more(&mut self, level: &[State]) -> Result<Vec<State>, String> {
        let (mut below, mut ways) = (Vec::new(), Ways::new());
        let base = self.from.len() - level.len();
        for (number, state) in level.iter().enumerate() {
            self.check_end(state, base + number)?;
            ways.clear();
            expand(self.bounds, state, &mut ways);
            self.transitions += ways.len();
            for (way, next) in ways.iter().enumerate() {
                if let Some(wrong) = next.to.wrong {
                    let story = self.story(base + number, Some(way));
                    return Err(format!("{}\n{story}", wrong.sentence()));
                }
                if self.seen.insert(hash(&next.to)) {
                    below.push(next.to);
                    self.from.push((
                        u32::try_from(base + number).unwrap(),
                        u16::try_from(way).unwrap(),
                    ));
                }
            }
        }
        Ok(below)
    }

    /// From a moment in which akm does not run, recovery alone has to come to its end.
    fn check_end(&mut self, state: &State, number: usize) -> Result<(), String> {
        if state.run.ask.is_some() {
            return Ok(());
        }
        let mut settling = Settling {
            bounds: self.bounds,
            settled: &mut self.settled,
            story: None,
        };
        let Some(wrong) = settling.settle(state) else {
            return Ok(());
        };
        let mut end = String::new();
        settling.story = Some(&mut end);
        settling.settle(state);
        Err(format!(
            "{}\n{}{end}",
            wrong.sentence(),
            self.story(number, None)
        ))
    }

    /// Tells a history from its beginning to a state, and one way more.
    fn story(&self, mut number: usize, last: Option<usize>) -> String {
        let mut ways: Vec<usize> = last.into_iter().collect();
        while self.from[number].0 != u32::MAX {
            ways.push(self.from[number].1.into());
            number = self.from[number].0 as usize;
        }
        ways.reverse();
        history::tell(self.bounds, &self.first, &ways)
    }
}

/// Adds every way on from a state.
pub(super) fn expand(bounds: &Bounds, state: &State, ways: &mut Ways) {
    if state.run.ask.is_some() {
        steps::take(bounds, state, &seen::next(state, bounds.quota), ways);
    } else {
        ask(bounds, state, ways);
    }
    world::happen(bounds, state, ways);
    for way in ways {
        way.to.check();
    }
}

/// Going on is always possible; what a person asks for besides is counted.
fn ask(bounds: &Bounds, state: &State, ways: &mut Ways) {
    person::command(bounds, state, Command::Continue, 0, ways);
    if state.asks == 0 {
        return;
    }
    let first = ways.len();
    for command in Command::ASKS {
        let pairs = if command.names_a_pair() { PAIRS } else { 1 };
        (0..pairs).for_each(|pair| person::command(bounds, state, command, pair, ways));
    }
    ways[first..].iter_mut().for_each(|way| way.to.asks -= 1);
}

/// States are told apart by 64 bits.
pub(super) fn hash(state: &State) -> u64 {
    let mut mixer = Mixer::default();
    state.hash(&mut mixer);
    mixer.finish()
}

pub(super) type Hashes = HashSet<u64, BuildHasherDefault<Mixer>>;

/// Mixes small values, eight bytes at a time: the usual hasher of the standard library would take most of the search's time.
#[derive(Default)]
pub(super) struct Mixer {
    mixed: u64,
    bytes: u64,
    count: u32,
}

impl Mixer {
    fn mix(&mut self, word: u64) {
        let product = (self.mixed ^ word).wrapping_mul(0xd6e8_feb8_6659_fd93);
        self.mixed = product ^ product >> 32;
    }
}

impl Hasher for Mixer {
    fn finish(&self) -> u64 {
        let mut last = Self { ..*self };
        last.mix(self.bytes);
        last.mixed
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u8(*byte);
        }
    }

    fn write_u8(&mut self, byte: u8) {
        self.bytes = self.bytes << 8 | u64::from(byte);
        self.count += 1;
        if self.count.is_multiple_of(8) {
            self.mix(self.bytes);
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    /// The number of an enum's variant, which is small.
    fn write_isize(&mut self, number: isize) {
        self.write_u8(number.to_le_bytes()[0]);
    }

    /// The length of an array, which is small.
    fn write_usize(&mut self, number: usize) {
        self.write_u8(number.to_le_bytes()[0]);
    }
}
