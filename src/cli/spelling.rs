//! "Did you mean": the nearest name that this machine knows of, for one that does not exist.

use super::context;
use crate::cli::failure::Failure;
use crate::core::name::UserName;
use crate::metadata::inventory::Inventory;
use crate::ops::Kind;
use clap::{ArgMatches, Command};
use std::env;
use std::ffi::OsString;

/// Returns the failure; where the command line names a RAM user, a pair or a profile that is not there and one like it is, its hint
/// begins with that. `tree` makes the tree that parses the line.
pub(crate) fn hinted(failure: Failure, args: &[OsString], tree: fn() -> Command) -> Failure {
    let said = || said(tree(), args);
    let Some(name) = meant(failure.kind, said) else {
        return failure;
    };
    let hint = match &failure.hint {
        Some(hint) => format!("did you mean `{name}`? {hint}"),
        None => format!("did you mean `{name}`?"),
    };
    failure.hint(hint)
}

/// Where a command line names RAM users, and where pairs.
const NAMES: [&str; 5] = ["ram_user", "name", "selector", "selectors", "leaked"];
const IDS: [&str; 6] = [
    "id",
    "selector",
    "selectors",
    "replace",
    "leaked",
    "dismiss",
];

fn meant(kind: Kind, said: impl Fn() -> Option<ArgMatches>) -> Option<String> {
    match kind {
        Kind::NoSuchUser | Kind::NoSuchPair => {
            let said = said()?;
            let context = context::quiet(values(&said, &["profile"]).next())?;
            let account = context.known().ok()??;
            let mut ids = values(&said, &IDS).filter(|text| text.starts_with("LTAI"));
            if let Some(id) = ids.find_map(|id| nearest(&id, account.inventory.ids())) {
                return Some(id);
            }
            let names = values(&said, &NAMES).filter(|name| !context.sandbox_has(name));
            let mut near = names.filter_map(|name| user_like(&account.inventory, &name));
            near.next().map(|name| name.to_string())
        }
        Kind::NoSuchProfile => {
            let said = said()?;
            let named = values(&said, &["profile", "name"]).next();
            nearest(
                &named.or_else(|| env::var("AKM_PROFILE").ok())?,
                context::profile_names(),
            )
        }
        _ => None,
    }
}

/// Returns the RAM user whose name is the nearest to one that is not known here.
pub(crate) fn user_like(inventory: &Inventory, name: &str) -> Option<UserName> {
    let keys = inventory.user_keys();
    if keys.contains(&name.to_ascii_lowercase()) {
        return None;
    }
    let others = keys.into_iter().filter(|key| !is_in_series(name, key));
    inventory.user_name(&nearest(name, others)?)
}

/// Tells whether two names differ in their numbers alone: `ci-1` is no slip for `ci-7`.
fn is_in_series(one: &str, other: &str) -> bool {
    let apart = |text: &str| {
        let digits = |letter: char| letter.is_ascii_digit();
        text.to_ascii_lowercase().replace(digits, "")
    };
    apart(one) == apart(other)
}

/// What the innermost command was given.
fn said(tree: Command, args: &[OsString]) -> Option<ArgMatches> {
    let mut said = tree.try_get_matches_from(args).ok()?;
    while let Some((_, inner)) = said.remove_subcommand() {
        said = inner;
    }
    Some(said)
}

fn values(said: &ArgMatches, ids: &[&str]) -> impl Iterator<Item = String> {
    let given = |id: &&str| said.try_get_many::<String>(id).ok().flatten();
    ids.iter().filter_map(given).flatten().cloned()
}

/// The name that is fewest slips of a key away, in any case of its letters: one slip for a short name, three at most. `None` for a
/// name that is one of them.
pub(crate) fn nearest(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let slips = |other: &str| strsim::osa_distance(&name, &other.to_ascii_lowercase());
    let known = known.into_iter().map(|other| (slips(&other), other));
    let near = known
        .filter(|(slips, other)| (0..=allowed(name.len())).contains(slips) && *slips < other.len());
    let (slips, other) = near.min()?;
    (slips > 0).then_some(other)
}

fn allowed(length: usize) -> usize {
    (length / 4).clamp(1, 3)
}

#[cfg(test)]
mod tests {
    use super::{is_in_series, nearest};

    #[test]
    fn only_what_is_near_is_meant() {
        let known = || ["alice", "bob", "ci-deploy-production"].map(str::to_owned);
        let near = |name| nearest(name, known());
        assert_eq!(near("alcie").as_deref(), Some("alice"));
        assert_eq!(near("Alise").as_deref(), Some("alice"));
        assert_eq!(
            near("ci-deply-prodction").as_deref(),
            Some("ci-deploy-production")
        );
        for far in ["alice", "mallory", "b", "x", ""] {
            assert_eq!(near(far), None, "{far}");
        }
        let twins = ["anna", "anne"].map(str::to_owned);
        assert_eq!(nearest("anna", twins), None, "it is right");
    }

    #[test]
    fn a_name_of_a_series_is_no_slip_for_another() {
        for (one, other, same) in [
            ("n-7", "n-1", true),
            ("ci-9", "CI-10", true),
            ("ci-9", "cl-9", false),
            ("web1", "web", true),
        ] {
            assert_eq!(is_in_series(one, other), same, "{one} {other}");
        }
    }
}
