//! The OS keyring as a secret store: a real `gnome-keyring` on a bus of the test's own.

use crate::support::desktop::Desktop;
use crate::support::env::Ran;

/// The id and the secret that `create --show-secret` printed.
fn shown(ran: &Ran) -> (String, String) {
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (id, secret) = ran.stdout.trim().split_once('\n').unwrap();
    (id.to_owned(), secret.to_owned())
}

#[test]
fn first_use_chooses_it_and_other_tools_read_it() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let ran = desktop.create("alice");
    let (id, secret) = shown(&ran);
    ran.said(
        &[&id, &secret],
        0,
        "<ID1>\n<ID2>\n",
        "note: secrets are saved in the OS keyring\n\
         warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         Created RAM user alice in the sandbox (account <ACCOUNT>).\n\
         note: a new RAM user may do nothing until a policy is attached to it; in your own account, that is done in the RAM console\n\
         Created AccessKey <ID1> for RAM user alice in the sandbox (account <ACCOUNT>). Secret saved in the OS keyring.\nnext: akm exec alice -- COMMAND\n",
    );
    assert_eq!(desktop.lookup(&id), Some(secret));
    let env = &desktop.env;
    assert!(!env.home().join("secrets").exists());
    env.akm(&["store", "status"]).said(
        &[],
        0,
        "STORE    STATE  SECRETS  RECIPIENT\n\
         keyring  open   1        <RECIPIENT>  new secrets go here\n",
        "",
    );
    assert_eq!(env.pairs()[0]["secret_store"], "keyring");
}

#[test]
fn the_next_command_confirms_what_the_keyring_took() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let env = &desktop.env;
    let (one, _) = shown(&desktop.create("alice"));
    env.akm(&["recover", "--list"]).said(
        &[&one],
        0,
        "WHAT             OWNER  ACCESSKEY ID              NOT BEFORE\n\
         secret-unproven  alice  <ID1>  -\n",
        "",
    );
    let (two, _) = shown(&desktop.create("alice"));
    assert_ne!(one, two);
    env.akm(&["recover"]).said(
        &[],
        0,
        "",
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         Nothing is left that could be finished now.\n",
    );
    env.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
}

#[test]
fn a_secret_that_the_keyring_lost_is_put_back() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let (id, secret) = shown(&desktop.create("alice"));
    assert!(
        desktop
            .tool(&["clear", "service", "akm", "username", &id], "")
            .is_some()
    );
    let ran = desktop.env.akm(&["recover"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("put back from the journal"),
        "{}",
        ran.stderr
    );
    assert_eq!(desktop.lookup(&id), Some(secret));
}

#[test]
fn a_pair_that_was_purged_before_it_was_confirmed_does_not_come_back() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let env = &desktop.env;
    let (id, _) = shown(&desktop.create("alice"));
    let ran = env.akm(&["delete", &id, "--force", "--purge", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(env.akm(&["recover"]).code, 0);
    assert_eq!(desktop.lookup(&id), None);
    env.akm(&["list"]).said(
        &[],
        0,
        "ACCESSKEY ID  OWNER  STATUS  CREATED  LAST USED  SECRET  NOTE\n",
        "note: akm knows no AccessKey pair in the sandbox (account <ACCOUNT>)\nnext: akm create NAME\n",
    );
}

#[test]
fn a_rotation_and_a_reset() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let env = &desktop.env;
    let (old, _) = shown(&desktop.create("alice"));
    // The old secret was shown, so that the old pair stays Active for two days.
    let new = env
        .akm(&["rotate", "--ram-user", "alice", "--overlap", "0s"])
        .stdout;
    let new = new.trim();
    assert!(desktop.lookup(&old).is_some() && desktop.lookup(new).is_some());
    let seed = format!("akm-sandbox-{}", env.account());
    assert!(desktop.lookup(&seed).is_some());
    let ran = env.akm(&["sandbox", "reset", "--yes"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    for name in [old.as_str(), new, &seed] {
        assert_eq!(desktop.lookup(name), None, "{name}");
    }
}

/// For a secret that is new.
const FOR_NEW: &str =
    "hint: unlock or start it; `AKM_STORE=age` stores new secrets in encrypted files instead\n";
/// For one that is in the keyring, and nowhere else.
const UNLOCK: &str =
    "hint: unlock the OS keyring, which has the secret, then the same command again\n";
const START: &str = "hint: start the session bus and the OS keyring that has the secret, then the same command again\n";

#[test]
fn a_locked_keyring_is_no_reason_for_another_store() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    desktop.lock();
    let env = &desktop.env;
    let ran = env.refused(&["create", "--ram-user", "alice"], 5);
    assert!(
        ran.stderr
            .starts_with("error: the secret store is locked: "),
        "{}",
        ran.stderr
    );
    assert!(ran.stderr.ends_with(FOR_NEW), "{}", ran.stderr);
    assert_eq!(env.kept(), []);
}

#[test]
fn a_keyring_that_is_locked_later_changes_nothing() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let (id, secret) = shown(&desktop.create("alice"));
    desktop.lock();
    let env = &desktop.env;
    let commands: [&[&str]; 5] = [
        &["create", "--ram-user", "alice"],
        &["rotate", "--ram-user", "alice", "--overlap", "0s"],
        &["disable", &id],
        &["verify", "--self"],
        &["export", "--all", "--csv", "-"],
    ];
    for command in commands {
        let ran = env.refused(command, 5);
        assert!(
            ran.stderr
                .starts_with("error: the secret store is locked: "),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.ends_with(UNLOCK), "{}", ran.stderr);
        assert!(!ran.stderr.contains(&secret));
    }
    // What is known needs no store.
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&[&id], 0, "<ID1>\n", "");
    let status = env.akm(&["store", "status", "--json"]).json();
    let state = status["stores"][0]["state"].as_str().unwrap();
    assert_eq!(state, "locked");
}

#[test]
fn a_keyring_that_is_gone_is_never_replaced_in_silence() {
    let Some(mut desktop) = Desktop::open() else {
        return;
    };
    let (id, _) = shown(&desktop.create("alice"));
    desktop.end_children();
    let env = &desktop.env;
    for command in [
        &["create", "--ram-user", "bob"][..],
        &["export", "--all", "--csv", "-"],
    ] {
        let ran = env.refused(command, 5);
        assert!(
            ran.stderr
                .starts_with("error: the secret store is not there: "),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.ends_with(START), "{}", ran.stderr);
    }
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&[&id], 0, "<ID1>\n", "");
}

#[test]
fn a_bus_without_a_keyring_means_encrypted_files() {
    let Some(desktop) = Desktop::without_keyring() else {
        return;
    };
    let ran = desktop.create("alice");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.starts_with(
            "note: no OS keyring found, so secrets are saved in encrypted files under "
        ),
        "{}",
        ran.stderr
    );
    assert_eq!(desktop.env.pairs()[0]["secret_store"], "age");
}

#[test]
fn the_environment_chooses_another_store_for_what_is_new() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let (one, first) = shown(&desktop.create("alice"));
    let ran = desktop
        .env
        .command(&["create", "--ram-user", "bob", "--show-secret"])
        .env("AKM_STORE", "age")
        .output()
        .unwrap();
    let (two, second) = shown(&Ran::from(ran));
    assert_eq!(desktop.lookup(&two), None);
    let mut secrets = desktop.env.secrets();
    secrets.sort();
    let mut expected = [(one, first), (two, second)];
    expected.sort();
    assert_eq!(secrets, expected);
    // The install's own choice stays.
    let (three, _) = shown(&desktop.create("carol"));
    assert!(desktop.lookup(&three).is_some());
}

/// A pair that takes a leaked one's place is looked for where it rests.
#[test]
fn the_pair_that_takes_a_leaked_ones_place_may_rest_in_another_store() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let (one, _) = shown(&desktop.create("alice"));
    let in_files = desktop
        .env
        .command(&["create", "--ram-user", "alice", "--show-secret"])
        .env("AKM_STORE", "age")
        .output()
        .unwrap();
    let (two, _) = shown(&Ran::from(in_files));
    let leaked = ["rotate", "--ram-user", "alice", "--leaked", &one];
    let ran = desktop.env.akm(&leaked);
    assert_eq!(
        (ran.code, ran.stdout.trim()),
        (0, two.as_str()),
        "{}",
        ran.stderr
    );
    assert_eq!(desktop.lookup(&one), None);
    assert_eq!(desktop.env.akm(&["verify", &two]).code, 0);
}

/// A rotation puts its new pair where the environment says; the old one is looked for where it rests.
#[test]
fn an_old_pair_that_rests_in_another_store_is_rolled_back_to() {
    let Some(desktop) = Desktop::open() else {
        return;
    };
    let (old, _) = shown(&desktop.create("alice"));
    let rotate = ["rotate", "--ram-user", "alice"];
    let in_files = desktop
        .env
        .command(&[&rotate[..], &["--overlap", "0s"]].concat())
        .env("AKM_STORE", "age")
        .output();
    let new = Ran::from(in_files.unwrap()).stdout.trim().to_owned();
    assert_eq!(desktop.lookup(&new), None);
    let ran = desktop.env.akm(&[&rotate[..], &["--rollback"]].concat());
    assert_eq!(
        (ran.code, ran.stdout.trim()),
        (0, old.as_str()),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("verified"), "{}", ran.stderr);
}
