//! `akm disable`, `enable`, `delete` and `restore`

use crate::support::env::Env;
use crate::support::env::{SANDBOX, SANDBOX_JSON};

fn said(env: &Env, args: &[&str], ids: &[&str], text: &str) {
    env.akm(args).said(ids, 0, "", &format!("{SANDBOX}{text}"));
}

fn refused(env: &Env, args: &[&str], ids: &[&str], code: i32, text: &str) {
    env.refused(args, code)
        .said(ids, code, "", &format!("{SANDBOX}{text}"));
}

fn status_in_cloud(env: &Env, user: &str) -> String {
    let text = std::fs::read_to_string(env.cloud_of(user)).unwrap();
    text.lines()
        .filter(|line| line.starts_with("status"))
        .collect()
}

#[test]
fn disable_and_enable() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let ids = [one.as_str(), &two];
    said(
        &env,
        &["disable", &one],
        &ids,
        "AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Inactive.\n",
    );
    said(
        &env,
        &["disable", &one],
        &ids,
        "AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Inactive.\n",
    );
    said(
        &env,
        &["enable", &one],
        &ids,
        "AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Active.\n",
    );
    said(
        &env,
        &["enable", &one],
        &ids,
        "AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Active.\n",
    );
    env.akm(&["disable", &one, "--json", "-q"]).said(
        &ids,
        0,
        "{\"access_key_id\":\"<ID1>\",\"owner\":\"ram-user\",\"ram_user\":\"alice\",\"account_id\":\"<ACCOUNT>\",\
         \"profile\":\"sandbox\",\"status\":\"Inactive\",\"created_at\":\"<TIME>\",\"secret_store\":\"age\"}\n",
        SANDBOX_JSON,
    );
}

#[test]
fn the_last_active_pair_is_disabled_by_force_alone() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let text = "error: `<ID1>` is the last Active pair of RAM user `alice`\n\
                hint: `akm disable <ID1> --force` disables it anyway\n";
    for more in [&[][..], &["-y"]] {
        refused(
            &env,
            &[&["disable", id.as_str()], more].concat(),
            &[&id],
            4,
            text,
        );
    }
    let error = env.refused(&["disable", &id, "--json"], 4).error();
    assert_eq!(error["code"], "last-active-pair");
    said(
        &env,
        &["disable", &id, "--force"],
        &[&id],
        "AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Inactive.\n",
    );
    assert_eq!(status_in_cloud(&env, "alice"), "status = \"Inactive\"");
    // Another Inactive one is no Active one.
    let other = env.create("alice");
    refused(&env, &["disable", &other], &[&other], 4, text);
}

#[test]
fn an_active_pair_is_not_deleted() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let text = "error: `<ID1>` of RAM user `alice` is Active\n\
                hint: `akm disable <ID1> --force` first and see that nothing breaks, or `akm delete <ID1> --force`\n";
    for more in [&[][..], &["-y"], &["--purge", "-y"]] {
        refused(
            &env,
            &[&["delete", id.as_str()], more].concat(),
            &[&id],
            4,
            text,
        );
    }
    let error = env.refused(&["delete", &id, "--json"], 4).error();
    assert_eq!(error["code"], "active-pair");
}

#[test]
fn a_deletion_is_asked_for() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let asked = |end: &str| {
        format!(
            "error: delete AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>), created just now, never used{end}? there is nobody to ask\nhint: add `--yes`\n"
        )
    };
    refused(&env, &["delete", &id, "--force"], &[&id], 9, &asked(""));
    refused(
        &env,
        &["delete", &id, "--force", "--purge"],
        &[&id],
        9,
        &asked(", for good"),
    );
    said(
        &env,
        &["delete", &id, "--force", "-y"],
        &[&id],
        "Deleted AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>). The recycle bin keeps it until <TIME>.\n",
    );
    assert_eq!(env.pairs().len(), 0);
}

#[test]
fn a_deleted_pair_comes_back_inactive_with_its_secret() {
    let env = Env::new().without_overlap();
    let (id, secret) = env.create_shown("alice");
    let deleted = env.akm(&["delete", &id, "--force", "-y", "--json", "-q"]);
    deleted.said(
        &[&id],
        0,
        "{\"access_key_id\":\"<ID1>\",\"owner\":\"ram-user\",\"ram_user\":\"alice\",\"restorable_until\":\"<TIME>\"}\n",
        SANDBOX_JSON,
    );
    said(
        &env,
        &["restore", &id],
        &[&id],
        "AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Inactive.\n",
    );
    assert_eq!(status_in_cloud(&env, "alice"), "status = \"Inactive\"");
    assert_eq!(env.secrets(), [(id.clone(), secret)]);
    refused(
        &env,
        &["restore", &id],
        &[&id],
        4,
        "error: `<ID1>` of RAM user `alice` is not deleted\nhint: it is Inactive; `akm enable <ID1>` makes it Active\n",
    );
    assert_eq!(env.akm(&["enable", &id]).code, 0);
    assert_eq!(env.akm(&["verify", &id]).code, 0);
    refused(
        &env,
        &["restore", &id],
        &[&id],
        4,
        "error: `<ID1>` of RAM user `alice` is not deleted\nhint: it is Active\n",
    );
}

#[test]
fn a_pair_is_restored_active_on_demand() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    let shown = env.akm(&["restore", &id, "--active", "--json"]).json();
    assert_eq!(
        (&shown["status"], &shown["secret_store"]),
        (&"Active".into(), &"age".into())
    );
    assert_eq!(env.akm(&["verify", &id]).code, 0);
}

/// Of a pair that leaked the secret is not kept.
#[test]
fn a_restored_pair_whose_secret_is_not_held_is_told() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let leaked = ["rotate", "--ram-user", "alice", "--leaked"];
    assert_eq!(env.akm(&leaked).code, 0);
    for active in [true, false] {
        let (more, status): (&[&str], _) = if active {
            (&["--active", "--force"], "Active")
        } else {
            (&["--force"], "Inactive")
        };
        let told = format!(
            "warning: akm does not have the secret of `<ID1>`\nAccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is {status}.\n"
        );
        said(&env, &[&["restore", &id], more].concat(), &[&id], &told);
        assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    }
}

#[test]
fn there_must_be_room_for_what_is_restored() {
    let env = Env::new().without_overlap();
    let gone = env.create("alice");
    assert_eq!(env.akm(&["delete", &gone, "--force", "-y"]).code, 0);
    let (one, two) = (env.create("alice"), env.create("alice"));
    refused(
        &env,
        &["restore", &gone],
        &[&one, &two],
        4,
        "error: RAM user `alice` has two AccessKey pairs, which is as many as it may: \
         `<ID1>` Active, created <TIME>, use unknown, secret saved; `<ID2>` Active, created <TIME>, use unknown, secret saved\n\
         hint: `akm list --ram-user alice --refresh` shows when each was used; then `akm disable <ID1>` and `akm delete <ID1>` make room\n",
    );
}

#[test]
fn purged_is_gone_for_good() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let file = env.home().join(format!("secrets/{id}.age"));
    assert!(file.exists());
    said(
        &env,
        &["delete", &id, "--force", "--purge", "-y"],
        &[&id],
        "Deleted AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>), for good.\n",
    );
    assert!(!file.exists());
    refused(
        &env,
        &["restore", &id],
        &[&id],
        3,
        "error: the cloud's recycle bin has no AccessKey pair `<ID1>`: \
         GetAccessKeyInfoInRecycleBin: EntityNotExist.User.AccessKey: The user access key does not exist.\n\
         hint: it keeps a deleted pair for 30 days, and three of one user\n",
    );
    for (path, content) in env.files() {
        // What was done remains written down.
        if path.ends_with("log.jsonl") {
            continue;
        }
        assert!(
            !String::from_utf8_lossy(&content).contains(&id),
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_accounts_own_pair() {
    let env = Env::new().without_overlap();
    let id = env
        .akm(&["create", "--account", "-y"])
        .stdout
        .trim()
        .to_owned();
    said(
        &env,
        &["disable", &id, "--force"],
        &[&id],
        "AccessKey <ID1> of the account itself in the sandbox (account <ACCOUNT>) is Inactive.\n",
    );
    said(
        &env,
        &["delete", &id, "-y"],
        &[&id],
        "Deleted AccessKey <ID1> of the account itself in the sandbox (account <ACCOUNT>). The recycle bin keeps it until <TIME>.\n",
    );
    said(
        &env,
        &["restore", &id],
        &[&id],
        "AccessKey <ID1> of the account itself in the sandbox (account <ACCOUNT>) is Inactive.\n",
    );
}

#[test]
fn an_id_that_nobody_has() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let none = "error: there is no AccessKey pair `LTAI5tStranger` in this account\n\
                hint: `akm list --refresh` shows the ones there are\n";
    for command in ["disable", "enable", "delete"] {
        refused(&env, &[command, "LTAI5tStranger", "-y"], &[], 3, none);
    }
    assert_eq!(env.refused(&["restore", "LTAI5tStranger"], 3).stdout, "");
    for command in ["disable", "enable", "delete", "restore"] {
        for (bad, why) in [
            (
                "a/b",
                "character 2 is `/`, and letters and digits are expected",
            ),
            (
                "..",
                "character 1 is `.`, and letters and digits are expected",
            ),
            (
                "a b",
                "character 2 is a blank, and letters and digits are expected",
            ),
            ("", "it has 0 characters, and 1 to 128 are allowed"),
            (
                "\u{1b}[31m",
                "character 1 is U+001B, and letters and digits are expected",
            ),
        ] {
            env.refused(&[command, bad], 4).said(
                &[],
                4,
                "",
                &format!("error: not a valid AccessKey ID: {why}\n"),
            );
        }
        env.refused(&[command], 2);
    }
}

#[test]
fn a_pair_that_was_never_seen_here_is_found_by_the_cloud() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    std::fs::remove_file(env.record_of("alice")).unwrap();
    said(
        &env,
        &["disable", &one],
        &[&one],
        "AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Inactive.\n",
    );
    let known: Vec<_> = env
        .pairs()
        .iter()
        .map(|pair| pair["secret"].clone())
        .collect();
    // Metadata was lost, and the store was not.
    assert_eq!(known, ["stored", "stored"]);
    assert_eq!(
        env.akm(&["show-id", "--ram-user", "alice"]).stdout,
        format!("{two}\n")
    );
}

#[test]
fn a_deleted_pair_is_not_found_by_those_that_change_live_ones() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    for command in ["disable", "enable", "delete"] {
        refused(
            &env,
            &[command, &id, "-y"],
            &[&id],
            3,
            "error: there is no AccessKey pair `<ID1>` in this account\n\
             hint: `akm list --refresh` shows the ones there are\n",
        );
    }
}

/// What the cloud took and this machine could not write down is half done, with the command that mends it.
#[test]
fn a_change_that_could_not_be_written_down_is_half_done() {
    if !crate::support::env::have("strace") {
        return;
    }
    for (args, hint) in [
        (
            &["disable", "ID", "--force"][..],
            "`akm list --refresh` writes it down",
        ),
        (
            &["delete", "ID", "--force", "-y"],
            "the same command again finishes it",
        ),
    ] {
        let env = Env::new().without_overlap();
        let id = env.create("alice");
        let args: Vec<&str> = args
            .iter()
            .map(|arg| if *arg == "ID" { &id } else { *arg })
            .collect();
        // The last rename is the owner's file.
        let calls = crate::support::strace::calls(&env.copied(), &args, 0);
        let mut renames = calls.iter().filter(|call| call.name.starts_with("rename"));
        let last = renames
            .rfind(|call| call.line.contains("accounts/"))
            .unwrap();
        let fault = format!("{}:error=EIO:when={}", last.name, last.number);
        let ran = crate::support::strace::faulty(&env, &[fault], &args);
        assert_eq!(ran.code, 8, "{}", ran.stderr);
        assert!(
            ran.stderr.ends_with(&format!("hint: {hint}\n")),
            "{}",
            ran.stderr
        );
        assert_eq!(env.akm(&["list", "--refresh"]).code, 0);
        let again: Vec<&str> = args.clone();
        if again[0] == "delete" {
            assert!(env.pairs().is_empty());
        } else {
            assert_eq!(env.pairs()[0]["status"], "Inactive");
        }
    }
}

/// The sealed copy in the journal goes with it, and so does the rotation.
#[test]
fn a_rotations_new_pair_is_purged_for_good() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = env.akm(&["rotate", "--ram-user", "alice"]).stdout;
    let new = new.trim();
    let ran = env.akm(&["delete", new, "--force", "--purge", "-y"]);
    ran.said(
        &[new],
        0,
        "",
        &format!(
            "{SANDBOX}note: the rotation to `<ID1>` is forgotten\n\
             Deleted AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>), for good.\n"
        ),
    );
    assert_eq!(env.akm(&["recover"]).code, 0);
    let held: Vec<String> = env.secrets().into_iter().map(|(id, _)| id).collect();
    assert_eq!(held, std::slice::from_ref(&old));
    env.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
    assert_eq!(env.akm(&["enable", &old]).code, 0);
    assert_eq!(env.akm(&["verify", &old]).code, 0);
}
