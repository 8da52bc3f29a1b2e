//! `akm recover`, suspects, and `akm sandbox reset`

use crate::support::env::Env;
use crate::support::env::SANDBOX;
use crate::support::suspects::with_suspect;

const SUSPECT: &str = "warning: `<ID1>` of RAM user `alice` is a suspect: it appeared around a create, and akm cannot account for it; \
                       `akm delete <ID1> --force` or `akm recover --dismiss <ID1>` resolves it\n";

#[test]
fn a_suspect_is_shown_by_every_command_once() {
    let env = Env::new().without_overlap();
    let id = with_suspect(&env);
    let list = "ACCESSKEY ID              OWNER  STATUS  CREATED               LAST USED  SECRET  NOTE\n\
                <ID1>  alice  Active  <TIME>  -          age     suspect\n";
    env.akm(&["list"]).said(&[&id], 0, list, SUSPECT);
    env.akm(&["list", "--refresh", "-q"])
        .said(&[&id], 0, list, SUSPECT);
    assert_eq!(env.pairs()[0]["suspect"], true);
    env.akm(&["show-id", "--ram-user", "alice"])
        .said(&[&id], 0, "<ID1>\n", SUSPECT);
    env.akm(&["user", "list", "-o", "plain"])
        .said(&[&id], 0, "alice\n", SUSPECT);
    env.akm(&["enable", &id, "-q"])
        .said(&[&id], 0, "", &format!("{SUSPECT}{SANDBOX}"));
    env.akm(&["recover", "--list"]).said(
        &[&id],
        0,
        "WHAT     OWNER  ACCESSKEY ID              NOT BEFORE\nsuspect  alice  <ID1>  -\n",
        SUSPECT,
    );
    let open = env.akm(&["recover", "--list", "--json"]).json();
    assert_eq!(
        (&open["open"][0]["what"], &open["open"][0]["access_key_id"]),
        (&"suspect".into(), &id.into())
    );
}

#[test]
fn a_suspects_file_is_known_by_its_name() {
    let env = Env::new().without_overlap();
    let id = with_suspect(&env);
    let folder = env.journal_of("alice").parent().unwrap().to_owned();
    let file = folder.join(format!("suspect-{id}.toml"));
    for other in [format!("suspect-{id}.toml~"), "suspect-a b.toml".to_owned()] {
        std::fs::copy(&file, folder.join(other)).unwrap();
    }
    env.akm(&["list", "-o", "plain"])
        .said(&[&id], 0, "<ID1>\n", SUSPECT);
    let other = folder.join("suspect-LTAI1.toml");
    std::fs::rename(&file, &other).unwrap();
    let ran = env.akm(&["recover", "--list"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = "suspect-LTAI1.toml` is damaged: it speaks of another pair than its name";
    assert!(ran.stderr.contains(told), "{}", ran.stderr);
}

#[test]
fn a_suspect_is_resolved_by_a_persons_word() {
    let env = Env::new().without_overlap();
    let id = with_suspect(&env);
    env.akm(&["recover", "--dismiss", &id]).said(
        &[&id],
        0,
        "",
        &format!("{SUSPECT}{SANDBOX}<ID1> is no suspect any more.\n"),
    );
    env.akm(&["list", "-o", "plain"])
        .said(&[&id], 0, "<ID1>\n", "");
    let env = Env::new().without_overlap();
    let id = with_suspect(&env);
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    assert_eq!(env.pairs().len(), 0);
    // Nothing resolves it by itself.
    let env = Env::new().without_overlap();
    let id = with_suspect(&env);
    assert_eq!(env.akm(&["recover"]).code, 0);
    env.akm(&["list", "-o", "plain"])
        .said(&[&id], 0, "<ID1>\n", SUSPECT);
}

/// Of two Active pairs, not the one that is held and in use.
#[test]
fn a_suspect_is_the_first_to_make_room() {
    let env = Env::new().without_overlap();
    let held = env.create("alice");
    let id = with_suspect(&env);
    let refused = |args: &[&str]| {
        let ran = env.akm(args);
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        let hint =
            "`<ID1>` is a suspect: if nobody else made it, `akm delete <ID1> --force` makes room\n";
        let told = ran.stderr.replace(&id, "<ID1>");
        assert!(told.ends_with(&format!("hint: {hint}")), "{told}");
        assert!(ran.stderr.contains(&held));
    };
    refused(&["create", "--ram-user", "alice"]);
    refused(&["rotate", "--ram-user", "alice"]);
}

/// What another owner has open is not meant.
#[test]
fn a_rotation_is_dismissed_beside_another_owners() {
    let env = Env::new().without_overlap();
    for user in ["alice", "bob"] {
        env.create(user);
        assert_eq!(env.akm(&["rotate", "--ram-user", user]).code, 0);
    }
    let new = env.akm(&["show-id", "--ram-user", "alice"]).stdout;
    crate::support::leaks::hide(&env, new.trim());
    env.akm(&["recover", "--dismiss", new.trim()]).said(
        &[new.trim()],
        0,
        "",
        &format!("{SANDBOX}The rotation to <ID1> is forgotten.\n"),
    );
    assert!(env.journal_of("bob").exists() && !env.journal_of("alice").exists());
}

#[test]
fn dismissing_what_is_not_open() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    env.refused(&["recover", "--dismiss", "LTAI1"], 3).said(
        &[],
        3,
        "",
        &format!(
            "{SANDBOX}error: `LTAI1` is neither a suspect nor the new pair of an unfinished rotation\n\
             hint: `akm recover --list` shows what is unfinished\n"
        ),
    );
    env.refused(&["recover", "--dismiss", &old], 3);
    env.refused(&["recover", "--dismiss", "a/b"], 4);
    env.refused(&["recover", "--dismiss", "LTAI1", "--list"], 2);
    // A rotation whose new pair is there goes on.
    let new = env.akm(&["rotate", "--ram-user", "alice"]).stdout;
    let new = new.trim();
    env.refused(&["recover", "--dismiss", new], 4).said(
        &[new],
        4,
        "",
        &format!(
            "{SANDBOX}error: `<ID1>` is there: its rotation is not to be forgotten\n\
             hint: `akm rotate --ram-user alice` continues it\n"
        ),
    );
    // So does one beside which another id is named.
    env.refused(&["recover", "--dismiss", &old], 3);
    env.refused(&["recover", "--dismiss", "LTAI1"], 3);
    // A leak waits for its own id.
    let env = Env::new().without_overlap();
    let (one, [two, _]) = crate::support::leaks::without_room(&env);
    let leak = ["rotate", "--ram-user", "alice", "--leaked", &one];
    assert_eq!(env.akm(&leak).code, 8);
    env.refused(&["recover", "--dismiss", &two], 3);
    let open = env.akm(&["recover", "--list", "--json"]).json();
    assert_eq!(open["open"][0]["access_key_id"], one);
}

/// It is the owner's own in the record of what was done.
#[test]
fn a_suspect_is_dismissed_for_its_owner() {
    let env = Env::new().without_overlap();
    let alice = with_suspect(&env);
    let folder = env.journal_of("alice").parent().unwrap().to_owned();
    let bob = env.create("bob");
    let file = folder.join(format!("suspect-{alice}.toml"));
    let text = std::fs::read_to_string(&file).unwrap();
    let other = folder.join(format!("suspect-{bob}.toml"));
    std::fs::copy(&file, &other).unwrap();
    std::fs::write(&other, text.replace(&alice, &bob).replace("alice", "bob")).unwrap();
    for (user, id) in [("alice", &alice), ("bob", &bob)] {
        assert_eq!(env.akm(&["recover", "--dismiss", id]).code, 0);
        let log = env.akm(&["log", "--ram-user", user, "--json"]).stdout;
        let last: serde_json::Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        assert_eq!(
            (&last["action"], &last["access_key_id"]),
            (&"dismiss".into(), &id.as_str().into())
        );
    }
}

#[test]
fn a_rotation_whose_new_pair_is_inactive_is_not_dismissed() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let new = env.akm(&["rotate", "--ram-user", "alice"]).stdout;
    let new = new.trim();
    // Somebody else disabled it.
    crate::support::env::edit(&env.cloud_of("alice"), "\"Active\"", "\"Inactive\"");
    env.refused(&["recover", "--dismiss", new], 4).said(
        &[new],
        4,
        "",
        &format!(
            "{SANDBOX}error: `<ID1>` is there: its rotation is not to be forgotten\n\
             hint: `akm enable <ID1>`, then `akm rotate --ram-user alice` continues it\n"
        ),
    );
    assert_eq!(env.akm(&["enable", new]).code, 0);
    let ran = env.akm(&["rotate", "--ram-user", "alice"]);
    assert_eq!((ran.code, ran.stdout.trim()), (0, new), "{}", ran.stderr);
}

#[test]
fn dismissing_where_nothing_is_known() {
    let env = Env::new();
    let told = format!(
        "error: `<ID1>` is neither a suspect nor the new pair of an unfinished rotation: no akm data in `{}`\n\
         hint: `akm recover --list` shows what is unfinished\n",
        env.home().display()
    );
    env.akm(&["recover", "--dismiss", "LTAI5tNobody"])
        .said(&["LTAI5tNobody"], 3, "", &told);
    assert!(env.files().is_empty());
}

#[test]
fn nothing_open() {
    let env = Env::new().without_overlap();
    env.create("alice");
    env.akm(&["recover"]).said(
        &[],
        0,
        "",
        &format!("{SANDBOX}Nothing is left that could be finished now.\n"),
    );
    env.akm(&["recover", "--list"])
        .said(&[], 0, "WHAT  OWNER  ACCESSKEY ID  NOT BEFORE\n", "");
}

#[test]
fn a_reset_is_asked_for_and_forgets_all() {
    let env = Env::new().without_overlap();
    let id = with_suspect(&env);
    env.create("bob");
    assert_eq!(env.akm(&["rotate", "--ram-user", "bob"]).code, 0);
    assert_eq!(env.akm(&["create", "--account", "-y"]).code, 0);
    let account = env.account();
    env.refused(&["sandbox", "reset"], 9).said(
        &[],
        9,
        "",
        "error: forget the sandbox (account <ACCOUNT>): its RAM users, its pairs and their secrets? there is nobody to ask\n\
             hint: add `--yes`\n",
    );
    env.akm(&["sandbox", "reset", "-y"]).said(
        &[],
        0,
        "",
        "Removed the sandbox. The next command that needs one makes a new account.\n",
    );
    let kept: Vec<String> = env
        .kept()
        .iter()
        .map(|(path, _)| path.strip_prefix(env.home()).unwrap().display().to_string())
        .collect();
    // What was done remains written down.
    assert_eq!(kept, ["config.toml", "log.jsonl", "secrets/identity.txt"]);
    assert_eq!(env.pairs().len(), 0);
    let new = env.create("alice");
    assert_ne!((new, env.account()), (id, account));
}

/// A create for a user of whom nothing is known holds still between its lock and its journal: the reset waits for its end.
#[test]
fn a_reset_beside_a_create_leaves_nothing_of_it() {
    if !crate::support::env::have("strace") {
        return;
    }
    let env = Env::new().without_overlap();
    env.create("alice");
    let mut strace = std::process::Command::new("strace");
    let inject = "inject=rename:delay_enter=1500000:when=3";
    strace.args([
        "-f",
        "-q",
        "-o",
        "trace",
        "-e",
        "trace=rename",
        "-e",
        inject,
    ]);
    strace
        .arg(env!("CARGO_BIN_EXE_akm"))
        .args(["create", "--ram-user", "newbie", "-q"])
        .stdout(std::process::Stdio::null());
    env.dress(&mut strace);
    let lock = format!("locks/{}/user-newbie.lock", env.account());
    let mut creating = strace.spawn().unwrap();
    while !env.home().join(&lock).exists() {
        assert!(creating.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert_eq!(env.akm(&["sandbox", "reset", "-y"]).code, 0);
    assert!(creating.wait().unwrap().success());
    let kept = env.kept();
    let names: Vec<_> = kept
        .iter()
        .map(|(path, _)| path.file_name().unwrap())
        .collect();
    // The configuration, the record of what was done, the identity.
    assert_eq!(names, ["config.toml", "log.jsonl", "identity.txt"]);
}

/// Killed when the answer is in the journal, and the pair deleted before anybody looks again.
#[test]
fn a_pair_that_was_deleted_meanwhile_is_not_taken_for_a_living_one() {
    if !crate::support::env::have("strace") {
        return;
    }
    let env = Env::new().without_overlap();
    env.create("bob");
    let args = ["create", "--ram-user", "alice"];
    let renames = crate::support::strace::calls(&env.copied(), &args, 0);
    let last = renames
        .into_iter()
        .rfind(|call| call.name.starts_with("rename") && call.line.contains("secrets/LTAI"))
        .unwrap();
    crate::support::strace::killed(&env, &last, &args);
    let shown = env.akm(&["user", "show", "alice", "--json"]).json();
    let id = shown["access_keys"][0]["access_key_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    let ran = env.akm(&args);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let new = ran.stdout.trim();
    assert_ne!(new, id);
    assert_eq!(env.akm(&["verify", new]).code, 0);
    assert_eq!(
        env.akm(&["show-id", "--ram-user", "alice", "--all"]).stdout,
        ran.stdout
    );
}

#[test]
fn a_refresh_beside_a_create_takes_no_new_pair_for_gone() {
    if !crate::support::env::have("strace") {
        return;
    }
    let env = Env::new().without_overlap();
    env.create("alice");
    // It holds still between the cloud's list of users and the files that are known.
    let mut strace = std::process::Command::new("strace");
    let inject = "inject=getdents64:delay_enter=1500000:when=3";
    strace.args([
        "-f",
        "-q",
        "-o",
        "trace",
        "-e",
        "trace=getdents64",
        "-e",
        inject,
    ]);
    strace
        .arg(env!("CARGO_BIN_EXE_akm"))
        .args(["list", "--refresh"]);
    env.dress(&mut strace);
    let mut refreshing = strace.spawn().unwrap();
    std::thread::sleep(std::time::Duration::from_millis(500));
    let id = env.create("newbie");
    assert!(refreshing.wait().unwrap().success());
    assert_eq!(
        env.akm(&["show-id", "--ram-user", "newbie"]).stdout,
        format!("{id}\n")
    );
}

/// Whoever is at work on one owner keeps nobody else from being seen to.
#[cfg(feature = "server")]
#[test]
fn an_owner_that_another_akm_holds_is_gone_past() {
    let Some(library) = crate::support::served::faketime() else {
        return;
    };
    let env = Env::new().without_overlap();
    let (mut olds, mut news) = (Vec::new(), Vec::new());
    for user in ["alice", "bob"] {
        olds.push(env.create(user));
        let rotate = ["rotate", "--ram-user", user, "--overlap", "1d"];
        news.push(env.akm(&rotate).stdout.trim().to_owned());
        env.days_pass_for(user, 2);
    }
    let lock = format!("locks/{}/user-alice.lock", env.account());
    let lock = std::fs::File::options()
        .write(true)
        .open(env.home().join(lock))
        .unwrap();
    lock.lock().unwrap();
    // The minute that it waits passes a thousand times as fast.
    let env = env
        .with("LD_PRELOAD", &library)
        .with("FAKETIME", "+0 x1000");
    env.akm(&["recover"]).said(
        &[&olds[1], &news[1]],
        7,
        "",
        &format!(
            "{SANDBOX}note: waiting for another akm that works on this owner or file\n\
             Rotated: AccessKey pair <ID2> of RAM user `bob` is in use.\n\
             New: <ID2> (Active, verified), of RAM user bob in the sandbox (account <ACCOUNT>).\nOld: <ID1> (disabled; can be deleted from <DAY>).\nnext: akm rotate bob --finish\nhint: if something still needs it: akm enable <ID1>\n\
             error: another akm is at work on the same\nhint: try the same command again\n"
        ),
    );
    drop(lock);
    assert_eq!(env.akm(&["recover"]).code, 0);
}

/// A rotation is cut short before its new pair is held, and that pair is deleted: nobody takes it for the one in use.
#[test]
fn a_new_pair_that_is_deleted_before_it_is_held_is_gone() {
    if !crate::support::env::have("strace") {
        return;
    }
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let rotate = ["rotate", "--ram-user", "alice"];
    let calls = crate::support::strace::calls(&env.copied(), &rotate, 0);
    let store = calls
        .iter()
        .rfind(|call| call.name.starts_with("rename") && call.line.contains("secrets/LTAI"));
    crate::support::strace::killed(&env, store.unwrap(), &rotate);
    let live = crate::support::truth::live_of(&env, "alice").into_iter();
    let new = live.map(|pair| pair.id).find(|id| *id != old).unwrap();
    assert_eq!(env.akm(&["delete", &new, "-y"]).code, 4);
    let ran = env.akm(&["delete", &new, "--force", "-y"]);
    let told = format!("note: the rotation to `{new}` is forgotten\n");
    assert!(
        ran.code == 0 && ran.stderr.contains(&told),
        "{}",
        ran.stderr
    );
    let shown = env.akm(&["show-id", "--ram-user", "alice"]).stdout;
    assert_eq!(shown, format!("{old}\n"));
    let newer = env.akm(&rotate).stdout;
    assert!(!newer.is_empty() && newer.trim() != new);
    assert_eq!(env.akm(&["verify", newer.trim()]).code, 0);
}

/// A list that lags behind the create says nothing of the new pair.
#[cfg(feature = "server")]
#[test]
fn a_rotation_is_not_forgotten_by_a_list_that_lags() {
    let (served, between) = crate::support::lagging::behind_a_gate();
    let env = &served.env;
    env.create("alice");
    let new = served.done(&["rotate", "--ram-user", "alice", "--overlap", "2d"]);
    crate::support::lagging::lacks(&between, &new);
    let dismiss = ["recover", "--dismiss", &new];
    let ran = crate::support::lagging::by_the_gate(&served, &dismiss);
    let told = format!(
        "error: `{new}` was made just now, and the cloud may not list it yet\n\
         hint: the same command again in a few minutes\n"
    );
    assert!(
        ran.code == 7 && ran.stderr.ends_with(&told),
        "{}",
        ran.stderr
    );
    env.time_passes_for("alice", chrono::TimeDelta::minutes(6));
    assert_eq!(
        crate::support::lagging::by_the_gate(&served, &dismiss).code,
        0
    );
}

/// Nor does no list at all.
#[cfg(feature = "server")]
#[test]
fn a_rotation_is_not_forgotten_by_a_cloud_that_does_not_answer() {
    let served = crate::support::served::Served::start();
    served.env.create("alice");
    let new = served.done(&["rotate", "--ram-user", "alice", "--overlap", "2d"]);
    let order =
        serde_json::json!({ "fault": "fail-before", "action": "ListAccessKeys", "count": 100 });
    served.serving.order(&order);
    let ran = served.env.refused(&["recover", "--dismiss", &new], 7);
    assert!(ran.stderr.contains("ListAccessKeys"), "{}", ran.stderr);
    served.serving.order(&serde_json::json!({ "clear": true }));
    let open = served.env.akm(&["recover", "--list", "--json"]).json();
    assert_eq!(open["open"].as_array().unwrap().len(), 1, "{open}");
}
