//! What a shell is offered for one argument: names and ids out of metadata alone. Nothing is opened, asked, said or made, and what
//! cannot be read is not offered.

use super::context;
use crate::core::{account::Owner, name::UserName};
use crate::metadata::inventory::{OwnerRecord, PairRecord};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate};
use std::env;
use std::ffi::OsStr;

/// RAM users that own pairs known here.
pub(crate) fn ram_users() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| offer(typed, users))
}

/// Pairs that the command at hand can be about.
pub(crate) fn pairs(fits: fn(&PairRecord) -> bool) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| offer(typed, |start| ids(start, fits)))
}

/// What a selector of a pair can be: a pair that is saved here, or a RAM user.
pub(crate) fn pairs_and_users() -> ArgValueCompleter {
    pairs_or_users(PairRecord::is_held)
}

/// Pairs that the command at hand can be about, and RAM users.
pub(crate) fn pairs_or_users(fits: fn(&PairRecord) -> bool) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        let mut found = offer(typed, users);
        found.extend(offer(typed, |start| ids(start, fits)));
        found
    })
}

/// Pairs that `recover --dismiss` can be about.
pub(crate) fn open_pairs() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| offer(typed, open))
}

/// Profiles there are.
pub(crate) fn profiles() -> ArgValueCompleter {
    ArgValueCompleter::new(|typed: &OsStr| {
        offer(typed, |start| {
            let names = context::profile_names().into_iter();
            let names = names.filter(|name| name.starts_with(start));
            Some(names.map(CompletionCandidate::new).collect())
        })
    })
}

/// Names that are known beforehand, each with what it is about.
pub(super) fn of(group: &'static str, names: Vec<(String, String)>) -> ArgValueCompleter {
    ArgValueCompleter::new(move |typed: &OsStr| {
        offer(typed, |start| {
            let names = names.iter().filter(|(name, _)| name.starts_with(start));
            let shown = names.map(|(name, about)| shown(group, name, about));
            Some(shown.collect())
        })
    })
}

/// What cannot be had is not offered.
fn offer(
    typed: &OsStr,
    find: impl FnOnce(&str) -> Option<Vec<CompletionCandidate>>,
) -> Vec<CompletionCandidate> {
    typed.to_str().and_then(find).unwrap_or_default()
}

/// The group is given here, since clap would make its name anew for each of ten thousand.
fn shown(group: &'static str, value: &str, about: &str) -> CompletionCandidate {
    CompletionCandidate::new(value)
        .help(Some(about.to_owned().into()))
        .tag(Some(group.into()))
}

/// Names are told from those of files, and only what fits is read, for the case of its letters.
fn users(start: &str) -> Option<Vec<CompletionCandidate>> {
    let inventory = context::glance(line().profile)?.inventory;
    let start = start.to_ascii_lowercase();
    let keys = inventory.user_keys().into_iter();
    let names = keys.filter(|key| key.starts_with(&start));
    let names = names.filter_map(|key| inventory.user_name(&key));
    Some(
        names
            .map(|name| CompletionCandidate::new(name.as_str()).tag(Some("RAM users".into())))
            .collect(),
    )
}

fn ids(start: &str, fits: fn(&PairRecord) -> bool) -> Option<Vec<CompletionCandidate>> {
    let line = line();
    let inventory = context::glance(line.profile)?.inventory;
    let mut found = Vec::new();
    let mut add = |record: &OwnerRecord| {
        let pairs = record.access_keys.iter().filter(|pair| fits(pair));
        let pairs = pairs.filter(|pair| pair.access_key_id.as_str().starts_with(start));
        found.extend(pairs.map(|pair| described(record.ram_user.as_ref(), pair)));
    };
    match line.owner {
        Some(owner) => inventory.load(&owner).ok()?.iter().for_each(&mut add),
        None => inventory
            .with_ids_like(start)
            .for_each(|record| add(&record)),
    }
    Some(found)
}

fn described(user: Option<&UserName>, pair: &PairRecord) -> CompletionCandidate {
    let owner = user.map_or("the account", UserName::as_str);
    let state = if pair.is_deleted() {
        "deleted"
    } else {
        pair.status.as_str()
    };
    shown(
        "AccessKey IDs",
        pair.access_key_id.as_str(),
        &format!("{owner}, {state}"),
    )
}

fn open(start: &str) -> Option<Vec<CompletionCandidate>> {
    let journal = context::glance(line().profile)?.journal;
    let open = crate::ops::recover::list(&journal).ok()?.0.into_iter();
    let open = open.filter_map(|open| Some((open.id?, open.owner, open.what.as_str())));
    let open = open.filter(|(id, ..)| id.as_str().starts_with(start));
    Some(
        open.map(|(id, owner, what)| {
            shown("AccessKey IDs", id.as_str(), &format!("{owner}, {what}"))
        })
        .collect(),
    )
}

/// What the words typed so far say of the account and the owner.
#[derive(Debug, Default, PartialEq, Eq)]
struct Line {
    profile: Option<String>,
    owner: Option<Owner>,
}

fn line() -> Line {
    let words = env::args_os().skip_while(|word| word != "--").skip(1);
    Line::read(words.filter_map(|word| word.into_string().ok()))
}

impl Line {
    fn read(words: impl Iterator<Item = String>) -> Self {
        let (mut line, mut words) = (Self::default(), words.peekable());
        while let Some(word) = words.next() {
            let (name, value) = word.split_once('=').unwrap_or((&word, ""));
            let mut value = || {
                Some(value.to_owned())
                    .filter(|value| !value.is_empty())
                    .or_else(|| words.next())
            };
            match name {
                "-p" | "--profile" => line.profile = value(),
                "-u" | "--ram-user" => line.owner = value().and_then(|name| user(&name)),
                "--account" => line.owner = Some(Owner::Account),
                _ => (),
            }
        }
        line
    }
}

fn user(name: &str) -> Option<Owner> {
    UserName::parse(name).ok().map(Owner::RamUser)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_where_to_look() {
        let read = |line: &str| Line::read(line.split(' ').map(str::to_owned));
        assert_eq!(read("akm delete LTAI"), Line::default());
        let line = read("akm --profile=work verify --ram-user alice LTAI");
        assert_eq!(line.profile.as_deref(), Some("work"));
        assert_eq!(line.owner, user("alice"));
        assert_eq!(
            read("akm -p work verify --account x").owner,
            Some(Owner::Account)
        );
        assert_eq!(read("akm verify -p").profile, None);
    }
}
