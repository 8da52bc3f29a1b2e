//! `akm rotate --leaked` where something else is open for the owner, or was cut short.

use crate::env::{Env, Ran, named};
use crate::strace::{Call, calls, killed};
use crate::truth;

pub(crate) const ROTATE: [&str; 3] = ["rotate", "--ram-user", "alice"];

pub(crate) fn leaked(env: &Env, id: &str) -> Ran {
    env.akm(&[&ROTATE[..], &["--leaked", id]].concat())
}

#[track_caller]
pub(crate) fn done(env: &Env, args: &[&str]) -> String {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    ran.stdout.trim().to_owned()
}

/// What a command said after it named the sandbox or the endpoint.
pub(crate) fn said(ran: &Ran, ids: &[&str]) -> String {
    let lines = ran.stderr.lines();
    let lines = lines
        .filter(|line| !line.contains("this is the sandbox") && !line.contains("the endpoint is"));
    let text: String = lines.flat_map(|line| [line, "\n"]).collect();
    named(&text, ids)
}

/// Kills the command when it is about to make the call that `chosen` picks.
pub(crate) fn cut(env: &Env, args: &[&str], chosen: impl Fn(&[Call]) -> Call) {
    let all = calls(&env.copied(), args, 0);
    killed(env, &chosen(&all), args);
}

/// The write of the record after the first.
fn second_record(calls: &[Call]) -> Call {
    let mut written = calls.iter().filter(|call| call.name == "pwrite64");
    written.nth(1).unwrap().clone()
}

/// Alice's other pair.
pub(crate) fn other(env: &Env, id: &str) -> String {
    let mut live = truth::live_of(env, "alice").into_iter();
    live.find(|pair| pair.id != id).unwrap().id
}

pub(crate) fn active(env: &Env) -> Vec<(String, bool)> {
    let live = truth::live_of(env, "alice").into_iter();
    live.map(|pair| (pair.id, pair.active)).collect()
}

/// Nothing is open, and one Active pair is left, which works.
#[track_caller]
pub(crate) fn over(env: &Env, leaked: &str, left: &str) {
    assert_eq!(active(env), [(left.to_owned(), true)]);
    let state = truth::check(env, "over");
    assert_eq!((state.open.len(), state.suspects.len()), (0, 0));
    assert!(!truth::rests(env, leaked), "its secret is still there");
    done(env, &["verify", left]);
}

#[track_caller]
pub(crate) fn is_open(env: &Env, what: &str, id: Option<&str>) {
    let open = env.akm(&["recover", "--list", "--json"]).json();
    let row = &open["open"][0];
    assert_eq!(row["what"], what, "{open}");
    assert_eq!(row["access_key_id"].as_str(), id, "{open}");
}

/// Its replacement is made and not held yet: whoever enables the leaked pair keeps both.
#[test]
fn a_leaked_pair_is_enabled_before_its_replacement_is_held() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    cut(
        &env,
        &[&ROTATE[..], &["--leaked", &id]].concat(),
        second_record,
    );
    let new = other(&env, &id);
    is_open(&env, "leaked pair, to be replaced", Some(&id));
    let ran = env.akm(&["enable", &id]);
    assert_eq!(
        (ran.code, said(&ran, &[&id]).as_str()),
        (
            0,
            "akm: nothing is to take the place of `<ID1>` any more; `akm recover` ends what was begun for that\n\
             akm: `<ID1>` was reported as leaked, and is handed out again from now on\n\
             akm: `<ID1>` of RAM user `alice` is Active\n"
        )
    );
    is_open(&env, "create, to be finished", Some(&new));
    done(&env, &["recover"]);
    assert_eq!(active(&env), [(id.clone(), true), (new.clone(), true)]);
    for one in [&id, &new] {
        done(&env, &["verify", one]);
    }
    assert_eq!(truth::check(&env, "enabled").open.len(), 0);
}

/// Killed when it was about to replace the rotation's journal, or to say in the cloud that the pair is Inactive.
fn cut_beside_a_rotation(file: &str) -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = done(&env, &[&ROTATE[..], &["--overlap", "2d"]].concat());
    cut_leak(&env, &old, file);
    (env, old, new)
}

#[test]
fn a_leak_beside_a_rotation_is_written_down_first() {
    for file in ["sandbox/users/alice.toml", "user-alice.journal"] {
        let (env, old, new) = cut_beside_a_rotation(file);
        done(&env, &["recover"]);
        over(&env, &old, &new);
    }
}

#[test]
fn nobody_goes_back_to_a_pair_that_leaked_beside_its_rotation() {
    let (env, old, new) = cut_beside_a_rotation("user-alice.journal");
    let ids = [old.as_str(), &new];
    let told = "akm: `<ID1>` leaked, and is to be replaced first\nhint: `akm recover` does it\n";
    let ran = env.refused(&[&ROTATE[..], &["--rollback"]].concat(), 4);
    assert_eq!(said(&ran, &ids), told);
    let ran = env.refused(&[&ROTATE[..], &["--dry-run"]].concat(), 4);
    let told = "akm: something else is open for RAM user `alice`, and is done first\n\
                hint: `akm recover --list` shows it; `akm recover` does it\n";
    assert_eq!(said(&ran, &ids), told);
}

/// A person's word ends the leak, and the rotation goes on as it was.
#[test]
fn a_leak_beside_a_rotation_is_taken_back() {
    for word in [&["recover", "--dismiss"][..], &["enable"]] {
        let (env, old, new) = cut_beside_a_rotation("user-alice.journal");
        let ran = env.akm(&[word, &[&old]].concat());
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        let told = "akm: nothing is to take the place of `<ID1>` any more\n";
        assert!(said(&ran, &[&old]).starts_with(told), "{}", ran.stderr);
        is_open(&env, "rotation, old pair still Active", Some(&new));
        assert!(truth::rests(&env, &old) && truth::rests(&env, &new));
    }
}

/// What was to take its place is purged, or deleted and dismissed: the leak is still to be replaced.
#[test]
fn a_leak_outlives_the_rotation_that_it_was_written_beside() {
    for purged in [true, false] {
        let (env, old, new) = cut_beside_a_rotation("user-alice.journal");
        if purged {
            done(&env, &["delete", &new, "--force", "--purge", "-y"]);
        } else {
            done(&env, &["delete", &new, "--force", "-y"]);
            done(&env, &["recover", "--dismiss", &new]);
            let journal = std::fs::read_to_string(env.journal_of("alice")).unwrap();
            assert!(journal.contains("{\"got\":"), "{journal}");
        }
        is_open(&env, "leaked pair, to be replaced", Some(&old));
        done(&env, &["recover"]);
        let newer = done(&env, &["show-id", "--ram-user", "alice"]);
        assert!(newer != old && newer != new);
        over(&env, &old, &newer);
    }
}

/// It is gone before anything took its place: the rotation beside which it leaked goes on.
#[test]
fn a_pair_that_leaked_beside_a_rotation_and_is_deleted() {
    let (env, old, new) = cut_beside_a_rotation("user-alice.journal");
    done(&env, &["delete", &old, "--force", "-y"]);
    done(&env, &["recover"]);
    over(&env, &old, &new);
}

/// The new pair of a rotation leaks before it is held: back to the old one.
#[test]
fn a_new_pair_that_leaks_before_it_is_held() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    cut(&env, &ROTATE, second_record);
    let new = other(&env, &old);
    assert_eq!(leaked(&env, &new).stdout, format!("{old}\n"));
    over(&env, &new, &old);
}

/// Its rotation's pair is wanted, and made known, before the other one is replaced.
#[test]
fn an_old_pair_that_leaks_before_the_new_one_is_held() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    cut(&env, &ROTATE, second_record);
    let new = other(&env, &old);
    std::fs::remove_file(env.record_of("alice")).unwrap();
    env.lose_secret(&new);
    assert_eq!(leaked(&env, &old).stdout, format!("{new}\n"));
    over(&env, &old, &new);
}

/// Both leak, and the first is gone when the second is told: one new pair takes the place of both.
#[test]
fn a_second_leak_after_the_first_is_gone() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let args = [&ROTATE[..], &["--leaked", &one]].concat();
    cut(&env, &args, |calls| {
        let closed = calls.iter().rfind(|call| call.name == "unlink");
        closed.unwrap().clone()
    });
    assert_eq!(active(&env), [(two.clone(), true)]);
    let new = leaked(&env, &two).stdout.trim().to_owned();
    assert!(new != one && new != two);
    over(&env, &two, &new);
    assert!(!truth::rests(&env, &one));
}

/// A create of alice's, killed when it was about to write down what is known of its pair.
fn cut_create() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    cut(&env, &["create", "--ram-user", "alice"], |calls| {
        let renames =
            |call: &&Call| call.name.starts_with("rename") && call.line.contains("user-alice.toml");
        calls.iter().rfind(renames).unwrap().clone()
    });
    let new = other(&env, &old);
    is_open(&env, "create, to be finished", Some(&new));
    (env, old, new)
}

/// Cut short when it was about to make the call that renames that file.
pub(crate) fn cut_leak(env: &Env, id: &str, file: &str) {
    let args = [&ROTATE[..], &["--leaked", id]].concat();
    cut(env, &args, |calls| {
        let renames = |call: &&Call| call.name.starts_with("rename") && call.line.contains(file);
        calls.iter().find(renames).unwrap().clone()
    });
    is_open(env, "leaked pair, to be replaced", Some(id));
}

/// The pair is deleted for good, and nothing knows of it any more: what it leaked beside goes on.
#[test]
fn a_leaked_pair_that_is_purged_is_gone() {
    let (env, old, new) = cut_beside_a_rotation("user-alice.journal");
    done(&env, &["delete", &old, "--force", "--purge", "-y"]);
    done(&env, &["recover"]);
    over(&env, &old, &new);
}

/// What the create had made takes the leaked pair's place; the same command again prints that pair, and makes no other.
#[test]
fn a_create_that_was_cut_short_is_finished_by_the_leak() {
    let (env, old, new) = cut_create();
    cut_leak(&env, &old, "user-alice.journal");
    let csv = env.path("pair.csv");
    let args = ["create", "--ram-user", "alice", "--csv"];
    let ran = env.akm(&[&args[..], &[csv.to_str().unwrap()]].concat());
    assert_eq!(ran.stdout, format!("{new}\n"), "{}", ran.stderr);
    let told = "akm: finished what was begun before: AccessKey pair `<ID1>`\n";
    assert!(said(&ran, &[&new]).contains(told), "{}", ran.stderr);
    assert!(std::fs::read_to_string(csv).unwrap().contains(&new));
    over(&env, &old, &new);
}

#[cfg(feature = "server")]
pub(crate) mod served {
    use super::*;
    use crate::between::{Between, without};
    use crate::env::{edit, journal_line};
    use crate::killed_served::EXPIRY;
    use crate::served::Served;
    use serde_json::json;
    use std::sync::Mutex;

    pub(crate) const UNDECIDED: &str = "akm: an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
                             hint: run `akm recover` after <TIME>\n";

    /// Alice's pair leaked, and the request for a new one has no answer.
    pub(crate) fn unanswered() -> (Served, String) {
        let served = Served::start();
        let id = served.env.create("alice");
        let order = json!({ "fault": "lose-request", "action": "CreateAccessKey" });
        served.serving.order(&order);
        assert_eq!(leaked(&served.env, &id).code, 8);
        assert_eq!(active(&served.env), [(id.clone(), false)]);
        (served, id)
    }

    /// By a person's word nothing is to follow: what was asked for is looked for as any create.
    #[test]
    fn a_leak_whose_replacement_is_undecided_is_taken_back() {
        for word in [&["recover", "--dismiss"][..], &["enable"]] {
            let (served, id) = unanswered();
            let ran = served.env.akm(&[word, &[&id]].concat());
            let told = "akm: nothing is to take the place of `<ID1>` any more";
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            assert!(said(&ran, &[&id]).starts_with(told), "{}", ran.stderr);
            is_open(&served.env, "create, answer not known", None);
            served.env.time_passes_for("alice", EXPIRY);
            served.done(&["recover"]);
            assert_eq!(active(&served.env), [(id.clone(), word == ["enable"])]);
            assert!(truth::rests(&served.env, &id));
            assert_eq!(truth::check(&served.env, "taken back").open.len(), 0);
        }
    }

    /// The first list lags behind the rotation's create: its pair is there all the same, and takes the place.
    #[test]
    fn a_new_pair_that_a_list_lacks_takes_the_place() {
        let served = Served::start();
        let between = Between::before(&served.serving);
        let env = &served.env;
        served
            .serving
            .add_profile_by(env, "gate", &between.endpoint, &[]);
        let old = env.create("alice");
        let seen = std::sync::Arc::new(Mutex::new(None));
        let (list, of) = (seen.clone(), old.clone());
        between.say(move |asked, hand_on| {
            let answer = hand_on();
            if asked == "ListAccessKeys" && answer.contains(&of) {
                *list.lock().unwrap() = Some(answer.clone());
            }
            answer
        });
        served.done(&["-p", "gate", "list", "--refresh"]);
        let new = served.done(&[&ROTATE[..], &["--overlap", "2d"]].concat());
        env.cut_after("created");
        between.say(move |asked, hand_on| {
            let first = seen.lock().unwrap().take_if(|_| asked == "ListAccessKeys");
            first.unwrap_or_else(hand_on)
        });
        let args = ["-p", "gate"].iter().chain(&ROTATE).copied();
        let args: Vec<&str> = args.chain(["--leaked", &old]).collect();
        assert_eq!(served.done(&args), new);
        over(env, &old, &new);
    }

    /// Where the lists that lag lack the leaked pair, it is disabled and deleted all the same: of a create that nothing but its journal
    /// knows of, of a leak that waits, and of one that is said again.
    #[test]
    fn a_leaked_pair_that_a_list_lacks_is_not_forgotten() {
        let alone = |command: &[&str]| {
            let env = Env::new().without_overlap();
            let (id, other) = (env.create("alice"), env.create("alice"));
            cut_leak(&env, &id, "sandbox/users/alice.toml");
            unlisted(&env, &id, command);
            over(&env, &id, &other);
            let env = Env::new().without_overlap();
            let id = env.create("alice");
            cut_leak(&env, &id, "sandbox/users/alice.toml");
            unlisted(&env, &id, command);
            over(&env, &id, &other_than(&env, &id));
        };
        alone(&["recover"]);
        alone(&[&ROTATE[..], &["--leaked"]].concat());
        let (env, old, new) = cut_create();
        cut_leak(&env, &new, "sandbox/users/alice.toml");
        unlisted(&env, &new, &["recover"]);
        over(&env, &new, &old);
    }

    /// It takes a place all the same.
    #[test]
    fn a_leaked_pair_that_a_list_lacks_leaves_no_room() {
        let env = Env::new().without_overlap();
        let (id, other) = (env.create("alice"), env.create("alice"));
        done(&env, &["disable", &other]);
        killed(
            &env,
            &before_the_cloud(&env, &id),
            &[&ROTATE[..], &["--leaked", &id]].concat(),
        );
        let ran = by_a_list_without(&env, &id, &["recover"]);
        let told = "`<ID1>` is disabled, and nothing can take its place: `<ID2>`, the other pair, is Inactive";
        assert!(
            ran.code == 8 && said(&ran, &[&id, &other]).contains(told),
            "{}",
            ran.stderr
        );
    }

    /// The call by which `rotate --leaked` changes the sandbox, where nothing can take the pair's place.
    fn before_the_cloud(env: &Env, id: &str) -> Call {
        let args = [&ROTATE[..], &["--leaked", id]].concat();
        let all = calls(&env.copied(), &args, 8);
        let renames = |call: &&Call| {
            call.name.starts_with("rename") && call.line.contains("sandbox/users/alice.toml")
        };
        all.iter().find(renames).unwrap().clone()
    }

    fn other_than(env: &Env, id: &str) -> String {
        let current = done(env, &["show-id", "--ram-user", "alice"]);
        assert_ne!(current, id);
        current
    }

    fn unlisted(env: &Env, id: &str, command: &[&str]) {
        let ran = by_a_list_without(env, id, command);
        let told = format!("akm: `{id}` is disabled\n");
        assert!(
            ran.code == 0 && ran.stderr.contains(&told),
            "{}",
            ran.stderr
        );
    }

    /// Runs the command by a cloud whose lists lack that pair.
    pub(crate) fn by_a_list_without(env: &Env, id: &str, command: &[&str]) -> Ran {
        let serving = crate::serving::Serving::start(env, &["--persist"]);
        let between = Between::before(&serving);
        serving.add_profile_by(env, "gate", &between.endpoint, &[]);
        let of = id.to_owned();
        between.say(move |asked, hand_on| match asked {
            "ListAccessKeys" => without(&hand_on(), &of),
            _ => hand_on(),
        });
        let ran = env.akm(&[&["-p", "gate"], command].concat());
        done(env, &["profile", "use", "sandbox"]);
        ran
    }

    /// It signs for whoever recovers: another identity has to retire it.
    #[test]
    fn a_recovery_does_not_disable_its_own_signer() {
        let served = Served::start();
        let env = &served.env;
        let user = "sandbox-administrator";
        let rotate = ["rotate", "--ram-user", user, "--overlap", "2d"];
        let new = served.done(&rotate);
        let journal = env.journal_of(user);
        let text = std::fs::read_to_string(&journal).unwrap();
        let noted = journal_line(&format!("{{\"leaked\":\"{new}\"}}"));
        std::fs::write(&journal, text.trim_end().to_owned() + "\n" + &noted).unwrap();
        let ran = env.akm(&["recover"]);
        let told = "akm: akm signs with `<ID1>` itself, and another identity has to retire it\n";
        assert!(
            ran.code == 6 && said(&ran, &[&new]).starts_with(told),
            "{}",
            ran.stderr
        );
        served.done(&["verify", &new]);
    }

    /// Somebody enabled it in the console: whoever says again that it leaked has it disabled at once.
    #[test]
    fn it_is_disabled_again_before_anything_is_waited_for() {
        let (served, id) = unanswered();
        edit(&served.env.cloud_of("alice"), "\"Inactive\"", "\"Active\"");
        let dry = served
            .env
            .akm(&[&ROTATE[..], &["--leaked", &id, "--dry-run"]].concat());
        let undecided = UNDECIDED.strip_prefix("akm: ").unwrap();
        let told = format!(
            "akm: `<ID1>` would be disabled, and nothing would take its place yet: {undecided}"
        );
        assert_eq!((dry.code, said(&dry, &[&id])), (4, told));
        let ran = leaked(&served.env, &id);
        let told = format!("akm: `<ID1>` is disabled\n{UNDECIDED}");
        assert_eq!((ran.code, said(&ran, &[&id])), (7, told));
        assert_eq!(active(&served.env), [(id.clone(), false)]);
        let again = leaked(&served.env, &id);
        assert_eq!(said(&again, &[&id]), UNDECIDED);
    }
}
