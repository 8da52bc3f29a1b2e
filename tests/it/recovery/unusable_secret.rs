//! A secret whose file is lost, damaged, open to others or a link: what is handed out then, and what is advised.

use crate::support::env::{Env, Ran, edit, named};

/// As a Secret is mounted in a pod: every name is a link by way of `..data`.
#[test]
fn a_kubernetes_volume_is_refused_with_the_command_that_copies_it() {
    let env = Env::new();
    let (_, secret) = env.create_shown("alice");
    let (home, aside) = (env.home(), env.path("aside"));
    std::fs::rename(&home, &aside).unwrap();
    let script = "mkdir -m 700 home && mv aside home/..2026_11 && ln -s ..2026_11 home/..data && \
                  for name in $(ls home/..data); do ln -s ..data/$name home/$name; done";
    let shell = |script: &str, more: &[(&str, &str)]| {
        let mut command = std::process::Command::new("sh");
        env.dress(&mut command);
        command.envs(more.iter().copied());
        Ran::from(command.args(["-c", script]).output().unwrap())
    };
    assert_eq!(shell(script, &[]).code, 0);
    let home = home.display().to_string();
    let copy = format!("(umask 077; cp -RL {home} \"$HOME/akm\")");
    let hint = format!(
        "hint: this is a Kubernetes volume; copy it first: {copy}, then AKM_HOME=\"$HOME/akm\"\n"
    );
    for args in [
        &["read", "alice"][..],
        &["list"],
        &["exec", "alice", "--", "true"],
    ] {
        let said = format!(
            "error: a file of akm's could not be used: `{home}/config.toml`: it is a symbolic link, and akm follows none\n{hint}"
        );
        env.akm(args).said(&[], 1, "", &said);
    }
    // As Kubernetes mounts it, others may write.
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o777);
    std::fs::set_permissions(env.home(), open).unwrap();
    assert!(env.akm(&["list"]).stderr.ends_with(&hint));
    let akm = env!("CARGO_BIN_EXE_akm");
    let ran = shell(
        &format!("{copy} && AKM_HOME=\"$HOME/akm\" {akm} read alice"),
        &[],
    );
    assert_eq!(
        (ran.code, ran.stdout),
        (0, format!("{secret}\n")),
        "{}",
        ran.stderr
    );
}

#[test]
fn a_secret_that_others_may_read_is_refused_with_the_command_that_closes_it() {
    let env = Env::new();
    let (id, secret) = env.create_shown("alice");
    for file in [format!("{id}.age"), "identity.txt".to_owned()] {
        let file = env.home().join("secrets").join(file);
        let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        std::fs::set_permissions(&file, open).unwrap();
        let file = file.display();
        let shown = named(&file.to_string(), &[]);
        let said = format!(
            "error: the secret store cannot give the secret back: `{shown}`: others may read or write it; `chmod 600` it once you trust it\n\
             hint: if you trust what is in it: chmod 600 {shown}\n"
        );
        env.akm(&["read", "alice"]).said(&[], 5, "", &said);
        let mut chmod = std::process::Command::new("sh");
        let command = format!("chmod 600 {file}");
        assert!(chmod.args(["-c", &command]).status().unwrap().success());
        assert_eq!(env.akm(&["read", "alice"]).stdout, format!("{secret}\n"));
    }
}

/// The current pair is the newest Active one whose secret akm has, whatever metadata claims.
#[test]
fn the_older_pair_is_handed_out_where_the_secret_of_the_newer_one_is_lost() {
    let env = Env::new();
    let (old, secret) = env.create_shown("alice");
    let new = env.akm(&["rotate", "alice"]).stdout.trim().to_owned();
    let file = env.home().join(format!("secrets/{new}.age"));
    let whole = std::fs::read(&file).unwrap();
    let in_place = format!(
        "warning: AccessKey {old} of RAM user `alice` is handed out in the place of {new}, whose secret cannot be read: "
    );
    std::fs::remove_file(&file).unwrap();
    for damaged in [false, true] {
        let cause = if damaged {
            std::fs::write(&file, "no age file").unwrap();
            std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
                .unwrap();
            format!("`{}`: it is damaged or no `age` file", file.display())
        } else {
            format!("the secret store `age` lacks the secret of `{new}`")
        };
        let warning = format!("{in_place}{cause}\n");
        for (args, printed) in [
            (&["read", "alice"][..], &secret),
            (&["read", "alice", "--field", "id"], &old),
            (&["exec", "alice", "--", "printenv", "AKM_EXEC"], &old),
        ] {
            let ran = env.akm(args);
            let expected = (0, format!("{printed}\n"), warning.clone());
            assert_eq!((ran.code, ran.stdout, ran.stderr), expected, "{args:?}");
        }
        for args in [
            &["env", "alice"][..],
            &["credential-process", "alice", "--static"],
        ] {
            let ran = env.akm(args);
            assert!(
                ran.stdout.contains(&secret) && !ran.stdout.contains(&new),
                "{args:?}"
            );
            assert_eq!((ran.code, &ran.stderr), (0, &warning), "{args:?}");
        }
        // By its id it is that pair and no other.
        let ran = env.akm(&["read", &new]);
        assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{}", ran.stderr);
        assert!(
            ran.stderr.ends_with("make a new pair: akm rotate alice\n"),
            "{}",
            ran.stderr
        );
    }
    // Neither a pair that leaked nor one that is Inactive takes its place, and a mode is no damage.
    for spoil in ["leaked = true\n", "status = \"Inactive\"\n"] {
        let copy = env.copied();
        let record = copy.record_of("alice");
        let text = std::fs::read_to_string(&record).unwrap();
        let text = text.replacen("status = \"Active\"\n", spoil, 1);
        let text = text.replacen("leaked = true\n", "status = \"Active\"\nleaked = true\n", 1);
        std::fs::write(&record, text).unwrap();
        let ran = copy.akm(&["read", "alice"]);
        assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{}", ran.stderr);
    }
    std::fs::write(&file, whole).unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(&file, open).unwrap();
    assert_eq!(env.akm(&["read", "alice"]).code, 5);
}

/// Nothing is known of a secret whose store is closed.
#[test]
fn no_other_pair_is_handed_out_where_the_store_is_absent() {
    let env = Env::new();
    env.create("alice");
    let new = env.akm(&["rotate", "alice"]).stdout.trim().to_owned();
    let record = env.record_of("alice");
    let text = std::fs::read_to_string(&record).unwrap();
    let (before, after) = text
        .split_once(&format!("access_key_id = \"{new}\""))
        .unwrap();
    let after = after.replacen("secret_store = \"age\"", "secret_store = \"keyring\"", 1);
    std::fs::write(&record, format!("{before}access_key_id = \"{new}\"{after}")).unwrap();
    let ran = env.akm(&["read", "alice"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (5, ""), "{}", ran.stderr);
    assert!(!ran.stderr.contains("handed out"), "{}", ran.stderr);
}

/// A secret that rests in the keyring is in no other store.
#[test]
fn another_store_is_advised_only_for_a_secret_that_is_new() {
    let new = Env::bare().with("AKM_STORE", "keyring");
    let ran = new.akm(&["create", "alice"]);
    let away = "error: the secret store is not there: this session has no bus\n";
    let other =
        "hint: unlock or start it; `AKM_STORE=age` stores new secrets in encrypted files instead\n";
    ran.said(&[], 5, "", &format!("{away}{other}"));
    let env = Env::new();
    let id = env.create("alice");
    edit(
        &env.record_of("alice"),
        "secret_store = \"age\"",
        "secret_store = \"keyring\"",
    );
    let config = env.home().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let recipient = text.lines().find(|line| line.starts_with("age = "));
    let recipient = recipient.unwrap().to_owned();
    let both = format!("{recipient}\n{}", recipient.replace("age =", "keyring ="));
    edit(&config, &recipient, &both);
    let start = "hint: start the session bus and the OS keyring that has the secret, then the same command again\n";
    for args in [&["read", &id][..], &["exec", &id, "--", "true"]] {
        env.akm(args).said(&[], 5, "", &format!("{away}{start}"));
    }
}
