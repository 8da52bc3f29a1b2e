//! Files of akm's that are damaged, newer, not its own or not private: named, and left as they are.

use crate::support::env::SANDBOX;
use crate::support::env::{Env, journal_line};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Commands that need the owner's record.
const OF_ALICE: [&[&str]; 8] = [
    &["list"],
    &["list", "--refresh"],
    &["show", "alice"],
    &["show-id", "--ram-user", "alice"],
    &["create", "--ram-user", "alice"],
    &["rotate", "--ram-user", "alice"],
    &["verify", "--ram-user", "alice"],
    &["export", "--all", "--csv", "-"],
];

/// A file as it was, put back whatever a test made of it.
struct Good {
    path: PathBuf,
    text: String,
}

impl Good {
    fn of(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap();
        Self {
            path: path.to_owned(),
            text,
        }
    }

    fn put_back(&self) {
        let _ = std::fs::remove_file(&self.path);
        self.write(&self.text);
    }

    fn write(&self, text: &str) {
        std::fs::write(&self.path, text).unwrap();
        self.mode(0o600);
    }

    fn mode(&self, mode: u32) {
        std::fs::set_permissions(&self.path, PermissionsExt::from_mode(mode)).unwrap();
    }

    fn of_a_newer_akm(&self) -> String {
        let (first, rest) = self.text.split_once('\n').unwrap();
        assert!(first.starts_with("version = "), "{first}");
        format!("version = 9\n{rest}")
    }

    fn damages(&self) -> [(String, &'static str); 5] {
        let cut = self.text.len() * 2 / 3;
        [
            (self.text[..cut].to_owned(), "damaged"),
            (String::new(), "damaged"),
            (format!("favourite = \"tea\"\n{}", self.text), "damaged"),
            (format!("{}\0\u{1}", self.text), "damaged"),
            (self.of_a_newer_akm(), "newer"),
        ]
    }
}

/// Each command fails with exit 1, names the file and says what is the matter with it.
#[track_caller]
fn all_name(env: &Env, commands: &[&[&str]], path: &Path, why: &str) {
    for command in commands {
        let ran = if command[0] == "list" {
            // What can be read is listed.
            env.akm(command)
        } else {
            env.refused(command, 1)
        };
        assert_eq!(ran.code, 1, "{command:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains(path.to_str().unwrap()) && ran.stderr.contains(why),
            "{command:?} {why}: {}",
            ran.stderr
        );
    }
}

/// A file that others may write, and one that is a link.
fn untrusted(env: &Env, commands: &[&[&str]], good: &Good) {
    good.mode(0o660);
    all_name(env, commands, &good.path, "others may read or write it");
    good.put_back();
    let aside = env.path("aside.toml");
    std::fs::rename(&good.path, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &good.path).unwrap();
    all_name(env, commands, &good.path, "symbolic link");
    good.put_back();
}

#[test]
fn a_record_of_an_owner() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let good = Good::of(&env.record_of("alice"));
    for (damage, why) in good.damages() {
        good.write(&damage);
        all_name(&env, &OF_ALICE, &good.path, why);
        good.put_back();
    }
    good.write(&good.text.replace("\"alice\"", "\"bob\""));
    all_name(
        &env,
        &OF_ALICE,
        &good.path,
        "it speaks of another owner than its name",
    );
    good.put_back();
    untrusted(&env, &OF_ALICE, &good);
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&[&id], 0, "<ID1>\n", "");
}

#[test]
fn a_record_of_an_owner_stops_a_command_before_the_cloud_is_changed() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let good = Good::of(&env.record_of("alice"));
    // Cut before the pair's id: only the cloud tells whose pair it is.
    good.write(&good.text[..60]);
    let commands: [&[&str]; 4] = [
        &["disable", &id, "--force"],
        &["enable", &id],
        &["delete", &id, "--force", "--yes"],
        &["user", "delete", "alice", "--yes"],
    ];
    all_name(&env, &commands, &good.path, "damaged");
    good.put_back();
    assert_eq!(env.akm(&["delete", &id, "--force", "--yes"]).code, 0);
    let deleted = Good::of(&good.path);
    deleted.write(&deleted.text[..60]);
    all_name(&env, &[&["restore", &id]], &good.path, "damaged");
}

#[test]
fn one_owners_record_is_no_matter_for_another() {
    let env = Env::new().without_overlap();
    env.create("alice");
    std::fs::write(env.record_of("alice"), "?").unwrap();
    let id = env.create("bob");
    env.akm(&["show-id", "--ram-user", "bob"])
        .said(&[&id], 0, "<ID1>\n", "");
}

/// What an editor, a sync client or another system leaves beside the records is no record.
#[test]
fn files_that_akm_never_writes_stop_nobody() {
    let env = Env::new().without_overlap();
    let (alice, bob) = (env.create("alice"), env.create("bob"));
    let folder = env.record_of("alice").parent().unwrap().to_owned();
    for stray in [
        "user-alice 2.toml",
        "._user-alice.toml",
        ".#user-alice.toml",
        "user-alice (conflicted copy 2026-11-30).toml",
        "user-Alice.toml",
        "notes.txt",
    ] {
        std::fs::write(folder.join(stray), "\0 what is this").unwrap();
    }
    let listed = env.akm(&["list", "-o", "plain"]);
    listed.said(&[&alice, &bob], 0, "<ID1>\n<ID2>\n", "");
    let csv = env.akm(&["export", "--all", "--csv", "-"]);
    assert_eq!((csv.code, csv.stdout.lines().count()), (0, 3));
    let rotated = env.akm(&["rotate", "--all", "-y"]);
    assert_eq!((rotated.code, rotated.stdout.lines().count()), (0, 2));
    // An empty record stops its own owner alone.
    std::fs::write(env.record_of("alice"), "").unwrap();
    for (args, rows) in [
        (&["list", "-o", "plain", "--ram-user", "bob"][..], 2),
        (&["list", "-o", "plain", "--refresh"], 2),
        (&["export", "--all", "--csv", "-"], 3),
        (&["rotate", "--all", "-y"], 1),
    ] {
        let ran = env.akm(args);
        let code = i32::from(!args.contains(&"bob"));
        assert_eq!(
            (ran.code, ran.stdout.lines().count()),
            (code, rows),
            "{args:?}: {}",
            ran.stderr
        );
    }
}

#[test]
fn a_rotation_does_not_go_on_over_a_damaged_record() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    assert_eq!(
        env.akm(&["rotate", "--ram-user", "alice", "--overlap", "2d"])
            .code,
        0
    );
    env.days_pass_for("alice", 3);
    let good = Good::of(&env.record_of("alice"));
    good.write(&good.text[..60]);
    let commands: [&[&str]; 2] = [&["rotate", "--ram-user", "alice"], &["recover"]];
    all_name(&env, &commands, &good.path, "damaged");
    good.put_back();
    let ran = env.akm(&["rotate", "--ram-user", "alice"]);
    assert!(
        ran.stderr.contains(&format!("Old: {old} (disabled;")),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_journal() {
    let env = Env::new().without_overlap();
    env.create("alice");
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 0);
    let path = env.journal_of("alice");
    let good = Good::of(&path);
    let commands: [&[&str]; 4] = [
        &["rotate", "--ram-user", "alice"],
        &["create", "--ram-user", "alice"],
        &["recover"],
        &["recover", "--dismiss", "LTAI1"],
    ];
    good.write(&good.text.replacen("\"alice\"", "\"alicf\"", 1));
    all_name(&env, &commands, &path, "line 1 does not match its checksum");
    good.write("");
    all_name(&env, &commands, &path, "damaged");
    good.put_back();
    untrusted(&env, &commands, &good);
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 0);
}

const HINT: &str = "hint: the file is left as it is: look at it, or restore it from a backup\n";

/// Whatever is the matter with one owner's journal, the others are seen to.
#[test]
fn one_owners_journal_is_no_matter_for_another() {
    for way in ["damaged", "newer", "foreign", "link"] {
        let env = Env::new().without_overlap();
        let alice = env.create("alice");
        env.create("bob");
        for user in ["alice", "bob"] {
            let rotate = ["rotate", "--ram-user", user, "--overlap", "1d"];
            assert_eq!(env.akm(&rotate).code, 0);
        }
        env.days_pass_for("bob", 2);
        let good = Good::of(&env.journal_of("alice"));
        let (why, hint) = match way {
            "damaged" => {
                good.write("?");
                (" is damaged: line 1 does not match its checksum", HINT)
            }
            "newer" => {
                good.write(&newer(&good.text));
                let hint = "hint: the file is left as it is: update akm\n";
                (" was written by a newer akm", hint)
            }
            "foreign" => {
                std::fs::copy(env.journal_of("bob"), &good.path).unwrap();
                let why = " is damaged: it speaks of another owner than its name";
                (why, HINT)
            }
            _ => {
                std::fs::remove_file(&good.path).unwrap();
                std::os::unix::fs::symlink(env.journal_of("bob"), &good.path).unwrap();
                let hint = "hint: put the file itself in the place of the link\n";
                (": it is a symbolic link, and akm follows none", hint)
            }
        };
        let begin = match way {
            "link" => "error: a file of akm's could not be used: ",
            _ => "error: ",
        };
        let named = format!("{begin}`{}`{why}\n{hint}", good.path.display());
        let ran = without_path(&env, &["recover", "--list"]);
        let table = "WHAT                OWNER  ACCESSKEY ID              NOT BEFORE\n\
                     rotation (overlap)  bob    <ID>  <TIME>\n";
        let named = without_account(&env, &named);
        ran.said(&[], 1, table, &named);
        without_path(&env, &["recover", "-q"]).said(&[], 1, "", &format!("{SANDBOX}{named}"));
        let status = |user: &str| {
            let pairs = env.pairs().into_iter();
            let mut of_user = pairs.filter(|pair| pair["ram_user"] == user);
            of_user.next().unwrap()["status"].clone()
        };
        assert_eq!(
            (status("alice"), status("bob")),
            ("Active".into(), "Inactive".into())
        );
        // The owner itself is refused, and nobody else.
        all_name(&env, &[&["rotate", "--ram-user", "alice"]], &good.path, why);
        let fleet = env.akm(&["rotate", "--all", "--finish"]);
        assert_eq!(fleet.code, 1, "{}", fleet.stderr);
        assert!(
            fleet
                .stderr
                .contains("error: RAM user `alice` was not rotated: ")
        );
        assert!(fleet.stdout.starts_with("bob\t"), "{}", fleet.stdout);
        good.put_back();
        assert_eq!(env.akm(&["recover"]).code, 0);
        assert_eq!(env.akm(&["verify", &alice]).code, 0);
    }
}

/// A journal whose first record has the next version.
fn newer(text: &str) -> String {
    let (first, _) = text.split_once('\n').unwrap();
    journal_line(&first[17..].replacen("\"version\":2", "\"version\":3", 1))
}

/// The account's folder is told apart from what is said of the account.
fn without_account(env: &Env, text: &str) -> String {
    text.replace(&format!("/{}/", env.account()), "/account/")
}

fn without_path(env: &Env, args: &[&str]) -> crate::support::env::Ran {
    let ran = env.akm(args);
    let stderr = without_account(env, &ran.stderr);
    crate::support::env::Ran { stderr, ..ran }
}

/// Who reads is told and served; who would change something for its owner is refused, and for another owner is not.
#[test]
fn the_file_of_a_suspect() {
    let env = Env::new().without_overlap();
    let (alice, bob) = (env.create("alice"), env.create("bob"));
    assert_eq!(env.akm(&["create", "--ram-user", "alice"]).code, 0);
    let file = env
        .journal_of("alice")
        .with_file_name(format!("suspect-{alice}.toml"));
    std::fs::write(&file, "?").unwrap();
    let good = Good::of(&file);
    good.put_back();
    let shown = without_account(&env, file.to_str().unwrap());
    let why = format!("warning: `{shown}` is damaged: line 1 is not what this akm writes");
    let why = why.replace(&alice, "<ID1>");
    let warned = format!("{why}; it is about a suspect, and is left as it is\n");
    let ids = [alice.as_str(), &bob];
    for (args, stdout) in [
        (&["show-id", "--ram-user", "bob"][..], "<ID2>\n"),
        (&["list", "--ram-user", "bob", "-o", "plain"], "<ID2>\n"),
        (&["verify", &bob], "acs:ram::<ACCOUNT>:user/bob\n"),
        (
            &["recover", "--list"],
            "WHAT  OWNER  ACCESSKEY ID  NOT BEFORE\n",
        ),
    ] {
        without_path(&env, args).said(&ids, 0, stdout, &warned);
    }
    let refused = why.replace("warning: ", "error: ");
    let refused = format!("{warned}{SANDBOX}{refused}\n{HINT}");
    let before = env.kept();
    for args in [
        &["create", "--ram-user", "alice"][..],
        &["rotate", "--ram-user", "alice"],
        &["rotate", "--ram-user", "alice", "--leaked", &alice],
        &["disable", &alice],
        &["delete", &alice, "--force", "-y"],
        &["recover", "--dismiss", &alice],
        &["recover"],
    ] {
        without_path(&env, args).said(&ids, 1, "", &refused);
    }
    assert!(env.kept() == before);
    without_path(&env, &["disable", &bob, "--force", "-q"]).said(
        &ids,
        0,
        "",
        &format!("{warned}{SANDBOX}"),
    );
    // Of a pair that nobody knows of, any owner may be the one.
    std::fs::rename(&file, file.with_file_name("suspect-LTAI1.toml")).unwrap();
    let ran = env.refused(&["create", "--ram-user", "bob"], 1);
    assert!(
        ran.stderr.contains("suspect-LTAI1.toml` is damaged"),
        "{}",
        ran.stderr
    );
}

/// A pair that is being restored is its owner's matter alone, as far as its owner is known.
#[test]
fn the_file_of_a_restore() {
    let env = Env::new().without_overlap();
    let (alice, bob) = (env.create("alice"), env.create("bob"));
    assert_eq!(env.akm(&["delete", &alice, "--force", "-y"]).code, 0);
    let folder = env.journal_of("alice").parent().unwrap().to_owned();
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("restoring-{alice}.toml"));
    std::fs::write(&file, "?").unwrap();
    Good::of(&file).put_back();
    assert_eq!(env.akm(&["disable", &bob, "--force"]).code, 0);
    let commands: [&[&str]; 4] = [
        &["create", "--ram-user", "alice"],
        &["restore", &alice],
        &["recover"],
        &["rotate", "--ram-user", "alice"],
    ];
    all_name(
        &env,
        &commands,
        &file,
        "is damaged: line 1 is not what this akm writes",
    );
    let listed = env.akm(&["recover", "--list", "--json"]);
    assert_eq!(
        (listed.code, listed.stdout.as_str()),
        (1, "{\"open\":[]}\n")
    );
    assert_eq!(listed.error()["exit"], 1);
}

#[test]
fn a_torn_last_record_of_the_journal_counts_as_not_written() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = env.akm(&["rotate", "--ram-user", "alice"]).stdout;
    let journal = env.journal_of("alice");
    let folder = journal.parent().unwrap();
    let good = Good::of(&journal);
    let written = good.text.trim_end().len();
    let room = good.text.len() - written + 10;
    let torn = format!("{}{}", &good.text[..written - 10], "\n".repeat(room));
    good.write(&torn);
    let ran = env.akm(&["rotate", "--ram-user", "alice"]);
    assert_eq!((ran.code, &ran.stdout), (0, &new), "{}", ran.stderr);
    assert!(ran.stderr.contains(&format!("Old: {old} (disabled;")));
    let aside = std::fs::read_dir(folder).unwrap().flatten();
    assert_eq!(
        aside
            .filter(|file| file
                .file_name()
                .to_string_lossy()
                .starts_with("torn-user-alice-"))
            .count(),
        1
    );
}

#[test]
fn the_configuration() {
    let env = Env::new();
    env.create("alice");
    let good = Good::of(&env.home().join("config.toml"));
    let commands: [&[&str]; 6] = [
        &["create", "--ram-user", "alice"],
        &["rotate", "--ram-user", "alice"],
        &["export", "--all", "--csv", "-"],
        &["verify", "--self"],
        &["store", "status"],
        &["sandbox", "reset", "--yes"],
    ];
    for (damage, why) in good.damages() {
        // An empty configuration has no version, and is none of akm's.
        good.write(&damage);
        all_name(&env, &commands, &good.path, why);
        good.put_back();
    }
    untrusted(&env, &commands, &good);
}

#[test]
fn the_sandbox() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let account = Good::of(&env.home().join("sandbox/account.toml"));
    for (damage, why) in account.damages() {
        account.write(&damage);
        all_name(&env, &OF_ALICE, &account.path, why);
        account.put_back();
    }
    untrusted(&env, &OF_ALICE, &account);
    let user = Good::of(&env.cloud_of("alice"));
    let commands: [&[&str]; 6] = [
        &["list", "--ram-user", "alice", "--refresh"],
        &["create", "--ram-user", "alice"],
        &["rotate", "--ram-user", "alice"],
        &["verify", "--ram-user", "alice"],
        &["user", "show", "alice"],
        &["user", "list"],
    ];
    for (damage, why) in user.damages() {
        user.write(&damage);
        all_name(&env, &commands, &user.path, why);
        user.put_back();
    }
    untrusted(&env, &commands, &user);
}

#[test]
fn a_damaged_file_under_json() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let path = env.record_of("alice");
    std::fs::write(&path, "version = 7\nx = 1\n").unwrap();
    let ran = env.akm(&["list", "--json"]);
    assert_eq!(ran.code, 1);
    assert_eq!(ran.stdout, "{\"access_keys\":[],\"refreshed_at\":null}\n");
    let error = ran.error();
    assert_eq!(
        (error["code"].as_str(), error["exit"].as_u64()),
        (Some("failed"), Some(1))
    );
    assert_eq!(
        error["message"],
        format!("`{}` was written by a newer akm", path.display())
    );
    assert_eq!(error["hint"], "the file is left as it is: update akm");
}
