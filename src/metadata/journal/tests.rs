//! Journals as they are written, and as version 1 wrote them.

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
fn version1(rotation: &Value) -> Value {
    json!({"intent": {
        "version": 1, "account_id": "1234567890123456", "profile": "prod", "ram_user": "alice", "before": ["LTAI1"],
        "nonce": "n", "signed_at": "2026-11-24T10:00:00Z", "store": "age", "recipient": recipient(), "comment": "ci",
        "rotation": rotation,
    }})
}

fn rotation(leaked: bool) -> Value {
    json!({"old": "LTAI1", "overlap_seconds": 3600, "grace_seconds": 7200, "leaked": leaked})
}

fn got() -> Value {
    json!({"got": {"access_key_id": "LTAI2", "created_at": "2026-11-24T10:00:01Z", "sealed": "c2VhbGVk"}})
}

fn reached(state: &str) -> Value {
    json!({"reached": {"state": state, "at": "2026-11-24T11:00:00Z"}})
}

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
fn a_create_of_version_1_is_an_open_request_and_then_a_made_pair() {
    let open = read(&[version1(&Value::Null)]);
    let request = open.request.unwrap();
    assert_eq!(request.signed_at, at("10:00"));
    assert_eq!(request.before, [id("LTAI1")].into());
    assert_eq!((request.replaces, request.keeping), (None, keeping()));
    let open = read(&[version1(&Value::Null), got(), reached("stored")]);
    assert!(open.request.is_none() && open.replacement.is_none());
    assert_eq!(open.made[&id("LTAI2")].sealed, "c2VhbGVk");
}

#[test]
fn a_date_of_version_1_that_nobody_had_checked_counts_as_later() {
    let mut first = version1(&Value::Null);
    first["intent"]["clock_unseen"] = json!(true);
    assert_eq!(read(&[first]).request.unwrap().signed_at, at("10:15"));
}

#[test]
fn a_rotation_of_version_1_is_where_its_last_record_left_it() {
    let at_each = |states: &[&str]| {
        let mut records = vec![version1(&rotation(false)), got()];
        records.extend(states.iter().map(|state| reached(state)));
        let it = read(&records).replacement.unwrap();
        (
            it.old.to_string(),
            it.rolled_back,
            it.delivered_at.is_some(),
            it.disabled_at.is_some(),
        )
    };
    let pairs = |old: &str, rolled_back, delivered, disabled| {
        (old.to_owned(), rolled_back, delivered, disabled)
    };
    assert_eq!(at_each(&[]), pairs("LTAI1", false, false, false));
    assert_eq!(
        at_each(&["stored", "verified"]),
        pairs("LTAI1", false, false, false)
    );
    assert_eq!(at_each(&["delivered"]), pairs("LTAI1", false, true, false));
    assert_eq!(
        at_each(&["delivered", "old-disabled"]),
        pairs("LTAI1", false, true, true)
    );
    let back = [
        "delivered",
        "old-disabled",
        "roll-back",
        "old-enabled",
        "old-verified",
    ];
    assert_eq!(at_each(&back), pairs("LTAI2", true, false, false));
    let back = ["delivered", "roll-back", "old-delivered", "new-disabled"];
    assert_eq!(at_each(&back), pairs("LTAI2", true, true, true));
}

#[test]
fn a_leak_of_version_1_is_open_with_its_request_or_without() {
    let mut unsigned = version1(&rotation(true));
    unsigned["intent"]["nonce"] = json!("");
    let open = read(&[unsigned.clone()]);
    assert_eq!((open.leaked.len(), open.request.is_none()), (1, true));
    let stands_in = json!({"got": {"access_key_id": "LTAI3", "created_at": "2026-11-24T10:00:01Z", "sealed": ""}});
    let open = read(&[unsigned.clone(), stands_in, reached("stored")]);
    assert!(open.made.is_empty() && open.replacement.is_none());
    let open = read(&[version1(&rotation(true)), json!({"leaked": "LTAI3"})]);
    assert_eq!(open.leaked, [id("LTAI1"), id("LTAI3")].into());
    assert!(open.request.unwrap().replaces.is_none());
    let open = read(&[
        unsigned,
        json!({"leaked": "LTAI3"}),
        json!({"leaked": null}),
    ]);
    assert_eq!(open.leaked, [id("LTAI1")].into());
}

#[test]
fn a_restore_of_version_1_moves_into_the_journal() {
    let (journal, folder) = journal();
    let text = "version = 1\naccess_key_id = \"LTAI3\"\nram_user = \"alice\"\nactive = true\nasked_at = \"2026-11-24T10:00:00Z\"\n";
    let path = folder.join("journal/1234567890123456/restoring-LTAI3.toml");
    journal.home.disk.replace(&path, text.as_bytes()).unwrap();
    let wanted = Restoring {
        active: true,
        asked_at: at("10:00"),
    };
    assert_eq!(
        journal.read(&owner("alice")).unwrap().restoring[&id("LTAI3")],
        wanted
    );
    assert!(journal.read(&owner("bob")).unwrap().is_empty());
    let moved = journal.resume(&owner("alice")).unwrap();
    assert_eq!(moved.open().restoring[&id("LTAI3")], wanted);
    assert!(!path.exists());
    assert_eq!(journal.read(&owner("alice")).unwrap(), *moved.open());
}

#[test]
fn events_of_today_go_behind_the_records_of_version_1() {
    let (journal, _folder) = journal();
    put(&journal, &[version1(&rotation(false)), got()]);
    let mut events = journal.resume(&owner("alice")).unwrap();
    events
        .append(Event::Delivered(id("LTAI2"), at("12:00")))
        .unwrap();
    let it = journal.read(&owner("alice")).unwrap().replacement.unwrap();
    assert_eq!(it.delivered_at, Some(at("12:00")));
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
    assert_eq!(said(|_| (), &[got()]), out_of_order);
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
