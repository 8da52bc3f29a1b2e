//! Whose files, which modes, what room: under any umask, as another user, on folders and disks that refuse.

use crate::support::env::{Env, Ran, have};
use crate::support::truth;
use std::os::unix::fs::{PermissionsExt, chown, lchown, symlink};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

const NOBODY: u32 = 65534;

/// Whether the test may become another user; root alone may, and says so where it is not.
fn root() -> bool {
    let is = rustix::process::geteuid().is_root();
    if !is {
        say("skipped: only root becomes another user");
    }
    is
}

fn say(text: &str) {
    let name = std::thread::current().name().unwrap_or("?").to_owned();
    let _ = std::io::Write::write_all(
        &mut std::io::stderr(),
        format!("{text}: {name}\n").as_bytes(),
    );
}

/// A home whose folder `nobody` has.
fn nobodys() -> Env {
    let env = Env::light();
    chown(env.path(""), Some(NOBODY), Some(NOBODY)).unwrap();
    env
}

fn as_nobody(env: &Env, args: &[&str]) -> Ran {
    let mut command = env.command(args);
    command.uid(NOBODY).gid(NOBODY);
    Ran::from(command.output().unwrap())
}

/// Gives all below the path to a user.
fn give(path: &Path, user: u32) {
    lchown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        for entry in std::fs::read_dir(path).unwrap() {
            give(&entry.unwrap().path(), user);
        }
    }
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

fn under_umask(env: &Env, umask: &str, user: Option<u32>, args: &[&str]) -> Ran {
    let mut shell = Command::new("sh");
    let script = format!("umask {umask}; exec \"$@\"");
    shell
        .args(["-c", &script, "sh", env!("CARGO_BIN_EXE_akm")])
        .args(args);
    env.dress(&mut shell);
    if let Some(user) = user {
        shell.uid(user).gid(user);
    }
    Ran::from(shell.output().unwrap())
}

#[test]
fn every_umask_comes_to_the_same_modes() {
    let users = if root() {
        vec![None, Some(NOBODY)]
    } else {
        vec![None]
    };
    for umask in ["000", "022", "077", "777"] {
        for user in &users {
            let (env, point) = (
                if user.is_some() {
                    nobodys()
                } else {
                    Env::light()
                },
                format!("{umask} {user:?}"),
            );
            let run = |args: &[&str]| {
                let ran = under_umask(&env, umask, *user, args);
                assert_eq!(ran.code, 0, "{point}: {args:?}: {}", ran.stderr);
            };
            run(&["create", "--ram-user", "alice", "--csv", "new.csv"]);
            run(&["rotate", "--ram-user", "alice", "--overlap", "0s"]);
            run(&["create", "--ram-user", "bob"]);
            run(&["export", "--all", "--csv", "all.csv"]);
            run(&["export", "--all", "--csv", "all.csv", "--force"]);
            for csv in ["new.csv", "all.csv"] {
                truth::private(&env.path(csv), &point);
            }
            if user.is_some() {
                give(&env.path(""), 0);
            }
            truth::check(&env, &point).settled(3, &point);
        }
    }
}

/// Every folder below the home, itself first.
fn folders(path: &Path) -> Vec<PathBuf> {
    let mut all = vec![path.to_owned()];
    let below = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    all.extend(
        below
            .filter(|path| path.is_dir())
            .flat_map(|path| folders(&path)),
    );
    all
}

#[test]
fn a_folder_that_refuses_costs_no_pair() {
    if !root() {
        return;
    }
    let env = nobodys();
    assert_eq!(as_nobody(&env, &["create", "--ram-user", "alice"]).code, 0);
    for args in [
        &["create", "--ram-user", "alice"][..],
        &["rotate", "--ram-user", "alice", "--overlap", "0s"],
    ] {
        for folder in folders(&env.home()) {
            let copy = truth::copied(&env);
            give(&copy.path(""), NOBODY);
            let folder = folder.strip_prefix(env.home()).unwrap();
            let point = format!("{args:?} {}", folder.display());
            mode(&copy.home().join(folder), 0o500);
            let ran = as_nobody(&copy, args);
            mode(&copy.home().join(folder), 0o700);
            // The home itself, and the folders that hold folders alone, are not written in any more.
            let made = truth::live(&copy).len() - 1;
            assert_eq!(made, usize::from(ran.code == 0), "{point}: {ran:?}");
            assert!(!ran.stderr.contains("defect"), "{point}: {ran:?}");
            give(&copy.path(""), 0);
            assert_eq!(copy.akm(&["recover"]).code, 0, "{point}");
            truth::check(&copy, &point).settled(1 + made, &point);
        }
    }
}

#[test]
fn a_home_where_nothing_may_be_made() {
    if !root() {
        return;
    }
    let env = nobodys();
    mode(&env.path(""), 0o555);
    let ran = as_nobody(&env, &["create", "--ram-user", "alice"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert!(
        ran.stderr.ends_with(
            "cannot be created: Permission denied (os error 13)\n\
             hint: set `AKM_HOME` to a folder of yours on a local disk\n"
        ),
        "{}",
        ran.stderr
    );
    assert!(!env.home().exists());
}

#[test]
fn somebody_elses_home_is_refused() {
    if !root() {
        return;
    }
    let env = nobodys();
    std::fs::create_dir(env.home()).unwrap();
    chown(env.home(), Some(NOBODY), Some(NOBODY)).unwrap();
    let refused = |env: &Env| {
        for args in [
            &["create", "--ram-user", "alice"][..],
            &["list"],
            &["recover"],
            &["export", "--all", "--csv", "-"],
        ] {
            let ran = env.akm(args);
            assert_eq!(
                (ran.code, ran.stdout.as_str()),
                (1, ""),
                "{args:?}: {}",
                ran.stderr
            );
            assert!(
                ran.stderr.contains("belongs to another user"),
                "{}",
                ran.stderr
            );
        }
    };
    refused(&env);
    assert!(env.files().is_empty());
    assert_eq!(as_nobody(&env, &["create", "--ram-user", "alice"]).code, 0);
    let before = env.files();
    refused(&env);
    assert!(before == env.files());
    give(&env.home(), 0);
    mode(&env.home(), 0o777);
    let ran = env.akm(&["create", "--ram-user", "alice"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""), "{}", ran.stderr);
    assert!(ran.stderr.contains("others may write"), "{}", ran.stderr);
}

/// Symlinks where akm writes: none is written through, and what they point to stays as it was.
#[test]
fn symlinks_are_not_followed() {
    let env = Env::light();
    env.create("alice");
    let inside = |folder: &str| {
        folders(&env.home().join(folder))
            .pop()
            .unwrap()
            .strip_prefix(env.home())
            .unwrap()
            .to_owned()
    };
    let (accounts, journal) = (inside("accounts"), inside("journal"));
    let locks = inside("locks");
    let unfinished = [
        accounts.join(".user-alice.toml.tmp"),
        journal.join(".user-alice.journal.tmp"),
        PathBuf::from("sandbox/users/.alice.toml.tmp"),
    ];
    let targets = [
        accounts.join("user-bob.toml"),
        journal.join("user-bob.journal"),
        journal.join("suspect-LTAI5tSANDBOX.toml"),
        locks.join("user-bob.lock"),
        PathBuf::from("sandbox/users/bob.toml"),
    ];
    for (dangling, planted) in [false, true].into_iter().flat_map(|dangling| {
        unfinished
            .iter()
            .chain(&targets)
            .map(move |path| (dangling, path))
    }) {
        let (copy, point) = (truth::copied(&env), planted.display().to_string());
        let victim = copy.path("victim");
        if !dangling {
            std::fs::write(&victim, "as it was").unwrap();
            mode(&victim, 0o600);
        }
        let link = copy.home().join(planted);
        symlink(&victim, &link).unwrap();
        let passed = unfinished.contains(planted);
        let user = if passed { "alice" } else { "bob" };
        let ran = copy.akm(&["create", "--ram-user", user]);
        assert!(
            if passed {
                ran.code == 0
            } else {
                [1, 7].contains(&ran.code)
            },
            "{point}: {ran:?}"
        );
        let now = std::fs::read_to_string(&victim).ok();
        assert_eq!(
            now.as_deref(),
            (!dangling).then_some("as it was"),
            "{point}"
        );
        let _ =
            std::fs::remove_file(&link).or_else(|error| if passed { Ok(()) } else { Err(error) });
        assert_eq!(copy.akm(&["recover"]).code, 0, "{point}");
        truth::check(&copy, &point).settled(if passed { 2 } else { 1 }, &point);
    }
}

#[test]
fn a_csv_is_not_written_through_a_symlink() {
    let env = Env::light();
    let id = env.create("alice");
    let victim = env.path("victim");
    symlink(&victim, env.path("link.csv")).unwrap();
    let ran = env.akm(&["create", "--ram-user", "alice", "--csv", "link.csv"]);
    assert_eq!(
        (ran.code, truth::live(&env).len()),
        (4, 1),
        "{}",
        ran.stderr
    );
    let ran = env.akm(&["export", &id, "--csv", "link.csv", "--force"]);
    assert_eq!((ran.code, victim.exists()), (0, false), "{}", ran.stderr);
    truth::private(&env.path("link.csv"), "replaced");
}

/// A small file system of its own, unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    fn new(at: PathBuf, kib: u32) -> Option<Self> {
        if !root() || !have("mount") {
            return None;
        }
        std::fs::create_dir(&at).unwrap();
        let size = format!("size={kib}k,mode=700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "akm-test"])
            .arg(&at)
            .output()
            .unwrap();
        if mounted.status.success() {
            return Some(Self(at));
        }
        say("skipped: nothing may be mounted here");
        None
    }

    /// Takes all room but so much.
    fn leave(&self, kib: usize) {
        let _ = std::fs::remove_file(self.0.join("filler"));
        let mut filler = std::fs::File::create(self.0.join("filler")).unwrap();
        while std::io::Write::write_all(&mut filler, &[b'.'; 4096]).is_ok() {}
        let full = filler.metadata().unwrap().len();
        filler
            .set_len(full.saturating_sub(kib as u64 * 1024))
            .unwrap();
        mode(&self.0.join("filler"), 0o600);
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }

    fn remount(&self, how: &str) {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,{how}")])
            .arg(&self.0)
            .status()
            .unwrap();
        assert!(done.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a child that another test just started may have a file of it open for a moment.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

#[test]
fn a_disk_that_fills_up_anywhere_loses_nothing() {
    let env = Env::light();
    let Some(disk) = Disk::new(env.home(), 400) else {
        return;
    };
    env.create("alice");
    let (mut made, mut refused) = (0, 0);
    for kib in (0..=64).step_by(4) {
        disk.leave(kib);
        let old = truth::live(&env).remove(0).id;
        let args = [
            "rotate",
            "--ram-user",
            "alice",
            "--overlap",
            "0s",
            "--delete-old",
        ];
        let ran = env.akm(&args);
        disk.free();
        let point = format!("{kib} KiB: {ran:?}");
        truth::one_works(&env, &point);
        assert!(!ran.stderr.contains("defect"), "{point}");
        assert_eq!(env.akm(&["recover"]).code, 0, "{point}");
        truth::check(&env, &point).settled(1, &point);
        if ran.code == 0 {
            made += 1;
            assert_eq!(truth::live(&env)[0].id, ran.stdout.trim(), "{point}");
            assert_eq!(
                env.akm(&["delete", &old, "--purge", "-y"]).code,
                0,
                "{point}"
            );
        } else {
            refused += 1;
        }
    }
    assert!(made > 0 && refused > 0, "{made} made, {refused} refused");
}

#[test]
fn a_disk_that_is_read_only_is_read() {
    let env = Env::light();
    let Some(disk) = Disk::new(env.home(), 400) else {
        return;
    };
    let id = env.create("alice");
    disk.remount("ro");
    for args in [
        &["create", "--ram-user", "alice"][..],
        &["rotate", "--ram-user", "alice"],
        &["delete", &id, "--force", "-y"],
    ] {
        let ran = env.akm(args);
        assert!(ran.code != 0 && !ran.stderr.contains("defect"), "{ran:?}");
    }
    assert_eq!(
        env.akm(&["show-id", "--ram-user", "alice"]).stdout.trim(),
        id
    );
    assert_eq!(
        env.akm(&["list", "--json"]).json()["access_keys"][0]["access_key_id"],
        *id
    );
    disk.remount("rw");
    truth::check(&env, "read-only").settled(1, "read-only");
}

#[test]
fn a_csv_on_a_full_disk_is_refused_before_the_pair_is_made() {
    let env = Env::light();
    let Some(disk) = Disk::new(env.path("full"), 200) else {
        return;
    };
    env.create("alice");
    disk.leave(32);
    let ran = env.akm(&["create", "--ram-user", "alice", "--csv", "full/new.csv"]);
    ran.said(
        &[],
        1,
        "",
        "error: `full/new.csv` cannot be written: No space left on device (os error 28)\n",
    );
    assert_eq!(std::fs::read_dir(env.path("full")).unwrap().count(), 1);
    truth::check(&env, "refused").settled(1, "refused");
}
