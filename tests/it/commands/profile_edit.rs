//! `akm profile edit`, and the proxy of a profile.

use crate::support::env::Env;
use crate::support::proxied::{ENCODED, HOST, PASSWORD, Scene, TARGET, refused};
use crate::support::proxy::{Proxy, Spoken};
use crate::support::serving::Serving;

/// A profile is changed only where the cloud takes it as it will be, and only in what was named.
#[test]
fn a_profile_is_edited_in_what_was_named_once_the_cloud_takes_it() {
    let (env, first) = (Env::new(), Env::new());
    let (serving, other) = (Serving::start(&env, &[]), Serving::start(&first, &[]));
    serving.add_profile(&env, "dev");
    let config = || std::fs::read_to_string(env.home().join("config.toml")).unwrap();
    let before = config();
    let edit = |args: &[&str]| env.akm(&[&["profile", "edit", "dev"][..], args].concat());
    let nothing = edit(&[]);
    assert_eq!(nothing.code, 2, "{}", nothing.stderr);
    for (args, code, why) in [
        (&["--region", "CN"][..], 2, "--region"),
        (&["--endpoint", "http://ram.example.com"], 2, "--endpoint"),
        (
            &["--endpoint", "http://127.0.0.1:1"],
            7,
            "error: cannot reach 127.0.0.1:1: the connection was refused\n",
        ),
        (
            &["--endpoint", other.field("endpoint")],
            6,
            "does not know the signing pair",
        ),
        (
            &["--proxy", "http://127.0.0.1:1"],
            2,
            "error: --proxy http://127.0.0.1:1 cannot be used: the endpoint is on this machine\n",
        ),
        (
            &["--proxy", "https://proxy:1"],
            2,
            "a proxy is not spoken to over TLS",
        ),
        (
            &[
                "--role-arn",
                "acs:ram::1234567890123456:role/none",
                "--region",
                "cn-hangzhou",
            ],
            6,
            "AssumeRole",
        ),
    ] {
        let ran = edit(args);
        assert_eq!(ran.code, code, "{args:?}: {}", ran.stderr);
        assert!(ran.stderr.contains(why), "{args:?}: {}", ran.stderr);
        assert_eq!(config(), before, "{args:?}");
    }
    let role = serving.field("role_arn");
    let ran = edit(&[
        "--role-arn",
        role,
        "--region",
        "cn-hangzhou",
        "--proxy",
        "none",
    ]);
    let said = format!(
        "note: the endpoint is {}, which is not Alibaba Cloud's\n\
         Changed the proxy, the role, the region of the profile dev (account <ACCOUNT>).\n",
        serving.field("endpoint")
    );
    ran.said(&[], 0, "", &said);
    let shown = env.akm(&["profile", "show", "dev", "--json"]).json();
    assert_eq!(
        (
            &shown["role_arn"],
            &shown["region"],
            &shown["proxy"],
            &shown["endpoint"]
        ),
        (
            &role.into(),
            &"cn-hangzhou".into(),
            &"none".into(),
            &serving.field("endpoint").into()
        )
    );
    let identity = shown["identity"].as_str().unwrap();
    assert!(identity.contains(":assumed-role/"), "{identity}");
    assert_eq!(env.akm(&["user", "list"]).code, 0);
}

#[test]
fn a_profiles_own_proxy_wins_and_its_password_rests_in_the_secret_store() {
    let Some(scene) = Scene::start() else { return };
    let (proxy, open) = (
        scene.proxy(Spoken::Connect, Some(("al%ice", PASSWORD))),
        scene.proxy(Spoken::Connect, None),
    );
    let env = scene.with("HTTPS_PROXY", "http://127.0.0.1:1");
    let named = format!("http://al%25ice@{}", proxy.address);
    let ran = scene.add(&env, HOST, &["--proxy", &named], "");
    assert_eq!(ran.code, 9, "{}", ran.stderr);
    assert!(
        ran.stderr
            .contains("error: no password of the proxy was given: standard input is empty\n"),
        "{}",
        ran.stderr
    );
    let ran = scene.add(&env, HOST, &["--proxy", &named], PASSWORD);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let works = |by: &Proxy| {
        by.asked();
        assert_eq!(env.akm(&["verify", "--self"]).code, 0);
        assert_eq!(by.asked(), [TARGET]);
    };
    works(&proxy);
    let shown = env.akm(&["profile", "show", "x", "--json"]).json();
    assert_eq!(shown["proxy"], format!("http://{}", proxy.address));
    for (path, content) in env.kept() {
        let content = String::from_utf8_lossy(&content).into_owned();
        let found = ["ice@", PASSWORD, ENCODED]
            .iter()
            .any(|text| content.contains(text));
        assert!(!found, "{}", path.display());
    }
    // A password that the proxy does not take changes nothing.
    let before = env.kept();
    let edit = ["profile", "edit", "x", "--proxy", &named];
    let ran = env.akm_fed(&edit, "wrong");
    refused(
        &ran,
        HOST,
        &format!(
            "the proxy http://{} does not take the user and password that it was given",
            proxy.address
        ),
    );
    assert_eq!(env.kept(), before);
    works(&proxy);
    let without = format!("http://{}", open.address);
    assert_eq!(
        env.akm(&["profile", "edit", "x", "--proxy", &without]).code,
        0
    );
    assert_eq!(open.asked(), [TARGET]);
    works(&open);
    let secrets = |env: &Env| {
        env.files()
            .into_iter()
            .filter(|(path, _)| path.to_string_lossy().contains("akm-proxy-"))
            .count()
    };
    assert_eq!(secrets(&env), 0, "the password that nobody needs is gone");
    assert_eq!(env.akm_fed(&edit, PASSWORD).code, 0);
    assert_eq!(secrets(&env), 1);
    assert_eq!(env.akm(&["profile", "remove", "x", "-y"]).code, 0);
    assert_eq!(secrets(&env), 0);
}

#[test]
fn a_password_of_a_proxy_is_no_argument_and_is_not_repeated() {
    let env = Env::new();
    for command in [&["profile", "add", "x"][..], &["profile", "edit", "x"]] {
        let args = [
            command,
            &[
                "--endpoint",
                HOST,
                "--proxy",
                "http://alice:hunter2@proxy:1",
            ],
        ]
        .concat();
        let ran = env.akm(&args);
        if command[1] == "edit" {
            assert_eq!(ran.code, 3, "{}", ran.stderr);
            continue;
        }
        let told = "error: --proxy http://proxy:1 cannot be used: a password is never an argument: others can read it\n\
                    hint: leave the password out; akm asks for it\n";
        ran.said(&[], 2, "", told);
    }
}
