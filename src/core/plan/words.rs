//! A step in a few words, as the table in `tests` has it.

use super::{Step, Stop, Wait};
use crate::core::time::Timestamp;
use chrono::TimeDelta;

pub(super) fn words(step: &Step, now: Timestamp) -> String {
    match step {
        Step::Disable(id) => format!("disable {}", id.as_str()),
        Step::Enable(id) => format!("enable {}", id.as_str()),
        Step::Delete(id) => format!("delete {}", id.as_str()),
        Step::DropSecret(id) => format!("drop secret {}", id.as_str()),
        Step::ResumeRestore(id) => format!("resume restore {}", id.as_str()),
        Step::Store(id) => format!("store {}", id.as_str()),
        Step::Deliver(id) => format!("deliver {}", id.as_str()),
        Step::Verify(id, not_before) => format!("verify {}{}", id.as_str(), when(*not_before, now)),
        Step::Look => "look".to_owned(),
        Step::Request => "request".to_owned(),
        Step::Conclude => "conclude".to_owned(),
        Step::EndLeak(id) => format!("end leak {}", id.as_str()),
        Step::EndReplacement => "end replacement".to_owned(),
        Step::Undone => "undone".to_owned(),
        Step::Close => "close".to_owned(),
        Step::Wait(wait) => format!("wait for {}", wait_words(*wait, now)),
        Step::Stop(why) => format!("stop: {}", stop_words(*why)),
        Step::Done => "done".to_owned(),
    }
}

fn when(not_before: Option<Timestamp>, now: Timestamp) -> String {
    match not_before {
        None => String::new(),
        Some(at) if at <= now => " again".to_owned(),
        Some(at) => format!(" in {}", span(at - now)),
    }
}

fn wait_words(wait: Wait, now: Timestamp) -> String {
    match wait {
        Wait::Expiry(at) => format!("expiry {}", span(at - now)),
        Wait::Restore(at) => format!("restore {}", span(at - now)),
        Wait::Overlap(at) => format!("overlap {}", span(at - now)),
        Wait::Grace(at) => format!("grace {}", span(at - now)),
        Wait::Lag => "lag".to_owned(),
        Wait::Proof => "proof".to_owned(),
    }
}

fn stop_words(stop: Stop) -> &'static str {
    match stop {
        Stop::NewGone => "new pair gone",
        Stop::NewInactive => "new pair Inactive",
        Stop::NotHeld => "secret not readable",
        Stop::WrongSecret => "wrong secret",
        Stop::NoRoom => "no room",
        Stop::TwoPairs => "two pairs",
        Stop::NoPair => "no pair",
    }
}

/// How far a time is away, in the largest unit that needs no fraction.
fn span(span: TimeDelta) -> String {
    let seconds = span.num_seconds();
    let units = [(86400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let fits = units.into_iter().find(|(size, _)| seconds % size == 0);
    fits.map_or(String::new(), |(size, unit)| {
        format!("{}{unit}", seconds / size)
    })
}
