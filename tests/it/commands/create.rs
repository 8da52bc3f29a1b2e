//! `akm create`

use crate::support::env::Env;
use crate::support::env::{SANDBOX, SANDBOX_JSON};
use std::os::unix::fs::PermissionsExt;

const WARNING: &str = "warning: the account's own pair opens everything the account has; a RAM user's pair is advised\n";

#[test]
fn a_pair_for_a_ram_user_from_nothing() {
    let env = Env::new();
    let ran = env.akm(&["create", "--ram-user", "alice"]);
    let id = ran.stdout.trim().to_owned();
    ran.said(
        &[&id],
        0,
        "<ID1>\n",
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         Created RAM user alice in the sandbox (account <ACCOUNT>).\n\
         note: a new RAM user may do nothing until a policy is attached to it; in your own account, that is done in the RAM console\n\
         Created AccessKey <ID1> for RAM user alice in the sandbox (account <ACCOUNT>). Secret saved in encrypted files.\nnext: akm exec alice -- COMMAND\n",
    );
    assert!(id.starts_with("LTAI5tSANDBOX") && id.len() == 24, "{id}");
}

#[test]
fn the_first_store_is_said() {
    let env = Env::bare();
    env.akm(&["-q", "create", "--ram-user", "alice"])
        .said(&[], 0, "<ID>\n", SANDBOX);
    let env = Env::bare();
    env.akm(&["create", "--ram-user", "alice"]).said(
        &[],
        0,
        "<ID>\n",
        &format!("note: no OS keyring found, so secrets are saved in encrypted files under {}. Add a passphrase: akm store protect\n\
         warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         Created RAM user alice in the sandbox (account <ACCOUNT>).\n\
         note: a new RAM user may do nothing until a policy is attached to it; in your own account, that is done in the RAM console\n\
         Created AccessKey <ID> for RAM user alice in the sandbox (account <ACCOUNT>). Secret saved in encrypted files.\nnext: akm exec alice -- COMMAND\n", env.home().join("secrets").display()),
    );
}

/// The account's quota decides, and is asked for only where it may matter.
#[test]
fn a_third_pair_where_the_quota_has_room_for_it() {
    let env = Env::new();
    let asked = |args: &[&str], code| {
        let ran = env.akm(&[args, &["-v"]].concat());
        assert_eq!(ran.code, code, "{}", ran.stderr);
        ran.stderr.contains("GetAccountSummary")
    };
    let alice = ["create", "--ram-user", "alice"];
    assert!(!asked(&alice, 0) && !asked(&alice, 0));
    env.allow_pairs(3);
    assert!(asked(&alice, 0) && asked(&alice, 4));
    let ran = env.akm(&["list", "--ram-user", "alice", "-o", "plain"]);
    let ids: Vec<&str> = ran.stdout.lines().collect();
    assert_eq!(ids.len(), 3);
    env.refused(&alice, 4).said(
        &ids,
        4,
        "",
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         error: RAM user `alice` has 3 AccessKey pairs, which is as many as it may: \
         `<ID1>` Active, created <TIME>, use unknown, secret saved; `<ID2>` Active, created <TIME>, use unknown, secret saved; \
         `<ID3>` Active, created <TIME>, use unknown, secret saved\n\
         hint: `akm list --ram-user alice --refresh` shows when each was used; then `akm disable <ID1>` and `akm delete <ID1>` make room\n",
    );
    // So it is with what comes back from the recycle bin.
    assert_eq!(env.akm(&["delete", ids[0], "--force", "-y"]).code, 0);
    assert!(asked(&["restore", ids[0]], 0));
}

#[test]
fn a_third_pair_is_refused_and_both_are_shown() {
    let env = Env::new();
    let (one, two) = (env.create("alice"), env.create("alice"));
    env.refused(&["create", "--ram-user", "alice"], 4).said(
        &[&one, &two],
        4,
        "",
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         error: RAM user `alice` has two AccessKey pairs, which is as many as it may: \
         `<ID1>` Active, created <TIME>, use unknown, secret saved; `<ID2>` Active, created <TIME>, use unknown, secret saved\n\
         hint: `akm list --ram-user alice --refresh` shows when each was used; then `akm disable <ID1>` and `akm delete <ID1>` make room\n",
    );
    assert_eq!(env.akm(&["disable", &one]).code, 0);
    let error = env
        .refused(&["create", "--ram-user", "alice", "--json"], 4)
        .error();
    assert_eq!(
        (error["code"].as_str(), error["exit"].as_u64()),
        (Some("two-key-limit"), Some(4))
    );
    let hint = format!("`akm delete {one}` makes room, if nothing needs it");
    assert_eq!(error["hint"], hint);
    // What the hint says is done, and there is room.
    assert_eq!(env.akm(&["delete", &one, "--yes"]).code, 0);
    env.create("alice");
}

#[test]
fn the_accounts_own_pair_is_warned_of_and_asked_for() {
    let env = Env::new();
    let asked = "error: create an AccessKey for the account itself in the sandbox? there is nobody to ask\nhint: add `--yes`\n";
    for more in [&[][..], &["--no-input"]] {
        let args = [&["create", "--account"], more].concat();
        env.refused(&args, 9)
            .said(&[], 9, "", &format!("{WARNING}{asked}"));
    }
    assert_eq!(env.files(), []);
    let made = "Created AccessKey <ID> for the account itself in the sandbox (account <ACCOUNT>). Secret saved in encrypted files.\nnext: akm exec --account -- COMMAND\n";
    for _ in 0..2 {
        env.akm(&["create", "--account", "--yes"]).said(
            &[],
            0,
            "<ID>\n",
            &format!("{WARNING}{SANDBOX}{made}"),
        );
    }
    // What is refused is not asked for.
    env.refused(&["create", "--account"], 4);
    let ran = env.refused(&["create", "--account", "-y"], 4);
    assert!(
        ran.stderr
            .contains("error: the account has two AccessKey pairs"),
        "{}",
        ran.stderr
    );
    let owners: Vec<_> = env
        .pairs()
        .iter()
        .map(|pair| pair["owner"].clone())
        .collect();
    assert_eq!(owners, ["account", "account"]);
}

#[test]
fn an_owner_must_be_named() {
    let env = Env::new();
    env.refused(&["create"], 2).said(
        &[],
        2,
        "",
        "error: no owner was named\nhint: add `--ram-user NAME` or `--account`\n",
    );
    env.refused(&["create", "--account", "--ram-user", "alice"], 2);
    env.refused(&["create", "--account", "--create-user", "--yes"], 2);
    assert_eq!(env.files(), []);
}

#[test]
fn a_csv_file_is_the_consoles() {
    let env = Env::new();
    let ran = env.akm(&["create", "--ram-user", "alice", "--csv", "alice.csv"]);
    let id = ran.stdout.trim().to_owned();
    ran.said(
        &[&id],
        0,
        "<ID1>\n",
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         Created RAM user alice in the sandbox (account <ACCOUNT>).\n\
         note: a new RAM user may do nothing until a policy is attached to it; in your own account, that is done in the RAM console\n\
         Created AccessKey <ID1> for RAM user alice in the sandbox (account <ACCOUNT>). Secret saved in encrypted files.\nnext: akm exec alice -- COMMAND\n",
    );
    let file = env.path("alice.csv");
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let (_, secret) = env.secrets().remove(0);
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        format!("AccessKey ID,AccessKey Secret\n{id},{secret}\n")
    );
    // Nothing unfinished is left beside it.
    let beside: Vec<_> = std::fs::read_dir(env.path("."))
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(beside.len(), 2, "{beside:?}");
}

#[test]
fn a_csv_that_cannot_be_written_makes_no_pair() {
    let env = Env::new();
    std::fs::write(env.path("old.csv"), "mine").unwrap();
    std::os::unix::fs::symlink(env.path("nowhere"), env.path("link.csv")).unwrap();
    let create =
        |file: &str, code| env.refused(&["create", "--ram-user", "alice", "--csv", file], code);
    create("old.csv", 4).said(
        &[],
        4,
        "",
        "error: `old.csv` exists already\nhint: name a new file\n",
    );
    create("link.csv", 4).said(
        &[],
        4,
        "",
        "error: `link.csv` exists already\nhint: name a new file\n",
    );
    create("no/a.csv", 1).said(
        &[],
        1,
        "",
        "error: `no/a.csv` cannot be written: No such file or directory (os error 2)\n",
    );
    create("new/", 1).said(
        &[],
        1,
        "",
        "error: `new/` cannot be written: is a directory\n",
    );
    let odd = "no\u{1b}[31m/a.csv";
    let ran = create(odd, 1);
    assert!(
        ran.stderr.contains("`no\\u{1b}[31m/a.csv`"),
        "{}",
        ran.stderr
    );
    assert_eq!(
        std::fs::read_to_string(env.path("old.csv")).unwrap(),
        "mine"
    );
    assert_eq!(env.files(), []);
}

#[test]
fn a_csv_on_standard_output_is_all_of_it() {
    let env = Env::new();
    let args = ["create", "--ram-user", "alice", "--csv", "-"];
    let ran = env.akm(&args);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let (id, secret) = env.secrets().pop().unwrap();
    let expected = format!("AccessKey ID,AccessKey Secret\n{id},{secret}\n");
    assert_eq!(ran.stdout, expected);
    // What would print something else is refused before anything is made.
    let why = |other: &str| {
        format!("`--csv -` makes the CSV all that is printed: `{other}` has no place")
    };
    let hint = "`--csv FILE` writes it to a file; or leave the other out";
    for (more, other) in [("-oplain", "-o plain"), ("--show-secret", "--show-secret")] {
        env.refused(&[&args[..], &[more]].concat(), 2).said(
            &[],
            2,
            "",
            &format!("error: {}\nhint: {hint}\n", why(other)),
        );
    }
    let error = env.refused(&[&args[..], &["--json"]].concat(), 2).error();
    assert_eq!(
        (&error["code"], &error["message"], &error["hint"]),
        (&"usage".into(), &why("-o json").into(), &hint.into())
    );
}

#[test]
fn the_secret_is_shown_only_where_that_was_asked_for() {
    let env = Env::new();
    let ran = env.akm(&["create", "--ram-user", "alice", "--show-secret"]);
    let (id, secret) = env.secrets().remove(0);
    ran.said(
        &[&id, &secret],
        0,
        "<ID1>\n<ID2>\n",
        "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
         Created RAM user alice in the sandbox (account <ACCOUNT>).\n\
         note: a new RAM user may do nothing until a policy is attached to it; in your own account, that is done in the RAM console\n\
         Created AccessKey <ID1> for RAM user alice in the sandbox (account <ACCOUNT>). Secret saved in encrypted files.\nnext: akm exec alice -- COMMAND\n",
    );
    assert!(secret.len() == 30 && secret.bytes().all(|byte| byte.is_ascii_alphanumeric()));
}

#[test]
fn json_is_one_object_and_has_the_secret_only_on_demand() {
    let env = Env::new();
    env.akm(&["create", "--ram-user", "alice", "--json", "-q"]).said(
        &[],
        0,
        "{\"access_key_id\":\"<ID>\",\"owner\":\"ram-user\",\"ram_user\":\"alice\",\"account_id\":\"<ACCOUNT>\",\
         \"profile\":\"sandbox\",\"status\":\"Active\",\"created_at\":\"<TIME>\",\"secret_store\":\"age\"}\n",
        SANDBOX_JSON,
    );
    let shown = env
        .akm(&["create", "--account", "-y", "-o", "json", "--show-secret"])
        .json();
    let (id, secret) = env.secrets().remove(0);
    assert_eq!(shown["access_key_id"], id);
    assert_eq!(shown["access_key_secret"], secret);
    assert_eq!(
        (&shown["owner"], shown["ram_user"].is_null()),
        (&"account".into(), true)
    );
}

#[test]
fn a_comment_is_kept_with_the_pair() {
    let env = Env::new();
    let comment = "for the build, \"a\" = b";
    assert_eq!(
        env.akm(&["create", "--ram-user", "alice", "--comment", comment])
            .code,
        0
    );
    assert_eq!(env.pairs()[0]["comment"], comment);
    let list = env.akm(&["list"]).stdout;
    assert!(list.ends_with(&format!("  current; {comment}\n")), "{list}");
    for bad in ["a\nb", "\u{1b}[31m", &"x".repeat(129)] {
        env.refused(&["create", "--ram-user", "alice", "--comment", bad], 2)
            .said(
                &[],
                2,
                "",
                "error: a comment has at most 128 characters, none of them a control character\n",
            );
    }
    for empty in ["", "  "] {
        let ran = env.akm(&["create", "--ram-user", "carol", "--comment", empty]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let pairs = env.pairs();
        assert!(pairs.last().unwrap()["comment"].is_null(), "{pairs:?}");
    }
    // What a terminal would obey and is no control character is stored and escaped when shown.
    let turned = "\u{202e}evil";
    assert_eq!(
        env.akm(&["create", "--ram-user", "bob", "--comment", turned])
            .code,
        0
    );
    assert!(env.akm(&["list"]).stdout.contains("; \\u{202e}evil\n"));
}

#[test]
fn names_that_no_ram_user_can_have_make_nothing() {
    let env = Env::new();
    let characters = "only letters, digits, `.`, `-` and `_` are allowed";
    let long = "x".repeat(65);
    let cases = [
        ("a/b", characters),
        ("../../etc", characters),
        ("a b", characters),
        (" ", characters),
        ("a@b", characters),
        ("\u{1b}[31mred", characters),
        ("é", characters),
        ("", "it has 0 characters, and 1 to 64 are allowed"),
        (&long, "it has 65 characters, and 1 to 64 are allowed"),
    ];
    for (name, why) in cases {
        for command in ["create", "rotate"] {
            env.refused(&[command, "--ram-user", name], 4).said(
                &[],
                4,
                "",
                &format!("error: not a valid RAM user name: {why}\n"),
            );
        }
    }
    assert_eq!(env.files(), []);
    env.create(&"x".repeat(64));
}

#[test]
fn dots_are_names_and_never_a_path() {
    let env = Env::new();
    let ids = [".", "..", "...", "a.."].map(|name| env.create(name));
    for (name, id) in [".", "..", "...", "a.."].iter().zip(&ids) {
        env.akm(&["show-id", "--ram-user", name])
            .said(&[id], 0, "<ID1>\n", "");
    }
    let mut top: Vec<_> = std::fs::read_dir(env.path("."))
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    top.sort();
    assert_eq!(top, ["home"]);
    let mut home: Vec<_> = std::fs::read_dir(env.home())
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    home.sort();
    assert_eq!(
        home,
        [
            "accounts",
            "config.toml",
            "journal",
            "locks",
            "log.jsonl",
            "sandbox",
            "secrets"
        ]
    );
}

#[test]
fn names_that_differ_by_case_are_one_user() {
    let env = Env::new();
    let (one, two) = (env.create("Alice"), env.create("aLICE"));
    env.refused(&["create", "--ram-user", "ALICE"], 4);
    for name in ["alice", "ALICE"] {
        let all = env.akm(&["show-id", "--all", "--ram-user", name]);
        all.said(&[&one, &two], 0, "<ID1>\n<ID2>\n", "");
    }
    assert_eq!(env.akm(&["user", "list", "-o", "plain"]).stdout, "Alice\n");
}

#[test]
fn a_user_that_exists_is_no_error_with_create_user() {
    let env = Env::new();
    let args = ["create", "--ram-user", "alice", "--create-user"];
    let made = "Created RAM user alice in the sandbox (account <ACCOUNT>).\n\
        note: a new RAM user may do nothing until a policy is attached to it; in your own account, that is done in the RAM console\n";
    let held = "Created AccessKey <ID> for RAM user alice in the sandbox (account <ACCOUNT>). Secret saved in encrypted files.\nnext: akm exec alice -- COMMAND\n";
    env.akm(&args)
        .said(&[], 0, "<ID>\n", &format!("{SANDBOX}{made}{held}"));
    env.akm(&args)
        .said(&[], 0, "<ID>\n", &format!("{SANDBOX}{held}"));
}

#[test]
fn every_file_is_private() {
    let env = Env::new();
    env.create("alice");
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 0);
    for (path, _) in env.files() {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
        let folder = std::fs::metadata(path.parent().unwrap()).unwrap();
        assert_eq!(
            folder.permissions().mode() & 0o777,
            0o700,
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_home_may_be_copied_and_moved() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    for (path, content) in env.files() {
        let text = String::from_utf8_lossy(&content);
        assert!(
            !text.contains(env.home().to_str().unwrap()),
            "{}",
            path.display()
        );
    }
    std::fs::rename(env.home(), env.path("moved")).unwrap();
    let moved = env.path("moved");
    let env = env.with("AKM_HOME", moved.to_str().unwrap());
    assert_eq!(env.secrets(), [(id, secret)]);
}

/// Ctrl-C in the moment that the cloud has answered waits until the pair is held.
#[test]
fn a_signal_does_not_cost_the_secret() {
    if !crate::support::env::have("strace") {
        return;
    }
    for (signal, code) in [("INT", 2), ("TERM", 15), ("HUP", 1)] {
        let env = Env::new();
        env.create("bob");
        // The journal's record of the answer is the one write at a place.
        let inject = format!("inject=pwrite64:signal={signal}:when=1");
        // Whoever runs the tests may have them ignored.
        let mut strace = std::process::Command::new("env");
        strace.args([
            "--default-signal=INT,TERM,HUP",
            "strace",
            "-f",
            "-q",
            "-o",
            "trace",
            "-e",
            "trace=pwrite64",
            "-e",
            &inject,
        ]);
        strace
            .arg(env!("CARGO_BIN_EXE_akm"))
            .args(["create", "--ram-user", "alice"]);
        env.dress(&mut strace);
        let output = strace.output().unwrap();
        let ended = std::os::unix::process::ExitStatusExt::signal(&output.status);
        assert_eq!(
            ended,
            Some(code),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        assert_eq!(env.akm(&["recover"]).code, 0);
        let pair = env
            .pairs()
            .into_iter()
            .find(|pair| pair["ram_user"] == "alice")
            .unwrap();
        assert_eq!(
            (&pair["secret"], &pair["suspect"]),
            (&"stored".into(), &false.into())
        );
        assert_eq!(env.akm(&["verify", "--ram-user", "alice"]).code, 0);
    }
}
