//! Files of akm's that are damaged, newer, not its own or not private: named, and left as they are.

use crate::env::Env;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Commands that need the owner's record.
const OF_ALICE: [&[&str]; 7] = [
    &["list"],
    &["list", "--refresh"],
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

    fn damages(&self) -> [(String, &'static str); 5] {
        let cut = self.text.len() * 2 / 3;
        [
            (self.text[..cut].to_owned(), "damaged"),
            (String::new(), "damaged"),
            (format!("favourite = \"tea\"\n{}", self.text), "damaged"),
            (format!("{}\0\u{1}", self.text), "damaged"),
            (self.text.replacen("version = 1", "version = 2", 1), "newer"),
        ]
    }
}

/// Each command fails with exit 1, names the file and says what is the matter with it.
#[track_caller]
fn all_name(env: &Env, commands: &[&[&str]], path: &Path, why: &str) {
    for command in commands {
        let ran = env.refused(command, 1);
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
    let env = Env::new();
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
    let env = Env::new();
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
    let env = Env::new();
    env.create("alice");
    std::fs::write(env.record_of("alice"), "?").unwrap();
    let id = env.create("bob");
    env.akm(&["show-id", "--ram-user", "bob"])
        .said(&[&id], 0, "<ID1>\n", "");
}

#[test]
fn a_rotation_does_not_go_on_over_a_damaged_record() {
    let env = Env::new();
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
        ran.stderr.contains(&format!("`{old}` is Inactive")),
        "{}",
        ran.stderr
    );
}

#[test]
fn the_journal() {
    let env = Env::new();
    env.create("alice");
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 0);
    let path = env.journal_of("alice");
    let good = Good::of(&path);
    let commands: [&[&str]; 5] = [
        &["rotate", "--ram-user", "alice"],
        &["create", "--ram-user", "alice"],
        &["recover"],
        &["recover", "--list"],
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

#[test]
fn a_torn_last_record_of_the_journal_counts_as_not_written() {
    let env = Env::new();
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
    assert!(ran.stderr.contains(&format!("`{old}` is Inactive")));
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
    let env = Env::new();
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
    let env = Env::new();
    env.create("alice");
    let path = env.record_of("alice");
    std::fs::write(&path, "version = 7\nx = 1\n").unwrap();
    let error = env.refused(&["list", "--json"], 1).error();
    assert_eq!(
        (error["code"].as_str(), error["exit"].as_u64()),
        (Some("failed"), Some(1))
    );
    assert_eq!(
        error["message"],
        format!("`{}` was written by a newer akm", path.display())
    );
    assert_eq!(error["hint"], "update akm; nothing was changed");
}
