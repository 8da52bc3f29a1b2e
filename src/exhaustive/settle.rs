//! From every moment in which akm does not run, recovery alone has to come to an end, or to a stop whose advice leads on.

use super::outcome::{Command, Ways};
use super::search::{Hashes, hash};
use super::set::{PAIRS, Set};
use super::state::{State, Status};
use super::wrong::Wrong;
use super::{Bounds, history, person, seen, steps};
use crate::core::plan::{Ask, Step, Stop};

/// No history needs as many runs, or advice as often, or as many steps in one run.
const RUNS: usize = 24;
const ADVICE: usize = 5;
const STEPS: usize = 60;

/// Recovers again and again, with no more faults, and with all the time between two runs that anything waits for.
pub(super) struct Settling<'a> {
    pub(super) bounds: &'a Bounds,
    /// Moments from which this came to an end.
    pub(super) settled: &'a mut Hashes,
    /// Every step, in words, where somebody reads them.
    pub(super) story: Option<&'a mut String>,
}

impl Settling<'_> {
    /// Returns what is wrong, if anything is.
    pub(super) fn settle(&mut self, state: &State) -> Option<Wrong> {
        let mut state = State {
            faults: 0,
            foreign: 0,
            asks: 0,
            wrong: None,
            ..*state
        };
        let (mut before, mut advised, mut passed) = (None, 0, Vec::new());
        for _ in 0..RUNS {
            pass_time(&mut state);
            if state.journal.is_empty() || self.settled.contains(&hash(&state)) {
                self.settled.extend(passed);
                return None;
            }
            passed.push(hash(&state));
            let was = state;
            let last = match self.recover(&mut state) {
                Ok(last) => last,
                Err(end) => return end,
            };
            if let Step::Stop(stop) = last {
                advised += 1;
                match self.follow(&state, stop).filter(|_| advised < ADVICE) {
                    Some(to) => state = to,
                    None => return Some(Wrong::NoWayOut),
                }
            } else if matches!(last, Step::Wait(_)) && before == Some((was, last.clone())) {
                return Some(Wrong::SameWait);
            }
            if state.wrong.is_some() {
                return state.wrong;
            }
            before = Some((was, last));
        }
        Some(Wrong::SameWait)
    }

    /// One run that only goes on with what is unfinished. Returns its last step, or why this history ends here.
    fn recover(&mut self, state: &mut State) -> Result<Step, Option<Wrong>> {
        *state = person::begin(state, Ask::Continue);
        let mut ways = Ways::new();
        for _ in 0..STEPS {
            let step = seen::next(state, self.bounds.quota);
            self.tell(|| format!("       then akm: {}\n", history::step(&step)));
            ways.clear();
            steps::take(self.bounds, state, &step, &mut ways);
            // More pairs than this check can store.
            *state = ways.first().ok_or(None)?.to;
            state.check();
            match state.wrong {
                Some(wrong) => return Err(Some(wrong)),
                None if state.run.ask.is_none() => return Ok(step),
                None => (),
            }
        }
        Err(Some(Wrong::Endless))
    }

    /// What the person does whom the stop has advised.
    fn follow(&mut self, state: &State, stop: Stop) -> Option<State> {
        let (command, pair) = advice(state, stop)?;
        self.tell(|| {
            format!(
                "       then a person: {}\n",
                history::command(command, pair)
            )
        });
        let mut ways = Ways::new();
        person::command(self.bounds, state, command, pair, &mut ways);
        ways.last().map(|way| way.to)
    }

    fn tell(&mut self, line: impl FnOnce() -> String) {
        if let Some(story) = &mut self.story {
            story.push_str(&line());
        }
    }
}

/// Everything that time can do has happened.
fn pass_time(state: &mut State) {
    state.lag_passes();
    state.expiry_passes();
    state.lag_passes();
    state.overlap_passes();
    state.overlap_passes();
    state.grace_passes();
}

fn advice(state: &State, stop: Stop) -> Option<(Command, usize)> {
    let new = state.journal.replacement.map(|it| usize::from(it.new));
    match stop {
        Stop::NewGone | Stop::NotHeld | Stop::WrongSecret => Some((Command::Dismiss, new?)),
        Stop::NewInactive => Some((Command::Enable, new?)),
        Stop::NoRoom => make_room(state),
        Stop::TwoPairs | Stop::NoPair => None,
    }
}

/// Enable a pair that is not in use, else delete the suspect, else let the leak be.
fn make_room(state: &State) -> Option<(Command, usize)> {
    let (leaked, suspects) = (state.journal.leaked, state.facts.suspects);
    let is_unused = |pair: &usize| {
        let is_inactive = state.pairs[*pair].status == Status::Inactive;
        is_inactive && state.is_saved(*pair) && !(leaked | suspects).has(*pair)
    };
    let enable = (0..PAIRS)
        .find(is_unused)
        .map(|pair| (Command::Enable, pair));
    let live = |set: Set| set.iter().find(|pair| state.is_live(*pair));
    let delete = live(leaked)
        .or_else(|| live(suspects))
        .map(|pair| (Command::Delete, pair));
    let forget = leaked.iter().next().map(|pair| (Command::Dismiss, pair));
    enable.or(delete).or(forget)
}
