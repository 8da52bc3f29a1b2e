//! A history in plain words: what happened, a line each, and below each line what there is then.

use super::Bounds;
use super::outcome::{Chance, Command, End, How, Way, Ways};
use super::scene::scene;
use super::set::PAIRS;
use super::state::{Shown, State};
use super::times::pair;
use super::{search, seen};
use crate::core::access_key::AccessKeyId;
use crate::core::plan::{Step, Stop, Wait};

/// Tells a history again from its beginning; `ways` are the numbers of the ways that it took.
pub(super) fn tell(bounds: &Bounds, first: &State, ways: &[usize]) -> String {
    let mut state = *first;
    let mut lines = vec![format!("    0. There is at first:{}\n", scene(&state))];
    for (number, way) in ways.iter().enumerate() {
        let mut all = Ways::new();
        search::expand(bounds, &state, &mut all);
        let (way, number) = (all[*way], number + 1);
        let what = line(bounds, &state, way);
        lines.push(format!("   {number:2}. {what}.{}\n", scene(&way.to)));
        state = way.to;
    }
    lines.concat()
}

fn line(bounds: &Bounds, before: &State, way: Way) -> String {
    match way.how {
        How::World(what) => chance(what, way.pair),
        How::Person(what, end) => format!("A person: {}{}", command(what, way.pair), ending(end)),
        How::Step(end) => {
            let next = seen::next(before, bounds.quota);
            let list = if next == Step::Look {
                listed(&way.to)
            } else {
                String::new()
            };
            format!("akm: {}{list}{}", step(&next), ending(end))
        }
    }
}

fn listed(state: &State) -> String {
    let shown = |pair: usize| match state.run.list[pair] {
        Shown::Nothing => None,
        Shown::Active => Some(format!("P{pair} Active")),
        Shown::Inactive => Some(format!("P{pair} Inactive")),
    };
    let pairs: Vec<String> = (0..PAIRS).filter_map(shown).collect();
    if pairs.is_empty() {
        ", and the list is empty".to_owned()
    } else {
        format!(", and the list shows {}", pairs.join(", "))
    }
}

fn ending(end: End) -> &'static str {
    match end {
        End::Done => "",
        End::Failed => ": it does not work",
        End::Refused => ": the cloud refuses, and the run ends",
        End::NotSent => ": it cannot be sent, and the run ends",
        End::AnswerLost => ": the cloud does it, the answer is lost, and the run ends",
        End::InFlight => {
            ": it is sent, no answer comes, and the run ends; the cloud may execute it later"
        }
        End::InFlightPowerCut => ": it is sent, the power fails; the cloud may execute it later",
        End::KilledBefore => ": akm is killed after the journal has it and before it is sent",
        End::KilledHalfway => ": akm is killed halfway",
        End::KilledBeforeSync => ": akm is killed between the event and its sync",
        End::PowerCut => ": the power fails when the cloud or the store has done it",
        End::JournalFull => {
            ": the journal cannot take the new secret, the store can, and the run ends"
        }
    }
}

pub(super) fn step(step: &Step) -> String {
    let of = |text: &str, id: &AccessKeyId| format!("{text} P{}", pair(id));
    match step {
        Step::Disable(id) => of("disable", id),
        Step::Enable(id) => of("enable", id),
        Step::Delete(id) => of("delete", id),
        Step::DropSecret(id) => of("drop the secret of", id),
        Step::ResumeRestore(id) => of("ask for the status that is wanted of the restored", id),
        Step::Look => "list the pairs and read their secrets".to_owned(),
        Step::Request => "create a pair".to_owned(),
        Step::Conclude => "let go of the create that has no answer".to_owned(),
        Step::Store(id) => of("save the secret of", id),
        Step::Verify(id, None) => of("verify", id),
        Step::Verify(id, Some(_)) => of("verify, at least 2 s after the delivery,", id),
        Step::Deliver(id) => of("deliver", id),
        Step::EndLeak(id) => of("end the leak of", id),
        Step::EndReplacement => "the old pair is gone: end the replacement".to_owned(),
        Step::Undone => "somebody enabled the old pair: end the replacement".to_owned(),
        Step::Close => "close the journal".to_owned(),
        Step::Wait(wait) => format!("stop until {}", until(*wait)),
        Step::Stop(reason) => format!("stop, since {}", why(*reason)),
        Step::Done => "nothing is left to do".to_owned(),
    }
}

fn until(wait: Wait) -> &'static str {
    match wait {
        Wait::Expiry(_) => "the create has expired and lists show what it did",
        Wait::Restore(_) => "the restore has expired",
        Wait::Overlap(_) => "the overlap is over",
        Wait::Grace(_) => "the grace is over",
        Wait::Lag => "the new pair works",
        Wait::Proof => "a later run has read the secret back",
    }
}

fn why(stop: Stop) -> &'static str {
    match stop {
        Stop::NewGone => "the new pair is gone",
        Stop::NewInactive => "the new pair is Inactive",
        Stop::NotHeld => "the new pair's secret cannot be read",
        Stop::WrongSecret => "the new pair's secret is another one's",
        Stop::NoRoom => "a pair leaked, and there is no room for another one",
        Stop::TwoPairs => "there are too many pairs",
        Stop::NoPair => "there is no pair to rotate",
    }
}

fn chance(what: Chance, pair: usize) -> String {
    match what {
        Chance::CreateArrives => format!("The cloud executes the create only now: P{pair}"),
        Chance::RestoreArrives => format!("The cloud executes the restore of P{pair} only now"),
        Chance::LagPasses => "Some minutes pass: lists show what there is".to_owned(),
        Chance::ExpiryPasses => "Minutes pass: what was sent before has expired".to_owned(),
        Chance::OverlapPasses => "The time of an overlap passes".to_owned(),
        Chance::GracePasses => "The time of a grace passes".to_owned(),
        Chance::OthersCreate => format!("Somebody else creates P{pair}"),
        Chance::OthersDisable => format!("Somebody else disables P{pair}"),
        Chance::OthersEnable => format!("Somebody else enables P{pair}"),
        Chance::OthersDelete => format!("Somebody else deletes P{pair}"),
        Chance::SecretDamaged => format!("The saved secret of P{pair} is damaged"),
        Chance::SecretReplaced => format!("Another secret gets into the place of P{pair}'s"),
        Chance::Killed => "akm is killed".to_owned(),
        Chance::PowerCut => "The power fails".to_owned(),
    }
}

pub(super) fn command(command: Command, pair: usize) -> String {
    let text = match command {
        Command::Continue => "recover",
        Command::Create => "create",
        Command::Rotate => "rotate",
        Command::RotateAtOnce => "rotate with neither an overlap nor a grace",
        Command::EndGrace => "rotate, and delete the old pair now",
        Command::EndOverlap => "rotate --overlap 0s",
        Command::LongerOverlap => "rotate with a longer overlap",
        Command::Rollback => "rollback",
        Command::Leak => return format!("leak P{pair}"),
        Command::RestoreInactive => return format!("restore P{pair}"),
        Command::RestoreActive => return format!("restore P{pair} --active"),
        Command::Disable => return format!("disable P{pair}"),
        Command::Enable => return format!("enable P{pair}"),
        Command::Delete => return format!("delete P{pair}"),
        Command::Dismiss => return format!("dismiss P{pair}"),
    };
    text.to_owned()
}
