//! "Did you mean": the nearest name that this machine knows of, for one that does not exist.

use super::context;
use crate::cli::failure::Failure;
use crate::ops::Kind;
use clap::{ArgMatches, Command};
use std::env;
use std::ffi::OsString;

/// The same failure; where the command line names a RAM user or a profile that is not there and one like it is, its hint begins
/// with that. `tree` makes the tree that parses the line.
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

fn meant(kind: Kind, said: impl Fn() -> Option<ArgMatches>) -> Option<String> {
    match kind {
        Kind::NoSuchUser | Kind::NoSuchPair => {
            let said = said()?;
            let name = value(&said, &["ram_user", "name", "selector"])?;
            let inventory = context::glance(value(&said, &["profile"]))?.inventory;
            let key = nearest(&name, inventory.user_keys())?;
            Some(inventory.user_name(&key)?.as_str().to_owned())
        }
        Kind::NoSuchProfile => {
            let name =
                value(&said()?, &["profile", "name"]).or_else(|| env::var("AKM_PROFILE").ok())?;
            nearest(&name, context::profile_names())
        }
        _ => None,
    }
}

/// What the innermost command was given.
fn said(tree: Command, args: &[OsString]) -> Option<ArgMatches> {
    let mut said = tree.try_get_matches_from(args).ok()?;
    while let Some((_, inner)) = said.remove_subcommand() {
        said = inner;
    }
    Some(said)
}

fn value(said: &ArgMatches, ids: &[&str]) -> Option<String> {
    let mut values = ids
        .iter()
        .filter_map(|id| said.try_get_one::<String>(id).ok().flatten());
    values.next().cloned()
}

/// The name that is fewest slips of a key away, in any case of its letters: one slip for a short name, three at most.
pub(crate) fn nearest(name: &str, known: impl IntoIterator<Item = String>) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let slips = |other: &str| strsim::osa_distance(&name, &other.to_ascii_lowercase());
    let known = known.into_iter().map(|other| (slips(&other), other));
    let near = known
        .filter(|(slips, other)| (1..=allowed(name.len())).contains(slips) && *slips < other.len());
    near.min().map(|(_, other)| other)
}

fn allowed(length: usize) -> usize {
    (length / 4).clamp(1, 3)
}

#[cfg(test)]
mod tests {
    use super::nearest;

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
    }
}
