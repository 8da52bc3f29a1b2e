//! akm killed before every system call that changes something, then recovered: nothing is lost, nothing is claimed in vain.

use crate::support::env::{Env, have};
use crate::support::kill_points::{CHANGING, HARMLESS, among};
use crate::support::strace::count;
use crate::support::strace::{self, Call};
use crate::support::truth::{self, State};

/// Where to kill a run: before each call that changes something and is not refused.
fn points(env: &Env, args: &[&str]) -> Vec<Call> {
    let calls = strace::calls(&truth::copied(env), args, 0);
    for call in &calls {
        let known = among(CHANGING, call) || among(HARMLESS, call);
        assert!(known, "is `{}` harmless?", call.name);
    }
    let changes = |call: &Call| {
        among(CHANGING, call)
            && !call.line.contains(" = -1 ")
            && (call.name != "openat"
                || call.line.contains("O_CREAT")
                || call.line.contains("O_TMPFILE"))
    };
    let points: Vec<Call> = calls.into_iter().filter(changes).collect();
    assert!(points.iter().all(|call| call.first_thread), "{points:?}");
    points
}

/// Kills the command at every point, each in a fresh copy, and hands over what is left.
fn each(env: &Env, args: &[&str], at_least: usize, look: impl Fn(&Env, &str)) {
    let points = points(env, args);
    assert!(points.len() >= at_least, "only {} points", points.len());
    count("killed", points.len(), args);
    for call in &points {
        let copy = truth::copied(env);
        strace::killed(&copy, call, args);
        look(&copy, &format!("`akm {}` killed at {call}", args.join(" ")));
    }
}

/// `recover`, the invariants, and no create left open.
fn recovered(env: &Env, point: &str) -> State {
    let ran = env.akm(&["recover"]);
    assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    let state = truth::check(env, point);
    state.agreed(point);
    let waits = |what: &String| truth::RESTING.contains(&what.as_str());
    assert!(state.open.iter().all(waits), "{point}: {state:?}");
    state
}

/// Resolves suspects as a person would who knows that nobody else was at work.
fn resolved(env: &Env, state: &State, point: &str) {
    for id in &state.suspects {
        let ran = env.akm(&["delete", id, "--force", "-y"]);
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    }
}

fn has_journal(env: &Env) -> bool {
    env.files()
        .iter()
        .any(|(path, _)| path.extension().is_some_and(|ending| ending == "journal"))
}

/// A killed `create`, where `before` pairs were: recovered, and the same command again; and that command without `recover`.
fn a_create(env: &Env, before: usize, args: &[&str], point: &str) {
    let copy = has_journal(env).then(|| truth::copied(env));
    let state = recovered(env, point);
    assert!(state.live.len() - before <= 1, "{point}: {state:?}");
    resolved(env, &state, point);
    let made = truth::live(env).len();
    again(env, made, args, point);
    let Some(copy) = copy else { return };
    let ran = copy.akm(args);
    let state = truth::check(&copy, point);
    if state.suspects.is_empty() {
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
        assert!(
            state
                .rows
                .iter()
                .any(|row| row["access_key_id"] == *ran.stdout.trim()),
            "{point}"
        );
        state.settled(before + 1, point);
    } else {
        assert!(
            ran.stderr.contains(&state.suspects[0]),
            "{point}: {}",
            ran.stderr
        );
    }
}

/// The same command: it makes one more pair, or is refused for the two that are there.
fn again(env: &Env, pairs: usize, args: &[&str], point: &str) {
    let ran = env.akm(args);
    let (code, pairs) = if pairs < 2 { (0, pairs + 1) } else { (4, 2) };
    assert_eq!(ran.code, code, "{point}: {}", ran.stderr);
    truth::check(env, point).settled(pairs, point);
}

#[test]
fn a_first_create() {
    if !have("strace") {
        return;
    }
    let args = ["create", "--ram-user", "alice"];
    each(&Env::light().without_overlap(), &args, 60, |env, point| {
        a_create(env, 0, &args, point);
    });
}

#[test]
fn a_second_create() {
    if !have("strace") {
        return;
    }
    let (env, args) = (
        Env::light().without_overlap(),
        ["create", "--ram-user", "alice", "--json"],
    );
    env.create("alice");
    let plain = ["create", "--ram-user", "alice"];
    each(&env, &args, 30, |env, point| {
        a_create(env, 1, &plain, point);
    });
}

#[test]
fn a_create_with_a_csv() {
    if !have("strace") {
        return;
    }
    let (env, args) = (
        Env::light().without_overlap(),
        ["create", "--ram-user", "alice", "--csv", "new.csv"],
    );
    env.create("bob");
    each(&env, &args, 30, |env, point| {
        repeated(env, &args, point);
        let state = recovered(env, point);
        let beside: Vec<_> = std::fs::read_dir(env.path(""))
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert!(
            beside
                .iter()
                .all(|name| name == "home" || name == "new.csv"),
            "{point}: {beside:?}"
        );
        if let Ok(csv) = std::fs::read_to_string(env.path("new.csv")) {
            let id = &state
                .rows
                .iter()
                .find(|row| row["ram_user"] == "alice")
                .unwrap()["access_key_id"];
            let export = truth::copied(env).akm(&["export", id.as_str().unwrap(), "--csv", "-"]);
            assert_eq!(csv, export.stdout, "{point}");
            truth::private(&env.path("new.csv"), point);
            std::fs::remove_file(env.path("new.csv")).unwrap();
        }
        resolved(env, &state, point);
        let made = truth::live(env).len() - 1;
        let ran = env.akm(&args);
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
        truth::check(env, point).settled(made + 2, point);
        assert!(
            std::fs::read_to_string(env.path("new.csv"))
                .unwrap()
                .contains(ran.stdout.trim())
        );
    });
}

/// The same command without `recover`: as long as the CSV is owed, it writes that of the pair that was made, and makes no other.
fn repeated(env: &Env, args: &[&str], point: &str) {
    if env.path("new.csv").exists() {
        return;
    }
    let copy = truth::copied(env);
    let ran = copy.akm(args);
    let state = truth::check(&copy, point);
    if state.suspects.is_empty() {
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
        state.settled(2, point);
        let csv = std::fs::read_to_string(copy.path("new.csv")).unwrap();
        assert!(csv.contains(ran.stdout.trim()), "{point}");
        assert_eq!(state.open, [""; 0], "{point}");
    }
}

/// A killed rotation: a pair that works stays at every moment; recovered and done again, one works and what is left of the old
/// one is as was asked.
fn a_rotation(args: &[&str], at_least: usize, left: usize) {
    let env = Env::light().without_overlap();
    env.create("alice");
    each(&env, args, at_least, |env, point| {
        truth::one_works(env, point);
        let copy = has_journal(env).then(|| truth::copied(env));
        let state = recovered(env, point);
        truth::one_works(env, point);
        resolved(env, &state, point);
        rotated(env, args, left, point);
        let Some(copy) = copy else { return };
        let begun = begun(&copy);
        let ran = copy.akm(args);
        truth::one_works(&copy, point);
        if let Some(id) = begun {
            assert_eq!(ran.stdout.trim(), id, "{point}: rotated twice");
        }
        let state = truth::check(&copy, point);
        if state.suspects.is_empty() {
            assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
            state.settled(left, point);
        } else {
            assert!(
                ran.stderr.contains(&state.suspects[0]),
                "{point}: {}",
                ran.stderr
            );
        }
    });
}

fn rotated(env: &Env, args: &[&str], left: usize, point: &str) {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    truth::one_works(env, point);
    let state = truth::check(env, point);
    state.settled(left, point);
    let active: Vec<_> = state.live.iter().filter(|pair| pair.active).collect();
    assert_eq!(active.len(), 1, "{point}");
    assert_eq!(active[0].id, ran.stdout.trim(), "{point}");
}

/// The pair that the home's journal has got, if any.
fn begun(env: &Env) -> Option<String> {
    let files = env.files().into_iter();
    let mut journals =
        files.filter(|(path, _)| path.extension().is_some_and(|ending| ending == "journal"));
    let text = String::from_utf8(journals.next()?.1).unwrap();
    let made = text.split_once("{\"created\":{\"access_key_id\":\"")?.1;
    Some(made.split_once('"')?.0.to_owned())
}

#[test]
fn a_rotation_that_disables() {
    if have("strace") {
        a_rotation(&["rotate", "--ram-user", "alice", "--overlap", "0s"], 40, 2);
    }
}

#[test]
fn a_rotation_that_deletes() {
    if have("strace") {
        a_rotation(
            &[
                "rotate",
                "--ram-user",
                "alice",
                "--overlap",
                "0s",
                "--delete-old",
            ],
            40,
            1,
        );
    }
}

/// A killed replacement: another pair works throughout; the same command ends it, and does not rotate twice.
#[test]
fn a_replacement() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    assert_eq!(env.akm(&["disable", &one]).code, 0);
    let args = ["rotate", "--ram-user", "alice", "--replace", &one];
    each(&env, &args, 50, |env, point| {
        truth::one_works(env, point);
        // Like any deletion by a typed id, this one is in no journal: the same command finds it done.
        assert_eq!(env.akm(&["recover"]).code, 0, "{point}");
        let state = truth::check(env, point);
        resolved(env, &state, point);
        assert!(state.live.iter().any(|pair| pair.id == two), "{point}");
        rotated(env, &args, 2, point);
        assert!(truth::rests(env, &one), "{point}: the secret is lost");
    });
}

/// A leaked pair, killed while it is replaced by a new one, or by the other. Once it is disabled, the way goes forward.
fn a_leak(pairs: usize, at_least: usize) {
    let env = Env::light().without_overlap();
    let ids: Vec<String> = (0..pairs).map(|_| env.create("alice")).collect();
    let id = ids[0].as_str();
    let args = ["rotate", "--ram-user", "alice", "--leaked", id];
    each(&env, &args, at_least, |env, point| {
        goes_forward(env, id, point);
        let ran = env.akm(&args);
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
        truth::one_works(env, point);
        let state = truth::check(env, point);
        state.settled(1, point);
        assert_eq!(state.live[0].id, ran.stdout.trim(), "{point}");
        assert!(!truth::rests(env, id), "{point}: its secret is held");
    });
}

/// `recover`, after which one works or the leak is not yet known; a suspect is said, and resolved.
#[track_caller]
fn goes_forward(env: &Env, leaked: &str, point: &str) {
    let ran = env.akm(&["recover"]);
    let state = truth::check(env, point);
    state.agreed(point);
    assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
    assert_eq!(state.open, [""; 0], "{point}");
    let is_out = |pair: &truth::Live| pair.id != leaked || !pair.active;
    if !state.suspects.is_empty() {
        assert!(state.live.iter().all(is_out), "{point}: {state:?}");
        resolved(env, &state, point);
    }
    truth::one_works(env, point);
}

#[test]
fn a_leak_of_the_only_pair() {
    if have("strace") {
        a_leak(1, 50);
    }
}

#[test]
fn a_leak_beside_another_pair() {
    if have("strace") {
        a_leak(2, 30);
    }
}

/// The home after a way back: the old pair in use, the new one Inactive and held, nothing unfinished but its grace.
#[track_caller]
fn back_at(env: &Env, old: &str, point: &str) {
    let state = truth::check(env, point);
    state.agreed(point);
    let rests = |what: &String| what == "rollback (grace)";
    assert!(state.open.iter().all(rests), "{point}: {state:?}");
    let active: Vec<_> = state.live.iter().filter(|pair| pair.active).collect();
    assert_eq!(active.len(), 1, "{point}: {state:?}");
    assert_eq!(active[0].id, old, "{point}");
}

/// A rollback killed goes on as one, by `recover` and by the same command.
#[test]
fn a_rollback() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let old = env.create("alice");
    let rotate = ["rotate", "--ram-user", "alice", "--overlap", "0s"];
    assert_eq!(env.akm(&rotate).code, 0);
    let args = ["rotate", "--ram-user", "alice", "--rollback"];
    each(&env, &args, 15, |env, point| {
        truth::one_works(env, point);
        let begun = begun_back(env);
        let copy = truth::copied(env);
        assert_eq!(copy.akm(&["recover"]).code, 0, "{point}");
        truth::one_works(&copy, point);
        if begun {
            back_at(&copy, &old, point);
        }
        let open = has_journal(env);
        let ran = env.akm(&args);
        assert_eq!(
            ran.code,
            if open { 0 } else { 4 },
            "{point}: {}",
            ran.stderr
        );
        back_at(env, &old, point);
        truth::check(env, point).settled(2, point);
    });
}

/// Whether the way back is recorded.
fn begun_back(env: &Env) -> bool {
    let files = env.files();
    files.iter().any(|(path, text)| {
        path.extension().is_some_and(|ending| ending == "journal")
            && String::from_utf8_lossy(text).contains("rolled-back")
    })
}

/// A rotation killed anywhere is rolled back as it stands.
#[test]
fn a_rotation_that_is_rolled_back_where_it_was_killed() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let old = env.create("alice");
    let args = ["rotate", "--ram-user", "alice", "--overlap", "0s"];
    let back = ["rotate", "--ram-user", "alice", "--rollback"];
    each(&env, &args, 40, |env, point| {
        let (got, requested) = (begun(env), has_journal(env));
        let ran = env.akm(&back);
        let code = match (&got, requested) {
            (Some(_), _) => 0,
            (None, true) => 7,
            (None, false) => 4,
        };
        assert_eq!(ran.code, code, "{point}: {}", ran.stderr);
        let state = recovered(env, point);
        resolved(env, &state, point);
        back_at(env, &old, point);
        if let Some(new) = got {
            assert!(truth::rests(env, &new), "{point}: {new} is lost");
        }
    });
}

/// A killed deletion: the pair is there with its secret, or gone; the same command ends it.
fn a_deletion(extra: &[&str]) {
    let env = Env::light().without_overlap();
    let (id, stays) = (env.create("alice"), env.create("alice"));
    let args = [&["delete", &id, "--force", "-y"], extra].concat();
    each(&env, &args, 15, |env, point| {
        let ran = env.akm(&["recover"]);
        assert_eq!(ran.code, 0, "{point}: {}", ran.stderr);
        let state = truth::check(env, point);
        let shown = state.rows.iter().any(|row| row["access_key_id"] == *id);
        // What is deleted and written down is not found again; to be purged, it is as long as it is known.
        let done = !shown && (extra.is_empty() || !truth::known(env, &id));
        let ran = env.akm(&args);
        let code = if done { 3 } else { 0 };
        assert_eq!(ran.code, code, "{point}: {}", ran.stderr);
        let state = truth::check(env, point);
        assert_eq!(state.settled(1, point).live[0].id, stays);
        assert_eq!(truth::rests(env, &id), extra.is_empty(), "{point}");
    });
}

#[test]
fn a_deletion_into_the_recycle_bin() {
    if have("strace") {
        a_deletion(&[]);
    }
}

#[test]
fn a_deletion_for_good() {
    if have("strace") {
        a_deletion(&["--purge"]);
    }
}

/// Kills `args` before the call after the `nth` named one; the home that this leaves.
fn killed_after(env: &Env, args: &[&str], found: impl Fn(&Call) -> bool) -> Env {
    let points = points(env, args);
    let at = points.iter().position(found).unwrap();
    let copy = truth::copied(env);
    strace::killed(&copy, &points[at + 1], args);
    copy
}

/// A suspect's deletion, cut short, ends with the same command too.
#[test]
fn a_deletion_of_a_suspect() {
    if !have("strace") {
        return;
    }
    let (env, create) = (
        Env::light().without_overlap(),
        ["create", "--ram-user", "alice"],
    );
    env.create("alice");
    let broken = killed_after(&env, &create, makes_the_pair);
    let state = recovered(&broken, "prepared");
    let args = ["delete", &state.suspects[0], "--force", "-y"];
    each(&broken, &args, 8, |env, point| {
        let state = truth::check(env, point);
        let shown = state.rows.iter().any(|row| row["access_key_id"] == args[1]);
        let done = !shown && state.suspects.is_empty();
        let ran = env.akm(&args);
        assert_eq!(
            ran.code,
            if done { 3 } else { 0 },
            "{point}: {}",
            ran.stderr
        );
        truth::check(env, point).settled(1, point);
        assert!(truth::check(env, point).suspects.is_empty(), "{point}");
    });
}

/// Enabling what a rotation has disabled ends that rotation: cut short, it does not let a recovery take the pair away again.
#[test]
fn an_enabling_that_ends_a_rotation() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let old = env.create("alice");
    let rotate = ["rotate", "--ram-user", "alice", "--overlap", "0s"];
    assert_eq!(env.akm(&rotate).code, 0);
    let args = ["enable", &old];
    let active = |env: &Env| truth::live(env).iter().filter(|pair| pair.active).count();
    each(&env, &args, 8, |env, point| {
        let before = active(env);
        assert_eq!(env.akm(&["recover"]).code, 0, "{point}");
        assert_eq!(active(env), before, "{point}");
        assert_eq!(env.akm(&args).code, 0, "{point}");
        let state = truth::check(env, point);
        state.settled(2, point);
        assert_eq!((active(env), state.open.len()), (2, 0), "{point}");
    });
}

/// A killed restoring: the pair is deleted or Inactive, never left Active; the same command ends it.
#[test]
fn a_restoring() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let (id, _) = (env.create("alice"), env.create("alice"));
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    let args = ["restore", &id];
    let there = |env: &Env| truth::live(env).into_iter().find(|pair| pair.id == id);
    each(&env, &args, 10, |env, point| {
        // The same command, an order that names the pair, and a command for its owner see to it as `recover` does.
        let copies = [(); 3].map(|()| truth::copied(env));
        let open = truth::known(env, "asked_at");
        let restored = truth::known(env, "\"restored\"");
        let back = there(env).is_some();
        recovered(env, point);
        let code = if there(env).is_some() { 4 } else { 0 };
        assert!(there(env).is_none_or(|pair| !pair.active), "{point}");
        assert_eq!(env.akm(&args).code, code, "{point}");
        truth::check(env, point).settled(2, point);
        let [again, other, owner] = copies;
        let code = again.akm(&args).code;
        let done = if restored { code } else { 0 };
        let expected = if open || !back { done } else { 4 };
        assert!(code == expected && [0, 4].contains(&code), "{point}");
        truth::check(&again, point).settled(2, point);
        assert!(there(&again).is_some_and(|pair| !pair.active), "{point}");
        let ran = other.akm(&["enable", &id]);
        assert_eq!(
            ran.code,
            if back { 0 } else { 3 },
            "{point}: {}",
            ran.stderr
        );
        let ran = owner.akm(&["rotate", "--ram-user", "alice"]);
        let finished = ran
            .stderr
            .contains("an earlier command's restore is finished");
        let restoring = open && !restored;
        assert_eq!(finished, restoring && back, "{point}: {}", ran.stderr);
        assert!(there(&owner).is_none_or(|pair| !pair.active), "{point}");
        truth::check(&owner, point).agreed(point);
    });
}

/// What is killed after the cloud has changed and before that is written down, the same command writes down.
#[test]
fn a_disabling() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let id = env.create("alice");
    let args = ["disable", &id, "--force"];
    each(&env, &args, 5, |env, point| {
        assert_eq!(env.akm(&args).code, 0, "{point}");
        let state = truth::check(env, point);
        assert!(!state.settled(1, point).live[0].active, "{point}");
    });
}

/// A killed export: the whole file or none; who is to know that the secret left, knows it before the file is there.
#[test]
fn an_export() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let id = env.create("alice");
    let csv = env.copied().akm(&["export", &id, "--csv", "-"]).stdout;
    let args = ["export", &id, "--csv", "new.csv"];
    each(&env, &args, 8, |env, point| {
        if let Ok(text) = std::fs::read_to_string(env.path("new.csv")) {
            assert_eq!(text, csv, "{point}");
            std::fs::remove_file(env.path("new.csv")).unwrap();
        }
        assert_eq!(env.akm(&args).code, 0, "{point}");
        let text = std::fs::read_to_string(env.path("new.csv")).unwrap();
        assert_eq!(text, csv, "{point}");
        truth::check(env, point).settled(1, point);
    });
}

/// A killed import, of one pair since threads are not killed at the same call each time: nothing is claimed that is not held, and
/// the same import ends it.
#[test]
fn an_import() {
    if !have("strace") {
        return;
    }
    let (env, csv) = lost();
    let file = env.path("pairs.csv");
    std::fs::write(&file, &csv).unwrap();
    let (lost, args) = (
        truth::live(&env)[0].id.clone(),
        ["import", file.to_str().unwrap()],
    );
    each(&env, &args, 20, |env, point| {
        truth::check_but(env, Some(&lost), point);
        assert_eq!(env.akm(&args).code, 0, "{point}");
        truth::check(env, point).settled(1, point);
        let export = env.copied().akm(&["export", "--all", "--csv", "-"]);
        assert_eq!(export.stdout, csv, "{point}");
    });
}

/// A home with a pair that is known, its secret lost, and the CSV that has it.
pub(crate) fn lost() -> (Env, String) {
    let env = Env::light().without_overlap();
    let id = env.create("alice");
    let csv = env.akm(&["export", "--all", "--csv", "-"]).stdout;
    env.lose_secret(&id);
    std::fs::remove_dir_all(env.home().join("accounts")).unwrap();
    assert_eq!(env.akm(&["list", "--refresh"]).code, 0);
    (env, csv)
}

fn writes_got(call: &Call) -> bool {
    call.name == "pwrite64"
}

fn makes_the_pair(call: &Call) -> bool {
    call.name == "rename" && call.line.contains("sandbox/users/")
}

#[test]
fn the_recovery_of_a_create() {
    if !have("strace") {
        return;
    }
    let (env, args) = (
        Env::light().without_overlap(),
        ["create", "--ram-user", "alice"],
    );
    env.create("alice");
    for (found, suspects) in [(writes_got as fn(&Call) -> bool, 0), (makes_the_pair, 1)] {
        let broken = killed_after(&env, &args, found);
        each(&broken, &["recover"], 5, |env, point| {
            let state = recovered(env, point);
            assert_eq!(state.suspects.len(), suspects, "{point}");
            assert_eq!(state.live.len(), 2, "{point}");
        });
    }
}

/// Its pair is deleted, and then its RAM user: nothing is left to finish.
#[test]
fn a_create_for_a_user_that_is_gone() {
    if !have("strace") {
        return;
    }
    let (env, args) = (
        Env::light().without_overlap(),
        ["create", "--ram-user", "alice"],
    );
    assert_eq!(env.akm(&["user", "create", "alice"]).code, 0);
    let broken = killed_after(&env, &args, writes_got);
    let pair = truth::live_of(&broken, "alice").pop().unwrap();
    for args in [
        &["delete", &pair.id, "--force", "-y"][..],
        &["user", "delete", "alice", "-y"],
        &["recover"],
    ] {
        let ran = broken.akm(args);
        assert_eq!(ran.code, 0, "{args:?} {}", ran.stderr);
    }
    let state = truth::check(&broken, "gone");
    assert_eq!((state.open.len(), state.suspects.len()), (0, 0));
}

/// The old pair of a rotation that was cut short leaked: what was made takes its place in the same command.
#[test]
fn a_leak_in_a_rotation_that_was_cut_short() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let old = env.create("alice");
    let rotate = ["rotate", "--ram-user", "alice"];
    let broken = killed_after(&env, &rotate, writes_got);
    let ran = broken.akm(&[&rotate[..], &["--leaked", &old]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    truth::check(&broken, "leaked").settled(1, "leaked");
    assert!(!truth::rests(&broken, &old));
}

#[test]
fn the_recovery_of_a_rotation() {
    if !have("strace") {
        return;
    }
    let args = [
        "rotate",
        "--ram-user",
        "alice",
        "--overlap",
        "0s",
        "--delete-old",
    ];
    let env = Env::light().without_overlap();
    env.create("alice");
    let broken = killed_after(&env, &args, writes_got);
    each(&broken, &["recover"], 30, |env, point| {
        truth::one_works(env, point);
        recovered(env, point).settled(1, point);
    });
}

/// What is known of a leak, and nothing else yet: `recover`, killed, goes the whole way forward the next time.
#[test]
fn the_recovery_of_a_leak() {
    if !have("strace") {
        return;
    }
    let env = Env::light().without_overlap();
    let id = env.create("alice");
    let args = ["rotate", "--ram-user", "alice", "--leaked"];
    let begun = |call: &Call| call.name == "rename" && call.line.contains(".journal");
    let broken = killed_after(&env, &args, begun);
    each(&broken, &["recover"], 50, |env, point| {
        goes_forward(env, &id, point);
        assert_eq!(env.akm(&["recover"]).code, 0, "{point}");
        truth::one_works(env, point);
        let state = truth::check(env, point);
        state.settled(1, point);
        assert!(state.live[0].id != id && !truth::rests(env, &id), "{point}");
    });
}
