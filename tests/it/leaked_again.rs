//! `akm rotate --leaked` of a pair that something brings back into use: what was asked for before, a list that lags, a second leak.

use crate::dry_run::{called, unsealed, words};
use crate::env::{Env, journal_line};
use crate::leaked_beside::{ROTATE, active, cut, cut_leak, done, is_open, leaked, over, said};
use crate::truth;

/// Alice's pair that was deleted and restored to be Active, cut short when all was done but to say so; and her other pair.
fn restored_lately() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    done(&env, &["delete", &id, "--force", "-y"]);
    let other = env.create("alice");
    done(&env, &["disable", &other, "--force"]);
    cut(&env, &["restore", &id, "--active"], |calls| {
        let closed = calls.iter().rfind(|call| call.name == "unlink");
        closed.unwrap().clone()
    });
    let open = env.akm(&["recover", "--list"]).stdout;
    assert!(open.contains("restore, to be finished"), "{open}");
    (env, id, other)
}

/// Every command finishes what was asked for before; it is not to be Active any more.
#[test]
fn a_leaked_pair_is_not_restored_to_be_active() {
    let (env, id, other) = restored_lately();
    assert_eq!(leaked(&env, &id).code, 8);
    done(&env, &["enable", &other]);
    let mut pairs = active(&env);
    pairs.sort_by_key(|(_, active)| *active);
    assert_eq!(pairs, [(id.clone(), false), (other.clone(), true)]);
    done(&env, &["recover"]);
    over(&env, &id, &other);
}

/// A list that lacked it made metadata call it deleted; so lately, that proves nothing.
#[test]
fn a_leaked_pair_that_vanished_a_moment_ago_is_not_called_deleted() {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    crate::fleet::made_days_ago(&env, "alice", 1);
    done(&env, &["delete", &id, "--force", "-y"]);
    done(&env, &["restore", &id, "--active"]);
    let before = crate::leaked::hide(&env, &id);
    done(&env, &["list", "--refresh"]);
    let ran = leaked(&env, &id);
    let told = "akm: `<ID1>` was made or restored just now, and the cloud does not list it yet\n\
                hint: the same command again in a moment\n";
    assert_eq!((ran.code, said(&ran, &[&id]).as_str()), (7, told));
    std::fs::write(env.cloud_of("alice"), before).unwrap();
    done(&env, &[&ROTATE[..], &["--leaked", &id]].concat());
    over(&env, &id, &other);
}

/// A rotation of alice's, and both its pairs.
fn in_its_overlap() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = done(&env, &[&ROTATE[..], &["--overlap", "2d"]].concat());
    (env, old, new)
}

/// Somebody deleted the leaked pair in the midst of its rotation: what is open does not bring its secret back.
#[test]
fn a_new_pair_that_leaked_and_is_gone_is_not_gone_on_with() {
    let (env, old, new) = in_its_overlap();
    done(&env, &["delete", &new, "--force", "-y"]);
    let dry = env.akm(&[&ROTATE[..], &["--leaked", &new, "--dry-run"]].concat());
    let ran = env.akm(&[&ROTATE[..], &["--leaked", &new, "-v"]].concat());
    assert_eq!((ran.code, ran.stdout.trim()), (0, old.as_str()));
    assert_eq!(words(&dry), called(&ran));
    over(&env, &new, &old);
}

/// The same where the journal alone knows of it.
#[test]
fn a_new_pair_that_leaked_and_is_gone_is_known_by_the_journal() {
    let (env, old, new) = in_its_overlap();
    done(&env, &["delete", &new, "--force", "-y"]);
    env.cut_after("created");
    std::fs::remove_file(env.record_of("alice")).unwrap();
    env.lose_secret(&new);
    assert_eq!(
        done(&env, &[&ROTATE[..], &["--leaked", &new]].concat()),
        old
    );
    over(&env, &new, &old);
}

/// The same where the old pair was disabled by then: it is left as it is, and a new one is made.
#[test]
fn a_new_pair_that_leaked_and_is_gone_is_replaced() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = done(&env, &ROTATE);
    done(&env, &["delete", &new, "--force", "-y"]);
    let dry = env.akm(&[&ROTATE[..], &["--leaked", &new, "--dry-run"]].concat());
    let ran = env.akm(&[&ROTATE[..], &["--leaked", &new, "-v"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(words(&dry), called(&ran));
    let newer = ran.stdout.trim().to_owned();
    assert_eq!(active(&env), [(old, false), (newer.clone(), true)]);
    assert_eq!(truth::check(&env, "replaced").open.len(), 0);
    assert!(!truth::rests(&env, &new), "its secret is still there");
    done(&env, &["verify", &newer]);
}

/// The old pair is left as it is, and nothing announces its end.
#[test]
fn a_leak_of_the_new_pair_ends_what_was_due() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let new = done(&env, &ROTATE);
    assert!(env.pairs()[0]["delete_after"].is_string());
    assert_eq!(leaked(&env, &new).code, 8);
    for pair in env.pairs() {
        assert!(pair["delete_after"].is_null(), "{pair}");
    }
}

/// A rotation in its overlap, whose store is not there just now.
fn with_an_absent_store() -> (Env, String, String) {
    let (env, old, new) = in_its_overlap();
    rests_in(&env, ("age", "keyring"));
    (env, old, new)
}

fn rests_in(env: &Env, (from, to): (&str, &str)) {
    let journal = env.journal_of("alice");
    let text = std::fs::read_to_string(&journal).unwrap();
    let (from, to) = (
        format!("\"store\":\"{from}\""),
        format!("\"store\":\"{to}\""),
    );
    assert!(text.contains(&from), "{text}");
    let lines = text.lines().filter(|line| !line.is_empty());
    let lines = lines.map(|line| journal_line(&line[17..].replace(&from, &to)));
    std::fs::write(&journal, lines.collect::<String>()).unwrap();
}

/// It has lost nothing: the pair stays claimed, and takes the place once its secret can be had.
#[test]
fn a_secret_that_cannot_be_had_just_now_is_not_lost() {
    let (env, old, new) = with_an_absent_store();
    let ran = leaked(&env, &old);
    let told = "akm: `<ID1>` is disabled\nakm: `<ID1>` is disabled, and nothing has taken its place yet: the secret store is not there: ";
    assert!(
        ran.code == 8 && said(&ran, &[&old]).starts_with(told),
        "{}",
        ran.stderr
    );
    let pairs = env.pairs();
    let claimed = pairs.iter().find(|pair| pair["access_key_id"] == *new);
    assert_eq!(claimed.unwrap()["secret"], "stored");
    rests_in(&env, ("keyring", "age"));
    assert_eq!(
        done(&env, &[&ROTATE[..], &["--leaked", &old]].concat()),
        new
    );
    over(&env, &old, &new);
}

/// Neither the store nor the journal has it any more, which metadata then says.
#[test]
fn a_new_pair_that_is_lost_is_claimed_no_longer() {
    let (env, old, new) = in_its_overlap();
    unsealed(&env);
    env.lose_secret(&new);
    assert_eq!(leaked(&env, &old).code, 8);
    let pairs = env.pairs();
    let lost = pairs.iter().find(|pair| pair["access_key_id"] == *new);
    assert_eq!(lost.unwrap()["secret"], "missing");
}

/// The secret of what leaked is not needed.
#[test]
fn a_leaked_pair_whose_secret_cannot_be_had_is_replaced() {
    let (env, old, new) = with_an_absent_store();
    assert_eq!(
        done(&env, &[&ROTATE[..], &["--leaked", &new]].concat()),
        old
    );
    over(&env, &new, &old);
}

/// Killed when it was about to disable the first.
fn two_leaks() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    cut_leak(&env, &one, "sandbox/users/alice.toml");
    (env, one, two)
}

const BOTH: &str = "akm: `<ID2>` is disabled, and nothing has taken its place yet: \
                    `<ID1>`, the other pair, leaked before, and is still there\n\
                    hint: `akm delete <ID1> --purge`, then `akm rotate --ram-user alice --leaked <ID2>` again\n";

/// Both are out of use, and what is hinted works.
#[track_caller]
fn both_are_replaced(env: &Env, ran: &crate::env::Ran, one: &str, two: &str) {
    let told = format!("akm: `<ID2>` is disabled\nakm: `<ID1>` is disabled\n{BOTH}");
    assert_eq!((ran.code, said(ran, &[one, two])), (8, told));
    let both = [(one.to_owned(), false), (two.to_owned(), false)];
    assert_eq!(active(env), both);
    is_open(env, "leaked pair, to be replaced", Some(two));
    done(env, &["delete", one, "--purge", "-y"]);
    let again = env.copied();
    let new = done(&again, &[&ROTATE[..], &["--leaked", two]].concat());
    over(&again, two, &new);
    done(env, &["recover"]);
    let new = done(env, &["show-id", "--ram-user", "alice"]);
    assert_ne!(new, two);
    over(env, two, &new);
}

#[test]
fn the_first_of_two_leaked_pairs_is_disabled_too() {
    let (env, one, two) = two_leaks();
    let ran = leaked(&env, &two);
    both_are_replaced(&env, &ran, &one, &two);
}

/// What the first waits for may be that the second goes.
#[test]
fn the_second_of_two_leaked_pairs_makes_room_for_the_first() {
    for purge in [&["--purge"][..], &[]] {
        let env = Env::new().without_overlap();
        let (one, two) = (env.create("alice"), env.create("alice"));
        done(&env, &["disable", &two]);
        for id in [&one, &two] {
            assert_eq!(leaked(&env, id).code, 8);
        }
        let open = env.akm(&["recover", "--list", "--json"]).json();
        let rows = open["open"].as_array().unwrap();
        let ids: Vec<_> = rows.iter().map(|row| &row["access_key_id"]).collect();
        assert_eq!(ids, [&two, &one]);
        done(&env, &[&["delete", &two, "-y"], purge].concat());
        done(&env, &["recover"]);
        let new = done(&env, &["show-id", "--ram-user", "alice"]);
        over(&env, &one, &new);
        assert!(!truth::rests(&env, &two));
    }
}

/// The journal of a rotation brings it to its end.
#[test]
fn no_pair_is_made_beside_a_rotation_that_waits() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    env.allow_pairs(3);
    let new = done(&env, &[&ROTATE[..], &["--overlap", "2d"]].concat());
    let ran = env.akm(&["create", "--ram-user", "alice"]);
    let told = "akm: the rotation that replaces `<ID1>` is not over: nothing else is made for RAM user `alice` meanwhile\n\
                hint: `akm recover --list` shows what it waits for; `akm rotate --ram-user alice --finish` does what is due; \
                `akm rotate --ram-user alice --rollback` goes back\n";
    assert_eq!((ran.code, said(&ran, &[&old]).as_str()), (4, told));
    is_open(&env, "rotation, old pair still Active", Some(&new));
    done(&env, &[&ROTATE[..], &["--rollback"]].concat());
    done(&env, &["delete", &new, "-y"]);
    env.create("alice");
}

/// A third pair takes the journal of a rotation that waits: that is told, and nothing is due any more.
#[test]
fn a_rotation_that_another_leak_ends_is_told_of() {
    let env = Env::new().without_overlap();
    let third = env.create("alice");
    env.allow_pairs(3);
    done(&env, &["delete", &third, "--force", "-y"]);
    let old = env.create("alice");
    let new = done(&env, &[&ROTATE[..], &["--overlap", "2d"]].concat());
    done(&env, &["restore", &third, "--active"]);
    let ran = leaked(&env, &third);
    let told =
        "akm: the rotation from `<ID1>` to `<ID2>` is over; both pairs are left as they are\n";
    assert!(
        ran.code == 0 && said(&ran, &[&old, &new]).contains(told),
        "{}",
        ran.stderr
    );
    assert_eq!(active(&env), [(old, true), (new, true)]);
    assert!(!truth::rests(&env, &third));
    let record = std::fs::read_to_string(env.record_of("alice")).unwrap();
    assert!(!record.contains("disable_after"), "{record}");
}

/// Nothing knows of it any more, whatever it waits for.
#[test]
fn a_leaked_pair_that_is_purged_is_not_written_down_again() {
    let (env, id, other) = crate::leaked::killed_when_delivered();
    env.lose_secret(&other);
    done(&env, &["delete", &id, "--purge", "-y"]);
    assert_eq!(env.akm(&["recover"]).code, 8);
    let record = std::fs::read_to_string(env.record_of("alice")).unwrap();
    assert!(!record.contains(&id), "{record}");
}

#[cfg(feature = "server")]
mod served {
    use super::*;
    use crate::dry_run::{called, words};
    use crate::env::edit;
    use crate::lagging::{behind_a_gate, by_the_gate, lacks, stands_still};
    use crate::leaked_beside::other;
    use crate::leaked_beside::served::{UNDECIDED, by_a_list_without, unanswered};
    use crate::served::Served;
    use chrono::TimeDelta;
    use serde_json::json;
    use std::sync::{Arc, Mutex};

    /// The second list lacks the first pair, which is there and Active.
    #[test]
    fn the_first_of_two_leaked_pairs_is_looked_for_where_a_list_lacks_it() {
        let (env, one, two) = two_leaks();
        let command = [&ROTATE[..], &["--leaked", &two]].concat();
        let ran = by_a_list_without(&env, &one, &command);
        both_are_replaced(&env, &ran, &one, &two);
    }

    fn fails(served: &Served, action: &str) {
        let order = json!({ "fault": "fail-before", "action": action, "count": 100 });
        served.serving.order(&order);
    }

    fn works_again(served: &Served) {
        served.serving.order(&json!({ "clear": true }));
    }

    /// Somebody enabled it long after it was disabled, and it is said again: that counts, and not a list that lags.
    #[test]
    fn a_leak_that_is_said_again_is_not_undone_by_a_list_that_lags() {
        let (served, between) = behind_a_gate();
        let env = &served.env;
        let (id, new) = (env.create("alice"), env.create("alice"));
        fails(&served, "DeleteAccessKey");
        let args = [&ROTATE[..], &["--leaked", &id]].concat();
        let ran = env.akm(&args);
        let told = said(&ran, &[&id, &new]);
        let half = "akm: `<ID1>` is disabled\n\
                    akm: the rotation from `<ID1>` to `<ID2>` stopped half-way; whether `<ID1>` is deleted is not known: ";
        assert!(ran.code == 8 && told.starts_with(half), "{told}");
        works_again(&served);
        env.time_passes_for("alice", TimeDelta::minutes(6));
        edit(&env.cloud_of("alice"), "\"Inactive\"", "\"Active\"");
        stands_still(&between);
        let ran = by_the_gate(&served, &args);
        let told = "akm: `<ID1>` is disabled\n\
                    akm: the rotation does not go on: the cloud disabled `<ID1>` and still lists it as Active\n\
                    hint: the same command again in a minute\n";
        assert_eq!((ran.code, said(&ran, &[&id]).as_str()), (8, told));
        assert_eq!(active(env), [(id.clone(), false), (new.clone(), true)]);
        between.be_still();
        assert_eq!(by_the_gate(&served, &args).code, 0);
        over(env, &id, &new);
    }

    /// The same of a leak, before anything is made.
    #[test]
    fn a_leaked_pair_that_a_list_shows_inactive_is_disabled() {
        let (served, between) = behind_a_gate();
        let env = &served.env;
        let id = env.create("alice");
        served.done(&["disable", &id, "--force"]);
        let asked_for = Arc::new(Mutex::new(Vec::new()));
        let (seen, asked_of) = (Mutex::new(None), asked_for.clone());
        between.say(move |asked, hand_on| {
            asked_of.lock().unwrap().push(asked.to_owned());
            let mut seen = seen.lock().unwrap();
            match asked {
                "ListAccessKeys" => seen.get_or_insert_with(hand_on).clone(),
                _ => hand_on(),
            }
        });
        assert_eq!(by_the_gate(&served, &["list", "--refresh"]).code, 0);
        served.done(&["enable", &id]);
        fails(&served, "CreateAccessKey");
        let args = [&ROTATE[..], &["--leaked", &id]].concat();
        by_the_gate(&served, &args);
        assert_eq!(active(env), [(id.clone(), false)]);
        let asked = asked_for.lock().unwrap();
        let updates = asked.iter().filter(|asked| *asked == "UpdateAccessKey");
        assert_eq!(updates.count(), 1, "{asked:?}");
    }

    /// Alice's pair leaked beside a create whose answer was lost, and could not be disabled.
    fn beside_a_create() -> (Served, String) {
        let served = Served::start();
        let env = &served.env;
        let id = env.create("alice");
        let order = json!({ "fault": "lose-request", "action": "CreateAccessKey" });
        served.serving.order(&order);
        assert_eq!(env.akm(&["create", "--ram-user", "alice"]).code, 8);
        fails(&served, "UpdateAccessKey");
        assert_eq!(leaked(env, &id).code, 7);
        (served, id)
    }

    /// Whoever goes on disables what leaked beside a create whose answer was lost, and waits only then.
    #[test]
    fn a_pair_that_leaked_beside_an_undecided_create_is_disabled_by_whoever_goes_on() {
        for args in [
            &["recover"][..],
            &ROTATE,
            &["create", "--ram-user", "alice"],
        ] {
            let (served, id) = beside_a_create();
            let env = &served.env;
            works_again(&served);
            assert_eq!(active(env), [(id.clone(), true)]);
            let ran = env.akm(args);
            let told = format!("akm: `<ID1>` is disabled\n{UNDECIDED}");
            assert_eq!((ran.code, said(&ran, &[&id])), (7, told), "{args:?}");
            assert_eq!(active(env), [(id.clone(), false)]);
        }
    }

    /// The second leak is of a pair that was enabled a moment ago.
    #[test]
    fn the_second_of_two_leaked_pairs_is_disabled_whatever_a_list_shows() {
        let (served, between) = behind_a_gate();
        let env = &served.env;
        let (one, two) = (env.create("alice"), env.create("alice"));
        served.done(&["disable", &two]);
        assert_eq!(leaked(env, &one).code, 8);
        stands_still(&between);
        assert_eq!(by_the_gate(&served, &["list", "--refresh"]).code, 0);
        served.done(&["enable", &two]);
        let ran = by_the_gate(&served, &[&ROTATE[..], &["--leaked", &two]].concat());
        let told = format!("akm: `<ID2>` is disabled\n{BOTH}");
        assert_eq!((ran.code, said(&ran, &[&one, &two])), (8, told));
        assert_eq!(active(env), [(one, false), (two, false)]);
    }

    /// Nothing but the journal knows of it, and only the answer to its deletion tells.
    #[test]
    fn a_leaked_pair_that_a_list_lacks_is_deleted_though_metadata_is_lost() {
        let (env, id, other) = crate::leaked::killed_when_delivered();
        std::fs::remove_file(env.record_of("alice")).unwrap();
        edit(&env.cloud_of("alice"), "\"Inactive\"", "\"Active\"");
        let ran = by_a_list_without(&env, &id, &["recover"]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        over(&env, &id, &other);
    }

    /// Alice's pair that was made days ago, and deleted; its restore, to be Active, got no answer.
    fn may_be_restored(fault: &str) -> (Served, String) {
        let served = Served::start();
        let env = &served.env;
        let id = env.create("alice");
        crate::fleet::made_days_ago(env, "alice", 2);
        served.done(&["delete", &id, "--force", "-y"]);
        let order = json!({ "fault": fault, "action": "RestoreAccessKeyFromRecycleBin" });
        served.serving.order(&order);
        assert_eq!(env.akm(&["restore", &id, "--active"]).code, 8);
        (served, id)
    }

    /// Its secret stays until it is known what becomes of it, and it does not stay Active.
    #[test]
    fn a_leaked_pair_that_may_yet_be_restored_is_not_called_deleted() {
        let (served, id) = may_be_restored("lose-request");
        let env = &served.env;
        let ran = leaked(env, &id);
        let told = "akm: `<ID1>` of RAM user `alice` may yet be restored: it was asked for, and the cloud does not list the pair\n\
                    hint: run `akm recover` after <TIME>\n";
        assert_eq!((ran.code, said(&ran, &[&id]).as_str()), (7, told));
        assert!(truth::rests(env, &id));
        let late = truth::copied(env);
        crate::faults::asked_long_ago(&late, &id);
        let ran = leaked(&late, &id);
        let told = "akm: `<ID1>` is deleted already\n";
        assert!(said(&ran, &[&id]).starts_with(told), "{}", ran.stderr);
        assert!(!truth::rests(&late, &id));
        let other = Env::light().without_overlap();
        served.serving.add_profile(&other, "dev");
        done(&other, &["restore", &id, "--active"]);
        served.done(&["recover"]);
        assert_eq!(active(env), [(id, false)]);
    }

    #[test]
    fn a_leaked_pair_that_is_restored_and_not_listed_is_not_called_deleted() {
        let (served, id) = may_be_restored("lose-answer");
        let env = &served.env;
        let before = crate::leaked::hide(env, &id);
        assert_eq!(leaked(env, &id).code, 7);
        assert!(truth::rests(env, &id));
        std::fs::write(env.cloud_of("alice"), before).unwrap();
        let new = served.done(&[&ROTATE[..], &["--leaked", &id]].concat());
        // It may have been asked for more than once.
        assert_eq!(env.akm(&["recover"]).code, 7);
        crate::faults::asked_long_ago(env, &id);
        served.done(&["recover"]);
        over(env, &id, &new);
    }

    /// A pair appeared beside what was to take the leaked one's place, and leaked too.
    fn both_beside_a_create() -> (Served, String, String) {
        let (served, one) = unanswered();
        let elsewhere = Env::light().without_overlap();
        served.serving.add_profile(&elsewhere, "dev");
        let two = done(&elsewhere, &["create", "--ram-user", "alice"]);
        (served, one, two)
    }

    /// Its secret goes although it is the second that is replaced.
    #[test]
    fn the_first_of_two_leaked_pairs_is_forgotten_when_it_is_gone() {
        let (served, one, two) = both_beside_a_create();
        let env = &served.env;
        assert_eq!(leaked(env, &two).code, 8);
        served.done(&["delete", &one, "-y"]);
        env.time_passes_for("alice", crate::killed_served::EXPIRY);
        served.done(&["recover"]);
        let new = served.done(&["show-id", "--ram-user", "alice"]);
        over(env, &two, &new);
        assert!(!truth::rests(env, &one));
    }

    /// What is planned is what is asked, of either.
    #[test]
    fn a_dry_run_knows_of_both_leaked_pairs() {
        let (served, one, two) = both_beside_a_create();
        for id in [&two, &one] {
            let args = [&ROTATE[..], &["--leaked", id]].concat();
            let dry = served.env.akm(&[&args[..], &["--dry-run"]].concat());
            let ran = served.env.akm(&[&args[..], &["-v"]].concat());
            assert_eq!(
                words(&dry),
                called(&ran),
                "{id}: {}{}",
                dry.stderr,
                ran.stderr
            );
            let hint = |told: &str| told.lines().last().unwrap().to_owned();
            assert_eq!(hint(&dry.stderr), hint(&ran.stderr));
        }
    }

    /// The first of both is gone: it stands in nobody's way.
    #[test]
    fn a_dry_run_knows_that_the_first_of_two_leaked_pairs_is_gone() {
        let (served, one, two) = both_beside_a_create();
        let elsewhere = Env::light().without_overlap();
        served.serving.add_profile(&elsewhere, "dev");
        done(&elsewhere, &["delete", &one, "-y"]);
        let args = [&ROTATE[..], &["--leaked", &two]].concat();
        let dry = served.env.akm(&[&args[..], &["--dry-run"]].concat());
        let ran = served.env.akm(&[&args[..], &["-v"]].concat());
        assert_eq!(words(&dry), called(&ran), "{}{}", dry.stderr, ran.stderr);
        let hint = |told: &str| told.lines().last().unwrap().to_owned();
        assert_eq!(hint(&dry.stderr), hint(&ran.stderr));
    }

    /// A list lacks it, and its deletion has no answer: nobody calls it deleted.
    #[test]
    fn a_leaked_pair_whose_deletion_fails_is_not_written_down_as_deleted() {
        let (served, between) = behind_a_gate();
        let env = &served.env;
        let (id, _) = (env.create("alice"), env.create("alice"));
        fails(&served, "DeleteAccessKey");
        assert_eq!(leaked(env, &id).code, 8);
        lacks(&between, &id);
        assert_eq!(by_the_gate(&served, &["recover"]).code, 8);
        let known = env.pairs().into_iter();
        let known: Vec<_> = known
            .filter(|row| row["access_key_id"] == id.as_str())
            .collect();
        assert!(
            known.len() == 1 && known[0]["status"] == "Inactive",
            "{known:?}"
        );
    }

    /// It could not be disabled: what appears meanwhile is written down all the same.
    #[test]
    fn a_pair_that_appears_is_recorded_while_the_leaked_one_cannot_be_disabled() {
        let (served, id) = beside_a_create();
        let env = &served.env;
        let elsewhere = Env::light().without_overlap();
        served.serving.add_profile(&elsewhere, "dev");
        let strange = done(&elsewhere, &["create", "--ram-user", "alice"]);
        let ran = env.akm(&["recover"]);
        let told = said(&ran, &[&id]);
        assert!(ran.code == 7 && told.contains("UpdateAccessKey"), "{told}");
        let open = env.akm(&["recover", "--list"]).stdout;
        let suspect = |line: &str| line.starts_with("suspect") && line.contains(&strange);
        assert!(open.lines().any(suspect), "{open}");
    }

    /// A profile that signs with it does not bring it back.
    #[test]
    fn a_restored_pair_that_leaked_stays_out_of_use_under_a_profile() {
        let served = Served::start();
        let env = &served.env;
        let id = env.create("alice");
        let csv = env.path("alice.csv");
        let csv = csv.to_str().unwrap();
        served.done(&["export", &id, "--csv", csv]);
        served.done(&["delete", &id, "--force", "-y"]);
        let order = json!({ "fault": "lose-answer", "action": "RestoreAccessKeyFromRecycleBin" });
        served.serving.order(&order);
        assert_eq!(env.akm(&["restore", &id, "--active"]).code, 8);
        let endpoint = served.serving.field("endpoint");
        let profile = ["profile", "add", "ops", "--csv", csv];
        served.done(&[&profile[..], &["--endpoint", endpoint]].concat());
        let order = json!({ "fault": "lose-request", "action": "CreateAccessKey" });
        served.serving.order(&order);
        assert_eq!(leaked(env, &id).code, 8);
        let ran = env.akm(&["recover"]);
        let told = "akm: `<ID1>` is back and stays Inactive: a profile signs with it\n";
        let words = said(&ran, &[&id]);
        assert!(ran.code == 7 && words.starts_with(told), "{words}");
        assert_eq!(active(env), [(id, false)]);
    }

    /// The same where the request was for what is to take its place, and somebody enabled it since.
    #[test]
    fn a_leaked_pair_whose_replacement_is_undecided_is_disabled_by_whoever_goes_on() {
        let (served, id) = unanswered();
        edit(&served.env.cloud_of("alice"), "\"Inactive\"", "\"Active\"");
        let ran = served.env.akm(&["recover"]);
        let told = format!("akm: `<ID1>` is disabled\n{UNDECIDED}");
        assert_eq!((ran.code, said(&ran, &[&id])), (7, told));
        assert_eq!(active(&served.env), [(id.clone(), false)]);
        served
            .env
            .time_passes_for("alice", crate::killed_served::EXPIRY);
        served.done(&["recover"]);
        over(&served.env, &id, &other(&served.env, &id));
    }
}
