//! A create: `Requested` is durable before a byte is sent, and `Created` is the first act after the answer.

use super::Bounds;
use super::journal::{Overlap, RequestAge, Spans};
use super::outcome::{End, Ways};
use super::seen::present;
use super::set::Set;
use super::state::{Run, Secret, State};
use super::steps::end;
use super::times::{NOW, id};
use super::wrong::Wrong;
use crate::core::event::Event;
use crate::core::open_work::{Keeping, Made, Replaced, Request};
use crate::core::plan::Ask;
use crate::core::seen::Sight;

pub(super) fn take(bounds: &Bounds, state: &State, ways: &mut Ways) {
    let sent = sent(bounds, state);
    if sent.has_room(bounds.quota) {
        answered(bounds, &sent, ways);
    } else {
        end(state, ways, 0, End::Refused, || nothing_made(sent));
    }
    let mut in_flight = sent;
    in_flight.create_in_flight = true;
    end(state, ways, 0, End::NotSent, || State {
        faults: state.faults - 1,
        ..nothing_made(sent)
    });
    end(state, ways, 0, End::KilledBeforeSync, || {
        sent.killed_before_sync(state)
    });
    end(state, ways, 0, End::InFlight, || in_flight.fault());
    end(state, ways, 0, End::InFlightPowerCut, || {
        in_flight.power_cut()
    });
}

fn sent(bounds: &Bounds, state: &State) -> State {
    let mut sent = *state;
    let is_open = state.journal.request != RequestAge::None;
    sent.wrong_if(state.create_in_flight || is_open, Wrong::TwoRequests);
    let present = present(state, &state.unfold(), bounds.quota);
    let listed = state.listed();
    let listed_and_present = listed.without(listed.without(present)).iter().count();
    sent.wrong_if(listed_and_present >= bounds.quota, Wrong::NoRoom);
    let before = listed | state.facts.known | state.journal.restoring | state.journal.made;
    let request = Request {
        before: super::fold::ids(before),
        signed_at: NOW,
        replaces: state.replaces(present),
        keeping: Keeping::sample(),
    };
    sent.record(Event::Requested(request));
    sent.run.has_requested = true;
    sent
}

/// The cloud has refused, or the create was not sent: it made nothing, and the run ends.
fn nothing_made(mut sent: State) -> State {
    sent.append(Event::Concluded);
    sent.run = Run::default();
    sent
}

fn answered(bounds: &Bounds, sent: &State, ways: &mut Ways) {
    let mut unheard = *sent;
    // More pairs than this check can store: the history ends here.
    let Some(pair) = unheard.make() else { return };
    unheard.facts.ours.add(pair);
    let mut created = unheard;
    created.facts.known.add(pair);
    created.run.answers[pair] = Some(Sight::Active);
    created.record(Event::Created(
        id(pair),
        Made {
            created_at: NOW,
            sealed: "sealed".to_owned(),
            keeping: Keeping::sample(),
            replaced: false,
        },
    ));
    end(sent, ways, pair, End::Done, || created);
    let mut stored = unheard;
    stored.pairs[pair].secret = Secret::Proven;
    unheard.facts.orphans.add(pair);
    end(sent, ways, pair, End::AnswerLost, || unheard.fault());
    end(sent, ways, pair, End::PowerCut, || unheard.power_cut());
    end(sent, ways, pair, End::KilledBeforeSync, || {
        created.killed_before_sync(sent)
    });
    if bounds.syncs {
        end(sent, ways, pair, End::JournalFull, || stored.fault());
    }
}

impl State {
    /// A rotation replaces the only pair that is there; what a leak asks for replaces none.
    fn replaces(&self, present: Set) -> Option<Replaced> {
        let is_rotation = self.run.ask == Some(Ask::Rotate) && !self.run.has_requested;
        let old = present
            .iter()
            .next()
            .filter(|_| is_rotation && self.journal.leaked.is_empty())?;
        let usual = Spans {
            overlap: Overlap::Usual,
            has_grace: true,
        };
        let spans = if self.run.at_once {
            Spans::default()
        } else {
            usual
        };
        Some(Replaced {
            old: id(old),
            spans: spans.unfold(),
        })
    }
}
