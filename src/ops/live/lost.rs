//! A create that failed: what is known of its effect.

use super::suspects::suspects;
use crate::cloud::{self, Outcome};
use crate::core::{account::Owner, event::Event, open_work::Request};
use crate::ops::{
    Failure, Kind, Session, advice::Advice, drive::EventLog, live::limits, problem::Half, two_pairs,
};

/// Returns what the command says. What was certainly not made is not waited for.
pub(in crate::ops) fn lost(
    session: &Session,
    owner: &Owner,
    log: &mut impl EventLog,
    request: &Request,
    error: cloud::Error,
) -> Failure {
    let outcome = error.outcome();
    let failure = Failure::from(error);
    if outcome == Outcome::NotSent {
        return ended(log).err().unwrap_or(failure);
    }
    let Ok(shown) = session.cloud.pairs(owner) else {
        let failure = failure.half_done(Half::MaybeMade(owner.clone()));
        return failure.advise([when_to_look(session, request)]);
    };
    let not_recorded =
        |failure: Failure| failure.half_done(Half::MaybeMadeUnrecorded(owner.clone()));
    let strange = match suspects(session, owner, log.open(), request, &shown) {
        Ok(strange) => strange,
        Err(error) => return not_recorded(error),
    };
    let decided = outcome == Outcome::Refused || !session.cloud.may_execute_late();
    if decided && let Err(error) = ended(log) {
        return not_recorded(error);
    }
    match (decided, strange.is_empty(), outcome) {
        (true, true, Outcome::Refused) if failure.kind == Kind::TwoPairs => {
            two_pairs::two_pairs(session, owner, &shown)
        }
        (true, true, _) => failure,
        (true, false, Outcome::Refused) => failure.half_done(Half::AppearedBeside(owner.clone())),
        (true, false, _) => failure.half_done(Half::Appeared(owner.clone())),
        (false, false, _) => failure
            .half_done(Half::Appeared(owner.clone()))
            .advise([Advice::LookAtPair, when_to_look(session, request)]),
        (false, true, _) => failure
            .half_done(Half::MaybeMadeYet(owner.clone()))
            .advise([when_to_look(session, request)]),
    }
}

fn ended(log: &mut impl EventLog) -> Result<(), Failure> {
    log.append(Event::Concluded)?;
    if log.open().is_empty() {
        log.close()?;
    }
    Ok(())
}

/// When `recover` can tell what became of a request without an answer.
fn when_to_look(session: &Session, request: &Request) -> Advice {
    if session.cloud.may_execute_late() {
        Advice::RecoverAfter(limits(session).decided_at(request))
    } else {
        Advice::Recover
    }
}
