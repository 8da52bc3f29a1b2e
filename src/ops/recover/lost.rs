//! A create that failed: what is known of its effect.

use crate::cloud::{self, Outcome};
use crate::core::{account::Owner, event::Event, open_work::Request, time};
use crate::ops::{
    Failure, Kind, Session, create,
    drive::EventLog,
    live::{limits, suspects},
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
        let message = format!("nobody knows whether a pair was made for {owner}");
        return failure
            .half_done(message)
            .hint(when_to_look(session, request));
    };
    let not_recorded = |failure: Failure| {
        failure.half_done(format!(
            "a pair may have been made for {owner}, its answer lost"
        ))
    };
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
            create::two_pairs(session, owner, &shown)
        }
        (true, true, _) => failure,
        (true, false, Outcome::Refused) => failure.half_done(format!(
            "a create for {owner} was refused, and a pair appeared beside it"
        )),
        (true, false, _) => failure.half_done(format!(
            "the answer was lost and a pair appeared for {owner}"
        )),
        (false, false, _) => failure
            .half_done(format!(
                "the answer was lost and a pair appeared for {owner}"
            ))
            .hint(format!(
                "look whether it is yours; {}",
                when_to_look(session, request)
            )),
        (false, true, _) => failure
            .half_done(format!(
                "nobody knows yet whether a pair was made for {owner}"
            ))
            .hint(when_to_look(session, request)),
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
fn when_to_look(session: &Session, request: &Request) -> String {
    if session.cloud.may_execute_late() {
        let limits = limits(session);
        let until = request.signed_at + limits.expiry + limits.lag;
        format!("run `akm recover` after {}", time::format(until))
    } else {
        "`akm recover` finds out".to_owned()
    }
}
