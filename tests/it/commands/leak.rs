//! `akm rotate --leaked`, from end to end: one path of each kind. Which step follows from what is the table beside the planner.

use crate::support::calls::calls as called_by;
use crate::support::env::SANDBOX;
use crate::support::env::{Env, Ran, edit};
use crate::support::leaks::{ROTATE, active, cut, done, ended, hide, other, over, said};
use crate::support::strace::Call;
use crate::support::truth;

const OVER: &str = "note: `<ID1>` is disabled\nNew: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>). Old: <ID1> (deleted).\n";

pub(crate) fn leaked(env: &Env, id: &str) -> Ran {
    env.akm(&[&ROTATE[..], &["--leaked", id]].concat())
}

/// Kills `rotate --leaked` when the leak is recorded and the cloud was asked for nothing.
fn cut_leak(env: &Env, id: &str) {
    let args = [&ROTATE[..], &["--leaked", id]].concat();
    cut(env, &args, |calls| changes(calls).remove(0));
    is_open(env, "leak", Some(id));
}

/// The calls by which the sandbox changes what it has of alice.
fn changes(calls: &[Call]) -> Vec<Call> {
    let renames = |call: &&Call| {
        call.name.starts_with("rename") && call.line.contains("sandbox/users/alice.toml")
    };
    calls.iter().filter(renames).cloned().collect()
}

#[track_caller]
pub(crate) fn is_open(env: &Env, what: &str, id: Option<&str>) {
    let open = env.akm(&["recover", "--list", "--json"]).json();
    let row = &open["open"][0];
    let stage = row["state"].as_str().map(|stage| format!(" ({stage})"));
    let shown = row["what"].as_str().unwrap().to_owned() + &stage.unwrap_or_default();
    assert_eq!(shown, what, "{open}");
    assert_eq!(row["access_key_id"].as_str(), id, "{open}");
}

/// It is marked before the cloud is asked for anything: whoever hands out meanwhile gives another pair.
#[test]
fn a_leak_that_was_cut_short_hands_out_another_pair_from_its_begin() {
    let env = Env::new().without_overlap();
    let (other, leaked) = (env.create("alice"), env.create("alice"));
    assert_eq!(done(&env, &["show-id", "alice"]), leaked);
    cut_leak(&env, &leaked);
    assert_eq!(active(&env).len(), 2);
    assert_eq!(done(&env, &["show-id", "alice"]), other);
}

#[test]
fn the_only_pair_is_replaced_and_deleted() {
    for named in [false, true] {
        let env = Env::new().without_overlap();
        let id = env.create("alice");
        let more = if named { vec![id.as_str()] } else { vec![] };
        let ran = env.akm(&[&ROTATE[..], &["--leaked"], &more].concat());
        let new = ran.stdout.trim().to_owned();
        ran.said(&[&id, &new], 0, "<ID2>\n", &format!("{SANDBOX}{OVER}"));
        over(&env, &id, &new);
        // Named, the same command again does nothing.
        let told = format!("{SANDBOX}note: `<ID1>` is deleted already\n");
        leaked(&env, &id).said(&[&id, &new], 0, "<ID2>\n", &told);
        over(&env, &id, &new);
    }
}

#[test]
fn it_is_disabled_before_anything_is_made_and_deleted_once_the_new_pair_works() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let made = called_by(&env, &["rotate", "--ram-user", "alice", "--leaked"]);
    let (caller, list) = ("Sts GetCallerIdentity", "Ram ListAccessKeys");
    let (disable, delete) = ("Ram UpdateAccessKey", "Ram DeleteAccessKey");
    let create = "Ram CreateAccessKey";
    // Without an id the owner's only pair has to be found first.
    let calls = [caller, list, disable, list, create, caller, delete];
    assert_eq!(made, calls);
}

#[test]
fn the_other_pair_takes_its_place_if_it_can() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let args = ["rotate", "--ram-user", "alice", "--leaked"];
    let ran = env.refused(&args, 2);
    let asked = "RAM user `alice` has two AccessKey pairs: which of them leaked? ";
    assert!(ran.stderr.contains(asked), "{}", ran.stderr);
    assert!(ran.stderr.ends_with("hint: name it: `akm leak KEY_ID`\n"));
    leaked(&env, &one).said(&[&one, &two], 0, "<ID2>\n", &format!("{SANDBOX}{OVER}"));
    over(&env, &one, &two);
}

/// Of a pair that is Inactive, or whose secret is lost, nothing is asked: the leaked one makes room for a new one.
#[test]
fn it_goes_where_the_other_pair_cannot_take_its_place() {
    for is_lost in [false, true] {
        let env = Env::new().without_overlap();
        let (one, two) = (env.create("alice"), env.create("alice"));
        if is_lost {
            env.lose_secret(&two);
        } else {
            done(&env, &["disable", &two]);
        }
        let before = env.kept();
        let args = [&ROTATE[..], &["--leaked", &one]].concat();
        env.akm(&[&args[..], &["--dry-run"]].concat()).said(
            &[&one],
            0,
            "disable <ID1>\ndelete <ID1>\ncreate a pair for RAM user `alice`\n",
            "note: nothing was changed; `NEW_KEY_ID` is in the place of the id that the cloud will choose\n",
        );
        assert!(env.kept() == before, "a dry run changed a file");
        let ran = env.akm(&args);
        let new = ran.stdout.trim().to_owned();
        let told = OVER.replace(", verified", "");
        ran.said(&[&one, &new], 0, "<ID2>\n", &format!("{SANDBOX}{told}"));
        assert_eq!(active(&env), [(two, is_lost), (new.clone(), true)]);
        assert!(!truth::rests(&env, &one));
        done(&env, &["verify", &new]);
    }
}

/// A third pair takes the place, and one more is not made where there is room for it.
#[test]
fn of_several_other_pairs_the_one_that_can_takes_its_place() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    env.allow_pairs(4);
    let three = env.create("alice");
    done(&env, &["disable", &two]);
    leaked(&env, &one).said(&[&one, &three], 0, "<ID2>\n", &format!("{SANDBOX}{OVER}"));
    assert_eq!(active(&env), [(two, false), (three, true)]);
}

/// The leaked pair is gone, and the others are as many as there may be: what is hinted works.
#[test]
fn where_nothing_can_take_its_place_and_nothing_can_be_made_a_person_decides() {
    let full = |are_lost: bool| {
        let env = Env::new().without_overlap();
        let gone = env.create("alice");
        done(&env, &["delete", &gone, "--force", "-y"]);
        let (one, two) = (env.create("alice"), env.create("alice"));
        for id in [&one, &two] {
            if are_lost {
                env.lose_secret(id);
            } else {
                done(&env, &["disable", id, "--force"]);
            }
        }
        (env, gone, one, two)
    };
    let told = "error: `<ID1>` is gone, and nothing can take its place: none of the other pairs is Active with its secret saved\n";
    let (env, gone, one, two) = full(false);
    let ids = [gone.as_str(), &two];
    let hint = "hint: `akm enable <ID2>`, then the same command again; if that leaked too, `akm rotate --ram-user alice --leaked <ID2>`\n";
    let args = [&ROTATE[..], &["--leaked", &gone]].concat();
    let dry = env.akm(&[&args[..], &["--dry-run"]].concat());
    let would = told.replace("is gone", "would be gone");
    assert_eq!((dry.code, said(&dry, &ids)), (4, format!("{would}{hint}")));
    leaked(&env, &gone).said(&ids, 8, "", &format!("{SANDBOX}{told}{hint}"));
    env.akm(&["recover"])
        .said(&ids, 8, "", &format!("{SANDBOX}{told}{hint}"));
    let copy = env.copied();
    done(&copy, &["enable", &two]);
    assert_eq!(done(&copy, &args), two);
    assert_eq!(active(&copy), [(one.clone(), false), (two.clone(), true)]);
    ended(&copy, &gone, &two);
    let new = done(&env, &[&ROTATE[..], &["--leaked", &two]].concat());
    assert_eq!(active(&env), [(one, false), (new.clone(), true)]);
    ended(&env, &gone, &new);
    assert!(!truth::rests(&env, &two));
    let (env, gone, one, two) = full(true);
    let hint = "hint: if nothing needs it, `akm delete <ID2> --force` makes room, then `akm recover` makes a new pair\n";
    leaked(&env, &gone).said(&[&gone, &one], 8, "", &format!("{SANDBOX}{told}{hint}"));
    // A suspect is the first to go.
    let copy = env.copied();
    crate::support::suspects::suspect(&copy, &two);
    let ran = leaked(&copy, &gone);
    let hint =
        "hint: if nobody else made it, `akm delete <ID1> --force`, then the same command again\n";
    let words = said(&ran, &[&two]);
    assert!(ran.code == 8 && words.ends_with(hint), "{words}");
    done(&env, &["delete", &one, "--force", "-y"]);
    done(&env, &["recover"]);
    let new = done(&env, &["show-id", "--ram-user", "alice"]);
    assert_eq!(active(&env), [(two, true), (new.clone(), true)]);
    done(&env, &["verify", &new]);
}

#[test]
fn in_a_rotation_that_is_open() {
    // What was retired leaked: it goes at once.
    for more in [&["--overlap", "2d"][..], &[]] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        let new = done(&env, &[&ROTATE[..], more].concat());
        assert_eq!(leaked(&env, &old).stdout, format!("{new}\n"));
        over(&env, &old, &new);
    }
    // The new one leaked, and the old one is still Active: back to that.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = done(&env, &[&ROTATE[..], &["--overlap", "2d"]].concat());
    assert_eq!(leaked(&env, &new).stdout, format!("{old}\n"));
    over(&env, &new, &old);
    // The old one is Inactive: it is left as it is, and nothing announces its end.
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = done(&env, &ROTATE);
    assert!(env.pairs()[0]["delete_after"].is_string());
    let newer = done(&env, &[&ROTATE[..], &["--leaked", &new]].concat());
    assert_eq!(active(&env), [(old, false), (newer.clone(), true)]);
    ended(&env, &new, &newer);
    for pair in env.pairs() {
        assert!(pair["delete_after"].is_null(), "{pair}");
    }
}

/// The rotation's create is killed before its pair is claimed: the pair is put into the store and takes the place.
#[test]
fn in_a_rotation_whose_new_pair_is_not_saved_yet() {
    let second_record = |calls: &[Call]| {
        let mut written = calls.iter().filter(|call| call.name == "pwrite64");
        written.nth(1).unwrap().clone()
    };
    for leaks_old in [true, false] {
        let env = Env::new().without_overlap();
        let old = env.create("alice");
        cut(&env, &ROTATE, second_record);
        let new = other(&env, &old);
        let (leaks, stays) = if leaks_old {
            (&old, &new)
        } else {
            (&new, &old)
        };
        if leaks_old {
            std::fs::remove_file(env.record_of("alice")).unwrap();
            env.lose_secret(&new);
        }
        assert_eq!(leaked(&env, leaks).stdout, format!("{stays}\n"));
        over(&env, leaks, stays);
    }
}

/// A third pair leaks beside a rotation in its overlap, which goes on.
#[test]
fn beside_a_rotation_of_other_pairs() {
    let env = Env::new().without_overlap();
    let third = env.create("alice");
    env.allow_pairs(3);
    done(&env, &["delete", &third, "--force", "-y"]);
    let old = env.create("alice");
    let new = done(&env, &[&ROTATE[..], &["--overlap", "2d"]].concat());
    done(&env, &["restore", &third, "--active"]);
    let ran = leaked(&env, &third);
    let told = "note: `<ID3>` is disabled\n\
                note: `<ID3>` is deleted\n\
                New: <ID2> (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>).\n\
                Old: <ID1> (Active; can be disabled from <DAY>).\n\
                next: akm rotate alice --finish\n\
                hint: if <ID1> leaked: akm rotate alice --leaked <ID1>\n";
    assert_eq!(
        (ran.code, said(&ran, &[&old, &new, &third]).as_str()),
        (0, told)
    );
    assert_eq!(active(&env), [(old, true), (new.clone(), true)]);
    assert!(!truth::rests(&env, &third));
    is_open(&env, "rotation (overlap)", Some(&new));
}

/// The second is reported while the first is not disabled yet: one new pair takes the place of both.
#[test]
fn both_pairs() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    cut_leak(&env, &one);
    let ran = leaked(&env, &two);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let new = ran.stdout.trim().to_owned();
    let words = said(&ran, &[&one, &two]);
    for id in ["<ID1>", "<ID2>"] {
        let told = format!("note: `{id}` is disabled\n");
        assert!(words.contains(&told), "{words}");
    }
    // The one is told as what the new pair replaces, the other by a note.
    assert_eq!(words.matches("deleted").count(), 2, "{words}");
    over(&env, &one, &new);
    assert!(!truth::rests(&env, &two));
}

/// Killed when it was about to disable, to make, to verify, to delete, and to forget that anything was unfinished.
#[test]
fn a_leak_that_is_cut_short_is_gone_on_with() {
    for point in 0..5 {
        let env = Env::new().without_overlap();
        let id = env.create("alice");
        let args = [&ROTATE[..], &["--leaked", &id]].concat();
        cut(&env, &args, |calls| {
            // The sandbox writes down when a pair was used last.
            let mut points = changes(calls);
            assert_eq!(points.len(), 4);
            points.extend(calls.iter().rfind(|call| call.name == "unlink").cloned());
            points.remove(point)
        });
        is_open(&env, "leak", Some(&id));
        done(&env, &["recover"]);
        let new = done(&env, &["show-id", "--ram-user", "alice"]);
        assert_ne!(new, id);
        over(&env, &id, &new);
    }
}

/// The journal could not take the new pair, the store could; what leaked beside it is not forgotten for that.
#[test]
fn a_pair_that_is_found_in_the_store_takes_the_place() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let args = ["create", "--ram-user", "alice"];
    cut(&env, &args, |calls| {
        let closed = calls.iter().rfind(|call| call.name == "unlink");
        closed.unwrap().clone()
    });
    let shown = env.akm(&["show-id", "--ram-user", "alice"]).stdout;
    env.cut_after("requested");
    let journal = env.journal_of("alice");
    let intent = std::fs::read_to_string(&journal).unwrap();
    let noted = crate::support::env::journal_line(&format!("{{\"leaked\":\"{id}\"}}"));
    std::fs::write(&journal, intent + &noted).unwrap();
    // It was taken for a stranger's.
    crate::support::suspects::suspect(&env, shown.trim());
    done(&env, &["recover"]);
    over(&env, &id, shown.trim());
}

/// A person's word ends it, before the cloud is asked for anything: the pair stays as it is.
#[test]
fn a_person_takes_it_back() {
    for dismisses in [true, false] {
        let env = Env::new().without_overlap();
        let (id, other) = (env.create("alice"), env.create("alice"));
        cut_leak(&env, &id);
        let back = env.refused(&[&ROTATE[..], &["--rollback"]].concat(), 4);
        let told = "error: a pair that leaked is not brought back\n\
                    hint: `akm rotate --ram-user alice` continues without it\n";
        assert_eq!(said(&back, &[]), told);
        let taken_back = "note: no pair will be made in the place of `<ID1>`\n";
        if dismisses {
            let ran = env.akm(&["recover", "--dismiss", &id]);
            let dismissed = "No pair will be made in the place of <ID1>.\n";
            ran.said(&[&id], 0, "", &format!("{SANDBOX}{dismissed}"));
            let log = env.akm(&["log", "--json"]).stdout;
            assert!(log.contains("\"action\":\"dismiss\""), "{log}");
        } else {
            let told = format!(
                "{SANDBOX}{taken_back}\
                 warning: `<ID1>` was reported as leaked, and is handed out again from now on\n\
                 AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Active.\n"
            );
            env.akm(&["enable", &id, "--force"])
                .said(&[&id], 0, "", &told);
        }
        env.akm(&["recover", "--list", "--json"])
            .said(&[], 0, "{\"open\":[]}\n", "");
        assert_eq!(active(&env), [(id.clone(), true), (other.clone(), true)]);
        assert!(truth::rests(&env, &id) && truth::rests(&env, &other));
    }
}

/// Its replacement is made and not saved yet: whoever enables the leaked pair keeps both.
#[test]
fn a_leaked_pair_is_enabled_before_its_replacement_is_saved() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let args = [&ROTATE[..], &["--leaked", &id]].concat();
    cut(&env, &args, |calls| {
        let made = calls.iter().rposition(|call| call.name == "pwrite64");
        let after = &calls[made.unwrap()..];
        let saved = after.iter().find(|call| call.name.starts_with("rename"));
        saved.unwrap().clone()
    });
    let new = other(&env, &id);
    done(&env, &["enable", &id, "--force"]);
    assert_eq!(active(&env), [(id.clone(), true), (new.clone(), true)]);
    for one in [&id, &new] {
        done(&env, &["verify", one]);
    }
    assert_eq!(truth::check(&env, "enabled").open.len(), 0);
}

/// It was to be Active again, and the restore was killed when it was: that does not count any more.
#[test]
fn a_pair_that_is_being_restored() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    done(&env, &["delete", &id, "--force", "-y"]);
    let kept = env.create("alice");
    done(&env, &["disable", &kept, "--force"]);
    cut(&env, &["restore", &id, "--active"], |calls| {
        changes(calls).pop().unwrap()
    });
    is_open(&env, "restore", Some(&id));
    let new = done(&env, &[&ROTATE[..], &["--leaked", &id]].concat());
    assert_eq!(active(&env), [(kept, false), (new.clone(), true)]);
    ended(&env, &id, &new);
}

/// The way back is advised with the option that it takes.
#[test]
fn a_deleted_pair_that_leaked_is_not_handed_out() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    done(&env, &["leak", &id]);
    for command in ["verify", "env"] {
        let ran = env.akm(&[command, &id]);
        let told = "error: `<ID1>` leaked, and is deleted\n\
                    hint: if nobody else has it after all: `akm restore <ID1> --force`, while the recycle bin has it\n";
        assert_eq!((ran.code, said(&ran, &[&id]).as_str()), (3, told));
    }
}

/// It comes back Inactive, and is handed out again only once a person enables it.
#[test]
fn a_pair_that_leaked_is_restored() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    let new = done(&env, &[&ROTATE[..], &["--leaked", &id]].concat());
    assert_eq!(env.akm(&["restore", &id]).code, 4);
    done(&env, &["restore", &id, "--force"]);
    assert_eq!(active(&env), [(new.clone(), true), (id.clone(), false)]);
    assert_eq!(done(&env, &["show-id", "--ram-user", "alice"]), new);
    assert_eq!(env.akm(&["enable", &id]).code, 4);
    let ran = env.akm(&["enable", &id, "--force"]);
    let told = "warning: `<ID1>` was reported as leaked, and is handed out again from now on\n\
                AccessKey <ID1> of RAM user alice in the sandbox (account <ACCOUNT>) is Active.\n";
    assert_eq!((ran.code, said(&ran, &[&id]).as_str()), (0, told));
}

/// Nothing knows of it any more, and what was to follow it does.
#[test]
fn a_leaked_pair_that_is_purged_is_not_written_down_again() {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    cut_leak(&env, &id);
    done(&env, &["delete", &id, "--force", "--purge", "-y"]);
    is_open(&env, "leak", Some(&id));
    done(&env, &["recover"]);
    over(&env, &id, &other);
    let record = std::fs::read_to_string(env.record_of("alice")).unwrap();
    assert!(!record.contains(&id), "{record}");
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
            "{SANDBOX}error: RAM user `carol` has no AccessKey pair\nhint: `akm create --ram-user carol` makes one\n"
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
    let new = env.akm(&args).stdout;
    done(&env, &["verify", new.trim()]);
    // The account's own is asked for.
    done(&env, &["create", "--account", "-y"]);
    env.refused(&["rotate", "--account", "--leaked"], 9);
    done(&env, &["rotate", "--account", "--leaked", "-y"]);
}

/// The list lags behind a create: who names no pair is asked which, and not taken for the owner of one pair.
#[test]
fn a_list_that_lacks_a_pair_names_nobody() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let before = hide(&env, &two);
    let ran = env.refused(&[&ROTATE[..], &["--leaked"]].concat(), 2);
    let asked = "RAM user `alice` has two AccessKey pairs: which of them leaked? ";
    assert!(ran.stderr.contains(asked), "{}", ran.stderr);
    assert!(ran.stderr.contains(&one) && ran.stderr.contains(&two));
    std::fs::write(env.cloud_of("alice"), before).unwrap();
    assert_eq!(active(&env), [(one, true), (two, true)]);
}

/// What the signer may do, its finder may undo: a person has to, and is told where.
#[cfg(feature = "server")]
#[test]
fn the_pair_that_signs_is_retired_in_the_console() {
    let env = Env::new().without_overlap();
    let serving = crate::support::serving::Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let id = serving.field("access_key_id");
    let user = "sandbox-administrator";
    for more in [&[][..], &[id], &["--dry-run"]] {
        let args = [&["rotate", "--ram-user", user, "--leaked"][..], more].concat();
        let ran = env.refused(&args, 6);
        assert_eq!(
            said(&ran, &[id]),
            "error: akm signs with `<ID1>` itself, and another identity has to retire it\n\
             hint: sign with another identity; or go to the RAM console under Identities > Users > sandbox-administrator > AccessKey: \
             create a new pair and download its CSV, disable `<ID1>`, delete it, then `akm import` the CSV, or, where a profile signed \
             with it, add that anew: `akm profile add NAME --csv FILE`\n"
        );
    }
}

/// Whoever makes it leak knows of it.
#[test]
fn a_suspect_that_leaked_is_none_any_more() {
    let env = Env::new().without_overlap();
    let suspect = crate::support::suspects::with_suspect(&env);
    let new = done(&env, &[&ROTATE[..], &["--leaked", &suspect]].concat());
    over(&env, &suspect, &new);
    let ran = env.akm(&["recover"]);
    assert!(!ran.stderr.contains("suspect"), "{}", ran.stderr);
}

/// Its store is not there just now, which is not to have lost it: the pair takes the place once its secret can be had.
#[test]
fn a_secret_that_cannot_be_had_just_now_is_not_lost() {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    let (age, keyring) = ("secret_store = \"age\"", "secret_store = \"keyring\"");
    edit(&env.record_of("alice"), age, keyring);
    let ran = leaked(&env, &id);
    let told = "note: `<ID1>` is disabled\nerror: `<ID1>` is disabled, and nothing has taken its place yet: the secret store is not there: ";
    let words = said(&ran, &[&id]);
    assert!(ran.code == 8 && words.starts_with(told), "{words}");
    let pairs = env.pairs();
    let claimed = pairs.iter().find(|pair| pair["access_key_id"] == *other);
    assert_eq!(claimed.unwrap()["secret"], "stored");
    edit(&env.record_of("alice"), keyring, age);
    assert_eq!(
        done(&env, &[&ROTATE[..], &["--leaked", &id]].concat()),
        other
    );
    over(&env, &id, &other);
}

/// A leak that is not over, of a RAM user that is gone: it may have another name by now, and a person says that it has not.
#[test]
fn a_leak_of_a_user_that_is_gone_is_forgotten_by_a_word() {
    let env = Env::new().without_overlap();
    let id = env.create("alice");
    cut_leak(&env, &id);
    done(&env, &["delete", &id, "--force", "-y"]);
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

/// The journal of a rotation brings it to its end.
#[test]
fn no_pair_is_made_beside_a_rotation_that_waits() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    env.allow_pairs(3);
    let new = done(&env, &[&ROTATE[..], &["--overlap", "2d"]].concat());
    let ran = env.akm(&["create", "--ram-user", "alice"]);
    let told = "error: the rotation that replaces `<ID1>` is not over: nothing else is made for RAM user `alice` meanwhile\n\
                hint: `akm recover --list` shows what it waits for; `akm rotate --ram-user alice --finish` does what is due; \
                `akm rollback --ram-user alice` goes back\n";
    assert_eq!((ran.code, said(&ran, &[&old]).as_str()), (4, told));
    is_open(&env, "rotation (overlap)", Some(&new));
    done(&env, &[&ROTATE[..], &["--rollback"]].concat());
    done(&env, &["delete", &new, "-y"]);
    env.create("alice");
}

#[cfg(feature = "server")]
mod served {
    use super::*;
    use crate::support::between::{Between, without};
    use crate::support::env::journal_line;
    use crate::support::kill_served::EXPIRY;
    use crate::support::served::Served;
    use serde_json::json;

    const UNDECIDED: &str = "an earlier create for RAM user `alice` may yet be executed: its answer was lost\n\
                             hint: run `akm recover` after <TIME>\n";

    /// Alice's pair leaked, and the request for a new one has no answer.
    fn unanswered() -> (Served, String) {
        let served = Served::start();
        let id = served.env.create("alice");
        let order = json!({ "fault": "lose-request", "action": "CreateAccessKey" });
        served.serving.order(&order);
        assert_eq!(leaked(&served.env, &id).code, 8);
        assert_eq!(active(&served.env), [(id.clone(), false)]);
        (served, id)
    }

    fn fails(served: &Served, action: &str) {
        let order = json!({ "fault": "fail-before", "action": action, "count": 100 });
        served.serving.order(&order);
    }

    fn works_again(served: &Served) {
        served.serving.order(&json!({ "clear": true }));
    }

    /// Somebody enabled it in the console: whoever says again that it leaked has it disabled at once, and the rest waits.
    #[test]
    fn its_own_create_is_undecided() {
        let (served, id) = unanswered();
        let env = &served.env;
        edit(&env.cloud_of("alice"), "\"Inactive\"", "\"Active\"");
        let args = [&ROTATE[..], &["--leaked", &id]].concat();
        let dry = env.akm(&[&args[..], &["--dry-run"]].concat());
        let told = format!(
            "error: `<ID1>` would be disabled, and nothing would take its place yet: {UNDECIDED}"
        );
        assert_eq!((dry.code, said(&dry, &[&id])), (4, told));
        let ran = leaked(env, &id);
        let told =
            format!("error: `<ID1>` is disabled, and nothing has taken its place yet: {UNDECIDED}");
        assert_eq!((ran.code, said(&ran, &[&id])), (8, told));
        assert_eq!(active(env), [(id.clone(), false)]);
        let early = env.akm(&["recover"]);
        assert_eq!(
            (early.code, said(&early, &[&id])),
            (7, format!("error: {UNDECIDED}"))
        );
        env.time_passes_for("alice", EXPIRY);
        served.done(&["recover"]);
        over(env, &id, &other(env, &id));
    }

    /// By a person's word nothing is to follow: what was asked for is looked for as any create.
    #[test]
    fn a_leak_whose_create_is_undecided_is_taken_back() {
        for word in [&["recover", "--dismiss"][..], &["enable", "--force"]] {
            let (served, id) = unanswered();
            let ran = served.env.akm(&[word, &[&id]].concat());
            assert_eq!(ran.code, 0, "{}", ran.stderr);
            let told = "o pair will be made in the place of ";
            assert!(said(&ran, &[&id]).contains(told), "{}", ran.stderr);
            is_open(&served.env, "create-unanswered", None);
            served.env.time_passes_for("alice", EXPIRY);
            served.done(&["recover"]);
            assert_eq!(active(&served.env), [(id.clone(), word[0] == "enable")]);
            assert!(truth::rests(&served.env, &id));
            assert_eq!(truth::check(&served.env, "taken back").open.len(), 0);
        }
    }

    /// It leaked beside a create whose answer was lost, and could not be disabled: whoever goes on does that, and waits only then.
    #[test]
    fn beside_an_undecided_create_it_is_disabled_by_whoever_goes_on() {
        for args in [
            &["recover"][..],
            &ROTATE,
            &["create", "--ram-user", "alice"],
        ] {
            let served = Served::start();
            let env = &served.env;
            let id = env.create("alice");
            let order = json!({ "fault": "lose-request", "action": "CreateAccessKey" });
            served.serving.order(&order);
            assert_eq!(env.akm(&["create", "--ram-user", "alice"]).code, 8);
            fails(&served, "UpdateAccessKey");
            assert_eq!(leaked(env, &id).code, 7);
            works_again(&served);
            assert_eq!(active(env), [(id.clone(), true)]);
            let ran = env.akm(args);
            let told = format!("note: `<ID1>` is disabled\nerror: {UNDECIDED}");
            assert_eq!((ran.code, said(&ran, &[&id])), (7, told), "{args:?}");
            assert_eq!(active(env), [(id.clone(), false)]);
        }
    }

    /// A pair that appeared beside the undecided create leaked too: nobody suspects what a person has reported.
    #[test]
    fn a_suspect_beside_an_undecided_create_leaks_too() {
        let (served, one) = unanswered();
        let env = &served.env;
        let elsewhere = Env::light().without_overlap();
        served.serving.add_profile(&elsewhere, "dev");
        let two = done(&elsewhere, &["create", "--ram-user", "alice"]);
        assert_eq!(leaked(env, &two).code, 8);
        assert_eq!(active(env), [(one.clone(), false), (two.clone(), false)]);
        env.time_passes_for("alice", EXPIRY);
        served.done(&["recover"]);
        let new = served.done(&["show-id", "--ram-user", "alice"]);
        over(env, &two, &new);
        assert!(!truth::rests(env, &one));
    }

    /// What takes its place is there, and its deletion has no answer: nobody calls it deleted.
    #[test]
    fn its_deletion_fails() {
        let served = Served::start();
        let env = &served.env;
        let (id, other) = (env.create("alice"), env.create("alice"));
        fails(&served, "DeleteAccessKey");
        let ran = leaked(env, &id);
        let told = "note: `<ID1>` is disabled\n\
                    error: `<ID1>` is disabled, and whether it is deleted is not known: \
                    the cloud is not available just now: DeleteAccessKey: ServiceUnavailable: ";
        let words = said(&ran, &[&id]);
        assert!(ran.code == 8 && words.starts_with(told), "{words}");
        let known = env.pairs();
        let known = known.iter().find(|row| row["access_key_id"] == id.as_str());
        assert_eq!(known.unwrap()["status"], "Inactive");
        works_again(&served);
        assert_eq!(
            served.done(&[&ROTATE[..], &["--leaked", &id]].concat()),
            other
        );
        over(env, &id, &other);
    }

    /// The lists lack the leaked pair: it is disabled and deleted anyway.
    #[test]
    fn a_leaked_pair_that_a_list_lacks_is_not_forgotten() {
        let env = Env::new().without_overlap();
        let (id, other) = (env.create("alice"), env.create("alice"));
        cut_leak(&env, &id);
        let serving = crate::support::serving::Serving::start(&env, &["--persist"]);
        let between = Between::before(&serving);
        serving.add_profile_by(&env, "gate", &between.endpoint, &[]);
        let of = id.clone();
        between.say(move |asked, hand_on| match asked {
            "ListAccessKeys" => without(&hand_on(), &of),
            _ => hand_on(),
        });
        let ran = env.akm(&["-p", "gate", "recover"]);
        let told = format!("note: `{id}` is disabled\n");
        assert!(
            ran.code == 0 && ran.stderr.contains(&told),
            "{}",
            ran.stderr
        );
        done(&env, &["profile", "use", "sandbox"]);
        over(&env, &id, &other);
    }

    /// It signs for whoever recovers: another identity has to retire it.
    #[test]
    fn a_recovery_does_not_disable_its_own_signer() {
        let served = Served::start();
        let env = &served.env;
        let user = "sandbox-administrator";
        let rotate = ["rotate", "--ram-user", user, "--overlap", "2d", "-y"];
        let new = served.done(&rotate);
        let journal = env.journal_of(user);
        let text = std::fs::read_to_string(&journal).unwrap();
        let noted = journal_line(&format!("{{\"leaked\":\"{new}\"}}"));
        std::fs::write(&journal, text.trim_end().to_owned() + "\n" + &noted).unwrap();
        let ran = env.akm(&["recover"]);
        let told = "error: akm signs with `<ID1>` itself, and another identity has to retire it\n";
        assert!(
            ran.code == 6 && said(&ran, &[&new]).starts_with(told),
            "{}",
            ran.stderr
        );
        served.done(&["verify", &new]);
    }
}
