//! `akm rotate --replace`

use crate::support::env::SANDBOX;
use crate::support::env::{Env, Ran};

fn rotate(env: &Env, more: &[&str]) -> Ran {
    env.akm(&[&["rotate", "--ram-user", "alice"], more].concat())
}

fn done(env: &Env, args: &[&str]) {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
}

fn ids(env: &Env) -> Vec<String> {
    let pairs = env.pairs();
    let ids = pairs.iter().map(|pair| pair["access_key_id"].as_str());
    ids.map(|id| id.unwrap().to_owned()).collect()
}

/// What is said of the rotation after the note on the pair that made room.
fn retired(old: &str, new: &str) -> String {
    format!(
        "New: {new} (Active, verified), of RAM user alice in the sandbox (account <ACCOUNT>).\nOld: {old} (disabled; can be deleted from <DAY>).\n\
         next: akm rotate alice --finish\nhint: if something still needs it: akm enable {old}\n"
    )
}

#[test]
fn of_two_pairs_the_named_one_makes_room() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    let refused = |code, said: &str| {
        let args = ["rotate", "--ram-user", "alice", "--replace", &one];
        env.refused(&args, code)
            .said(&[&one, &two], code, "", &format!("{SANDBOX}{said}"));
    };
    refused(
        4,
        "error: `<ID1>` of RAM user `alice` is Active\n\
         hint: `akm disable <ID1>` first and see that nothing breaks\n",
    );
    done(&env, &["disable", &one]);
    // Without it, the exact command is told.
    rotate(&env, &[]).said(
        &[&one, &two],
        4,
        "",
        &format!(
            "{SANDBOX}error: RAM user `alice` has two AccessKey pairs, and a rotation begins with one: \
             `<ID1>` Inactive, created <TIME>, use unknown, secret saved; `<ID2>` Active, created <TIME>, use unknown, secret saved\n\
             hint: `akm rotate --ram-user alice --replace <ID1>` deletes that one first, if nothing needs it\n"
        ),
    );
    let ran = rotate(&env, &["--replace", &one]);
    let new = ran.stdout.trim().to_owned();
    let said = format!(
        "{SANDBOX}note: `<ID1>` is deleted to make room\n{}",
        retired("<ID2>", "<ID3>")
    );
    ran.said(&[&one, &two, &new], 0, "<ID3>\n", &said);
    assert_eq!(ids(&env), [two.clone(), new.clone()]);
    // The same command again starts nothing; the secret waits for a `restore`.
    let again = format!("{SANDBOX}{}", retired("<ID2>", "<ID3>"));
    rotate(&env, &["--replace", &one]).said(&[&one, &two, &new], 0, "<ID3>\n", &again);
    done(&env, &["delete", &two, "-y"]);
    done(&env, &["restore", &one, "--active"]);
    done(&env, &["verify", &one]);
}

#[test]
fn each_was_last_used_then() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    done(&env, &["verify", &one]);
    let told = rotate(&env, &[]).stderr;
    assert!(
        told.contains(&format!("`{one}` Active, created ")),
        "{told}"
    );
    let (first, second) = told.split_once("; ").unwrap();
    assert!(first.contains("last used 20"), "{told}");
    assert!(
        second.contains(&two) && second.contains("use unknown"),
        "{told}"
    );
}

#[test]
fn before_its_grace_is_over_the_retired_pair_makes_room() {
    let env = Env::new().without_overlap();
    let one = env.create("alice");
    let two = rotate(&env, &[]).stdout.trim().to_owned();
    let ran = rotate(&env, &["--replace", &one, "--overlap", "0s"]);
    let three = ran.stdout.trim().to_owned();
    let said = format!(
        "{SANDBOX}note: the rotation of RAM user `alice` before this one is over: its old pair is deleted\n{}",
        retired("<ID2>", "<ID3>")
    );
    ran.said(&[&one, &two, &three], 0, "<ID3>\n", &said);
    assert_eq!(ids(&env), [two, three]);
}

#[test]
fn what_an_open_rotation_needs_is_not_replaced() {
    let env = Env::new().without_overlap();
    let one = env.create("alice");
    let two = rotate(&env, &["--overlap", "2d"]).stdout.trim().to_owned();
    let said = |id: &str, code, text: &str| {
        let args = ["rotate", "--ram-user", "alice", "--replace", id];
        let ran = env.akm(&args);
        ran.said(&[&one, &two], code, "", &format!("{SANDBOX}{text}"));
    };
    said(
        &one,
        4,
        "error: `<ID1>` of RAM user `alice` is Active\n\
         hint: `akm disable <ID1>` first and see that nothing breaks\n",
    );
    said(
        &two,
        4,
        "error: `<ID2>` is the new pair of an unfinished rotation\n\
         hint: `akm rollback --ram-user alice` takes it out of use\n",
    );
    said(
        "LTAI1",
        3,
        "error: there is no AccessKey pair `LTAI1` in this account\n\
         hint: `akm list --refresh` shows the ones there are\n",
    );
    assert_eq!(ids(&env), [one.clone(), two.clone()]);
    // Disabled by hand, it need not wait, and the overlap that is named is for the new rotation.
    done(&env, &["disable", &one]);
    let three = rotate(&env, &["--replace", &one, "--overlap", "1d"]).stdout;
    assert_eq!(ids(&env), [two, three.trim().to_owned()]);
}

#[test]
fn a_pair_that_is_alone_or_a_strangers_is_not_replaced() {
    let env = Env::new().without_overlap();
    let (one, other) = (env.create("alice"), env.create("bob"));
    done(&env, &["disable", &one, "--force"]);
    let args = |id| ["rotate", "--ram-user", "alice", "--replace", id];
    env.refused(&args(&one), 4).said(
        &[&one],
        4,
        "",
        &format!(
            "{SANDBOX}error: `<ID1>` is the only pair of RAM user `alice`: there is room for another\n\
             hint: `akm rotate --ram-user alice --delete-old`\n"
        ),
    );
    env.refused(&args(&other), 3);
    env.refused(&args("a/b"), 4);
    for also in ["--finish", "--rollback"] {
        env.refused(&[&args(&one)[..], &[also]].concat(), 2);
    }
}

/// Disabled elsewhere, it is Inactive; the profile would sign with it again.
#[cfg(feature = "server")]
#[test]
fn a_pair_that_a_profile_signs_with_does_not_make_room() {
    let served = crate::support::served::Served::start();
    let env = &served.env;
    let (one, secret) = env.create_shown("alice");
    done(env, &["create", "--ram-user", "alice"]);
    let endpoint = served.serving.field("endpoint");
    let add = ["profile", "add", "ops", "--endpoint", endpoint];
    let add = [&add[..], &["--access-key-id", &one]].concat();
    let added = env.akm_fed(&add, &secret);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let cloud = std::fs::read_to_string(env.cloud_of("alice")).unwrap();
    let cloud = cloud.replacen("Active", "Inactive", 1);
    std::fs::write(env.cloud_of("alice"), cloud).unwrap();
    let ran = rotate(env, &["--replace", &one]);
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    let told = format!("the profile `ops` signs with `{one}`");
    assert!(ran.stderr.contains(&told), "{}", ran.stderr);
    assert_eq!(crate::support::truth::live_of(env, "alice").len(), 2);
}

/// The hint does what it says though the pair is the last one in use.
#[test]
fn the_last_active_pair_is_not_replaced() {
    let env = Env::new().without_overlap();
    let (one, two) = (env.create("alice"), env.create("alice"));
    done(&env, &["disable", &one]);
    rotate(&env, &["--replace", &two]).said(
        &[&two],
        4,
        "",
        &format!(
            "{SANDBOX}error: `<ID1>` of RAM user `alice` is Active\n\
             hint: `akm disable <ID1> --force` first and see that nothing breaks\n"
        ),
    );
    done(&env, &["disable", &two, "--force"]);
}
