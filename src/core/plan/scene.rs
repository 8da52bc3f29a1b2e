//! Reads a row of the table in `tests`: a few words become an `OpenWork` and a `Seen`.

use super::words::words;
use super::{Ask, next};
use crate::core::access_key::{AccessKeyId, Status};
use crate::core::event::Event;
use crate::core::open_work::{
    Keeping, Made, OpenWork, Replaced, Replacement, Request, Restoring, Spans,
};
use crate::core::seen::{Answer, Failed, Limits, List, Listed, Seen, Sight};
use crate::core::time::Timestamp;
use chrono::{DateTime, TimeDelta};
use std::collections::{BTreeMap, BTreeSet};

const NOW: Timestamp = DateTime::from_timestamp(2_000_000_000, 0).unwrap();

/// What a row says before the step.
pub(super) struct Scene {
    pub(super) open: OpenWork,
    seen: Seen,
}

impl Scene {
    pub(super) fn read(unfinished: &str, seen: &str) -> Self {
        let limits = Limits {
            pairs: 2,
            expiry: TimeDelta::minutes(15),
            lag: TimeDelta::minutes(5),
            proof: TimeDelta::seconds(2),
        };
        let seen_first = Seen {
            limits,
            ..Seen::default()
        };
        let mut scene = Self {
            open: OpenWork::default(),
            seen: seen_first,
        };
        for clause in clauses(unfinished) {
            scene.unfinished(&clause);
        }
        for clause in clauses(seen) {
            scene.seen(&clause);
        }
        scene
    }

    pub(super) fn next(&self, ask: Ask) -> String {
        words(&next(&self.open, &self.seen, ask, NOW), NOW)
    }

    fn unfinished(&mut self, clause: &[&str]) {
        match *clause {
            ["leaked", ..] => ids(clause)
                .into_iter()
                .for_each(|id| self.open.apply(Event::Leaked(id))),
            ["made", pair, ..] => {
                let made = Made {
                    replaced: clause.contains(&"replaced"),
                    ..made(time(clause))
                };
                self.open.made.insert(id(pair), made);
            }
            ["create", ..] => self.open.request = Some(request(clause)),
            ["restoring", pair, ..] => {
                let restoring = Restoring {
                    active: false,
                    asked_at: time(clause),
                };
                self.open.restoring.insert(id(pair), restoring);
            }
            ["restored", pair, ..] => drop(self.open.restored.insert(id(pair), time(clause))),
            [new, "for", old] => self.open.replacement = Some(replacement(old, new)),
            _ => self.of_replacement(clause),
        }
    }

    fn of_replacement(&mut self, clause: &[&str]) {
        let it = self.open.replacement.as_mut().unwrap();
        match *clause {
            ["rolled", "back"] => it.rolled_back = true,
            ["no", "overlap"] => it.spans.overlap = TimeDelta::zero(),
            ["no", "grace"] => it.spans.grace = TimeDelta::zero(),
            ["delivered", ..] => it.delivered_at = Some(time(clause)),
            ["disabled", ..] => it.disabled_at = Some(time(clause)),
            _ => panic!("{clause:?}"),
        }
    }

    fn seen(&mut self, clause: &[&str]) {
        let (seen, ids) = (&mut self.seen, ids(clause));
        match *clause {
            ["list", ..] => seen.list = Some(list(clause)),
            ["saved", ..] => {
                for set in [&mut seen.readable, &mut seen.claimed, &mut seen.stored] {
                    set.extend(ids.clone());
                }
            }
            ["claimed", ..] => {
                seen.claimed.extend(ids.clone());
                seen.stored.extend(ids);
            }
            ["readable", ..] => seen.readable.extend(ids),
            ["put", ..] => seen.unproven.extend(ids),
            ["asked", ..] => seen.asked.extend(ids),
            ["resumed", ..] => seen.resumed.extend(ids),
            ["handed", "out", ..] => seen.targets.extend(ids),
            ["requested"] => seen.has_requested = true,
            ["allowed", number] => seen.limits.pairs = number.parse().unwrap(),
            _ => self.answered(clause, ids),
        }
    }

    fn answered(&mut self, clause: &[&str], ids: BTreeSet<AccessKeyId>) {
        let seen = &mut self.seen;
        match *clause {
            ["verified", ..] => seen.verified.extend(ids.into_iter().map(|id| (id, NOW))),
            ["failed", ..] => seen
                .failed
                .extend(ids.into_iter().map(|id| (id, Failed::Unknown))),
            ["wrong", "secret", ..] => {
                seen.failed
                    .extend(ids.into_iter().map(|id| (id, Failed::WrongSecret)));
            }
            ["answer", pair, sight, ..] => {
                let at = if clause.contains(&"ago") {
                    time(clause)
                } else {
                    NOW
                };
                seen.answers.insert(
                    id(pair),
                    Answer {
                        at,
                        sight: read_sight(sight),
                    },
                );
            }
            _ => panic!("{clause:?}"),
        }
    }
}

fn clauses(cell: &str) -> Vec<Vec<&str>> {
    let clauses = cell
        .split(';')
        .map(|clause| clause.split_whitespace().collect());
    clauses
        .filter(|clause: &Vec<&str>| !clause.is_empty())
        .collect()
}

fn id(word: &str) -> AccessKeyId {
    AccessKeyId::parse(word).unwrap()
}

fn ids(clause: &[&str]) -> BTreeSet<AccessKeyId> {
    clause
        .iter()
        .filter(|word| word.starts_with('P'))
        .map(|word| id(word))
        .collect()
}

/// The time before `ago`; an hour ago where none is given.
fn time(clause: &[&str]) -> Timestamp {
    let place = clause.iter().position(|word| *word == "ago");
    let text = place.map_or("1h", |place| clause[place - 1]);
    let (number, unit) = text.split_at(text.len() - 1);
    let number = number.parse().unwrap();
    NOW - match unit {
        "s" => TimeDelta::seconds(number),
        "m" => TimeDelta::minutes(number),
        "h" => TimeDelta::hours(number),
        _ => TimeDelta::days(number),
    }
}

const SPANS: Spans = Spans {
    overlap: TimeDelta::days(2),
    grace: TimeDelta::days(30),
};

const NO_OVERLAP: Spans = Spans {
    overlap: TimeDelta::zero(),
    ..SPANS
};

fn made(created_at: Timestamp) -> Made {
    Made {
        created_at,
        sealed: "sealed".to_owned(),
        keeping: Keeping::sample(),
        replaced: false,
    }
}

fn request(clause: &[&str]) -> Request {
    let old = clause.last().filter(|word| word.starts_with('P'));
    let is_short = clause.contains(&"without");
    let replaces = old.map(|old| Replaced {
        old: id(old),
        spans: if is_short { NO_OVERLAP } else { SPANS },
    });
    Request {
        before: BTreeSet::new(),
        signed_at: time(clause),
        replaces,
        keeping: Keeping::sample(),
    }
}

fn replacement(old: &str, new: &str) -> Replacement {
    Replacement {
        old: id(old),
        new: id(new),
        spans: SPANS,
        rolled_back: false,
        delivered_at: None,
        disabled_at: None,
    }
}

/// Pairs are listed with the oldest first.
fn list(clause: &[&str]) -> List {
    let asked_at = if clause.contains(&"ago") {
        time(clause)
    } else {
        NOW
    };
    let places = clause
        .iter()
        .enumerate()
        .filter(|(_, word)| word.starts_with('P'));
    let listed = places.map(|(place, pair)| {
        let status = if clause[place + 1] == "on" {
            Status::Active
        } else {
            Status::Inactive
        };
        let age = TimeDelta::days(100 - i64::try_from(place).unwrap());
        (
            id(pair),
            Listed {
                status,
                created_at: NOW - age,
            },
        )
    });
    List {
        asked_at,
        pairs: listed.collect::<BTreeMap<_, _>>(),
    }
}

fn read_sight(word: &str) -> Sight {
    match word {
        "on" => Sight::Active,
        "off" => Sight::Inactive,
        _ => Sight::Gone,
    }
}

pub(super) fn ask(word: &str) -> Ask {
    match word {
        "continue" => Ask::Continue,
        "create" => Ask::Create,
        "rotate" => Ask::Rotate,
        "end grace" => Ask::EndGrace,
        _ => panic!("{word}"),
    }
}

/// Reads an event of this moment.
pub(super) fn event(text: &str) -> Event {
    let words: Vec<&str> = text.split_whitespace().collect();
    let restoring = Restoring {
        active: false,
        asked_at: NOW,
    };
    match *words {
        ["leaked", pair] => Event::Leaked(id(pair)),
        ["withdrawn", pair] => Event::Withdrawn(id(pair)),
        ["rolled", "back"] => Event::RolledBack,
        ["no", "overlap"] => Event::Spans(NO_OVERLAP),
        ["restoring", pair] => Event::Restoring(id(pair), restoring),
        ["created", pair] => Event::Created(id(pair), made(NOW)),
        ["delivered", pair] => Event::Delivered(id(pair), NOW),
        ["disabled", pair] => Event::Disabled(id(pair), NOW),
        ["concluded"] => Event::Concluded,
        ["restored", pair] => Event::Restored(id(pair), Some(NOW)),
        ["not", "restored", pair] => Event::Restored(id(pair), None),
        ["ended"] => Event::Ended,
        _ => panic!("{text}"),
    }
}
