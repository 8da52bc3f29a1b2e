//! `akm show`

use crate::support::env::{Env, edit};
use crate::support::suspects::suspect;
use serde_json::{Value, json};

pub(crate) fn shown(env: &Env, selector: &str) -> Value {
    let ran = env.akm(&["show", selector, "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    ran.json()
}

pub(crate) fn line(label: &str, value: &str) -> String {
    format!("{label:<16}{value}\n")
}

/// The first lines of a pair of alice's that was made just now.
pub(crate) fn head(id: &str, status: &str, current: &str) -> String {
    [
        ("AccessKey ID", id),
        ("owner", "RAM user alice"),
        ("account", "the sandbox (account <ACCOUNT>)"),
        ("status", status),
        ("current", current),
        ("created", "<TIME> (just now)"),
        ("last used", "not known"),
    ]
    .map(|(label, value)| line(label, value))
    .concat()
}

pub(crate) fn asked() -> String {
    line("cloud asked", "<TIME> (just now)")
}

#[test]
fn a_pair_is_shown_by_its_id_and_an_owner_with_its_pairs() {
    let env = Env::new();
    let args = ["create", "--ram-user", "alice", "--comment", "build"];
    let one = env.akm(&args).stdout.trim().to_owned();
    let two = env.create("alice");
    env.create("bob");
    assert_eq!(env.akm(&["disable", &one]).code, 0);
    let ids = [one.as_str(), &two];
    let secret = line("secret", "saved in encrypted files");
    let first = head("<ID1>", "Inactive", "no")
        + &line("disabled", "<TIME> (just now)")
        + &line("comment", "build")
        + &secret
        + &asked();
    let second = head("<ID2>", "Active", "yes") + &secret + &asked();
    env.akm(&["show", &one]).said(&ids, 0, &first, "");
    env.akm(&["show", &two]).said(&ids, 0, &second, "");
    let both = format!("{first}\n{second}");
    for selector in [&["alice"][..], &["ALICE"], &["-u", "alice"]] {
        let ran = env.akm(&[&["show"], selector].concat());
        ran.said(&ids, 0, &both, "");
    }
}

#[test]
fn json_has_the_rows_of_list() {
    let env = Env::new();
    env.create("bob");
    let (one, two) = (env.create("alice"), env.create("alice"));
    let rows = env.akm(&["list", "alice", "--json"]).json();
    let alice = shown(&env, "alice");
    let expected = json!({
        "owner": "ram-user",
        "ram_user": "alice",
        "account_id": env.account(),
        "profile": "sandbox",
        "access_keys": rows["access_keys"],
        "unfinished": [],
        "refreshed_at": rows["refreshed_at"],
    });
    assert_eq!(alice, expected);
    assert_eq!(shown(&env, &one), rows["access_keys"][0]);
    assert_eq!(shown(&env, &two), rows["access_keys"][1]);
    let own = env.akm(&["create", "--account", "-y"]).stdout;
    let account = env.akm(&["show", "--account", "--json"]).json();
    assert_eq!(account["owner"], "account");
    assert_eq!(account["ram_user"], Value::Null);
    assert_eq!(account["access_keys"][0]["access_key_id"], own.trim());
}

#[test]
fn what_is_not_known_is_not_found() {
    let env = Env::new();
    let no_data = format!("no akm data in `{}`", env.home().display());
    let none = |user: &str, why: &str, near: &str| {
        format!(
            "error: akm knows no AccessKey pair of RAM user `{user}`{why}\nhint: {near}`akm create --ram-user {user}` makes one; \
             `akm list --ram-user {user} --refresh` asks the cloud\n"
        )
    };
    let ran = env.akm(&["show", "alice"]);
    ran.said(&[], 3, "", &none("alice", &format!(": {no_data}"), ""));
    assert_eq!(env.akm(&["show", "LTAI5tAbCdEfGhIjKlMnOp"]).code, 3);
    assert!(!env.home().exists());
    let id = env.create("alice");
    let ran = env.refused(&["show", "alcie"], 3);
    ran.said(&[], 3, "", &none("alcie", "", "did you mean `alice`? "));
    env.refused(&["show", "--account"], 3);
    // The sandbox signs with no pair.
    env.refused(&["show", "--self"], 3);
    for args in [&["show"][..], &["show", "alice", "--account"]] {
        env.refused(args, 2);
    }
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    env.refused(&["show", &id], 3).said(
        &[&id],
        3,
        "",
        "error: `<ID1>` is deleted\nhint: `akm restore <ID1>` brings it back while the recycle bin has it\n",
    );
    let ran = env.refused(&["show", "alice"], 3);
    ran.said(&[], 3, "", &none("alice", "", ""));
}

#[test]
fn neither_store_nor_cloud_is_asked_and_nothing_is_written() {
    let env = Env::new();
    let id = env.create("alice");
    std::fs::remove_dir_all(env.home().join("secrets")).unwrap();
    std::fs::remove_dir_all(env.home().join("sandbox/users")).unwrap();
    let before = env.files();
    for args in [&["show", "alice"][..], &["show", &id, "--json"]] {
        assert_eq!(env.akm(args).code, 0);
    }
    assert!(env.files() == before);
}

#[test]
fn a_pair_that_leaked_or_is_a_suspect_or_lacks_its_secret_is_marked() {
    let env = Env::new();
    let id = env.create("alice");
    let record = env.record_of("alice");
    edit(
        &record,
        "secret_store = \"age\"\n",
        "leaked = true\nimported = true\nbound_to_networks = true\n",
    );
    suspect(&env, &id);
    let expected = head("<ID1>", "Active", "no")
        + &line("secret", "missing")
        + &line("imported", "yes")
        + &line("leaked", "yes, and is not handed out")
        + &line(
            "suspect",
            "yes: akm delete <ID1> --force, or akm recover --dismiss <ID1>",
        )
        + &line("network policy", "yes: akm key-policy show <ID1>")
        + &asked();
    let ran = env.akm(&["show", &id]);
    let said = crate::support::env::named(&ran.stdout, &[&id]);
    assert_eq!((ran.code, said), (0, expected.clone()));
    let unfinished = "<ID1> is a suspect: akm recover --dismiss <ID1>";
    let ran = env.akm(&["show", "alice"]);
    let said = crate::support::env::named(&ran.stdout, &[&id]);
    assert_eq!(said, expected + "\n" + &line("unfinished", unfinished));
    assert_eq!(shown(&env, "alice")["unfinished"][0]["what"], "suspect");
}

/// A comment may come from a file that somebody else wrote.
#[test]
fn a_terminal_obeys_nothing_that_is_shown() {
    let env = Env::new();
    let args = ["create", "--ram-user", "alice", "--comment", "\u{202e}evil"];
    assert_eq!(env.akm(&args).code, 0);
    let shown = env.akm(&["show", "alice"]).stdout;
    assert!(shown.contains(&line("comment", "\\u{202e}evil")), "{shown}");
}

#[cfg(feature = "server")]
#[test]
fn a_signer_is_marked_and_selected_as_self() {
    let served = crate::support::served::Served::start();
    let id = served.serving.field("access_key_id").to_owned();
    served.done(&["list", "--refresh"]);
    let shown = served.env.akm(&["show", &id]).stdout;
    assert!(shown.contains(&line("signs for", "dev")), "{shown}");
    let own = served.env.akm(&["show", "--self", "--json"]).json();
    assert_eq!(own["profile"], "dev");
    assert_eq!(own["access_keys"][0]["access_key_id"], *id);
    assert_eq!(own["access_keys"][0]["signs_for"], json!(["dev"]));
}

/// An id of an old form reads like a name.
#[test]
fn an_id_of_an_old_form_is_one() {
    let env = Env::new();
    let id = env.create("alice");
    edit(&env.record_of("alice"), &id, "oldform1");
    assert_eq!(shown(&env, "oldform1")["access_key_id"], "oldform1");
}
