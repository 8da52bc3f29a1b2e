//! What goes wrong on the way to a cloud, and how each create and rotation ends: akm's HTTPS transport against a served sandbox that
//! loses, delays and denies by order.

use crate::support::between::Between;
use crate::support::calls::{called, words};
use crate::support::env::Env;
use crate::support::http::http;
use crate::support::kill_served::EXPIRY;
use crate::support::served::Served;
use crate::support::serving::Serving;
use crate::support::truth as checked;
use serde_json::json;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Home, server, and the server's profile as the default.
fn reached() -> (Env, Serving) {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &["--control"]);
    serving.add_profile(&env, "dev");
    for user in ["alice", "bob"] {
        assert_eq!(env.akm(&["user", "create", user]).code, 0);
    }
    (env, serving)
}

/// The AccessKey IDs that the cloud has of a RAM user.
fn truth(env: &Env, user: &str) -> Vec<String> {
    let shown = env.akm(&["user", "show", user, "--json"]).json();
    let keys = shown["access_keys"].as_array().unwrap().iter();
    keys.map(|key| key["access_key_id"].as_str().unwrap().to_owned())
        .collect()
}

/// Standard error without the endpoint's line, and with its host named elsewhere: it has a port.
fn said(stderr: &str) -> String {
    let lines = stderr
        .lines()
        .filter(|line| !line.contains("the endpoint is"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    let host = |word: &str| match word.strip_prefix("127.0.0.1:") {
        Some(port) => format!(
            "<HOST>{}",
            port.trim_start_matches(|digit: char| digit.is_ascii_digit())
        ),
        None => word.to_owned(),
    };
    let words: Vec<String> = text.split(' ').map(host).collect();
    crate::support::env::named(&words.join(" "), &[])
}

const UNDECIDED: &str = "hint: run `akm recover` after <TIME>\n";

#[test]
fn a_create_without_an_answer_is_never_made_again() {
    let lost = "no whole answer from <HOST>: CreateAccessKey: the connection was closed";
    let broken =
        "no whole answer from <HOST>: CreateAccessKey: it broke off: the connection was closed";
    let refused = "the cloud is not available just now: CreateAccessKey: ServiceUnavailable: The request processing has failed due to a temporary failure of the server.\nrequest id: <REQUEST>";
    for (fault, made, why) in [
        ("lose-request", false, lost),
        ("lose-answer", true, lost),
        ("cut-body", true, broken),
        ("fail-before", false, refused),
        ("fail-after", true, refused),
    ] {
        let (env, serving) = reached();
        serving.order(&json!({ "fault": fault, "action": "CreateAccessKey" }));
        let ran = env.akm(&["create", "--ram-user", "alice"]);
        let expected = if made {
            format!(
                "warning: `<ID>` appeared around a create, and akm cannot account for it: it is a suspect\n\
                 error: the answer was lost and a pair appeared for RAM user `alice`: {why}\n\
                 hint: look whether it is yours; run `akm recover` after <TIME>\n"
            )
        } else {
            format!(
                "error: nobody knows yet whether a pair was made for RAM user `alice`: {why}\n{UNDECIDED}"
            )
        };
        assert_eq!(said(&ran.stderr), expected, "{fault}");
        assert_eq!((ran.code, ran.stdout.as_str()), (8, ""), "{fault}");
        assert_eq!(truth(&env, "alice").len(), usize::from(made), "{fault}");
        // The same command makes no other, and says until when.
        let again = env.akm(&["create", "--ram-user", "alice"]);
        assert_eq!(again.code, 7, "{fault}: {}", again.stderr);
        assert!(said(&again.stderr).ends_with(
            "error: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
             hint: run `akm recover` after <TIME>\n"
        ));
        assert_eq!(truth(&env, "alice").len(), usize::from(made), "{fault}");
        // Another owner is not kept from anything.
        assert_eq!(env.akm(&["create", "--ram-user", "bob"]).code, 0, "{fault}");
        let suspects = env.akm(&["list", "--refresh", "--json"]).json();
        let rows = suspects["access_keys"].as_array().unwrap().iter();
        let suspects = rows.filter(|row| row["suspect"] == true).count();
        assert_eq!(suspects, usize::from(made), "{fault}");
    }
}

#[test]
fn a_rotation_whose_create_is_undecided_is_called_one() {
    let (env, serving) = reached();
    assert_eq!(env.akm(&["create", "--ram-user", "alice"]).code, 0);
    serving.order(&json!({ "fault": "lose-answer", "action": "CreateAccessKey" }));
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 8);
    let open = env.akm(&["recover", "--list"]).stdout;
    assert!(open.contains("create-unanswered"), "{open}");
}

/// A suspect that a person knows is not found again while the create that it appeared around is undecided.
#[test]
fn a_dismissed_suspect_stays_dismissed() {
    let (env, serving) = reached();
    serving.order(&json!({ "fault": "lose-answer", "action": "CreateAccessKey" }));
    assert_eq!(env.akm(&["create", "--ram-user", "alice"]).code, 8);
    let id = truth(&env, "alice").pop().unwrap();
    assert_eq!(env.akm(&["recover", "--dismiss", &id]).code, 0);
    let again = env.akm(&["create", "--ram-user", "alice"]);
    assert_eq!(
        said(&again.stderr),
        "error: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
         hint: run `akm recover` after <TIME>\n"
    );
    assert_eq!(again.code, 7);
    assert_eq!(env.akm(&["recover", "--dismiss", &id]).code, 3);
    assert!(!env.akm(&["list"]).stdout.contains("suspect"));
    let open = env.akm(&["recover", "--list"]).stdout;
    assert!(
        !open.contains("suspect") && open.contains("create-unanswered"),
        "{open}"
    );
}

#[test]
fn a_create_that_is_executed_late_is_found() {
    let (env, serving) = reached();
    serving
        .order(&json!({ "fault": "execute-late", "action": "CreateAccessKey", "delay_ms": 700 }));
    assert_eq!(env.akm(&["create", "--ram-user", "alice"]).code, 8);
    assert_eq!(truth(&env, "alice").len(), 0);
    let since = Instant::now();
    while truth(&env, "alice").is_empty() {
        assert!(since.elapsed() < Duration::from_secs(20), "it is executed");
    }
    let again = env.akm(&["create", "--ram-user", "alice"]);
    assert_eq!(again.code, 7);
    assert!(said(&again.stderr).starts_with(
        "warning: `<ID>` appeared around a create, and akm cannot account for it: it is a suspect\n"
    ));
    assert_eq!(truth(&env, "alice").len(), 1);
}

/// Once the cloud's own clock has passed the last moment for it, what is not there was not made, and what is stays a suspect.
#[test]
fn a_create_without_an_answer_is_decided_in_time() {
    for (fault, made) in [("lose-request", false), ("lose-answer", true)] {
        let served = Served::start();
        served
            .serving
            .order(&json!({ "fault": fault, "action": "CreateAccessKey" }));
        let create = ["create", "--ram-user", "alice"];
        assert_eq!(served.env.akm(&create).code, 8, "{fault}");
        let early = served.env.akm(&["recover"]);
        assert_eq!(early.code, 7, "{fault}: {}", early.stderr);
        served.env.time_passes_for("alice", EXPIRY);
        let recover = served.env.akm(&["recover"]);
        let suspect = "warning: `<ID>` of RAM user `alice` is a suspect: it appeared around a create, and akm cannot account for it; \
                       `akm delete <ID> --force` or `akm recover --dismiss <ID>` resolves it\n";
        let known = "note: an earlier create for RAM user `alice` is now known to have left nothing behind\n";
        let told = if made { suspect } else { known };
        let told = format!("{told}Nothing is left that could be finished now.\n");
        assert_eq!((said(&recover.stderr), recover.code), (told, 0), "{fault}");
        let state = checked::check(&served.env, fault);
        assert_eq!(state.suspects.len(), usize::from(made), "{fault}");
        assert_eq!(state.open, [""; 0], "{fault}");
        assert_eq!(served.env.akm(&create).code, 0, "{fault}");
        let pairs = checked::live_of(&served.env, "alice").len();
        assert_eq!(pairs, 1 + usize::from(made), "{fault}");
    }
}

#[test]
fn a_create_that_was_refused_or_never_left_is_known_not_to_be() {
    let (env, mut serving) = reached();
    serving.order(&json!({ "fault": "throttle", "action": "CreateAccessKey" }));
    let throttled = env.akm(&["create", "--ram-user", "alice"]);
    assert_eq!(
        said(&throttled.stderr),
        "error: the cloud asks for fewer calls: CreateAccessKey: Throttling.User: Request was denied due to user flow control.\n\
         request id: <REQUEST>\nhint: try again in a moment\n"
    );
    assert_eq!(throttled.code, 7);
    assert_eq!(env.akm(&["create", "--ram-user", "alice"]).code, 0);
    let before = env.kept();
    serving.end("TERM");
    let refused = env.akm(&["create", "--ram-user", "bob"]);
    assert_eq!(refused.code, 7, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("cannot reach 127.0.0.1:"),
        "{}",
        refused.stderr
    );
    assert_eq!(env.kept(), before);
}

/// What may be done twice is done again until it is known to be done.
#[test]
fn a_rotation_goes_through_what_passes() {
    // Most of the time is spent waiting for the next try.
    std::thread::scope(|scope| {
        for fault in [
            "lose-request",
            "lose-answer",
            "cut-body",
            "fail-before",
            "fail-after",
            "throttle",
        ] {
            scope.spawn(move || {
                for action in [
                    "ListAccessKeys",
                    "UpdateAccessKey",
                    "DeleteAccessKey",
                    "GetCallerIdentity",
                ] {
                    goes_through(fault, action);
                }
            });
        }
    });
}

fn goes_through(fault: &str, action: &str) {
    let (env, serving) = reached();
    let old = env.akm(&["create", "--ram-user", "alice"]).stdout;
    serving.order(&json!({ "fault": fault, "action": action, "count": 2 }));
    let ran = env.akm(&["rotate", "--ram-user", "alice", "--delete-old"]);
    assert_eq!(ran.code, 0, "{fault} {action}: {}", ran.stderr);
    assert_eq!(
        truth(&env, "alice"),
        [ran.stdout.trim()],
        "{fault} {action}"
    );
    assert_ne!(old, ran.stdout);
    let pairs = env.pairs();
    let row = pairs.iter().find(|row| row["ram_user"] == "alice").unwrap();
    assert_eq!(row["secret"], "stored", "{fault} {action}");
}

#[test]
fn a_rotation_whose_create_is_lost_leaves_the_old_pair_as_it_is() {
    for fault in [
        "lose-request",
        "lose-answer",
        "cut-body",
        "fail-before",
        "fail-after",
    ] {
        let (env, serving) = reached();
        let old = env.akm(&["create", "--ram-user", "alice"]).stdout;
        serving.order(&json!({ "fault": fault, "action": "CreateAccessKey" }));
        let ran = env.akm(&["rotate", "--ram-user", "alice", "--delete-old"]);
        assert_eq!(ran.code, 8, "{fault}: {}", ran.stderr);
        let shown = env.akm(&["user", "show", "alice", "--json"]).json();
        let keys = shown["access_keys"].as_array().unwrap();
        let kept = keys
            .iter()
            .find(|key| key["access_key_id"] == old.trim())
            .unwrap();
        assert_eq!(kept["status"], "Active", "{fault}");
        assert_eq!(
            env.akm(&["verify", "--ram-user", "alice"]).code,
            0,
            "{fault}"
        );
        assert_eq!(
            env.akm(&["show-id", "--ram-user", "alice"]).stdout,
            old,
            "{fault}"
        );
    }
}

/// A new pair that is not known everywhere yet is waited for.
#[test]
fn a_new_pair_is_verified_through_propagation() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &["--propagation", "1s"]);
    serving.add_profile(&env, "dev");
    assert_eq!(
        env.akm(&["create", "--ram-user", "alice", "--create-user"])
            .code,
        0
    );
    let ran = env.akm(&["-v", "rotate", "--ram-user", "alice", "--delete-old"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let unknown = ran
        .stderr
        .matches("call: Sts GetCallerIdentity: 404")
        .count();
    assert!(unknown > 0, "{}", ran.stderr);
    // Once when it is delivered, and once more before the old pair is disabled.
    let proofs = "call: Sts GetCallerIdentity: 200\ncall: Sts GetCallerIdentity: 200\ncall: Ram UpdateAccessKey: 200\n";
    assert!(ran.stderr.contains(proofs), "{}", ran.stderr);
}

/// The old pair, enabled again, does not work at once either.
#[test]
fn an_old_pair_is_verified_through_propagation() {
    let served = Served::start();
    let between = Between::before(&served.serving);
    let endpoint = &between.endpoint;
    served
        .serving
        .add_profile_by(&served.env, "gate", endpoint, &[]);
    let old = served.env.create("alice");
    served.done(&["rotate", "--ram-user", "alice"]);
    let enabled = AtomicBool::new(false);
    between.say(move |asked, hand_on| {
        let body = "{\"Code\":\"InvalidAccessKeyId.Inactive\",\"Message\":\"inactive\"}";
        if asked == "GetCallerIdentity" && enabled.swap(false, Ordering::Relaxed) {
            return String::from_utf8(http("403 Forbidden", body)).unwrap();
        }
        enabled.fetch_or(asked == "UpdateAccessKey", Ordering::Relaxed);
        hand_on()
    });
    let rollback = ["rotate", "--ram-user", "alice", "--rollback"];
    let ran = served
        .env
        .akm(&[&["-v", "-p", "gate"], &rollback[..]].concat());
    assert_eq!(ran.stdout, format!("{old}\n"), "{}", ran.stderr);
    let waits = "call: Sts GetCallerIdentity: 403";
    assert!(ran.stderr.contains(waits), "{}", ran.stderr);
}

/// A pair that leaked and that Alibaba protects may not call RAM at all: that is told with what to do.
#[test]
fn a_signer_under_leak_protection_is_told() {
    let (env, serving) = reached();
    serving.order(&json!({ "leaked": serving.field("access_key_id") }));
    let ran = env.akm(&["create", "--ram-user", "alice"]);
    assert_eq!(ran.code, 6, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("counts as leaked in the cloud, and may call neither RAM nor IMS"),
        "{}",
        ran.stderr
    );
}

/// A clock that is off by more than the cloud bears, by ten minutes and by a little.
#[test]
fn a_clock_that_is_off_is_told_and_refused() {
    let Some(library) = crate::support::served::faketime() else {
        return;
    };
    let (env, _serving) = reached();
    let at = |offset: &str, args: &[&str]| {
        let mut command = env.command(args);
        command.envs([("LD_PRELOAD", &*library), ("FAKETIME", offset)]);
        crate::support::env::Ran::from(command.output().unwrap())
    };
    let create = ["create", "--ram-user", "alice"];
    for (offset, side) in [("-600s", "behind"), ("+600s", "ahead of")] {
        let ran = at(offset, &create);
        assert_eq!(ran.code, 1, "{offset} {}", ran.stderr);
        assert!(
            ran.stderr.contains(&format!("s {side} the cloud's")),
            "{}",
            ran.stderr
        );
        assert!(
            ran.stderr
                .contains("set the clock and try again; nothing was changed")
        );
    }
    let ran = at("+1200s", &create);
    assert_eq!(ran.code, 1, "{}", ran.stderr);
    assert_eq!(truth(&env, "alice").len(), 0);
    let ran = at("+60s", &create);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("s ahead of the cloud's"),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_leak_beside_an_undecided_create_is_half_done() {
    let (env, serving) = reached();
    let id = env.create("alice");
    serving.order(&json!({ "fault": "fail-before", "action": "CreateAccessKey" }));
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 8);
    let ran = env.akm(&["rotate", "--ram-user", "alice", "--leaked"]);
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    let told = said(&ran.stderr).replace(&id, "<ID1>");
    assert!(
        told.ends_with(
            "error: `<ID>` is disabled, and nothing has taken its place yet: \
             an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
             hint: run `akm recover` after <TIME>\n"
        ),
        "{told}"
    );
}

/// A leak that was cut short, whose new pair is gone: another one is made, even if the pair was made so lately that a list might lack it.
#[test]
fn a_leak_whose_new_pair_is_gone_makes_another() {
    let served = Served::start();
    let id = served.env.create("alice");
    let order = json!({ "fault": "fail-before", "action": "DeleteAccessKey", "count": 100 });
    served.serving.order(&order);
    let leaked = ["rotate", "--ram-user", "alice", "--leaked", &id];
    assert_eq!(served.env.akm(&leaked).code, 8);
    served.serving.order(&json!({ "clear": true }));
    let new = served.done(&["show-id", "--ram-user", "alice"]);
    assert_ne!(new, id);
    served.done(&["delete", &new, "--force", "-y"]);
    let newer = served.done(&leaked);
    assert!(newer != id && newer != new);
    assert_eq!(pairs(&served), [(newer, true)]);
    let open = served.env.akm(&["recover", "--list", "--json"]);
    assert_eq!(open.stdout, "{\"open\":[]}\n");
}

/// Whether there is room for a new pair cannot be asked: the leak is recorded by then.
#[test]
fn a_leak_whose_room_is_not_known_is_half_done() {
    let served = Served::start();
    let (id, other) = (served.env.create("alice"), served.env.create("alice"));
    served.done(&["disable", &other]);
    let order = json!({ "fault": "fail-before", "action": "GetAccountSummary", "count": 100 });
    served.serving.order(&order);
    let leaked = ["rotate", "--ram-user", "alice", "--leaked", &id];
    let dry = [&leaked[..], &["--dry-run"]].concat();
    assert_eq!(served.env.akm(&dry).code, 7);
    let ran = served.env.akm(&leaked);
    let told = said(&ran.stderr.replace(&id, "OLD"));
    let told = told.lines().nth(1).unwrap();
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    assert!(
        told.starts_with("error: `OLD` is disabled, and nothing has taken its place yet: the cloud is not available"),
        "{told}"
    );
    served.serving.order(&json!({ "clear": true }));
    served.done(&["enable", &other]);
    assert_eq!(served.done(&leaked), other);
}

/// A suspect that is deleted as the hint says: nobody says that it was never made.
#[test]
fn a_suspect_that_is_gone_is_not_called_never_made() {
    let served = Served::start();
    let order = json!({ "fault": "lose-answer", "action": "CreateAccessKey" });
    served.serving.order(&order);
    assert_eq!(served.env.akm(&["create", "--ram-user", "alice"]).code, 8);
    let (id, _) = pairs(&served).remove(0);
    served.done(&["delete", &id, "--force", "-y"]);
    served.env.time_passes_for("alice", EXPIRY);
    let ran = served.env.akm(&["recover"]);
    let told = "note: an earlier create for RAM user `alice` is now known to have left nothing behind\n\
                Nothing is left that could be finished now.\n";
    assert_eq!((ran.code, said(&ran.stderr).as_str()), (0, told));
}

/// Alice's pair leaked beside a rotation whose request has no answer yet.
fn leaked_beside_a_lost_create() -> (Served, String) {
    let served = Served::start();
    let id = served.env.create("alice");
    let order = json!({ "fault": "lose-request", "action": "CreateAccessKey" });
    served.serving.order(&order);
    let rotate = ["rotate", "--ram-user", "alice"];
    assert_eq!(served.env.akm(&rotate).code, 8);
    let leaked = [&rotate[..], &["--leaked", &id]].concat();
    assert_eq!(served.env.akm(&leaked).code, 8);
    assert_eq!(served.env.akm(&leaked).code, 8);
    let open = served.env.akm(&["recover", "--list"]).stdout;
    assert!(open.contains("leak  "), "{open}");
    assert!(open.contains(&id), "{open}");
    (served, id)
}

/// Which of alice's pairs are there, and whether they are Active.
fn pairs(served: &Served) -> Vec<(String, bool)> {
    let live = checked::live_of(&served.env, "alice").into_iter();
    live.map(|pair| (pair.id, pair.active)).collect()
}

#[test]
fn a_leak_beside_an_undecided_create_is_seen_to_by_whoever_decides_that() {
    let (served, id) = leaked_beside_a_lost_create();
    assert_eq!(served.env.akm(&["recover"]).code, 7);
    served.env.time_passes_for("alice", EXPIRY);
    let recover = served.env.akm(&["recover"]);
    assert_eq!(recover.code, 0, "{}", recover.stderr);
    let state = checked::check(&served.env, "replaced");
    assert_eq!((state.open.len(), state.suspects.len()), (0, 0));
    let left = pairs(&served);
    assert!(left.len() == 1 && left[0].0 != id && left[0].1, "{left:?}");
    assert!(!checked::rests(&served.env, &id));
}

/// What has nothing to do with the RAM user's being there says nothing of it.
#[test]
fn a_leak_that_is_unfinished_while_the_list_fails() {
    let (served, id) = leaked_and_not_deleted();
    served.serving.order(&json!({
        "fault": "throttle", "action": "ListAccessKeys", "count": 4, "retry_after_ms": 5
    }));
    let ran = served.env.akm(&["recover"]);
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    let told = "error: `<ID1>` is disabled, and its leak is not over yet: the cloud asks for fewer calls: ListAccessKeys: ";
    let words = said(&ran.stderr.replace(&id, "<ID1>"));
    assert!(words.starts_with(told), "{words}");
    assert!(!words.contains("forgets that it leaked"), "{words}");
}

/// Alice's first pair leaked, which the second is to replace, and could not be deleted.
fn leaked_and_not_deleted() -> (Served, String) {
    let served = Served::start();
    let (id, _) = (served.env.create("alice"), served.env.create("alice"));
    let order = json!({ "fault": "fail-before", "action": "DeleteAccessKey", "count": 100 });
    served.serving.order(&order);
    let leaked = ["rotate", "--ram-user", "alice", "--leaked", &id];
    assert_eq!(served.env.akm(&leaked).code, 8);
    served.serving.order(&json!({ "clear": true }));
    (served, id)
}

/// A stranger's pair came meanwhile, and a person knows of it: the leaked one is deleted to make room for a new one beside that.
#[test]
fn what_was_dismissed_is_forgotten_once_the_create_is_decided() {
    let (served, id) = leaked_beside_a_lost_create();
    let other = Env::light().without_overlap();
    served.serving.add_profile(&other, "dev");
    let strange = other.akm(&["create", "--ram-user", "alice"]).stdout;
    assert_eq!(served.env.akm(&["recover"]).code, 7);
    served.done(&["recover", "--dismiss", strange.trim()]);
    served.env.time_passes_for("alice", EXPIRY);
    served.done(&["recover"]);
    let there: Vec<_> = pairs(&served).into_iter().map(|(of, _)| of).collect();
    assert!(
        there.len() == 2 && there[0] == strange.trim() && there[1] != id,
        "{there:?}"
    );
    let left = served.env.kept().into_iter();
    let mut left = left.map(|(path, _)| path.display().to_string());
    assert!(!left.any(|path| path.contains("suspect-")));
}

/// The command with which it leaked, where the answer cannot come any more: it goes to its end.
#[test]
fn a_leak_beside_a_create_that_is_decided_by_now_is_replaced_at_once() {
    let (served, id) = leaked_beside_a_lost_create();
    served.env.time_passes_for("alice", EXPIRY);
    let leaked = ["rotate", "--ram-user", "alice", "--leaked", &id, "-v"];
    let ran = served.env.akm(&leaked);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let called = called(&ran).into_iter();
    let after = called.skip_while(|call| call != "Ram DeleteAccessKey");
    let after: Vec<_> = after.collect();
    assert_eq!(after, ["Ram DeleteAccessKey"]);
    assert_eq!(pairs(&served), [(ran.stdout.trim().to_owned(), true)]);
    assert_ne!(ran.stdout.trim(), id);
    let state = checked::check(&served.env, "replaced");
    assert_eq!((state.open.len(), state.suspects.len()), (0, 0));
}

/// A person's word that waits for the lock is about what is open then.
#[test]
fn a_word_on_what_another_akm_ends_meanwhile_ends_nothing() {
    let (served, id) = leaked_and_not_deleted();
    let slow = json!({ "fault": "throttle", "action": "ListAccessKeys", "retry_after_ms": 1500 });
    served.serving.order(&slow);
    let mut at_work = served.env.command(&["recover", "-q"]);
    let mut at_work = at_work.stderr(Stdio::null()).spawn().unwrap();
    std::thread::sleep(Duration::from_millis(600));
    let word = served.env.akm(&["recover", "--dismiss", &id]);
    assert!(at_work.wait().unwrap().success());
    assert_eq!(word.code, 3, "{}", word.stderr);
    let left = pairs(&served);
    assert!(left.len() == 1 && left[0].0 != id && left[0].1, "{left:?}");
    let state = checked::check(&served.env, "both");
    assert_eq!((state.open.len(), state.suspects.len()), (0, 0));
}

/// A dry run says what the command says while a create may yet be executed, and prints what would be asked until then.
#[test]
fn a_dry_run_beside_an_undecided_create() {
    let (env, serving) = reached();
    let id = env.create("alice");
    serving.order(&json!({ "fault": "lose-request", "action": "CreateAccessKey" }));
    assert_eq!(env.akm(&["rotate", "--ram-user", "alice"]).code, 8);
    let rotate = |more: &[&str]| env.akm(&[&["rotate", "--ram-user", "alice"], more].concat());
    for more in [&[][..], &["--finish"], &["--rollback"]] {
        let told = "error: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n";
        let real = rotate(more);
        assert_eq!(real.stdout, "", "{more:?}");
        let dry = rotate(&[more, &["--dry-run"]].concat());
        for ran in [real, dry] {
            assert_eq!(ran.code, 7, "{more:?}");
            assert_eq!(said(&ran.stderr), format!("{told}{UNDECIDED}"), "{more:?}");
        }
    }
    let leaked = ["--leaked", &id];
    let before = env.kept();
    let dry = rotate(&[&leaked[..], &["--dry-run"]].concat());
    assert!(env.kept() == before);
    let told = "error: `<ID>` would be disabled, and nothing would take its place yet: \
                an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
                hint: run `akm recover` after <TIME>\n";
    assert_eq!((dry.code, said(&dry.stderr).as_str()), (4, told));
    let ran = rotate(&[&leaked[..], &["-v"]].concat());
    assert_eq!(ran.code, 8, "{}", ran.stderr);
    let dry = rotate(&[&leaked[..], &["--dry-run", "-v"]].concat());
    assert_eq!(words(&dry), called(&ran));
}

/// What a restore that was cut short would disable is not disabled under a profile that signs with it by now.
#[test]
fn a_restored_pair_that_a_profile_signs_with_stays_active() {
    let (env, serving) = reached();
    let id = env.create("alice");
    assert_eq!(env.akm(&["export", &id, "--csv", "alice.csv"]).code, 0);
    assert_eq!(env.akm(&["delete", &id, "--force", "-y"]).code, 0);
    serving.order(&json!({ "fault": "lose-answer", "action": "RestoreAccessKeyFromRecycleBin" }));
    assert_eq!(env.akm(&["restore", &id]).code, 8);
    let endpoint = serving.field("endpoint");
    let add = [
        "profile",
        "add",
        "ops",
        "--csv",
        "alice.csv",
        "--endpoint",
        endpoint,
    ];
    let added = env.akm(&add);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let ran = env.akm(&["recover"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let told = format!("`{id}` is back and stays Active: a profile signs with it");
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    assert_eq!(env.akm(&["-p", "ops", "verify", "--self"]).code, 0);
}

/// What may yet be restored, and then be Active, is not passed over in silence.
#[test]
fn a_restore_without_an_answer_is_open_until_it_is_decided() {
    let served = Served::start();
    let id = served.env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let order = json!({ "fault": "lose-request", "action": "RestoreAccessKeyFromRecycleBin" });
    served.serving.order(&order);
    assert_eq!(served.env.akm(&["restore", &id]).code, 8);
    let open = |served: &Served| served.env.akm(&["recover", "--list"]);
    let table = "WHAT     OWNER  ACCESSKEY ID              NOT BEFORE\n\
                 restore  alice  <ID1>  -\n";
    open(&served).said(&[&id], 0, table, "");
    let recover = served.env.akm(&["recover"]);
    let told = "error: `<ID>` of RAM user `alice` may yet be restored: it was asked for, and the cloud does not list the pair\n\
                hint: run `akm recover` after <TIME>\n";
    assert_eq!((said(&recover.stderr).as_str(), recover.code), (told, 7));
    let script = served.env.akm(&["recover", "--json", "-q"]);
    assert_eq!(
        (script.code, &script.error()["code"]),
        (7, &"undecided".into())
    );
    assert_eq!(script.json()["open"][0]["access_key_id"], id.as_str());
    // A pair that comes back would be taken for what a create made.
    let create = served.env.akm(&["create", "--ram-user", "alice"]);
    assert_eq!((said(&create.stderr).as_str(), create.code), (told, 7));
    served.env.time_passes_for("alice", EXPIRY);
    let recover = served.env.akm(&["recover"]);
    let told = "note: an earlier restore of `<ID>` is now known to have done nothing\n\
                Nothing is left that could be finished now.\n";
    assert_eq!((said(&recover.stderr).as_str(), recover.code), (told, 0));
    assert_eq!(open(&served).stdout.lines().count(), 1);
}

/// What was refused for now did nothing, and is asked for again.
#[test]
fn a_restore_that_comes_too_fast_is_asked_for_again() {
    let served = Served::start();
    let id = served.env.create("alice");
    served.done(&["delete", &id, "--force", "-y"]);
    let order = json!({ "fault": "throttle", "action": "RestoreAccessKeyFromRecycleBin" });
    served.serving.order(&order);
    let ran = served.env.akm(&["restore", &id]);
    let told = "AccessKey <ID> of RAM user alice in dev (account <ACCOUNT>) is Inactive.\n";
    assert_eq!((said(&ran.stderr).as_str(), ran.code), (told, 0));
}

/// A pair that akm disabled itself is called Inactive, wherever the command stops after that.
#[test]
fn what_was_disabled_is_written_down_though_its_deletion_fails() {
    for delete in [true, false] {
        let served = Served::start();
        let id = served.env.create("alice");
        let order = json!({ "fault": "fail-before", "action": "DeleteAccessKey", "count": 9 });
        served.serving.order(&order);
        let args = if delete {
            &["delete", &id, "--force", "-y"][..]
        } else {
            &["rotate", "--ram-user", "alice", "--delete-old"]
        };
        let ran = served.env.akm(args);
        assert_eq!(ran.code, 8, "{}", ran.stderr);
        let row = served.env.pairs().remove(0);
        assert_eq!(
            (&row["access_key_id"], &row["status"]),
            (&id.as_str().into(), &"Inactive".into())
        );
    }
}
