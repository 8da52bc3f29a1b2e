//! Profiles: accounts beyond the sandbox, here those of servers on loopback ports.

use crate::support::env::Env;
use crate::support::pty::Pty;
use crate::support::serving::Serving;

/// What `named` makes of a server's endpoint differs from run to run: the port is taken out.
fn at(serving: &Serving) -> String {
    format!(
        "note: the endpoint is {}, which is not Alibaba Cloud's\n",
        serving.field("endpoint")
    )
}

fn csv(serving: &Serving) -> String {
    let (id, secret) = (
        serving.field("access_key_id"),
        serving.field("access_key_secret"),
    );
    format!("AccessKey ID,AccessKey Secret\n{id},{secret}\n")
}

#[test]
fn the_first_profile_becomes_the_default_and_removing_it_leaves_none() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    let (endpoint, id) = (serving.field("endpoint"), serving.field("access_key_id"));
    let sandboxed = env.create("alice");
    let add = [
        "profile",
        "add",
        "dev",
        "--endpoint",
        endpoint,
        "--access-key-id",
        id,
    ];
    env.akm_fed(&add, serving.field("access_key_secret")).said(
        &[id],
        0,
        "dev\n",
        &(at(&serving)
            + "Added the profile dev: account <ACCOUNT>, as acs:ram::<ACCOUNT>:user/sandbox-administrator.\n\
               warning: `dev` is the default from now on; the sandbox acts only when it is named: `-p sandbox`\n"),
    );
    // A name is given once.
    env.akm_fed(&add, serving.field("access_key_secret")).said(
        &[id],
        4,
        "",
        "error: there is a profile `dev` already\n\
         hint: `akm profile show dev`; another name, or `akm profile remove dev` first\n",
    );
    assert_eq!(env.akm(&["profile", "add", "sandbox"]).code, 4);
    let shown = env.akm(&["profile", "show", "--json"]).json();
    assert_eq!(shown["name"], "dev");
    assert_eq!(shown["default"], true);
    assert_eq!(shown["account_id"], serving.field("account_id"));
    assert_eq!(shown["default_domain"], serving.field("default_domain"));
    assert!(
        !shown
            .to_string()
            .contains(serving.field("access_key_secret"))
    );
    // Each command is in the account of its profile.
    let ran = env.akm(&["create", "--ram-user", "bob", "--create-user"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(!ran.stderr.contains("sandbox,"), "{}", ran.stderr);
    let of = |profile: &str| env.akm(&["-p", profile, "list", "--json"]).stdout;
    assert!(of("dev").contains(ran.stdout.trim()) && of("dev").contains(id));
    assert!(of("sandbox").contains(&sandboxed) && !of("sandbox").contains(id));
    // What signs is not retired, and can be copied and verified like another.
    assert_eq!(env.akm(&["disable", id, "--force"]).code, 4);
    assert_eq!(env.akm(&["delete", id, "--force", "-y"]).code, 4);
    let verified = env.akm(&["verify", "--self"]).stdout;
    assert!(
        verified.ends_with(":user/sandbox-administrator\n"),
        "{verified}"
    );

    let asked = env.akm(&["profile", "remove", "dev"]);
    assert_eq!(asked.code, 9);
    env.akm(&["profile", "remove", "dev", "-y"]).said(
        &[id],
        0,
        "",
        "note: the secret of `<ID1>` stays in the store `age`\n\
         Removed the profile dev.\n\
         note: no profile is the default now: name one with `-p`, or choose one: `akm profile use NAME`\n",
    );
    env.akm(&["list"]).said(
        &[],
        2,
        "",
        "error: no profile was named, and none is the default: there are sandbox\n\
         hint: add `-p NAME`, or choose one for good: `akm profile use NAME`\n",
    );
    for args in [
        &["profile", "list"][..],
        &["store", "status"],
        &["-p", "sandbox", "list"],
    ] {
        assert_eq!(env.akm(args).code, 0, "{args:?}");
    }
    assert_eq!(env.akm(&["profile", "use", "ghost"]).code, 3);
    assert_eq!(env.akm(&["profile", "use", "sandbox"]).code, 0);
    assert!(env.akm(&["list"]).stdout.contains(&sandboxed));
    // The secret is still held: the profile can be had again from the store's own copy.
    let again = env.akm_fed(&add, serving.field("access_key_secret"));
    assert!(!again.stderr.contains("default"), "{}", again.stderr);
    let dropped = env.akm(&["profile", "remove", "dev", "--drop-secret", "-y"]);
    assert_eq!(dropped.code, 0, "{}", dropped.stderr);
    let secrets = std::fs::read_dir(env.home().join("secrets")).unwrap();
    assert!(
        !secrets
            .flatten()
            .any(|file| file.file_name().to_string_lossy().contains(id))
    );
}

#[test]
fn a_signer_comes_from_where_people_have_it() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    let (endpoint, id) = (serving.field("endpoint"), serving.field("access_key_id"));
    let secret = serving.field("access_key_secret");
    let role = serving.field("role_arn");
    let add = |name: &'static str| vec!["profile", "add", name, "--endpoint", endpoint];
    std::fs::write(env.path("one.csv"), csv(&serving)).unwrap();
    let ran = env.akm(&[add("csv"), vec!["--csv", "one.csv"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = env.akm_fed(&[add("piped"), vec!["--csv", "-"]].concat(), &csv(&serving));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let two = csv(&serving) + "LTAI5tOther,other\n";
    let ran = env.akm_fed(&[add("two"), vec!["--csv", "-"]].concat(), &two);
    ran.said(
        &[],
        1,
        "",
        "error: `-` is no CSV of one pair: it has 2 pairs\n",
    );

    let environment = add("environment");
    let environment = [&environment[..], &["--from", "environment"]].concat();
    env.akm(&environment).said(
        &[],
        2,
        "",
        "error: the environment has no pair: neither `ALIBABA_CLOUD_ACCESS_KEY_ID` with `ALIBABA_CLOUD_ACCESS_KEY_SECRET` nor their like are set\n",
    );
    let with = |token: &str| {
        let mut command = env.command(&environment);
        command
            .env("ALIBABA_CLOUD_ACCESS_KEY_ID", id)
            .env("ALIBABA_CLOUD_ACCESS_KEY_SECRET", secret)
            .env("ALIBABA_CLOUD_SECURITY_TOKEN", token);
        command.output().unwrap().status.code()
    };
    assert_eq!(with("token"), Some(2));
    assert_eq!(with(""), Some(0));

    std::fs::create_dir_all(env.path(".aliyun")).unwrap();
    let config = format!(
        "{{\"current\":\"admin\",\"profiles\":[{{\"name\":\"admin\",\"mode\":\"RamRoleArn\",\"access_key_id\":\"{id}\",\
         \"access_key_secret\":\"{secret}\",\"ram_role_arn\":\"{role}\",\"ram_session_name\":\"me\"}},\
         {{\"name\":\"plain\",\"mode\":\"AK\",\"access_key_id\":\"{id}\",\"access_key_secret\":\"{secret}\"}},\
         {{\"name\":\"sso\",\"mode\":\"CloudSSO\"}}]}}"
    );
    std::fs::write(env.path(".aliyun/config.json"), config).unwrap();
    let cli = |name: &'static str, more: &[&'static str]| {
        env.akm(&[&add(name)[..], &["--from", "aliyun-cli"], more].concat())
    };
    let ran = cli("cli", &[]);
    assert!(
        ran.stderr.contains(":assumed-role/sandbox-role/me."),
        "{}",
        ran.stderr
    );
    assert_eq!(cli("plain", &["--cli-profile", "plain"]).code, 0);
    // Without a name it is the one that `aliyun` would use.
    let mut selected = env.command(&[&add("by-variable")[..], &["--from", "aliyun-cli"]].concat());
    let selected = selected.env("ALICLOUD_PROFILE", "ghost").output().unwrap();
    assert_eq!(selected.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&selected.stderr).contains("there is no profile `ghost` in"));
    let ignored = [
        &add("env")[..],
        &["--from", "environment", "--cli-profile", "plain"],
    ]
    .concat();
    env.refused(&ignored, 2).said(
        &[],
        2,
        "",
        "error: `--cli-profile` names a profile of the `aliyun` CLI\nhint: add `--from aliyun-cli`\n",
    );
    let refused = cli("sso", &["--cli-profile", "sso"]);
    assert_eq!(refused.code, 1);
    assert!(
        refused.stderr.contains("of the mode `CloudSSO`"),
        "{}",
        refused.stderr
    );

    // A person types it, and the secret is not shown.
    let mut pty = Pty::akm(&env, &add("typed"));
    pty.see("AccessKey ID: ").send(&format!("{id}\n"));
    pty.see("AccessKey secret: ")
        .hides()
        .send(&format!("{secret}\n"));
    assert_eq!(pty.wait().code(), 0);
    assert!(!pty.screen().contains(secret));
    assert!(pty.echoes());
    // Nobody is there to type.
    env.akm(&add("nobody")).said(
        &[],
        9,
        "",
        "error: no pair to sign with was named: there is nobody to ask\n\
         hint: add `--access-key-id KEY_ID` with the secret on standard input, `--csv FILE` or `--from environment`\n",
    );
    let no_secret = [&add("nothing")[..], &["--access-key-id", id]].concat();
    assert_eq!(env.akm(&no_secret).code, 9);
    let names = env.akm(&["profile", "list", "-o", "plain"]).stdout;
    assert_eq!(
        names,
        "cli\ncsv\nenvironment\npiped\nplain\ntyped\nsandbox\n"
    );
}

#[test]
fn a_signer_that_the_cloud_does_not_take_adds_nothing() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let before = env.kept();
    let serving = Serving::start(&env, &[]);
    let (endpoint, id) = (serving.field("endpoint"), serving.field("access_key_id"));
    let add = [
        "profile",
        "add",
        "dev",
        "--endpoint",
        endpoint,
        "--access-key-id",
    ];
    let wrong = env.akm_fed(&[&add[..], &[id]].concat(), "notTheSecretOfThisPair1234\n");
    wrong.said(
        &[id],
        6,
        "",
        &(at(&serving)
            + "error: the cloud does not take the signature: GetCallerIdentity: SignatureDoesNotMatch\n\
               request id: <REQUEST>\nhint: the secret that was given is not the one of `<ID1>`\n"),
    );
    let unknown = env.akm_fed(&[&add[..], &["LTAI5tUnknown"]].concat(), "some\n");
    assert_eq!(unknown.code, 6, "{}", unknown.stderr);
    let role = ["--role-arn", "acs:ram::1:role/none"];
    let no_role = env.akm_fed(
        &[&add[..], &[id], &role].concat(),
        serving.field("access_key_secret"),
    );
    assert_ne!(no_role.code, 0);
    for bad in [
        "ram.example.com",
        "http://ram.example.com",
        "https://a/b",
        "ftp://x",
    ] {
        let ran = env.akm(&[
            "profile",
            "add",
            "x",
            "--endpoint",
            bad,
            "--access-key-id",
            id,
        ]);
        assert_eq!(ran.code, 2, "{bad}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("not a valid endpoint"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(env.kept(), before);
}

#[test]
fn a_profile_in_a_role_works_and_keeps_its_own_pair() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    let role = serving.field("role_arn").to_owned();
    serving.add_profile_by(
        &env,
        "role",
        serving.field("endpoint"),
        &["--role-arn", &role],
    );
    let ran = env.akm(&["create", "--ram-user", "bob", "--create-user"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let ran = env.akm(&["rotate", "--ram-user", "bob", "--delete-old"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let verified = env.akm(&["verify", "--self"]).stdout;
    assert!(
        verified.ends_with(":assumed-role/sandbox-role/akm\n"),
        "{verified}"
    );
    // The pair that opens the role is what the profile lives on.
    let refused = env.akm(&["disable", serving.field("access_key_id"), "--force"]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    // Temporary credentials are nowhere on disk.
    for (path, content) in env.files() {
        let text = String::from_utf8_lossy(&content);
        assert!(!text.contains("STS."), "{}", path.display());
    }
}

#[test]
fn a_profile_that_was_pointed_elsewhere_changes_nothing() {
    let env = Env::new().without_overlap();
    let one = Serving::start(&env, &[]);
    let other = Serving::start(&env, &[]);
    one.add_profile(&env, "one");
    other.add_profile(&env, "other");
    let made = env.akm(&["-p", "one", "create", "--ram-user", "bob", "--create-user"]);
    assert_eq!(made.code, 0, "{}", made.stderr);
    // The file is edited: the first profile now signs with the other account's pair, at its endpoint.
    let path = env.home().join("config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    let text = text
        .replace(one.field("endpoint"), "ENDPOINT")
        .replace(one.field("access_key_id"), "KEY");
    let text = text
        .replace("ENDPOINT", other.field("endpoint"))
        .replace("KEY", other.field("access_key_id"));
    std::fs::write(&path, text).unwrap();
    for args in [
        &["delete", made.stdout.trim(), "--force", "-y"][..],
        &["rotate", "--ram-user", "bob"],
        &["list", "--refresh"],
        &["create", "--ram-user", "bob", "--create-user"],
        &["user", "create", "carol"],
    ] {
        let ran = env.akm(&[&["-p", "one"], args].concat());
        assert_eq!(ran.code, 6, "{args:?} {}", ran.stderr);
    }
    assert!(
        env.akm(&["-p", "one", "list"])
            .stdout
            .contains(made.stdout.trim())
    );
}

#[test]
fn a_configuration_from_a_newer_akm_is_kept() {
    let env = Env::new().without_overlap();
    env.create("alice");
    let path = env.home().join("config.toml");
    let newer = "version = 3\n[profiles.prod]\nwhat = \"is this\"\n";
    std::fs::write(&path, newer).unwrap();
    let named = path.display();
    let told = format!(
        "error: `{named}` was written by a newer akm\nhint: the file is left as it is: update akm\n"
    );
    for args in [
        &["list"][..],
        &["profile", "list"],
        &["profile", "use", "sandbox"],
        &["-p", "prod", "create", "--ram-user", "bob"],
    ] {
        env.akm(args).said(&[], 1, "", &told);
    }
    assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
    // A field that this akm does not know is not passed over either.
    let other = "version = 1\n[profiles.prod]\naccount_id = \"1\"\nfoo = 1\n";
    std::fs::write(&path, other).unwrap();
    assert_eq!(env.akm(&["profile", "list"]).code, 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), other);
}

/// As a RAM user, "the account's own pairs" would be the RAM user's.
#[test]
fn a_ram_user_does_not_work_on_the_accounts_own_pairs() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let before = env.kept();
    for args in [
        &["create", "--account", "-y"][..],
        &["rotate", "--account", "-y"],
        &["list", "--account", "--refresh"],
    ] {
        let ran = env.akm(args);
        assert_eq!(ran.code, 6, "{args:?} {}", ran.stderr);
        assert!(
            ran.stderr
                .contains("the account's own pairs are the account's alone"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(env.kept(), before);
}

/// A false cloud that takes every secret does not get a held one replaced.
#[test]
fn a_secret_that_is_held_is_not_replaced_by_a_wrong_one() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let made = env
        .akm(&["create", "--ram-user", "bob", "--create-user"])
        .stdout;
    let id = made.trim();
    let identity = format!(
        "{{\"AccountId\":\"{0}\",\"Arn\":\"acs:ram::{0}:user/bob\",\"IdentityType\":\"RAMUser\",\"DefaultDomainName\":\"x\"}}",
        serving.field("account_id")
    );
    let yes =
        crate::recovery::https::Answering::start(crate::support::http::http("200 OK", &identity));
    let before = env.kept();
    let add = [
        "profile",
        "add",
        "evil",
        "--endpoint",
        &yes.endpoint,
        "--access-key-id",
        id,
    ];
    let ran = env.akm_fed(&add, "notTheSecretOfBob12345\n");
    assert_eq!(ran.code, 4, "{}", ran.stderr);
    assert!(ran.stderr.contains("another secret of"), "{}", ran.stderr);
    assert_eq!(env.kept(), before);
    assert_eq!(env.akm(&["verify", "--ram-user", "bob"]).code, 0);
    // A held one that the cloud itself refuses gives way.
    let secrets = env.home().join("secrets").join(format!("{id}.age"));
    let other = env.akm(&["create", "--ram-user", "bob"]).stdout;
    std::fs::copy(
        env.home()
            .join("secrets")
            .join(format!("{}.age", other.trim())),
        &secrets,
    )
    .unwrap();
    assert_eq!(env.akm(&["verify", id]).code, 6);
    let own = serving.field("access_key_id");
    std::fs::copy(
        &secrets,
        env.home().join("secrets").join(format!("{own}.age")),
    )
    .unwrap();
    let again = [
        "profile",
        "add",
        "again",
        "--endpoint",
        serving.field("endpoint"),
        "--access-key-id",
        own,
    ];
    let ran = env.akm_fed(&again, serving.field("access_key_secret"));
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(env.akm(&["-p", "again", "verify", "--self"]).code, 0);
}

/// What any profile signs with is not retired under it: a rotation switches it, and all else is refused.
#[test]
fn a_pair_that_another_profile_signs_with_is_looked_after() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let made = env
        .akm(&[
            "create",
            "--ram-user",
            "bob",
            "--create-user",
            "--show-secret",
        ])
        .stdout;
    let (id, secret) = made.trim().split_once('\n').unwrap();
    let add = [
        "profile",
        "add",
        "bob",
        "--endpoint",
        serving.field("endpoint"),
        "--access-key-id",
        id,
    ];
    let added = env.akm_fed(&add, secret);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let narrowed = env.akm(&["key-policy", "set", id, "--allow", "203.0.113.0/24"]);
    let told = format!("akm ITSELF signs with `{id}`");
    assert!(narrowed.stderr.contains(&told), "{}", narrowed.stderr);
    for args in [
        &["disable", id, "--force"][..],
        &["delete", id, "--force", "-y"],
    ] {
        let ran = env.akm(args);
        assert_eq!(ran.code, 4, "{}", ran.stderr);
        assert!(
            ran.stderr.contains("the profile `bob` signs with"),
            "{}",
            ran.stderr
        );
    }
    let ran = env.akm(&["rotate", "--ram-user", "bob", "--overlap", "0s", "-y"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("from now on the profile `bob` signs with"),
        "{}",
        ran.stderr
    );
    let verified = env.akm(&["-p", "bob", "verify", "--self"]).stdout;
    assert!(verified.ends_with(":user/bob\n"), "{verified}");
}

#[test]
fn dropping_a_secret_is_finished_by_the_same_command_and_claimed_nowhere() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let remove = ["profile", "remove", "dev", "--drop-secret", "-y"];
    // The pair is the new one of a rotation that is open.
    let args = ["rotate", "--self", "--overlap", "1h", "-y"];
    assert_eq!(env.akm(&args).code, 0);
    let refused = env.akm(&remove);
    let finish = "akm -p dev rotate --ram-user sandbox-administrator --finish";
    let told = format!(
        "warning: 1 unfinished rotation in account <ACCOUNT>, and no other profile for that account\n\
         error: work on `<ID>` of RAM user `sandbox-administrator` is unfinished\n\
         hint: its rotation waits until <TIME>: then `{finish}` continues it; \
         without `--drop-secret` the profile goes now\n"
    );
    refused.said(&[], 4, "", &told);
    let finish: Vec<&str> = finish.split(' ').skip(1).collect();
    assert_eq!(env.akm(&finish).code, 0);
    assert_eq!(env.akm(&["profile", "show", "dev"]).code, 0);
    assert_eq!(env.akm(&["rotate", "--self", "--rollback", "-y"]).code, 0);
    // A store that cannot be opened keeps the profile.
    divert(&env, "secret_store = \"age\"", "secret_store = \"keyring\"");
    assert_eq!(env.akm(&remove).code, 5);
    divert(&env, "secret_store = \"keyring\"", "secret_store = \"age\"");
    let rows = env.pairs();
    let held =
        |rows: &[serde_json::Value]| rows.iter().filter(|row| row["secret"] == "stored").count();
    assert_eq!(held(&rows), 2);
    assert_eq!(env.akm(&remove).code, 0);
    serving.add_profile(&env, "again");
    assert_eq!(
        env.akm(&["profile", "list", "-o", "plain"]).stdout,
        "again\nsandbox\n"
    );
}

fn divert(env: &Env, from: &str, to: &str) {
    let path = env.home().join("config.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from));
    std::fs::write(&path, text.replace(from, to)).unwrap();
}

#[test]
fn a_profile_called_sandbox_is_a_damage() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "prod");
    divert(&env, "[profiles.prod]", "[profiles.sandbox]");
    let path = env.home().join("config.toml");
    for args in [
        &["profile", "list"][..],
        &["list"],
        &["-p", "sandbox", "list"],
    ] {
        let ran = env.refused(args, 1);
        let told = format!(
            "error: `{}` is damaged: `sandbox` is akm's own: give that profile another name\n",
            path.display()
        );
        assert!(ran.stderr.starts_with(&told), "{args:?} {}", ran.stderr);
    }
}

/// `--no-input` on a terminal: nothing is asked, and nothing that is typed is shown.
#[test]
fn nobody_types_a_secret_that_is_shown() {
    let env = Env::new().without_overlap();
    let add = [
        "--no-input",
        "profile",
        "add",
        "x",
        "--access-key-id",
        "LTAI5tSome",
    ];
    let mut pty = Pty::akm(&env, &add);
    assert_eq!(pty.wait().code(), 9);
}

#[test]
fn what_is_open_is_said_before_its_last_profile_goes() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    serving.add_profile(&env, "too");
    for user in ["alice", "bob"] {
        let make = ["create", "--ram-user", user, "--create-user"];
        assert_eq!(env.akm(&make).code, 0);
    }
    let open = |count: &str| {
        format!("warning: {count} in account <ACCOUNT>, and no other profile for that account\n")
    };
    let rotate = |user| env.akm(&["rotate", "--ram-user", user, "--overlap", "1h"]);
    assert_eq!(rotate("alice").code, 0);
    // Another profile leads there.
    let ran = env.refused(&["profile", "remove", "dev"], 9);
    assert!(!ran.stderr.contains("unfinished"), "{}", ran.stderr);
    assert_eq!(env.akm(&["profile", "remove", "too", "-y"]).code, 0);
    let asked = "error: remove the profile dev (account <ACCOUNT>, signs as acs:ram::<ACCOUNT>:user/sandbox-administrator)? there is nobody to ask\nhint: add `--yes`\n";
    let hint = "hint: akm -p dev recover --list\n";
    let told = format!("{}{hint}{asked}", open("1 unfinished rotation"));
    env.refused(&["profile", "remove", "dev"], 9)
        .said(&[], 9, "", &told);
    assert_eq!(rotate("bob").code, 0);
    let list = env
        .akm(&["-p", "dev", "recover", "--list", "--json"])
        .json();
    assert_eq!(list["open"].as_array().unwrap().len(), 2);
    let ran = env.akm(&["profile", "remove", "dev", "--drop-secret", "-y", "-q"]);
    ran.said(&[], 0, "", &open("2 unfinished rotations"));
}

/// A profile that was added while the question waited.
#[test]
fn a_secret_that_another_profile_needs_by_now_is_kept() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let mut asked = Pty::akm(&env, &["profile", "remove", "dev", "--drop-secret"]);
    asked.see("remove the profile");
    serving.add_profile(&env, "too");
    asked.send("y\n").see("the profile `too` signs with");
    assert_eq!(asked.wait().code(), 4);
    for name in ["dev", "too"] {
        let verified = env.akm(&["-p", name, "verify", "--self"]);
        assert_eq!(verified.code, 0, "{}", verified.stderr);
    }
}

/// What is refused in the end gives nothing up: the claim on a secret that is there stays, and so does the way back to it.
#[test]
fn a_secret_whose_profile_signs_with_another_pair_by_now_is_claimed_still() {
    let env = Env::new().without_overlap();
    let serving = Serving::start(&env, &[]);
    serving.add_profile(&env, "dev");
    let mut asked = Pty::akm(&env, &["profile", "remove", "dev", "--drop-secret"]);
    asked.see("remove the profile");
    let rotated = env.akm(&["rotate", "--self", "--overlap", "1h", "-y"]);
    assert_eq!(rotated.code, 0, "{}", rotated.stderr);
    asked
        .send("y\n")
        .see("`dev` signs with another pair by now");
    assert_eq!(asked.wait().code(), 4);
    for row in env.pairs() {
        assert_eq!(row["secret"], "stored", "{row}");
    }
    let back = env.akm(&["rotate", "--self", "--rollback"]);
    let old = serving.field("access_key_id");
    assert_eq!((back.code, back.stdout.trim()), (0, old), "{}", back.stderr);
}

/// Killed before each change on disk, and gone on with by the same command.
#[test]
fn a_dropped_secret_is_never_claimed() {
    if !crate::support::env::have("strace") {
        return;
    }
    let remove = ["profile", "remove", "dev", "--drop-secret", "-y"];
    let mut points = 0;
    for call in ["rename", "unlink"] {
        for number in 1.. {
            let env = Env::new().without_overlap();
            let serving = Serving::start(&env, &[]);
            serving.add_profile(&env, "dev");
            let what = format!("{call}:signal=KILL:when={number}");
            if crate::support::strace::faulty(&env, &[what], &remove).code == 0 {
                break;
            }
            points += 1;
            let id = serving.field("access_key_id");
            let listed = env.akm(&["-p", "dev", "list", "--json"]).json();
            let claimed = listed["access_keys"][0]["secret"] == "stored";
            let point = format!("{call} {number}: {listed}");
            assert!(
                !claimed || crate::support::truth::rests(&env, id),
                "{point}"
            );
            assert_eq!(env.akm(&remove).code, 0, "{point}");
            assert!(!crate::support::truth::rests(&env, id), "{point}");
        }
    }
    assert!(points > 2, "{points}");
}
