//! Journals as they are written, and as version 1 wrote them.

mod version1;

use super::*;
use crate::core::{
    event::Event,
    name::UserName,
    open_work::{Keeping, Made, Replaced, Request, Restoring, Spans},
    place::StoreKind,
    time::{self, Timestamp},
};
use crate::sys::fs::{LocalDisk, create_folder};
use crate::sys::new_folder::NewFolder;
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::Arc;

fn owner(name: &str) -> Owner {
    Owner::RamUser(UserName::parse(name).unwrap())
}

fn id(text: &str) -> AccessKeyId {
    AccessKeyId::parse(text).unwrap()
}

fn at(time: &str) -> Timestamp {
    time::parse(&format!("2026-11-24T{time}:00Z")).unwrap()
}

/// An account's journals in a new folder.
fn journal() -> (Journal, NewFolder) {
    let folder = NewFolder::new();
    create_folder(&folder).unwrap();
    let home = Home {
        disk: Arc::new(LocalDisk),
        config: folder.to_path_buf(),
        data: folder.to_path_buf(),
    };
    let account = AccountId::parse("1234567890123456").unwrap();
    (Journal::new(home, account), folder)
}

fn put(journal: &Journal, records: &[Value]) {
    let bytes: Vec<u8> = records
        .iter()
        .flat_map(|one| format::line(one).unwrap())
        .collect();
    let path = journal.file(&owner("alice").key());
    journal.home.disk.replace(&path, &bytes).unwrap();
}

fn why(read: Result<OpenWork, Error>) -> String {
    match read.map(|open| open.is_empty()) {
        Err(Error::Damaged(_, why)) => why,
        Err(Error::Newer(_)) => "newer".to_owned(),
        other => format!("{other:?}"),
    }
}

fn recipient() -> String {
    format!("age1{}", "q".repeat(58))
}

fn keeping() -> Keeping {
    Keeping {
        store: StoreKind::Age,
        recipient: recipient().parse().unwrap(),
        comment: Some("ci".to_owned()),
    }
}

fn header() -> Value {
    json!({"intent": {"version": 2, "account_id": "1234567890123456", "ram_user": "alice"}})
}

/// The first record of version 1: a create, or a rotation.
fn read(records: &[Value]) -> OpenWork {
    let (journal, _folder) = journal();
    put(&journal, records);
    journal.read(&owner("alice")).unwrap()
}

#[test]
fn every_event_is_read_back_as_it_was_written() {
    let spans = Spans {
        overlap: TimeDelta::hours(1),
        grace: TimeDelta::hours(2),
    };
    let request = Request {
        before: [id("LTAI1")].into(),
        signed_at: at("10:00"),
        replaces: Some(Replaced {
            old: id("LTAI1"),
            spans,
        }),
        keeping: keeping(),
    };
    let made = Made {
        created_at: at("10:01"),
        sealed: "c2VhbGVk".to_owned(),
        keeping: keeping(),
        replaced: false,
    };
    let restoring = Restoring {
        active: true,
        asked_at: at("10:05"),
    };
    let events = [
        Event::Requested(request),
        Event::Created(id("LTAI2"), made),
        Event::Delivered(id("LTAI2"), at("10:02")),
        Event::Disabled(id("LTAI1"), at("10:03")),
        Event::Spans(spans),
        Event::RolledBack,
        Event::Restoring(id("LTAI3"), restoring),
        Event::Restored(id("LTAI3"), Some(at("10:06"))),
        Event::Leaked(id("LTAI1")),
        Event::Withdrawn(id("LTAI1")),
        Event::Ended,
        Event::Concluded,
        Event::Forgotten(id("LTAI2")),
    ];
    let (journal, _folder) = journal();
    let mut written = journal.resume(&owner("alice")).unwrap();
    for event in events {
        written.append(event).unwrap();
        let read = journal.read(&owner("alice")).unwrap();
        assert_eq!(read, *written.open());
        assert_eq!(*journal.resume(&owner("alice")).unwrap().open(), read);
    }
}

#[test]
fn a_journal_is_of_the_owner_and_the_account_that_it_lies_under() {
    let (journal, _folder) = journal();
    put(&journal, &[header(), json!({"leaked": "LTAI1"})]);
    let bytes = journal.home.bytes(&journal.file(&owner("alice").key()));
    let bytes = bytes.unwrap().unwrap();
    let copied = |journal: &Journal, owner: &Owner| {
        let path = journal.file(&owner.key());
        journal.home.disk.replace(&path, &bytes).unwrap();
        why(journal.read(owner))
    };
    let foreign = "it speaks of another owner than its name";
    assert_eq!(copied(&journal, &owner("alice")), "Ok(false)");
    assert_eq!(copied(&journal, &owner("bob")), foreign);
    assert_eq!(copied(&journal, &Owner::Account), foreign);
    let other = Journal::new(
        journal.home.clone(),
        AccountId::parse("6543210987654321").unwrap(),
    );
    assert_eq!(copied(&other, &owner("alice")), foreign);
}

#[test]
fn what_is_not_known_was_written_by_a_newer_akm_only_if_it_says_so() {
    let (journal, _folder) = journal();
    let said = |edit: fn(&mut Value), more: &[Value]| {
        let mut first = header();
        edit(&mut first);
        let records: Vec<Value> = [first].into_iter().chain(more.iter().cloned()).collect();
        put(&journal, &records);
        why(journal.read(&owner("alice")))
    };
    let tea = |record: &mut Value| record["intent"]["favourite"] = json!("tea");
    let strange = |line| format!("line {line} is not what this akm writes");
    assert_eq!(said(|_| (), &[]), "Ok(true)");
    assert_eq!(said(tea, &[]), strange(1));
    assert_eq!(said(|_| (), &[json!({"tea": 1})]), strange(2));
    assert_eq!(
        said(|one| one["intent"]["version"] = json!(0), &[]),
        strange(1)
    );
    assert_eq!(
        said(|one| one["intent"]["version"] = json!(3), &[]),
        "newer"
    );
    let out_of_order = "its records are out of order";
    assert_eq!(said(|_| (), &[header()]), out_of_order);
    assert_eq!(said(|_| (), &[version1::got()]), out_of_order);
}

#[test]
fn a_request_is_written_where_its_answer_has_room() {
    let (journal, _folder) = journal();
    let mut events = journal.resume(&owner("alice")).unwrap();
    for number in 0..200 {
        events
            .append(Event::Leaked(id(&format!("LTAI{number}"))))
            .unwrap();
    }
    events.make_room().unwrap();
    let bytes = journal
        .home
        .bytes(&journal.file(&owner("alice").key()))
        .unwrap()
        .unwrap();
    let blank = bytes
        .iter()
        .rev()
        .take_while(|byte| **byte == b'\n')
        .count();
    assert!(blank > 4096, "{blank}");
    assert_eq!(journal.read(&owner("alice")).unwrap().leaked.len(), 200);
}
