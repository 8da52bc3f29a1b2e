//! One moment in plain words.

use super::journal::{Delivered, Disabled, Journal, Replacement, RequestAge};
use super::set::{PAIRS, Set};
use super::state::{Secret, Shown, State, Status};

/// Returns the pairs and the journal, each on a line of its own.
pub(super) fn scene(state: &State) -> String {
    let pairs = (0..PAIRS).filter(|pair| state.pairs[*pair].status != Status::Never);
    let pairs: Vec<String> = pairs.map(|pair| describe(state, pair)).collect();
    let pairs = if pairs.is_empty() {
        "no pair".to_owned()
    } else {
        pairs.join("; ")
    };
    let mut lines = vec![String::new(), pairs];
    if !state.journal.is_empty() {
        lines.push(format!("journal: {}", journal(&state.journal)));
    }
    if state.journal != state.durable {
        lines.push("(the journal is not all durable yet)".to_owned());
    }
    lines.join("\n         ")
}

fn describe(state: &State, pair: usize) -> String {
    let it = state.pairs[pair];
    let status = match it.status {
        Status::Never => "does not exist",
        Status::Active => "Active",
        Status::Inactive => "Inactive",
        Status::Deleted => "deleted",
    };
    let secret = match it.secret {
        Secret::None => "secret not saved",
        Secret::Unproven => "secret saved, not read back yet",
        Secret::Proven => "secret saved",
        Secret::Damaged => "secret damaged",
        Secret::Wrong => "another secret in its place",
    };
    let suspect = if state.facts.suspects.has(pair) {
        ", a suspect"
    } else {
        ""
    };
    let target = if state.target.map(usize::from) == Some(pair) {
        ", handed out"
    } else {
        ""
    };
    format!(
        "P{pair} {status}{} ({secret}{suspect}{target})",
        lagging(state, pair)
    )
}

/// What a list may show that is not true any more.
fn lagging(state: &State, pair: usize) -> String {
    let it = state.pairs[pair];
    let old = [
        (Shown::Nothing, "lack it"),
        (Shown::Active, "call it Active"),
        (Shown::Inactive, "call it Inactive"),
    ];
    let old = old
        .into_iter()
        .filter(|(shown, _)| *shown != it.status.shown() && it.may_show.has(*shown));
    let old: Vec<&str> = old.map(|(_, text)| text).collect();
    if old.is_empty() {
        String::new()
    } else {
        format!(" (a list may {})", old.join(", or "))
    }
}

fn journal(journal: &Journal) -> String {
    let mut parts = Vec::new();
    let sets = [
        ("leaked", journal.leaked),
        ("made here", journal.made),
        ("being restored", journal.restoring),
        ("restored", journal.restored),
    ];
    for (name, set) in sets.into_iter().filter(|(_, set)| !set.is_empty()) {
        parts.push(format!("{name}: {}", names(set)));
    }
    match journal.request {
        RequestAge::None => (),
        RequestAge::Fresh => parts.push("a create without an answer".to_owned()),
        RequestAge::Expired => parts.push("a create without an answer, expired".to_owned()),
        RequestAge::Decided => parts.push("a create without an answer, long expired".to_owned()),
    }
    parts.extend(journal.replacement.map(replacement));
    parts.join("; ")
}

fn names(set: Set) -> String {
    let names: Vec<String> = set.iter().map(|pair| format!("P{pair}")).collect();
    names.join(", ")
}

fn replacement(it: Replacement) -> String {
    let rolled_back = if it.rolled_back { " (rolled back)" } else { "" };
    let delivered = if it.delivered == Delivered::No {
        ""
    } else {
        ", delivered"
    };
    let disabled = if it.disabled == Disabled::No {
        ""
    } else {
        ", old one disabled"
    };
    format!(
        "P{} replaces P{}{rolled_back}{delivered}{disabled}",
        it.new, it.old
    )
}
