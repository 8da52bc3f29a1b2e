//! An identity under a passphrase.

use super::*;

#[test]
fn a_protected_identity_keeps_the_contract_and_is_asked_for_once() {
    let (folder, store, recipient) = Folder::with_identity();
    assert_eq!(store.state(&recipient), State::Open);
    let plain = folder.identity();
    folder.protect(&recipient, &nobody(), "right one").unwrap();
    let protected = folder.identity();
    assert!(protected.starts_with(b"age-encryption.org/v1\n-> scrypt "));
    assert!(
        protected
            .split(|b| *b == b'\n')
            .nth(1)
            .unwrap()
            .ends_with(b" 18")
    );

    let (unlock, asked) = unlocking(&["right one"]);
    let store = folder.store_with(&recipient, unlock);
    assert_eq!(store.state(&recipient), State::Protected);
    check(&store, &recipient);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    assert_eq!(folder.identity(), protected);

    let (unlock, _) = unlocking(&["right one"]);
    let learnt = AgeStore::recipient_of(&LocalDisk, &folder.0, &unlock).unwrap();
    assert_eq!(learnt, recipient);

    let (unlock, _) = unlocking(&["right one"]);
    let protection = Protection::open(&LocalDisk, &folder.0, &recipient, &unlock);
    protection.unwrap().remove().unwrap();
    assert_eq!(folder.identity(), plain);
}

#[test]
fn a_wrong_passphrase_changes_nothing() {
    let (folder, store, recipient) = Folder::with_identity();
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    folder.protect(&recipient, &nobody(), "right").unwrap();
    let before = folder.identity();
    for (given, asked_for) in [(&["Right", "right ", ""][..2], 3), (&[], 1)] {
        let (unlock, asked) = unlocking(given);
        let store = folder.store_with(&recipient, unlock.clone());
        assert!(matches!(
            store.get(&name("LTAI1")),
            Err(Error::Protected(_))
        ));
        assert_eq!(asked.load(Ordering::Relaxed), asked_for);
    }
    let (unlock, _) = unlocking(&["a", "b", "c"]);
    let changed = folder.protect(&recipient, &unlock, "new");
    assert!(matches!(changed, Err(Error::Protected(_))));
    assert!(matches!(
        AgeStore::create_identity(&LocalDisk, &folder.0),
        Err(Error::Failed(_))
    ));
    // Storing needs no passphrase.
    folder
        .store(&recipient)
        .put(&name("LTAI2"), &secret("marker"))
        .unwrap();
    assert_eq!(folder.identity(), before);

    let (unlock, _) = unlocking(&["wrong", "right"]);
    folder.protect(&recipient, &unlock, "new").unwrap();
    let (unlock, _) = unlocking(&["new"]);
    let store = folder.store_with(&recipient, unlock);
    assert_eq!(held(&store, "LTAI1").as_deref(), Some("marker"));
}

#[test]
fn a_damaged_protected_identity_is_named_and_no_wrong_passphrase() {
    let (folder, store, recipient) = Folder::with_identity();
    store.put(&name("LTAI1"), &secret("marker")).unwrap();
    let sealed_for_a_key = std::fs::read(folder.0.join("LTAI1.age")).unwrap();
    folder.protect(&recipient, &nobody(), "right").unwrap();
    let whole = folder.identity();
    let mut changed = whole.clone();
    *changed.last_mut().unwrap() ^= 1;
    let too_much = String::from_utf8_lossy(&whole[..60]).replacen(" 18", " 22", 1);
    let too_much = [too_much.as_bytes(), &whole[too_much.len()..]].concat();
    let cut = &whole[..whole.len() - 1];
    let other = identity::protect(&passphrase("right"), b"# no key here\n").unwrap();
    let [one_line, armor] = PROTECTED;
    for content in [
        &changed[..],
        cut,
        one_line,
        armor,
        &too_much,
        &sealed_for_a_key,
        &other,
        b"",
        b"# no key\n",
    ] {
        folder.write(IDENTITY, content);
        let (unlock, _) = unlocking(&["right"]);
        let store = folder.store_with(&recipient, unlock);
        let error = store.get(&name("LTAI1")).unwrap_err();
        assert!(matches!(error, Error::Unreadable(_)), "{error}");
        assert!(error.to_string().contains(IDENTITY), "{error}");
        assert_eq!(folder.identity(), content);
    }
    folder.write(IDENTITY, &too_much);
    let (unlock, _) = unlocking(&["right"]);
    let error = folder
        .store_with(&recipient, unlock)
        .get(&name("LTAI1"))
        .unwrap_err();
    assert!(error.to_string().contains("work factor 22"), "{error}");
    assert!(matches!(
        folder.store(&stranger()).state(&stranger()),
        State::Protected
    ));
    folder.write(IDENTITY, one_line);
    assert!(matches!(
        folder.store(&recipient).state(&recipient),
        State::Failed(_)
    ));
}

#[test]
fn what_changed_meanwhile_is_not_overwritten() {
    let (folder, _, recipient) = Folder::with_identity();
    let protection = Protection::open(&LocalDisk, &folder.0, &recipient, &nobody()).unwrap();
    folder.write(IDENTITY, b"another");
    let written = protection.remove();
    assert!(matches!(written, Err(Error::Failed(_))));
    assert_eq!(folder.identity(), b"another");
}
