//! What is open in an account, without touching it.

use super::{awaits_answer, lost::expiry};
use crate::core::{access_key::AccessKeyId, account::Owner, rotation::Reached, time::Timestamp};
use crate::metadata::journal::{Entry, Journal};
use crate::ops::{Failure, rotate};

/// One thing that is open in the account.
pub(crate) struct Open {
    pub(crate) owner: Owner,
    pub(crate) what: &'static str,
    pub(crate) id: Option<AccessKeyId>,
    pub(crate) due: Option<Timestamp>,
}

/// What is open, without touching it: unfinished work, then suspects; and why what cannot be read cannot.
pub(crate) fn list(journal: &Journal) -> Result<(Vec<Open>, Vec<Failure>), Failure> {
    let (mut open, mut unreadable) = (Vec::new(), Vec::new());
    for (_, entry) in journal.open()? {
        match entry {
            Ok(entry) => {
                open.push(open_work(&entry));
                open.extend(first_of_two(&entry));
            }
            Err(error) => unreadable.push(error.into()),
        }
    }
    for (_, begun) in journal.all_restoring()? {
        let begun = match begun {
            Ok(begun) => begun,
            Err(error) => {
                unreadable.push(error.into());
                continue;
            }
        };
        let (owner, id) = (begun.owner(), Some(begun.access_key_id));
        open.push(Open {
            owner,
            what: "restore, to be finished",
            id,
            due: None,
        });
    }
    for suspect in journal.suspects()? {
        let (owner, id) = (suspect.owner(), Some(suspect.access_key_id));
        open.push(Open {
            owner,
            what: "suspect",
            id,
            due: None,
        });
    }
    Ok((open, unreadable))
}

/// The leaked pair that a journal is about which has another beside it.
fn first_of_two(entry: &Entry) -> Option<Open> {
    let own = entry.intent.rotation.as_ref().filter(|it| it.leaked);
    let own = own.filter(|_| entry.leaked.is_some());
    own.map(|rotation| Open {
        owner: entry.owner(),
        what: LEAKED,
        id: Some(rotation.old.clone()),
        due: None,
    })
}

const LEAKED: &str = "leaked pair, to be replaced";

fn open_work(entry: &Entry) -> Open {
    let new = entry.got.as_ref().map(|got| got.access_key_id.clone());
    let rotation = entry.intent.rotation.as_ref();
    let own = rotation.filter(|_| entry.intent.is_of_leak() && !awaits_answer(entry));
    let own = own.map(|rotation| rotation.old.clone());
    let leaked = entry.leaked.clone().or(own);
    let (what, due) = match (entry.reached, &entry.intent.rotation) {
        _ if leaked.is_some() => (LEAKED, awaits_answer(entry).then(|| expiry(entry))),
        (Reached::Intent, None) => ("create, answer not known", Some(expiry(entry))),
        (Reached::Intent, Some(_)) => ("rotation, answer not known", Some(expiry(entry))),
        (Reached::Got, None) => ("create, to be finished", None),
        (_, None) => ("create, to be confirmed", None),
        (Reached::Delivered, Some(_)) => (
            "rotation, old pair still Active",
            rotate::due(entry).map(|due| due.disable),
        ),
        (Reached::OldDisabled, Some(_)) => (
            "rotation, old pair Inactive",
            rotate::due(entry).and_then(|due| due.delete),
        ),
        (_, Some(_)) if entry.when(Reached::RollBack).is_some() => {
            ("rollback, to be finished", None)
        }
        (_, Some(_)) => ("rotation, to be finished", None),
    };
    Open {
        owner: entry.owner(),
        what,
        id: leaked.or(new),
        due,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::time::{self, Span};
    use crate::metadata::journal::RotationIntent;

    fn at(time: &str) -> Timestamp {
        time::parse(&format!("2026-11-24T{time}:00Z")).unwrap()
    }

    fn old() -> AccessKeyId {
        AccessKeyId::parse("LTAI1").unwrap()
    }

    /// What is said of a journal whose steps were all done at ten: what is open, whose id, and not before when.
    fn said(
        rotation: Option<RotationIntent>,
        marks: &[Reached],
    ) -> (&'static str, Option<String>, Option<Timestamp>) {
        let open = open_work(&Entry::sample(rotation, at("10:00"), marks));
        (open.what, open.id.map(|id| id.to_string()), open.due)
    }

    #[test]
    fn an_open_create_says_what_it_waits_for() {
        use Reached::{Got, Stored};
        let new = || Some("LTAI2".to_owned());
        let unknown = ("create, answer not known", None, Some(at("10:16")));
        assert_eq!(said(None, &[]), unknown);
        assert_eq!(said(None, &[Got]), ("create, to be finished", new(), None));
        assert_eq!(
            said(None, &[Stored]),
            ("create, to be confirmed", new(), None)
        );
    }

    #[test]
    fn an_open_rotation_says_what_it_waits_for() {
        use Reached::{Delivered, OldDisabled, OldEnabled, RollBack, Stored};
        let new = || Some("LTAI2".to_owned());
        let said = |marks: &[Reached]| {
            let hours = |count| Span::parse(&format!("{count}h")).unwrap();
            said(Some(RotationIntent::new(old(), hours(1), hours(2))), marks)
        };
        let active = ("rotation, old pair still Active", new(), Some(at("11:00")));
        let inactive = ("rotation, old pair Inactive", new(), Some(at("12:00")));
        let back = || ("rollback, to be finished", new(), None);
        assert_eq!(
            said(&[]),
            ("rotation, answer not known", None, Some(at("10:16")))
        );
        assert_eq!(said(&[Stored]), ("rotation, to be finished", new(), None));
        assert_eq!(said(&[Stored, Delivered]), active);
        assert_eq!(said(&[Delivered, OldDisabled]), inactive);
        assert_eq!(said(&[Delivered, RollBack]), back());
        assert_eq!(said(&[Delivered, RollBack, OldEnabled]), back());
    }

    #[test]
    fn a_leak_is_open_until_its_pair_is_replaced() {
        let leak = "leaked pair, to be replaced";
        let said = |marks: &[Reached]| said(Some(RotationIntent::leaked(old())), marks);
        let lost = ("rotation, answer not known", None, Some(at("10:16")));
        assert_eq!(said(&[]), lost);
        let of_old = (leak, Some(old().to_string()), None);
        assert_eq!(said(&[Reached::Stored]), of_old);
        let mut waits = Entry::sample(Some(RotationIntent::leaked(old())), at("10:00"), &[]);
        waits.intent.nonce.clear();
        let open = open_work(&waits);
        assert_eq!((open.what, open.id, open.due), (leak, Some(old()), None));
    }
}
