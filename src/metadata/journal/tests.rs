#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::{name::UserName, time};
    use crate::sys::fs::{LocalDisk, create_folder};
    use crate::sys::new_folder::NewFolder;
    use serde_json::{Value, json};
    use std::sync::Arc;

    fn owner(name: &str) -> Owner {
        Owner::RamUser(UserName::parse(name).unwrap())
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

    fn intent() -> Intent {
        let at = time::parse("2026-11-24T10:00:00Z").unwrap();
        Entry::sample(None, at, &[]).intent
    }

    fn why(read: Result<Option<Entry>, Error>) -> String {
        match read.map(|entry| entry.is_some()) {
            Err(Error::Damaged(_, why)) => why,
            Err(Error::Newer(_)) => "newer".to_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_journal_is_of_the_owner_and_the_account_that_it_lies_under() {
        let (journal, _folder) = journal();
        drop(journal.begin(intent()).unwrap());
        let bytes = journal.home.bytes(&journal.file(&owner("alice").key()));
        let bytes = bytes.unwrap().unwrap();
        let put = |journal: &Journal, owner: &Owner| {
            let path = journal.file(&owner.key());
            journal.home.disk.replace(&path, &bytes).unwrap();
            why(journal.read(owner))
        };
        let foreign = "it speaks of another owner than its name";
        assert_eq!(put(&journal, &owner("alice")), "Ok(true)");
        assert_eq!(put(&journal, &owner("bob")), foreign);
        assert_eq!(put(&journal, &Owner::Account), foreign);
        let other = Journal::new(
            journal.home.clone(),
            AccountId::parse("6543210987654321").unwrap(),
        );
        assert_eq!(put(&other, &owner("alice")), foreign);
    }

    #[test]
    fn what_is_not_known_was_written_by_a_newer_akm_only_if_it_says_so() {
        let (journal, _folder) = journal();
        let known = serde_json::to_value(Record::Intent(intent())).unwrap();
        let put = |edit: fn(&mut Value), more: &[Value]| {
            let mut first = known.clone();
            edit(&mut first);
            let records = [&first].into_iter().chain(more);
            let bytes: Vec<_> = records.flat_map(|one| format::line(one).unwrap()).collect();
            let path = journal.file(&owner("alice").key());
            journal.home.disk.replace(&path, &bytes).unwrap();
            why(journal.read(&owner("alice")))
        };
        let tea = |record: &mut Value| record["intent"]["favourite"] = json!("tea");
        let strange = |line| format!("line {line} is not what this akm writes");
        assert_eq!(put(|_| (), &[]), "Ok(true)");
        assert_eq!(put(tea, &[]), strange(1));
        assert_eq!(put(|_| (), &[json!({"tea": 1})]), strange(2));
        assert_eq!(
            put(|one| one["intent"]["version"] = json!(0), &[]),
            strange(1)
        );
        assert_eq!(put(|one| one["intent"]["version"] = json!(2), &[]), "newer");
        assert_eq!(
            put(|_| (), std::slice::from_ref(&known)),
            "its records are out of order"
        );
    }
}
