//! `akm rotate --leaked`

use crate::calls::calls;
use crate::env::{Env, Ran, edit, named};
use crate::truth;

const SANDBOX: &str = "akm: this is the sandbox, account <ACCOUNT> on this machine\n";
const OVER: &str =
    "akm: `<ID1>` is disabled\nNew: <ID2> (Active, verified). Old: <ID1> (deleted).\n";

fn leaked(env: &Env, more: &[&str]) -> Ran {
    env.akm(&[&["rotate", "--ram-user", "alice", "--leaked"], more].concat())
}

fn done(env: &Env, args: &[&str]) -> String {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    ran.stdout.trim().to_owned()
}

/// One Active pair is left, which works; the leaked one is deleted, its secret forgotten.
#[track_caller]
fn over(env: &Env, leaked: &str, left: &str) {
    let state = truth::check(env, "over");
    state.settled(1, "over");
    assert_eq!(
        (state.live[0].id.as_str(), state.live[0].active),
        (left, true)
    );
    assert!(!truth::rests(env, leaked), "its secret is still there");
    assert_eq!(state.open, [""; 0]);
    done(env, &["verify", left]);
}

#[test]
fn the_only_pair_is_replaced_and_deleted() {
    for named in [false, true] {
        let env = Env::new().without_overlap();
        let id = env.create("alice");
        let more = if named { vec![id.as_str()] } else { vec![] };
        let ran = leaked(&env, &more);
        let new = ran.stdout.trim().to_owned();
        ran.said(&[&id, &new], 0, "<ID2>\n", &format!("{SANDBOX}{OVER}"));
        over(&env, &id, &new);
        // Named, the same command again does nothing.
        leaked(&env, &[&id]).said(
            &[&id, &new],
            0,
            "<ID2>\n",
            &format!("{SANDBOX}akm: `<ID1>` is deleted already\n"),
        );
        over(&env, &id, &new);
    }
}

#[test]
fn it_is_disabled_before_anything_is_made() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let made = calls(&env, &["rotate", "--ram-user", "alice", "--leaked"]);
    let (caller, list) = ("Sts GetCallerIdentity", "Ram ListAccessKeys");
    let (update, delete) = ("Ram UpdateAccessKey", "Ram DeleteAccessKey");
    let first = [caller, list, update, "Ram CreateAccessKey", list];
    let then = [caller, caller, caller, list, delete, list];
    assert_eq!(made, [&first[..], &then].concat());
}

#[test]
fn the_other_pair_takes_its_place_if_it_can() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let args = ["rotate", "--ram-user", "alice", "--leaked"];
    let ran = env.refused(&args, 2);
    let asked = "RAM user `alice` has two AccessKey pairs: which of them leaked? ";
    assert!(ran.stderr.contains(asked), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("hint: name it: `--leaked KEY_ID`\n"));
    leaked(&env, &[&one]).said(&[&one, &two], 0, "<ID2>\n", &format!("{SANDBOX}{OVER}"));
    over(&env, &one, &two);
}

#[test]
fn it_is_disabled_even_where_nothing_can_take_its_place() {
    // The other one is Inactive.
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    done(&env, &["disable", &two]);
    let stopped = "akm: `<ID1>` is disabled, and nothing can take its place: `<ID2>`, the other pair, is Inactive\n\
                   hint: `akm enable <ID2>`, then the same command again; if that leaked too, `akm delete <ID1> --purge`, \
                   then `akm rotate --ram-user alice --leaked <ID2>`\n";
    let said = format!("{SANDBOX}akm: `<ID1>` is disabled\n{stopped}");
    leaked(&env, &[&one]).said(&[&one, &two], 8, "", &said);
    env.akm(&["recover"])
        .said(&[&one, &two], 8, "", &format!("{SANDBOX}{stopped}"));
    let open = env.akm(&["recover", "--list", "--json"]).json();
    assert_eq!(open["open"][0]["what"], "leaked pair, to be replaced");
    assert_eq!(open["open"][0]["access_key_id"], one);
    done(&env, &["enable", &two]);
    assert_eq!(leaked(&env, &[&one]).stdout, format!("{two}\n"));
    over(&env, &one, &two);
    // The other one is Active, and not held.
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let record = std::fs::read_to_string(env.record_of("alice")).unwrap();
    let (first, second) = record.split_at(record.rfind("secret_store").unwrap());
    let text = format!(
        "{first}{}",
        second.replacen("secret_store = \"age\"\n", "", 1)
    );
    std::fs::write(env.record_of("alice"), text).unwrap();
    let stopped = "akm: `<ID1>` is disabled, and nothing can take its place: the secret of `<ID2>`, the other pair, is not held\n\
                   hint: `akm delete <ID1> --purge` makes room, then `akm recover` makes a new pair\n";
    let said = format!("{SANDBOX}akm: `<ID1>` is disabled\n{stopped}");
    leaked(&env, &[&one]).said(&[&one, &two], 8, "", &said);
    // The other one leaks as well: it is disabled, whatever else is open.
    let copy = env.copied();
    assert_eq!(leaked(&copy, &[&two]).code, 8);
    assert!(truth::live(&copy).iter().all(|pair| !pair.active));
    done(&env, &["delete", &one, "--purge", "-y"]);
    done(&env, &["recover"]);
    let left = truth::live(&env);
    assert_eq!(left.len(), 2);
    assert!(left.iter().any(|pair| pair.id == two));
    let current = done(&env, &["show-id", "--ram-user", "alice"]);
    assert!(current != one && current != two);
}

#[test]
fn a_person_may_take_it_back() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    done(&env, &["disable", &two]);
    assert_eq!(leaked(&env, &[&one]).code, 8);
    let back = ["rotate", "--ram-user", "alice", "--rollback"];
    env.refused(&back, 4).said(
        &[],
        4,
        "",
        &format!(
            "{SANDBOX}akm: a pair that leaked is not brought back\n\
             hint: `akm rotate --ram-user alice` goes on without it\n"
        ),
    );
    done(&env, &["enable", &one]);
    done(&env, &["recover"]);
    assert!(
        truth::live(&env)
            .iter()
            .any(|pair| pair.id == one && pair.active)
    );
}

/// Nothing need take its place, by a person's word.
#[test]
fn a_leak_is_dismissed() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    done(&env, &["disable", &two]);
    leaked(&env, &[&one, "--dry-run"]).said(
        &[&one, &two],
        4,
        "Sts GetCallerIdentity\n\
         Ram ListAccessKeys UserName=alice\n\
         Ram UpdateAccessKey UserAccessKeyId=<ID1> Status=Inactive UserName=alice\n\
         Ims GetAccountSummary\n",
        "akm: `<ID1>` would be disabled, and nothing can take its place: `<ID2>`, the other pair, is Inactive\n\
         hint: `akm enable <ID2>`, then the same command again; if that leaked too, `akm delete <ID1> --purge`, \
                   then `akm rotate --ram-user alice --leaked <ID2>`\n",
    );
    assert_eq!(leaked(&env, &[&one]).code, 8);
    env.akm(&["recover", "--dismiss", &one]).said(
        &[&one],
        0,
        "",
        &format!("{SANDBOX}akm: nothing is to take the place of `<ID1>` any more\n"),
    );
    assert!(
        env.akm(&["log", "--json"])
            .stdout
            .contains("\"action\":\"dismiss\"")
    );
    env.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
    assert!(truth::live(&env).iter().all(|pair| !pair.active));
}

#[test]
fn in_a_rotation_that_is_open() {
    // What was retired leaked: it goes at once.
    for more in [&["--overlap", "2d"][..], &[]] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = done(&env, &[&["rotate", "--ram-user", "alice"], more].concat());
        assert_eq!(leaked(&env, &[&old]).stdout, format!("{new}\n"));
        over(&env, &old, &new);
    }
    // The new one leaked, and the old one is still Active: back to that.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = done(&env, &["rotate", "--ram-user", "alice", "--overlap", "2d"]);
    assert_eq!(leaked(&env, &[&new]).stdout, format!("{old}\n"));
    over(&env, &new, &old);
}

#[test]
fn not_without_knowing_the_pair() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let strange = env.create("bob");
    let args = ["rotate", "--ram-user", "alice", "--leaked"];
    env.refused(&[&args[..], &[&strange]].concat(), 3);
    env.refused(&["rotate", "--ram-user", "nobody", "--leaked"], 3);
    done(&env, &["user", "create", "carol"]);
    env.akm(&["rotate", "--ram-user", "carol", "--leaked"]).said(
        &[],
        3,
        "",
        &format!(
            "{SANDBOX}akm: RAM user `carol` has no AccessKey pair\nhint: `akm create --ram-user carol` makes one\n"
        ),
    );
    for also in [
        "--finish",
        "--rollback",
        "--delete-old",
        "--overlap=1d",
        "--replace=LTAI1",
    ] {
        env.refused(&[&args[..], &[also]].concat(), 2);
    }
    // One that akm never held is replaced as well.
    edit(&env.record_of("alice"), "secret_store = \"age\"\n", "");
    let new = leaked(&env, &[]).stdout;
    done(&env, &["verify", new.trim()]);
    // The account's own is asked for.
    done(&env, &["create", "--account", "-y"]);
    env.refused(&["rotate", "--account", "--leaked"], 9);
    done(&env, &["rotate", "--account", "--leaked", "-y"]);
}

/// What the signer may do, its finder may undo: a person has to, and is told where.
#[cfg(feature = "server")]
#[test]
fn the_pair_that_signs_is_retired_in_the_console() {
    let env = Env::new().without_overlap();
    let serving = crate::serving::Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let id = serving.field("access_key_id");
    let user = "sandbox-administrator";
    for more in [&[][..], &[id], &["--dry-run"]] {
        let args = [&["rotate", "--ram-user", user, "--leaked"][..], more].concat();
        let ran = env.refused(&args, 6);
        let lines = ran.stderr.lines();
        let lines = lines.filter(|line| !line.contains("the endpoint is"));
        let told: String = lines.flat_map(|line| [line, "\n"]).collect();
        assert_eq!(
            told.replace(id, "<ID1>"),
            "akm: akm signs with `<ID1>` itself, and another identity has to retire it\n\
             hint: sign with another identity; or go to the RAM console under Identities > Users > sandbox-administrator > AccessKey: \
             create a new pair and download its CSV, disable `<ID1>`, delete it, then `akm import` the CSV, or, where a profile signed \
             with it, add that anew: `akm profile add NAME --csv FILE`\n"
        );
    }
}

/// What metadata says is held may be lost: then it takes nobody's place, and the way out is told.
#[test]
fn another_pair_whose_secret_the_store_lost_does_not_take_the_place() {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    env.lose_secret(&other);
    let said = |what: &str| {
        format!(
            "akm: `<ID1>` {what} disabled, and nothing can take its place: \
             the secret of `<ID2>`, the other pair, is not held\n\
             hint: `akm delete <ID1> --purge` makes room, then `akm recover` makes a new pair\n"
        )
    };
    let dry = leaked(&env, &[&id, "--dry-run"]);
    assert!(
        named(&dry.stderr, &[&id, &other]).ends_with(&said("would be")),
        "{}",
        dry.stderr
    );
    let ran = leaked(&env, &[&id]);
    assert_eq!(ran.code, 8);
    assert!(
        named(&ran.stderr, &[&id, &other]).ends_with(&said("is")),
        "{}",
        ran.stderr
    );
    done(&env, &["delete", &id, "--purge", "-y"]);
    done(&env, &["recover"]);
    let live = truth::live_of(&env, "alice");
    let kept: Vec<_> = live
        .iter()
        .filter(|pair| truth::rests(&env, &pair.id))
        .collect();
    assert_eq!((live.len(), kept.len()), (2, 1));
    assert!(kept[0].active && kept[0].id != other);
}

/// The other pair was to take the leaked one's place, and the store has lost its secret since: the way out is told.
#[test]
fn a_pair_that_takes_the_place_and_is_lost_then() {
    let (env, id, other) = killed_when_delivered();
    env.lose_secret(&other);
    let ids = [id.as_str(), &other];
    let told = "akm: the rotation does not go on: the secret store lacks the secret of `<ID2>`\n\
                hint: bring it back; or, if nothing else uses that pair, `akm delete <ID2> --force --purge`, then `akm recover` \
                makes a new one\n";
    env.akm(&["recover"])
        .said(&ids, 8, "", &format!("{SANDBOX}{told}"));
    leaked(&env, &[&id]).said(&ids, 8, "", &format!("{SANDBOX}{told}"));
    let there = "akm: `<ID2>` is there: its rotation is not to be forgotten\n\
                 hint: `akm rotate --ram-user alice` goes on with it\n";
    env.akm(&["recover", "--dismiss", &id])
        .said(&ids, 4, "", &format!("{SANDBOX}{there}"));
    let gone = env.copied();
    done(&gone, &["delete", &other, "--force", "-y"]);
    gone.akm(&["recover", "--dismiss", &id]).said(
        &ids,
        0,
        "",
        &format!("{SANDBOX}akm: nothing is to take the place of `<ID1>` any more\n"),
    );
    gone.akm(&["recover", "--list", "--json"])
        .said(&[], 0, "{\"open\":[]}\n", "");
    done(&env, &["delete", &other, "--force", "--purge", "-y"]);
    done(&env, &["recover"]);
    let new = done(&env, &["show-id", "--ram-user", "alice"]);
    assert!(new != id && new != other, "{new}");
    over(&env, &id, &new);
}

/// It leaks too, and its secret is not needed for that. The first one is not taken for good again.
#[test]
fn a_pair_that_takes_the_place_and_leaks_too() {
    for lost in [false, true] {
        let (env, id, other) = killed_when_delivered();
        if lost {
            env.lose_secret(&other);
        }
        let ids = [id.as_str(), &other];
        let told = "akm: `<ID2>` is disabled\n\
                    akm: `<ID2>` is disabled, and nothing has taken its place yet: `<ID1>`, the other pair, leaked before, and is still there\n\
                    hint: `akm delete <ID1> --purge`, then `akm rotate --ram-user alice --leaked <ID2>` again\n";
        leaked(&env, &[&other]).said(&ids, 8, "", &format!("{SANDBOX}{told}"));
        done(&env, &["delete", &id, "--purge", "-y"]);
        let new = leaked(&env, &[&other]).stdout;
        over(&env, &other, new.trim());
    }
}

/// Whoever makes it leak knows of it.
#[test]
fn a_suspect_that_leaked_is_none_any_more() {
    let env = Env::new().without_overlap();
    let suspect = crate::recover::with_suspect(&env);
    let new = leaked(&env, &[&suspect]).stdout;
    over(&env, &suspect, new.trim());
    let ran = env.akm(&["recover"]);
    assert!(!ran.stderr.contains("suspect"), "{}", ran.stderr);
}

/// Nothing could take the first one's place, and then the other leaks too: neither is to be enabled.
#[test]
fn a_second_leak_while_the_first_waits() {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    done(&env, &["disable", &other]);
    assert_eq!(leaked(&env, &[&id]).code, 8);
    let told = "akm: `<ID2>` is disabled, and nothing has taken its place yet: `<ID1>`, the other pair, leaked before, and is still there\n\
                hint: `akm delete <ID1> --purge`, then `akm rotate --ram-user alice --leaked <ID2>` again\n";
    leaked(&env, &[&other]).said(&[&id, &other], 8, "", &format!("{SANDBOX}{told}"));
    done(&env, &["delete", &id, "--purge", "-y"]);
    let new = leaked(&env, &[&other]).stdout;
    over(&env, &other, new.trim());
}

/// The journal could not take the new pair, the store could; what leaked beside it is not forgotten for that.
#[test]
fn a_pair_that_is_found_in_the_store_takes_the_place() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let args = ["create", "--ram-user", "alice"];
    let calls = crate::strace::calls(&env.copied(), &args, 0);
    let closed = calls.iter().rfind(|call| call.name == "unlink");
    crate::strace::killed(&env, closed.unwrap(), &args);
    let shown = env.akm(&["show-id", "--ram-user", "alice"]).stdout;
    env.cut_after("requested");
    let journal = env.journal_of("alice");
    let intent = std::fs::read_to_string(&journal).unwrap();
    let noted = crate::env::journal_line(&format!("{{\"leaked\":\"{id}\"}}"));
    std::fs::write(&journal, intent + &noted).unwrap();
    // It was taken for a stranger's.
    crate::recover::suspect(&env, shown.trim());
    done(&env, &["recover"]);
    over(&env, &id, shown.trim());
    let suspects = truth::check(&env, "found").suspects;
    assert!(suspects.is_empty(), "{suspects:?}");
}

/// `rotate --leaked` of the first of two pairs, killed when the second had taken its place.
pub(crate) fn killed_when_delivered() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    let args = ["rotate", "--ram-user", "alice", "--leaked", &id];
    let calls = crate::strace::calls(&env.copied(), &args, 0);
    let written = calls.iter().rfind(|call| call.name == "pwrite64");
    crate::strace::killed(&env, written.unwrap(), &args);
    let journal = std::fs::read_to_string(env.journal_of("alice")).unwrap();
    assert!(journal.contains("delivered"), "{journal}");
    (env, id, other)
}

/// A leak that waits for a pair to take its place, of a RAM user that is gone.
#[test]
fn a_leak_of_a_user_that_is_gone_is_forgotten_by_a_word() {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    done(&env, &["disable", &other]);
    assert_eq!(leaked(&env, &[&id]).code, 8);
    for one in [&id, &other] {
        done(&env, &["delete", one, "--force", "-y"]);
    }
    done(&env, &["user", "delete", "alice", "-y"]);
    let ran = env.akm(&["recover"]);
    let hint = format!(
        "hint: `akm user list` shows who is there; `akm recover --dismiss {id}` forgets that it leaked\n"
    );
    assert!(
        ran.code == 3 && ran.stderr.ends_with(&hint),
        "{}",
        ran.stderr
    );
    done(&env, &["recover", "--dismiss", &id]);
    done(&env, &["recover"]);
}

/// The cloud's file without one of alice's pairs: so a list looks that lags behind its create. Gives back how it was.
pub(crate) fn hide(env: &Env, id: &str) -> String {
    let text = std::fs::read_to_string(env.cloud_of("alice")).unwrap();
    let (head, rows) = text.split_once("[[access_keys]]").unwrap();
    let rows = rows
        .split("[[access_keys]]")
        .filter(|row| !row.contains(id));
    let left: String = rows.flat_map(|row| ["[[access_keys]]", row]).collect();
    std::fs::write(env.cloud_of("alice"), head.to_owned() + &left).unwrap();
    text
}

#[test]
fn a_list_that_lacks_a_pair_names_nobody() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let before = hide(&env, &two);
    for named in [&[][..], &[two.as_str()]] {
        leaked(&env, named).said(
            &[&one, &two],
            7,
            "",
            &format!(
                "{SANDBOX}akm: `<ID2>` was made or restored just now, and the cloud does not list it yet\n\
                 hint: the same command again in a moment\n"
            ),
        );
    }
    std::fs::write(env.cloud_of("alice"), before).unwrap();
    let live = truth::live_of(&env, "alice");
    assert!(live.len() == 2 && live.iter().all(|pair| pair.active));
    assert!(truth::rests(&env, &one) && truth::rests(&env, &two));
}

/// The same of a pair that was made long ago.
#[test]
fn a_restored_pair_that_is_not_listed_yet_is_not_taken_for_deleted() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    done(&env, &["delete", &id, "--force", "-y"]);
    done(&env, &["restore", &id, "--active"]);
    for file in [env.record_of("alice"), env.cloud_of("alice")] {
        let text = std::fs::read_to_string(&file).unwrap();
        let made = |line: &str| {
            if line.starts_with("created_at") {
                "created_at = \"2026-01-01T00:00:00Z\"\n".to_owned()
            } else {
                format!("{line}\n")
            }
        };
        std::fs::write(&file, text.lines().map(made).collect::<String>()).unwrap();
    }
    let before = hide(&env, &id);
    let ran = leaked(&env, &[&id]);
    assert_eq!(ran.code, 7, "{}", ran.stderr);
    std::fs::write(env.cloud_of("alice"), before).unwrap();
    assert!(truth::rests(&env, &id));
}

/// Where an owner may have more than two pairs: whichever is Active and held takes its place, else there may be room for a new one.
#[test]
fn of_several_other_pairs_the_one_that_can_takes_its_place() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    env.allow_pairs(3);
    let three = env.create("alice");
    done(&env, &["disable", &two]);
    let copy = env.copied();
    leaked(&env, &[&one]).said(&[&one, &three], 0, "<ID2>\n", &format!("{SANDBOX}{OVER}"));
    let live = truth::live_of(&env, "alice").into_iter();
    let live: Vec<_> = live.map(|pair| (pair.id, pair.active)).collect();
    assert_eq!(live, [(two.clone(), false), (three.clone(), true)]);
    // None can, and there is no room.
    done(&copy, &["disable", &three]);
    let said = |what: &str| {
        format!(
            "akm: `<ID1>` {what} disabled, and nothing can take its place: none of the other pairs is Active and held\n\
             hint: `akm enable <ID2>`, then the same command again; if that leaked too, `akm delete <ID1> --purge`, \
                   then `akm rotate --ram-user alice --leaked <ID2>`\n"
        )
    };
    let dry = leaked(&copy, &[&one, "--dry-run"]);
    assert_eq!(
        (dry.code, named(&dry.stderr, &[&one, &three])),
        (4, said("would be"))
    );
    let told = format!("{SANDBOX}akm: `<ID1>` is disabled\n{}", said("is"));
    leaked(&copy, &[&one]).said(&[&one, &three], 8, "", &told);
    let more = copy.copied();
    done(&copy, &["enable", &three]);
    assert_eq!(leaked(&copy, &[&one]).stdout, format!("{three}\n"));
    // With one pair more to be had, a new one.
    let account = more.home().join("sandbox/account.toml");
    edit(&account, "user_quota = 3", "user_quota = 4");
    let new = done(&more, &["rotate", "--ram-user", "alice", "--leaked", &one]);
    assert!(![&one, &two, &three].contains(&&new));
    done(&more, &["verify", &new]);
}
