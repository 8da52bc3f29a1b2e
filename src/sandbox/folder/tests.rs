use super::*;
use crate::cloud::transport::Service::Ram;
use crate::sandbox::identifiers::new_access_key_id;
use crate::sandbox::state::Pair;
use crate::sandbox::testing::{Bench, TurnedClock, account, start, user};
use crate::sys::fs::LocalDisk;
use crate::sys::new_folder::NewFolder;

fn new() -> (Folder, NewFolder) {
    let folder = NewFolder::new();
    (create(&folder).unwrap(), folder)
}

fn create(path: &Path) -> Result<Folder, Error> {
    let (disk, id) = (Arc::new(LocalDisk), account().account_id);
    Folder::create(disk, path.to_owned(), id, "age", start())
}

fn open(path: &Path) -> Result<Option<Folder>, Error> {
    Folder::open(Arc::new(LocalDisk), path.to_owned())
}

#[test]
fn a_sandbox_is_made_once_and_tells_where_its_seed_is() {
    assert!(open(&NewFolder::new()).unwrap().is_none());
    let (_, path) = new();
    let opened = open(&path).unwrap().unwrap();
    assert_eq!(opened.secret_store(), "age");
    assert_eq!(opened.account_id(), &account().account_id);
    let again = create(&path);
    assert!(matches!(again, Err(Error::Unusable(_))));
}

#[test]
fn one_request_has_the_folder_and_the_next_waits_a_minute() {
    let (other, path) = new();
    // As another process has it: a folder of its own on the same path.
    let (folder, clock) = (open(&path).unwrap().unwrap(), TurnedClock::new());
    let held = other.open(&clock).unwrap();
    assert!(matches!(folder.open(&clock), Err(Error::Busy)));
    assert_eq!(clock.slept(), WAIT);
    drop(held);
    assert!(folder.open(&clock).is_ok());
}

#[test]
fn a_busy_folder_is_service_unavailable() {
    let bench = Bench::folder();
    let (other, clock) = (open(bench.path()).unwrap().unwrap(), TurnedClock::new());
    let _held = other.open(&clock).unwrap();
    let outcome = bench.outcome(&bench.console, Ram, "GetAccountAlias", &[]);
    assert_eq!(outcome, (503, "ServiceUnavailable".into()));
}

#[test]
fn damage_is_named_and_left_as_it_is() {
    let bench = Bench::folder();
    bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "Alice")]);
    let file = bench.path().join("users/alice.toml");
    let good = std::fs::read_to_string(&file).unwrap();
    assert!(
        good.starts_with("version = 1\nname = \"Alice\"\n"),
        "{good}"
    );
    let damages = [
        good.replace("version = 1", "version = 2"),
        good.replace("version = 1", "version = 1\nfavourite = \"tea\""),
        good.replace("version = 1\n", ""),
        good.replace("Alice", "Bob"),
        good[..20].to_owned(),
        String::new(),
    ];
    for damage in damages {
        std::fs::write(&file, &damage).unwrap();
        for action in ["CreateAccessKey", "GetUser", "DeleteUser", "CreateUser"] {
            let by = [("UserName", "ALICE")];
            let reply = bench.call(&bench.console, Ram, action, &by);
            assert_eq!(
                (reply.status, reply.code()),
                (500, "InternalError.Records"),
                "{damage}"
            );
            assert!(reply.text("Message").contains("users/alice.toml: "));
        }
        assert_eq!(std::fs::read_to_string(&file).unwrap(), damage);
    }
    bench.done(&bench.console, Ram, "CreateUser", &[("UserName", "bob")]);
}

#[test]
fn a_rename_that_was_cut_short_leaves_one_user() {
    let (folder, _path) = new();
    let clock = TurnedClock::new();
    let mut records = folder.open(&clock).unwrap();
    let (mut old, moved) = (user("alice", "1"), user("bob", "1"));
    old.renaming_to = Some("bob".into());
    records.put_user(&old).unwrap();
    let found = records.user("alice").unwrap().unwrap();
    assert_eq!(found.renaming_to, None, "the new file was not yet there");
    records.put_user(&user("bob", "2")).unwrap();
    assert!(records.user("alice").unwrap().is_some(), "another bob");
    records.put_user(&moved).unwrap();
    assert_eq!(
        records.users_after("", 9).unwrap(),
        std::slice::from_ref(&moved)
    );
    assert!(records.user("alice").unwrap().is_none());
    assert_eq!(records.user_by_id("1").unwrap(), Some(moved));
    assert_eq!(records.count_users().unwrap(), 1);
}

#[test]
fn foreign_files_are_no_users() {
    let (folder, path) = new();
    let clock = TurnedClock::new();
    let mut records = folder.open(&clock).unwrap();
    records.put_user(&user("..", "1")).unwrap();
    for name in ["a b.toml", "Alice.toml", "alice.toml~", "readme"] {
        std::fs::write(path.join("users").join(name), "x").unwrap();
    }
    assert_eq!(records.count_users().unwrap(), 1);
    assert_eq!(records.users_after("", 9).unwrap().len(), 1);
}

#[test]
fn a_pair_is_found_whatever_another_process_did_since_the_names_were_read() {
    let (other, path) = new();
    let (folder, clock) = (open(&path).unwrap().unwrap(), TurnedClock::new());
    let owner = |id: &str| folder.open(&clock).unwrap().owner_of(id).unwrap();
    let named = |name: &str| Some(Owner::RamUser(UserName::parse(name).unwrap()));
    let with_pair = |name: &str, user_id: &str| {
        let mut user = user(name, user_id);
        let id = new_access_key_id(name).unwrap();
        user.access_keys.add(Pair::new(id.clone(), start()));
        other.open(&clock).unwrap().put_user(&user).unwrap();
        (id, user)
    };
    let (early, mut alice) = with_pair("alice", "1");
    assert_eq!(owner(early.as_str()), named("alice"));
    let (late, _) = with_pair("bob", "2");
    assert_eq!(owner(late.as_str()), named("bob"));
    alice.name = UserName::parse("carol").unwrap();
    let renamed = other.open(&clock).unwrap().rename_user("alice", &alice);
    renamed.unwrap();
    assert_eq!(owner(early.as_str()), named("carol"));
    other.open(&clock).unwrap().remove_user("bob").unwrap();
    assert_eq!(owner(late.as_str()), None);
}
