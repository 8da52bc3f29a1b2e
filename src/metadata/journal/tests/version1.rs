//! Journals as version 1 wrote them: they are read and finished.

use super::*;

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

pub(super) fn got() -> Value {
    json!({"got": {"access_key_id": "LTAI2", "created_at": "2026-11-24T10:00:01Z", "sealed": "c2VhbGVk"}})
}

fn reached(state: &str) -> Value {
    json!({"reached": {"state": state, "at": "2026-11-24T11:00:00Z"}})
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
