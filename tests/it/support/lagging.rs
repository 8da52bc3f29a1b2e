//! A gate between akm and a served sandbox, whose lists lag.

use crate::support::between::{Between, without};
use crate::support::env::Ran;
use crate::support::served::Served;
use std::sync::Mutex;

/// A server, and a gateway before it by the profile `gate`.
pub(crate) fn behind_a_gate() -> (Served, Between) {
    let served = Served::start();
    let between = Between::before(&served.serving);
    let (serving, env) = (&served.serving, &served.env);
    serving.add_profile_by(env, "gate", &between.endpoint, &[]);
    (served, between)
}

/// Shows the first list that it sees for all that follow.
pub(crate) fn stands_still(between: &Between) {
    let seen = Mutex::new(None);
    between.say(move |asked, hand_on| match asked {
        "ListAccessKeys" => seen.lock().unwrap().get_or_insert_with(hand_on).clone(),
        _ => hand_on(),
    });
}

pub(crate) fn by_the_gate(served: &Served, args: &[&str]) -> Ran {
    served.env.akm(&[&["-p", "gate"], args].concat())
}

/// A list that lacks a pair from now on.
pub(crate) fn lacks(between: &Between, id: &str) {
    let of = id.to_owned();
    between.say(move |asked, hand_on| match asked {
        "ListAccessKeys" => without(&hand_on(), &of),
        _ => hand_on(),
    });
}
