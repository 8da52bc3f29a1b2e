//! The exact calls to the cloud that a fault-free command makes, as `-v` tells them: no more than the protocol needs.

use crate::support::calls::calls;
use crate::support::env::Env;

const CALLER: &str = "Sts GetCallerIdentity";

const LIST: &str = "Ram ListAccessKeys";

const CREATE: &str = "Ram CreateAccessKey";

const UPDATE: &str = "Ram UpdateAccessKey";

const DELETE: &str = "Ram DeleteAccessKey";

const MADE: [&str; 3] = [CALLER, LIST, CREATE];

#[test]
fn a_create() {
    let env = Env::new().without_overlap();
    env.create("alice");
    assert_eq!(calls(&env, &["create", "--ram-user", "alice"]), MADE);
    // For a RAM user that is missing, one list says so.
    let made = calls(&env, &["create", "--ram-user", "bob"]);
    let first = [CALLER, LIST, CALLER, "Ram CreateUser"];
    assert_eq!(made, [&first[..], &MADE].concat());
}

/// Who signs, the list, the create, and one question of the new pair's; before the old one goes, that is asked again.
#[test]
fn a_rotation() {
    let tail: [(&[&str], &[&str]); 3] = [
        (&["--overlap", "2d"], &[CALLER]),
        (&[], &[CALLER, CALLER, UPDATE]),
        (&["--delete-old"], &[CALLER, CALLER, UPDATE, DELETE]),
    ];
    for (more, expected) in tail {
        let env = Env::new().without_overlap();
        env.create("alice");
        let made = calls(&env, &[&["rotate", "--ram-user", "alice"], more].concat());
        assert_eq!(made, [&MADE[..], expected].concat(), "{more:?}");
    }
}

#[test]
fn a_replacement_of_what_waits_for_its_end() {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let rotate = ["rotate", "--ram-user", "alice"];
    calls(&env, &rotate);
    let made = calls(&env, &[&rotate[..], &["--replace", &old]].concat());
    let ended = [CALLER, LIST, CALLER, DELETE];
    let rotated = [LIST, CREATE, CALLER, CALLER, UPDATE];
    assert_eq!(made, [&ended[..], &rotated].concat());
}

/// What was cut short costs no look that is not needed.
#[test]
fn what_goes_on() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let rotate = ["rotate", "--ram-user", "alice", "--overlap", "2d"];
    calls(&env, &rotate);
    env.cut_after("created");
    assert_eq!(calls(&env, &rotate), [CALLER, LIST, CALLER]);
}

/// The leaked pair is disabled before anything is looked at, where its id is known.
#[test]
fn a_leak() {
    let env = Env::new().without_overlap();
    let one = env.create("alice");
    let beside = env.copied();
    let leaked = ["rotate", "--ram-user", "alice", "--leaked", &one];
    let gone = [CALLER, DELETE];
    let expected = [&[CALLER, UPDATE, LIST, CREATE][..], &gone].concat();
    assert_eq!(calls(&env, &leaked), expected);
    // Another pair takes its place, once it was asked itself.
    beside.create("alice");
    let quota = "Ims GetAccountSummary";
    let expected = [&[CALLER, UPDATE, LIST, quota][..], &gone].concat();
    assert_eq!(calls(&beside, &leaked), expected);
}

#[test]
fn the_steps_that_are_due() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let rotate = ["rotate", "--ram-user", "alice"];
    calls(&env, &[&rotate[..], &["--overlap", "2d"]].concat());
    let finish = [&rotate[..], &["--finish"]].concat();
    assert_eq!(calls(&env, &finish), [CALLER, LIST]);
    env.days_pass_for("alice", 3);
    let copy = env.copied();
    assert_eq!(calls(&env, &finish), [CALLER, LIST, CALLER, UPDATE]);
    env.days_pass_for("alice", 3);
    assert_eq!(calls(&env, &finish), [CALLER, LIST, CALLER, DELETE]);
    // Back: the old pair is enabled whatever the list shows of it.
    let back = [&rotate[..], &["--rollback"]].concat();
    let verified = [CALLER, LIST, UPDATE, LIST, CALLER, CALLER, UPDATE];
    assert_eq!(calls(&copy, &back), verified);
}

/// What has to be on the disk before the cloud is asked for the next thing, and no more: an intent, a made secret, what metadata knows.
#[cfg(feature = "server")]
#[test]
fn the_syncs_of_what_goes_well() {
    use crate::support::{env::have, served::Served, strace};
    if !have("strace") {
        return;
    }
    let served = Served::start();
    let env = &served.env;
    let syncs = |args: &[&str]| {
        let calls = strace::calls(env, args, 0);
        let syncs = calls
            .iter()
            .filter(|call| ["fsync", "fdatasync"].contains(&&*call.name));
        syncs.count()
    };
    let rotate = ["rotate", "--ram-user", "alice"];
    let begun = [&rotate[..], &["--overlap", "2d"]].concat();
    let finish = [&rotate[..], &["--finish"]].concat();
    // The first create also makes folders.
    let first = served.done(&["create", "--ram-user", "alice"]);
    served.done(&["delete", &first, "--force", "-y"]);
    let create = syncs(&["create", "--ram-user", "alice"]);
    let rotation = syncs(&begun);
    env.days_pass_for("alice", 3);
    let disable = syncs(&finish);
    env.days_pass_for("alice", 3);
    let delete = syncs(&finish);
    // Two of the last are of the test's own making: the times in metadata have moved with those in the journal.
    assert_eq!((create, rotation, disable, delete), (9, 11, 8, 10));
}
