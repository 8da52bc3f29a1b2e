//! A secret that its store cannot give back any more.

use crate::support::env::{Env, named};
use crate::support::truth;

#[track_caller]
fn done(env: &Env, args: &[&str]) -> String {
    let ran = env.akm(args);
    assert_eq!(ran.code, 0, "{args:?}: {}", ran.stderr);
    ran.stdout.trim().to_owned()
}

fn damage(env: &Env, id: &str) {
    let file = env.home().join(format!("secrets/{id}.age"));
    assert!(file.exists());
    std::fs::write(file, "no age file\n").unwrap();
}

/// A pair that waits for its deletion, and the one in use.
fn rotated() -> (Env, String, String) {
    let env = Env::new().without_overlap();
    let old = env.create("alice");
    let new = done(&env, &["rotate", "--ram-user", "alice"]);
    (env, old, new)
}

/// The journal's sealed copy is as good as ever.
#[test]
fn of_a_new_pair_it_is_put_back_from_the_journal() {
    for command in [
        &["rotate", "--ram-user", "alice"][..],
        &["recover"],
        &["rotate", "--ram-user", "alice", "--rollback"],
    ] {
        let (env, _, new) = rotated();
        damage(&env, &new);
        let ran = env.akm(command);
        assert_eq!(ran.code, 0, "{command:?}: {}", ran.stderr);
        let told = "the secret store had lost a secret; it was put back from the journal";
        assert!(ran.stderr.contains(told), "{}", ran.stderr);
        done(&env, &["export", &new, "--csv", "-"]);
    }
}

/// Of a pair that was never proven to be held, by the create that made it.
#[test]
fn of_an_old_pair_it_is_not_rolled_back_to() {
    let (env, old, new) = rotated();
    damage(&env, &old);
    let ran = env.akm(&["rotate", "--ram-user", "alice", "--rollback"]);
    assert_eq!(ran.code, 8);
    let told = "`<ID1>` is Active again, and akm does not have its secret; `<ID2>` is left Active beside it";
    let said = named(&ran.stderr, &[&old, &new]);
    assert!(said.contains(told), "{said}");
}

/// Whatever is with the new pair's secret, the old pair is brought back into use.
#[test]
fn the_old_pair_is_enabled_all_the_same() {
    for unknown in [false, true] {
        let (env, old, new) = rotated();
        if unknown {
            std::fs::remove_file(env.record_of("alice")).unwrap();
        }
        let file = env.home().join(format!("secrets/{new}.age"));
        let away = env.path("away");
        std::fs::rename(&file, &away).unwrap();
        std::fs::create_dir(&file).unwrap();
        done(&env, &["enable", &old]);
        assert!(truth::live(&env).iter().all(|pair| pair.active));
        // Nothing is half done but where metadata does not claim the new pair yet.
        let code = if unknown { 8 } else { 5 };
        assert_eq!(env.akm(&["recover"]).code, code);
        std::fs::remove_dir(&file).unwrap();
        std::fs::rename(&away, &file).unwrap();
        done(&env, &["recover"]);
        for id in [&old, &new] {
            done(&env, &["verify", id]);
        }
        assert_eq!(truth::check(&env, "enabled").open.len(), 0);
    }
}

/// One of the pairs is gone, and the store cannot give the new one's secret back, nor take it again.
#[test]
fn it_is_told_which_pair_is_gone() {
    for gone in ["<ID1>", "<ID2>"] {
        let (env, old, new) = rotated();
        let id = if gone == "<ID1>" { &old } else { &new };
        crate::support::leaks::hide(&env, id);
        env.lose_secret(&new);
        std::fs::create_dir(env.home().join(format!("secrets/{new}.age"))).unwrap();
        let ran = env.akm(&["rotate", "--ram-user", "alice"]);
        let said = named(&ran.stderr, &[&old, &new]);
        let told = format!(
            "error: the rotation from `<ID1>` to `<ID2>` stopped half-way; `{gone}` is gone: "
        );
        assert!(ran.code == 8 && said.contains(&told), "{said}");
    }
}

/// Such a pair takes no leaked one's place: another one is made.
#[test]
fn it_takes_no_leaked_pairs_place() {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    damage(&env, &other);
    another_takes_the_place(&env, &id, &other);
}

/// Nor does one whose secret is another pair's, which only the cloud can tell.
#[test]
fn a_wrong_one_takes_no_leaked_pairs_place() {
    let env = Env::new().without_overlap();
    let (id, other) = (env.create("alice"), env.create("alice"));
    let secrets = env.home().join("secrets");
    std::fs::copy(
        secrets.join(format!("{id}.age")),
        secrets.join(format!("{other}.age")),
    )
    .unwrap();
    another_takes_the_place(&env, &id, &other);
}

/// The leaked pair makes room for it, and the other one is left as it is.
#[track_caller]
fn another_takes_the_place(env: &Env, id: &str, other: &str) {
    let ran = env.akm(&["rotate", "--ram-user", "alice", "--leaked", id]);
    let new = ran.stdout.trim();
    assert!(new != id && new != other, "{new}");
    let told = "warning: this is the sandbox, account <ACCOUNT> on this machine. To work in your own account: akm profile add NAME\n\
                note: `<ID1>` is disabled\n\
                New: <ID3> (Active), of RAM user alice in the sandbox (account <ACCOUNT>). Old: <ID1> (deleted).\n";
    ran.said(&[id, other, new], 0, "<ID3>\n", told);
    done(env, &["verify", new]);
    let live: Vec<_> = truth::live(env).into_iter().map(|pair| pair.id).collect();
    let mut expected = [other, new];
    expected.sort_unstable();
    assert_eq!(live, expected);
}

/// Of the old pair, in a rollback: it is not to be deleted for that.
#[test]
fn a_wrong_one_is_not_rolled_back_to() {
    let (env, old, new) = rotated();
    let secrets = env.home().join("secrets");
    std::fs::copy(
        secrets.join(format!("{new}.age")),
        secrets.join(format!("{old}.age")),
    )
    .unwrap();
    let ran = env.akm(&["rotate", "--ram-user", "alice", "--rollback"]);
    let told = "error: the rollback does not continue: the secret store has another secret in the place of that of `<ID1>`\n\
                hint: bring the right one back into the store; or stay with the new pair: `akm enable <ID2>` ends this rollback\n";
    let said = named(&ran.stderr, &[&old, &new]);
    assert!(ran.code == 8 && said.ends_with(told), "{said}");
    assert!(truth::live(&env).iter().all(|pair| pair.active));
    done(&env, &["enable", &new]);
    let open = done(&env, &["recover", "--list", "--json"]);
    assert_eq!(open, "{\"open\":[]}");
}
