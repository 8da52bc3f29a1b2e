//! Names for the rows of the planner: which of them a step came from.

use crate::core::{
    open_work::OpenWork,
    plan::{Ask, Step, Stop, Wait},
    seen::{Seen, Sight},
};

/// A row of `next`, by its number in the protocol.
pub(super) type Row = &'static str;

/// Rows whose step asks the cloud, a store or the disk for something.
pub(super) const STEPS: [Row; 35] = [
    "1 disable leaked",
    "2 resume restore",
    "2 resume restore beside a leak",
    "3 enable for a rollback",
    "4 look",
    "4 look, a pair leaked",
    "4 look, a request is open",
    "5 look again after expiry",
    "5 conclude",
    "6 store",
    "6 store again",
    "7a verify beside a leak",
    "7a deliver for a leak",
    "7b delete leaked",
    "7c request for a leak",
    "7c delete leaked to make room",
    "7d drop the secret of leaked",
    "8 verify before delivery",
    "8 verify before rollback",
    "8 deliver",
    "8 deliver in a rollback",
    "9a end replacement",
    "9a close with the replacement",
    "9b undone",
    "9c verify while it waits",
    "9d verify before disable",
    "9d disable outgoing",
    "9d verify before delete",
    "9d delete outgoing",
    "9d delete outgoing in its grace",
    "9 end leak beside what waits",
    "11 request to create",
    "11 request to rotate",
    "12 end leak beside a proof",
    "12 close",
];

/// Rows that end a run.
pub(super) const ENDS: [Row; 17] = [
    "7c wait for expiry, a pair leaked",
    "7c wait for a restore, a pair leaked",
    "7a wait for lag, a pair leaked",
    "8 wait for lag of incoming",
    "9 wait for overlap",
    "9 wait for grace",
    "10 wait for expiry",
    "10 wait for a restore",
    "12 wait for proof",
    "7c stop: no room",
    "8, 9 stop: new pair gone",
    "8, 9 stop: new pair inactive",
    "8, 9 stop: secret not saved here",
    "8, 9 stop: wrong secret",
    "11 stop: two pairs",
    "11 stop: no pair",
    "12 done",
];

pub(super) fn row(open: &OpenWork, seen: &Seen, ask: Ask, step: &Step) -> Row {
    match step {
        Step::Disable(id) if open.leaked.contains(id) => "1 disable leaked",
        Step::Disable(_) => "9d disable outgoing",
        Step::ResumeRestore(_) if open.leaked.is_empty() => "2 resume restore",
        Step::ResumeRestore(_) => "2 resume restore beside a leak",
        Step::Enable(_) => "3 enable for a rollback",
        Step::Look => look(open, seen),
        Step::Conclude => "5 conclude",
        Step::Store(id) if seen.claimed.contains(id) => "6 store again",
        Step::Store(_) => "6 store",
        Step::Verify(..) => verify(open, seen),
        Step::Deliver(_) => deliver(open, seen),
        Step::Delete(id) if open.leaked.contains(id) => delete_leaked(seen),
        Step::Delete(_) if ask == Ask::EndGrace => "9d delete outgoing in its grace",
        Step::Delete(_) => "9d delete outgoing",
        Step::DropSecret(_) => "7d drop the secret of leaked",
        Step::EndReplacement => "9a end replacement",
        Step::Undone => "9b undone",
        Step::Request => request(open, ask),
        Step::EndLeak(_) if open.replacement.is_some() => "9 end leak beside what waits",
        Step::EndLeak(_) => "12 end leak beside a proof",
        Step::Close if open.replacement.is_some() => "9a close with the replacement",
        Step::Close => "12 close",
        Step::Done => "12 done",
        Step::Wait(wait) => waits(open, seen, *wait),
        Step::Stop(why) => stops(*why),
    }
}

fn look(open: &OpenWork, seen: &Seen) -> Row {
    match () {
        () if seen.list.is_some() => "5 look again after expiry",
        () if !open.leaked.is_empty() => "4 look, a pair leaked",
        () if open.request.is_some() => "4 look, a request is open",
        () => "4 look",
    }
}

/// Whether a pair that leaked is there, or its secret is handed out.
fn is_leak_open(open: &OpenWork, seen: &Seen) -> bool {
    let mut leaked = open.leaked.iter();
    let is_there = leaked.any(|id| seen.sight(open, id) != Sight::Gone);
    is_there || !open.leaked.is_disjoint(&seen.targets)
}

fn verify(open: &OpenWork, seen: &Seen) -> Row {
    let Some(it) = open
        .replacement
        .as_ref()
        .filter(|_| !is_leak_open(open, seen))
    else {
        return "7a verify beside a leak";
    };
    match (seen.sight(open, &it.old), it.delivered_at, it.disabled_at) {
        (_, None, _) if it.rolled_back => "8 verify before rollback",
        (_, None, _) => "8 verify before delivery",
        _ if seen.sight(open, &it.new) != Sight::Active => "9c verify while it waits",
        (_, _, None) => "9d verify before disable",
        (_, _, Some(_)) => "9d verify before delete",
    }
}

fn deliver(open: &OpenWork, seen: &Seen) -> Row {
    let back = open.replacement.as_ref().is_some_and(|it| it.rolled_back);
    match is_leak_open(open, seen) {
        true => "7a deliver for a leak",
        false if back => "8 deliver in a rollback",
        false => "8 deliver",
    }
}

/// What takes the place of the leaked pair was asked itself; where nothing does, nothing was.
fn delete_leaked(seen: &Seen) -> Row {
    if seen.verified.is_empty() {
        "7c delete leaked to make room"
    } else {
        "7b delete leaked"
    }
}

fn request(open: &OpenWork, ask: Ask) -> Row {
    match ask {
        _ if !open.leaked.is_empty() => "7c request for a leak",
        Ask::Create => "11 request to create",
        _ => "11 request to rotate",
    }
}

fn waits(open: &OpenWork, seen: &Seen, wait: Wait) -> Row {
    let leak = is_leak_open(open, seen);
    match wait {
        Wait::Expiry(_) if leak => "7c wait for expiry, a pair leaked",
        Wait::Expiry(_) => "10 wait for expiry",
        Wait::Restore(_) if leak => "7c wait for a restore, a pair leaked",
        Wait::Restore(_) => "10 wait for a restore",
        Wait::Overlap(_) => "9 wait for overlap",
        Wait::Grace(_) => "9 wait for grace",
        Wait::Lag if leak => "7a wait for lag, a pair leaked",
        Wait::Lag => "8 wait for lag of incoming",
        Wait::Proof => "12 wait for proof",
    }
}

fn stops(why: Stop) -> Row {
    match why {
        Stop::NewGone => "8, 9 stop: new pair gone",
        Stop::NewInactive => "8, 9 stop: new pair inactive",
        Stop::NotHeld => "8, 9 stop: secret not saved here",
        Stop::WrongSecret => "8, 9 stop: wrong secret",
        Stop::NoRoom => "7c stop: no room",
        Stop::TwoPairs => "11 stop: two pairs",
        Stop::NoPair => "11 stop: no pair",
    }
}
